// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <equipoise/correlate/jitters.hpp>
#include <map>
#include <set>

#include "surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;
using tk = ms_ticks;

namespace {
/// Spikes per unit, window of length w counted from tick 0, and observed stretch.
auto counts_by_window(spike_table<tk> const& x, std::int64_t w) {
  std::map<std::tuple<std::int64_t, std::int64_t, unit_index>, int> n;
  for (std::size_t k = 0; k < x.spikes(); ++k)
    for (auto const& stretch : x.observed())
      if (stretch.contains(tk{x.at()[k]})) ++n[{static_cast<std::int64_t>(std::floor(static_cast<double>(x.at()[k]) / static_cast<double>(w))), stretch.begin.count(), x.unit()[k]}];
  return n;
}
/// Pairs of spikes of units 0 and 1 at most 2 ticks apart.
auto coincidences(spike_table<tk> const& x) -> double {
  double n = 0;
  auto const b = x[1].raw();
  auto from = b.begin();
  for (auto const t : x[0].raw()) {
    while (from != b.end() && *from < t - 2) ++from;
    for (auto s = from; s != b.end() && *s <= t + 2; ++s) ++n;
  }
  return n;
}
}  // namespace

TEST_CASE("interval_jitter: each unit's count in each window is kept, the place within is not") {
  for (auto const& x : recordings()) {
    for (std::int64_t const w : {1, 7, 20, 5000}) {
      auto const s = x | interval_jitter{.width = std::chrono::milliseconds(w)}.draw(1, 5);
      CHECK(counts_by_window(s, w) == counts_by_window(x, w));
      for (unit_index u = 0; u < x.size(); ++u) CHECK((train(s, u) == train(x, u)) == (w == 1));
    }
  }
}

TEST_CASE("interval_jitter: a spike goes to every tick of its window equally often, and to none beyond the edge of a gap") {
  spike_table<tk> const x({-1, 3, 12}, {0, 1, 2}, 3, epochs<tk>{{tk{-5}, tk{7}}, {tk{11}, tk{40}}});
  std::map<std::int64_t, int> n[3];
  for (std::uint64_t k = 0; k < 7000; ++k) {
    auto const s = x | interval_jitter{.width = 10ms}.draw(3, k);
    for (unit_index u = 0; u < 3; ++u) ++n[u][s[u].raw()[0]];
  }
  CHECK(n[0].size() == 5);  // [-5, 0)
  CHECK(n[1].size() == 7);  // [0, 7)
  CHECK(n[2].size() == 9);  // [11, 20)
  CHECK((n[0].begin()->first == -5 && n[1].begin()->first == 0 && n[2].begin()->first == 11));
  for (auto const& [t, c] : n[1]) CHECK(std::abs(c - 1000) < 4 * std::sqrt(1000.0 * 6 / 7));
}

TEST_CASE("dither: every place within reach equally often, and what leaves the observed window is reflected") {
  spike_table<tk> const x({50, 101}, {0, 1}, 2, epochs<tk>{{tk{0}, tk{90}}, {tk{100}, tk{200}}});
  std::map<std::int64_t, int> n[2];
  for (std::uint64_t k = 0; k < 7000; ++k) {
    auto const s = x | dither{.half_width = 3ms}.draw(3, k);
    for (unit_index u = 0; u < 2; ++u) ++n[u][s[u].raw()[0]];
  }
  CHECK((n[0].size() == 7 && n[0].begin()->first == 47));
  for (auto const& [t, c] : n[0]) CHECK(std::abs(c - 1000) < 4 * std::sqrt(1000.0 * 6 / 7));
  CHECK((n[1].size() == 5 && n[1].begin()->first == 100));  // 98 and 99 come back as 101 and 100
  for (auto const& [t, c] : n[1]) CHECK(std::abs(c - (t <= 101 ? 2000 : 1000)) < 4 * std::sqrt(2000.0));
}

TEST_CASE("dither: counts per unit and stretch are kept, and no spike goes further than half the width") {
  for (auto const& x : recordings()) {
    auto const s = x | dither{.half_width = 15ms}.draw(1, 0);
    CHECK(counts_by_stretch(s) == counts_by_stretch(x));
    for (unit_index u = 0; u < x.size(); ++u) {
      auto const a = train(x, u), b = train(s, u);
      for (std::size_t k = 0; k < a.size(); ++k) CHECK(std::abs(a[k] - b[k]) <= 15);  // sorted trains lie no further apart than their spikes went
    }
    CHECK(counts_by_stretch(x | dither{.half_width = 10s}.draw(1, 0)) == counts_by_stretch(x));
  }
}

TEST_CASE("dither: with a refractory period, no interval becomes shorter than that or than it was") {
  auto moved = 0, spikes = 0, both_ways = 0;
  for (auto const& x : recordings()) {
    for (std::uint64_t k = 0; k < 5; ++k) {
      auto const s = x | dither{.half_width = 15ms, .refractory = 4ms}.draw(1, k);
      CHECK(counts_by_stretch(s) == counts_by_stretch(x));
      for (unit_index u = 0; u < x.size(); ++u) {
        auto const a = train(x, u), b = train(s, u);
        for (std::size_t j = 0; j < a.size(); ++j) {
          CHECK(std::abs(a[j] - b[j]) <= 15);
          moved += a[j] != b[j], ++spikes, both_ways += (b[j] > a[j]) - (b[j] < a[j]);
          if (j > 0) CHECK(b[j] - b[j - 1] >= (std::min)(std::int64_t{4}, a[j] - a[j - 1]));
        }
      }
    }
  }
  CHECK(moved > spikes * 6 / 10);
  CHECK(std::abs(both_ways) < 4 * std::sqrt(spikes));  // no drift towards one side
}

TEST_CASE("jitters: what is shorter than a tick is refused with a sentence") {
  auto const x = recordings()[0];
  CHECK_THROWS_WITH_AS((x | interval_jitter{.width = 0ms}.draw(1, 0)), doctest::Contains("interval_jitter, width: too short for the clock"), error);
  CHECK_THROWS_WITH_AS((x | dither{.half_width = 300us}.draw(1, 0)), doctest::Contains("dither, half_width: too short for the clock"), error);
  CHECK_THROWS_WITH_AS((x | dither{.refractory = -1ms}.draw(1, 0)), doctest::Contains("dither, refractory"), error);
}

namespace {
/// Two trains whose common rate is drawn anew for each window of 20 ticks; with `together`, some spikes of one are copied to the other.
auto comodulated(std::uint64_t seed, bool together) -> spike_table<tk> {
  random_stream random(seed, 3);
  tick_list at;
  std::vector<unit_index> unit;
  for (std::int64_t t = 0, rate = 0; t < 10'000; ++t) {
    if (t % 20 == 0) rate = static_cast<std::int64_t>(random.below(60));
    auto const a = random.below(1000) < static_cast<std::uint64_t>(rate), b = random.below(1000) < static_cast<std::uint64_t>(rate);
    if (a) at.push_back(t), unit.push_back(0);
    if (b || (together && a && random.below(3) == 0)) at.push_back(t), unit.push_back(1);
  }
  return {at, unit, 2, window<tk>{tk{0}, tk{10'000}}};
}
auto coincidences_of_draws(spike_table<tk> const& x, std::uint64_t seed) -> std::vector<double> {
  std::vector<double> draws;
  for (std::uint64_t k = 0; k < 99; ++k) draws.push_back(coincidences(x | interval_jitter{.width = 20ms}.draw(seed, k)));
  return draws;
}
}  // namespace

TEST_CASE("interval_jitter: p-values are uniform where rates are constant in its windows, and small where spikes coincide") {
  std::vector<double> p;
  random_stream ties(98);
  for (std::uint64_t r = 0; r < 400; ++r) {
    auto const x = comodulated(r, false);
    p.push_back(p_without_ties(coincidences(x), coincidences_of_draws(x, r), ties));
  }
  CHECK(kolmogorov_p(p) > 0.01 / 2);  // two tests of uniformity in all
  auto const x = comodulated(1, true);
  CHECK(p_value(coincidences(x), coincidences_of_draws(x, 1)) == 0.01);
}
