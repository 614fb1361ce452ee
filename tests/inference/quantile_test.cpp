// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <equipoise/inference/quantile.hpp>
#include <limits>
#include <numbers>
#include <vector>

using namespace equipoise;

TEST_CASE("two_sided_t: the printed tables, and closed forms for one and two degrees of freedom") {
  CHECK(two_sided_t(0.95, 10) == doctest::Approx(2.228).epsilon(3e-4));
  CHECK(two_sided_t(0.95, 19) == doctest::Approx(2.093).epsilon(3e-4));
  CHECK(two_sided_t(0.99, 30) == doctest::Approx(2.750).epsilon(3e-4));
  for (double const level : {0.001, 0.5, 0.8, 0.95, 0.99, 0.9999}) {
    CHECK(two_sided_t(level, 1) == doctest::Approx(std::tan(std::numbers::pi / 2 * level)).epsilon(1e-10));  // Cauchy
    CHECK(two_sided_t(level, 2) == doctest::Approx(level * std::sqrt(2 / (1 - level * level))).epsilon(1e-10));
  }
}

TEST_CASE("two_sided_t: for all degrees of freedom that intervals have, and infinitely many, it is what Boost.Math says") {
  for (double const level : {0.01, 0.5, 0.9, 0.95, 0.99, 0.9999}) {
    for (int df = 1; df <= 300; ++df) {
      auto const theirs = quantile(complement(boost::math::students_t(df), (1 - level) / 2));
      CHECK(two_sided_t(level, df) == doctest::Approx(theirs).epsilon(1e-9));
    }
    CHECK(two_sided_t(level, std::numeric_limits<double>::infinity()) == doctest::Approx(quantile(complement(boost::math::normal(), (1 - level) / 2))).epsilon(1e-10));
  }
}

TEST_CASE("within_t: inverse of two_sided_t, grows from 0 to 1") {
  for (double const df : {1.0, 2.0, 3.0, 16.0, 59.0, std::numeric_limits<double>::infinity()}) {
    CHECK(within_t(0, df) == 0);
    CHECK(within_t(1e12, df) == doctest::Approx(1));
    for (double const level : {0.2, 0.95, 0.999}) CHECK(within_t(two_sided_t(level, df), df) == doctest::Approx(level).epsilon(1e-12));
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
