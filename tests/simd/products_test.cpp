// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/products.hpp>
#include <vector>

#include "each_arch.hpp"

using namespace equipoise;

namespace {
template <class Arch, class V>
void compare(std::uint64_t seed, std::uint32_t most) {
  random_stream random(seed);
  int wrong = 0;
  for (std::size_t const n : {0u, 1u, 15u, 16u, 17u, 63u, 64u, 65u, 500u, 5000u})
    for (std::size_t const lags : {1u, 7u, 8u, 9u, 21u, 41u}) {
      auto const offset = random.below(5);  // unaligned
      std::vector<V> x(offset + n + simd::row_padding), y(offset + n + lags + 2 * simd::row_padding);
      for (std::size_t k = 0; k < n; ++k) x[offset + k] = static_cast<V>(random.below(3) == 0 ? most : random.below(most + 1));
      for (std::size_t k = 0; k < n + lags; ++k) y[offset + k] = static_cast<V>(random.below(3) == 0 ? most : random.below(most + 1));
      std::vector<std::int64_t> a(lags, 5), b(lags, 5);  // adds to what is there
      simd::lagged_products<Arch>(x.data() + offset, y.data() + offset, n, most, a.data(), lags);
      simd::lagged_products_scalar(x.data() + offset, y.data() + offset, n, b.data(), lags);
      wrong += a != b;
    }
  CHECK(wrong == 0);
}
}  // namespace

TEST_CASE("products: sums at every lag equal the scalar twin, for every length, alignment and size of counts") {
  auto const sets = testing::each_arch([]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      for (std::uint32_t const most : {0u, 1u, 15u, 127u}) compare<Arch, std::uint8_t>(seed, most);
      for (std::uint32_t const most : {1u, 255u, 1023u, 20'000u, 32'767u}) compare<Arch, std::int16_t>(seed, most);
    }
  });
  CHECK(sets > 0);
}

TEST_CASE("products: long rows of the largest counts do not overflow a 32-bit lane") {
  std::vector<std::uint8_t> const x(3'000'000 + 2 * simd::row_padding, 127);
  auto padded = x;
  std::fill(padded.begin() + 3'000'000, padded.end(), std::uint8_t{0});
  testing::each_arch([&]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    std::vector<std::int64_t> out(2);
    simd::lagged_products<Arch>(padded.data(), x.data(), 3'000'000, 127, out.data(), 2);
    CHECK(out[0] == std::int64_t{3'000'000} * 127 * 127);
    CHECK(out[1] == out[0]);
  });
}

TEST_CASE("products: long rows of the largest 16-bit counts do not overflow a 32-bit lane") {
  constexpr std::size_t n = 100'000;
  std::vector<std::int16_t> const y(n + 2 * simd::row_padding, 32'767);
  auto x = y;
  std::fill(x.begin() + n, x.end(), std::int16_t{0});
  testing::each_arch([&]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    std::vector<std::int64_t> out(9);  // a group of eight lags, and one alone
    simd::lagged_products<Arch>(x.data(), y.data(), n, simd::most_in_shorts, out.data(), 9);
    for (auto const sum : out) CHECK(sum == std::int64_t{n} * 32'767 * 32'767);
  });
}
