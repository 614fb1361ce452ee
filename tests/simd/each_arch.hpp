// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Every instruction set that the test is compiled for, not only the widest.

#include <cstdint>
#include <type_traits>
#include <xsimd/xsimd.hpp>

namespace equipoise::testing {

/// Calls f(arch) for each that has registers of T, and returns how many there are: 32-bit NEON, which 64-bit ARM supports as well, has none of
/// doubles. AVX-512 without operations on bytes is left out: xsimd splits its registers with
/// intrinsics that g++ 12 warns about, and only a processor long gone has it.
template <class T = std::int32_t, class F>
auto each_arch(F&& f) -> int {
  int n = 0;
  xsimd::supported_architectures::for_each([&](auto arch) {
    using set = decltype(arch);
    if constexpr (set::supported() && (xsimd::batch<T, set>::size > 0) && (!std::is_base_of_v<xsimd::avx512f, set> || std::is_base_of_v<xsimd::avx512bw, set>)) f(arch), ++n;
  });
  return n;
}

}  // namespace equipoise::testing
