// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/correlate/simultaneous_band.hpp>
#include <limits>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;

TEST_CASE("simultaneous_band: a case worked by hand") {
  // Bin 0: 2, then 0 1 2 0: mean 1, squares 1+1+0+1+1 = 4, SD 1. Bin 1 is 7 in all. So M = 1 for the observed, and 1, 0, 1, 1.
  std::vector<double> const observed{2, 7}, draws{0, 7, 1, 7, 2, 7, 0, 7};
  auto const band = simultaneous_band(observed, draws, 0.5);
  CHECK(band.mean == std::vector<double>{1, 7});
  CHECK(band.z == std::vector<double>{1, 0});
  CHECK(band.p == near(4 / 5.0, 1e-14));
  CHECK(band.lower == std::vector<double>{0, 7});  // c is the third of 0 1 1 1 1
  CHECK(band.upper == std::vector<double>{2, 7});
  CHECK_FALSE(band.outside);
}

TEST_CASE("simultaneous_band: where draws never vary an observed difference is as large as can be, and none weighs nothing") {
  std::vector<double> draws(19 * 3, 4.0);
  auto const band = simultaneous_band(std::vector<double>{4, 5, 4}, draws);
  CHECK(band.p == near(1 / 20.0, 1e-14));
  CHECK(band.largest == near(19 / std::sqrt(20.0), 1e-12));
  CHECK(band.outside);
  CHECK(band.z[0] == 0);
  auto const same = simultaneous_band(std::vector<double>{4, 4, 4}, draws);
  CHECK(same.p == 1);
  CHECK_FALSE(same.outside);
}

TEST_CASE("simultaneous_band: the p-value is exact for few draws, and the band and the p-value agree") {
  random_stream random(11);
  constexpr int repeats = 2'000;
  constexpr std::size_t bins = 40, draws = 39;
  int rejected = 0;
  for (int r = 0; r < repeats; ++r) {
    std::vector<double> x(bins), s(bins * draws);
    for (auto& v : x) v = random.normal();
    for (auto& v : s) v = random.normal();
    auto const band = simultaneous_band(x, s, 0.95);
    bool leaves = false;  // by more than rounding: where the observed correlogram sets the width, it stands on the edge
    for (std::size_t b = 0; b < bins; ++b) leaves = leaves || x[b] < band.lower[b] - 1e-9 || x[b] > band.upper[b] + 1e-9;
    CHECK(leaves == band.outside);
    CHECK(band.outside == (band.p <= 0.05 + 1e-12));
    rejected += band.outside;
  }
  // exactly 2 of 40 ranks; the SD of the share is .0049
  CHECK(std::abs(rejected / double{repeats} - 0.05) < 4 * 0.0049);
}

TEST_CASE("simultaneous_band: finds a peak in one bin of many, and leaves alone what was not observed") {
  random_stream random(12);
  constexpr std::size_t bins = 101, draws = 199;
  std::vector<double> x(bins), s(bins * draws);
  for (auto& v : x) v = 100 + 10 * random.normal();
  for (auto& v : s) v = 100 + 10 * random.normal();
  x[50] = undefined(reason::not_available);
  auto const quiet = simultaneous_band(x, s);
  CHECK(quiet.p > 0.05);
  CHECK(std::isnan(quiet.z[50]));
  CHECK(std::isnan(quiet.upper[50]));
  x[53] = 170;
  auto const peak = simultaneous_band(x, s);
  CHECK(peak.p == near(1 / 200.0, 1e-14));
  CHECK(x[53] > peak.upper[53]);
}

TEST_CASE("simultaneous_band: draws that are not whole and levels that are none are refused") {
  std::vector<double> const x(3), s(7);
  CHECK_THROWS_AS((void)simultaneous_band(x, s), error);
  CHECK_THROWS_AS((void)simultaneous_band(x, {}), error);
  CHECK_THROWS_AS((void)simultaneous_band({}, s), error);
  CHECK_THROWS_AS((void)simultaneous_band(x, std::vector<double>(6), 1), error);
}
