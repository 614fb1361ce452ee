// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// One number or a register of them: what formulas that are written once for both need beside arithmetic. Detail of the kernels.

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "lane.hpp"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {
namespace detail {

/// One number or a register of them, so that a formula is written once.
template <class V>
struct doubles {
  using mask = typename V::batch_bool_type;
  static constexpr std::size_t size = V::size;
  static auto load(double const* from) noexcept -> V { return V::load_unaligned(from); }
  static void store(V const& x, double* to) noexcept { x.store_unaligned(to); }
  static auto select(mask const& m, V const& yes, V const& no) noexcept -> V { return xsimd::select(m, yes, no); }
  /// p · 2^k, k in the last bits of `shifted`.
  static auto scaled(V const& p, V const& shifted) noexcept -> V {
    using whole = xsimd::batch<std::int64_t, typename V::arch_type>;
    auto const bits = std::bit_cast<whole>(shifted);
#if defined(__AVX512F__)
    if constexpr (V::size == 8) return std::bit_cast<V>(std::bit_cast<whole>(p) + whole(_mm512_maskz_slli_epi64(0xFF, bits, 52)));  // see `root`
    else
#endif
      return std::bit_cast<V>(std::bit_cast<whole>(p) + (bits << 52));
  }
  static auto root(V const& x) noexcept -> V {
#if defined(__AVX512F__)
    if constexpr (V::size == 8) return V(_mm512_maskz_sqrt_pd(0xFF, x));  // g++ 12 warns about the intrinsic that xsimd takes
    else
#endif
      return xsimd::sqrt(x);
  }
};
template <>
struct doubles<double> {
  static constexpr std::size_t size = 1;
  static auto load(double const* from) noexcept -> double { return *from; }
  static void store(double x, double* to) noexcept { *to = x; }
  static auto scaled(double p, double shifted) noexcept -> double { return std::bit_cast<double>(std::bit_cast<std::uint64_t>(p) + (std::bit_cast<std::uint64_t>(shifted) << 52)); }
  static auto root(double x) noexcept -> double { return std::sqrt(x); }
  static auto select(bool m, double yes, double no) noexcept -> double { return m ? yes : no; }
};

}  // namespace detail
}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
