// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Conventions of lag bins, named in the type: where bins of differences d = t_second − t_first begin and end, and what happens on an edge.
///
/// d > 0: the second unit's spike follows the first's. All bins are [lo, hi) of d itself, in both orders: C_ij(d) = C_ji(−d) holds for
/// differences; bin by bin it holds for `symmetric`, and for `centred` where the width is an odd number of ticks.

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <utility>

#include "../core/time.hpp"
#include "../simd/coincidences.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// 2K + 1 bins [(k − ½)·width, (k + ½)·width), k = −K … K, K = within / width.
struct centred {
  std::chrono::nanoseconds within, width;
  static constexpr bool has_middle = true, halves = false;
  auto operator==(centred const&) const -> bool = default;
};
/// 2K bins [k·width, (k + 1)·width), k = −K … K − 1. Simultaneous spikes stand in bin 0 in both orders.
struct half_open {
  std::chrono::nanoseconds within, width;
  static constexpr bool has_middle = false, halves = false;
  auto operator==(half_open const&) const -> bool = default;
};
/// 2K + 1 bins as of `centred`; a difference on an edge counts one half in each neighbour, so that C_ij is the mirror of C_ji bin by bin.
struct symmetric {
  std::chrono::nanoseconds within, width;
  static constexpr bool has_middle = true, halves = true;
  auto operator==(symmetric const&) const -> bool = default;
};

template <class B>
concept lag_bins = std::same_as<B, centred> || std::same_as<B, half_open> || std::same_as<B, symmetric>;

/// Lag bins as realised in a recording's ticks.
template <lag_bins B>
class realised_bins {
 public:
  /// Errors   `error` unless the width is at least a tick, `within` is a whole number of widths, and there are at most a million bins
  template <tick T>
  static auto in(B const& b) -> realised_bins {
    auto const w = std::chrono::round<T>(b.width).count(), reach = std::chrono::round<T>(b.within).count();
    auto complain = [&](std::string problem, std::string expected, std::string advice) -> void {
      throw error({.where = "correlogram", .place = {}, .problem = std::move(problem), .expected = std::move(expected), .found = std::to_string(in_ms(b.width)) + " ms within ±" + std::to_string(in_ms(b.within)) + " ms", .advice = std::move(advice)});
    };
    if (b.width <= b.width.zero() || w < 1) complain("bins are shorter than a tick", "at least " + std::to_string(in_ms(T{1})) + " ms", "take wider bins");
    if (b.width > b.within || b.within % b.width != b.within.zero()) complain("the window is not a whole number of bins", "a multiple of the bin width, at least one", "widen the window to the next multiple");
    auto const k = b.within / b.width;
    if (k > 500'000 || reach > (std::int64_t{1} << 30) - 2 * w) complain("too many or too long lags", "at most a million bins, and 2^30 ticks", "take a shorter window or wider bins");
    return realised_bins(k, static_cast<std::uint32_t>(w));
  }
  realised_bins(std::int64_t k, std::uint32_t width) : k_(k), width_(width) {}

  [[nodiscard]] auto bins() const noexcept -> std::size_t { return static_cast<std::size_t>(2 * k_ + (B::has_middle ? 1 : 0)); }
  [[nodiscard]] auto width() const noexcept -> std::int64_t { return width_; }
  /// Twice the first difference that bin b covers, in ticks: middle bins begin at half ticks where the width is odd.
  [[nodiscard]] auto twice_begin(std::size_t b) const noexcept -> std::int64_t { return 2 * (static_cast<std::int64_t>(b) - k_) * std::int64_t{width_} - (B::has_middle ? std::int64_t{width_} : 0); }

  /// What has to be counted so that every bin follows.
  [[nodiscard]] auto slots() const noexcept -> simd::lag_slots {
    auto const k = static_cast<std::uint32_t>(k_);
    if constexpr (!B::has_middle) return {.width = width_, .offset = 0, .reach = k * width_ + 1, .inside = k, .ties = true};
    else if (width_ % 2 == 0) return {.width = width_, .offset = width_ / 2, .reach = k * width_ + width_ / 2 + 1, .inside = k + 1, .ties = true};
    else return {.width = width_, .offset = width_ / 2, .reach = k * width_ + width_ / 2 + 1, .inside = k + 1, .ties = false};
  }

  /// A bin and how much a pair of that slot counts there; weight 0: nowhere.
  struct share {
    std::size_t bin;
    std::int64_t weight;
  };
  /// Where the pairs of a slot count: `later`, the second unit's spike is the later one, d ≥ 0; else the earlier one, d ≤ 0. Weights are
  /// halves of a pair for `symmetric`, whole pairs else.
  [[nodiscard]] auto shares(std::uint32_t slot, bool later) const noexcept -> std::array<share, 2> {
    auto const s = slots();
    auto const tie = slot >= s.inside;
    auto const q = static_cast<std::int64_t>(tie ? slot - s.inside : slot);
    auto at = [&](std::int64_t bin, std::int64_t weight) -> share {
      auto const b = k_ + bin;
      return b < 0 || b >= static_cast<std::int64_t>(bins()) ? share{0, 0} : share{static_cast<std::size_t>(b), weight};
    };
    if constexpr (!B::has_middle) return {at(later ? q : tie ? -q : -q - 1, 1), share{0, 0}};
    else if constexpr (B::halves) {
      if (!tie) return {at(later ? q : -q, 2), share{0, 0}};
      return {at(later ? q - 1 : 1 - q, 1), at(later ? q : -q, 1)};
    } else return {at(later ? q : tie ? 1 - q : -q, 1), share{0, 0}};
  }
  auto operator==(realised_bins const&) const -> bool = default;
  static auto fields(auto& s) { return std::tie(s.k_, s.width_); }

 private:
  std::int64_t k_;
  std::uint32_t width_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
