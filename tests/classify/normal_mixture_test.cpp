// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/classify/normal_mixture.hpp>
#include <limits>
#include <numbers>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;

namespace {
/// Two components whose densities are written out: independent features, and a correlation of ½.
auto example() -> normal_mixture {
  return {.features = 2, .weights = {0.3, 0.7}, .means = {0, 1, 2, -1}, .covariances = {4, 0, 0, 0.25, 1, 0.5, 0.5, 1}, .log_likelihood = -12.5, .rows = 40};
}
auto first(double x, double y) -> double { return std::exp(-x * x / 8 - (y - 1) * (y - 1) * 2) / (2 * std::numbers::pi * 2 * 0.5); }
auto second(double x, double y) -> double {
  auto const a = x - 2, b = y + 1;
  return std::exp(-(a * a - a * b + b * b) / (2 * 0.75)) / (2 * std::numbers::pi * std::sqrt(0.75));
}
}  // namespace

TEST_CASE("normal_mixture: posteriors and densities are those written out") {
  auto const m = example();
  for (double const x : {-2.0, 0.0, 0.4, 1.7})
    for (double const y : {-1.5, 0.0, 0.5, 2.0}) {
      auto const p = m.posterior(std::vector<double>{x, y});
      auto const whole = 0.3 * first(x, y) + 0.7 * second(x, y);
      REQUIRE(p.size() == 2);
      CHECK(p[0] == near(0.3 * first(x, y) / whole, 1e-13));
      CHECK(p[1] == near(0.7 * second(x, y) / whole, 1e-13));
      CHECK(m.log_density(std::vector<double>{x, y}) == doctest::Approx(std::log(whole)).epsilon(1e-13));
    }
}

TEST_CASE("normal_mixture: posteriors of many rows are bit for bit those of single rows") {
  auto const m = example();
  std::vector<double> rows;
  for (int k = 0; k < 37; ++k) rows.push_back(0.3 * k - 5), rows.push_back(std::sin(k));
  auto const all = posteriors(m, rows);
  for (std::size_t i = 0; i < 37; ++i) {
    auto const one = m.posterior(std::span(rows).subspan(2 * i, 2));
    CHECK(all[2 * i] == one[0]);
    CHECK(all[2 * i + 1] == one[1]);
    CHECK(one[0] + one[1] == near(1, 1e-15));
  }
}

TEST_CASE("normal_mixture: free parameters and BIC are counted") {
  auto const m = example();
  CHECK(m.parameters() == 1 + 4 + 6);
  CHECK(m.bic() == near(25 + 11 * std::log(40.0), 1e-15));
  CHECK(normal_mixture{}.parameters() == 0);
  normal_mixture const one{.features = 3, .weights = {1}, .means = {}, .covariances = {}};
  CHECK(one.parameters() == 3 + 6);
}

TEST_CASE("normal_mixture: a covariance that is none gives undefined numbers, and a bad row is refused") {
  auto m = example();
  CHECK_THROWS_WITH_AS((void)m.posterior(std::vector<double>{1}), doctest::Contains("a value per feature"), error);
  CHECK_THROWS_WITH_AS((void)m.log_density(std::vector<double>{1, 2, 3}), doctest::Contains("a value per feature"), error);
  CHECK_THROWS_WITH_AS((void)m.posterior(std::vector<double>{1, NAN}), doctest::Contains("not a finite number"), error);
  CHECK_THROWS_WITH_AS(posteriors(m, std::vector<double>{1, 2, 3}), doctest::Contains("whole rows"), error);
  m.covariances = {1, 2, 2, 1, 1, 0, 0, 1};
  CHECK(reason_of(m.posterior(std::vector<double>{1, 2})[0]) == reason::not_available);
  CHECK(reason_of(m.log_density(std::vector<double>{1, 2})) == reason::not_available);
}

TEST_CASE("normal_mixture: L⁻¹ whitens") {
  std::vector<double> const c{4, 2, 0.4, 2, 5, 1, 0.4, 1, 3};
  double w[6];
  auto const logs = detail::whitened(c.data(), 3, w);
  REQUIRE(logs.has_value());
  CHECK(2 * *logs == near(std::log(4 * (15 - 1) - 2 * (6 - 0.4) + 0.4 * (2 - 2)), 1e-14));  // ln det
  auto const at = [&](std::size_t i, std::size_t j) { return j > i ? 0 : w[i * (i + 1) / 2 + j]; };
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      double sum = 0;
      for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b) sum += at(i, a) * c[3 * a + b] * at(j, b);
      CHECK(std::abs(sum - (i == j ? 1 : 0)) < 1e-14);
    }
}
