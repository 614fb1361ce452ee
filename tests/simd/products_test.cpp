// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/products.hpp>
#include <vector>

#include "each_arch.hpp"

using namespace equipoise;

// That the register kernels are taken at all: their results are those of the portable one.
#if defined(__AVX512BW__)
static_assert(simd::detail::product_step<xsimd::avx512bw, std::uint8_t>::step == 64 && simd::detail::product_step<xsimd::avx512bw, std::int16_t>::step == 32);
#endif
#if defined(__AVX2__)
static_assert(simd::detail::product_step<xsimd::avx2, std::uint8_t>::step == 32 && simd::detail::product_step<xsimd::fma3<xsimd::avx2>, std::int16_t>::step == 16);
#endif
#if defined(__SSE4_2__)
static_assert(simd::detail::product_step<xsimd::sse4_2, std::uint8_t>::group == 1);
#endif

namespace {
template <class Arch, class V>
void compare(std::uint64_t seed, std::uint32_t most, std::vector<std::size_t> const& lengths = {0, 1, 15, 16, 17, 63, 64, 65, 500, 5000},
             std::vector<std::size_t> const& numbers_of_lags = {1, 7, 10, 11, 12, 21, 41}) {
  random_stream random(seed);
  int wrong = 0;
  for (auto const n : lengths)
    for (auto const lags : numbers_of_lags) {
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

TEST_CASE("products: rows longer than one stretch equal the scalar twin, for every size of a group of lags") {
  testing::each_arch([]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    compare<Arch, std::uint8_t>(1, 127, {40'000}, {12});
    compare<Arch, std::int16_t>(2, 200, {40'000}, {12});
    for (std::size_t lags = 1; lags <= 24; ++lags) compare<Arch, std::uint8_t>(lags, 9, {100}, {lags}), compare<Arch, std::int16_t>(lags, 900, {100}, {lags});
  });
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
