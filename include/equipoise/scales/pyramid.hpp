// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The pyramid: excitatory and inhibitory events → rows of counts in complete bins of many widths.
///
/// Bin k of width w covers [k·w, (k + 1)·w) ticks from the recording's origin, exactly. Incomplete bins travel in the state, so that stretches
/// of a recording may come in any order, cut anywhere, with gaps between them; what is still incomplete at `finish` is dropped and counted.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "../core/epochs.hpp"
#include "../core/record.hpp"
#include "../simd/bin_counts.hpp"
#include "../simd/moments.hpp"
#include "open_bins.hpp"
#include "unit_bins.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A stage of a study: `split(cells) | pyramid(log_scales<32>()) | measure(…)`.
///
/// Result   rows of counts downstream; the study's record gains "incomplete" (bins never covered whole, and the spikes in them, per scale)
/// Errors   `error` from `start` if two scales are the same number of ticks of the recording; from `absorb` and `merge`, before anything
///          changes, if the same time comes twice
/// Cost     about 0.35 ns per spike and scale
template <tick D, bool Units = false>
class pyramid : public stage_base {
 public:
  using takes = ei_events;
  using gives = std::conditional_t<Units, unit_counts, counts>;

  template <scale_set R>
  explicit pyramid(R const& widths) : widths_(std::ranges::begin(widths), std::ranges::end(widths)) {
    if (widths_.empty()) throw error("pyramid: at least one scale is needed");
    if (widths_.front() <= D{} || std::ranges::adjacent_find(widths_, std::ranges::greater_equal{}) != widths_.end()) throw error("pyramid: scales must be positive and increase");
  }

  /// Also what single units do in each bin (`unit_row`): for the active fraction and the subsampling correction.
  /// Cost: a pass over the events per scale, and in the open bins one count per unit that fired.
  [[nodiscard]] auto with_units() const -> pyramid<D, true> { return pyramid<D, true>(widths_, keep_partial_); }
  /// Keeps bins that were not covered whole, as some figures do; the last bin of a recording is then too low.
  [[nodiscard]] auto keep_partial() const -> pyramid { return pyramid(widths_, true); }

  template <tick T>
  [[nodiscard]] auto layout_after(ei_layout<T> const& l) const -> row_layout {
    row_layout r{{}, l.sizes};
    for (auto const w : widths_) {
      r.widths.push_back({std::chrono::round<T>(w).count(), T::period::num, T::period::den});
      auto const n = r.widths.size();
      if (r.widths.back().count < 1 || (n > 1 && r.widths[n - 2].count >= r.widths.back().count))
        throw error({.where = "pyramid", .place = "scale " + std::to_string(n - 1), .problem = "two scales are the same number of ticks of this recording, or none", .expected = {},
                     .found = std::to_string(r.widths.back().count) + " ticks", .advice = "use wider or fewer scales, or snapped_to(…)"});
    }
    return r;
  }

  template <tick T, class Down>
  class state;

  template <tick T, class Down>
  [[nodiscard]] auto attach(ei_layout<T> const& l, Down down) const -> state<T, Down> {
    std::vector<std::int64_t> ticks;
    for (auto const& w : layout_after(l).widths) ticks.push_back(w.count);
    return state<T, Down>(std::move(ticks), std::move(down));
  }

  /// The analysis' result, and what was left out.
  template <class State, class Rest>
  [[nodiscard]] auto finish(State const& s, Rest const& rest) const {
    using down = std::remove_cvref_t<decltype(s.down)>;
    auto const partial = keep_partial_ ? std::optional<down>(s.with_partial()) : std::nullopt;
    auto result = rest.finish(partial ? *partial : s.down);
    if constexpr (is_record<decltype(result)>) return result.with(named<name<"incomplete">, std::vector<incomplete_bins>>{keep_partial_ ? std::vector<incomplete_bins>(widths_.size()) : s.left_out()});
    else return result;
  }

 private:
  template <tick, bool>
  friend class pyramid;
  pyramid(std::vector<D> widths, bool keep_partial) : widths_(std::move(widths)), keep_partial_(keep_partial) {}

  std::vector<D> widths_;
  bool keep_partial_ = false;
};

template <scale_set R>
pyramid(R const&) -> pyramid<std::ranges::range_value_t<R>>;

/// What a pyramid has seen: which time, the open bins of each scale, and the state it feeds.
template <tick D, bool Units>
template <tick T, class Down>
class pyramid<D, Units>::state : public state_base {
  using open_units = std::conditional_t<Units, unit_bins, no_unit_bins>;

 public:
  static constexpr bool needs_units = Units;
  Down down;

  state(std::vector<std::int64_t> widths, Down d) : down(std::move(d)), width_(std::make_shared<std::vector<std::int64_t> const>(std::move(widths))), open_(width_->size()), units_(width_->size()) {}
  static auto fields(auto& s) { return std::tie(s.seen_, s.open_, s.units_, s.down); }

  [[nodiscard]] auto seen() const noexcept -> epochs<T> const& { return seen_; }
  /// Throws if part of that time was absorbed already; nothing has changed then.
  void expect(window<T> w) const {
    if (seen_.overlaps(w)) epochs<T>(seen_).add(w);
  }

  void absorb(ei_block<T> const& b) {
    if (b.when.empty()) return;
    seen_.add(b.when);
    auto const longest = T{width_->front()} * std::int64_t{1 << 16};  // so that the rows stay in the second-level cache
    if (b.when.length() <= longest) return piece(b);
    for (auto t = b.when.begin; t < b.when.end; t += longest) piece(b.within({t, (std::min)(t + longest, b.when.end)}));
  }

  auto merge(state const& o) -> state& {
    if (*width_ != *o.width_) throw error("pyramid: states of different scales cannot be merged");
    for (auto const& w : o.seen_) expect(w);
    for (auto const& w : o.seen_) seen_.add(w);
    down.merge(o.down);
    for (std::size_t k = 0; k < open_.size(); ++k) {
      units_[k].merge(o.units_[k]);
      for (auto const& x : o.open_[k]) put(k, x);
    }
    return *this;
  }

  [[nodiscard]] auto left_out() const -> std::vector<incomplete_bins> {
    std::vector<incomplete_bins> out;
    for (auto const& bins : open_) out.push_back(bins.left_out());
    return out;
  }
  /// What is fed, with the incomplete bins given to it as if they were complete.
  [[nodiscard]] auto with_partial() const -> Down {
    auto copy = *this;
    for (std::size_t k = 0; k < open_.size(); ++k)
      for (auto const& x : open_[k]) copy.give(k, x);
    return std::move(copy.down);
  }

 private:
  /// One complete bin.
  void give(std::size_t k, open_bin const& x) {
    auto const e = static_cast<std::uint32_t>(x.e), i = static_cast<std::uint32_t>(x.i);
    down.absorb(count_row<std::uint32_t>{k, x.bin, {&e, 1}, {&i, 1}});
    units_[k].give(k, x.bin, 1, {}, down);
  }
  void put(std::size_t k, open_bin x) {
    auto const have = open_[k].take(x.bin);
    x.e += have.e, x.i += have.i, x.covered += have.covered;
    if (x.covered < (*width_)[k]) open_[k].keep(x);
    else give(k, x);
  }

  /// Coarse to fine: a bin overlaps at most two bins of any coarser scale, so twice their largest count bounds it and picks the type.
  void piece(ei_block<T> const& b) {
    thread_local simd::event_index index_e, index_i;
    auto const begin = b.when.begin.count(), end = b.when.end.count(), base = begin - b.origin.count();
    index_e.build(b.e, static_cast<std::uint64_t>(base), static_cast<std::uint64_t>(end - begin));
    index_i.build(b.i, static_cast<std::uint64_t>(base), static_cast<std::uint64_t>(end - begin));
    auto bound = static_cast<std::uint64_t>((std::max)(b.e.size(), b.i.size()));
    for (auto k = width_->size(); k-- > 0;) {
      auto const w = (*width_)[k], lo = floor_div(begin, w), hi = floor_div(end - 1, w);
      auto const units = units_[k].add(b, w);
      if (lo == hi) {
        put(k, {lo, std::ssize(b.e), std::ssize(b.i), end - begin});
        continue;
      }
      auto const first = open_[k].take(lo), last = open_[k].take(hi);
      auto const most = bound + static_cast<std::uint64_t>((std::max)({first.e, first.i, last.e, last.i}));
      auto row = [&]<class C>(C) { return fill<C>(index_e, index_i, begin, end, k, first, last, bound > 127, units); };
      auto const seen = most < 256 ? row(std::uint8_t{}) : most < 65536 ? row(std::uint16_t{}) : row(std::uint32_t{});
      bound = (std::min)(bound, 2 * seen);
    }
  }

  /// Counts one scale and hands its complete bins on; returns the largest count if that is asked for.
  template <class C>
  auto fill(simd::event_index const& at_e, simd::event_index const& at_i, std::int64_t begin, std::int64_t end, std::size_t k, open_bin first, open_bin last, bool bound_it, unit_rows const& units) -> std::uint64_t {
    auto const w = (*width_)[k];
    auto const bins = static_cast<std::size_t>(last.bin - first.bin + 1);
    auto* const e = detail::working<pyramid, C>(2 * bins);
    auto* const i = e + bins;
    auto const phase = static_cast<std::uint64_t>(begin - first.bin * w);
    simd::bin_counts(at_e, phase, static_cast<std::uint64_t>(w), e, bins);
    simd::bin_counts(at_i, phase, static_cast<std::uint64_t>(w), i, bins);
    auto const largest = bound_it ? std::uint64_t{simd::largest_count<simd::best_arch>(e, i, bins)} : std::uint64_t{(std::numeric_limits<std::uint32_t>::max)()};
    auto closes = [&](open_bin& x, std::size_t at, std::int64_t covered) {  // the first and the last bin meet their open parts
      x.covered += covered;
      if (x.covered < w) {
        x.e += e[at], x.i += i[at];
        open_[k].keep(x);
        return false;
      }
      e[at] = static_cast<C>(e[at] + x.e), i[at] = static_cast<C>(i[at] + x.i);
      return true;
    };
    auto const from = static_cast<std::size_t>(!closes(first, 0, (first.bin + 1) * w - begin));
    auto const to = bins - static_cast<std::size_t>(!closes(last, bins - 1, end - last.bin * w));
    if (from < to) {
      down.absorb(count_row<C>{k, first.bin + static_cast<std::int64_t>(from), {e + from, to - from}, {i + from, to - from}});
      units_[k].give(k, first.bin + static_cast<std::int64_t>(from), to - from, units, down);
    }
    return largest;
  }

  std::shared_ptr<std::vector<std::int64_t> const> width_;
  epochs<T> seen_;
  std::vector<open_bins> open_;
  std::vector<open_units> units_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
