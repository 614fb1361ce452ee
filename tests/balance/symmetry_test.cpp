// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/balance/symmetry.hpp>
#include <equipoise/core/random.hpp>
#include <numbers>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;

static_assert(metric<symmetry_axis>);

namespace {
auto of(std::vector<std::uint16_t> const& e, std::vector<std::uint16_t> const& i, population_sizes sizes = {1, 1}) -> symmetry {
  co_moments s;
  s.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return symmetry_axis{.at_least = 2}(s, {.scale = 0, .width = {1, 1, 1}, .sizes = sizes, .bins = s.n()});
}
}  // namespace

TEST_CASE("symmetry_axis: a line of equal swings lies at 45 degrees, with nothing across it") {
  auto const s = of({1, 2, 3, 7}, {11, 12, 13, 17});
  CHECK(s.angle_deg == near(45, 1e-14));
  CHECK(s.axis_ratio == 0.0);
  CHECK(s.slope == near(1, 1e-14));
  CHECK(s.orthogonal_residual == 0.0);
}

TEST_CASE("symmetry_axis: division by the numbers of cells turns a line of slope 1/4 into one of slope 1") {
  CHECK(of({4, 8, 12, 28}, {1, 2, 3, 7}).angle_deg == near(std::atan(0.25) * 180 / std::numbers::pi, 1e-13));
  CHECK(of({4, 8, 12, 28}, {1, 2, 3, 7}, {4, 1}).angle_deg == near(45, 1e-13));
}

TEST_CASE("symmetry_axis: eigenvalues of a covariance worked by hand") {
  // e = 0 4 0 4, i = 0 2 2 4: var_e = 4, var_i = 2, cov = 2; eigenvalues 3 ± √5
  auto const s = of({0, 4, 0, 4}, {0, 2, 2, 4});
  CHECK(s.axis_ratio == near((3 - std::sqrt(5.0)) / (3 + std::sqrt(5.0)), 1e-13));
  CHECK(s.orthogonal_residual == near(std::sqrt(3 - std::sqrt(5.0)), 1e-13));
  CHECK(s.angle_deg == near(0.5 * std::atan2(4.0, 2.0) * 180 / std::numbers::pi, 1e-13));
  CHECK(s.slope == near(std::sqrt(0.5), 1e-13));
}

TEST_CASE("symmetry_axis: opposed populations have a negative axis; a circle has no angle; silence is undefined") {
  CHECK(of({1, 2, 3}, {3, 2, 1}).angle_deg == near(-45, 1e-13));
  CHECK(of({1, 2, 3}, {3, 2, 1}).slope == near(-1, 1e-13));
  auto const circle = of({0, 2, 0, 2}, {0, 0, 2, 2});
  CHECK(reason_of(circle.angle_deg) == reason::no_variance);
  CHECK(circle.axis_ratio == near(1, 1e-13));
  CHECK(reason_of(of({1, 1, 1}, {1, 2, 3}).axis_ratio) == reason::no_variance);
}

TEST_CASE("symmetry_axis: what lies across the axis and along it, bin by bin; 20 bins are needed") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    random_stream random(seed);
    std::vector<std::uint16_t> e, i;
    for (int k = 0; k < 300; ++k) {
      auto const common = random.below(20);
      e.push_back(static_cast<std::uint16_t>(common + random.below(12))), i.push_back(static_cast<std::uint16_t>(seed % 2 == 0 ? common + random.below(9) : 40 - common + random.below(9)));
    }
    population_sizes const sizes{7, 3};
    auto const s = of(e, i, sizes);
    double me = 0, mi = 0, along = 0, across = 0, ve = 0, vi = 0, largest = 0;
    for (std::size_t k = 0; k < 300; ++k) me += e[k] / 7.0 / 300, mi += i[k] / 3.0 / 300;
    auto turned = [&](double degrees, std::size_t k) {
      auto const c = std::cos(degrees * std::numbers::pi / 180), n = std::sin(degrees * std::numbers::pi / 180), x = e[k] / 7.0 - me, y = i[k] / 3.0 - mi;
      return std::pair(c * x + n * y, c * y - n * x);
    };
    for (std::size_t k = 0; k < 300; ++k) {
      auto const [x, y] = turned(s.angle_deg, k);
      along += x * x / 300, across += y * y / 300, ve += (e[k] / 7.0 - me) * (e[k] / 7.0 - me), vi += (i[k] / 3.0 - mi) * (i[k] / 3.0 - mi);
    }
    CHECK(s.orthogonal_residual == near(std::sqrt(across), 1e-10));
    CHECK(s.axis_ratio == near(across / along, 1e-10));
    CHECK(s.slope == near((seed % 2 == 0 ? 1 : -1) * std::sqrt(vi / ve), 1e-10));
    for (int degrees = 0; degrees < 180; ++degrees) {  // no direction has more
      double square = 0;
      for (std::size_t k = 0; k < 300; ++k) square += turned(degrees, k).first * turned(degrees, k).first / 300;
      largest = std::fmax(largest, square);
    }
    CHECK(largest <= along * (1 + 1e-12));
    CHECK(largest > 0.99 * along);
  }
  co_moments few;
  std::vector<std::uint16_t> const e{1, 5, 2, 8, 1, 5, 2, 8, 1, 5, 2, 8, 1, 5, 2, 8, 1, 5, 2};
  few.absorb(count_row<std::uint16_t>{0, 0, e, e});
  auto const s = symmetry_axis{}(few, {.scale = 0, .width = {1, 1, 1}, .sizes = {1, 1}, .bins = 19});
  for (auto const x : {s.angle_deg, s.axis_ratio, s.slope, s.orthogonal_residual}) CHECK(reason_of(x) == reason::too_few_bins);
}
