// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Flags of many units, 0 or 1 a byte, added up in rows of bytes: row[k] += flags[k]. A row takes 255 of them, then it is drained into 64 bits.

#include <cstddef>
#include <cstdint>

#include "lane.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// Flags that a row takes before it must be drained.
inline constexpr std::uint8_t most_flags = 255;

/// The scalar twin.
inline void add_flags_scalar(std::uint8_t* row, std::uint8_t const* flags, std::size_t n) noexcept {
  for (std::size_t k = 0; k < n; ++k) row[k] = static_cast<std::uint8_t>(row[k] + flags[k]);
}

/// Adds one flag to each byte of a row.
///
/// Result   row[k] += flags[k], k < n
/// Errors   none. Precondition: at most `most_flags` additions since the row was drained
/// Cost     a load, an addition and a store per 64 units (AVX-512); the rest beyond whole registers one by one, so rows are best padded
template <class Arch>
void add_flags(std::uint8_t* row, std::uint8_t const* flags, std::size_t n) noexcept {
  using bytes = batch<Arch, std::uint8_t>;
  constexpr auto step = width<Arch, std::uint8_t>;
  std::size_t k = 0;
  for (; n - k >= step; k += step) (bytes::load_unaligned(row + k) + bytes::load_unaligned(flags + k)).store_unaligned(row + k);
  add_flags_scalar(row + k, flags + k, n - k);
}

/// Moves a row of bytes to its sums: sums[k] += row[k], row[k] = 0, k < n.
inline void drain_flags(std::uint8_t* row, std::size_t n, std::int64_t* sums) noexcept {
  for (std::size_t k = 0; k < n; ++k) sums[k] += row[k], row[k] = 0;
}

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
