// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/stats/blocked.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <vector>

using namespace equipoise;

static_assert(accumulates<count_rows, counts>);

TEST_CASE("count_rows: rows in any order become runs; neighbours are joined, gaps stay") {
  std::vector<std::uint8_t> const a{1, 2}, b{3}, c{4, 5, 6};
  count_rows s;
  s.absorb(count_row<std::uint8_t>{0, 10, c, c});
  s.absorb(count_row<std::uint8_t>{0, 4, a, a});
  CHECK(s.runs().size() == 2);
  s.absorb(count_row<std::uint8_t>{0, 6, b, b});
  REQUIRE(s.runs().size() == 2);
  CHECK(s.runs()[0].first == 4);
  CHECK(s.runs()[0].e == std::vector<std::uint32_t>{1, 2, 3});
  CHECK(s.bins() == 6);
  std::vector<std::uint8_t> const gap{7, 8, 9};
  s.absorb(count_row<std::uint8_t>{0, 7, gap, gap});
  REQUIRE(s.runs().size() == 1);
  CHECK(s.runs()[0].i == std::vector<std::uint32_t>{1, 2, 3, 7, 8, 9, 4, 5, 6});
}

TEST_CASE("count_rows: merging is commutative") {
  std::vector<std::uint16_t> const x{500, 1}, y{2};
  count_rows a, b;
  a.absorb(count_row<std::uint16_t>{0, 0, x, x});
  b.absorb(count_row<std::uint16_t>{0, 2, y, y});
  auto c = b;
  c.merge(a);
  CHECK(a.merge(b) == c);
  CHECK(a.runs().size() == 1);
}

TEST_CASE("count_rows: moved, they hold the same counts at later bins") {
  static_assert(relocatable<count_rows>);
  std::vector<std::uint8_t> const x{1, 2}, y{3};
  count_rows here, there;
  here.absorb(count_row<std::uint8_t>{0, -4, x, x}), here.absorb(count_row<std::uint8_t>{0, 9, y, y});
  there.absorb(count_row<std::uint8_t>{0, 1, x, x}), there.absorb(count_row<std::uint8_t>{0, 14, y, y});
  CHECK(here.moved(5) == there);
  CHECK(there.moved(-5) == here);
}
