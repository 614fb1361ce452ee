// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What single units did in the bins of one scale that are not complete yet: {bin → counts by unit}. Used by `pyramid(…).with_units()`.

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "../concepts/fold.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Stands where units are not asked for: nothing, at no cost.
struct no_unit_bins {
  static auto fields(auto&) { return std::tie(); }
  void add(auto const&, std::int64_t) noexcept {}
  void merge(no_unit_bins const&) noexcept {}
  void give(std::size_t, std::int64_t, std::size_t, auto&) noexcept {}
  auto operator==(no_unit_bins const&) const -> bool = default;
};

/// Counts by unit of every bin that has had a spike and was not given on yet. Which bins are complete is known to the pyramid.
///
/// Memory   one entry per unit that fired in an open bin
class unit_bins {
 public:
  static auto fields(auto& s) { return std::tie(s.open_); }
  auto operator==(unit_bins const& o) const -> bool { return open_ == o.open_; }

  /// Adds a block's events to bins of width w ticks.
  template <tick T>
  void add(ei_block<T> const& b, std::int64_t w) {
    auto side = [&](std::span<std::uint32_t const> at, std::span<unit_index const> unit, int which) {
      auto* bin = open_.empty() ? nullptr : &open_.rbegin()->second;
      auto now = open_.empty() ? std::int64_t{0} : open_.rbegin()->first;
      for (std::size_t k = 0; k < at.size(); ++k) {
        auto const index = floor_div(b.origin.count() + at[k], w);
        if (bin == nullptr || index != now) bin = &open_[index], now = index;
        ++(*bin)[which][unit[k]];
      }
    };
    side(b.e, b.e_unit, 0);
    side(b.i, b.i_unit, 1);
  }
  void merge(unit_bins const& o) {
    for (auto const& [bin, fired] : o.open_)
      for (std::size_t which = 0; which < 2; ++which)
        for (auto const& [unit, n] : fired.part[which]) open_[bin].part[which][unit] += n;
  }
  /// Hands bins first … first + n − 1 of scale k on, and forgets them.
  template <class Down>
  void give(std::size_t k, std::int64_t first, std::size_t n, Down& down) {
    auto* const row = detail::working<unit_bins, std::int64_t>(4 * n);
    std::fill_n(row, 4 * n, std::int64_t{0});
    auto const from = open_.lower_bound(first), to = open_.lower_bound(first + static_cast<std::int64_t>(n));
    for (auto at = from; at != to; ++at)
      for (std::size_t which = 0; which < 2; ++which) {
        auto const bin = static_cast<std::size_t>(at->first - first);
        for (auto const& [unit, c] : at->second.part[which]) ++row[which * n + bin], row[(2 + which) * n + bin] += c * c;
      }
    open_.erase(from, to);
    if constexpr (absorbs<Down, unit_row>) down.absorb(unit_row{k, first, {row, n}, {row + n, n}, {row + 2 * n, n}, {row + 3 * n, n}});
  }

 private:
  struct sides {
    std::map<unit_index, std::int64_t> part[2];  // e, i
    auto operator[](int which) -> std::map<unit_index, std::int64_t>& { return part[which]; }
    auto operator==(sides const& o) const -> bool { return part[0] == o.part[0] && part[1] == o.part[1]; }
  };
  std::map<std::int64_t, sides> open_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
