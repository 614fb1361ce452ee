// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Correlograms of one pair by the thousand: one unit's spikes moved draw by draw, the other's where they are, equal to `correlograms` of the surrogates.
///
/// `correlogram_draws(recording, half_open{50ms, 1ms}, i, j, dither{25ms}, seed, 1000).counts(k)`. No surrogate is ever written down: pairs that can come within
/// reach are found once, and each draw moves only those.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../simd/moved_counts.hpp"
#include "jitters.hpp"
#include "lag_bins.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Correlograms of one pair, a row to a draw.
///
/// Shape    draws × bins; pairs, for `symmetric` halves of pairs too
template <lag_bins B>
class drawn_correlograms {
 public:
  using count_type = std::conditional_t<B::halves, double, std::int64_t>;

  drawn_correlograms(std::vector<count_type> counts, std::size_t bins) : counts_(std::move(counts)), bins_(bins) {}
  [[nodiscard]] auto draws() const noexcept -> std::size_t { return counts_.size() / bins_; }
  [[nodiscard]] auto bins() const noexcept -> std::size_t { return bins_; }
  /// The correlogram of the k-th of the draws; it lives as long as all of them.
  [[nodiscard]] auto counts(std::size_t k) const& noexcept -> std::span<count_type const> { return std::span(counts_).subspan(k * bins_, bins_); }
  auto counts(std::size_t) const&& = delete;
  /// All counts, [k, b].
  [[nodiscard]] auto all() const& noexcept -> std::vector<count_type> const& { return counts_; }
  [[nodiscard]] auto all() && noexcept -> std::vector<count_type> { return std::move(counts_); }

 private:
  std::vector<count_type> counts_;
  std::size_t bins_;
};

namespace detail {
/// A spike whose places are reflected or fewer than others', with the part of the fixed train it can meet.
struct cut_off_spike {
  std::uint32_t number;
  spike_places places;
  std::span<std::int64_t const> neighbours;
};

/// What one draw after another needs of a pair: the neighbours that each spike of the moved unit can come near, found in one sweep.
struct movable_pair {
  std::uint32_t unit, count = 0;
  std::int64_t ahead;  ///< y = t_fixed + ahead − t_moved, in bins of `bins`
  simd::distance_bins bins;
  std::vector<std::uint32_t> counter, farthest;
  std::vector<std::size_t> first{0};
  std::vector<cut_off_spike> cut_off;

  template <tick T, class Places>
  movable_pair(spike_table<T> const& x, unit_index moved, unit_index fixed, Places places, std::int64_t offset, simd::distance_bins b) : unit(moved), ahead(offset), bins(b) {
    auto const here = x[moved].raw(), there = x[fixed].raw();
    std::vector<spike_places> all;
    for (auto const t : here) {
      all.push_back(places(t));
      count = (std::max)(count, static_cast<std::uint32_t>((std::min)(all.back().count, std::int64_t{(std::numeric_limits<std::uint32_t>::max)()})));
    }
    auto const extent = std::int64_t{b.width} * b.bins;
    if (count + extent + 2 >= std::int64_t{1} << 31)
      throw error({.where = "correlogram_draws", .place = {}, .problem = "spikes may go too far to be counted in ticks of 31 bits", .expected = "places and lags of fewer than 2^31 ticks together",
                   .found = std::to_string(count + extent) + " ticks", .advice = "draw whole surrogates: recording | surrogate.draw(seed, k) | correlograms(…)"});
    auto low = there.begin();
    for (std::size_t k = 0; k < here.size(); ++k) {
      auto const& p = all[k];
      auto const [from, last] = p.reach();
      low = std::find_if(low, there.end(), [&](std::int64_t t) { return t >= p.begin && t + ahead >= from; });
      auto const high = std::find_if(low, there.end(), [&](std::int64_t t) { return t >= p.end || t + ahead - last > extent; });
      auto const regular = p.inside() && p.count == count;
      if (!regular && low != high) cut_off.push_back({static_cast<std::uint32_t>(k), p, {low, high}});
      if (k % 4 == 0) counter.push_back(static_cast<std::uint32_t>(k / 4));
      if (regular)
        for (auto t = low; t != high; ++t) farthest.push_back(static_cast<std::uint32_t>(*t + ahead - p.first));
      first.push_back(farthest.size());
      if (k % 4 == 3) leave_out_if_lonely();
    }
    if (!counter.empty()) {
      first.resize(4 * counter.size() + 1, farthest.size());
      leave_out_if_lonely();
    }
  }

  /// The last four spikes, if they can meet nobody.
  void leave_out_if_lonely() {
    if (first.size() == 4 * counter.size() + 1 && first.size() > 4 && first[first.size() - 5] == first.back()) counter.pop_back(), first.resize(first.size() - 4);
  }

  void add_cut_off(std::uint64_t seed, std::uint32_t* row) const {
    for (auto const& s : cut_off) {
      auto const words = philox({s.number / 4, 0, unit, 0}, {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
      auto const t = s.places.at(words[s.number % 4]);
      for (auto const other : s.neighbours) {
        auto const y = other + ahead - t, w = std::int64_t{bins.width}, extent = w * bins.bins;
        if (bins.ties && y >= 0 && y <= extent && y % w == 0) ++row[bins.tie(static_cast<std::size_t>(y / w))];
        else if (y >= 0 && y < extent) ++row[static_cast<std::size_t>(y / w)];
      }
    }
  }
};
}  // namespace detail

/// Draws `from`, from + 1, … of a surrogate: for each the correlogram of unit `moved`, as the surrogate has it, with unit `fixed` as it was recorded.
///
/// Input    a source that can be read again; `dither` without refractory period or `interval_jitter`; d = t_fixed − t_moved
/// Result   exact: every count is that of `correlograms(bins, 0, 1)` of the two trains. Draw k is the same whatever is drawn beside it, on any threads
/// Errors   `error` for units that are not there or the same one twice, bins that do not fit the ticks, places that are too many, a refractory period
/// Cost     one sweep; then about 1 ns per pair within reach and draw. Memory: draws × bins × 8 bytes, 4 bytes for each pair that can come within reach, 32 rows of bins.
///          Bound: fewer than 2^32 such pairs
template <class X, lag_bins B, class S>
auto correlogram_draws(X const& source, B const& lags, unit_index moved, unit_index fixed, S const& surrogate, std::uint64_t seed, std::size_t draws, std::uint64_t from = 0) -> drawn_correlograms<B> {
  return detail::with_table(source, [&]<tick T>(spike_table<T> const& x) {
    static_assert(moves_spike_by_spike<S, T>, "equipoise: correlogram_draws takes surrogates that move spike by spike: dither and interval_jitter");
    if (moved >= x.size() || fixed >= x.size() || moved == fixed)
      throw error({.where = "correlogram_draws", .place = {}, .problem = "no such pair", .expected = "two units below " + std::to_string(x.size()), .found = std::to_string(moved) + " and " + std::to_string(fixed), .advice = {}});
    auto const realised = realised_bins<B>::template in<T>(lags);
    auto const w = realised.width();
    auto const n = realised.bins();
    auto const ties = B::halves && w % 2 == 0;
    auto const ahead = static_cast<std::int64_t>(n / 2) * w + (B::has_middle ? w / 2 : 0);  // y = 0 where the first bin begins
    detail::movable_pair const pair(x, moved, fixed, surrogate.places(x.observed()), ahead, {static_cast<std::uint32_t>(w), static_cast<std::uint32_t>(n), ties});
    simd::moved_pairs const pairs{.stream = moved, .count = pair.count, .counters = pair.counter.size(), .counter = pair.counter.data(), .first = pair.first.data(), .farthest = pair.farthest.data()};

    std::vector<typename drawn_correlograms<B>::count_type> counts(draws * n);
    auto const entries = pair.bins.row();
    std::vector<std::uint32_t> rows(simd::draws_at_once * entries);
    std::vector<std::uint64_t> seeds(simd::draws_at_once);
    for (std::size_t k = 0; k < draws; k += seeds.size()) {
      for (std::size_t d = 0; d < seeds.size(); ++d) seeds[d] = draw_key(seed, from + k + d, S::name).seed();
      std::fill(rows.begin(), rows.end(), 0u);
      simd::count_moved_pairs<simd::best_arch>(seeds.data(), pairs, pair.bins, rows.data());
      for (std::size_t d = 0; d < (std::min)(seeds.size(), draws - k); ++d) {
        auto* const row = rows.data() + d * entries;
        pair.add_cut_off(seeds[d], row);
        for (std::size_t b = 0; b < n; ++b) {
          auto& count = counts[(k + d) * n + b] = static_cast<typename drawn_correlograms<B>::count_type>(row[b]);
          if constexpr (B::halves)
            if (ties) count += (static_cast<double>(row[pair.bins.tie(b)]) + static_cast<double>(row[pair.bins.tie(b + 1)])) / 2;
        }
      }
    }
    return drawn_correlograms<B>(std::move(counts), n);
  });
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
