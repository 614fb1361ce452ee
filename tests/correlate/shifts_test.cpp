// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <equipoise/correlate/shifts.hpp>
#include <set>

#include "surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;
using tk = ms_ticks;

namespace {
std::vector<cell> const classes{cell::e, cell::i, cell::e, cell::i, cell::neither};

/// Observed ticks in a row: the place of each, by a count of our own.
auto places(spike_table<tk> const& x, unit_index u) -> tick_list {
  tick_list observed, out;
  for (auto const& w : x.observed())
    for (auto t = w.begin.count(); t < w.end.count(); ++t) observed.push_back(t);
  for (auto const t : x[u].raw()) out.push_back(std::find(observed.begin(), observed.end(), t) - observed.begin());
  return out;
}
/// Differences of all pairs of spikes of two units, modulo the observed time.
auto circular_differences(spike_table<tk> const& x, unit_index a, unit_index b) -> std::multiset<std::int64_t> {
  auto const total = x.observed().total().count();
  std::multiset<std::int64_t> out;
  for (auto const s : places(x, a))
    for (auto const t : places(x, b)) out.insert(((t - s) % total + total) % total);
  return out;
}
}  // namespace

TEST_CASE("circular_shift: one shift for the whole class, counted over observed time; the other units stay") {
  std::set<std::int64_t> shifts;
  for (auto const& x : recordings()) {
    auto const total = x.observed().total().count();
    for (std::uint64_t k = 0; k < 4; ++k) {
      auto const s = x | circular_shift{.at_least = 300ms, .cells = classes}.draw(1, k);
      CHECK(spike_counts(s) == spike_counts(x));
      for (unit_index const u : {0u, 2u, 4u}) CHECK(train(s, u) == train(x, u));
      CHECK(circular_differences(s, 1, 1) == circular_differences(x, 1, 1));
      CHECK(circular_differences(s, 1, 3) == circular_differences(x, 1, 3));
      CHECK(circular_differences(s, 0, 1) != circular_differences(x, 0, 1));

      std::int64_t by = -1;  // the shift that explains all of both trains, if there is one
      for (std::int64_t candidate = 300; candidate <= total - 300 && by < 0; ++candidate) {
        auto moved = places(x, 1);
        for (auto& p : moved) p = (p + candidate) % total;
        std::sort(moved.begin(), moved.end());
        if (moved == places(s, 1)) by = candidate;
      }
      CHECK(by >= 300);
      shifts.insert(by);
    }
  }
  CHECK(shifts.size() > 30);
}

TEST_CASE("circular_shift: the least and the largest shift occur, and none beyond") {
  spike_table<tk> const x({0}, {0}, 1, window<tk>{tk{0}, tk{25}});
  std::set<std::int64_t> to;
  for (std::uint64_t k = 0; k < 400; ++k) to.insert((x | circular_shift{.at_least = 10ms, .cells = {cell::i}}.draw(1, k)).at()[0]);
  CHECK(to == std::set<std::int64_t>{10, 11, 12, 13, 14, 15});
}

TEST_CASE("circular_shift: the class that moves can be chosen") {
  auto const x = recordings()[0];
  auto const s = x | circular_shift{.at_least = 100ms, .cells = classes, .moved = cell::e}.draw(1, 0);
  CHECK(train(s, 1) == train(x, 1));
  CHECK(train(s, 0) != train(x, 0));
  CHECK(circular_differences(s, 0, 2) == circular_differences(x, 0, 2));
}

TEST_CASE("circular_shift_units: each unit keeps its circular autocorrelogram and loses its neighbours") {
  for (auto const& x : recordings()) {
    auto const s = x | circular_shift_units{.at_least = 100ms}.draw(3, 2);
    CHECK(spike_counts(s) == spike_counts(x));
    for (unit_index u = 0; u < x.size(); ++u) CHECK(circular_differences(s, u, u) == circular_differences(x, u, u));
    for (unit_index u = 1; u < x.size(); ++u) CHECK(circular_differences(s, 0, u) != circular_differences(x, 0, u));
  }
}

TEST_CASE("circular_shift: what cannot be shifted is refused with a sentence") {
  spike_table<tk> const x({5}, {0}, 2, epochs<tk>{{tk{0}, tk{10'000}}, {tk{90'000}, tk{99'999}}});
  CHECK_THROWS_WITH_AS((x | circular_shift{.cells = {cell::e, cell::i}}.draw(1, 0)),
                       doctest::Contains("circular_shift: the recording is too short to be shifted (expected twice the least shift, 20.000000 s, found 19.999000 s observed)"), error);
  CHECK_THROWS_WITH_AS((x | circular_shift_units{}.draw(1, 0)), doctest::Contains("circular_shift_units: the recording is too short"), error);
  CHECK_NOTHROW((x | circular_shift_units{.at_least = 9999ms}.draw(1, 0)));
  CHECK_THROWS_WITH_AS((x | circular_shift{.at_least = 1s}.draw(1, 0)), doctest::Contains("the classes do not fit the recording (expected 2 cells, found 0)"), error);
  CHECK_THROWS_AS((spike_table<tk>({}, {}, 1, epochs<tk>{}) | circular_shift_units{}.draw(1, 0)), error);
}

namespace {
/// A unit of two rates in turn, switching at random moments about 250 ms apart: stationary, far from Poisson.
void telegraph(std::vector<std::int64_t>& at, std::vector<unit_index>& unit, unit_index u, std::int64_t length, random_stream random) {
  auto high = random.below(2) == 0;
  for (std::int64_t t = 0; t < length; ++t) {
    if (random.below(250) == 0) high = !high;
    if (random.below(1000) < (high ? 20u : 2u)) at.push_back(t), unit.push_back(u);
  }
}
auto product_of_counts(spike_table<tk> const& x) -> double {
  std::array<std::vector<int>, 2> n;
  for (auto& row : n) row.assign(static_cast<std::size_t>(x.when().length().count() / 100 + 1), 0);
  for (std::size_t k = 0; k < x.spikes(); ++k) ++n[x.unit()[k]][static_cast<std::size_t>(x.at()[k] / 100)];
  double sum = 0;
  for (std::size_t b = 0; b < n[0].size(); ++b) sum += n[0][b] * n[1][b];
  return sum;
}
}  // namespace

TEST_CASE("circular_shift: p-values of independent stationary trains are uniform, those of one train twice are small") {
  std::vector<double> p;
  random_stream ties(99);
  for (std::uint64_t r = 0; r < 400; ++r) {
    tick_list at;
    std::vector<unit_index> unit;
    for (unit_index const u : {0u, 1u}) telegraph(at, unit, u, 30'000, random_stream(r, u));
    auto const x = spike_table<tk>::sorted(std::move(at), std::move(unit), 2, window<tk>{tk{0}, tk{30'000}});
    std::vector<double> draws;
    for (std::uint64_t k = 0; k < 99; ++k) draws.push_back(product_of_counts(x | circular_shift{.at_least = 2s, .cells = {cell::e, cell::i}}.draw(r, k)));
    p.push_back(p_without_ties(product_of_counts(x), draws, ties));
  }
  CHECK(kolmogorov_p(p) > 0.01 / 2);  // two tests of uniformity in all

  tick_list at;
  std::vector<unit_index> unit;
  for (unit_index const u : {0u, 1u}) telegraph(at, unit, u, 30'000, random_stream(5, 0));
  auto const x = spike_table<tk>::sorted(std::move(at), std::move(unit), 2, window<tk>{tk{0}, tk{30'000}});
  std::vector<double> draws;
  for (std::uint64_t k = 0; k < 99; ++k) draws.push_back(product_of_counts(x | circular_shift{.at_least = 2s, .cells = {cell::e, cell::i}}.draw(5, k)));
  CHECK(p_value(product_of_counts(x), draws) == 0.01);
}
