// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/classify/autocorrelogram_fit.hpp>
#include <equipoise/core/random.hpp>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;

namespace {
auto made_of(double rise, double decay, double burst, double c, double d, double h, double asymptote, double refractory) -> autocorrelogram_fit {
  autocorrelogram_fit f;
  f.tau_rise_ms = rise, f.tau_decay_ms = decay, f.tau_burst_ms = burst, f.c_hz = c, f.d = d, f.h_hz = h, f.asymptote_hz = asymptote, f.refractory_ms = refractory;
  return f;
}
auto rates_of(autocorrelogram_fit const& f) -> std::vector<double> {
  std::vector<double> y(100);
  for (std::size_t k = 0; k < y.size(); ++k) y[k] = f(static_cast<double>(k + 1) / 2);
  return y;
}
/// Rates from Poisson counts, as so many spikes would have them; and the pairs.
auto counted(autocorrelogram_fit const& f, double spikes, std::uint32_t seed) -> std::pair<std::vector<double>, std::int64_t> {
  std::mt19937 words(seed);
  auto y = rates_of(f);
  std::int64_t pairs = 0;
  for (auto& v : y) {
    auto const n = v > 0 ? std::poisson_distribution<std::int64_t>(v * spikes * 0.0005)(words) : 0;
    pairs += n, v = static_cast<double>(n) / (spikes * 0.0005);
  }
  return {y, pairs};
}
auto squares(std::vector<double> const& y, autocorrelogram_fit const& f) -> double {
  double sum = 0;
  for (std::size_t k = 0; k < y.size(); ++k) sum += (y[k] - f(static_cast<double>(k + 1) / 2)) * (y[k] - f(static_cast<double>(k + 1) / 2));
  return sum;
}
}  // namespace

TEST_CASE("autocorrelogram fit: the curve is that of the formula, cut at zero") {
  auto const f = made_of(2, 20, 1, 30, 2, 10, 5, 3);
  CHECK(f(3) == 0.0);  // 30 − 60 + 10 + 5
  CHECK(f(13) == near(30 * (0.60653065971 - 2 * 0.00673794700) + 10 * 4.539993e-5 + 5, 1e-8));
}

TEST_CASE("autocorrelogram fit: known curves without noise come back, and their time constants where they are far apart") {
  for (auto const& truth : {made_of(3, 25, 1, 40, 1.5, 0, 8, 2), made_of(8, 60, 1, 25, 1.3, 0, 6, 2), made_of(1, 12, 3, 60, 2, 0, 12, 3), made_of(4, 40, 0.8, 30, 1.2, 30, 5, 1.5)}) {
    auto const y = rates_of(truth);
    auto const f = fit_autocorrelogram(y, 100'000, {.iterations = 3000});
    auto const most = *std::max_element(y.begin(), y.end());
    for (std::size_t k = 0; k < y.size(); ++k) CHECK(std::abs(f(static_cast<double>(k + 1) / 2) - y[k]) < 1e-3 * most);
    CHECK(f.r_squared > 0.999999);
    CHECK(f.tau_rise_ms == near(truth.tau_rise_ms, 1e-3));
    CHECK(f.tau_decay_ms == near(truth.tau_decay_ms, 1e-3));
    CHECK(f.asymptote_hz == near(truth.asymptote_hz, 1e-3));
  }
}

TEST_CASE("autocorrelogram fit: never worse than the truth on Poisson counts, and right in the mean") {
  auto const truth = made_of(3, 25, 1, 40, 1.5, 0, 8, 2);
  std::vector<double> rise, decay;
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    auto const [y, pairs] = counted(truth, 100'000, seed);
    auto const f = fit_autocorrelogram(y, pairs);
    CHECK(f.residual_hz2 < squares(y, truth) * 1.001);
    CHECK(f.residual_hz2 == near(squares(y, f), 1e-8));
    rise.push_back(f.tau_rise_ms), decay.push_back(f.tau_decay_ms);
  }
  std::sort(rise.begin(), rise.end()), std::sort(decay.begin(), decay.end());
  CHECK(rise[12] == near(3, 0.15));
  CHECK(decay[12] == near(25, 0.15));
}

TEST_CASE("autocorrelogram fit: within 1 % of the least squares that scipy finds on twelve units of a recording") {
  std::ifstream in(EQUIPOISE_TEST_DATA "/classify_trains/autocorrelograms.txt");
  std::string line;
  auto units = 0, converged = 0;
  for (; std::getline(in, line); ++units) {
    std::istringstream words(line);
    std::int64_t unit = 0, pairs = 0;
    double one = 0, best = 0;
    words >> unit >> pairs >> one >> best;
    std::vector<double> y(100);
    for (auto& v : y) words >> v;
    auto const f = fit_autocorrelogram(y, pairs);
    CAPTURE(unit);
    CHECK(f.residual_hz2 < 1.01 * best);
    CHECK(f.residual_hz2 == near(squares(y, f), 1e-8));
    CHECK((f.tau_rise_ms >= 0.1 && f.tau_rise_ms <= 50 && f.tau_decay_ms >= 1 && f.tau_decay_ms <= 500 && f.c_hz <= 500 && f.d <= 15));
    converged += f.converged ? 1 : 0;
  }
  CHECK(units == 12);
  CHECK(converged >= 10);
}

TEST_CASE("autocorrelogram fit: on which side of 6 ms a rise is, said with as much certainty as the counts allow") {
  auto const fast = made_of(2, 40, 1, 30, 1.5, 0, 8, 1), slow = made_of(15, 60, 1, 60, 1.2, 0, 8, 1), between = made_of(6, 50, 1, 40, 1.3, 0, 8, 1);
  auto sure = 0;
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    auto const [a, n_a] = counted(fast, 200'000, seed);
    auto const [b, n_b] = counted(slow, 200'000, seed);
    CHECK(fit_autocorrelogram(a, n_a).rise_z < -2);
    CHECK(fit_autocorrelogram(b, n_b).rise_z > 2);
    auto const [c, n_c] = counted(fast, 1000, seed);
    CHECK(std::abs(fit_autocorrelogram(c, n_c).rise_z) < 4);
  }
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    auto const [y, n] = counted(between, 50'000, seed);
    auto const f = fit_autocorrelogram(y, n);
    CHECK((f.rise_z >= 0 ? f.tau_rise_ms >= 6 : f.tau_rise_ms <= 6));
    sure += std::abs(f.rise_z) > 2 ? 1 : 0;
  }
  CHECK(sure <= 7);  // 5 % by right, 2 of 40
}

TEST_CASE("autocorrelogram fit: undefined with a reason, or refused with a sentence") {
  auto const y = rates_of(made_of(3, 25, 1, 40, 1.5, 0, 8, 2));
  CHECK(reason_of(fit_autocorrelogram(y, 99).tau_rise_ms) == reason::not_available);
  CHECK(reason_of(fit_autocorrelogram(y, 0).rise_z) == reason::no_spikes);
  CHECK_FALSE(fit_autocorrelogram(y, 0).converged);
  CHECK(std::isfinite(fit_autocorrelogram(y, 99, {.least_pairs = 50}).tau_rise_ms));
  CHECK(reason_of(fit_autocorrelogram(y, 1000, {.rise_threshold_ms = 0}).rise_z) == reason::not_asked_for);
  CHECK(reason_of(fit_autocorrelogram(std::vector<double>(100, 5.0), 1000).r_squared) == reason::no_spread);
  CHECK_THROWS_WITH_AS(fit_autocorrelogram(std::vector<double>(15, 1.0), 1000), doctest::Contains("too few lags"), error);
  CHECK_THROWS_WITH_AS(fit_autocorrelogram(y, 1000, {.step_ms = 0}), doctest::Contains("not positive"), error);
  CHECK_THROWS_WITH_AS(fit_autocorrelogram(y, 1000, {.rise_threshold_ms = 60}), doctest::Contains("0.1 to 50 ms"), error);
  auto bad = y;
  bad[7] = -1;
  CHECK_THROWS_WITH_AS(fit_autocorrelogram(bad, 1000), doctest::Contains("lag 7: not a rate"), error);
  bad[7] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(fit_autocorrelogram(bad, 1000), error);
}
