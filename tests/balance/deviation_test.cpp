// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/core/random.hpp>
#include <vector>

using namespace equipoise;

static_assert(metric<deviation> && metric<relative_deviation> && metric<active_deviation>);

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
    auto near = [](double v) { return doctest::Approx(v).epsilon(1e-11); };
    CHECK(d.zscored == near(sd(x.e, x.i, [&](double e, double i) { return z(e, i).first - z(e, i).second; })));
    CHECK(d.symmetric == near(sd(x.e, x.i, [&](double e, double i) { return (z(e, i).first - z(e, i).second) / std::sqrt(2.0); })));
    CHECK(d.across_to_along == near(d.zscored / sd(x.e, x.i, [&](double e, double i) { return z(e, i).first + z(e, i).second; })));
    CHECK(d.per_cell == near(sd(x.e, x.i, [](double e, double i) { return e / 8 - i / 2; })));
    CHECK(d.per_cell_mean == near(x.mean_e / 8 - x.mean_i / 2));
    CHECK(d.per_cell_rate_hz == near(sd(x.e, x.i, [](double e, double i) { return e / 8 / 0.01 - i / 2 / 0.01; })));
    CHECK(d.unit_sum == near(sd(x.e, x.i, [&](double e, double i) { return e / (x.mean_e * n) - i / (x.mean_i * n); })));
    CHECK(d.relative == near(sd(x.e, x.i, [&](double e, double i) { return e / x.mean_e - i / x.mean_i; })));
    CHECK(d.relative_floor == near(std::sqrt(1 / x.mean_e + 1 / x.mean_i)));
    CHECK(d.zscored_floor_removed * d.zscored_floor_removed == near(d.zscored * d.zscored - x.mean_e / (x.sd_e * x.sd_e) - x.mean_i / (x.sd_i * x.sd_i)));
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
  auto const silent_z = deviation{}(moments(row(30, 2), e = row(30, 1)), ten_ms);
  CHECK(reason_of(silent_z.zscored) == reason::no_variance);
  CHECK(silent_z.per_cell == 0);
}

TEST_CASE("deviation: independent Poisson counts have no relative deviation above the floor, on average") {
  double sum = 0;
  int seeds = 40;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    random_stream random(seed);
    auto poisson = [&](double mean) {  // Knuth
      auto const limit = std::exp(-mean);
      std::uint16_t k = 0;
      for (auto p = random.uniform(); p > limit; p *= random.uniform()) ++k;
      return k;
    };
    row e, i;
    for (int k = 0; k < 2000; ++k) e.push_back(poisson(6)), i.push_back(poisson(3));
    auto const d = deviation{}(moments(e, i), ten_ms);
    sum += d.relative * d.relative - d.relative_floor * d.relative_floor;
  }
  CHECK(std::abs(sum / seeds) < 4 * 0.5 * std::sqrt(2.0 / 2000 / seeds));  // the SE of a variance of 0.5 over 2 000 bins and 40 seeds
}

TEST_CASE("active_deviation: worked by hand") {
  // 8 E and 2 I units; bins with 4, 8, 0, 4 active E and 1, 2, 0, 1 active I: fractions .5 1 0 .5 in both
  std::vector<std::int64_t> const a{4, 8, 0, 4}, b{1, 2, 0, 1}, zero(4);
  unit_moments s;
  s.absorb(unit_row{0, 0, a, b, zero, zero});
  auto const f = active_deviation{.at_least = 4}(s, ten_ms);
  CHECK(f.e == doctest::Approx(0.5));
  CHECK(f.i == doctest::Approx(0.5));
  CHECK(f.deviation == doctest::Approx(0));
}
