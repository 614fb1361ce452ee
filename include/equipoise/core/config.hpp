// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Version, the ABI namespace, and the few integer helpers that everything uses.
///
/// Every header opens `namespace equipoise { inline namespace EQUIPOISE_ABI {`. The name of the inline namespace carries the instruction
/// set, so that two translation units built with different `-march` and linked together keep their own kernels: otherwise the linker would
/// keep one of two functions of the same name, and a program would run AVX-512 code on a processor without it.

#include <cstdint>
#include <type_traits>

/// Read by the build system: the only place where the version stands.
#define EQUIPOISE_VERSION 100  // major * 10000 + minor * 100 + patch: 0.1.0

// clang-format off
#if defined(__AVX512VNNI__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#define EQUIPOISE_ABI v0_avx512vnni
#elif defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#define EQUIPOISE_ABI v0_avx512bw
#elif defined(__AVX512F__)
#define EQUIPOISE_ABI v0_avx512f
#elif defined(__AVX2__) && defined(__FMA__)
#define EQUIPOISE_ABI v0_avx2fma
#elif defined(__AVX2__)
#define EQUIPOISE_ABI v0_avx2
#elif defined(__AVX__)
#define EQUIPOISE_ABI v0_avx
#elif defined(__SSE4_2__)
#define EQUIPOISE_ABI v0_sse42
#elif defined(__SSE2__)
#define EQUIPOISE_ABI v0_sse2
#elif defined(__aarch64__)
#define EQUIPOISE_ABI v0_neon64
#else
#define EQUIPOISE_ABI v0_generic
#endif
// clang-format on

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// 128-bit integers: `finish` multiplies 64-bit sums in them, so that no correlation is rounded before its last step.
__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;

/// False for every type; lets a `static_assert` in a discarded branch wait for its template.
template <class...>
inline constexpr bool never = false;

/// The quotient rounded towards −∞: the bin of a time, also before the origin. Precondition: b > 0.
constexpr auto floor_div(std::int64_t a, std::int64_t b) noexcept -> std::int64_t { return a / b - static_cast<std::int64_t>(a % b < 0); }

/// The quotient rounded towards +∞. Precondition: b > 0.
constexpr auto ceil_div(std::int64_t a, std::int64_t b) noexcept -> std::int64_t { return a / b + static_cast<std::int64_t>(a % b > 0); }

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
