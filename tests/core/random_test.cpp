// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <equipoise/core/random.hpp>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <vector>

using namespace equipoise;

namespace {
using words = std::array<std::uint32_t, 4>;
// Known answers of philox4x32_10: Random123, tests/kat_vectors.
static_assert(philox({0, 0, 0, 0}, {0, 0}) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) == words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) == words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
static_assert(std::uniform_random_bit_generator<random_stream>);

template <class Draw>
auto sample(std::size_t n, Draw draw) {
  std::vector<double> x(n);
  std::generate(x.begin(), x.end(), draw);
  return x;
}
auto mean(std::vector<double> const& x) { return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()); }
auto variance(std::vector<double> const& x) {
  auto const m = mean(x);
  return std::accumulate(x.begin(), x.end(), 0.0, [m](double s, double v) { return s + (v - m) * (v - m); }) / static_cast<double>(x.size() - 1);
}

/// sup |F_n − F| · √n. Beyond 1.95 with probability 0.1 % if F is the law (Kolmogorov): Σ 2 (−1)^{k−1} e^{−2 k² x²} = 0.00100 at 1.9495.
template <class Law>
auto kolmogorov(std::vector<double> x, Law law) {
  std::sort(x.begin(), x.end());
  auto const n = static_cast<double>(x.size());
  double d = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    auto const f = law(x[k]), below = static_cast<double>(k) / n;
    d = (std::max)({d, f - below, below + 1 / n - f});
  }
  return d * std::sqrt(n);
}
constexpr double one_in_a_thousand = 1.9495;
constexpr std::size_t many = 200'000;

/// The gamma law of whole and half shapes in closed form: P(k, x) = P(k − 1, x) − x^{k−1} e^{−x} / Γ(k), from P(1, x) = 1 − e^{−x} or P(1/2, x) = erf √x.
auto gamma_law(double shape, double x) -> double {
  if (shape == 0.5) return std::erf(std::sqrt(x));
  if (shape == 1.0) return -std::expm1(-x);
  return gamma_law(shape - 1, x) - std::exp((shape - 1) * std::log(x) - x - std::lgamma(shape));
}
}  // namespace

TEST_CASE("random: Philox gives the known answers of Random123 at run time too") {
  volatile std::uint32_t zero = 0;
  CHECK(philox({zero, zero, zero, zero}, {zero, zero}) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
}

TEST_CASE("random: a stream is Philox over (position, stream) keyed by the seed") {
  random_stream zero(0);
  CHECK(zero() == 0xe169c58d'6627e8d5u);  // the first known answer, low word first
  CHECK(zero() == 0x9b00dbd8'bc57ac4cu);
  auto const next = philox({1, 0, 0, 0}, {0, 0});
  CHECK(zero() == (std::uint64_t{next[1]} << 32 | next[0]));
  random_stream far(0x299f31d0'a4093822u, 0x03707344'13198a2eu);  // the third, but for its position
  auto const first = philox({0, 0, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
  CHECK(far() == (std::uint64_t{first[1]} << 32 | first[0]));
}

TEST_CASE("random: streams are repeatable and differ by seed and by stream") {
  random_stream a(5, 9), b(5, 9);
  for (int k = 0; k < 100; ++k) CHECK(a() == b());
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    for (std::uint64_t stream = 0; stream < 50; ++stream) firsts.insert(random_stream(seed, stream)());
  CHECK(firsts.size() == 2500);
  random_stream const fresh(5, 9);
  auto copy = fresh, again = fresh;  // a copy continues from where the original stood
  CHECK(copy() == again());
}

TEST_CASE("random: uniform draws stay in [0, 1) and pass moments and Kolmogorov's test") {
  random_stream random(11);
  auto const x = sample(many, [&] { return random.uniform(); });
  CHECK(*std::min_element(x.begin(), x.end()) >= 0);
  CHECK(*std::max_element(x.begin(), x.end()) < 1);
  CHECK(std::abs(mean(x) - 0.5) < 4 * std::sqrt(1.0 / 12 / many));
  CHECK(std::abs(variance(x) - 1.0 / 12) < 4 * std::sqrt(1.0 / 180 / many));  // Var of (u − ½)²: 1/80 − 1/144
  CHECK(kolmogorov(x, [](double u) { return u; }) < one_in_a_thousand);
}

TEST_CASE("random: consecutive draws are uncorrelated, within a stream and across streams") {
  random_stream random(12), other(12, 1);
  auto const x = sample(many, [&] { return random.uniform() - 0.5; });
  auto const y = sample(many, [&] { return other.uniform() - 0.5; });
  double lagged = 0, across = 0;
  for (std::size_t k = 0; k + 1 < many; ++k) lagged += x[k] * x[k + 1], across += x[k] * y[k];
  CHECK(std::abs(lagged * 12 / many) < 4 / std::sqrt(double{many}));
  CHECK(std::abs(across * 12 / many) < 4 / std::sqrt(double{many}));
}

TEST_CASE("random: below(n) is uniform on 0 … n − 1 and reaches both ends") {
  for (std::uint64_t const n : {1u, 2u, 7u, 10u, 100u}) {
    random_stream random(n);
    std::vector<std::int64_t> count(n);
    constexpr int draws = 100'000;
    for (int k = 0; k < draws; ++k) ++count[random.below(n)];
    double chi2 = 0;
    auto const expected = draws / static_cast<double>(n);
    for (auto const c : count) chi2 += (static_cast<double>(c) - expected) * (static_cast<double>(c) - expected) / expected;
    auto const freedom = static_cast<double>(n - 1);
    CHECK(chi2 <= freedom + 4 * std::sqrt(2 * freedom) + 4);
    CHECK(*std::min_element(count.begin(), count.end()) > 0);
  }
  random_stream random(3);
  std::uint64_t const huge = std::uint64_t{3} << 62;  // a plain product would give half of all draws a multiple of 3: one word in four must be refused
  int multiples = 0;
  for (int k = 0; k < 30'000; ++k) {
    auto const x = random.below(huge);
    REQUIRE(x < huge);
    multiples += x % 3 == 0;
  }
  CHECK(std::abs(multiples - 10'000) < 4 * std::sqrt(30'000 * (1.0 / 3) * (2.0 / 3)));
}

TEST_CASE("random: exponential draws have mean and variance 1 and the right law") {
  random_stream random(21);
  auto const x = sample(many, [&] { return random.exponential(); });
  CHECK(*std::min_element(x.begin(), x.end()) >= 0);
  CHECK(std::abs(mean(x) - 1) < 4 / std::sqrt(double{many}));
  CHECK(std::abs(variance(x) - 1) < 4 * std::sqrt(8.0 / many));  // the fourth central moment is 9
  CHECK(kolmogorov(x, [](double v) { return -std::expm1(-v); }) < one_in_a_thousand);
}

TEST_CASE("random: normal draws have mean 0, variance 1 and the right law") {
  random_stream random(22);
  auto const x = sample(many, [&] { return random.normal(); });
  CHECK(std::abs(mean(x)) < 4 / std::sqrt(double{many}));
  CHECK(std::abs(variance(x) - 1) < 4 * std::sqrt(2.0 / many));
  CHECK(kolmogorov(x, [](double v) { return 0.5 * std::erfc(-v / std::sqrt(2.0)); }) < one_in_a_thousand);
}

TEST_CASE("random: gamma draws have mean and variance of their shape and the right law") {
  for (double const shape : {0.5, 1.0, 1.5, 3.0, 12.5}) {
    INFO("shape " << shape);
    random_stream random(31, static_cast<std::uint64_t>(2 * shape));
    auto const x = sample(many, [&] { return random.gamma(shape); });
    CHECK(*std::min_element(x.begin(), x.end()) >= 0);
    CHECK(std::abs(mean(x) - shape) < 4 * std::sqrt(shape / many));
    CHECK(std::abs(variance(x) - shape) < 4 * std::sqrt((2 * shape * shape + 6 * shape) / many));  // fourth central moment 3 k² + 6 k
    CHECK(kolmogorov(x, [shape](double v) { return gamma_law(shape, v); }) < one_in_a_thousand);
  }
}

TEST_CASE("random: the tests of laws can fail") {
  random_stream random(41);
  auto const x = sample(many, [&] { return random.uniform(); });
  CHECK(kolmogorov(x, [](double u) { return std::pow(u, 1.02); }) > one_in_a_thousand);
  CHECK(kolmogorov(sample(many, [&] { return random.gamma(3.0); }), [](double v) { return gamma_law(3.5, v); }) > one_in_a_thousand);
}

TEST_CASE("random: all six orders of three things are equally likely, and nothing is lost") {
  std::array<int, 6> seen{};
  random_stream random(5);
  for (int k = 0; k < 6000; ++k) {
    std::vector<int> order{0, 1, 2};
    shuffle(order, random);
    std::array const all{std::vector{0, 1, 2}, std::vector{0, 2, 1}, std::vector{1, 0, 2}, std::vector{1, 2, 0}, std::vector{2, 0, 1}, std::vector{2, 1, 0}};
    auto const at = std::find(all.begin(), all.end(), order);
    REQUIRE(at != all.end());
    ++seen[static_cast<std::size_t>(at - all.begin())];
  }
  for (auto const n : seen) CHECK(std::abs(n - 1000) < 4 * 29);  // SD √(6000 · 1/6 · 5/6) = 29
}
