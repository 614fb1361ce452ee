// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Coincidences of sorted events: for each event the later ones within reach, counted in a table by both rows and the slot of the difference.
///
/// A slot says in which multiple of the width a difference lies, and whether it lies exactly on one: so that any convention of bins, in both
/// directions, follows from one count. Exact in ticks.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "lane.hpp"

#if defined(__AVX512BW__)
#include <immintrin.h>
#endif

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// Differences d = 0 … reach − 1 of sorted events, by multiples of a width: q = ⌊(d + offset) / width⌋ inside a multiple, and apart from those
/// the differences with d + offset = q·width, where ties matter.
struct lag_slots {
  std::uint32_t width = 1, offset = 0, reach = 0;
  std::uint32_t inside = 0;  ///< slots inside a multiple; q < inside
  bool ties = false;         ///< whether slots of ties, q ≤ inside, follow

  [[nodiscard]] constexpr auto size() const noexcept -> std::uint32_t { return ties ? 2 * inside + 1 : inside; }
  [[nodiscard]] constexpr auto of(std::uint32_t d) const noexcept -> std::uint32_t {
    auto const q = (d + offset) / width;
    return ties && (d + offset) % width == 0 ? inside + q : q;
  }
  auto operator==(lag_slots const&) const -> bool = default;
};

/// The scalar twin: events 0 … until − 1 as the earlier of a pair, `from` … n − 1 as the later. row[k] + column[l] + slot is the place of a pair
/// (k, l) in the table.
inline void coincidences_scalar(lag_slots s, std::uint32_t const* at, std::uint32_t const* row, std::uint32_t const* column, std::size_t n, std::size_t until, std::size_t from, std::uint32_t* table) noexcept {
  for (std::size_t k = 0; k < until; ++k)
    for (auto l = (std::max)(k + 1, from); l < n && at[l] - at[k] < s.reach; ++l) ++table[row[k] + column[l] + s.of(at[l] - at[k])];
}

namespace detail {
/// Events looked at together. The places of those within reach, which are the first ones, are written to `out`, which takes `step` numbers.
template <class Arch, class = void>
struct coincidence_step {
  static constexpr std::size_t step = 8;
  lag_slots s;
  explicit coincidence_step(lag_slots slots) noexcept : s(slots) {}
  auto operator()(std::uint32_t t, std::uint32_t const* at, std::uint32_t const* column, std::uint32_t row, std::uint32_t* out) const noexcept -> std::size_t {
    std::size_t n = 0;
    for (; n < step && at[n] - t < s.reach; ++n) out[n] = row + column[n] + s.of(at[n] - t);
    return n;
  }
};

#if defined(__AVX512BW__)
template <class Arch>
struct coincidence_step<Arch, std::enable_if_t<has_avx512bw<Arch>>> {
  static constexpr std::size_t step = 16;
  __m512i offset, width, reach, inside;
  __m512 inverse;
  bool ties;
  explicit coincidence_step(lag_slots s) noexcept
      : offset(set(s.offset)), width(set(s.width)), reach(set(s.reach)), inside(set(s.inside)), inverse(_mm512_set1_ps(1.0f / static_cast<float>(s.width))), ties(s.ties) {}
  static auto set(std::uint32_t x) noexcept -> __m512i { return _mm512_set1_epi32(static_cast<int>(x)); }
  /// The quotient in float errs by one at most, as it is far below 2^22; the remainder tells.
  auto operator()(std::uint32_t t, std::uint32_t const* at, std::uint32_t const* column, std::uint32_t row, std::uint32_t* out) const noexcept -> std::size_t {
    auto const one = _mm512_set1_epi32(1);
    auto const d = _mm512_sub_epi32(_mm512_loadu_si512(at), set(t));
    auto const near = _mm512_cmplt_epu32_mask(d, reach);
    auto const x = _mm512_add_epi32(d, offset);
    auto q = _mm512_maskz_cvttps_epu32(0xFFFF, _mm512_mul_ps(_mm512_maskz_cvtepu32_ps(0xFFFF, x), inverse));  // maskz: g++ 12 warns of its own header without
    auto r = _mm512_sub_epi32(x, _mm512_mullo_epi32(q, width));
    auto const high = _mm512_cmplt_epi32_mask(r, _mm512_setzero_si512());
    q = _mm512_mask_sub_epi32(q, high, q, one), r = _mm512_mask_add_epi32(r, high, r, width);
    auto const low = _mm512_cmpge_epi32_mask(r, width);
    q = _mm512_mask_add_epi32(q, low, q, one), r = _mm512_mask_sub_epi32(r, low, r, width);
    if (ties) q = _mm512_mask_add_epi32(q, _mm512_testn_epi32_mask(r, r), q, inside);
    _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_add_epi32(q, _mm512_loadu_si512(column)), set(row)));
    return static_cast<std::size_t>(std::popcount(static_cast<unsigned>(near)));
  }
};
#endif

/// Places are gathered before the table is touched, so that its misses overlap.
inline constexpr std::size_t gathered = 4096;
}  // namespace detail

/// How many events behind the last must be readable and far: their time 2^32 − 1.
inline constexpr std::size_t coincidence_padding = 16;
/// The latest time of an event, so that the padding is out of reach: 2^31. Reach and width must stay below 2^30.
inline constexpr std::uint32_t latest_event = std::uint32_t{1} << 31;

namespace detail {
/// `count` events as the earlier of a pair: the k-th is event earlier(k), whose pairs begin in the table at row(k).
template <class Arch, class Earlier, class Row, class Tell>
void count_coincidences(lag_slots s, std::uint32_t const* at, std::uint32_t const* column, std::size_t count, Earlier earlier, Row row, std::size_t from, std::uint32_t* table, Tell&& tell) {
  coincidence_step<Arch> const places(s);
  constexpr auto step = places.step;
  std::array<std::uint32_t, gathered + step> found;
  std::size_t m = 0;
  auto flush = [&] {
    tell(m);
    for (std::size_t k = 0; k < m; ++k) ++table[found[k]];
    m = 0;
  };
  for (std::size_t k = 0; k < count; ++k) {
    std::size_t const first = earlier(k);
    for (auto l = (std::max)(first + 1, from);; l += step) {
      auto const near = places(at[first], at + l, column + l, row(k), found.data() + m);
      m += near;
      if (m >= gathered) flush();
      if (near < step) break;
    }
  }
  flush();
}
}  // namespace detail

/// Counts pairs of the events 0 … until − 1 with those from `from` on into a table. `tell(n)` is called before n places are counted; it may look
/// after the table's overflow.
///
/// Cost     about 0.7 ns per pair within reach while the table stays in the second-level cache
template <class Arch, class Tell>
void coincidences(lag_slots s, std::uint32_t const* at, std::uint32_t const* row, std::uint32_t const* column, std::size_t until, std::size_t from, std::uint32_t* table, Tell&& tell) {
  detail::count_coincidences<Arch>(s, at, column, until, [](std::size_t k) { return k; }, [row](std::size_t k) { return row[k]; }, from, table, std::forward<Tell>(tell));
}

/// The same for the events `reference[0 … count − 1]` as the earlier of a pair, all of one row, whose part of the table is small.
template <class Arch, class Tell>
void coincidences_of_row(lag_slots s, std::uint32_t const* at, std::uint32_t const* column, std::uint32_t const* reference, std::size_t count, std::size_t from, std::uint32_t* row, Tell&& tell) {
  detail::count_coincidences<Arch>(s, at, column, count, [reference](std::size_t k) { return reference[k]; }, [](std::size_t) { return 0u; }, from, row, std::forward<Tell>(tell));
}

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
