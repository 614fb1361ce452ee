// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/core/config.hpp>
#include <limits>

using namespace equipoise;

static_assert(sizeof(int128) == 16 && sizeof(uint128) == 16);
static_assert(EQUIPOISE_VERSION >= 100);

namespace {
constexpr auto most = (std::numeric_limits<std::int64_t>::max)();
constexpr auto least = (std::numeric_limits<std::int64_t>::min)();

constexpr auto divides() -> bool {
  return floor_div(7, 2) == 3 && floor_div(-7, 2) == -4 && floor_div(-8, 2) == -4 && floor_div(0, 5) == 0 && floor_div(-1, most) == -1
      && floor_div(least, 1) == least && floor_div(most, most) == 1
      && ceil_div(7, 2) == 4 && ceil_div(-7, 2) == -3 && ceil_div(8, 2) == 4 && ceil_div(0, 5) == 0 && ceil_div(1, most) == 1 && ceil_div(least, 1) == least;
}
static_assert(divides());
}  // namespace

TEST_CASE("config: floor_div and ceil_div bracket the quotient, before the origin too") {
  CHECK(divides());
  for (std::int64_t b = 1; b <= 12; ++b)
    for (std::int64_t a = -60; a <= 60; ++a) {
      auto const quotient = static_cast<double>(a) / static_cast<double>(b);
      CHECK(static_cast<double>(floor_div(a, b)) == std::floor(quotient));
      CHECK(static_cast<double>(ceil_div(a, b)) == std::ceil(quotient));
    }
}

TEST_CASE("config: 128-bit integers hold the product of two 64-bit ones") {
  CHECK(static_cast<std::uint64_t>((uint128{most} * uint128{most}) >> 64) == 0x3FFF'FFFF'FFFF'FFFFu);
  CHECK(int128{least} * int128{least} > 0);
}
