// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Zero-lag correlation of the ensembles by the thousand of surrogates: one class moved draw by draw, the other where it is, at one bin width.
///
/// `correlation_draws(recording, cells, 10ms, cell::e, dither{50ms}, seed, 1000)`, against the correlation observed: a `p_value`. No surrogate is
/// ever written down: each moved spike adds one to the bin it arrives in.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../balance/coupling.hpp"
#include "../correlate/jitters.hpp"
#include "../simd/moved_counts.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
/// The bins of every observed window side by side; those at a window's ends may be incomplete.
class window_bins {
 public:
  struct stretch {
    std::int64_t end, first_bin;  ///< of the window in ticks, and the number that its first bin has from the origin
    std::size_t at;               ///< where that bin stands
    std::size_t complete, until;  ///< complete bins stand in [complete, until)
  };

  template <tick T>
  window_bins(epochs<T> const& observed, std::int64_t width) : width_(width) {
    for (auto const& w : observed) {
      auto const b = w.begin.count(), e = w.end.count(), first = floor_div(b, width);
      auto const from = size_ + static_cast<std::size_t>(ceil_div(b, width) - first), until = size_ + static_cast<std::size_t>(floor_div(e, width) - first);
      stretches_.push_back({e, first, size_, from, (std::max)(from, until)});
      size_ += static_cast<std::size_t>(floor_div(e - 1, width) - first) + 1;
    }
  }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto stretches() const noexcept -> std::vector<stretch> const& { return stretches_; }
  /// The stretch of an observed time.
  [[nodiscard]] auto of(std::int64_t t) const noexcept -> stretch const& {
    return *std::upper_bound(stretches_.begin(), stretches_.end(), t, [](std::int64_t x, stretch const& s) { return x < s.end; });
  }
  /// Where the bin of a time in that stretch stands.
  [[nodiscard]] auto bin(stretch const& s, std::int64_t t) const noexcept -> std::size_t { return s.at + static_cast<std::size_t>(floor_div(t, width_) - s.first_bin); }
  /// Where a bin of that stretch begins, in ticks.
  [[nodiscard]] auto begin(stretch const& s, std::size_t bin) const noexcept -> std::int64_t { return (s.first_bin + static_cast<std::int64_t>(bin - s.at)) * width_; }
  [[nodiscard]] auto width() const noexcept -> std::int64_t { return width_; }

 private:
  std::int64_t width_;
  std::size_t size_ = 0;
  std::vector<stretch> stretches_;
};

/// All spikes of a class, ready to be moved: groups of 32 of a unit, in the order of their first spikes, so that those moved one after another arrive
/// near one another. Spikes whose places are reflected or fewer than others' stand apart.
struct movable_class {
  struct cut_off_spike {
    unit_index unit;
    std::uint32_t number;
    spike_places places;
  };
  std::vector<simd::moved_group> group;
  std::vector<std::uint64_t> places;
  std::vector<cut_off_spike> cut_off;
  std::uint32_t count = 1;
  std::size_t entries = 0;  ///< of a row: the bins, and behind them those where groups' empty places arrive
  std::uint64_t most = 0;   ///< no bin can receive more spikes

  template <tick T, class Surrogate>
  movable_class(spike_table<T> const& x, std::vector<cell> const& cells, cell moved, Surrogate const& surrogate, window_bins const& bins) {
    auto each_spike = [&](auto const& f) {
      for (unit_index u = 0; u < x.size(); ++u)
        if (auto where = surrogate.places(x.observed()); cells[u] == moved)
          for (std::size_t k = 0; auto const t : x[u].raw()) f(u, k++, t, where(t));
    };
    std::int64_t widest = 1;
    std::vector<std::pair<std::int64_t, simd::moved_group>> by_time;
    each_spike([&](unit_index u, std::size_t k, std::int64_t t, spike_places const& p) {
      widest = (std::max)(widest, p.count);
      if (k % simd::moved_group::events == 0) by_time.emplace_back(t, simd::moved_group{u, static_cast<std::uint32_t>(k / 4)});
    });
    if (widest + bins.width() >= std::int64_t{1} << 31 || bins.size() >= std::size_t{1} << 31)
      throw error({.where = "correlation_draws", .place = {}, .problem = "too many ticks or bins", .expected = "fewer than 2^31 places of a spike and ticks of a bin together, and fewer than 2^31 bins",
                   .found = std::to_string(widest + bins.width()) + " ticks, " + std::to_string(bins.size()) + " bins", .advice = "draw whole surrogates: recording | surrogate.draw(seed, k) | study"});
    count = static_cast<std::uint32_t>(widest);
    entries = bins.size() + static_cast<std::size_t>((bins.width() + widest) / bins.width()) + 1;
    std::stable_sort(by_time.begin(), by_time.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    std::vector<std::vector<std::size_t>> group_of(x.size());  // those of a unit are in their order still
    for (auto const& g : by_time) group_of[g.second.stream].push_back(group.size()), group.push_back(g.second);
    group.resize((group.size() + simd::groups_at_once - 1) / simd::groups_at_once * simd::groups_at_once);
    places.assign(group.size() * simd::moved_group::events, std::uint64_t{bins.size()} << 32);

    std::vector<std::int64_t> change(bins.size() + 1);  // of how many spikes can arrive, from bin to bin
    each_spike([&](unit_index u, std::size_t k, std::int64_t, spike_places const& p) {
      auto const& s = bins.of(p.end - 1);
      auto const [from, last] = p.reach();
      auto const bin = bins.bin(s, from);
      ++change[bin], --change[bins.bin(s, last) + 1];
      if (p.inside() && p.count == widest)
        places[group_of[u][k / simd::moved_group::events] * simd::moved_group::events + simd::lane_of_word(k % simd::moved_group::events)] = std::uint64_t{bin} << 32 | static_cast<std::uint64_t>(from - bins.begin(s, bin));
      else cut_off.push_back({u, static_cast<std::uint32_t>(k), p});
    });
    std::int64_t now = 0;
    for (auto const c : change) most = (std::max)(most, static_cast<std::uint64_t>(now += c));
  }
};

/// Draws in counts of C, which hold the most that a bin can receive. Some draws at once, so that what is known of a spike is read once for all of them.
template <class C, class Correlation>
void draw_correlations(movable_class const& x, window_bins const& bins, std::vector<std::uint32_t> const& fixed, std::uint64_t seed, std::string_view name, std::uint64_t from, std::vector<double>& out, Correlation correlation) {
  constexpr std::size_t at_once = 4, groups = 256;
  std::vector<C> const still(fixed.begin(), fixed.end());
  std::vector<C> rows(at_once * x.entries);
  simd::moved_events const events{x.group.data(), x.places.data(), x.count, simd::quotient(static_cast<std::uint32_t>(bins.width()))};
  for (std::size_t k = 0; k < out.size(); k += at_once) {
    auto const now = (std::min)(at_once, out.size() - k);
    std::fill(rows.begin(), rows.end(), C{});
    auto seed_of = [&](std::size_t d) { return draw_key(seed, from + k + d, name).seed(); };
    for (std::size_t g = 0; g < x.group.size(); g += groups)
      for (std::size_t d = 0; d < now; ++d) simd::count_moved<simd::best_arch>(seed_of(d), events, g, (std::min)(g + groups, x.group.size()), rows.data() + d * x.entries);
    for (std::size_t d = 0; d < now; ++d) {
      auto const row = std::span(rows).subspan(d * x.entries, x.entries);
      auto const s = seed_of(d);
      for (auto const& c : x.cut_off) {
        auto const words = philox({c.number / 4, 0, c.unit, 0}, {static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(s >> 32)});
        auto const t = c.places.at(words[c.number % 4]);
        ++row[bins.bin(bins.of(t), t)];
      }
      co_moments sums;
      for (auto const& w : bins.stretches()) sums.absorb(count_row<C>{0, 0, std::span<C const>(row).subspan(w.complete, w.until - w.complete), std::span<C const>(still).subspan(w.complete, w.until - w.complete)});
      out[k + d] = correlation(sums);
    }
  }
}
}  // namespace detail

/// Zero-lag correlation of E and I for draws `from`, from + 1, … of a surrogate of one class.
///
/// Input    a source that can be read again; cells, one a unit; the width of a bin, counted from the recording's origin; `cell::e` or `cell::i`, whose units
///          move; `dither` without refractory period or `interval_jitter`
/// Result   one r per draw, equal to the last bit to `zero_lag_correlation` over the complete bins of the surrogate in which only that class moved: gaps leave
///          bins out as they do in a `pyramid`. NaN with a reason as that metric has it. Draw k is the same whatever is drawn beside it
/// Errors   `error` for cells that do not fit, `cell::neither`, a bin below one tick, too many ticks, a refractory period
/// Cost     about 0.5 ns per spike of the class and draw while five rows of bins stay in the second-level cache. Memory: 8 bytes a spike, five rows of 1 to 4 bytes a bin
template <class X, class S>
auto correlation_draws(X const& source, std::vector<cell> const& cells, std::chrono::nanoseconds width, cell moved, S const& surrogate, std::uint64_t seed, std::size_t draws, std::uint64_t from = 0, zero_lag_correlation const& metric = {})
    -> std::vector<double> {
  return detail::with_table(source, [&]<tick T>(spike_table<T> const& x) {
    static_assert(moves_spike_by_spike<S, T>, "equipoise: correlation_draws takes surrogates that move spike by spike: dither and interval_jitter");
    if (cells.size() != x.size())
      throw error({.where = "correlation_draws", .place = {}, .problem = "the labelling does not fit the recording", .expected = std::to_string(x.size()) + " units", .found = std::to_string(cells.size()) + " labels", .advice = "give one label per unit, silent units included"});
    if (moved == cell::neither) throw error("correlation_draws: either E or I moves");
    detail::window_bins const bins(x.observed(), detail::ticks_of<T>(width, "correlation_draws", "width"));
    detail::movable_class const movable(x, cells, moved, surrogate, bins);

    std::vector<std::uint32_t> still(bins.size());
    auto const other = moved == cell::e ? cell::i : cell::e;
    for (std::size_t k = 0; k < x.spikes(); ++k)
      if (cells[x.unit()[k]] == other) ++still[bins.bin(bins.of(x.at()[k]), x.at()[k])];
    auto most = movable.most;
    for (auto const n : still) most = (std::max)(most, std::uint64_t{n});

    row_info row{.width = {bins.width(), T::period::num, T::period::den}};
    for (auto const c : cells) row.sizes.e += c == cell::e, row.sizes.i += c == cell::i;
    std::vector<double> out(draws);
    auto correlation = [&](co_moments const& sums) {
      row.bins = sums.n();
      return metric(sums, row);
    };
    auto draw = [&]<class C>(C) { detail::draw_correlations<C>(movable, bins, still, seed, S::name, from, out, correlation); };
    if (most <= (std::numeric_limits<std::uint8_t>::max)()) draw(std::uint8_t{});
    else if (most <= (std::numeric_limits<std::uint16_t>::max)()) draw(std::uint16_t{});
    else draw(std::uint32_t{});
    return out;
  });
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
