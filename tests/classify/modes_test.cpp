// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <equipoise/classify/modes.hpp>
#include <equipoise/core/random.hpp>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

using namespace equipoise;

namespace {
/// n values of a normal distribution, at its quantiles as near as sampling makes them.
auto normal(double mean, double sd, int n, random_stream& random) -> std::vector<double> {
  std::vector<double> x;
  for (int k = 0; k < n; ++k) x.push_back(mean + sd * random.normal());
  return x;
}
auto mixed(double a, double sa, int na, double b, double sb, int nb, std::uint64_t seed) -> std::vector<double> {
  random_stream random(seed);
  auto x = normal(a, sa, na, random);
  for (auto const v : normal(b, sb, nb, random)) x.push_back(v);
  return x;
}
auto codes(std::vector<warning> const& all) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto const& w : all) out.push_back(w.code);
  return out;
}
auto has(std::vector<warning> const& all, std::string const& code) -> bool {
  auto const names = codes(all);
  return std::find(names.begin(), names.end(), code) != names.end();
}
auto judged(std::vector<double> const& x, std::optional<double> cut) { return bimodality_warnings(x, dip_test(x), cut); }
}  // namespace

TEST_CASE("modes: the smoothed density is a sum of normal densities") {
  std::vector<double> const x{1, 2, 4};
  auto const g = [](double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); };
  CHECK(std::abs(smoothed_density(x, 0.5, 1.5) - (g(-1) + g(1) + g(5)) / 1.5) < 1e-14);
  double sum = 0;
  for (int k = -400; k < 1000; ++k) sum += smoothed_density(x, 0.5, 0.01 * k) * 0.01;
  CHECK(std::abs(sum - 1) < 1e-6);
}

TEST_CASE("modes: of two well-separated groups the modes lie at their means and the trough between") {
  auto const found = two_modes_of(mixed(0.28, 0.03, 60, 0.72, 0.05, 240, 1));
  REQUIRE(found);
  CHECK(std::abs(found->lower - 0.28) < 0.03);
  CHECK(std::abs(found->upper - 0.72) < 0.03);
  CHECK(found->trough > 0.36);
  CHECK(found->trough < 0.58);
  CHECK(found->density_trough < found->density_lower / 4);
  CHECK(found->density_lower < found->density_upper);
}

TEST_CASE("modes: a stray value is no mode, nor is a tail") {
  auto x = mixed(0.28, 0.03, 60, 0.72, 0.05, 240, 2);
  x.push_back(2.5), x.push_back(2.6);
  auto const found = two_modes_of(x);
  REQUIRE(found);
  CHECK(found->upper < 0.85);
  CHECK(found->trough < 0.6);
}

TEST_CASE("modes: too few values, and equal ones, have none") {
  CHECK_FALSE(two_modes_of({}));
  CHECK_FALSE(two_modes_of({1, 2, 3, 4, 5, 6, 7, 8, 9}));
  CHECK_FALSE(two_modes_of(std::vector<double>(50, 0.3)));
}

TEST_CASE("modes: times on a grid, most of them equal, are no trouble") {
  std::vector<double> x(90, 0.7);
  for (int k = 0; k < 10; ++k) x.push_back(0.3);
  auto const found = two_modes_of(x);
  REQUIRE(found);
  CHECK(std::abs(found->lower - 0.3) < 0.02);
  CHECK(std::abs(found->upper - 0.7) < 0.02);
}

TEST_CASE("modes: one group is called not bimodal, two are not, and a cut must lie between them") {
  auto const two = mixed(0.28, 0.03, 60, 0.72, 0.05, 240, 3);
  CHECK(judged(two, 0.45).empty());
  CHECK(judged(two, std::nullopt).empty());
  for (auto const cut : {0.2, 0.3, 0.7, 0.8}) CHECK(codes(judged(two, cut)) == std::vector<std::string>{"cut_outside_trough"});
  auto const message = judged(two, 0.7).front().message;
  CHECK(message.find("0.700 ms") != std::string::npos);
  auto alarms = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    random_stream random(seed, 5);
    alarms += has(judged(normal(0.6, 0.1, 150, random), std::nullopt), "not_bimodal") ? 1 : 0;
  }
  CHECK(alarms >= 95);  // the dip test is conservative for a normal distribution, whose rate of rejection is below .05
  CHECK(has(judged({0.3, 0.7}, std::nullopt), "not_bimodal"));
}
