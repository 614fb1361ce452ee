// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/pipeline/by_state.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/fork.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/blocks.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/testing/laws.hpp>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<1'000>;

namespace {
struct keep_rows {
  using statistic = count_rows;
  auto operator()(count_rows const& s, row_info const&) const -> count_rows { return s; }
};
auto study_of(std::vector<cell> const& cells) {
  return split(cells) | pyramid(scales{2ms, 10ms, 50ms}) | measure("rho"_n = zero_lag_correlation{.at_least = 2}, "lag"_n = correlation_by_lag{.within = 4, .at_least = 2}, "covariance"_n = covariance{.at_least = 2}, "rows"_n = keep_rows{});
}
epoch_table<std::chrono::milliseconds> const night({{{0ms, 1'003ms}, "wake"}, {{1'003ms, 2'500ms}, "sleep"}, {{2'600ms, 3'111ms}, "wake"}, {{3'111ms, 4'000ms}, "wake"}, {{4'500ms, 5'001ms}, "sleep"}});
auto const made = testing::random_recording<tk>(5, {.units = 6, .length = 5'200, .spikes = 3'000, .gaps = false, .begin = 0});
auto const& table = made.first;

using divided_study = decltype(by_state(night) | study_of({}));
static_assert(partition<by_state<std::chrono::milliseconds>>);
static_assert(analysis<divided_study> && std::same_as<divided_study::takes, events>);
}  // namespace

TEST_CASE("by_state: each label's result is that of its epochs alone, and says how much time it has") {
  auto const result = table | by_state(night) | study_of(made.second);
  REQUIRE(result.size() == 2);
  CHECK(result.rows()[0].key == "wake");
  CHECK(result.rows()[0].seconds == doctest::Approx(1.003 + 1.4).epsilon(1e-12));
  CHECK(result.rows()[1].seconds == doctest::Approx(1.497 + 0.501).epsilon(1e-12));
  for (auto const* label : {"wake", "sleep"}) {
    epochs<tk> when;
    for (auto const& w : night.of(label)) when.add({w.begin, w.end});
    auto const alone = within(table, when) | study_of(made.second);
    CHECK(result[label]["bins"_n] == alone["bins"_n]);
    CHECK(result[label]["rho"_n] == alone["rho"_n]);
    CHECK(result[label]["lag"_n] == alone["lag"_n]);
    CHECK(result[label]["rows"_n] == alone["rows"_n]);
    CHECK(result[label]["incomplete"_n] == alone["incomplete"_n]);
  }
  CHECK_THROWS_WITH_AS((void)result["rem"], doctest::Contains("wake, sleep"), error);
}

TEST_CASE("by_state: no bin spans an epoch's end, and a night scored in pages is not cut at the pages") {
  auto const result = table | by_state(night) | study_of(made.second);
  // wake: [0, 1003) and [2600, 4000) of which two epochs touch; bins of 50 ms: 20 and 28
  auto const runs = result["wake"]["rows"_n][2].runs();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].first == 0);
  CHECK(runs[0].e.size() == 20);
  CHECK(runs[1].first == 52);
  CHECK(runs[1].e.size() == 28);
}

TEST_CASE("by_state: the laws of the fold, with gaps, in a fork and around another partition") {
  for (std::uint64_t seed : {3u, 4u}) {
    auto const [part, cells] = testing::random_recording<tk>(seed, {.units = 6, .length = 5'200, .spikes = 1'500, .gaps = seed % 2 == 0, .begin = 0});
    auto const forked = fork("a"_n = study_of(cells), "b"_n = split(cells) | pyramid(scales{30ms}) | measure("rho"_n = zero_lag_correlation{}));
    for (auto const& report : {check_fold(by_state(night) | study_of(cells), part, seed), check_fold(by_state(night) | forked, part, seed), check_fold(by_state(night) | by_state(night) | study_of(cells), part, seed)})
      CHECK_MESSAGE(report.holds(), (report.broken.empty() ? "" : report.broken.front()));
    auto const result = part | by_state(night) | forked;
    CHECK(result["wake"]["a"_n]["rows"_n] == (part | by_state(night) | study_of(cells))["wake"]["rows"_n]);
  }
}

TEST_CASE("by_state: bins anchored at the epoch begin with it, and those of two epochs are never neighbours") {
  spike_table<tk> const spikes({1'003, 1'052, 1'053, 1'500, 2'600, 2'700}, {0, 1, 0, 1, 0, 1}, 2, window<tk>{tk{0}, tk{5'200}});
  epoch_table<tk> const two({{{tk{1'003}, tk{1'155}}, "a"}, {{tk{1'160}, tk{1'250}}, "a"}, {{tk{2'600}, tk{2'710}}, "a"}});
  auto const study = split({cell::e, cell::i}) | pyramid(scales{2ms, 50ms}) | measure("rows"_n = keep_rows{});
  auto const result = (spikes | by_state(two).anchored_at_epoch() | study)["a"];
  CHECK(result["bins"_n] == std::vector<std::int64_t>{76 + 45 + 55, 3 + 1 + 2});
  CHECK(result["incomplete"_n][1] == incomplete_bins{3, 0, 1});  // 1155 − 1153, 1250 − 1210 and 2710 − 2700 ticks
  auto const runs = result["rows"_n][1].runs();
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].e == std::vector<std::uint32_t>{1, 1, 0});  // [1003, 1053) holds 1003 and 1052, [1053, 1103) holds 1053
  CHECK(runs[0].i == std::vector<std::uint32_t>{1, 0, 0});
  CHECK(runs[2].e == std::vector<std::uint32_t>{1, 0});
  CHECK(runs[2].i == std::vector<std::uint32_t>{0, 0});  // 2700 lies in the third bin, which the epoch's end cuts
  CHECK(result["rows"_n][0].runs().size() == 3);
  for (std::uint64_t seed : {3u, 4u}) {
    auto const [part, cells] = testing::random_recording<tk>(seed, {.units = 6, .length = 5'200, .spikes = 1'500, .gaps = seed % 2 == 0, .begin = 0});
    auto const report = check_fold(by_state(night).anchored_at_epoch() | study_of(cells), part, seed);
    CHECK_MESSAGE(report.holds(), (report.broken.empty() ? "" : report.broken.front()));
  }
}

TEST_CASE("by_state: with means of its own, an epoch's level is no co-fluctuation") {
  // Two epochs at two rates, independent within each: the pooled correlation is the rates', the one with own means is near nought.
  random_stream random(11);
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::int64_t t = 0; t < 20'000; ++t)
    for (unit_index u = 0; u < 2; ++u)
      if (random.below(100) < (t < 10'000 ? 2u : 20u)) at.push_back(t), unit.push_back(u);
  spike_table<tk> const spikes(at, unit, 2, window<tk>{tk{0}, tk{20'000}});
  epoch_table<tk> const two({{{tk{0}, tk{9'950}}, "a"}, {{tk{10'000}, tk{20'000}}, "a"}});
  auto const study = split({cell::e, cell::i}) | pyramid(scales{50ms}) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = correlation_by_lag{.within = 2, .estimator = lag_estimator::biased}, "covariance"_n = covariance{}, "rows"_n = keep_rows{});
  auto const pooled = (spikes | by_state(two) | study)["a"], own = (spikes | by_state(two).own_means() | study)["a"];
  CHECK(pooled["rho"_n][0] > 0.7);
  CHECK(std::abs(own["rho"_n][0]) < 4 / std::sqrt(399.0));
  // By hand from the rows.
  double ee = 0, ii = 0, ei = 0, later = 0;
  std::size_t n = 0;
  for (auto const& run : own["rows"_n][0].runs()) {
    double e = 0, i = 0;
    auto const size = static_cast<double>(run.e.size());
    for (std::size_t b = 0; b < run.e.size(); ++b) e += run.e[b], i += run.i[b];
    for (std::size_t b = 0; b < run.e.size(); ++b) {
      auto const x = run.e[b] - e / size, y = run.i[b] - i / size;
      ee += x * x, ii += y * y, ei += x * y;
      if (b + 1 < run.e.size()) later += x * (run.i[b + 1] - i / size);
    }
    n += run.e.size();
  }
  CHECK(own["rho"_n][0] == doctest::Approx(ei / std::sqrt(ee * ii)).epsilon(1e-12));
  CHECK(own["lag"_n][0][2] == doctest::Approx(ei / std::sqrt(ee * ii)).epsilon(1e-12));
  CHECK(own["lag"_n][0][3] == doctest::Approx(later / std::sqrt(ee * ii)).epsilon(1e-12));
  CHECK(own["covariance"_n][0] == doctest::Approx(ei / static_cast<double>(n - 2)).epsilon(1e-12));
  CHECK(own["rows"_n] == pooled["rows"_n]);
}

TEST_CASE("by_state: one state per epoch is there for permutations of labels") {
  auto const divided = by_state(night) | study_of(made.second);
  auto s = divided.start(layout<tk>{table.when(), table.size()});
  s.absorb({table.when(), table.at(), table.unit()});
  REQUIRE(s.parts().size() == 4);  // two of the five epochs touch
  CHECK(s.absorbed(3) == tk{501});
  std::vector<std::remove_cvref_t<decltype(s.parts()[0])> const*> swapped{&s.parts()[1], &s.parts()[2]};
  epochs<tk> const when{{tk{1'003}, tk{2'500}}, {tk{2'600}, tk{4'000}}};
  CHECK(divided.joined(std::span<std::remove_cvref_t<decltype(s.parts()[0])> const* const>(swapped))["rows"_n] == (within(table, when) | study_of(made.second))["rows"_n]);
  CHECK_THROWS_AS(by_state(epoch_table<tk>{}), error);
  auto const shifted = by_state(epoch_table<std::chrono::milliseconds>({{{0ms, 1'003ms}, "wake"}, {{1'004ms, 2'500ms}, "sleep"}, {{2'600ms, 4'000ms}, "wake"}, {{4'500ms, 5'001ms}, "sleep"}}));
  CHECK_THROWS_WITH_AS(s.merge((shifted | study_of(made.second)).start(layout<tk>{table.when(), table.size()})), doctest::Contains("different epochs"), error);
}
