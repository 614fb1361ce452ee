// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/pipeline/partition.hpp>
#include <string>
#include <vector>

using namespace equipoise;
using namespace std::chrono_literals;

TEST_CASE("partition: a table finds a part by its key, and names the keys there are") {
  part_table<std::string, int> const table({{"wake", 2.5, 1}, {"rem", 0.5, 2}});
  CHECK(table["rem"] == 2);
  CHECK(table.contains("wake"));
  CHECK_FALSE(table.contains("sleep"));
  CHECK(table.size() == 2);
  double seconds = 0;
  for (auto const& row : table) seconds += row.seconds;
  CHECK(seconds == 3);
  CHECK_THROWS_WITH_AS((void)table["sleep"], "partition: there is no part of that name (expected wake, rem, found sleep)", error);
  CHECK_THROWS_WITH_AS((void)(part_table<int, int>{}[3]), doctest::Contains("there are no parts"), error);
}

TEST_CASE("partition: a window between ticks is realised so that it holds the same instants") {
  using tk = ticks<30'000>;
  CHECK(detail::realised<tk>(window<std::chrono::nanoseconds>{33'333ns, 66'667ns}) == window<tk>{tk{1}, tk{3}});  // ticks at 33333.3 and 66666.7 ns
  CHECK(detail::realised<tk>(window<std::chrono::seconds>{-1s, 2s}) == window<tk>{tk{-30'000}, tk{60'000}});
}
