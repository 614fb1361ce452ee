// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/pair_counts.hpp>
#include <vector>

#include "each_arch.hpp"

using namespace equipoise;

// That the register kernels are taken at all: their results are those of the table.
#if defined(__AVX512BW__)
static_assert(simd::detail::byte_compare<xsimd::avx512bw>::step == 64);
#endif
#if defined(__AVX2__)
static_assert(simd::detail::byte_compare<xsimd::avx2>::step == 32 && simd::detail::byte_compare<xsimd::fma3<xsimd::avx2>>::step == 32);
#endif
#if defined(__SSE4_2__)
static_assert(simd::detail::byte_compare<xsimd::sse4_2>::step == 0);
#endif

TEST_CASE("pair_counts: both ways equal the scalar twin, for every length, alignment, side and size of counts") {
  random_stream random(8);
  int wrong = 0, sets = 0;
  for (std::size_t const side : {4u, 8u, 16u, 64u})
    for (std::uint64_t const common : {1u, 4u, 5u, 8u})
      for (std::size_t const n : {0u, 1u, 31u, 32u, 63u, 64u, 65u, 700u, 40'000u})
        for (bool const mostly_small : {true, false}) {
          auto const shift = random.below(3);
          std::vector<std::uint8_t> e(n + shift), i(n + shift);
          for (auto* x : {&e, &i})
            for (auto& v : *x) v = static_cast<std::uint8_t>(random.below(50) == 0 ? random.below(side) : random.below(common < side ? common : side));
          std::vector<std::int64_t> b(side * side, 3);
          simd::pair_counts_scalar(e.data() + shift, i.data() + shift, n, b.data(), side);
          sets += testing::each_arch([&]<class Arch>(Arch) {
            std::vector<std::int64_t> a(side * side, 3);
            simd::pair_counts<Arch>(e.data() + shift, i.data() + shift, n, mostly_small, a.data(), side);
            wrong += a != b;
          });
        }
  CHECK(wrong == 0);
  CHECK(sets >= 4 * 4 * 9 * 2);
}

TEST_CASE("pair_counts: one pair in every bin of a long row, for each of the sixteen and for the largest counts") {
  std::size_t const n = 70'001;  // more registers than a lane of 8 bits can count
  testing::each_arch([&]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    int wrong = 0;
    for (std::size_t pair = 0; pair < 17; ++pair) {
      auto const e = pair == 16 ? 255 : pair / 4, i = pair == 16 ? 255 : pair % 4, side = pair == 16 ? std::size_t{256} : std::size_t{5};
      std::vector<std::uint8_t> const x(n, static_cast<std::uint8_t>(e)), y(n, static_cast<std::uint8_t>(i));
      std::vector<std::int64_t> table(side * side), expected(side * side);
      expected[e * side + i] = static_cast<std::int64_t>(n);
      simd::pair_counts<Arch>(x.data(), y.data(), n, true, table.data(), side);
      wrong += table != expected;
    }
    CHECK(wrong == 0);
  });
}
