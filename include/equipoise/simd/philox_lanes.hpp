// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Philox in lanes: eight counters side by side, a 32-bit word in each 64-bit lane, so that products, and what is done with the words next, need no shuffle.
///
/// The upper half of a lane that holds a word is anybody's; every operation that reads words says so.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "../core/random.hpp"
#include "lane.hpp"

#if defined(__AVX512BW__)
#include <immintrin.h>
#endif

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// Eight lanes of 64 bits. The portable twin is a loop over them.
template <class Arch, class = void>
struct octet {
  std::uint64_t lane[8];

  static auto of(std::uint64_t x) noexcept -> octet { return each([x](int) { return x; }); }
  static auto load(std::uint64_t const* from) noexcept -> octet { return each([from](int k) { return from[k]; }); }
  void store(std::uint64_t* to) const noexcept { std::copy_n(lane, 8, to); }
  friend auto operator+(octet const& x, octet const& y) noexcept -> octet { return each([&](int k) { return x.lane[k] + y.lane[k]; }); }
  friend auto operator-(octet const& x, octet const& y) noexcept -> octet { return each([&](int k) { return x.lane[k] - y.lane[k]; }); }
  /// The product of the lower halves.
  friend auto product(octet const& x, octet const& y) noexcept -> octet { return each([&](int k) { return (x.lane[k] & 0xFFFFFFFFu) * (y.lane[k] & 0xFFFFFFFFu); }); }
  friend auto exclusive_or(octet const& x, octet const& y, octet const& z) noexcept -> octet { return each([&](int k) { return x.lane[k] ^ y.lane[k] ^ z.lane[k]; }); }
  friend auto least(octet const& x, octet const& y) noexcept -> octet { return each([&](int k) { return (std::min)(x.lane[k], y.lane[k]); }); }
  friend auto operator>>(octet const& x, unsigned n) noexcept -> octet { return each([&](int k) { return x.lane[k] >> n; }); }
  /// x where y ≠ z, else x + more.
  friend auto add_if_equal(octet const& x, octet const& y, octet const& z, octet const& more) noexcept -> octet { return each([&](int k) { return x.lane[k] + (y.lane[k] == z.lane[k] ? more.lane[k] : 0); }); }

 private:
  template <class F>
  static auto each(F f) noexcept -> octet {
    octet r;
    for (int k = 0; k < 8; ++k) r.lane[k] = f(k);
    return r;
  }
};

#if defined(__AVX512BW__)
/// maskz where the plain form starts from an undefined register: g++ 12 warns of its own header without.
template <class Arch>
struct octet<Arch, std::enable_if_t<detail::has_avx512bw<Arch>>> {
  __m512i lane;

  static auto of(std::uint64_t x) noexcept -> octet { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
  static auto load(std::uint64_t const* from) noexcept -> octet { return {_mm512_loadu_si512(from)}; }
  void store(std::uint64_t* to) const noexcept { _mm512_storeu_si512(to, lane); }
  friend auto operator+(octet x, octet y) noexcept -> octet { return {_mm512_add_epi64(x.lane, y.lane)}; }
  friend auto operator-(octet x, octet y) noexcept -> octet { return {_mm512_sub_epi64(x.lane, y.lane)}; }
  friend auto product(octet x, octet y) noexcept -> octet { return {_mm512_maskz_mul_epu32(0xFF, x.lane, y.lane)}; }
  friend auto exclusive_or(octet x, octet y, octet z) noexcept -> octet { return {_mm512_ternarylogic_epi64(x.lane, y.lane, z.lane, 0x96)}; }
  friend auto least(octet x, octet y) noexcept -> octet { return {_mm512_maskz_min_epu64(0xFF, x.lane, y.lane)}; }
  friend auto operator>>(octet x, unsigned n) noexcept -> octet { return {_mm512_maskz_srl_epi64(0xFF, x.lane, _mm_cvtsi32_si128(static_cast<int>(n)))}; }
  friend auto add_if_equal(octet x, octet y, octet z, octet more) noexcept -> octet { return {_mm512_mask_add_epi64(x.lane, _mm512_cmpeq_epi64_mask(y.lane, z.lane), x.lane, more.lane)}; }
};
#endif

/// The keys of eight counters, which grow from round to round.
template <class Arch>
struct philox_keys {
  octet<Arch> k0, k1;

  static auto of(std::uint64_t seed) noexcept -> philox_keys { return {octet<Arch>::of(seed), octet<Arch>::of(seed >> 32)}; }
  /// A seed for each lane.
  static auto load(std::uint64_t const* seeds) noexcept -> philox_keys {
    auto const s = octet<Arch>::load(seeds);
    return {s, s >> 32};
  }
  void grow() noexcept { k0 = k0 + octet<Arch>::of(philox_step_0), k1 = k1 + octet<Arch>::of(philox_step_1); }

 private:
  static constexpr std::uint64_t philox_step_0 = equipoise::detail::philox_weyl_0, philox_step_1 = equipoise::detail::philox_weyl_1;
};

/// The four words of eight counters; after ten rounds, four random words.
template <class Arch>
struct philox_octet {
  octet<Arch> a, b, c, d;

  /// Counters first, first + 1, … first + 7 of a stream. Precondition: first + 7 < 2^32.
  static auto consecutive(std::uint32_t first, std::uint64_t stream) noexcept -> philox_octet {
    static constexpr std::uint64_t ascending[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    auto const zero = octet<Arch>::of(0);
    return {octet<Arch>::load(ascending) + octet<Arch>::of(first), zero, octet<Arch>::of(stream), octet<Arch>::of(stream >> 32)};
  }
  /// One counter of a stream in all lanes.
  static auto same(std::uint32_t counter, std::uint64_t stream) noexcept -> philox_octet {
    return {octet<Arch>::of(counter), octet<Arch>::of(0), octet<Arch>::of(stream), octet<Arch>::of(stream >> 32)};
  }
  /// As `detail::philox_round`, on lower halves; upper halves become anything.
  void round(philox_keys<Arch> const& k) noexcept {
    auto const x = product(a, octet<Arch>::of(0xD2511F53u)), y = product(c, octet<Arch>::of(0xCD9E8D57u));
    a = exclusive_or(y >> 32, b, k.k0), b = y, c = exclusive_or(x >> 32, d, k.k1), d = x;
  }
};

/// Ten rounds of four times eight counters: as many as hide the time that one product takes. One key for all, or one for each. `meanwhile(n)` is called
/// in round n = 0 … 9: scalar work that the processor does beside the products.
template <class Arch, class Meanwhile>
void philox_rounds(philox_octet<Arch> (&x)[4], philox_keys<Arch> key, Meanwhile meanwhile) noexcept {
  for (std::size_t n = 0; n < 10; ++n, key.grow()) {
    x[0].round(key), x[1].round(key), x[2].round(key), x[3].round(key);
    meanwhile(n);
  }
}
template <class Arch>
void philox_rounds(philox_octet<Arch> (&x)[4], philox_keys<Arch> (&key)[4]) noexcept {
  for (int n = 0; n < 10; ++n) {
    x[0].round(key[0]), x[1].round(key[1]), x[2].round(key[2]), x[3].round(key[3]);
    key[0].grow(), key[1].grow(), key[2].grow(), key[3].grow();
  }
}

/// ⌊x / d⌋ for x < 2^31 as a product and a shift.
///
/// Source   Granlund and Montgomery 1994, "Division by invariant integers using multiplication" (PLDI), theorem 4.2
class quotient {
 public:
  /// Precondition: 0 < d < 2^31.
  constexpr explicit quotient(std::uint32_t d) noexcept {
    unsigned log = 0;
    while (std::uint64_t{1} << log < d) ++log;
    shift_ = 31 + log;
    factor_ = ((std::uint64_t{1} << shift_) + d - 1) / d;  // < 2^32
  }
  [[nodiscard]] constexpr auto of(std::uint32_t x) const noexcept -> std::uint32_t { return static_cast<std::uint32_t>(x * factor_ >> shift_); }
  /// Of the lower halves of lanes.
  template <class Arch>
  [[nodiscard]] auto of(octet<Arch> const& x) const noexcept -> octet<Arch> { return product(x, octet<Arch>::of(factor_)) >> shift_; }

 private:
  std::uint64_t factor_ = 0;
  unsigned shift_ = 0;
};

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
