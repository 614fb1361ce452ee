// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What single units did in the bins of one scale that are not complete yet: {bin → counts by unit}. Used by `pyramid(…).with_units()`.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "../concepts/fold.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What units did in bins first … first + n − 1 of one block, in working memory: active e, active i, squares e, squares i, n values each.
struct unit_rows {
  std::int64_t first{};
  std::size_t n{};
  std::int64_t* at = nullptr;
};

/// Stands where units are not asked for: nothing, at no cost.
struct no_unit_bins {
  static auto fields(auto&) { return std::tie(); }
  auto add(auto const&, std::int64_t, std::int64_t, std::int64_t) noexcept -> unit_rows { return {}; }
  void merge(no_unit_bins const&) noexcept {}
  void settle(std::int64_t) noexcept {}
  void give(std::size_t, std::int64_t, std::size_t, unit_rows, auto&) noexcept {}
  auto operator==(no_unit_bins const&) const -> bool = default;
};

/// Counts by unit of the bins of one scale that are not complete yet. Which bins are complete is known to the pyramid.
///
/// Memory   one entry per unit that fired in an open bin
/// Cost     about 3 ns per event
class unit_bins {
 public:
  static auto fields(auto& s) { return std::tie(s.open_); }
  auto operator==(unit_bins const&) const -> bool = default;

  /// Counts a block in bins of w ticks, bin `base` from tick `anchor` on. The first and the last bin may be incomplete: their units join the open bins.
  template <tick T>
  auto add(ei_block<T> const& b, std::int64_t w, std::int64_t anchor, std::int64_t base) -> unit_rows {
    auto const lo = floor_div(b.when.begin.count() - anchor, w), hi = floor_div(b.when.end.count() - 1 - anchor, w);
    unit_rows const rows{base + lo, static_cast<std::size_t>(hi - lo + 1), detail::working<unit_bins, std::int64_t>(4 * static_cast<std::size_t>(hi - lo + 1))};
    std::fill_n(rows.at, 4 * rows.n, std::int64_t{0});
    auto const phase = b.origin.count() - anchor - lo * w;  // of offset 0 in the first bin
    for (std::size_t side = 0; side < 2; ++side) {
      auto const at = side == 0 ? b.e : b.i;
      auto const unit = side == 0 ? b.e_unit : b.i_unit;
      for (std::size_t k = 0; k < at.size();) {
        auto const bin = static_cast<std::size_t>((at[k] + phase) / w);  // not before the first
        auto const end = static_cast<std::int64_t>(bin + 1) * w - phase;
        thread_local std::vector<std::int64_t> fired;   // by unit; all zero between bins
        thread_local std::vector<unit_index> touched;
        touched.clear();
        std::int64_t squares = 0;
        for (; k < at.size() && at[k] < end; ++k) {
          auto const u = unit[k];
          if (u >= fired.size()) fired.resize(std::size_t{u} + 1);
          if (fired[u] == 0) touched.push_back(u);
          squares += 2 * fired[u]++ + 1;
        }
        rows.at[side * rows.n + bin] = static_cast<std::int64_t>(touched.size());
        rows.at[(2 + side) * rows.n + bin] = squares;
        if (bin == 0 || bin + 1 == rows.n)
          for (auto const u : touched) open_[rows.first + static_cast<std::int64_t>(bin)][side][u] += fired[u];
        for (auto const u : touched) fired[u] = 0;
      }
    }
    return rows;
  }
  void merge(unit_bins const& o) {
    for (auto const& [bin, sides] : o.open_)
      for (std::size_t side = 0; side < 2; ++side)
        for (auto const& [unit, n] : sides[side]) open_[bin][side][unit] += n;
  }
  /// Lets go of bins before `first`.
  void settle(std::int64_t first) { open_.erase(open_.begin(), open_.lower_bound(first)); }
  /// Hands bins first … first + n − 1 of scale k on: open ones from here, the others from the block's rows.
  template <class Down>
  void give(std::size_t k, std::int64_t first, std::size_t n, unit_rows rows, Down& down) {
    if (rows.at == nullptr) {
      rows = {first, n, detail::working<unit_bins, std::int64_t>(4 * n)};
      std::fill_n(rows.at, 4 * n, std::int64_t{0});
    }
    auto const from = open_.lower_bound(first), to = open_.lower_bound(first + static_cast<std::int64_t>(n));
    auto const skip = static_cast<std::size_t>(first - rows.first);
    auto column = [&](std::size_t c) { return rows.at + c * rows.n; };
    for (auto at = from; at != to; ++at)
      for (std::size_t side = 0; side < 2; ++side) {
        auto const bin = static_cast<std::size_t>(at->first - rows.first);
        column(side)[bin] = static_cast<std::int64_t>(at->second[side].size());
        column(2 + side)[bin] = 0;
        for (auto const& [unit, c] : at->second[side]) column(2 + side)[bin] += c * c;
      }
    open_.erase(from, to);
    auto part = [&](std::size_t c) { return std::span<std::int64_t const>(column(c) + skip, n); };
    if constexpr (absorbs<Down, unit_row>) down.absorb(unit_row{k, first, part(0), part(1), part(2), part(3)});
  }

 private:
  std::map<std::int64_t, std::array<std::map<unit_index, std::int64_t>, 2>> open_;  // bin → E and I units → counts
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
