// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/balance/distribution.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/pipeline/sliding.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/blocks.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/testing/laws.hpp>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<1'000>;

namespace {
auto study_of(std::vector<cell> const& cells) {
  return split(cells) | pyramid(scales{2ms, 7ms, 50ms, 130ms}) | measure("rho"_n = zero_lag_correlation{.at_least = 2}, "lag"_n = correlation_by_lag{.within = 4, .at_least = 2}, "tail"_n = tail_index{});
}
/// Equal, and undefined for the same reason where undefined.
auto same(std::vector<double> const& a, std::vector<double> const& b) -> bool {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y); });
}
template <class R>
auto same_results(R const& a, R const& b) -> bool {
  auto equal = a["bins"_n] == b["bins"_n] && a["incomplete"_n] == b["incomplete"_n] && same(a["rho"_n], b["rho"_n]) && same(a["tail"_n], b["tail"_n]);
  for (std::size_t k = 0; k < a["lag"_n].size(); ++k) equal = equal && same(a["lag"_n][k], b["lag"_n][k]);
  return equal;
}
struct counting : state_base {  // a state that counts how often it is merged
  std::int64_t n = 0;
  static auto fields(auto& s) { return std::tie(s.n); }
  auto merge(counting const& o) -> counting& { return ++*calls(), n += o.n, *this; }
  static auto calls() -> std::int64_t* {
    static std::int64_t all = 0;
    return &all;
  }
};
using windows = decltype(sliding(2s, 500ms) | study_of({}));
static_assert(partition<sliding<std::chrono::milliseconds>>);
static_assert(analysis<windows> && std::same_as<windows::takes, events>);
}  // namespace

TEST_CASE("sliding: every window's result is that of the window alone, with and without gaps, at every overlap") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 6, .length = 9'000, .spikes = 3'000, .gaps = seed % 2 == 0, .begin = seed % 3 == 0 ? -1'250 : 130});
    auto const study = study_of(cells);
    for (auto const length : {500ms, 1'000ms, 2'000ms, 4'500ms}) {
      auto const all = table | sliding(length, 500ms) | study;
      auto const hull = table.observed().hull();
      std::size_t expected = 0;
      for (std::int64_t begin = ceil_div(hull.begin.count(), 500) * 500; begin + length.count() <= hull.end.count(); begin += 500) {
        auto const when = restricted(table.observed(), {tk{begin}, tk{begin + length.count()}});
        if (when.empty()) continue;
        REQUIRE(expected < all.size());
        auto const& row = all.rows()[expected++];
        CHECK(row.key == window<tk>{tk{begin}, tk{begin} + length});
        CHECK(row.seconds == in_seconds(when.total()));
        CHECK(same_results(row.result, within(table, when) | study));
      }
      CHECK(all.size() == expected);
    }
  }
}

TEST_CASE("sliding: states follow the laws of the fold, all windows and the latest alone") {
  for (std::uint64_t seed : {3u, 4u}) {
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 6, .length = 6'000, .spikes = 1'500, .gaps = seed % 2 == 0, .begin = 0});
    auto const all = sliding(1s, 250ms) | study_of(cells);
    auto const report = check_fold(all, table, seed);
    CHECK_MESSAGE(report.holds(), (report.broken.empty() ? "" : report.broken.front()));
    // The latest window's state forgets time before it, so that repeating that time changes nothing; the other laws hold.
    auto const latest = all.live();
    layout<tk> const l{table.when(), table.size()};
    event_block<tk> const block{table.when(), table.at(), table.unit()};
    auto whole = latest.start(l);
    for (auto const& w : table.observed()) whole.absorb(block.within(w));
    random_stream random(seed);
    for (int round = 0; round < 200; ++round) {
      auto parts = detail::random_parts(table.observed(), random, 5);
      shuffle(parts, random);
      auto a = latest.start(l), b = latest.start(l);
      for (auto const& w : parts) (random.below(2) == 0 ? a : b).absorb(block.within(w));
      auto ab = a, ba = b;
      ab.merge(b), ba.merge(a);
      CHECK(ab == ba);
      CHECK(ab == whole);
    }
    CHECK(same_results(latest.finish(whole), all.finish([&] { auto s = all.start(l); for (auto const& w : table.observed()) s.absorb(block.within(w)); return s; }()).rows().back().result));
  }
}

TEST_CASE("sliding: about three merges a hop, whatever the overlap") {
  for (std::int64_t const overlap : {2, 10, 100}) {
    detail::pane_queue<counting> queue;
    std::vector<counting> panes(3'000);
    for (auto& p : panes) p.n = 1;
    *counting::calls() = 0;
    for (std::int64_t k = 0; k + overlap <= 3'000; ++k)
      CHECK(queue.joined(k, k + overlap, counting{}, [&](std::int64_t i) { return &panes[static_cast<std::size_t>(i)]; }).n == overlap);
    CHECK(*counting::calls() <= 3 * 3'000 + 2 * overlap);
  }
}

TEST_CASE("sliding: a wide gap costs no windows, and what cannot be meant is refused") {
  spike_table<tk> const table({5, 1'000'000'000'005}, {0, 1}, 2, epochs<tk>{{tk{0}, tk{2'000}}, {tk{1'000'000'000'000}, tk{1'000'000'002'000}}});
  auto const all = table | sliding(1s, 500ms) | study_of({cell::e, cell::i});
  CHECK(all.size() == 3 + 1 + 1 + 3);  // three whole windows a side, and the one at each side of the gap that reaches into it
  CHECK(all.contains({tk{1'000}, tk{2'000}}));
  CHECK_THROWS_AS((void)all[(window<tk>{tk{1}, tk{2}})], error);
  CHECK_THROWS_WITH_AS(sliding(1s, 300ms), doctest::Contains("whole number of hops"), error);
  CHECK_THROWS_AS(sliding(1s, 0s), error);
  CHECK_THROWS_AS(sliding(1s, 2s), error);
  CHECK_THROWS_WITH_AS((table | sliding(1us, 1us) | study_of({cell::e, cell::i})), doctest::Contains("shorter than a tick"), error);
}
