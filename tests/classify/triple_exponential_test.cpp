// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <equipoise/classify/triple_exponential.hpp>
#include <equipoise/core/random.hpp>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;
using model = detail::triple_exponential;

namespace {
auto curve(model::parameters const& p, double x) -> double {
  auto const z = x - p[model::refractory];
  return std::max(0.0, p[model::c] * (std::exp(-z / p[model::decay]) - p[model::d] * std::exp(-z / p[model::rise])) + p[model::h] * std::exp(-z / p[model::burst]) + p[model::asymptote]);
}
auto curve(model::parameters const& p) -> std::vector<double> {
  std::vector<double> y(100);
  for (std::size_t k = 0; k < y.size(); ++k) y[k] = curve(p, static_cast<double>(k + 1) / 2);
  return y;
}
auto squares(std::vector<double> const& y, model::parameters const& p) -> double {
  auto const z = curve(p);
  double sum = 0;
  for (std::size_t k = 0; k < y.size(); ++k) sum += (y[k] - z[k]) * (y[k] - z[k]);
  return sum;
}
auto noisy(model::parameters const& p, std::uint64_t seed, double sd) -> std::vector<double> {
  random_stream random(seed);
  auto y = curve(p);
  for (auto& v : y) v = std::max(0.0, v + sd * random.normal());
  return y;
}
auto inside(model::parameters const& p) -> bool {
  for (std::size_t i = 0; i < model::count; ++i)
    if (p[i] < model::lower[i] || p[i] > model::upper[i]) return false;
  return true;
}
}  // namespace

TEST_CASE("triple exponential: a sum of the grid's own exponentials is found without a step") {
  // 40 e^{−x/16} − 50 e^{−x/2} + 20 e^{−x/0.5} + 7, positive at all lags
  std::vector<double> y(100);
  for (std::size_t k = 0; k < y.size(); ++k) {
    auto const x = static_cast<double>(k + 1) / 2;
    y[k] = 40 * std::exp(-x / 16) - 50 * std::exp(-x / 2) + 20 * std::exp(-x / 0.5) + 7;
  }
  CHECK(*std::min_element(y.begin(), y.end()) > 0);
  model fit(y, 0.5);
  auto const starts = fit.starts(0, 3);
  CHECK(starts.size() == 3);
  CHECK(starts[0][model::decay] == 16);
  CHECK(starts[0][model::rise] == 2);
  CHECK(starts[0][model::burst] == 0.5);
  CHECK(starts[0][model::asymptote] == near(7, 1e-4));
  CHECK(squares(y, starts[0]) < 1e-6);
  CHECK(squares(y, starts[0]) <= squares(y, starts[1]));
  for (auto const& s : starts) CHECK(inside(s));
}

TEST_CASE("triple exponential: a minimum is one: within the bounds, not above its start, and no small step within the bounds goes lower") {
  model::parameters const truth{25, 4, 40, 1.6, 9, 2, 1, 5};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto const y = noisy(truth, seed, 1.5);
    model fit(y, 0.5);
    for (auto const& start : {model::usual, model::parameters{100, 20, 10, 1, 5, 0, 3, 1}}) {
      auto const m = fit.from(start, 3000);
      CHECK(inside(m.at));
      CHECK(m.converged);
      CHECK(m.residual == near(squares(y, m.at), 1e-9));
      CHECK(m.residual <= squares(y, start));
      for (std::size_t i = 0; i < model::count; ++i)
        for (auto const by : {-1e-4, 1e-4}) {
          auto p = m.at;
          p[i] = std::clamp(p[i] + by * std::max(1e-2, std::abs(p[i])), model::lower[i], model::upper[i]);
          CHECK(squares(y, p) > m.residual * (1 - 1e-5));
        }
    }
  }
}

TEST_CASE("triple exponential: fewer steps do not come lower, and say so") {
  auto const y = noisy({25, 4, 40, 1.6, 9, 2, 1, 5}, 3, 1.5);
  model fit(y, 0.5);
  auto last = squares(y, model::usual);
  for (int steps : {1, 2, 4, 8, 16, 32}) {
    auto const m = fit.from(model::usual, steps);
    CHECK(m.residual <= last);
    CHECK(m.iterations <= steps);
    last = m.residual;
  }
  CHECK_FALSE(fit.from(model::usual, 1).converged);
}

TEST_CASE("triple exponential: a parameter that is kept in narrower bounds stays there") {
  auto const y = noisy({25, 4, 40, 1.6, 9, 2, 1, 5}, 4, 1);
  model fit(y, 0.5);
  auto const free = fit.from(model::usual, 500);
  fit.keep(model::rise, 10, 50);
  auto const m = fit.from(free.at, 500);
  CHECK(m.at[model::rise] >= 10);
  CHECK(m.residual >= free.residual);
  CHECK(inside(m.at));
}
