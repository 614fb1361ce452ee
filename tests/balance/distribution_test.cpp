// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/balance/distribution.hpp>
#include <equipoise/core/random.hpp>
#include <vector>

using namespace equipoise;

static_assert(metric<tail_index> && metric<deviation_shape> && metric<imbalance_index> && metric<peak_normalised_deviation>);

namespace {
using row = std::vector<std::uint16_t>;
auto histogram(row const& e, row const& i) -> joint_histogram {
  joint_histogram h;
  h.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return h;
}
auto const info = row_info{.scale = 0, .width = {1, 1, 1}, .sizes = {3, 3}, .bins = 0};

/// Sums of twelve uniforms: close to Gaussian.
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
}  // namespace

TEST_CASE("tail_index: worked by hand") {
  // ē = ī = 10 by construction; d = (e − i)/10 over 20 bins: nine of −0.1, nine of +0.1, one of −1, one of +1
  row e, i;
  for (int k = 0; k < 9; ++k) e.push_back(10), i.push_back(11), e.push_back(11), i.push_back(10);
  e.insert(e.end(), {5, 6}), i.insert(i.end(), {15 - 10 + 1, 5});  // (5, 6) and (6, 5): the sums stay equal
  auto const h = histogram(e, i);
  CHECK(tail_index{}(h, info) == 0.0);  // all |d| equal: none beyond 3 × 1.4826 MAD
  e[18] = 0, i[18] = 20, e[19] = 20, i[19] = 0;
  CHECK(tail_index{}(histogram(e, i), info) == doctest::Approx(2.0 / 20));
}

TEST_CASE("tail_index: a Gaussian has 0.27 % beyond three sigma; mostly empty bins have no spread") {
  auto const [e, i] = gaussian_counts(1, 200'000);
  CHECK(tail_index{}(histogram(e, i), info) == doctest::Approx(0.0027).epsilon(0.1));  // SE 0.00012
  row a(100, 0), b(100, 0);
  a[3] = b[7] = 1;
  CHECK(reason_of(tail_index{}(histogram(a, b), info)) == reason::no_spread);
}

TEST_CASE("deviation_shape: a Gaussian has no skew, no excess kurtosis, and the tails its correlation predicts") {
  auto const [e, i] = gaussian_counts(2, 200'000);
  auto const s = deviation_shape{}(histogram(e, i), info);
  CHECK(std::abs(s.skewness) < 4 * std::sqrt(6.0 / 200'000));
  CHECK(std::abs(s.excess_kurtosis) < 4 * std::sqrt(24.0 / 200'000));
  CHECK(s.beyond_2 == doctest::Approx(s.gaussian_beyond_2).epsilon(0.15));
  // r = 1600 / 2500: SD of z_E − z_I = √(2 · 0.36) = .8485; 2Φ(−2/.8485) = .01842
  CHECK(s.gaussian_beyond_2 == doctest::Approx(0.01842).epsilon(0.05));
  CHECK(s.q99 == doctest::Approx(2.326 * 0.8485).epsilon(0.02));
}

TEST_CASE("deviation_shape: skewness and kurtosis of a distribution worked by hand") {
  // i alternates in pairs independent of e; take e = i + d with d = +3 once in four, −1 otherwise, i a constant spread
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
  CHECK(s.skewness == doctest::Approx(m3 / std::pow(m2, 1.5)).epsilon(1e-10));
  CHECK(s.excess_kurtosis == doctest::Approx(m4 / (m2 * m2) - 3).epsilon(1e-10));
}

TEST_CASE("imbalance_index: bins of one population only are ±1, empty bins are undefined and counted") {
  row e, i;
  for (int k = 0; k < 10; ++k) e.insert(e.end(), {2, 0, 0, 2}), i.insert(i.end(), {0, 2, 0, 2});  // +1, −1, undefined, 0
  auto const b = imbalance_index{}(histogram(e, i), info);
  CHECK(b.mean == doctest::Approx(0));
  CHECK(b.mean_absolute == doctest::Approx(2.0 / 3));
  CHECK(b.undefined_fraction == doctest::Approx(0.25));
}

TEST_CASE("peak_normalised_deviation: worked by hand") {
  row e, i;
  for (int k = 0; k < 10; ++k) e.insert(e.end(), {4, 2}), i.insert(i.end(), {1, 2});  // e/4 − i/2: .5, −.5
  CHECK(peak_normalised_deviation{}(histogram(e, i), info) == doctest::Approx(0.5));
}
