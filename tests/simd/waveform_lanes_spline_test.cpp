// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <boost/math/interpolators/cardinal_cubic_b_spline.hpp>
#include <cmath>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/waveform_lanes_spline.hpp>
#include <vector>

#include "each_arch.hpp"

using namespace equipoise;

namespace {
auto noise(std::size_t n, std::uint64_t seed) -> std::vector<double> {
  random_stream random(seed);
  std::vector<double> y(n);
  for (auto& v : y) v = 50 * random.normal();
  return y;
}
auto slopes_of(std::vector<double> const& y) -> std::vector<double> {
  std::vector<double> m(y.size());
  simd::spline_slopes<double>(simd::spline_elimination(y.size()), y.data(), m.data());
  return m;
}
}  // namespace

TEST_CASE("waveform_lanes_spline: values and slopes are those of Boost's spline with the same slopes at its ends") {
  for (std::size_t const n : {5u, 6u, 8u, 9u, 48u, 61u}) {
    auto const y = noise(n, n);
    auto const m = slopes_of(y);
    boost::math::interpolators::cardinal_cubic_b_spline<double> const boost(y.begin(), y.end(), 0.0, 1.0, m.front(), m.back());
    simd::spline_fractions<4> const four(4);
    simd::spline_fractions<0> const any(4), five(5);
    double off = 0;
    for (std::size_t k = 0; k + 1 < n; ++k) {
      simd::spline_stretch<double> const s(y[k], y[k + 1], m[k], m[k + 1]);
      auto const x = static_cast<double>(k);
      for (std::size_t j = 0; j <= 4; ++j) {
        auto const at = x + static_cast<double>(j) / 4;
        off = (std::max)({off, std::abs(s.value(four, j) - boost(at)), std::abs(s.slope(four, j) - boost.prime(at))});
        CHECK(s.value(four, j) == s.value(any, j));
        CHECK(s.slope(four, j) == s.slope(any, j));
      }
      for (std::size_t j = 0; j <= 5; ++j) {
        auto const at = x + static_cast<double>(j) / 5;
        off = (std::max)({off, std::abs(s.value(five, j) - boost(at)), std::abs(s.slope(five, j) - boost.prime(at))});
      }
    }
    CHECK(off < 1e-10);
  }
}

TEST_CASE("waveform_lanes_spline: a quartic has its slopes at both ends, a cubic everywhere") {
  std::vector<double> quartic, cubic;
  for (int k = 0; k < 9; ++k) quartic.push_back(std::pow(k - 3.0, 4)), cubic.push_back(std::pow(k - 3.0, 3));
  CHECK(slopes_of(quartic).front() == doctest::Approx(-4 * 27.0).epsilon(1e-12));
  CHECK(slopes_of(quartic).back() == doctest::Approx(4 * 125.0).epsilon(1e-12));
  auto const m = slopes_of(cubic);
  for (int k = 0; k < 9; ++k) CHECK(std::abs(m[static_cast<std::size_t>(k)] - 3 * (k - 3.0) * (k - 3.0)) < 1e-11);
}

TEST_CASE("waveform_lanes_spline: extremes of a stretch are those of its points one by one") {
  auto const x = noise(4000, 3);
  auto const check = [&](auto const& f) {
    double off = 0;
    for (std::size_t i = 0; i + 4 <= x.size(); i += 4) {
      simd::spline_stretch<double> const s(x[i], x[i + 1], 4 * x[i + 2], 4 * x[i + 3]);
      std::vector<double> y, m;
      for (std::size_t j = 0; j <= f.factor(); ++j) y.push_back(s.value(f, j)), m.push_back(s.slope(f, j));
      auto const e = s.extremes(f);
      off = (std::max)({off, std::abs(e.highest - *std::max_element(y.begin(), y.end())), std::abs(e.lowest - *std::min_element(y.begin(), y.end())),
                        std::abs(e.steepest - *std::max_element(m.begin(), m.end())), std::abs(e.flattest - *std::min_element(m.begin(), m.end()))});
    }
    CHECK(off == 0);
  };
  check(simd::spline_fractions<4>(4));
  for (std::size_t const f : {1u, 2u, 3u, 4u, 5u, 10u}) check(simd::spline_fractions<0>(f));
}

TEST_CASE("waveform_lanes_spline: sums over points follow from sums over samples") {
  constexpr std::size_t n = 20;
  auto const y = noise(n, 7);
  auto const m = slopes_of(y);
  for (std::size_t const f : {1u, 2u, 4u, 5u, 10u}) {
    simd::spline_fractions<0> const fractions(f);
    simd::spline_sums const sums(f);
    double values = 0, moments = 0, y_sum = 0, ky_sum = 0, m_sum = 0, first_values = 0, first_moments = 0, off = 0;
    for (std::size_t b = 0; b + 1 < n; ++b) {
      auto const v = sums.of_values(y[b], y_sum, m[b]), w = sums.of_moments(static_cast<double>(b), y[b], ky_sum, m[b], m_sum);
      if (b == 0) first_values = v, first_moments = w;  // up to a constant
      off = (std::max)({off, std::abs(v - first_values - values) / 1e3, std::abs(w - first_moments - moments) / 1e6});
      simd::spline_stretch<double> const s(y[b], y[b + 1], m[b], m[b + 1]);
      for (std::size_t j = 0; j < f; ++j) values += s.value(fractions, j), moments += static_cast<double>(b * f + j) * s.value(fractions, j);
      y_sum += y[b], ky_sum += static_cast<double>(b) * y[b], m_sum += m[b];
    }
    CHECK(off < 1e-13);
  }
}

TEST_CASE("waveform_lanes_spline: rows become lanes, each sample is seen once, and numbers are rounded down") {
  auto const sets = testing::each_arch<double>([]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    using batch = simd::batch<Arch, double>;
    for (std::size_t const n : {8u, 13u, 48u}) {
      std::vector<float> values(n * batch::size);
      for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<float>(k) + 0.5f;
      std::array<float const*, batch::size> rows;
      for (std::size_t l = 0; l < batch::size; ++l) rows[l] = values.data() + l * n;
      std::vector<double> out(values.size());
      std::size_t seen = 0;
      batch sum(0.0);
      simd::rows_to_lanes<batch>(rows.data(), n, out.data(), [&](batch const& x) { sum = sum + x, ++seen; });
      CHECK(seen == n);
      int wrong = 0;
      for (std::size_t l = 0; l < batch::size; ++l) {
        double total = 0;
        for (std::size_t k = 0; k < n; ++k) wrong += out[k * batch::size + l] != static_cast<double>(rows[l][k]), total += static_cast<double>(rows[l][k]);
        double lanes[batch::size];
        sum.store_unaligned(lanes);
        wrong += lanes[l] != total;
      }
      CHECK(wrong == 0);
    }
    for (double const x : {0.0, 0.49, 0.5, 0.99, 1.0, 1.5, 2.5, 46.999999}) {
      double lanes[batch::size];
      simd::detail::rounded_down(batch(x)).store_unaligned(lanes);
      CHECK(lanes[0] == std::floor(x));
      CHECK(simd::detail::rounded_down(x) == std::floor(x));
    }
  });
  CHECK(sets >= 1);
}
