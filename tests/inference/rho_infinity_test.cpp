// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/inference/rho_infinity.hpp>

#include "../balance/units_by_bins.hpp"
#include "../over_seeds.hpp"

using namespace equipoise;
using namespace equipoise::testing;

static_assert(absorbs<rho_infinity::statistic, unit_row>);

namespace {
auto interval_of(units_by_bins const& x, interval_options const& o = {}) -> interval {
  rho_infinity::statistic s;
  x.into(s);
  return rho_infinity{x.concentration(), o}(s, x.row());
}
auto independent(std::size_t bins, std::uint64_t seed) -> units_by_bins {
  random_stream random(seed);
  units_by_bins x;
  for (std::size_t u = 0; u < 12; ++u) {
    auto& to = u < 8 ? x.e : x.i;
    to.emplace_back();
    for (std::size_t t = 0; t < bins; ++t) to.back().push_back(poisson_count(1, random));
  }
  return x;
}
}  // namespace

TEST_CASE("rho_infinity: copies of one mother have 1, and the interval says so in nearly all recordings") {
  over_seeds estimate;
  int held = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto const x = multiple_interaction({.units_e = 20, .units_i = 10, .bins = 600, .mother = 4, .copy_e = 0.2, .copy_i = 0.4}, seed);
    auto const i = interval_of(x);
    REQUIRE(std::isfinite(i.lo));
    population_moments whole;
    x.into(whole);
    CHECK(i.estimate == doctest::Approx(subsampling{x.concentration()}(whole, x.row()).rho_infinity).epsilon(1e-12));
    CHECK(i.lo < i.estimate);
    CHECK(i.hi > i.estimate);
    CHECK(i.blocks == 60);
    CHECK(i.method == interval_method::jackknife);
    estimate.add(i.estimate), held += i.contains(1);
  }
  CHECK(estimate.off(1) < 3);
  CHECK(held >= 34);  // of 40 at 95 %: fewer has a chance of 1 in 700
}

TEST_CASE("rho_infinity: units that share nothing are refused as unstable, at the rate of the interval") {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto const i = interval_of(independent(600, seed));
    if (!std::isnan(i.estimate)) continue;
    ++refused;
    CHECK(reason_of(i.estimate) == reason::unstable);
    CHECK(reason_of(i.lo) == reason::unstable);
    CHECK(reason_of(i.hi) == reason::unstable);
  }
  CHECK(refused >= 38);  // both denominators must be above zero by chance, 2.5 % each
}

TEST_CASE("rho_infinity: without twenty blocks nothing is promised, nor without concentrations, and a level that is none is refused") {
  auto const x = multiple_interaction({.units_e = 20, .units_i = 10, .bins = 190, .mother = 4, .copy_e = 0.2, .copy_i = 0.4}, 1);
  auto const i = interval_of(x);
  CHECK(reason_of(i.estimate) == reason::too_few_blocks);
  CHECK(reason_of(i.lo) == reason::too_few_blocks);
  CHECK(reason_of(interval_of(independent(10, 1)).estimate) == reason::too_few_bins);
  rho_infinity::statistic s;
  x.into(s);
  CHECK(reason_of(rho_infinity{}(s, x.row()).estimate) == reason::not_available);
  interval_options whole;
  whole.level = 1;
  CHECK_THROWS_AS((void)interval_of(x, whole), error);
}
