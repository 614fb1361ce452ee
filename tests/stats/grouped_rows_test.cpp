// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <equipoise/stats/grouped_rows.hpp>
#include <vector>

using namespace equipoise;
using namespace std::chrono_literals;

static_assert(accumulates<grouped_rows, counts>);

TEST_CASE("grouped_rows: groups of three bins, worked by hand, also before the origin and in any order") {
  std::vector<std::uint8_t> const a{1, 2, 3, 4}, b{10, 20};
  grouped_rows s(3);
  s.absorb(count_row<std::uint8_t>{0, 7, b, b});   // bins 7, 8: group 2
  s.absorb(count_row<std::uint8_t>{0, -2, a, a});  // bins −2, −1 | 0, 1: groups −1, 0
  CHECK(s.first() == -1);
  REQUIRE(s.groups().size() == 4);
  CHECK(s.groups()[0] == grouped_rows::group{2, 3, 3});
  CHECK(s.groups()[1] == grouped_rows::group{2, 7, 7});
  CHECK(s.groups()[2] == grouped_rows::group{});
  CHECK(s.groups()[3] == grouped_rows::group{2, 30, 30});
  grouped_rows x(3), y(3);
  x.absorb(count_row<std::uint8_t>{0, -2, a, a}), y.absorb(count_row<std::uint8_t>{0, 7, b, b});
  auto z = y;
  z.merge(x);
  CHECK(x.merge(y) == s);
  CHECK(z == s);
  CHECK_THROWS_AS(s.merge(grouped_rows(2)), error);
  CHECK_THROWS_AS(grouped_rows(0), error);
}

TEST_CASE("trace: a pixel holds the whole bins that fit it best, at least one") {
  auto bins = [](std::int64_t ms) { return trace{.pixel = 100ms}.start({.scale = 0, .width = {ms * 1'000'000, 1, 1'000'000'000}, .sizes = {}, .bins = 0}).size(); };
  CHECK(bins(1) == 100);
  CHECK(bins(30) == 3);
  CHECK(bins(500) == 1);
}
