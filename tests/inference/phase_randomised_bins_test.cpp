// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdint>
#include <equipoise/inference/phase_randomised_bins.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;

static_assert(metric<phase_randomised_bins>);

namespace {
using row = std::vector<std::uint16_t>;
using numbers = std::vector<double>;
auto const ten_ms = row_info{.scale = 0, .width = {10'000'000, 1, 1'000'000'000}, .sizes = {4, 2}, .bins = 0};

auto kept(row const& e, row const& i) -> count_rows {
  count_rows s;
  s.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return s;
}
/// Uneven counts with a rhythm and a slow drift of their own.
auto uneven(std::uint64_t seed, std::size_t n) -> std::pair<row, row> {
  random_stream random(seed);
  row e, i;
  for (std::size_t t = 0; t < n; ++t) {
    e.push_back(static_cast<std::uint16_t>(random.below(9) + (t % 7 < 2 ? 5 : 0)));
    i.push_back(static_cast<std::uint16_t>(random.below(5) + (t * 3 / n)));
  }
  return {e, i};
}
auto transformed(numbers const& x) -> std::vector<std::complex<double>> {
  std::vector<std::complex<double>> out(x.size());
  for (std::size_t f = 0; f < x.size(); ++f)
    for (std::size_t t = 0; t < x.size(); ++t) out[f] += x[t] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(f * t % x.size()) / static_cast<double>(x.size()));
  return out;
}
auto pearson(numbers const& x, numbers const& y) -> double {
  auto const n = static_cast<double>(x.size());
  double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t t = 0; t < x.size(); ++t) mx += x[t] / n, my += y[t] / n;
  for (std::size_t t = 0; t < x.size(); ++t) xx += (x[t] - mx) * (x[t] - mx), yy += (y[t] - my) * (y[t] - my), xy += (x[t] - mx) * (y[t] - my);
  return xy / std::sqrt(xx * yy);
}
/// The series with i's amplitudes, and phases against e's of that many 4 096ths of a turn at each frequency; written down by an inverse transform.
auto with_phases(numbers const& e, numbers const& i, std::vector<std::uint32_t> const& words) -> numbers {
  auto const n = e.size();
  auto const from_e = transformed(e), from_i = transformed(i);
  auto spectrum = from_i;
  for (std::size_t f = 1; 2 * f <= n; ++f) {
    auto const turn = 2 * f == n ? (words[f - 1] >> 31) * 0.5 : static_cast<double>(words[f - 1] >> 20) / 4096;
    spectrum[f] = std::polar(std::abs(from_i[f]), std::arg(from_e[f]) + 2 * std::numbers::pi * turn);
    spectrum[n - f] = std::conj(spectrum[f]);
  }
  numbers out(n);
  for (std::size_t t = 0; t < n; ++t) {
    std::complex<double> sum;
    for (std::size_t f = 0; f < n; ++f) sum += spectrum[f] * std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(f * t % n) / static_cast<double>(n));
    CHECK(std::abs(sum.imag()) < 1e-9);
    out[t] = sum.real() / static_cast<double>(n);
  }
  return out;
}
}  // namespace

TEST_CASE("phase_randomised_bins: each draw is the r of a series with i's mean, variance and autocorrelation, made by an inverse transform") {
  for (std::size_t const n : {60u, 63u}) {  // with and without a frequency of n/2
    auto const [e, i] = uneven(n, n);
    numbers const x(e.begin(), e.end()), y(i.begin(), i.end());
    auto const null = phase_randomised_bins{.draws = 5, .seed = 3}(kept(e, i), ten_ms);
    REQUIRE(null.rho.values.size() == 5);
    for (std::uint64_t k = 0; k < 5; ++k) {
      auto random = draw_key(3, k, "phase_randomised_bins").stream(draw_key::shared);
      std::vector<std::uint32_t> words;  // the halves of 64-bit words, the lower first
      while (words.size() < n / 2) {
        auto const w = random();
        words.push_back(static_cast<std::uint32_t>(w)), words.push_back(static_cast<std::uint32_t>(w >> 32));
      }
      auto const drawn = with_phases(x, y, words);
      CHECK(null.rho.values[k] == near(pearson(x, drawn), 1e-9));
      for (std::size_t lag = 0; lag < 10; ++lag) {
        double before = 0, after = 0;
        for (std::size_t t = 0; t < n; ++t) before += y[t] * y[(t + lag) % n], after += drawn[t] * drawn[(t + lag) % n];
        CHECK(after == near(before, 1e-9));
      }
    }
  }
}

TEST_CASE("phase_randomised_bins: with phases of zero r is the product of amplitudes, and of equal populations 1") {
  auto const [e, i] = uneven(4, 105);
  std::vector<std::uint32_t> const wide_e(e.begin(), e.end()), wide_i(i.begin(), i.end()), zero(52, 0);
  CHECK(detail::shared_amplitudes(wide_e, wide_e).rho(zero) == near(1, 1e-12));
  CHECK(detail::shared_amplitudes(wide_e, wide_e).rho(std::vector<std::uint32_t>(52, 0x8000'0000u)) == near(-1, 1e-12));  // all turned by a half
  CHECK(detail::shared_amplitudes(wide_e, wide_i).values().size() == 52);
}

TEST_CASE("phase_randomised_bins: draws have a mean of 0 and the variance Σ |E|²|I|² over frequencies, over that of both") {
  std::size_t const n = 350;
  auto const [e, i] = uneven(11, n);
  auto const from_e = transformed(numbers(e.begin(), e.end())), from_i = transformed(numbers(i.begin(), i.end()));
  double ee = 0, ii = 0, both = 0;
  for (std::size_t f = 1; f < n; ++f) ee += std::norm(from_e[f]), ii += std::norm(from_i[f]), both += std::norm(from_e[f]) * std::norm(from_i[f]);
  auto const variance = both / (ee * ii);  // 4·½ = 2 for each pair f, n − f, and 1 for f = n/2: the sum over all f
  auto const null = phase_randomised_bins{.draws = 20'000}(kept(e, i), ten_ms);
  CHECK(null.rho.distinct == 0);
  double mean = 0, squares = 0, fourth = 0;
  for (auto const r : null.rho.values) mean += r / 20'000, squares += r * r / 20'000, fourth += r * r * r * r / 20'000;
  CHECK(std::abs(mean) < 4 * std::sqrt(variance / 20'000));
  CHECK(std::abs(squares - variance) < 4 * std::sqrt((fourth - squares * squares) / 20'000));
  auto const other = phase_randomised_bins{.draws = 20'000, .seed = 2}(kept(e, i), ten_ms);
  double together = 0;
  for (std::size_t k = 0; k < 20'000; ++k) together += null.rho.values[k] * other.rho.values[k] / 20'000 / variance;
  CHECK(std::abs(together) < 4 / std::sqrt(20'000.0));
}

TEST_CASE("phase_randomised_bins: draw k depends on neither the number of draws nor on how the rows came; gaps are closed") {
  auto const [e, i] = uneven(12, 210);
  auto const many = phase_randomised_bins{.draws = 50}(kept(e, i), ten_ms).rho.values, few = phase_randomised_bins{.draws = 7}(kept(e, i), ten_ms).rho.values;
  CHECK(std::equal(few.begin(), few.end(), many.begin()));
  CHECK(std::adjacent_find(many.begin(), many.end()) == many.end());
  count_rows apart;
  apart.absorb(count_row<std::uint16_t>{0, 500, std::span(e).subspan(90), std::span(i).subspan(90)});
  apart.absorb(count_row<std::uint16_t>{0, 0, std::span(e).first(90), std::span(i).first(90)});
  CHECK(apart.runs().size() == 2);
  CHECK(phase_randomised_bins{.draws = 50}(apart, ten_ms).rho.values == many);
}

TEST_CASE("phase_randomised_bins: the length is the largest without a prime factor above 13, and leaves out as few bins as promised") {
  auto smooth = [](std::size_t n) {
    for (std::size_t p = 2; p <= 13; ++p)
      while (n % p == 0) n /= p;
    return n == 1;
  };
  auto const share = [](std::size_t n) { return static_cast<double>(n - phase_randomised_bins::length(n)) / static_cast<double>(n); };
  for (std::size_t n = 1; n < 3000; ++n) {
    auto expected = n;
    while (!smooth(expected)) --expected;
    CHECK(phase_randomised_bins::length(n) == expected);
    if (n >= 100) CHECK(share(n) < (n < 1000 ? 0.035 : 0.02));
  }
  for (std::size_t n = 3000; n < 300'000; n += 7) CHECK(share(n) < (n < 10'000 ? 0.02 : 0.01));
  CHECK(phase_randomised_bins::length(0) == 0);
  // of 107 bins the last two do not matter
  auto [e, i] = uneven(13, 107);
  auto const before = phase_randomised_bins{.draws = 3}(kept(e, i), ten_ms).rho.values;
  e[105] = i[106] = 900;
  CHECK(phase_randomised_bins{.draws = 3}(kept(e, i), ten_ms).rho.values == before);
  e[104] = 900;
  CHECK(phase_randomised_bins{.draws = 3}(kept(e, i), ten_ms).rho.values != before);
}

TEST_CASE("phase_randomised_bins: of populations that never vary, or too few bins, there are no draws") {
  auto const [e, i] = uneven(14, 40);
  CHECK(phase_randomised_bins{.at_least_bins = 41}(kept(e, i), ten_ms).rho.values.empty());
  CHECK(phase_randomised_bins{}(kept(row(40, 3), i), ten_ms).rho.values.empty());
  CHECK(phase_randomised_bins{}(count_rows{}, ten_ms).rho.values.empty());
  row late(107, 3);
  late.back() = 4;  // varies in a bin that is left out
  CHECK(phase_randomised_bins{}(kept(late, uneven(14, 107).second), ten_ms).rho.values.empty());
}

TEST_CASE("phase_randomised_bins: the size is near 5 % for Gaussian drives that last a tenth of the recording, and not for rare bursts") {
  using us = std::chrono::microseconds;
  using namespace std::chrono_literals;
  auto const wide = row_info{.scale = 0, .width = {100'000'000, 1, 1'000'000'000}, .sizes = {1, 1}, .bins = 0};
  auto size = [&](us length, auto one) {
    int rejected = 0;
    for (std::uint64_t k = 0; k < 1000; ++k) {
      random_stream random(77, k);
      auto counted = [&] {
        row x(static_cast<std::size_t>(length / 100ms));
        auto const spikes = one(window<us>{us{0}, length}, random);
        for (auto const t : spikes.raw()) ++x[static_cast<std::size_t>(t / 100'000)];
        return x;
      };
      auto const e = counted(), i = counted();
      auto const rows = kept(e, i);
      co_moments moments;
      moments.absorb(count_row<std::uint16_t>{0, 0, e, i});
      rejected += p_value(zero_lag_correlation{}(moments, wide), phase_randomised_bins{.draws = 99, .seed = k}(rows, wide).rho.values) <= 0.05;
    }
    return rejected / 1000.0;
  };
  auto const drives = size(15s, [](window<us> when, random_stream& random) {
    return ou_cox<us>{.e_hz = 40, .i_hz = 0, .sigma = 0.5, .tau = 1500ms, .delay = {}, .step = 30ms}.trains(when, random).e;
  });
  CHECK(std::abs(drives - 0.05) < 3 * std::sqrt(0.05 * 0.95 / 1000));
  auto const bursts = size(30s, [](window<us> when, random_stream& random) {
    rate_steps<us> rate{us{0}, 500ms, std::vector<double>(60, 3)};
    for (auto& hz : rate.hz)
      if (random.uniform() < 0.05) hz = 300;
    return cox(rate, when, random);
  });
  CHECK(bursts > 0.05 + 3 * std::sqrt(0.05 * 0.95 / 1000));
}
