// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/core/random.hpp>
#include <utility>
#include <vector>

#include "../near.hpp"
#include "../over_seeds.hpp"

using namespace equipoise;
using testing::near;
using testing::over_seeds;

static_assert(metric<deviation> && metric<relative_deviation> && metric<active_deviation> && metric<second_moments> && metric<deviation_against>);

namespace {
using row = std::vector<std::uint16_t>;
auto const ten_ms = row_info{.scale = 0, .width = {10'000'000, 1, 1'000'000'000}, .sizes = {8, 2}, .bins = 0};
auto moments(row const& e, row const& i) -> co_moments {
  co_moments s;
  s.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return s;
}
/// Population SD of f over the pairs.
template <class F>
auto sd(row const& e, row const& i, F f) -> double {
  double sum = 0, squares = 0;
  auto const n = static_cast<double>(e.size());
  for (std::size_t k = 0; k < e.size(); ++k) sum += f(e[k], i[k]) / n;
  for (std::size_t k = 0; k < e.size(); ++k) squares += (f(e[k], i[k]) - sum) * (f(e[k], i[k]) - sum) / n;
  return std::sqrt(squares);
}
struct data {
  row e, i;
  double mean_e = 0, mean_i = 0, sd_e = 0, sd_i = 0;
};
auto bursty(std::uint64_t seed, std::size_t n = 400) -> data {
  random_stream random(seed);
  data d;
  for (std::size_t k = 0; k < n; ++k) {
    auto const common = 12 * (1 + std::sin(0.05 * static_cast<double>(k)));
    d.e.push_back(static_cast<std::uint16_t>(4 * common + 9 * random.uniform()));
    d.i.push_back(static_cast<std::uint16_t>(common + 15 * (1 + std::cos(0.13 * static_cast<double>(k))) + 6 * random.uniform()));
  }
  for (std::size_t k = 0; k < n; ++k) d.mean_e += d.e[k] / static_cast<double>(n), d.mean_i += d.i[k] / static_cast<double>(n);
  d.sd_e = sd(d.e, d.i, [](double x, double) { return x; });
  d.sd_i = sd(d.e, d.i, [](double, double y) { return y; });
  return d;
}
}  // namespace

TEST_CASE("deviation: every normalisation equals its definition, bin by bin") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto const x = bursty(seed);
    auto const d = deviation{}(moments(x.e, x.i), ten_ms);
    auto const n = static_cast<double>(x.e.size());
    auto z = [&](double e, double i) { return std::pair((e - x.mean_e) / x.sd_e, (i - x.mean_i) / x.sd_i); };
    auto same = [](double v) { return near(v, 1e-11); };
    CHECK(d.zscored == same(sd(x.e, x.i, [&](double e, double i) { return z(e, i).first - z(e, i).second; })));
    CHECK(d.symmetric == same(sd(x.e, x.i, [&](double e, double i) { return (z(e, i).first - z(e, i).second) / std::sqrt(2.0); })));
    CHECK(d.across_to_along == same(d.zscored / sd(x.e, x.i, [&](double e, double i) { return z(e, i).first + z(e, i).second; })));
    CHECK(d.per_cell == same(sd(x.e, x.i, [](double e, double i) { return e / 8 - i / 2; })));
    CHECK(d.per_cell_mean == same(x.mean_e / 8 - x.mean_i / 2));
    CHECK(d.per_cell_rate_hz == same(sd(x.e, x.i, [](double e, double i) { return e / 8 / 0.01 - i / 2 / 0.01; })));
    CHECK(d.unit_sum == same(sd(x.e, x.i, [&](double e, double i) { return e / (x.mean_e * n) - i / (x.mean_i * n); })));
    CHECK(d.relative == same(sd(x.e, x.i, [&](double e, double i) { return e / x.mean_e - i / x.mean_i; })));
    CHECK(d.relative_floor == same(std::sqrt(1 / x.mean_e + 1 / x.mean_i)));
    // the floors: a Poisson count has the variance of its mean
    auto less = [](double width, double floor) { return std::sqrt(width * width - floor); };
    CHECK(d.zscored_floor_removed == same(less(d.zscored, x.mean_e / (x.sd_e * x.sd_e) + x.mean_i / (x.sd_i * x.sd_i))));
    CHECK(d.per_cell_floor_removed == same(less(d.per_cell, x.mean_e / 64 + x.mean_i / 4)));
    CHECK(d.relative_floor_removed == same(less(d.relative, 1 / x.mean_e + 1 / x.mean_i)));
    auto const cv_e = x.sd_e / x.mean_e, cv_i = x.sd_i / x.mean_i;
    CHECK(d.amplitude_mismatch == same((cv_e - cv_i) * (cv_e - cv_i)));
    CHECK(d.lost_coordination == same(cv_e * cv_i * d.zscored * d.zscored));
  }
}

TEST_CASE("deviation: identities — SD(z_E − z_I) = √(2(1 − r)); relative² = mismatch + lost coordination") {
  for (std::uint64_t seed = 20; seed < 40; ++seed) {
    auto const x = bursty(seed);
    auto const s = moments(x.e, x.i);
    auto const d = deviation{}(s, ten_ms);
    auto const r = zero_lag_correlation{}(s, ten_ms);
    CHECK(std::abs(d.zscored - std::sqrt(2 * (1 - r))) < 1e-12);
    CHECK(std::abs(d.relative * d.relative - d.amplitude_mismatch - d.lost_coordination) < 1e-12);
  }
}

TEST_CASE("deviation: what does not exceed the Poisson floor is NaN and says so") {
  row e, i;  // regular counts: far below Poisson variance
  for (int k = 0; k < 100; ++k) e.push_back(static_cast<std::uint16_t>(50 + k % 2)), i.push_back(static_cast<std::uint16_t>(30 + k % 3));
  CHECK(reason_of(deviation{}(moments(e, i), ten_ms).relative_floor_removed) == reason::below_noise_floor);
  CHECK(reason_of(relative_deviation{}(moments(e, i), ten_ms)) == reason::below_noise_floor);
  CHECK(relative_deviation{.floor_removed = false}(moments(e, i), ten_ms) > 0);
  CHECK(reason_of(deviation{}(moments(row(30, 0), row(30, 1)), ten_ms).relative) == reason::no_spikes);
  CHECK(reason_of(deviation{}(moments(e, i), ten_ms).zscored_floor_removed) == reason::below_noise_floor);
  CHECK(reason_of(deviation{}(moments(e, i), ten_ms).per_cell_floor_removed) == reason::below_noise_floor);
  auto const silent_z = deviation{}(moments(row(30, 2), e = row(30, 1)), ten_ms);
  CHECK(reason_of(silent_z.zscored) == reason::no_variance);
  CHECK(reason_of(silent_z.lost_coordination) == reason::no_variance);
  CHECK(silent_z.per_cell == 0);
  CHECK(silent_z.per_cell_mean == 2.0 / 8 - 1.0 / 2);
}

TEST_CASE("deviation: opposed populations have no width along the axis of symmetry; twenty bins are needed, and somebody in both") {
  row e, i;
  for (int k = 0; k < 20; ++k) e.push_back(static_cast<std::uint16_t>(k)), i.push_back(static_cast<std::uint16_t>(40 - 2 * k));
  auto const d = deviation{}(moments(e, i), ten_ms);
  CHECK(d.zscored == 2.0);
  CHECK(reason_of(d.across_to_along) == reason::no_variance);
  e.pop_back(), i.pop_back();
  auto const few = deviation{}(moments(e, i), ten_ms);
  for (auto const v : {few.zscored, few.zscored_floor_removed, few.symmetric, few.across_to_along, few.per_cell, few.per_cell_mean, few.per_cell_floor_removed, few.per_cell_rate_hz, few.unit_sum, few.relative,
                       few.relative_floor, few.relative_floor_removed, few.amplitude_mismatch, few.lost_coordination})
    CHECK(reason_of(v) == reason::too_few_bins);
  CHECK(reason_of(relative_deviation{}(moments(e, i), ten_ms)) == reason::too_few_bins);
  auto nobody = ten_ms;
  nobody.sizes.i = 0;
  CHECK(reason_of(deviation{}(moments(row(30, 1), row(30, 0)), nobody).per_cell) == reason::empty_population);
}

TEST_CASE("deviation_against: with the means and SDs of another stretch, bin by bin") {
  for (std::uint64_t seed = 50; seed < 60; ++seed) {
    auto const x = bursty(seed, 100), whole = bursty(seed + 100, 700);
    deviation_against const against{.reference = {moments(row(30, 9), row(30, 9)), moments(whole.e, whole.i)}};
    auto second = ten_ms;
    second.scale = 1;
    auto const d = against(moments(x.e, x.i), second);
    auto z = [&](double e, double i) { return (e - whole.mean_e) / whole.sd_e - (i - whole.mean_i) / whole.sd_i; };
    auto relative = [&](double e, double i) { return e / whole.mean_e - i / whole.mean_i; };
    CHECK(d.zscored == near(sd(x.e, x.i, z), 1e-11));
    CHECK(std::abs(d.zscored_mean - z(x.mean_e, x.mean_i)) < 1e-12);
    CHECK(d.relative == near(sd(x.e, x.i, relative), 1e-11));
    CHECK(std::abs(d.relative_mean - relative(x.mean_e, x.mean_i)) < 1e-12);
    CHECK(d.zscored_floor_removed == near(std::sqrt(d.zscored * d.zscored - x.mean_e / (whole.sd_e * whole.sd_e) - x.mean_i / (whole.sd_i * whole.sd_i)), 1e-11));
    CHECK(d.relative_floor_removed == near(std::sqrt(d.relative * d.relative - x.mean_e / (whole.mean_e * whole.mean_e) - x.mean_i / (whole.mean_i * whole.mean_i)), 1e-11));
    // against itself it is the deviation of its own, without a mean
    auto const own = deviation{}(moments(x.e, x.i), ten_ms);
    auto const itself = deviation_against{.reference = {moments(x.e, x.i)}}(moments(x.e, x.i), ten_ms);
    CHECK(itself.zscored == near(own.zscored, 1e-11));
    CHECK(itself.relative == near(own.relative, 1e-11));
    CHECK(itself.relative_floor_removed == near(own.relative_floor_removed, 1e-11));
    CHECK(std::abs(itself.zscored_mean) < 1e-12);
    CHECK(std::abs(itself.relative_mean) < 1e-12);
  }
}

TEST_CASE("deviation_against: what the reference does not give is NaN and says why") {
  auto const x = bursty(1);
  auto const s = moments(x.e, x.i);
  auto why = [&](std::vector<co_moments> reference) {
    auto const d = deviation_against{.reference = std::move(reference)}(s, ten_ms);
    return std::pair(reason_of(d.zscored), reason_of(d.relative));
  };
  CHECK(why({}) == std::pair(reason::not_available, reason::not_available));
  CHECK(why({moments(row(19, 1), row(19, 1))}) == std::pair(reason::too_few_bins, reason::too_few_bins));
  CHECK(why({moments(row(30, 1), row(30, 0))}) == std::pair(reason::no_spikes, reason::no_spikes));
  CHECK(why({moments(row(30, 1), row(30, 2))}) == std::pair(reason::no_variance, reason::none));
  CHECK(reason_of(deviation_against{.reference = {s}}(moments({1}, {1}), ten_ms).relative) == reason::too_few_bins);
  auto const silent = deviation_against{.reference = {s}}(moments(row(30, 0), row(30, 0)), ten_ms);  // a stretch may be silent
  CHECK(silent.relative == 0);
  CHECK(silent.zscored_mean == near(x.mean_i / x.sd_i - x.mean_e / x.sd_e, 1e-11));
  CHECK(second_moments{}(s, ten_ms) == s);
}

TEST_CASE("deviation: independent Poisson counts have no deviation above the floor, on average, under any normalisation") {
  over_seeds relative, zscored, per_cell;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    random_stream random(seed);
    auto poisson = [&](double mean) {  // Knuth
      auto const limit = std::exp(-mean);
      std::uint16_t k = 0;
      for (auto p = random.uniform(); p > limit; p *= random.uniform()) ++k;
      return k;
    };
    row e, i;
    for (int k = 0; k < 2000; ++k) e.push_back(poisson(6)), i.push_back(poisson(3));
    auto const s = moments(e, i);
    auto const d = deviation{}(s, ten_ms);
    relative.add(d.relative * d.relative - d.relative_floor * d.relative_floor);
    // the floors as variances, from their definitions: counts of mean 6 over 8 cells, of mean 3 over 2 cells
    per_cell.add(d.per_cell * d.per_cell - 6.0 / 64 - 3.0 / 4);
    auto const f = fano_factors{}(s, ten_ms);
    zscored.add(d.zscored * d.zscored - 1 / f.e - 1 / f.i);
  }
  CHECK(relative.off(0) < 4);
  CHECK(zscored.off(0) < 4);
  CHECK(per_cell.off(0) < 4);
  CHECK(relative.standard_error() < 0.003);  // of 0.5: √(2/2 000/60) · 0.5 = 0.002
  CHECK(zscored.standard_error() < 0.01);    // of 2
  CHECK(per_cell.standard_error() < 0.005);  // of 0.84
}

TEST_CASE("active_deviation: worked by hand") {
  // 8 E and 2 I units; bins with 4, 8, 0, 4 active E and 1, 2, 0, 1 active I: fractions .5 1 0 .5 in both
  std::vector<std::int64_t> const a{4, 8, 0, 4}, b{1, 2, 0, 1}, c{2, 0, 1, 1}, zero(4);
  auto of = [&](std::vector<std::int64_t> const& e, std::vector<std::int64_t> const& i) {
    unit_moments s;
    s.absorb(unit_row{0, 0, e, i, zero, zero});
    return active_deviation{.at_least = 4}(s, ten_ms);
  };
  auto const f = of(a, b);
  CHECK(f.e == 0.5);
  CHECK(f.i == 0.5);
  CHECK(f.deviation == 0.0);
  // fractions of I 1 0 .5 .5: differences −.5 1 −.5 0, mean 0, mean square 1.5/4
  auto const g = of(a, c);
  CHECK(g.i == 0.5);
  CHECK(g.deviation == near(std::sqrt(0.375), 1e-14));
  unit_moments few;
  few.absorb(unit_row{0, 0, a, c, zero, zero});
  CHECK(reason_of(active_deviation{}(few, ten_ms).deviation) == reason::too_few_bins);
  CHECK(reason_of(active_deviation{}(few, ten_ms).e) == reason::too_few_bins);
}
