// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Sums of products of two rows of counts at many lags: out[j] += Σ_k x[k]·y[k + j]. Integers, exact, the same on every instruction set.
///
/// Rows are read in whole steps of `row_padding` elements: behind x there must be zeros up to the next multiple, and y must be readable there.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "lane.hpp"

#if defined(__AVX512BW__) || defined(__AVX2__)
#include <immintrin.h>
#endif

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// Elements that may be read behind the end of a row.
inline constexpr std::size_t row_padding = 64;
/// The largest counts the kernels take.
inline constexpr std::uint32_t most_in_bytes = 127, most_in_shorts = 32767;

/// The scalar twin.
template <class V>
void lagged_products_scalar(V const* x, V const* y, std::size_t n, std::int64_t* out, std::size_t lags) noexcept {
  for (std::size_t j = 0; j < lags; ++j)
    for (std::size_t k = 0; k < n; ++k) out[j] += static_cast<std::int64_t>(x[k]) * static_cast<std::int64_t>(y[k + j]);
}

namespace detail {
/// How `step` elements of x and of y become 32-bit sums of products: `group` products a lane. Portable: one product a lane.
template <class Arch, class V, class = void>
struct product_step {
  using sums = batch<Arch, std::int32_t>;
  using row = sums;
  static constexpr std::size_t step = width<Arch, std::int32_t>, group = 1;
  static auto zero() noexcept -> sums { return sums(0); }
  static auto load(V const* x) noexcept -> row { return load_wide<Arch>(x); }
  static auto add(sums s, row x, V const* y) noexcept -> sums { return s + x * load_wide<Arch>(y); }
  static auto total(sums s) noexcept -> std::int64_t { return sum_of_lanes<Arch>(s); }
};

#if defined(__AVX512BW__)
template <class Arch>
struct product_step<Arch, std::int16_t, std::enable_if_t<has_avx512bw<Arch>>> {
  using sums = __m512i;
  using row = __m512i;
  static constexpr std::size_t step = 32, group = 2;
  static auto zero() noexcept -> sums { return _mm512_setzero_si512(); }
  static auto load(std::int16_t const* x) noexcept -> row { return _mm512_loadu_si512(x); }
  static auto add(sums s, row x, std::int16_t const* y) noexcept -> sums {
#if defined(__AVX512VNNI__)
    return _mm512_dpwssd_epi32(s, x, _mm512_loadu_si512(y));
#else
    return _mm512_add_epi32(s, _mm512_madd_epi16(x, _mm512_loadu_si512(y)));
#endif
  }
  static auto total(sums s) noexcept -> std::int64_t { return sum_of_lanes<xsimd::avx512bw>(batch<xsimd::avx512bw, std::int32_t>(s)); }
};
template <class Arch>
struct product_step<Arch, std::uint8_t, std::enable_if_t<has_avx512bw<Arch>>> {
  using sums = __m512i;
  using row = __m512i;
  static constexpr std::size_t step = 64, group = 4;
  static auto zero() noexcept -> sums { return _mm512_setzero_si512(); }
  static auto load(std::uint8_t const* x) noexcept -> row { return _mm512_loadu_si512(x); }
  static auto add(sums s, row x, std::uint8_t const* y) noexcept -> sums {  // x ≤ 127 may be read as signed; pairs of products stay below 2^15
#if defined(__AVX512VNNI__)
    return _mm512_dpbusd_epi32(s, _mm512_loadu_si512(y), x);
#else
    return _mm512_add_epi32(s, _mm512_madd_epi16(_mm512_maddubs_epi16(_mm512_loadu_si512(y), x), _mm512_set1_epi16(1)));
#endif
  }
  static auto total(sums s) noexcept -> std::int64_t { return product_step<xsimd::avx512bw, std::int16_t>::total(s); }
};
#endif

#if defined(__AVX2__)
template <class Arch, class V>
struct product_step<Arch, V, std::enable_if_t<has_avx2_only<Arch> && sizeof(V) <= 2>> {
  using sums = __m256i;
  using row = __m256i;
  static constexpr std::size_t step = 32 / sizeof(V), group = 4 / sizeof(V);
  static auto zero() noexcept -> sums { return _mm256_setzero_si256(); }
  static auto load(V const* x) noexcept -> row { return _mm256_loadu_si256(reinterpret_cast<__m256i const*>(x)); }
  static auto add(sums s, row x, V const* y) noexcept -> sums {
    if constexpr (sizeof(V) == 1) return _mm256_add_epi32(s, _mm256_madd_epi16(_mm256_maddubs_epi16(load(y), x), _mm256_set1_epi16(1)));
    else return _mm256_add_epi32(s, _mm256_madd_epi16(x, load(y)));
  }
  static auto total(sums s) noexcept -> std::int64_t { return sum_of_lanes<xsimd::avx2>(batch<xsimd::avx2, std::int32_t>(s)); }
};
#endif

/// Lags that are summed together, their sums in registers: greedily, the largest first. Few sizes, as each is code of its own.
inline constexpr std::array<std::size_t, 4> group_sizes{10, 5, 2, 1};
/// Steps in which both rows stay in the first-level cache.
inline constexpr std::size_t steps_together = 256;

/// Lags 0 … Lags − 1 of one stretch.
template <class Step, class V, std::size_t... K>
void lag_group(V const* x, V const* y, std::size_t steps, std::int64_t* out, std::index_sequence<K...>) noexcept {
  typename Step::sums s[] = {((void)K, Step::zero())...};
  for (std::size_t k = 0; k < steps; ++k, x += Step::step, y += Step::step) {
    auto const row = Step::load(x);
    ((s[K] = Step::add(s[K], row, y + K)), ...);
  }
  ((out[K] += Step::total(s[K])), ...);
}
}  // namespace detail

/// Sums of products at lags 0 … lags − 1 of y against x.
///
/// Result   out[j] += Σ_{k < n} x[k]·y[k + j]. V is std::uint8_t (counts ≤ 127) or std::int16_t (counts ≤ 32 767)
/// Errors   none. Precondition: no count exceeds `most`; padding as above; y is readable up to n + lags + row_padding
/// Cost     one multiply-add per pair of bins and lag, 64 (32) at a time with AVX-512
template <class Arch, class V>
void lagged_products(V const* x, V const* y, std::size_t n, std::uint32_t most, std::int64_t* out, std::size_t lags) noexcept {
  using step = detail::product_step<Arch, V>;
  auto const square = static_cast<std::uint64_t>(most) * most * step::group;
  auto const stretch = square == 0 ? detail::steps_together : (std::min)(detail::steps_together, static_cast<std::size_t>(0x7FFFFFFFu / square));  // a 32-bit lane holds that many
  for (auto steps = (n + step::step - 1) / step::step; steps > 0;) {
    auto const now = (std::min)(stretch, steps);
    std::size_t lag = 0;
    auto groups_of = [&]<std::size_t Size>(std::integral_constant<std::size_t, Size>) {
      for (; lags - lag >= Size; lag += Size) detail::lag_group<step>(x, y + lag, now, out + lag, std::make_index_sequence<Size>{});
    };
    [&]<std::size_t... G>(std::index_sequence<G...>) { (groups_of(std::integral_constant<std::size_t, detail::group_sizes[G]>{}), ...); }(std::make_index_sequence<detail::group_sizes.size()>{});
    x += now * step::step, y += now * step::step, steps -= now;
  }
}

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
