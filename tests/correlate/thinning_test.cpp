// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/correlate/thinning.hpp>
#include <limits>
#include <thread>
#include <vector>

#include "surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;

static_assert(surrogate<thinning, ms_ticks>);

namespace {
auto keeping(double share, std::size_t units) -> thinning { return {std::vector<double>(units, share)}; }
}  // namespace

TEST_CASE("thinning: what is kept with certainty is all there, what is kept never is gone, units and observed time stay") {
  for (auto const& x : recordings()) {
    CHECK(same(x | keeping(1, x.size()).draw(1, 0), x));
    auto const none = x | keeping(0, x.size()).draw(1, 0);
    CHECK(none.spikes() == 0);
    CHECK(none.size() == x.size());
    CHECK(none.observed() == x.observed());
    auto const mixed = x | thinning{{0, 1, 0.5, 1, 0}}.draw(1, 0);
    CHECK(train(mixed, 0).empty());
    CHECK(train(mixed, 1) == train(x, 1));
    CHECK(std::ranges::includes(train(x, 2), train(mixed, 2)));
    CHECK(train(mixed, 3) == train(x, 3));
  }
}

TEST_CASE("thinning: the share that is kept is the probability, spike by spike and independently") {
  std::vector<std::int64_t> at(20'000);
  for (std::size_t k = 0; k < at.size(); ++k) at[k] = static_cast<std::int64_t>(k);
  std::vector<unit_index> unit(at.size(), 0);
  spike_table<ms_ticks> const x(at, unit, 1, window<ms_ticks>{ms_ticks{0}, ms_ticks{20'000}});
  auto const kept = train(x | thinning{{0.3}}.draw(5, 2), 0);
  auto const n = 20'000.0;
  CHECK(std::abs(static_cast<double>(kept.size()) - 0.3 * n) < 4 * std::sqrt(n * 0.3 * 0.7));
  std::int64_t neighbours = 0;  // both spikes of a pair of neighbours: 0.3² of them
  for (std::size_t k = 1; k < kept.size(); ++k) neighbours += kept[k] == kept[k - 1] + 1;
  auto const variance = 0.09 * 0.91 + 2 * (0.027 - 0.0081);  // of one pair, with its covariance to the next
  CHECK(std::abs(static_cast<double>(neighbours) - 0.09 * (n - 1)) < 4 * std::sqrt(n * variance));
  CHECK(kept != train(x | thinning{{0.3}}.draw(5, 3), 0));
  CHECK(kept != train(x | thinning{{0.3}}.draw(6, 2), 0));
}

TEST_CASE("thinning: what is left of a unit depends on its own spikes only, and on no thread") {
  auto const x = recordings()[1];
  auto const all = x | keeping(0.4, x.size()).draw(9, 4);
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::size_t k = 0; k < x.spikes(); ++k)
    if (x.unit()[k] == 2) at.push_back(x.at()[k]), unit.push_back(2);
  spike_table<ms_ticks> const alone(at, unit, x.size(), x.observed());
  CHECK(train(alone | thinning{{1, 0, 0.4, 0.9, 0}}.draw(9, 4), 2) == train(all, 2));
  spike_table<ms_ticks> elsewhere;
  std::thread([&] { elsewhere = x | keeping(0.4, x.size()).draw(9, 4); }).join();
  CHECK(same(elsewhere, all));
}

TEST_CASE("thinning: what is no probability is refused, and so is another number of units") {
  auto const x = recordings()[0];
  for (auto const bad : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    auto keep = std::vector<double>(x.size(), 0.5);
    keep[3] = bad;
    CHECK_THROWS_WITH_AS((void)(x | thinning{keep}.draw(1, 0)), doctest::Contains("unit 3"), error);
  }
  CHECK_THROWS_AS((void)(x | keeping(0.5, x.size() - 1).draw(1, 0)), error);
  CHECK_THROWS_AS((void)(x | keeping(0.5, x.size() + 1).draw(1, 0)), error);
  CHECK_THROWS_AS((void)(x | thinning{}.draw(1, 0)), error);
  spike_table<ms_ticks> const empty({}, {}, 0, window<ms_ticks>{ms_ticks{0}, ms_ticks{5}});
  CHECK((empty | thinning{}.draw(1, 0)).spikes() == 0);
}
