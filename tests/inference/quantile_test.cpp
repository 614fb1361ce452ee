// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/inference/quantile.hpp>
#include <limits>
#include <numbers>
#include <vector>

using namespace equipoise;

TEST_CASE("two_sided_t: the printed tables, and closed forms for one and two degrees of freedom") {
  CHECK(two_sided_t(0.95, 10.0) == doctest::Approx(2.228).epsilon(3e-4));
  CHECK(two_sided_t(0.95, 19.0) == doctest::Approx(2.093).epsilon(3e-4));
  CHECK(two_sided_t(0.99, 30.0) == doctest::Approx(2.750).epsilon(3e-4));
  CHECK(two_sided_t(0.95, std::numeric_limits<double>::infinity()) == doctest::Approx(1.959963984540054).epsilon(1e-12));
  for (double const level : {0.001, 0.5, 0.8, 0.95, 0.99, 0.9999}) {
    CHECK(two_sided_t(level, 1.0) == doctest::Approx(std::tan(std::numbers::pi / 2 * level)).epsilon(1e-10));       // Cauchy
    CHECK(two_sided_t(level, 2.0) == doctest::Approx(level * std::sqrt(2 / (1 - level * level))).epsilon(1e-10));
    CHECK(two_sided_t(level, 1e7) == doctest::Approx(two_sided_t(level, std::numeric_limits<double>::infinity())).epsilon(1e-5));
  }
}

TEST_CASE("quantile: linear between order statistics") {
  std::vector<double> x{4, 1, 3, 2};
  CHECK(quantile(x, 0) == 1);
  CHECK(quantile(x, 1) == 4);
  CHECK(quantile(x, 0.5) == 2.5);
  CHECK(quantile(x, 0.25) == doctest::Approx(1.75));
  std::vector<double> one{7};
  CHECK(quantile(one, 0.3) == 7);
}
