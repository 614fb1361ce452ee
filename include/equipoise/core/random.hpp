// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Counter-based random numbers: Philox4x32-10 keyed by (seed, stream), and distributions of our own over it.
///
/// Word k of stream s depends on nothing but (seed, s, k): not on threads, not on what else was drawn. Words, `uniform` and `below` are the same
/// everywhere; the other distributions are as equal as the last bit of log, cos and pow of two mathematical libraries.

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
/// What a key grows by from round to round.
inline constexpr std::uint32_t philox_weyl_0 = 0x9E3779B9u, philox_weyl_1 = 0xBB67AE85u;

/// One round of Philox4x32 on the words of a counter; for many counters side by side as well.
constexpr void philox_round(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d, std::uint32_t key_0, std::uint32_t key_1) noexcept {
  auto const x = std::uint64_t{0xD2511F53u} * a, y = std::uint64_t{0xCD9E8D57u} * c;
  a = static_cast<std::uint32_t>(y >> 32) ^ b ^ key_0, b = static_cast<std::uint32_t>(y);
  c = static_cast<std::uint32_t>(x >> 32) ^ d ^ key_1, d = static_cast<std::uint32_t>(x);
}
}  // namespace detail

/// Philox4x32 with ten rounds.
///
/// Result   four words, a bijection of the counter for each key
/// Source   Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3" (SC11), known answers in Random123's kat_vectors
constexpr auto philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept -> std::array<std::uint32_t, 4> {
  for (int round = 0; round < 10; ++round, key[0] += detail::philox_weyl_0, key[1] += detail::philox_weyl_1) detail::philox_round(counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
  return counter;
}

/// A stream of random numbers; models `std::uniform_random_bit_generator` with 64-bit words.
///
/// The counter holds (position, stream), the key holds the seed: 2^64 streams of 2^65 words a seed.
class random_stream {
 public:
  using result_type = std::uint64_t;
  constexpr explicit random_stream(std::uint64_t seed, std::uint64_t stream = 0) noexcept : seed_(seed), stream_(stream) {}

  static constexpr auto min() noexcept -> result_type { return 0; }
  static constexpr auto max() noexcept -> result_type { return (std::numeric_limits<result_type>::max)(); }

  constexpr auto operator()() noexcept -> result_type {
    if (spare_ready_) {
      spare_ready_ = false;
      return spare_;
    }
    auto const w = philox({low(position_), high(position_), low(stream_), high(stream_)}, {low(seed_), high(seed_)});
    ++position_;
    spare_ = std::uint64_t{w[3]} << 32 | w[2];
    spare_ready_ = true;
    return std::uint64_t{w[1]} << 32 | w[0];
  }

  /// Uniform on [0, 1), 53 bits.
  constexpr auto uniform() noexcept -> double { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

  /// Uniform on 0 … n − 1, without bias (Lemire 2019). Precondition: n > 0.
  constexpr auto below(std::uint64_t n) noexcept -> std::uint64_t {
    for (;;) {
      auto const wide = uint128{(*this)()} * n;
      if (auto const rest = static_cast<std::uint64_t>(wide); rest >= n || rest >= (0 - n) % n) return static_cast<std::uint64_t>(wide >> 64);
    }
  }

  /// Exponential with mean 1.
  auto exponential() noexcept -> double { return -std::log1p(-uniform()); }

  /// Standard normal (Box–Muller; the second value of a pair is not kept, so that draws stay independent of history).
  auto normal() noexcept -> double {
    auto const radius = std::sqrt(2 * exponential());
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

  /// Gamma with that shape and scale 1 (Marsaglia and Tsang 2000). Precondition: shape > 0.
  auto gamma(double shape) noexcept -> double {
    if (shape < 1) {
      auto const more = gamma(shape + 1);
      return more * std::pow(1 - uniform(), 1 / shape);
    }
    auto const d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    for (;;) {
      auto const x = normal(), v = (1 + c * x) * (1 + c * x) * (1 + c * x);
      if (v > 0 && std::log1p(-uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
  }

 private:
  static constexpr auto low(std::uint64_t x) noexcept -> std::uint32_t { return static_cast<std::uint32_t>(x); }
  static constexpr auto high(std::uint64_t x) noexcept -> std::uint32_t { return static_cast<std::uint32_t>(x >> 32); }

  std::uint64_t seed_, stream_, position_ = 0, spare_ = 0;
  bool spare_ready_ = false;
};

/// All orders of a vector equally likely (Fisher and Yates; Durstenfeld 1964).
template <class X>
void shuffle(std::vector<X>& all, random_stream& random) {
  for (auto k = all.size(); k > 1; --k) std::swap(all[k - 1], all[random.below(k)]);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
