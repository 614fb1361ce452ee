// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Rows of counts → the five sums Σe, Σi, Σe², Σi², Σei, and the largest count. Integers, the same on every instruction set.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "lane.hpp"

#if defined(__AVX512BW__) || defined(__AVX2__)
#include <immintrin.h>
#endif

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// Five sums over a row of pairs of counts.
struct pair_sums {
  std::int64_t e{}, i{}, ee{}, ii{}, ei{};
  auto operator==(pair_sums const&) const -> bool = default;
};

/// The scalar twin, and the tail of the others.
template <class C>
auto pair_sums_scalar(C const* e, C const* i, std::size_t n) noexcept -> pair_sums {
  pair_sums s;
  for (std::size_t k = 0; k < n; ++k) {
    std::int64_t const a = e[k], b = i[k];
    s.e += a, s.i += b, s.ee += a * a, s.ii += b * b, s.ei += a * b;
  }
  return s;
}

namespace detail {
/// Products of 8-bit counts, summed in 32-bit lanes: a lane takes at most 4 · 255² a step, so it must be emptied every 8 192 steps.
inline constexpr std::size_t steps_of_bytes = 8192;

template <class Arch, class = void>
struct byte_sums {  // portable: 32-bit lanes
  using lanes = batch<Arch, std::int32_t>;
  static constexpr std::size_t step = width<Arch, std::int32_t>;
  lanes e = lanes(0), i = e, ee = e, ii = e, ei = e;  // lanes{0} would be a list of one lane
  void add(std::uint8_t const* x, std::uint8_t const* y) noexcept {
    auto const a = load_wide<Arch>(x), b = load_wide<Arch>(y);
    e += a, i += b, ee += a * a, ii += b * b, ei += a * b;
  }
  [[nodiscard]] auto total() const noexcept -> pair_sums { return {sum_of_lanes<Arch>(e), sum_of_lanes<Arch>(i), sum_of_lanes<Arch>(ee), sum_of_lanes<Arch>(ii), sum_of_lanes<Arch>(ei)}; }
};

#if defined(__AVX512BW__)
template <class Arch>
struct byte_sums<Arch, std::enable_if_t<has_avx512bw<Arch>>> {  // 16-bit products of neighbours added in 32-bit lanes
  static constexpr std::size_t step = 32;
  __m512i e = _mm512_setzero_si512(), i = e, ee = e, ii = e, ei = e;
  void add(std::uint8_t const* x, std::uint8_t const* y) noexcept {
    auto const a = _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<__m256i const*>(x)));
    auto const b = _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<__m256i const*>(y)));
    auto const one = _mm512_set1_epi16(1);
    e = _mm512_add_epi32(e, _mm512_madd_epi16(a, one));
    i = _mm512_add_epi32(i, _mm512_madd_epi16(b, one));
    ee = _mm512_add_epi32(ee, _mm512_madd_epi16(a, a));
    ii = _mm512_add_epi32(ii, _mm512_madd_epi16(b, b));
    ei = _mm512_add_epi32(ei, _mm512_madd_epi16(a, b));
  }
  [[nodiscard]] auto total() const noexcept -> pair_sums {
    auto sum = [](__m512i x) { return sum_of_lanes<xsimd::avx512bw>(batch<xsimd::avx512bw, std::int32_t>(x)); };
    return {sum(e), sum(i), sum(ee), sum(ii), sum(ei)};
  }
};
#endif

#if defined(__AVX2__)
template <class Arch>
struct byte_sums<Arch, std::enable_if_t<has_avx2_only<Arch>>> {
  static constexpr std::size_t step = 16;
  __m256i e = _mm256_setzero_si256(), i = e, ee = e, ii = e, ei = e;
  void add(std::uint8_t const* x, std::uint8_t const* y) noexcept {
    auto const a = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<__m128i const*>(x)));
    auto const b = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<__m128i const*>(y)));
    auto const one = _mm256_set1_epi16(1);
    e = _mm256_add_epi32(e, _mm256_madd_epi16(a, one));
    i = _mm256_add_epi32(i, _mm256_madd_epi16(b, one));
    ee = _mm256_add_epi32(ee, _mm256_madd_epi16(a, a));
    ii = _mm256_add_epi32(ii, _mm256_madd_epi16(b, b));
    ei = _mm256_add_epi32(ei, _mm256_madd_epi16(a, b));
  }
  [[nodiscard]] auto total() const noexcept -> pair_sums {
    auto sum = [](__m256i x) { return sum_of_lanes<xsimd::avx2>(batch<xsimd::avx2, std::int32_t>(x)); };
    return {sum(e), sum(i), sum(ee), sum(ii), sum(ei)};
  }
};
#endif

inline void add_to(pair_sums& s, pair_sums const& t) noexcept { s.e += t.e, s.i += t.i, s.ee += t.ee, s.ii += t.ii, s.ei += t.ei; }
}  // namespace detail

/// The five sums of a row of pairs of counts, exact in 64 bits.
///
/// Bound    a population may have up to 3.03·10⁹ spikes in a recording: Σe² ≤ (Σe)² < 2^63
template <class Arch, class C>
auto sums_of_pairs(C const* e, C const* i, std::size_t n) noexcept -> pair_sums {
  pair_sums s;
  std::size_t k = 0;
  if constexpr (sizeof(C) == 1) {
    using block = detail::byte_sums<Arch>;
    while (n - k >= block::step) {
      auto const steps = (std::min)(detail::steps_of_bytes, (n - k) / block::step);
      block b;
      for (std::size_t j = 0; j < steps; ++j, k += block::step) b.add(e + k, i + k);
      detail::add_to(s, b.total());
    }
  }
  detail::add_to(s, pair_sums_scalar(e + k, i + k, n - k));
  return s;
}

/// The largest count of two rows; 0 for empty rows.
template <class Arch, class C>
auto largest_count(C const* e, C const* i, std::size_t n) noexcept -> C {
  C most{};
  std::size_t k = 0;
  if constexpr (sizeof(C) < 4) {  // rows of 32-bit counts are the coarse scales': short
    using lanes = batch<Arch, C>;
    constexpr auto step = width<Arch, C>;
    if (n >= step) {
      auto m = lanes::load_unaligned(e);
      for (; n - k >= step; k += step) m = xsimd::max(m, xsimd::max(lanes::load_unaligned(e + k), lanes::load_unaligned(i + k)));
      most = largest_of_lanes<Arch>(m);
    }
  }
  for (; k < n; ++k) most = (std::max)({most, e[k], i[k]});
  return most;
}

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
