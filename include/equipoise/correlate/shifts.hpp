// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Surrogates that shift trains in a circle: the inhibitory ensemble as one, or each unit by itself.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "surrogate.hpp"
#include "surrogate_times.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
/// Observed time without its gaps: an observed tick ↔ its place among all observed ticks, 0 … length − 1.
template <tick T>
class joined_time {
 public:
  explicit joined_time(epochs<T> const& observed) : windows_(observed.windows()), places_{0} {
    for (auto const& w : windows_) places_.push_back(places_.back() + w.length().count());
  }
  [[nodiscard]] auto length() const noexcept -> std::int64_t { return places_.back(); }
  /// Precondition: t was observed.
  [[nodiscard]] auto place(std::int64_t t) const noexcept -> std::int64_t {
    auto const after = std::upper_bound(windows_.begin(), windows_.end(), t, [](std::int64_t a, window<T> const& w) { return a < w.end.count(); });
    return places_[static_cast<std::size_t>(after - windows_.begin())] + (t - after->begin.count());
  }
  /// Precondition: 0 ≤ place < length().
  [[nodiscard]] auto time(std::int64_t place) const noexcept -> std::int64_t {
    auto const k = static_cast<std::size_t>(std::upper_bound(places_.begin(), places_.end(), place) - places_.begin()) - 1;
    return windows_[k].begin.count() + (place - places_[k]);
  }
  [[nodiscard]] auto shifted(std::int64_t t, std::int64_t by) const noexcept -> std::int64_t {
    auto const to = place(t) + by;
    return time(to < length() ? to : to - length());
  }

 private:
  std::span<window<T> const> windows_;
  std::vector<std::int64_t> places_;
};

/// Moves each spike by its unit's shift, 0 … observed time − 1.
template <tick T>
auto shifted_by(spike_table<T> const& x, std::vector<std::int64_t> const& shifts) -> spike_table<T> {
  joined_time<T> const time(x.observed());
  auto const begin = x.when().begin.count(), length = time.length();
  auto const at = new_times(x);
  std::copy(x.at().begin(), x.at().end(), at.begin());
  if (x.observed().size() == 1) {
    for (std::size_t k = 0; k < at.size(); ++k) {
      auto const to = at[k] - begin + shifts[x.unit()[k]];
      at[k] = begin + (to < length ? to : to - length);
    }
  } else {
    for (std::size_t k = 0; k < at.size(); ++k)
      if (auto const by = shifts[x.unit()[k]]; by != 0) at[k] = time.shifted(at[k], by);
  }
  return in_time_order<T>(at, x.unit(), x.size(), x.observed());
}

/// A shift uniform over the whole ticks of [m, T − m], T the observed time.
///
/// Errors   `error` unless T ≥ 2 m
template <tick T>
auto random_shift(epochs<T> const& observed, std::chrono::nanoseconds at_least, char const* surrogate, random_stream random) -> std::int64_t {
  auto const total = observed.total().count(), m = (std::max)(std::int64_t{1}, std::chrono::ceil<T>(at_least).count());
  if (total / 2 < m)
    throw error({.where = surrogate, .place = {}, .problem = "the recording is too short to be shifted",
                 .expected = "twice the least shift, " + std::to_string(2 * in_seconds(T{m})) + " s", .found = std::to_string(in_seconds(T{total})) + " s observed",
                 .advice = "lower at_least, but keep it above five times the longest correlation time; a shorter recording cannot be tested this way"});
  return m + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(total - 2 * m + 1)));
}
}  // namespace detail

/// All units of one class are shifted by one common time U[m, T − m], modulo the observed time T: the default null for r and for correlograms.
///
///   t ↦ (t + U) mod T, places counted over observed time, gaps left out
///
/// Preserves  all spikes of the other units; of the shifted class all that is within it: counts, circular auto- and cross-correlograms among its units
/// Destroys   the alignment of the shifted class with all others
/// Promise    p-values are uniform if the two classes are independent and stationary and T ≥ 100 τ, τ the longest correlation time, m ≥ 5 τ; T ≥ 30 τ
///            where the drive is a small part of the counts' variance. Measured at nominal 5 %: T/τ = 30 and a strong drive give 8 %, 10 give 7 to
///            11 %, common linear trends of ±30 % 22 to 47 %, by rate. Every co-modulated pair is rejected, as it should be
/// Input      `cells`: one class per unit, of which those of class `moved` are shifted
/// Cost       linear; about 20 ns a spike, ordering and the table included
/// Errors     `error` if T < 2 m or the classes do not fit the recording
/// Source     Harris 2020, "Nonsense correlations in neuroscience", bioRxiv
struct circular_shift {
  static constexpr std::string_view name = "circular_shift";
  std::chrono::nanoseconds at_least = std::chrono::seconds{10};
  std::vector<cell> cells{};
  cell moved = cell::i;

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<circular_shift> { return {*this, seed, k}; }

  template <tick T>
  auto operator()(spike_table<T> const& x, draw_key const& key) const -> spike_table<T> {
    if (cells.size() != x.size())
      throw error({.where = "circular_shift", .place = {}, .problem = "the classes do not fit the recording", .expected = std::to_string(x.size()) + " cells", .found = std::to_string(cells.size()),
                   .advice = "give .cells, one class per unit; circular_shift_units shifts each unit by itself and needs none"});
    auto const by = detail::random_shift(x.observed(), at_least, "circular_shift", key.stream(draw_key::shared));
    std::vector<std::int64_t> shifts;
    for (auto const c : cells) shifts.push_back(c == moved ? by : 0);
    return detail::shifted_by(x, shifts);
  }
};

/// Each unit is shifted by a time of its own, U_u[m, T − m] modulo the observed time: is the structure of the ensembles a matter of many units?
///
/// Preserves  each unit's count and circular autocorrelogram
/// Destroys   all alignment of units, within classes and between them
/// Promise    as circular_shift, with all units independent: a rejection says that some units are aligned, not which, nor that E and I are
/// Errors     `error` if T < 2 m
/// Source     Dehghani 2023, arXiv:2306.11965 (its second surrogate)
struct circular_shift_units {
  static constexpr std::string_view name = "circular_shift_units";
  std::chrono::nanoseconds at_least = std::chrono::seconds{10};

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<circular_shift_units> { return {*this, seed, k}; }

  template <tick T>
  auto operator()(spike_table<T> const& x, draw_key const& key) const -> spike_table<T> {
    std::vector<std::int64_t> shifts;
    for (unit_index u = 0; u < x.size(); ++u) shifts.push_back(detail::random_shift(x.observed(), at_least, "circular_shift_units", key.stream(u)));
    return detail::shifted_by(x, shifts);
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
