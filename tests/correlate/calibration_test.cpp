// SPDX-License-Identifier: BSL-1.0
// Whether surrogates keep what they promise: p-values of null recordings are uniform under the conditions of each null, and small too often where
// these are broken as known. The table of docs/reference/surrogates.md is made by bench/calibration/run.sh from the same cases.
#include "calibration.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

using namespace equipoise;
using namespace equipoise::testing;

namespace {
/// f(case, p-values) for each case of which that is known; 39 draws, so that .05 is a p-value that occurs.
template <class F>
void each_case(promise known, std::uint64_t recordings, F f) {
  auto const cases = null_cases();
  for (std::size_t k = 0; k < cases.size(); ++k)
    if (cases[k].known == known) f(cases[k], calibrate(cases[k], k, recordings, 39));
}
/// Three standard errors of a share of .05.
auto three_errors(std::uint64_t n) -> double { return 3 * std::sqrt(0.05 * 0.95 / static_cast<double>(n)); }
}  // namespace

TEST_CASE("calibration: p-values are uniform where a surrogate promises it") {
  auto const cases = null_cases();
  auto const tests = static_cast<double>(std::count_if(cases.begin(), cases.end(), [](auto const& c) { return c.known == promise::uniform; }));
  CHECK(tests == 9);
  each_case(promise::uniform, 300, [&](null_case const& c, calibrated const& x) {
    INFO(c.surrogate, ": ", c.condition);
    CHECK(kolmogorov_p(x.untied) > 0.01 / tests);
    CHECK(std::abs(calibrated::share(x.untied, 0.05) - 0.05) <= three_errors(300));
    CHECK(calibrated::share(x.p, 0.05) <= 0.05 + three_errors(300));
  });
}

TEST_CASE("calibration: trends, slow rates, unequal units and drifting trials are rejected for themselves, as the documentation warns") {
  int seen = 0;
  each_case(promise::breached, 300, [&](null_case const& c, calibrated const& x) {
    INFO(c.surrogate, ": ", c.condition);
    CHECK(calibrated::share(x.p, 0.05) > 0.15);
    CHECK(kolmogorov_p(x.untied) < 1e-4);
    ++seen;
  });
  CHECK(seen == 8);
}

TEST_CASE("calibration: short recordings under a circular shift and rates that vary within jittered windows are rejected a little too often") {
  int seen = 0;
  each_case(promise::slightly_breached, 1'000, [&](null_case const& c, calibrated const& x) {
    INFO(c.surrogate, ": ", c.condition);
    CHECK(calibrated::share(x.untied, 0.05) > 0.05 + three_errors(1'000));
    CHECK(kolmogorov_p(x.untied) < 1e-3);
    ++seen;
  });
  CHECK(seen == 2);
}

TEST_CASE("calibration: false_discovery reaches its bound of .05 in independent families and keeps it in dependent ones") {
  for (std::size_t const effects : {0u, 8u}) {
    CAPTURE(effects);
    CHECK(false_shares(effects, 0, 500).off(0.05 * static_cast<double>(32 - effects) / 32) < 3);
    auto const dependent = false_shares(effects, 0.5, 500);
    CHECK(dependent.mean() <= 0.05 + 3 * dependent.standard_error());
    CHECK(dependent.mean() > 0);
  }
}
