// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <equipoise/correlate/jitters.hpp>
#include <equipoise/inference/honest.hpp>
#include <equipoise/parallel/each.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <vector>

#include "driven_units.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;

namespace {
driven_units const units{.hz_e = times(12, 5), .hz_i = times(5, 9), .seconds = 60};
auto widths() -> scales { return {100ms, 500ms}; }
auto lag() { return number(peak_lag{.within = 5}, &peak_lag::value::interpolated); }
auto study() { return split(units.cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = lag()); }
auto options(std::int64_t draws) -> honest_options {
  honest_options o;
  o.draws = draws, o.control_draws = 3, o.seed = 6, o.level = 0.9;
  return o;
}
/// All numbers of a value, NaN by their bits.
auto numbers(honest_value const& v) -> std::vector<std::uint64_t> {
  std::vector<double> all{v.value, v.interval.estimate, v.interval.lo, v.interval.hi, v.interval.standard_error, v.null.mean, v.null.sd, v.null.lo, v.null.hi, v.null.p, v.null.q, v.null.p_max};
  for (auto const* b : {&v.controls.same_class, &v.controls.rate_matched, &v.controls.label_swap}) all.insert(all.end(), {b->mean, b->sd, b->lo, b->hi, b->reference, b->p});
  std::vector<std::uint64_t> bits(all.size());
  std::memcpy(bits.data(), all.data(), sizeof(double) * all.size());
  return bits;
}
auto same(double a, double b) -> bool { return a == b || (std::isnan(a) && std::isnan(b) && reason_of(a) == reason_of(b)); }
}  // namespace

TEST_CASE("honest: value, interval, null and controls are those that each gives by itself") {
  auto const table = units.table(1);
  auto const sure = honest(study(), table, options(40));
  auto const plain = table | study();
  interval_options how;
  how.level = 0.9, how.seed = 6;
  auto const intervals = table | split(units.cells()) | pyramid(widths()) | measure("rho"_n = with_interval(zero_lag_correlation{}, how), "lag"_n = with_interval(lag(), how));
  circular_shift const shift{.cells = units.cells()};
  std::vector<std::vector<null_draws>> draws(2, std::vector<null_draws>(2));
  for (std::uint64_t k = 0; k < 40; ++k) {
    auto const r = table | shift.draw(6, k) | study();
    for (std::size_t s = 0; s < 2; ++s) draws[0][s].values.push_back(r["rho"_n][s]), draws[1][s].values.push_back(r["lag"_n][s]);
  }
  auto const bands = null_bands(plain["rho"_n], draws[0], alternative::two_sided, 0.9), lag_bands = null_bands(plain["lag"_n], draws[1], alternative::two_sided, 0.9);
  control_options c;
  c.draws = 3, c.seed = 6, c.level = 0.9;
  auto const sets = controls(table, study(), c);
  REQUIRE(sure["rho"_n].size() == 2);
  for (std::size_t s = 0; s < 2; ++s) {
    auto const& v = sure["rho"_n][s];
    CHECK(v.value == plain["rho"_n][s]);
    CHECK(v.interval.lo == intervals["rho"_n][s].lo);
    CHECK(v.interval.hi == intervals["rho"_n][s].hi);
    CHECK(v.interval.contains(v.value));
    CHECK(v.null.mean == bands[s].mean);
    CHECK(v.null.hi == bands[s].hi);
    CHECK(v.null.p == bands[s].p);
    CHECK(v.null.q == bands[s].q);
    CHECK(v.null.p_max == bands[s].p_max);
    CHECK(v.null.draws == 40);
    CHECK(v.null.p == doctest::Approx(2.0 / 41));  // a common drive stands above all shifts
    CHECK(numbers(v) == numbers({v.value, intervals["rho"_n][s], bands[s], sets[0][s]}));
    CHECK(same(sure["lag"_n][s].value, plain["lag"_n][s]));
    CHECK(same(sure["lag"_n][s].null.p, lag_bands[s].p));
    CHECK(same(sure["lag"_n][s].interval.lo, intervals["lag"_n][s].lo));
    CHECK(same(sure["lag"_n][s].controls.label_swap.mean, sets[1][s].label_swap.mean));
    CHECK(sure["scale"_n][s].count == plain["scale"_n][s].count);
    CHECK(sure["bins"_n][s] == plain["bins"_n][s]);
  }
}

TEST_CASE("honest: threads change no number, and progress ends at one") {
  auto const table = units.table(2);
  auto o = options(8);
  double most = 0;
  o.progress = [&](double done) { most = (std::max)(most, done); };
  auto const one = honest(study(), table, o);
  CHECK(most == doctest::Approx(1));
  o.progress = nullptr, o.each = on_threads(2);
  auto const two = honest(study(), table, o);
  for (std::size_t s = 0; s < 2; ++s) {
    CHECK(numbers(one["rho"_n][s]) == numbers(two["rho"_n][s]));
    CHECK(numbers(one["lag"_n][s]) == numbers(two["lag"_n][s]));
  }
}

TEST_CASE("honest: any surrogate is a null, a side can be chosen, and classes of one's own for the shift are kept") {
  auto const table = units.table(3);
  auto o = options(5);
  o.side = alternative::greater;
  auto const jittered = honest(study(), table, dither{.half_width = 20ms}, o);
  std::vector<double> r;
  for (std::uint64_t k = 0; k < 5; ++k) r.push_back((table | dither{.half_width = 20ms}.draw(6, k) | study())["rho"_n][1]);
  CHECK(jittered["rho"_n][1].null.mean == doctest::Approx((r[0] + r[1] + r[2] + r[3] + r[4]) / 5).epsilon(1e-12));
  CHECK(jittered["rho"_n][1].null.mean > 0.3);  // slow drive survives
  o.null.moved = cell::e, o.null.at_least = 5s;
  auto const moved = honest(study(), table, o);
  double mean = 0;
  for (std::uint64_t k = 0; k < 5; ++k) mean += (table | circular_shift{.at_least = 5s, .cells = units.cells(), .moved = cell::e}.draw(6, k) | study())["rho"_n][0] / 5;
  CHECK(moved["rho"_n][0].null.mean == doctest::Approx(mean).epsilon(1e-12));
}

TEST_CASE("honest: too few draws are refused, and so is a recording too short to shift") {
  auto const table = units.table(4);
  CHECK_THROWS_AS((void)honest(study(), table, options(1)), error);
  CHECK_THROWS_AS((void)honest(study(), table, options(0)), error);
  auto few = options(2);
  few.control_draws = 1;
  CHECK_THROWS_AS((void)honest(study(), table, few), error);
  few = options(2), few.null.at_least = 31s;
  CHECK_THROWS_AS((void)honest(study(), table, few), error);
}
