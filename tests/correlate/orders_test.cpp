// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <equipoise/correlate/orders.hpp>
#include <map>
#include <set>

#include "surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;
using tk = ms_ticks;

namespace {
auto intervals_of(std::span<std::int64_t const> spikes) {
  tick_list out;
  for (std::size_t k = 1; k < spikes.size(); ++k) out.push_back(spikes[k] - spikes[k - 1]);
  return out;
}
auto stretches(spike_table<tk> const& x, unit_index u) {
  std::vector<tick_list> out;
  for (auto const& w : x.observed()) {
    out.emplace_back();
    for (auto const t : x[u].raw())
      if (w.contains(tk{t})) out.back().push_back(t);
  }
  return out;
}
auto sorted(tick_list v) {
  std::sort(v.begin(), v.end());
  return v;
}
/// Correlation of an interval with the next.
auto serial_correlation(tick_list const& intervals) {
  double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (std::size_t k = 1; k < intervals.size(); ++k) {
    auto const x = static_cast<double>(intervals[k - 1]), y = static_cast<double>(intervals[k]);
    ++n, a += x, b += y, aa += x * x, bb += y * y, ab += x * y;
  }
  return (ab - a * b / n) / std::sqrt((aa - a * a / n) * (bb - b * b / n));
}
/// One unit whose short and long intervals alternate.
auto alternating() {
  tick_list at{0};
  random_stream random(3);
  for (int k = 0; k < 4000; ++k) at.push_back(at.back() + (k % 2 == 0 ? 5 : 35) + static_cast<std::int64_t>(random.below(11)));
  auto const end = at.back() + 1;
  return spike_table<tk>(at, std::vector<unit_index>(at.size(), 0), 1, window<tk>{tk{0}, tk{end}});
}
}  // namespace

TEST_CASE("isi_permutation: first and last spike and the multiset of intervals of each stretch are kept, their order is not") {
  auto differ = 0;
  for (auto const& x : recordings()) {
    auto const s = x | isi_permutation{}.draw(1, 0);
    CHECK(counts_by_stretch(s) == counts_by_stretch(x));
    for (unit_index u = 0; u < x.size(); ++u) {
      auto const a = stretches(x, u), b = stretches(s, u);
      for (std::size_t w = 0; w < a.size(); ++w) {
        CHECK(sorted(intervals_of(a[w])) == sorted(intervals_of(b[w])));
        if (!a[w].empty()) CHECK((a[w].front() == b[w].front() && a[w].back() == b[w].back()));
      }
      differ += a != b;
    }
  }
  CHECK(differ == 12 * 5);
}

TEST_CASE("isi_permutation: every order equally often; serial correlation is destroyed") {
  spike_table<tk> const x({0, 1, 3, 7}, {0, 0, 0, 0}, 1, window<tk>{tk{0}, tk{10}});
  std::map<tick_list, int> n;
  for (std::uint64_t k = 0; k < 6000; ++k) ++n[train(x | isi_permutation{}.draw(1, k), 0)];
  CHECK(n.size() == 6);
  for (auto const& [order, c] : n) CHECK(std::abs(c - 1000) < 4 * std::sqrt(1000.0 * 5 / 6));

  auto const y = alternating();
  CHECK(serial_correlation(intervals_of(y[0].raw())) < -0.9);
  CHECK(std::abs(serial_correlation(intervals_of((y | isi_permutation{}.draw(1, 0))[0].raw()))) < 4 / std::sqrt(4000.0));
}

TEST_CASE("isi_permutation: pooled, the train of each class keeps its ends, intervals and units' order; units that are neither keep their spikes") {
  std::vector<cell> const cells{cell::e, cell::i, cell::neither, cell::e, cell::i};
  auto of = [&](spike_table<tk> const& x, cell c, window<tk> w) {
    std::pair<tick_list, std::vector<unit_index>> out;
    for (std::size_t k = 0; k < x.spikes(); ++k)
      if (cells[x.unit()[k]] == c && w.contains(tk{x.at()[k]})) out.first.push_back(x.at()[k]), out.second.push_back(x.unit()[k]);
    return out;
  };
  auto differ = 0, mixed = 0, recording = 0;
  for (auto const& x : recordings()) {
    auto const s = x | isi_permutation{.pooled = cells}.draw(1, 0);
    CHECK(s.observed() == x.observed());
    CHECK(counts_by_stretch(s) == counts_by_stretch(x));
    CHECK(train(s, 2) == train(x, 2));
    for (auto const c : {cell::e, cell::i})
      for (auto const& w : x.observed()) {
        auto const [a, before] = of(x, c, w);
        auto const [b, after] = of(s, c, w);
        REQUIRE(a.size() == b.size());
        CHECK(sorted(intervals_of(a)) == sorted(intervals_of(b)));
        if (!a.empty()) CHECK((a.front() == b.front() && a.back() == b.back()));
        auto const ties = std::adjacent_find(a.begin(), a.end()) != a.end();
        if (!ties) CHECK(before == after);
      }
    differ += of(x, cell::e, x.observed().hull()) != of(s, cell::e, s.observed().hull());
    mixed += sorted(intervals_of(train(x, 0))) != sorted(intervals_of(train(s, 0)));
    ++recording;
  }
  CHECK(differ == recording);
  CHECK(mixed == recording);
}

TEST_CASE("isi_permutation: pooled, every order of the class's intervals equally often, E and I by themselves; spikes at one tick stand by unit") {
  spike_table<tk> const x({0, 1, 3, 3, 4, 9}, {0, 1, 0, 2, 2, 2}, 3, window<tk>{tk{0}, tk{10}});  // E of units 0 and 1: intervals 1, 2; I of unit 2: 1, 5
  std::map<std::pair<tick_list, tick_list>, int> n;
  for (std::uint64_t k = 0; k < 4000; ++k) {
    auto const s = x | isi_permutation{.pooled = {cell::e, cell::e, cell::i}}.draw(1, k);
    CHECK(train(s, 0) == tick_list{0, 3});
    ++n[{train(s, 1), train(s, 2)}];
  }
  CHECK(n.size() == 4);
  for (auto const& [order, c] : n) {
    CHECK((order.first == tick_list{1} || order.first == tick_list{2}));
    CHECK((order.second == tick_list{3, 4, 9} || order.second == tick_list{3, 8, 9}));
    CHECK(std::abs(c - 1000) < 4 * std::sqrt(1000.0 * 3 / 4));
  }
  spike_table<tk> const tied({0, 0, 5, 9}, {1, 2, 0, 1}, 3, window<tk>{tk{0}, tk{10}});  // intervals 0, 5, 4 of units 1, 2, 0, 1
  auto seen = 0;
  for (std::uint64_t k = 0; k < 100; ++k) {
    auto const s = tied | isi_permutation{.pooled = {cell::e, cell::e, cell::e}}.draw(1, k);
    for (std::size_t j = 1; j < s.spikes(); ++j)
      if (s.at()[j] == s.at()[j - 1]) {
        CHECK(s.unit()[j] > s.unit()[j - 1]);
        ++seen;
      }
  }
  CHECK(seen == 100);
}

TEST_CASE("isi_permutation: one class of a single unit is that unit's own permutation in law, and classes that do not fit are refused") {
  spike_table<tk> const x({0, 1, 3, 7}, {0, 0, 0, 0}, 1, window<tk>{tk{0}, tk{10}});
  std::set<tick_list> orders;
  for (std::uint64_t k = 0; k < 200; ++k) orders.insert(train(x | isi_permutation{.pooled = {cell::i}}.draw(1, k), 0));
  CHECK(orders.size() == 6);
  CHECK(train(x | isi_permutation{.pooled = {cell::neither}}.draw(1, 0), 0) == train(x, 0));
  CHECK_THROWS_WITH_AS((x | isi_permutation{.pooled = {cell::e, cell::i}}.draw(1, 0)), doctest::Contains("isi_permutation, pooled: the classes do not fit the recording (expected 1 cells, found 2)"), error);
}

TEST_CASE("joint_isi_dither: counts, ends of each stretch, order and the shortest interval are kept; no spike goes beyond half the width") {
  auto moved = 0, spikes = 0;
  for (auto const& x : recordings()) {
    auto const s = x | joint_isi_dither{.half_width = 15ms}.draw(1, 0);
    CHECK(counts_by_stretch(s) == counts_by_stretch(x));
    for (unit_index u = 0; u < x.size(); ++u) {
      auto const a = stretches(x, u), b = stretches(s, u);
      auto shortest = [](auto const& parts) {
        std::int64_t least = 1'000'000;
        for (auto const& p : parts)
          for (auto const i : intervals_of(p)) least = (std::min)(least, i);
        return least;
      };
      CHECK(shortest(b) >= shortest(a));
      for (std::size_t w = 0; w < a.size(); ++w) {
        if (!a[w].empty()) CHECK((a[w].front() == b[w].front() && a[w].back() == b[w].back()));
        for (std::size_t k = 0; k < a[w].size(); ++k) {
          CHECK(std::abs(a[w][k] - b[w][k]) <= 15);
          moved += a[w][k] != b[w][k], ++spikes;
        }
      }
    }
  }
  CHECK(moved > spikes / 2);
}

TEST_CASE("joint_isi_dither: the distribution of intervals and of their pairs is nearly kept, the times are not") {
  auto const x = alternating();
  auto const s = x | joint_isi_dither{.half_width = 10ms, .smoothing = 1ms}.draw(1, 0);
  auto const a = intervals_of(x[0].raw()), b = intervals_of(s[0].raw());
  CHECK(serial_correlation(b) < -0.85);
  auto share = [](tick_list const& v, auto in) { return static_cast<double>(std::count_if(v.begin(), v.end(), in)) / static_cast<double>(v.size()); };
  auto const between = [](std::int64_t i) { return i > 18 && i < 32; };  // no interval of x
  CHECK(share(a, between) == 0);
  CHECK(share(b, between) < 0.02);
  auto const shorter = [](std::int64_t i) { return i <= 10; };
  CHECK(std::abs(share(a, shorter) - share(b, shorter)) < 0.04);
  auto const p = train(x, 0), q = train(s, 0);
  auto stay = 0;
  for (std::size_t k = 0; k < p.size(); ++k) stay += p[k] == q[k];
  CHECK(stay < 1000);
}

TEST_CASE("joint_isi_dither: long intervals fall back to a uniform dither") {
  spike_table<tk> const x({0, 500, 1000}, {0, 0, 0}, 1, window<tk>{tk{0}, tk{1001}});
  std::map<std::int64_t, int> n;
  for (std::uint64_t k = 0; k < 7000; ++k) ++n[(x | joint_isi_dither{.half_width = 3ms}.draw(1, k)).at()[1]];
  CHECK((n.size() == 1 && n.begin()->first == 500));  // both intervals are the shortest there are
  spike_table<tk> const y({0, 500, 1000, 1020}, {0, 0, 0, 0}, 1, window<tk>{tk{0}, tk{1021}});
  n.clear();
  for (std::uint64_t k = 0; k < 7000; ++k) ++n[(y | joint_isi_dither{.half_width = 3ms}.draw(1, k)).at()[1]];
  CHECK((n.size() == 7 && n.begin()->first == 497));
  for (auto const& [t, c] : n) CHECK(std::abs(c - 1000) < 4 * std::sqrt(1000.0 * 6 / 7));
}

TEST_CASE("joint_isi_dither: parameters that cannot be are refused with a sentence") {
  auto const x = recordings()[0];
  CHECK_THROWS_WITH_AS((x | joint_isi_dither{.longest = 2s}.draw(1, 0)), doctest::Contains("the joint histogram has no usable size (expected 2 to 1000 bins, found 2000)"), error);
  CHECK_THROWS_WITH_AS((x | joint_isi_dither{.bin = 1us}.draw(1, 0)), doctest::Contains("joint_isi_dither, bin: too short"), error);
}
