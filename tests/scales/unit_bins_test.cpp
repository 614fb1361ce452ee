// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/testing/laws.hpp>
#include <map>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;

namespace {
using tk = ticks<30'000>;

/// Everything a bin is told: active e, active i, Σ n² e, Σ n² i.
using told = std::array<std::int64_t, 4>;

/// A user's statistic of single units: every bin, as it comes.
struct diary : state_base {
  std::map<std::int64_t, told> bins;
  bool repeated = false;
  static auto fields(auto& s) { return std::tie(s.bins, s.repeated); }
  template <class C>
  void absorb(count_row<C> const&) {}
  void absorb(unit_row const& r) {
    for (std::size_t k = 0; k < r.size(); ++k) {
      told const what{r.active_e[k], r.active_i[k], r.squares_e[k], r.squares_i[k]};
      repeated = !bins.emplace(r.first + static_cast<std::int64_t>(k), what).second || repeated;
    }
  }
  auto merge(diary const& o) -> diary& {
    for (auto const& b : o.bins) repeated = !bins.insert(b).second || repeated;
    repeated = repeated || o.repeated;
    return *this;
  }
};
struct keep_diary {
  using statistic = diary;
  auto operator()(diary const& d, row_info const&) const { return d; }
};
static_assert(metric<keep_diary> && accumulates<diary, unit_counts>);
static_assert(std::same_as<decltype(measure("d"_n = keep_diary{}))::takes, unit_counts>);

/// The same by looking at every spike: bins that are covered whole, and nothing else.
auto slowly(spike_table<tk> const& t, std::vector<cell> const& cells, std::int64_t w) {
  std::map<std::int64_t, told> out;
  for (auto const& o : t.observed())
    for (auto b = ceil_div(o.begin.count(), w); (b + 1) * w <= o.end.count(); ++b) {
      std::map<unit_index, std::int64_t> fired;
      for (std::size_t k = 0; k < t.spikes(); ++k)
        if (t.at()[k] >= b * w && t.at()[k] < (b + 1) * w) ++fired[t.unit()[k]];
      told what{};
      for (auto const& [u, n] : fired)
        if (cells[u] != cell::neither) {
          auto const side = cells[u] == cell::e ? 0u : 1u;
          ++what[side];
          what[2 + side] += n * n;
        }
      out.emplace(b, what);
    }
  return out;
}

auto study(std::vector<cell> const& cells, std::vector<tk> const& widths) { return split(cells) | pyramid(widths).with_units() | measure("d"_n = keep_diary{}); }
}  // namespace

TEST_CASE("unit_bins: by hand") {
  // bins of 10:            0        |        1       | 2 (open)
  spike_table<tk> const t({1, 2, 2, 9, 10, 11, 15, 19, 20, 21}, {0, 0, 1, 2, 0, 1, 1, 3, 0, 0}, 4, window<tk>{tk{0}, tk{25}});
  auto const d = (t | study({cell::e, cell::i, cell::e, cell::neither}, {tk{10}}))["d"_n][0];
  CHECK(d.bins == std::map<std::int64_t, told>{{0, {2, 1, 5, 1}}, {1, {1, 1, 1, 4}}});
  CHECK_FALSE(d.repeated);
  auto const kept = (t | split({cell::e, cell::i, cell::e, cell::neither}) | pyramid(std::vector<tk>{tk{10}}).with_units().keep_partial() | measure("d"_n = keep_diary{}))["d"_n][0];
  CHECK(kept.bins.at(2) == told{1, 0, 4, 0});
}

TEST_CASE("unit_bins: every covered bin of every scale equals a count by hand, with gaps and before the origin") {
  std::vector<tk> const widths{tk{3}, tk{10}, tk{64}, tk{251}, tk{999}};
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    INFO("seed " << seed);
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 7, .length = 2000, .spikes = 400, .gaps = seed % 2 == 1, .begin = seed % 3 == 0 ? -700 : 0});
    auto const result = table | study(cells, widths);
    for (std::size_t k = 0; k < widths.size(); ++k) {
      CHECK(result["d"_n][k].bins == slowly(table, cells, widths[k].count()));
      CHECK_FALSE(result["d"_n][k].repeated);
    }
  }
}

TEST_CASE("unit_bins: the state of 200 random partitions is the state of the whole") {
  for (bool const gaps : {false, true}) {
    auto const [table, cells] = testing::random_recording<tk>(99, {.units = 9, .length = 3000, .spikes = 700, .gaps = gaps, .begin = -500});
    auto const report = check_fold(study(cells, {tk{4}, tk{37}, tk{250}, tk{1600}}), table, 5);
    CHECK(report.partitions == 200);
    if (!report.holds()) FAIL_CHECK(report.broken.front());
  }
}

TEST_CASE("unit_bins: a random partition gives the bins that brute force gives") {
  auto const [table, cells] = testing::random_recording<tk>(7, {.units = 5, .length = 800, .spikes = 300, .gaps = true, .begin = -100});
  auto const s = study(cells, {tk{16}, tk{90}});
  event_block<tk> const all{table.when(), table.at(), table.unit()};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_stream random(seed);
    auto parts = detail::random_parts(table.observed(), random, 9);
    shuffle(parts, random);
    auto left = s.start(layout<tk>{table.when(), table.size()}), right = left;
    for (auto const& w : parts) (random.below(2) == 0 ? left : right).absorb(all.within(w));
    left.merge(right);
    auto const result = s.finish(left);
    CHECK(result["d"_n][0].bins == slowly(table, cells, 16));
    CHECK(result["d"_n][1].bins == slowly(table, cells, 90));
  }
}

TEST_CASE("unit_bins: the sum of squares holds counts beyond 16 bits") {
  std::vector<std::int64_t> const at(100'000, 5);
  std::vector<unit_index> const unit(100'000, 1);
  spike_table<tk> const t(at, unit, 2, window<tk>{tk{0}, tk{10}});
  auto const d = (t | study({cell::i, cell::e}, {tk{10}}))["d"_n][0];
  CHECK(d.bins.at(0) == told{1, 0, 10'000'000'000, 0});
}
