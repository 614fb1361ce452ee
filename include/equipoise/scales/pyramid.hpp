// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The pyramid: excitatory and inhibitory events → rows of counts in complete bins of many widths.
///
/// Bin k of width w covers [k·w, (k + 1)·w) ticks from the recording's origin, exactly. Incomplete bins travel in the state, so that stretches
/// of a recording may come in any order, cut anywhere, with gaps between them; what is still incomplete at `finish` is dropped and counted.

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "../core/record.hpp"
#include "pyramid_state.hpp"

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
  [[nodiscard]] auto attach(ei_layout<T> const& l, Down down) const -> pyramid_state<T, Down, Units> {
    std::vector<std::int64_t> ticks;
    for (auto const& w : layout_after(l).widths) ticks.push_back(w.count);
    return {std::move(ticks), l.anchor, std::move(down)};
  }

  /// The analysis' result, and what was left out.
  template <class State, class Rest>
  [[nodiscard]] auto finish(State const& s, Rest const& rest) const {
    using down = std::remove_cvref_t<decltype(s.down)>;
    auto const partial = keep_partial_ ? std::optional<down>(s.with_partial()) : std::nullopt;
    State const* const only = &s;
    return with_incomplete(rest.finish(partial ? *partial : s.down), std::span<State const* const>(&only, 1));
  }
  /// The same over parts that keep means of their own.
  template <class State, class Rest>
  [[nodiscard]] auto finish_apart(std::span<State const* const> parts, Rest const& rest) const {
    using down = std::remove_cvref_t<decltype(parts[0]->down)>;
    std::vector<down> partial;
    if (keep_partial_)
      for (auto const* s : parts) partial.push_back(s->with_partial());
    std::vector<down const*> downs;
    for (std::size_t k = 0; k < parts.size(); ++k) downs.push_back(keep_partial_ ? &partial[k] : &parts[k]->down);
    return with_incomplete(rest.finish_apart(std::span<down const* const>(downs)), parts);
  }

 private:
  template <tick, bool>
  friend class pyramid;
  pyramid(std::vector<D> widths, bool keep_partial) : widths_(std::move(widths)), keep_partial_(keep_partial) {}

  template <class Result, class State>
  auto with_incomplete(Result result, std::span<State const* const> parts) const {
    if constexpr (is_record<Result>) {
      std::vector<incomplete_bins> all(widths_.size());
      for (auto const* s : parts)
        if (!keep_partial_) std::ranges::transform(all, s->left_out(), all.begin(), [](incomplete_bins a, incomplete_bins const& b) { return a += b; });
      return result.with(named<name<"incomplete">, std::vector<incomplete_bins>>{std::move(all)});
    } else {
      return result;
    }
  }

  std::vector<D> widths_;
  bool keep_partial_ = false;
};

template <scale_set R>
pyramid(R const&) -> pyramid<std::ranges::range_value_t<R>>;

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
