// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <equipoise/correlate/swaps.hpp>
#include <map>

#include "surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using tk = ms_ticks;

TEST_CASE("label_swap: the numbers of E and I and the units that are neither are kept; every deal is equally likely") {
  std::vector<cell> const cells{cell::e, cell::neither, cell::i, cell::e, cell::e};
  std::map<std::vector<cell>, int> n;
  for (std::uint64_t k = 0; k < 4000; ++k) {
    auto const dealt = cells | label_swap{}.draw(1, k);
    CHECK(dealt == (cells | label_swap{}.draw(1, k)));
    CHECK(dealt[1] == cell::neither);
    CHECK(std::count(dealt.begin(), dealt.end(), cell::e) == 3);
    CHECK(std::count(dealt.begin(), dealt.end(), cell::i) == 1);
    ++n[dealt];
  }
  CHECK(n.size() == 4);
  for (auto const& [deal, c] : n) CHECK(std::abs(c - 1000) < 4 * std::sqrt(1000.0 * 3 / 4));
  CHECK((std::vector<cell>{} | label_swap{}.draw(1, 0)).empty());
}

TEST_CASE("label_swap: labels stay within their stratum") {
  std::vector<cell> const cells{cell::e, cell::i, cell::i, cell::e, cell::i, cell::neither};
  std::map<std::vector<cell>, int> n;
  for (std::uint64_t k = 0; k < 400; ++k) ++n[cells | label_swap{.strata = {0, 0, 7, -1, -1, -1}}.draw(1, k)];
  CHECK(n.size() == 4);
  for (auto const& [deal, c] : n) CHECK((deal[2] == cell::i && deal[5] == cell::neither && deal[0] != deal[1] && deal[3] != deal[4]));
  CHECK_THROWS_WITH_AS((cells | label_swap{.strata = {1}}.draw(1, 0)), doctest::Contains("label_swap, strata: one number per unit is needed (expected 6, found 1)"), error);
}

TEST_CASE("label_swap: a labelling says that its labels were swapped") {
  labelling const cells{.cells = {cell::e, cell::i}, .confidence = {0.9, 0.8}, .method = "given", .putative = false, .warnings = {}};
  auto const dealt = cells | label_swap{}.draw(1, 0);
  CHECK(dealt.method == "label_swap of given");
  CHECK(dealt.putative);
  CHECK((dealt.count(cell::e) == 1 && dealt.count(cell::i) == 1));
  CHECK(std::isnan(dealt.confidence[0]));
}

namespace {
auto trials_of(std::vector<std::int64_t> begins, std::int64_t length) {
  std::vector<window<tk>> out;
  for (auto const b : begins) out.push_back({tk{b}, tk{b + length}});
  return out;
}
/// What a unit did in each trial, as times since its begin.
auto rows_of(spike_table<tk> const& x, unit_index u, std::vector<window<tk>> const& trials) {
  std::vector<tick_list> out;
  for (auto const& w : trials) {
    out.emplace_back();
    for (auto const t : x[u].raw())
      if (w.contains(tk{t})) out.back().push_back(t - w.begin.count());
  }
  return out;
}
}  // namespace

TEST_CASE("trial_shuffle: each unit's trials are its own in another order, and what lies outside stays") {
  auto const trials = trials_of({900, 100, 300, 400, 1500}, 100);  // some touch
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    auto const x = random_recording<tk>(seed, {.units = 5, .length = 2000, .spikes = 600}).first;
    auto const s = x | trial_shuffle<tk>{trials}.draw(1, seed);
    std::vector<std::vector<std::size_t>> orders;
    for (unit_index u = 0; u < x.size(); ++u) {
      auto before = rows_of(x, u, trials), after = rows_of(s, u, trials);
      std::sort(before.begin(), before.end());
      std::sort(after.begin(), after.end());
      CHECK(before == after);
      auto outside = [&](spike_table<tk> const& y) {
        tick_list out;
        for (auto const t : y[u].raw())
          if (std::none_of(trials.begin(), trials.end(), [&](auto const& w) { return w.contains(tk{t}); })) out.push_back(t);
        return out;
      };
      CHECK(outside(x) == outside(s));
    }
  }
}

TEST_CASE("trial_shuffle: every trial is as likely as any other, for each unit by itself") {
  auto const trials = trials_of({0, 10, 20}, 10);
  spike_table<tk> const x({4, 4}, {0, 1}, 2, window<tk>{tk{0}, tk{30}});
  std::map<std::pair<std::int64_t, std::int64_t>, int> n;
  for (std::uint64_t k = 0; k < 9000; ++k) {
    auto const s = x | trial_shuffle{trials}.draw(1, k);
    ++n[{s[0].raw()[0], s[1].raw()[0]}];
  }
  CHECK(n.size() == 9);
  for (auto const& [where, c] : n) CHECK(std::abs(c - 1000) < 4 * std::sqrt(1000.0 * 8 / 9));
}

TEST_CASE("trial_shuffle: trials that cannot be exchanged are refused with a sentence") {
  spike_table<tk> const x({}, {}, 1, epochs<tk>{{tk{0}, tk{50}}, {tk{60}, tk{100}}});
  auto shuffled = [&](std::vector<window<tk>> t) { return x | trial_shuffle<tk>{std::move(t)}.draw(1, 0); };
  CHECK_NOTHROW(shuffled({}));
  CHECK_NOTHROW(shuffled(trials_of({0, 40, 60}, 10)));
  CHECK_THROWS_WITH_AS(shuffled({{tk{0}, tk{10}}, {tk{20}, tk{31}}}), doctest::Contains("the trial at 0.020000 s: trials are not of equal length (expected 0.010000 s, found 0.011000 s)"), error);
  CHECK_THROWS_WITH_AS(shuffled(trials_of({0, 5}, 10)), doctest::Contains("share time"), error);
  CHECK_THROWS_WITH_AS(shuffled(trials_of({0, 45}, 10)), doctest::Contains("part of a trial was not observed (found 0.050000 s"), error);
}
