// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Time as integer ticks with the rate in the type, and half-open windows of it.
///
/// A `double` is never a time here: comparisons of spike times with bin edges are exact.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <ratio>
#include <string>
#include <tuple>

#include "error.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Ticks of a clock of Num/Den Hz: `ticks<30'000>`, `ticks<390'625, 16>` for 24 414.0625 Hz exactly.
template <std::intmax_t Num, std::intmax_t Den = 1>
using ticks = std::chrono::duration<std::int64_t, std::ratio<Den, Num>>;

namespace detail {
template <class T>
inline constexpr bool is_tick_v = false;
template <class Period>
inline constexpr bool is_tick_v<std::chrono::duration<std::int64_t, Period>> = true;
}  // namespace detail

/// A duration counted in 64-bit integers: `std::chrono::nanoseconds`, `ticks<30'000>`.
template <class T>
concept tick = detail::is_tick_v<T>;

/// A half-open stretch of time [begin, end).
///
/// Laws     length() == end − begin; contains(t) ⇔ begin ≤ t < end; empty() ⇔ length() ≤ 0
template <tick T>
struct window {
  using tick_type = T;
  T begin{}, end{};

  static auto fields(auto& s) { return std::tie(s.begin, s.end); }
  [[nodiscard]] constexpr auto length() const noexcept -> T { return end - begin; }
  [[nodiscard]] constexpr auto empty() const noexcept -> bool { return end <= begin; }
  [[nodiscard]] constexpr auto contains(T t) const noexcept -> bool { return begin <= t && t < end; }
  auto operator==(window const&) const -> bool = default;
};

/// The time that two windows share; an empty window at the origin if none.
template <tick T>
constexpr auto intersection(window<T> a, window<T> b) noexcept -> window<T> {
  window<T> const both{(std::max)(a.begin, b.begin), (std::min)(a.end, b.end)};
  return both.empty() ? window<T>{} : both;
}

/// A duration in milliseconds or seconds, for reading and for axes only.
template <tick T>
constexpr auto in_ms(T t) noexcept -> double {
  return static_cast<double>(t.count()) * 1e3 * static_cast<double>(T::period::num) / static_cast<double>(T::period::den);
}
template <tick T>
constexpr auto in_seconds(T t) noexcept -> double {
  return static_cast<double>(t.count()) * static_cast<double>(T::period::num) / static_cast<double>(T::period::den);
}

/// A time given in floating seconds (a file, a command line), rounded to the nearest nanosecond.
///
/// Errors   `error` if it is not finite or lies beyond ±292 years
inline auto nanoseconds_from_seconds(double seconds) -> std::chrono::nanoseconds {
  auto const ns = std::nearbyint(seconds * 1e9);
  if (!(std::abs(ns) < 9.2e18)) throw error("time: " + std::to_string(seconds) + " s cannot be held in 64-bit nanoseconds");
  return std::chrono::nanoseconds{static_cast<std::int64_t>(ns)};
}

/// Sample `k` of a clock of `rate_hz`, in nanoseconds: floor(k·10⁹/f), so that comparison with a bin edge of whole nanoseconds stays exact.
///
/// The rate is taken as the exact value of the double (a fraction over a power of two) and divided in 128-bit integers.
/// Errors   `error` if the rate is not positive and finite, or the result does not fit
class sample_clock {
 public:
  explicit sample_clock(double rate_hz) : rate_hz_(rate_hz) {
    if (!(rate_hz > 0) || !std::isfinite(rate_hz) || rate_hz > 1e12 || rate_hz < 1e-3)
      throw error({.where = "sampling rate", .place = {}, .problem = "not a usable rate", .expected = "a number of Hz above 0", .found = std::to_string(rate_hz), .advice = "give the rate in Hz, for example --rate-hz 30000"});
    int exponent = 0;
    auto const fraction = std::frexp(rate_hz, &exponent);  // rate = fraction · 2^exponent, fraction in [1/2, 1): 53 significant bits
    numerator_ = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
    shift_ = 53 - exponent;                                // rate = numerator / 2^shift
    while (shift_ > 0 && numerator_ % 2 == 0) numerator_ /= 2, --shift_;
    while (shift_ < 0) numerator_ *= 2, ++shift_;
  }
  [[nodiscard]] auto rate_hz() const noexcept -> double { return rate_hz_; }

  /// floor(k · 10⁹ · 2^shift / numerator), in 128 bits and two steps: whole seconds, then the rest.
  [[nodiscard]] auto operator()(std::int64_t k) const -> std::chrono::nanoseconds {
    auto const scale = int128{1} << shift_;
    auto const n = int128{numerator_};
    // k·2^shift = q·n + r: q whole seconds. shift ≤ 63 and |k| < 2^63 keep the product within 128 bits.
    auto const x = int128{k} * scale;
    auto q = x / n, r = x % n;
    if (r < 0) r += n, --q;
    auto const ns = q * 1'000'000'000 + r * 1'000'000'000 / n;  // r < n < 2^63 and 10⁹ < 2^30: within 128 bits
    if (ns > (std::numeric_limits<std::int64_t>::max)() || ns < (std::numeric_limits<std::int64_t>::min)())
      throw error("time: sample " + std::to_string(k) + " at " + std::to_string(rate_hz_) + " Hz lies beyond 292 years; is the file damaged?");
    return std::chrono::nanoseconds{static_cast<std::int64_t>(ns)};
  }

 private:
  double rate_hz_;
  std::uint64_t numerator_{};
  int shift_{};
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
