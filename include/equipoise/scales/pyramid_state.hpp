// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What a pyramid has seen: which time, the open bins of each scale, and the state it feeds. Events in, rows of complete bins out.
///
/// In order, all of it happens in place: nothing is allocated after warm-up.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../concepts/fold.hpp"
#include "../core/epochs.hpp"
#include "../simd/bin_counts.hpp"
#include "../simd/moments.hpp"
#include "open_bins.hpp"
#include "unit_bins.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
struct pyramid_rows {};  // owns the working memory of all pyramids of a thread: one does not feed another

/// The bins of a pyramid: their widths, the tick that bins are counted from, and the number that each scale's first bin there bears.
struct bin_grid {
  std::vector<std::int64_t> width;
  std::int64_t anchor{};
  std::vector<std::int64_t> base;

  /// Bins of one anchored stretch end before those of the next one begin, and at least one number lies between: ⌈a/w⌉ + ⌊(b − a)/w⌋ ≤ ⌈b/w⌉.
  template <tick T>
  bin_grid(std::vector<std::int64_t> widths, bin_anchor<T> from) : width(std::move(widths)), anchor(from.at.count()) {
    for (auto const w : width) base.push_back(anchor == 0 && from.stretch == 0 ? 0 : ceil_div(anchor, w) + from.stretch);
  }
};
}  // namespace detail

/// The state of `pyramid(…)`; its `down` is the state it feeds.
///
/// Errors   `error` from `absorb` and `merge` if the same time comes twice, or from `merge` for states of other scales; nothing has changed then
template <tick T, class Down, bool Units>
class pyramid_state : public state_base {
  using open_units = std::conditional_t<Units, unit_bins, no_unit_bins>;

 public:
  static constexpr bool needs_units = Units;
  Down down;

  pyramid_state(std::vector<std::int64_t> widths, bin_anchor<T> anchor, Down d)
      : down(std::move(d)), grid_(std::make_shared<detail::bin_grid const>(std::move(widths), anchor)), open_(grid_->width.size()), units_(grid_->width.size()) {}
  static auto fields(auto& s) { return std::tie(s.seen_, s.open_, s.units_, s.down); }
  static auto setup(auto const& s) { return std::tie("ticks", s.grid_->width, "anchor", s.grid_->anchor, s.grid_->base); }
  [[nodiscard]] auto restored() const noexcept -> bool { return open_.size() == grid_->width.size() && units_.size() == open_.size(); }

  /// The time absorbed.
  [[nodiscard]] auto seen() const noexcept -> epochs<T> const& { return seen_; }
  /// Throws if part of that time was absorbed already; nothing has changed then.
  void expect(window<T> w) const { seen_.expect_new(w); }

  void absorb(ei_block<T> const& b) {
    if (b.when.empty()) return;
    seen_.add(b.when);
    auto const longest = T{grid_->width.front()} * std::int64_t{1 << 16};  // so that the rows stay in the second-level cache
    if (b.when.length() <= longest) return piece(b);
    for (auto t = b.when.begin; t < b.when.end; t += longest) piece(b.within({t, (std::min)(t + longest, b.when.end)}));
  }

  auto merge(pyramid_state const& o) -> pyramid_state& {
    if (grid_->width != o.grid_->width) throw error("pyramid: states of different scales cannot be merged");
    seen_.add_all(o.seen_);
    down.merge(o.down);
    for (std::size_t k = 0; k < open_.size(); ++k) {
      units_[k].merge(o.units_[k]);
      open_[k].merge_settled(o.open_[k]);
      for (auto const& x : o.open_[k]) put(k, x);
    }
    return *this;
  }

  /// No time before `before` will come any more: bins that end there and are not complete are counted as left out and let go of.
  void settle(T before) {
    seen_.fill_until(before);
    for (std::size_t k = 0; k < open_.size(); ++k) {
      auto const first = grid_->base[k] + floor_div(before.count() - grid_->anchor, grid_->width[k]);  // the first bin that can still change
      open_[k].settle(first);
      units_[k].settle(first);
      if constexpr (requires { down.settle(k, first); }) down.settle(k, first);
    }
  }

  /// The bins that were never covered whole, per scale.
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
    if (x.covered < grid_->width[k]) open_[k].keep(x);
    else give(k, x);
  }

  /// Coarse to fine: a bin overlaps at most two bins of any coarser scale, so twice their largest count bounds it and picks the type.
  void piece(ei_block<T> const& b) {
    thread_local simd::event_index index_e, index_i;
    auto const begin = b.when.begin.count(), end = b.when.end.count(), from = begin - b.origin.count();
    index_e.build(b.e, static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(end - begin));
    index_i.build(b.i, static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(end - begin));
    auto bound = static_cast<std::uint64_t>((std::max)(b.e.size(), b.i.size()));
    for (auto k = open_.size(); k-- > 0;) {
      auto const w = grid_->width[k], base = grid_->base[k];
      stretch at{begin - grid_->anchor, end - grid_->anchor, 0};
      at.lo = floor_div(at.begin, w);
      auto const hi = floor_div(at.end - 1, w);
      auto const units = units_[k].add(b, w, grid_->anchor, base);
      if (at.lo == hi) {
        put(k, {base + at.lo, std::ssize(b.e), std::ssize(b.i), end - begin});
        continue;
      }
      auto const first = open_[k].take(base + at.lo), last = open_[k].take(base + hi);
      auto const most = bound + static_cast<std::uint64_t>((std::max)({first.e, first.i, last.e, last.i}));
      auto row = [&]<class C>(C) { return fill<C>(index_e, index_i, at, k, first, last, bound > 127, units); };
      auto const seen = most < 256 ? row(std::uint8_t{}) : most < 65536 ? row(std::uint16_t{}) : row(std::uint32_t{});
      bound = (std::min)(bound, 2 * seen);
    }
  }

  struct stretch {
    std::int64_t begin, end, lo;  // in ticks from the anchor; the bin that holds the begin, counted from the anchor
  };
  /// Counts one scale and hands its complete bins on; returns the largest count if that is asked for.
  template <class C>
  auto fill(simd::event_index const& at_e, simd::event_index const& at_i, stretch at, std::size_t k, open_bin first, open_bin last, bool bound_it, unit_rows const& units) -> std::uint64_t {
    auto const w = grid_->width[k];
    auto const bins = static_cast<std::size_t>(last.bin - first.bin + 1);
    auto* const e = detail::working<detail::pyramid_rows, C>(2 * bins);
    auto* const i = e + bins;
    auto const phase = static_cast<std::uint64_t>(at.begin - at.lo * w);
    simd::bin_counts<simd::best_arch>(at_e, phase, static_cast<std::uint64_t>(w), e, bins);
    simd::bin_counts<simd::best_arch>(at_i, phase, static_cast<std::uint64_t>(w), i, bins);
    auto const largest = bound_it ? std::uint64_t{simd::largest_count<simd::best_arch>(e, i, bins)} : std::uint64_t{(std::numeric_limits<std::uint32_t>::max)()};
    auto closes = [&](open_bin& x, std::size_t b, std::int64_t covered) {  // the first and the last bin meet their open parts
      x.covered += covered;
      if (x.covered < w) {
        x.e += e[b], x.i += i[b];
        open_[k].keep(x);
        return false;
      }
      e[b] = static_cast<C>(e[b] + x.e), i[b] = static_cast<C>(i[b] + x.i);
      return true;
    };
    auto const from = static_cast<std::size_t>(!closes(first, 0, (at.lo + 1) * w - at.begin));
    auto const to = bins - static_cast<std::size_t>(!closes(last, bins - 1, at.end - (at.lo + static_cast<std::int64_t>(bins) - 1) * w));
    if (from < to) {
      down.absorb(count_row<C>{k, first.bin + static_cast<std::int64_t>(from), {e + from, to - from}, {i + from, to - from}});
      units_[k].give(k, first.bin + static_cast<std::int64_t>(from), to - from, units, down);
    }
    return largest;
  }

  std::shared_ptr<detail::bin_grid const> grid_;
  epochs<T> seen_;
  std::vector<open_bins> open_;
  std::vector<open_units> units_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
