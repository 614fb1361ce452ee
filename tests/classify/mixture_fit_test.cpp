// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <equipoise/classify/mixture_fit.hpp>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "../near.hpp"
#include "fixtures.hpp"

using namespace equipoise;
using testing::near;

namespace {
std::string const folder = EQUIPOISE_TEST_DATA "/classify/";

/// scikit-learn adds 1e-6 itself, not 1e-6 of the features' variance.
auto like_scikit_learn(std::vector<double> const& rows, std::size_t d) -> mixture_options {
  double mean_variance = 0;
  auto const n = static_cast<double>(rows.size() / d);
  for (std::size_t f = 0; f < d; ++f) {
    double sum = 0, squares = 0;
    for (auto i = f; i < rows.size(); i += d) sum += rows[i], squares += rows[i] * rows[i];
    mean_variance += (squares / n - sum / n * sum / n) / static_cast<double>(d);
  }
  return {.ridge = 1e-6 / mean_variance};
}

/// Narrow and wide waveforms: 46 and 190 cells, features in ms.
auto two_kinds(std::uint64_t seed, std::size_t narrow = 46, std::size_t wide = 190) -> std::vector<double> {
  random_stream random(seed, 5);
  std::vector<double> x;
  for (std::size_t i = 0; i < narrow + wide; ++i) {
    auto const first = i < narrow;
    x.push_back((first ? 0.50 : 0.70) + 0.06 * random.normal());
    x.push_back(first ? 0.28 + 0.03 * random.normal() : 0.72 + 0.05 * random.normal());
  }
  return x;
}

auto one_kind(std::uint64_t seed, std::size_t n, std::size_t d) -> std::vector<double> {
  random_stream random(seed, 6);
  std::vector<double> x(n * d);
  for (auto& v : x) v = random.normal();
  return x;
}

/// Expectation-maximisation of two components in one feature as textbooks write it.
auto textbook(std::vector<double> const& x, std::vector<bool> first, double ridge, int steps) -> std::array<double, 6> {
  auto const n = x.size();
  std::vector<double> r(n);
  for (std::size_t i = 0; i < n; ++i) r[i] = first[i] ? 1 : 0;
  std::array<double, 2> weight{}, mean{}, variance{};
  double log_likelihood = 0;
  for (int step = 0; step < steps; ++step) {
    for (auto const k : {0u, 1u}) {
      double sum = 0, sx = 0, sxx = 0;
      for (std::size_t i = 0; i < n; ++i) sum += k == 0 ? r[i] : 1 - r[i], sx += (k == 0 ? r[i] : 1 - r[i]) * x[i];
      weight[k] = sum / static_cast<double>(n), mean[k] = sx / sum;
      for (std::size_t i = 0; i < n; ++i) sxx += (k == 0 ? r[i] : 1 - r[i]) * (x[i] - mean[k]) * (x[i] - mean[k]);
      variance[k] = sxx / sum + ridge;
    }
    log_likelihood = 0;
    for (std::size_t i = 0; i < n; ++i) {
      std::array<double, 2> p{};
      for (auto const k : {0u, 1u}) p[k] = weight[k] * std::exp(-(x[i] - mean[k]) * (x[i] - mean[k]) / (2 * variance[k])) / std::sqrt(2 * std::numbers::pi * variance[k]);
      r[i] = p[0] / (p[0] + p[1]), log_likelihood += std::log(p[0] + p[1]);
    }
  }
  return {weight[0], mean[0], mean[1], variance[0], variance[1], log_likelihood};
}
}  // namespace

TEST_CASE("fit_mixture: weights, means, covariances, likelihood and BIC are scikit-learn's") {
  auto const x = fixtures::read_numbers(folder + "gmm_input_100x2_ms.csv", 0), truth = fixtures::read_numbers(folder + "gmm_fit.csv", 1), posterior = fixtures::read_numbers(folder + "gmm_posterior.csv", 0);
  REQUIRE(x.size() == 200);
  REQUIRE(truth.size() == 14);
  REQUIRE(posterior.size() == 200);
  auto const m = fit_mixture(x, 2, 2, like_scikit_learn(x, 2));
  CHECK(m.converged);
  CHECK(m.rows == 100);
  CHECK(m.features == 2);
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(m.weights[k] == near(truth[7 * k], 1e-7));
    for (std::size_t f = 0; f < 2; ++f) CHECK(m.means[2 * k + f] == near(truth[7 * k + 1 + f], 1e-7));
    for (std::size_t f = 0; f < 4; ++f) CHECK(m.covariances[4 * k + f] == near(truth[7 * k + 3 + f], f == 0 || f == 3 ? 1e-6 : 1e-4));  // off the diagonal they are small differences
  }
  CHECK(std::abs(m.log_likelihood - 266.63417463332069) < 1e-6);
  CHECK(std::abs(m.bic() + 482.61147722077237) < 2e-6);
  CHECK(m.parameters() == 11);
  auto const mine = posteriors(m, x);
  double worst = 0;
  for (std::size_t i = 0; i < 200; ++i) worst = std::max(worst, std::abs(mine[i] - posterior[i]));
  CHECK(worst < 1e-7);
}

TEST_CASE("fit_mixture: one, two and three components in one and in two features reach scikit-learn's likelihood") {
  auto const x = fixtures::read_numbers(folder + "gmm_input_100x2_ms.csv", 0);
  std::vector<double> first;
  for (std::size_t i = 0; i < x.size(); i += 2) first.push_back(x[i]);
  auto const in_two = std::array{219.34059558489508, 266.6341746333203, 274.9274440869927};     // GaussianMixture(K, n_init=100, tol=1e-13), score · 100
  auto const in_one = std::array{48.79050186355879, 63.71446816658008, 66.6006523789143};
  auto exact_two = like_scikit_learn(x, 2), exact_one = like_scikit_learn(first, 1);
  exact_two.tolerance = exact_one.tolerance = 1e-12;
  for (std::size_t k = 0; k < 3; ++k) {
    CAPTURE(k + 1);
    CHECK(fit_mixture(x, 2, k + 1, exact_two).log_likelihood == near(in_two[k], 1e-8));
    CHECK(fit_mixture(first, 1, k + 1, exact_one).log_likelihood == near(in_one[k], 1e-8));
  }
}

TEST_CASE("fit_mixture: ends where the textbook's steps end") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    random_stream random(seed, 9);
    std::vector<double> x;
    std::vector<bool> first;
    for (int i = 0; i < 150; ++i) first.push_back(i < 60), x.push_back(i < 60 ? 0.3 * random.normal() : 2 + random.normal());
    auto const truth = textbook(x, first, 0, 20'000);
    auto const m = fit_mixture(x, 1, 2, {.tolerance = 1e-13, .iterations = 20'000, .ridge = 0});
    CHECK(m.converged);
    CHECK(m.log_likelihood == near(truth[5], 1e-11));
    CHECK(m.weights[0] == near(truth[0], 1e-5));
    CHECK(m.means[0] == doctest::Approx(truth[1]).epsilon(1e-5));
    CHECK(m.means[1] == near(truth[2], 1e-5));
    CHECK(m.covariances[0] == near(truth[3], 1e-5));
    CHECK(m.covariances[1] == near(truth[4], 1e-5));
  }
}

TEST_CASE("fit_mixture: the first steps are the textbook's, from the partition of k-means") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    auto x = one_kind(seed, 90, 1);
    for (std::size_t i = 0; i < 30; ++i) x[i] += 2.5;
    auto const parts = fit_k_means(x, 1, {.starts = 1, .seed = seed}).cluster;
    std::vector<bool> first;
    for (auto const c : parts) first.push_back(c == 0);
    auto const truth = textbook(x, first, 0.02, 2);
    double mean = 0, variance = 0;
    for (auto const v : x) mean += v / 90;
    for (auto const v : x) variance += (v - mean) * (v - mean) / 90;
    auto const m = fit_mixture(x, 1, 2, {.starts = 1, .iterations = 2, .ridge = 0.02 / variance, .seed = seed});
    CHECK(m.log_likelihood == near(truth[5], 1e-12));
    CHECK(m.weights[0] == near(truth[0], 1e-12));
    CHECK(m.means[0] == near(truth[1], 1e-11));
    CHECK(m.means[1] == near(truth[2], 1e-11));
    CHECK(m.covariances[0] == near(truth[3], 1e-11));
    CHECK(m.covariances[1] == near(truth[4], 1e-11));
  }
}

TEST_CASE("fit_mixture: more steps never lower the likelihood, and the end is as near as the tolerance says") {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    auto x = one_kind(seed, 100, 2);
    for (std::size_t i = 0; i < 80; ++i) x[i] += 1.8;
    auto before = -std::numeric_limits<double>::infinity();
    for (int iterations = 1; iterations < 120; ++iterations) {
      auto const now = fit_mixture(x, 2, 2, {.starts = 1, .iterations = iterations, .ridge = 0}).log_likelihood;
      if (std::isnan(now)) break;
      CHECK(now >= before - 1e-10);
      before = now;
    }
    auto const end = fit_mixture(x, 2, 2, {.starts = 1, .tolerance = 1e-12, .iterations = 50'000, .ridge = 0}), near_end = fit_mixture(x, 2, 2, {.starts = 1, .tolerance = 1e-7, .iterations = 50'000, .ridge = 0});
    if (std::isnan(end.log_likelihood)) continue;
    CHECK(near_end.converged);
    CHECK(end.log_likelihood - near_end.log_likelihood <= 3e-7 * 100);
  }
}

TEST_CASE("fit_mixture: one component is mean and covariance, and its likelihood the closed form") {
  auto const x = two_kinds(1);
  auto const n = x.size() / 2;
  auto const m = fit_mixture(x, 2, 1, {.ridge = 0});
  double mean[2]{}, c[3]{};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t f = 0; f < 2; ++f) mean[f] += x[2 * i + f] / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    auto const a = x[2 * i] - mean[0], b = x[2 * i + 1] - mean[1];
    c[0] += a * a / static_cast<double>(n), c[1] += a * b / static_cast<double>(n), c[2] += b * b / static_cast<double>(n);
  }
  CHECK(m.weights == std::vector<double>{1});
  CHECK(m.means[0] == near(mean[0], 1e-13));
  CHECK(m.means[1] == near(mean[1], 1e-13));
  CHECK(m.covariances[0] == near(c[0], 1e-12));
  CHECK(m.covariances[1] == near(c[1], 1e-12));
  CHECK(m.covariances[2] == m.covariances[1]);
  CHECK(m.covariances[3] == near(c[2], 1e-12));
  CHECK(m.log_likelihood == near(-static_cast<double>(n) * (std::log(2 * std::numbers::pi) + 0.5 * std::log(c[0] * c[2] - c[1] * c[1]) + 1), 1e-12));
  CHECK(m.parameters() == 5);
  CHECK(m.converged);
  auto const ridged = fit_mixture(x, 2, 1, {.ridge = 0.5});
  CHECK(ridged.covariances[0] == near(c[0] + 0.25 * (c[0] + c[2]), 1e-12));
  CHECK(ridged.covariances[1] == near(c[1], 1e-12));
}

TEST_CASE("fit_mixture: two kinds of cells are found, means within 4 standard errors, labels right") {
  double right = 0;
  constexpr int seeds = 60;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    auto const x = two_kinds(seed);
    auto const m = fit_mixture(x, 2, 2, {.seed = seed});
    CHECK(std::abs(m.means[0] - 0.50) < 0.0354);  // 4 sd / √n
    CHECK(std::abs(m.means[1] - 0.28) < 0.0177);
    CHECK(std::abs(m.means[2] - 0.70) < 0.0174);
    CHECK(std::abs(m.means[3] - 0.72) < 0.0145);
    auto const p = posteriors(m, x);
    for (std::size_t i = 0; i < 236; ++i) right += (p[2 * i] > 0.5) == (i < 46) ? 1 : 0;
    CHECK(m.bic() < fit_mixture(x, 2, 1).bic() - 10);
  }
  CHECK(right / (236 * seeds) >= 0.99);
}

TEST_CASE("fit_mixture: one kind of cells is hardly ever split in two by a BIC of 10") {
  constexpr int seeds = 200;
  for (std::size_t const n : {60u, 236u})
    for (std::size_t const d : {1u, 2u}) {
      int split = 0;
      for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        auto const x = one_kind(1000 * n + seed, n, d);
        split += fit_mixture(x, d, 2, {.starts = 8}).bic() < fit_mixture(x, d, 1).bic() - 10 ? 1 : 0;
      }
      CAPTURE(n);
      CAPTURE(d);
      CHECK(split <= seeds / 20);
    }
}

TEST_CASE("fit_mixture: three components, and three features") {
  random_stream random(8);
  std::vector<double> x;
  std::array const centre{std::array{0.0, 5.0, 1.0}, std::array{4.0, 0.0, 1.0}, std::array{8.0, 5.0, -6.0}};
  constexpr std::size_t n = 600;
  for (std::size_t i = 0; i < n; ++i) {
    auto const& c = centre[i % 6 < 1 ? 0 : i % 6 < 3 ? 1 : 2];
    auto const shared = random.normal();
    for (auto const v : c) x.push_back(v + 0.6 * shared + 0.8 * random.normal());  // variance 1, correlation .36
  }
  auto const m = fit_mixture(x, 3, 3);
  CHECK(m.converged);
  CHECK(m.parameters() == 2 + 9 + 18);
  for (std::size_t k = 0; k < 3; ++k) {
    auto const rows = static_cast<double>((k + 1) * 100);
    CHECK(std::abs(m.weights[k] - rows / 600) < 0.01);
    for (std::size_t f = 0; f < 3; ++f) {
      CHECK(std::abs(m.means[3 * k + f] - centre[k][f]) < 4 / std::sqrt(rows));
      for (std::size_t g = 0; g < 3; ++g) CHECK(std::abs(m.covariances[9 * k + 3 * f + g] - (f == g ? 1 : 0.36)) < 4 * std::sqrt(2 / rows));
    }
  }
}

TEST_CASE("fit_mixture: the units of a feature and its origin change nothing but the numbers' scale") {
  auto x = two_kinds(4);
  auto const a = fit_mixture(x, 2, 2, {.ridge = 0});
  for (std::size_t i = 0; i < x.size(); i += 2) x[i] = 1000 * x[i] + 5;
  auto const b = fit_mixture(x, 2, 2, {.ridge = 0});
  CHECK(b.means[0] == near(1000 * a.means[0] + 5, 1e-8));
  CHECK(b.covariances[0] == near(1e6 * a.covariances[0], 1e-6));
  CHECK(b.covariances[1] == near(1e3 * a.covariances[1], 1e-4));
  CHECK(b.log_likelihood == near(a.log_likelihood - 236 * std::log(1000.0), 1e-9));
}

TEST_CASE("fit_mixture: the same seed gives the same bits, and more starts never a lower likelihood") {
  auto const x = one_kind(5, 120, 2);
  auto const a = fit_mixture(x, 2, 3, {.starts = 6, .seed = 9}), b = fit_mixture(x, 2, 3, {.starts = 6, .seed = 9});
  CHECK(a.weights == b.weights);
  CHECK(a.means == b.means);
  CHECK(a.covariances == b.covariances);
  CHECK(a.log_likelihood == b.log_likelihood);
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    auto before = -std::numeric_limits<double>::infinity();
    for (int starts = 1; starts <= 20; ++starts) {
      auto const now = fit_mixture(one_kind(seed, 60, 2), 2, 3, {.starts = starts}).log_likelihood;
      CHECK((now >= before || (starts > 1 && std::isnan(before))));
      before = now;
    }
  }
}

TEST_CASE("fit_mixture: a component that fits single rows is given up, and its start made again") {
  int again = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto const m = fit_mixture(one_kind(seed, 60, 2), 2, 3);
    again += m.restarted;
    REQUIRE(std::isfinite(m.log_likelihood));
    for (auto const w : m.weights) CHECK(w * 60 >= 3 - 1e-12);
  }
  CHECK(again > 0);
  auto x = one_kind(6, 100, 2);
  x.push_back(60), x.push_back(60);  // one component always ends on this row alone
  auto const alone = fit_mixture(x, 2, 2, {.starts = 3});
  CHECK(alone.restarted == 15);
  CHECK(reason_of(alone.log_likelihood) == reason::not_available);
  auto const equal = fit_mixture(std::vector<double>(20, 1.5), 2, 2);  // nothing to fit
  CHECK(reason_of(equal.log_likelihood) == reason::not_available);
  CHECK(reason_of(equal.bic()) == reason::not_available);
  CHECK(equal.means.size() == 4);
  CHECK_FALSE(equal.converged);
  CHECK(reason_of(equal.posterior(std::vector<double>{1, 2})[1]) == reason::not_available);
  CHECK(reason_of(equal.log_density(std::vector<double>{1, 2})) == reason::not_available);
  CHECK(reason_of(fit_mixture(std::vector<double>{1, 2, 2, 4, 3, 6, 4, 8}, 2, 1, {.ridge = 0}).log_likelihood) == reason::not_available);  // on a line
}

TEST_CASE("fit_mixture: a step's limit is kept and told") {
  auto const x = one_kind(7, 200, 2);
  auto const m = fit_mixture(x, 2, 3, {.iterations = 4});
  CHECK(m.iterations <= 4);
  CHECK_FALSE(m.converged);
}

TEST_CASE("fit_mixture: bad input is refused with a sentence") {
  std::vector<double> const x{1, 2, 3, 4, 5, 6.5, 8};
  CHECK_THROWS_WITH_AS(fit_mixture(x, 0, 1), doctest::Contains("no features"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(x, 2, 1), doctest::Contains("whole rows"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(std::vector<double>{1, std::numeric_limits<double>::infinity(), 2}, 1, 1), doctest::Contains("row 1, feature 0"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(x, 1, 4), doctest::Contains("too few rows for 4 components of 1 features (expected 8 or more, found 7)"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(x, 1, 0), doctest::Contains("components"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(x, 1, 33), doctest::Contains("components"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(std::vector<double>(33 * 40), 33, 1), doctest::Contains("features"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(x, 1, 2, {.starts = 0}), doctest::Contains("starts"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(x, 1, 2, {.iterations = 0}), doctest::Contains("iterations"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(x, 1, 2, {.tolerance = -1}), doctest::Contains("tolerance"), error);
  CHECK_THROWS_WITH_AS(fit_mixture(x, 1, 2, {.ridge = -1}), doctest::Contains("ridge"), error);
}
