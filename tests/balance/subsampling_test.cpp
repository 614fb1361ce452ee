// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/balance/subsampling.hpp>
#include <equipoise/core/random.hpp>
#include <vector>

#include "../over_seeds.hpp"
#include "units_by_bins.hpp"

using namespace equipoise;
using namespace equipoise::testing;

static_assert(absorbs<population_moments, unit_row>);

namespace {
auto value_of(units_by_bins const& x) -> subsampling::value {
  population_moments s;
  x.into(s);
  return subsampling{x.concentration()}(s, x.row());
}
auto mean(std::vector<std::uint32_t> const& x) -> double {
  double sum = 0;
  for (auto const c : x) sum += c;
  return sum / static_cast<double>(x.size());
}
auto covariance_of(std::vector<std::uint32_t> const& x, std::vector<std::uint32_t> const& y) -> double {
  double sum = 0;
  for (std::size_t t = 0; t < x.size(); ++t) sum += (x[t] - mean(x)) * (y[t] - mean(y));
  return sum / static_cast<double>(x.size());
}
auto mean_of_pairs(std::vector<std::vector<std::uint32_t>> const& a, std::vector<std::vector<std::uint32_t>> const& b, bool same) -> double {
  double sum = 0, pairs = 0;
  for (std::size_t j = 0; j < a.size(); ++j)
    for (std::size_t k = 0; k < b.size(); ++k)
      if (!same || j != k) sum += covariance_of(a[j], b[k]), ++pairs;
  return sum / pairs;
}
}  // namespace

TEST_CASE("subsampling: variances and covariances are those of all pairs of units, one by one") {
  auto const x = multiple_interaction({.units_e = 7, .units_i = 4, .bins = 60, .mother = 5, .copy_e = 0.3, .copy_i = 0.6, .uneven = true}, 1);
  auto const v = value_of(x);
  CHECK(v.c_ee == doctest::Approx(mean_of_pairs(x.e, x.e, true)).epsilon(1e-9));
  CHECK(v.c_ii == doctest::Approx(mean_of_pairs(x.i, x.i, true)).epsilon(1e-9));
  CHECK(v.c_ei == doctest::Approx(mean_of_pairs(x.e, x.i, false)).epsilon(1e-9));
  double own = 0;
  for (auto const& unit : x.e) own += covariance_of(unit, unit);
  CHECK(v.private_e == doctest::Approx(own / 7).epsilon(1e-9));
  CHECK(v.rho_infinity == doctest::Approx(v.c_ei / std::sqrt(v.c_ee * v.c_ii)).epsilon(1e-12));
  CHECK(v.rho(7, 4) == doctest::Approx(zero_lag_correlation{}(x.pooled(), x.row())).epsilon(1e-9));  // as many units as there are: r itself
  CHECK(v.rho(1e12, 1e12) == doctest::Approx(v.rho_infinity).epsilon(1e-6));
}

TEST_CASE("subsampling: copies of one mother process have r_infinity 1 and covariances of rate times copying probabilities") {
  over_seeds infinity, c_ee, c_ei, own;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    auto const v = value_of(multiple_interaction({.units_e = 20, .units_i = 10, .bins = 1000, .mother = 4, .copy_e = 0.2, .copy_i = 0.4}, seed));
    infinity.add(v.rho_infinity), c_ee.add(v.c_ee), c_ei.add(v.c_ei), own.add(v.private_i);
  }
  CHECK(infinity.off(1) < 3);
  CHECK(infinity.standard_error() < 0.01);
  CHECK(c_ee.off(4 * 0.2 * 0.2) < 3);
  CHECK(c_ei.off(4 * 0.2 * 0.4) < 3);
  CHECK(own.off(4 * 0.4) < 3);
}

TEST_CASE("subsampling: a common background has r_infinity 1 at any share of it") {
  over_seeds infinity, c_ei;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    random_stream random(seed);
    units_by_bins x;
    std::vector<std::uint32_t> common(800);
    for (auto& c : common) c = poisson_count(0.5, random);
    auto unit = [&] {
      auto own = common;
      for (auto& c : own) c += poisson_count(2, random);
      return own;
    };
    for (int u = 0; u < 20; ++u) x.e.push_back(unit());
    for (int u = 0; u < 10; ++u) x.i.push_back(unit());
    auto const v = value_of(x);
    infinity.add(v.rho_infinity), c_ei.add(v.c_ei);
  }
  CHECK(infinity.off(1) < 3);
  CHECK(c_ei.off(0.5) < 3);
}

TEST_CASE("subsampling: from 200 cells r of 20 of them is foretold") {
  over_seeds apart, measured;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    auto const all = multiple_interaction({.units_e = 160, .units_i = 40, .bins = 800, .mother = 3, .copy_e = 0.05, .copy_i = 0.1}, seed);
    units_by_bins few;
    few.e.assign(all.e.begin(), all.e.begin() + 16), few.i.assign(all.i.begin(), all.i.begin() + 4);
    auto const r = zero_lag_correlation{}(few.pooled(), few.row());
    measured.add(r), apart.add(value_of(all).rho(16, 4) - r);
  }
  CHECK(apart.off(0) < 3);
  CHECK(apart.standard_error() < 0.02);
  // λ = 3, c = λ p², v = λ p: r = c_EI/√((v_E/16 + 15/16 c_EE)(v_I/4 + 3/4 c_II)) = 0.015/√(0.016406 · 0.0975)
  CHECK(measured.off(0.015 / std::sqrt((0.15 / 16 + 0.0075 * 15 / 16) * (0.3 / 4 + 0.03 * 3 / 4))) < 3);
}

TEST_CASE("subsampling: what cannot be told is undefined, with the reason") {
  auto x = multiple_interaction({.units_e = 4, .units_i = 1, .bins = 60, .mother = 5, .copy_e = 0.3, .copy_i = 0.6}, 1);
  CHECK(reason_of(value_of(x).rho_infinity) == reason::not_available);  // one inhibitory unit has no pairs
  x.i.clear();
  CHECK(reason_of(value_of(x).c_ee) == reason::empty_population);
  auto const few = multiple_interaction({.units_e = 4, .units_i = 2, .bins = 19, .mother = 5, .copy_e = 0.3, .copy_i = 0.6}, 1);
  CHECK(reason_of(value_of(few).c_ei) == reason::too_few_bins);
  auto silent = multiple_interaction({.units_e = 4, .units_i = 2, .bins = 60, .mother = 5, .copy_e = 0.3, .copy_i = 0}, 1);
  CHECK(reason_of(value_of(silent).rho_infinity) == reason::no_spikes);
  population_moments s;
  few.into(s);
  CHECK(reason_of(subsampling{.at_least = 5}(s, few.row()).c_ee) == reason::not_available);  // no concentrations were given
  // two units that take turns: their covariance is below zero
  units_by_bins turns;
  for (std::uint32_t t = 0; t < 60; ++t)
    for (std::uint32_t u = 0; u < 2; ++u) turns.e.resize(2), turns.i.resize(2), turns.e[u].push_back((t + u) % 2), turns.i[u].push_back((t + u) % 2);
  CHECK(value_of(turns).c_ee == doctest::Approx(-0.25).epsilon(1e-12));
  CHECK(reason_of(value_of(turns).rho_infinity) == reason::unstable);
}

TEST_CASE("subsampling: the concentration of rates, worked by hand") {
  auto const k = rate_concentration::of(std::vector<std::int64_t>{1, 3, 9, 2, 2}, std::vector<cell>{cell::e, cell::e, cell::neither, cell::i, cell::i});
  CHECK(k.e == doctest::Approx(10.0 / 16));
  CHECK(k.i == doctest::Approx(0.5));
  CHECK(reason_of(rate_concentration::of(std::vector<std::int64_t>{0}, std::vector<cell>{cell::e}).e) == reason::no_spikes);
  CHECK_THROWS_AS((void)rate_concentration::of(std::vector<std::int64_t>{1}, std::vector<cell>{}), error);
}
