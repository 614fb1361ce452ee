// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Spike-time cross- and autocorrelograms of one pair, of all pairs or of the ensembles, in one pass: `recording | correlograms(half_open{50ms, 1ms})`.
///
/// An analysis of events like any other: whole, by state, in windows, live, on threads, merged; the counts are the same.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "coincidence_state.hpp"
#include "lag_bins.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Counts of d = t_j − t_i by pair of rows (i, j) and bin; d > 0: j's spike follows i's. A spike is not paired with itself; simultaneous
/// spikes of two units count in both orders.
///
/// Shape    rows × rows × bins; a row is a unit, or an ensemble
template <lag_bins B>
class correlogram_table {
 public:
  using count_type = std::conditional_t<B::halves, double, std::int64_t>;

  correlogram_table(realised_bins<B> bins, double tick_s, std::vector<std::int64_t> spikes, std::vector<std::int64_t> stretches, detail::carrying_table table)
      : bins_(bins), tick_s_(tick_s), spikes_(std::move(spikes)), stretches_(std::move(stretches)), table_(std::move(table)) {}

  [[nodiscard]] auto size() const noexcept -> std::size_t { return spikes_.size(); }
  [[nodiscard]] auto bins() const noexcept -> std::size_t { return bins_.bins(); }
  [[nodiscard]] auto spikes(std::size_t row) const -> std::int64_t { return spikes_[row]; }
  /// The observed time in seconds.
  [[nodiscard]] auto seconds() const -> double {
    std::int64_t all = 0;
    for (auto const l : stretches_) all += l;
    return static_cast<double>(all) * tick_s_;
  }
  [[nodiscard]] auto width_s() const noexcept -> double { return static_cast<double>(bins_.width()) * tick_s_; }
  /// Where bin b begins, as a lag in milliseconds; it ends where bin b + 1 begins.
  [[nodiscard]] auto begin_ms(std::size_t b) const noexcept -> double { return static_cast<double>(bins_.twice_begin(b)) / 2 * tick_s_ * 1e3; }

  /// Pairs by bin, exact; halves of pairs may stand in a bin of `symmetric`.
  [[nodiscard]] auto counts(std::size_t i, std::size_t j) const -> std::vector<count_type> {
    std::vector<std::int64_t> whole(bins());
    auto const n = bins_.slots().size();
    for (std::uint32_t slot = 0; slot < n; ++slot)
      for (auto const later : {true, false})  // pairs whose earlier spike is i's, and those whose earlier spike is j's
        if (auto const count = table_[(later ? i * size() + j : j * size() + i) * n + slot]; count != 0)
          for (auto const& s : bins_.shares(slot, later)) whole[s.bin] += s.weight * count;
    if constexpr (B::halves) {
      std::vector<double> out(bins());
      std::transform(whole.begin(), whole.end(), out.begin(), [](std::int64_t x) { return static_cast<double>(x) / 2; });
      return out;
    } else {
      return whole;
    }
  }
  /// All counts, [i, j, b].
  [[nodiscard]] auto all_counts() const -> std::vector<count_type> {
    std::vector<count_type> all;
    all.reserve(size() * size() * bins());
    for (std::size_t i = 0; i < size(); ++i)
      for (std::size_t j = 0; j < size(); ++j) {
        auto const c = counts(i, j);
        all.insert(all.end(), c.begin(), c.end());
      }
    return all;
  }

  /// Seconds² in which two spikes could have stood at the lags of bin b: ∫ Σ_stretches max(0, L − |d|) dd. Width × time, less the triangle of
  /// the edges.
  [[nodiscard]] auto exposure(std::size_t b) const -> double {
    auto const lo = static_cast<double>(bins_.twice_begin(b)) / 2, hi = static_cast<double>(bins_.twice_begin(b + 1)) / 2;
    double sum = 0;
    for (auto const l : stretches_) {
      auto up_to = [length = static_cast<double>(l)](double d) {  // ∫ from 0 to d ≥ 0
        auto const x = (std::min)(d, length);
        return x * length - x * x / 2;
      };
      sum += lo >= 0 ? up_to(hi) - up_to(lo) : hi <= 0 ? up_to(-lo) - up_to(-hi) : up_to(-lo) + up_to(hi);
    }
    return sum * tick_s_ * tick_s_;
  }
  /// Pairs that two independent stationary trains of these numbers of spikes would have: λ_i λ_j × exposure. NaN for an empty recording.
  [[nodiscard]] auto expected(std::size_t i, std::size_t j) const -> std::vector<double> {
    auto const t = seconds(), product = static_cast<double>(spikes_[i]) * static_cast<double>(spikes_[j]) / (t * t);
    std::vector<double> out(bins());
    for (std::size_t b = 0; b < bins(); ++b) out[b] = t > 0 ? product * exposure(b) : undefined(reason::no_spikes);
    return out;
  }
  /// Counts as if the edges had not cut pairs off: counts × width × time / exposure.
  [[nodiscard]] auto edge_corrected(std::size_t i, std::size_t j) const -> std::vector<double> {
    return each(i, j, [&, t = seconds()](double n, std::size_t b) { return exposure(b) > 0 ? n * width_s() * t / exposure(b) : undefined(reason::not_available); });
  }
  /// Spikes of j per second at each lag from a spike of i (Hz). NaN if i is silent.
  [[nodiscard]] auto rate_hz(std::size_t i, std::size_t j) const -> std::vector<double> {
    auto const n_i = static_cast<double>(spikes_[i]);
    return each(i, j, [&](double n, std::size_t) { return n_i > 0 ? n / (n_i * width_s()) : undefined(reason::no_spikes); });
  }
  /// Counts / expected: 1 for independent trains. NaN if one is silent.
  [[nodiscard]] auto coincidence_index(std::size_t i, std::size_t j) const -> std::vector<double> {
    auto const by_chance = expected(i, j);
    return each(i, j, [&](double n, std::size_t b) { return by_chance[b] > 0 ? n / by_chance[b] : undefined(reason::no_spikes); });
  }
  /// (counts − expected) / √(n_i (1 − p_i) n_j (1 − p_j)), p = n · width / time: Pearson's correlation of bins that hold at most one spike.
  /// NaN if one is silent, or has a spike in every bin.
  [[nodiscard]] auto pearson(std::size_t i, std::size_t j) const -> std::vector<double> {
    auto const by_chance = expected(i, j);
    auto spread = [&](std::size_t k) { return static_cast<double>(spikes_[k]) * (1 - static_cast<double>(spikes_[k]) * width_s() / seconds()); };
    auto const scale = spread(i) > 0 && spread(j) > 0 ? std::sqrt(spread(i) * spread(j)) : 0.0;
    return each(i, j, [&](double n, std::size_t b) { return scale > 0 ? (n - by_chance[b]) / scale : undefined(reason::no_variance); });
  }

 private:
  template <class F>
  auto each(std::size_t i, std::size_t j, F&& f) const -> std::vector<double> {
    auto const c = counts(i, j);
    std::vector<double> out(bins());
    for (std::size_t b = 0; b < bins(); ++b) out[b] = f(static_cast<double>(c[b]), b);
    return out;
  }

  realised_bins<B> bins_;
  double tick_s_;
  std::vector<std::int64_t> spikes_, stretches_;
  detail::carrying_table table_;
};

/// Correlograms of all pairs of units, of one pair, or of the ensembles; an analysis of events, one pass.
///
/// Result   a `correlogram_table`, rows: all units in order; the two units given, in that order; or E and I, all their spikes pooled
/// Errors   `error` from `start`: bins that do not fit the ticks, a unit or labels that do not fit the recording
/// Cost     each pair of spikes within reach once: 0.7 to 1 ns
/// Source   Perkel, Gerstein & Moore 1967, Biophys. J. 7:419
template <lag_bins B>
class correlograms : public analysis_base {
 public:
  using takes = events;

  explicit correlograms(B bins) : bins_(bins) {}
  correlograms(B bins, unit_index first, unit_index second) : bins_(bins), pair_{first, second} {
    if (first == second) throw error("correlograms: a pair is of two units; the autocorrelogram of a unit is that of (0, 0) in any table it is in");
  }
  correlograms(B bins, std::vector<cell> ensembles) : bins_(bins), cells_(std::move(ensembles)) {}
  correlograms(B bins, labelling const& ensembles) : correlograms(bins, ensembles.cells) {}

  template <tick T>
  [[nodiscard]] auto start(layout<T> const& l) const -> coincidence_state<T> {
    std::vector<std::uint32_t> row_of(l.units, detail::no_row);
    if (!cells_.empty()) {
      if (cells_.size() != l.units) throw error({.where = "correlograms", .place = {}, .problem = "the labelling does not fit the recording", .expected = std::to_string(l.units) + " units", .found = std::to_string(cells_.size()) + " labels", .advice = "give one label per unit, silent units included"});
      for (std::size_t u = 0; u < l.units; ++u)
        if (cells_[u] != cell::neither) row_of[u] = cells_[u] == cell::e ? 0 : 1;
    } else if (!pair_.empty()) {
      for (std::uint32_t k = 0; k < 2; ++k) {
        if (pair_[k] >= l.units) throw error({.where = "correlograms", .place = {}, .problem = "no such unit", .expected = "a unit below " + std::to_string(l.units), .found = std::to_string(pair_[k]), .advice = {}});
        row_of[pair_[k]] = k;
      }
    } else {
      for (std::size_t u = 0; u < l.units; ++u) row_of[u] = static_cast<std::uint32_t>(u);
    }
    for (std::size_t u = 0; u < l.units; ++u)
      if (!l.has(u)) row_of[u] = detail::no_row;
    return coincidence_state<T>(std::make_shared<std::vector<std::uint32_t> const>(std::move(row_of)), rows(l.units), realised_bins<B>::template in<T>(bins_).slots());
  }
  /// Blocks of this length suit the analysis: long ones where the table is large, as its rows are fetched into the cache once a block.
  template <tick T>
  [[nodiscard]] auto block_length(layout<T> const& l) const -> T {
    return rows(l.units) * rows(l.units) * realised_bins<B>::template in<T>(bins_).slots().size() * sizeof(std::uint32_t) > detail::table_in_cache ? (std::max)(l.when.length(), T{1}) : std::chrono::ceil<T>(std::chrono::seconds{30});
  }
  template <tick T>
  [[nodiscard]] auto finish(coincidence_state<T> const& s) const -> correlogram_table<B> {
    return {realised_bins<B>::template in<T>(bins_), in_seconds(T{1}), s.spikes(), s.stretches(), s.table()};
  }
  /// Without a copy of the table, for a state that is not needed any more.
  template <tick T>
  [[nodiscard]] auto finish(coincidence_state<T>&& s) const -> correlogram_table<B> {
    return {realised_bins<B>::template in<T>(bins_), in_seconds(T{1}), s.spikes(), s.stretches(), std::move(s).table()};
  }

 private:
  [[nodiscard]] auto rows(std::size_t units) const noexcept -> std::size_t { return cells_.empty() && pair_.empty() ? units : 2; }

  B bins_;
  std::vector<unit_index> pair_;
  std::vector<cell> cells_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
