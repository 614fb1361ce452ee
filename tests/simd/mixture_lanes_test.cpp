// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/mixture_lanes.hpp>
#include <limits>
#include <numbers>
#include <vector>

#include "../near.hpp"
#include "each_arch.hpp"

using namespace equipoise;
using testing::near;

namespace {
auto bits(std::vector<double> const& x) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> out;
  for (auto const v : x) out.push_back(std::bit_cast<std::uint64_t>(v));
  return out;
}

auto rows(std::uint64_t seed, std::size_t n, std::size_t d) -> simd::feature_columns {
  random_stream random(seed);
  std::vector<double> x(n * d);
  for (auto& v : x) v = 3 * random.normal() + (random.below(4) == 0 ? 40 : 0);
  return {x, d};
}

/// Any mixture will do: weights even, means anywhere, L⁻¹ with a positive diagonal.
auto mixture(std::uint64_t seed, std::size_t d, std::size_t components) -> simd::mixture_terms {
  random_stream random(seed);
  simd::mixture_terms m{.features = d, .components = components, .constant = {}, .mean = {}, .whitener = {}};
  for (std::size_t k = 0; k < components; ++k) {
    double logs = 0;
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        m.whitener.push_back(i == j ? 0.1 + random.uniform() : random.normal() / 3);
        if (i == j) logs += std::log(m.whitener.back());
      }
    for (std::size_t f = 0; f < d; ++f) m.mean.push_back(5 * random.normal());
    m.constant.push_back(logs - std::log(static_cast<double>(components)) - static_cast<double>(d) / 2 * std::log(2 * std::numbers::pi));
  }
  return m;
}

/// What the step must give, from the definition and in long double.
auto by_definition(simd::feature_columns const& x, simd::mixture_terms const& m) -> std::vector<long double> {
  auto const d = m.features;
  std::vector<long double> out(m.components * m.sums_each() + 1);
  for (std::size_t i = 0; i < x.rows; ++i) {
    std::vector<long double> density(m.components);
    long double whole = 0;
    for (std::size_t k = 0; k < m.components; ++k) {
      long double q = 0;
      for (std::size_t a = 0; a < d; ++a) {
        long double z = 0;
        for (std::size_t b = 0; b <= a; ++b) z += static_cast<long double>(m.whitener[k * m.triangle() + a * (a + 1) / 2 + b]) * (static_cast<long double>(x.column(b)[i]) - m.mean[k * d + b]);
        q += z * z;
      }
      density[k] = std::exp(m.constant[k] - q / 2), whole += density[k];
    }
    out.back() += std::log(whole);
    for (std::size_t k = 0; k < m.components; ++k) {
      auto* to = out.data() + k * m.sums_each();
      auto const r = density[k] / whole;
      auto const off = [&](std::size_t f) { return static_cast<long double>(x.column(f)[i]) - m.mean[k * d + f]; };
      *to++ += r;
      for (std::size_t f = 0; f < d; ++f) *to++ += r * off(f);
      for (std::size_t f = 0; f < d; ++f)
        for (std::size_t g = 0; g <= f; ++g) *to++ += r * off(f) * off(g);
    }
  }
  return out;
}
}  // namespace

TEST_CASE("mixture_lanes: the exponential is that of the mathematical library to two units of the last place, and the same in all lanes") {
  random_stream random(1);
  std::vector<double> x{0.0, -0.0, -1e-300, -1e-17, -0.34657, -0.34658, -1, -707.99, -708, -709, -1e300, -std::numeric_limits<double>::infinity()};
  while (x.size() < 20'000) x.push_back(-std::pow(2.0, 12 * random.uniform() - 3) * random.uniform());
  double worst = 0;
  for (auto const v : x) {
    auto const truth = std::exp((std::max)(v, -708.0));
    worst = (std::max)(worst, std::abs(simd::exp_of_negative(v) - truth) / (truth * std::numeric_limits<double>::epsilon()));
  }
  CHECK(worst <= 2);
  CHECK(simd::exp_of_negative(0.0) == 1);
  auto const sets = testing::each_arch<double>([&]<class Arch>(Arch) {
    using V = simd::batch<Arch, double>;
    CAPTURE(Arch::name());
    int wrong = 0;
    for (std::size_t i = 0; i + V::size <= x.size(); i += V::size) {
      double lane[V::size];
      simd::exp_of_negative(V::load_unaligned(x.data() + i)).store_unaligned(lane);
      for (std::size_t j = 0; j < V::size; ++j) wrong += std::bit_cast<std::uint64_t>(lane[j]) != std::bit_cast<std::uint64_t>(simd::exp_of_negative(x[i + j]));
    }
    CHECK(wrong == 0);
  });
  CHECK(sets > 0);
}

TEST_CASE("mixture_lanes: the logarithm is that of the mathematical library, near 1 as well") {
  random_stream random(2);
  double worst = 0;
  for (int k = 0; k < 20'000; ++k) {
    auto const x = k % 2 == 0 ? std::exp(1400 * random.uniform() - 700) : 1 + (random.uniform() - 0.5) * std::pow(2.0, -50 * random.uniform());
    if (x == 1) continue;
    worst = (std::max)(worst, std::abs(simd::log_of(x) - std::log(x)) / std::abs(std::log(x)));
  }
  CHECK(worst < 1e-15);
  CHECK(simd::log_of(1) == 0);
  CHECK(simd::log_of(2) == near(std::numbers::ln2, 1e-16));
}

TEST_CASE("mixture_lanes: the step equals the scalar twin bit for bit, for every number of rows, features and components") {
  auto const sets = testing::each_arch<double>([]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    int wrong = 0;
    for (std::size_t const d : {1u, 2u, 3u, 5u})
      for (std::size_t const components : {1u, 2u, 3u, 4u, 7u})
        for (std::size_t const n : {0u, 1u, 7u, 8u, 9u, 100u, 3001u, 9005u}) {  // the last is cut into stretches
          if (n > 3001 && d > 2) continue;
          auto const x = rows(10 * d + n, n, d);
          auto const m = mixture(components + d, d, components);
          std::vector<double> a(m.sums_size()), b(m.sums_size());
          simd::expectation<Arch>(x, m, a.data());
          simd::expectation_scalar(x, m, b.data());
          wrong += bits(a) != bits(b);
        }
    CHECK(wrong == 0);
  });
  CHECK(sets > 0);
}

TEST_CASE("mixture_lanes: sums and log-likelihood are those of the definition") {
  for (std::size_t const d : {1u, 2u, 3u})
    for (std::size_t const components : {1u, 2u, 3u, 5u}) {
      CAPTURE(d);
      CAPTURE(components);
      auto const x = rows(3, 501, d);
      auto const m = mixture(4, d, components);
      std::vector<double> sums(m.sums_size());
      simd::expectation<simd::best_arch>(x, m, sums.data());
      auto const truth = by_definition(x, m);
      double total = 0;
      for (std::size_t k = 0; k < components; ++k) total += simd::sum_of_stripes(sums.data() + k * m.sums_each() * simd::stripes);
      CHECK(total == near(501, 1e-13));
      double worst = 0;
      for (std::size_t s = 0; s < truth.size(); ++s) {
        auto const scale = (std::max)(1.0, std::abs(static_cast<double>(truth[s])));
        worst = (std::max)(worst, std::abs(simd::sum_of_stripes(sums.data() + s * simd::stripes) - static_cast<double>(truth[s])) / scale);
      }
      CHECK(worst < 1e-11);
    }
}

TEST_CASE("mixture_lanes: the posteriors of one row add up to 1 and weigh the densities, far from all components too") {
  simd::mixture_terms const m{.features = 1, .components = 2, .constant = {std::log(0.25), std::log(0.75)}, .mean = {0, 2}, .whitener = {1, 1}};
  for (double const x : {-3.0, 0.0, 0.7, 1.0, 2.5}) {
    double p[2];
    auto const log_density = simd::posterior_of(m, &x, p);
    auto const a = 0.25 * std::exp(-x * x / 2), b = 0.75 * std::exp(-(x - 2) * (x - 2) / 2);
    CHECK(p[0] == near(a / (a + b), 1e-14));
    CHECK(p[1] == near(b / (a + b), 1e-14));
    CHECK(log_density == near(std::log(a + b), 1e-13));
  }
  double p[2];
  double const far = 1e6;
  CHECK(simd::posterior_of(m, &far, p) == near(std::log(0.75) - (far - 2) * (far - 2) / 2, 1e-15));
  CHECK(p[1] == 1);
  CHECK(p[0] < 1e-300);
}

TEST_CASE("mixture_lanes: posteriors of many rows equal those of single rows bit for bit") {
  testing::each_arch<double>([]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    int wrong = 0;
    for (std::size_t const d : {1u, 2u, 4u})
      for (std::size_t const components : {1u, 2u, 3u, 5u})
        for (std::size_t const n : {0u, 1u, 8u, 61u}) {
          auto const x = rows(n + d, n, d);
          auto const m = mixture(components, d, components);
          std::vector<double> all(n * components), one(n * components), row(d);
          simd::posteriors_of<Arch>(x, m, all.data());
          for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t f = 0; f < d; ++f) row[f] = x.column(f)[i];
            simd::posterior_of(m, row.data(), one.data() + i * components);
          }
          wrong += bits(all) != bits(one);
        }
    CHECK(wrong == 0);
  });
}

TEST_CASE("mixture_lanes: the product that stands for the logarithms never overflows, with equal components that share each row evenly") {
  for (std::size_t const components : {2u, 3u, 4u, 8u, 32u}) {
    simd::mixture_terms const m{.features = 1, .components = components, .constant = std::vector(components, -1.5), .mean = std::vector(components, 0.0), .whitener = std::vector(components, 1.0)};
    simd::feature_columns const x(std::vector<double>(20'000, 2.0), 1);
    std::vector<double> sums(m.sums_size());
    simd::expectation<simd::best_arch>(x, m, sums.data());
    CHECK(simd::sum_of_stripes(sums.data() + components * m.sums_each() * simd::stripes) == near(20'000 * (-1.5 - 2 + std::log(static_cast<double>(components))), 1e-13));
    CHECK(simd::sum_of_stripes(sums.data()) == near(20'000.0 / static_cast<double>(components), 1e-13));
  }
}
