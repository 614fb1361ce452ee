// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/core/random.hpp>
#include <equipoise/inference/leverage.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <vector>

using namespace equipoise;

TEST_CASE("leverage: moving the unit that carries all correlation between two classes is seen; a stray unit is not") {
  using tk = ticks<1000>;
  random_stream random(4);
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::int64_t t = 0; t < 60'000; ++t) {
    if (random.below(20) == 0) at.insert(at.end(), {t, t}), unit.insert(unit.end(), {0, 1});  // units 0 and 1 fire together
    if (random.below(50) == 0) at.push_back(t), unit.push_back(2);                              // unit 2 is independent
    if (random.below(500) == 0) at.push_back(t), unit.push_back(3);
  }
  spike_table<tk> const table(at, unit, 4, window<tk>{tk{0}, tk{60'000}});
  std::vector<tk> const widths{tk{10}, tk{100}};
  std::vector<cell> const cells{cell::e, cell::i, cell::e, cell::neither};
  auto const found = leverage(table, cells, widths, {0, 2, 3});
  REQUIRE(found.size() == 2);  // unit 3 has no class
  CHECK(found[0].moved_to == cell::i);
  CHECK(found[0].largest_change > 0.5);  // r falls from about .8 to about 0
  CHECK(std::abs(found[0].rho[0]) < 0.1);
  CHECK(found[1].unit == 2);
  CHECK(found[1].largest_change < found[0].largest_change / 2);
}
