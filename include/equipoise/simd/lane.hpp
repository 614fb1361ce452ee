// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The one place that knows xsimd's versions: batches, widening, sums of lanes. Kernels take the instruction set as their first parameter.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#include "../core/config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// The widest instruction set the translation unit is compiled for.
using best_arch = xsimd::default_arch;

namespace detail {
/// Instruction sets with AVX-512 on bytes, also those that newer versions of xsimd derive from it; and with AVX2, but no AVX-512. Kernels choose
/// by `enable_if`, not by `requires`: g++ 12 forgets constrained partial specialisations now and then in long translation units, and would
/// take the portable kernel in silence.
template <class Arch>
inline constexpr bool has_avx512bw = std::is_base_of_v<xsimd::avx512bw, Arch>;
template <class Arch>
inline constexpr bool has_avx2 = std::is_base_of_v<xsimd::avx2, Arch>;
template <class Arch>
inline constexpr bool has_avx2_only = std::is_base_of_v<xsimd::avx2, Arch> && !std::is_base_of_v<xsimd::avx512f, Arch>;
}  // namespace detail

template <class Arch, class T>
using batch = xsimd::batch<T, Arch>;
template <class Arch, class T>
inline constexpr std::size_t width = batch<Arch, T>::size;

/// The sum of a batch's lanes in 64 bits; stored and added one by one, as it stands outside every loop.
template <class Arch, class T>
auto sum_of_lanes(batch<Arch, T> const& x) noexcept -> std::int64_t {
  alignas(64) T lane[width<Arch, T>];
  x.store_unaligned(lane);
  std::int64_t sum = 0;
  for (auto const v : lane) sum += static_cast<std::int64_t>(v);
  return sum;
}

/// The largest of a batch's lanes.
template <class Arch, class T>
auto largest_of_lanes(batch<Arch, T> const& x) noexcept -> T {
  alignas(64) T lane[width<Arch, T>];
  x.store_unaligned(lane);
  T most = lane[0];
  for (auto const v : lane) most = v > most ? v : most;
  return most;
}

/// Loads counts of C and widens them to 32-bit lanes.
template <class Arch, class C>
auto load_wide(C const* from) noexcept -> batch<Arch, std::int32_t> {
  constexpr auto n = width<Arch, std::int32_t>;
  if constexpr (sizeof(C) == 4) {
    return batch<Arch, std::int32_t>::load_unaligned(reinterpret_cast<std::int32_t const*>(from));
  } else {
    alignas(64) std::int32_t lane[n];
    for (std::size_t k = 0; k < n; ++k) lane[k] = from[k];  // one widening load wherever the compiler has one
    return batch<Arch, std::int32_t>::load_aligned(lane);
  }
}

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
