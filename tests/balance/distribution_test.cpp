// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/balance/distribution.hpp>
#include <equipoise/core/random.hpp>
#include <numeric>
#include <utility>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;

static_assert(metric<tail_index> && metric<deviation_shape> && metric<deviation_histogram> && metric<imbalance_index> && metric<peak_normalised_deviation>);

namespace {
using row = std::vector<std::uint16_t>;
auto histogram(row const& e, row const& i) -> joint_histogram {
  joint_histogram h;
  h.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return h;
}
auto const info = row_info{.scale = 0, .width = {1, 1, 1}, .sizes = {3, 3}, .bins = 0};

auto moments(row const& e, row const& i) -> co_moments {
  co_moments s;
  s.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return s;
}

/// Nearly Gaussian, r = 1 600/2 500.
auto gaussian_counts(std::uint64_t seed, std::size_t n) -> std::pair<row, row> {
  random_stream random(seed);
  row e, i;
  for (std::size_t k = 0; k < n; ++k) {
    auto const common = 40 * random.normal();
    e.push_back(static_cast<std::uint16_t>(std::lround(600 + common + 30 * random.normal())));
    i.push_back(static_cast<std::uint16_t>(std::lround(600 + common + 30 * random.normal())));
  }
  return {e, i};
}
/// Skewed counts with a common part, some of them large.
auto uneven_counts(std::uint64_t seed, std::size_t n) -> std::pair<row, row> {
  random_stream random(seed);
  row e, i;
  for (std::size_t k = 0; k < n; ++k) {
    auto const common = 3 * random.gamma(1.5);
    e.push_back(static_cast<std::uint16_t>(common + 6 * random.exponential())), i.push_back(static_cast<std::uint16_t>(common + 2 * random.exponential()));
  }
  return {e, i};
}
/// Φ⁻¹(p), by bisection.
auto gaussian_quantile(double p) -> double {
  double lo = -9, hi = 9;
  for (int k = 0; k < 60; ++k) (0.5 * std::erfc(-(lo + hi) / 2 / std::sqrt(2.0)) < p ? lo : hi) = (lo + hi) / 2;
  return (lo + hi) / 2;
}
/// z_E − z_I of every bin, ascending.
auto deviations_of(row const& e, row const& i) -> std::vector<double> {
  auto const n = static_cast<double>(e.size());
  double me = 0, mi = 0, ve = 0, vi = 0;
  for (std::size_t k = 0; k < e.size(); ++k) me += e[k] / n, mi += i[k] / n;
  for (std::size_t k = 0; k < e.size(); ++k) ve += (e[k] - me) * (e[k] - me) / n, vi += (i[k] - mi) * (i[k] - mi) / n;
  std::vector<double> d;
  for (std::size_t k = 0; k < e.size(); ++k) d.push_back((e[k] - me) / std::sqrt(ve) - (i[k] - mi) / std::sqrt(vi));
  std::sort(d.begin(), d.end());
  return d;
}
auto share(std::vector<double> const& d, auto holds) -> double { return static_cast<double>(std::count_if(d.begin(), d.end(), holds)) / static_cast<double>(d.size()); }
}  // namespace

TEST_CASE("tail_index: worked by hand") {
  // ē = ī = 10 by construction; d = (e − i)/10 over 20 bins: nine of −0.1, nine of +0.1, one of −1, one of +1
  row e, i;
  for (int k = 0; k < 9; ++k) e.push_back(10), i.push_back(11), e.push_back(11), i.push_back(10);
  e.insert(e.end(), {5, 6}), i.insert(i.end(), {15 - 10 + 1, 5});  // (5, 6) and (6, 5): the sums stay equal
  auto const h = histogram(e, i);
  CHECK(tail_index{}(h, info) == 0.0);  // all |d| equal: none beyond 3 × 1.4826 MAD
  e[18] = 0, i[18] = 20, e[19] = 20, i[19] = 0;
  CHECK(tail_index{}(histogram(e, i), info) == 2.0 / 20);
}

TEST_CASE("tail_index: a Gaussian has 0.27 % beyond three sigma; mostly empty bins have no spread") {
  row e, i;  // quantiles of a Gaussian of mean 10 000 and SD 1 000: the share itself, without chance
  std::size_t const n = 50'000;
  for (std::size_t k = 0; k < n; ++k) e.push_back(static_cast<std::uint16_t>(std::lround(10'000 + 1'000 * gaussian_quantile((static_cast<double>(k) + 0.5) / static_cast<double>(n))))), i.push_back(3);
  CHECK(std::abs(tail_index{}(histogram(e, i), info) - std::erfc(3 / std::sqrt(2.0))) < 6e-5);                  // three steps of 1/n
  CHECK(std::abs(tail_index{.beyond = 2}(histogram(e, i), info) - std::erfc(2 / std::sqrt(2.0))) < 3e-4);      // the lattice of counts: 0.001 SD
  row a(100, 0), b(100, 0);
  a[3] = b[7] = 1;
  CHECK(reason_of(tail_index{}(histogram(a, b), info)) == reason::no_spread);
}

TEST_CASE("tail_index: equals a count over sorted bins") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto const [e, i] = uneven_counts(seed, 301 + seed);  // odd and even numbers of bins
    auto const s = moments(e, i);
    auto const n = static_cast<double>(s.n());
    std::vector<double> d;
    for (std::size_t k = 0; k < e.size(); ++k) d.push_back(e[k] * n / static_cast<double>(s.e()) - i[k] * n / static_cast<double>(s.i()));
    auto const median = [](std::vector<double> x) {
      std::sort(x.begin(), x.end());
      return (x[x.size() / 2] + x[(x.size() - 1) / 2]) / 2;
    };
    auto apart = d;
    for (auto& x : apart) x = std::abs(x - median(d));
    auto const limit = 3 * 1.4826 * median(apart);
    CHECK(tail_index{}(histogram(e, i), info) == share(apart, [&](double x) { return x > limit; }));
    CHECK(share(apart, [&](double x) { return x > limit; }) > 0);
  }
}

TEST_CASE("deviation_shape: a Gaussian has no skew, no excess kurtosis, and the tails its correlation predicts") {
  double const n = 200'000;
  auto const [e, i] = gaussian_counts(2, 200'000);
  auto const s = deviation_shape{}(histogram(e, i), info);
  CHECK(std::abs(s.skewness) < 4 * std::sqrt(6 / n));
  CHECK(std::abs(s.excess_kurtosis) < 4 * std::sqrt(24 / n));
  // r = 1600/2500: SD of z_E − z_I = √(2 · 0.36) = .848528; 2Φ(−2/.848528) = erfc(5/3) = .018422, 2Φ(−3/.848528) = erfc(5/2) = .000407
  CHECK(std::abs(s.beyond_2 - std::erfc(5.0 / 3)) < 4 * std::sqrt(0.0184 / n));
  CHECK(std::abs(s.beyond_3 - std::erfc(5.0 / 2)) < 4 * std::sqrt(0.000407 / n));
  CHECK(std::abs(s.gaussian_beyond_2 - std::erfc(5.0 / 3)) < 0.001);            // as r has an SE of .0013
  CHECK(std::abs(s.q99 - 2.326348 * 0.848528) < 4 * std::sqrt(0.0099 / n) / 0.0314);  // SE of a quantile: √(p(1 − p)/n) over the density there
  CHECK(std::abs(s.q01 + 2.326348 * 0.848528) < 4 * std::sqrt(0.0099 / n) / 0.0314);
}

TEST_CASE("deviation_shape: tails and quantiles equal those of sorted bins, the Gaussian reference is 2Φ(−2/√(2(1 − r)))") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto const [e, i] = uneven_counts(seed, 777);
    auto const d = deviations_of(e, i);
    auto const s = deviation_shape{}(histogram(e, i), info);
    CHECK(s.beyond_2 == share(d, [](double x) { return std::abs(x) > 2; }));
    CHECK(s.beyond_3 == share(d, [](double x) { return std::abs(x) > 3; }));
    CHECK(std::abs(s.q01 - d[7]) < 1e-10);    // 7.77 bins are 1 %: the eighth is the first that at least 1 % do not exceed
    CHECK(std::abs(s.q99 - d[769]) < 1e-10);  // 769.23
    auto const r = zero_lag_correlation{}(moments(e, i), info);
    CHECK(s.gaussian_beyond_2 == near(std::erfc(2 / std::sqrt(2 * (1 - r)) / std::sqrt(2.0)), 1e-10));
  }
}

TEST_CASE("deviation_histogram: shares of bins on edges from −6 to 6 in quarters, which sum to 1") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto const [e, i] = uneven_counts(seed, 3000);
    auto const d = deviations_of(e, i);
    auto const shares = deviation_histogram{}(histogram(e, i), info);
    REQUIRE(shares.size() == 50);
    CHECK(std::abs(std::accumulate(shares.begin(), shares.end(), 0.0) - 1) < 1e-12);
    CHECK(shares.front() == share(d, [](double x) { return x < -6; }));
    for (int k = 0; k < 48; ++k) CHECK(shares[static_cast<std::size_t>(k + 1)] == share(d, [k](double x) { return -6 + 0.25 * k <= x && x < -6 + 0.25 * (k + 1); }));
    CHECK(shares.back() == share(d, [](double x) { return x >= 6; }));
  }
  // e = 0, 2 in turn and i = 2, 0: z_E − z_I is −2 or 2
  row e, i;
  for (int k = 0; k < 20; ++k) e.push_back(k % 2 == 0 ? 0 : 2), i.push_back(k % 2 == 0 ? 2 : 0);
  auto const two = deviation_histogram{}(histogram(e, i), info);
  CHECK(two[1 + 16] == 0.5);  // [−2, −1.75)
  CHECK(two[1 + 32] == 0.5);  // [2, 2.25)
  row far(1000, 0), even(1000, 1);
  far[0] = 500, even[1] = 0;  // one bin at 31.6 SD
  CHECK(deviation_histogram{}(histogram(far, even), info).back() == 2.0 / 1000);  // and the one where I alone is missing, at +31.6 as well
  CHECK(reason_of(deviation_histogram{}(histogram(row(30, 2), e = row(30, 1)), info)[7]) == reason::no_variance);
}

TEST_CASE("deviation_shape: skewness and kurtosis, by the definition") {
  // i alternates; e is 54 twice in eight bins and 50 otherwise, independent of it
  row e, i;
  for (int k = 0; k < 400; ++k) {
    i.push_back(static_cast<std::uint16_t>(k % 2 == 0 ? 100 : 200));
    e.push_back(static_cast<std::uint16_t>(50 + (k % 8 < 2 ? 3 : -1) + 1));
  }
  double me = 0, mi = 0, ve = 0, vi = 0, m2 = 0, m3 = 0, m4 = 0;
  for (std::size_t k = 0; k < 400; ++k) me += e[k] / 400.0, mi += i[k] / 400.0;
  for (std::size_t k = 0; k < 400; ++k) ve += (e[k] - me) * (e[k] - me) / 400, vi += (i[k] - mi) * (i[k] - mi) / 400;
  for (std::size_t k = 0; k < 400; ++k) {
    auto const z = (e[k] - me) / std::sqrt(ve) - (i[k] - mi) / std::sqrt(vi);
    m2 += z * z / 400, m3 += z * z * z / 400, m4 += z * z * z * z / 400;
  }
  auto const s = deviation_shape{}(histogram(e, i), info);
  CHECK(s.skewness == near(m3 / std::pow(m2, 1.5), 1e-10));
  CHECK(s.excess_kurtosis == near(m4 / (m2 * m2) - 3, 1e-10));
  CHECK(std::abs(m3) > 0.1);
  // mirrored without fail: no deviation, and so no shape
  CHECK(reason_of(deviation_shape{}(histogram(i, i), info).skewness) == reason::no_spread);
}

TEST_CASE("imbalance_index: bins of one population only are ±1, empty bins are undefined and counted") {
  row e, i;
  for (int k = 0; k < 10; ++k) e.insert(e.end(), {2, 0, 0, 2}), i.insert(i.end(), {0, 2, 0, 2});  // +1, −1, undefined, 0
  auto const b = imbalance_index{}(histogram(e, i), info);
  CHECK(b.mean == 0.0);
  CHECK(b.mean_absolute == near(2.0 / 3, 1e-14));
  CHECK(b.undefined_fraction == 0.25);
}

TEST_CASE("imbalance_index: against the means of another stretch, bin by bin") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto const [e, i] = uneven_counts(seed, 400);
    auto const [whole_e, whole_i] = uneven_counts(seed + 50, 900);
    auto const whole = moments(whole_e, whole_i);
    auto second = info;
    second.scale = 1;
    auto slowly = [&](double mean_e, double mean_i) {
      double sum = 0, absolute = 0, n = 0;
      for (std::size_t k = 0; k < e.size(); ++k)
        if (e[k] + i[k] > 0) {
          auto const b = (e[k] / mean_e - i[k] / mean_i) / (e[k] / mean_e + i[k] / mean_i);
          sum += b, absolute += std::abs(b), n += 1;
        }
      return imbalance{sum / n, absolute / n, 1 - n / static_cast<double>(e.size())};
    };
    auto same = [](imbalance const& a, imbalance const& b) { return std::abs(a.mean - b.mean) < 1e-12 && std::abs(a.mean_absolute - b.mean_absolute) < 1e-12 && std::abs(a.undefined_fraction - b.undefined_fraction) < 1e-12; };
    auto const own = moments(e, i);
    auto mean = [](co_moments const& s) { return std::pair(static_cast<double>(s.e()) / static_cast<double>(s.n()), static_cast<double>(s.i()) / static_cast<double>(s.n())); };
    CHECK(same(imbalance_index{}(histogram(e, i), info), slowly(mean(own).first, mean(own).second)));
    CHECK(same(imbalance_index{.reference = {own, whole}}(histogram(e, i), second), slowly(mean(whole).first, mean(whole).second)));
  }
  auto const [e, i] = uneven_counts(1, 400);
  auto why = [&](std::vector<co_moments> reference) { return reason_of(imbalance_index{.reference = std::move(reference)}(histogram(e, i), info).mean); };
  auto second = info;
  second.scale = 1;
  CHECK(reason_of(imbalance_index{.reference = {moments(e, i)}}(histogram(e, i), second).mean) == reason::not_available);
  CHECK(why({moments(row(30, 1), row(30, 0))}) == reason::no_spikes);
  CHECK(why({moments(row(19, 1), row(19, 1))}) == reason::too_few_bins);
  CHECK(reason_of(imbalance_index{.reference = {moments(e, i)}}(histogram(row(30, 0), row(30, 0)), info).mean) == reason::no_spikes);
}

TEST_CASE("distribution: twenty bins are needed, spikes in both, and somebody in both") {
  auto const [e, i] = uneven_counts(3, 19);
  auto all = [](joint_histogram const& h, row_info const& row) {
    auto const s = deviation_shape{}(h, row);
    auto const b = imbalance_index{}(h, row);
    std::vector<double> v{tail_index{}(h, row), s.skewness, s.excess_kurtosis, s.beyond_2, s.beyond_3, s.gaussian_beyond_2, s.q01, s.q99, b.mean, b.mean_absolute, b.undefined_fraction, peak_normalised_deviation{}(h, row)};
    for (auto const x : deviation_histogram{}(h, row)) v.push_back(x);
    return v;
  };
  auto are = [&](joint_histogram const& h, row_info const& row, reason why) {
    auto const v = all(h, row);
    return std::all_of(v.begin(), v.end(), [why](double x) { return reason_of(x) == why; });
  };
  CHECK(are(histogram(e, i), info, reason::too_few_bins));
  auto nobody = info;
  nobody.sizes.e = 0;
  CHECK(are(histogram(row(30, 0), row(30, 1)), nobody, reason::empty_population));
  CHECK(are(histogram(row(30, 0), row(30, 1)), info, reason::no_spikes));
  auto const [more_e, more_i] = uneven_counts(3, 20);
  auto const v = all(histogram(more_e, more_i), info);
  CHECK(std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x); }));
}

TEST_CASE("peak_normalised_deviation: worked by hand") {
  row e, i;
  for (int k = 0; k < 10; ++k) e.insert(e.end(), {4, 2}), i.insert(i.end(), {1, 2});  // e/4 − i/2: .5, −.5
  CHECK(peak_normalised_deviation{}(histogram(e, i), info) == near(0.5, 1e-14));
  e.push_back(0), i.push_back(8);  // peaks 4 and 8: e/4 − i/8 = .875, .25 ten times each, −1 once
  auto const mean = (8.75 + 2.5 - 1) / 21, square = (10 * 0.875 * 0.875 + 10 * 0.0625 + 1) / 21;
  CHECK(peak_normalised_deviation{}(histogram(e, i), info) == near(std::sqrt(square - mean * mean), 1e-13));
}
