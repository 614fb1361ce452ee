// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/moments.hpp>
#include <vector>

#include "each_arch.hpp"

using namespace equipoise;

// That the register kernels are taken at all: their results are those of the portable one.
#if defined(__AVX512BW__)
static_assert(simd::detail::byte_sums<xsimd::avx512bw>::step == 32);
#endif
#if defined(__AVX2__)
static_assert(simd::detail::byte_sums<xsimd::avx2>::step == 16 && simd::detail::byte_sums<xsimd::fma3<xsimd::avx2>>::step == 16);
#endif
#if defined(__SSE4_2__)
static_assert(simd::detail::byte_sums<xsimd::sse4_2>::step == 4);
#endif

namespace {
template <class Arch, class C>
void compare(std::uint64_t seed, C most) {
  random_stream random(seed);
  int wrong = 0;
  for (std::size_t const n : {0u, 1u, 3u, 15u, 16u, 17u, 31u, 32u, 33u, 63u, 64u, 65u, 1000u, 9000u}) {
    for (std::size_t shift = 0; shift < 3; ++shift) {  // unaligned
      std::vector<C> e(n + shift), i(n + shift);
      for (auto* x : {&e, &i})
        for (auto& v : *x) v = static_cast<C>(random.below(4) == 0 ? most : random.below(std::uint64_t{most} + 1));
      auto const a = simd::sums_of_pairs<Arch>(e.data() + shift, i.data() + shift, n), b = simd::pair_sums_scalar(e.data() + shift, i.data() + shift, n);
      wrong += !(a == b);
      C largest{};
      for (std::size_t k = 0; k < n; ++k) largest = std::max({largest, e[k + shift], i[k + shift]});
      wrong += simd::largest_count<Arch>(e.data() + shift, i.data() + shift, n) != largest;
    }
  }
  CHECK(wrong == 0);
}
}  // namespace

TEST_CASE("moments: the five sums and the largest count equal the scalar twin, for every type, length and alignment") {
  auto const sets = testing::each_arch([]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    for (std::uint64_t seed = 0; seed < 10; ++seed)
      compare<Arch, std::uint8_t>(seed, 255), compare<Arch, std::uint8_t>(seed, 3), compare<Arch, std::uint16_t>(seed, 65'535), compare<Arch, std::uint32_t>(seed, 4'000'000);
  });
  CHECK(sets > 0);
}

TEST_CASE("moments: rows of the largest bytes, beyond what 32-bit lanes hold") {
  std::vector<std::uint8_t> const x(20'000'000, 255);
  testing::each_arch([&]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    auto const s = simd::sums_of_pairs<Arch>(x.data(), x.data(), x.size());
    CHECK(s.e == std::int64_t{20'000'000} * 255);
    CHECK(s.ee == std::int64_t{20'000'000} * 65'025);
    CHECK(s.ei == s.ii);
    CHECK(s.ei == s.ee);
  });
}
