// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/balance/symmetry.hpp>
#include <numbers>
#include <vector>

using namespace equipoise;

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
  CHECK(s.angle_deg == doctest::Approx(45));
  CHECK(s.axis_ratio == doctest::Approx(0));
  CHECK(s.slope == doctest::Approx(1));
  CHECK(s.orthogonal_residual == doctest::Approx(0));
}

TEST_CASE("symmetry_axis: division by the numbers of cells turns a line of slope 1/4 into one of slope 1") {
  CHECK(of({4, 8, 12, 28}, {1, 2, 3, 7}).angle_deg == doctest::Approx(std::atan(0.25) * 180 / std::numbers::pi));
  CHECK(of({4, 8, 12, 28}, {1, 2, 3, 7}, {4, 1}).angle_deg == doctest::Approx(45));
}

TEST_CASE("symmetry_axis: eigenvalues of a covariance worked by hand") {
  // e = 0 4 0 4, i = 0 2 2 4: var_e = 4, var_i = 2, cov = 2; eigenvalues 3 ± √5
  auto const s = of({0, 4, 0, 4}, {0, 2, 2, 4});
  CHECK(s.axis_ratio == doctest::Approx((3 - std::sqrt(5.0)) / (3 + std::sqrt(5.0))));
  CHECK(s.orthogonal_residual == doctest::Approx(std::sqrt(3 - std::sqrt(5.0))));
  CHECK(s.angle_deg == doctest::Approx(0.5 * std::atan2(4.0, 2.0) * 180 / std::numbers::pi));
  CHECK(s.slope == doctest::Approx(std::sqrt(0.5)));
}

TEST_CASE("symmetry_axis: opposed populations have a negative axis; a circle has no angle; silence is undefined") {
  CHECK(of({1, 2, 3}, {3, 2, 1}).angle_deg == doctest::Approx(-45));
  CHECK(of({1, 2, 3}, {3, 2, 1}).slope == doctest::Approx(-1));
  auto const circle = of({0, 2, 0, 2}, {0, 0, 2, 2});
  CHECK(reason_of(circle.angle_deg) == reason::no_variance);
  CHECK(circle.axis_ratio == doctest::Approx(1));
  CHECK(reason_of(of({1, 1, 1}, {1, 2, 3}).axis_ratio) == reason::no_variance);
}
