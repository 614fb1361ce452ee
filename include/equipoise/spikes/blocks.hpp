// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Spikes in time order → an event source that hands them out block by block, over the whole window, chosen epochs, or one worker's share.

#include <algorithm>
#include <concepts>
#include <optional>
#include <span>

#include "../concepts/spikes.hpp"
#include "../core/epochs.hpp"
#include "../core/part.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Blocks of `length` over borrowed columns of times and units; gaps between the epochs stay gaps. Models `event_source`.
///
/// Nothing is copied: each block is a pair of spans, valid as long as the columns.
template <tick T>
class column_blocks {
 public:
  using tick_type = T;

  column_blocks(std::span<std::int64_t const> at, std::span<unit_index const> unit, std::size_t units, epochs<T> observed, T length)
      : at_(at), unit_(unit), units_(units), observed_(std::move(observed)), length_(length) {
    if (length <= T{}) throw error("blocks: a block must be longer than nothing");
    if (at.size() != unit.size()) throw error("blocks: " + std::to_string(at.size()) + " times but " + std::to_string(unit.size()) + " units");
    if (!observed_.empty()) now_ = observed_.windows().front().begin;
  }

  [[nodiscard]] auto layout() const noexcept -> equipoise::layout<T> { return {observed_.hull(), units_}; }

  auto next() -> std::optional<event_block<T>> {
    if (window_ == observed_.size()) return std::nullopt;
    auto const within = observed_.windows()[window_];
    window<T> const w{now_, within.end - now_ > length_ ? now_ + length_ : within.end};
    auto const rest = event_block<T>{w, at_.subspan(done_), unit_.subspan(done_)};
    auto const block = rest.within(w);
    done_ = static_cast<std::size_t>(block.at.data() + block.at.size() - at_.data());
    now_ = w.end;
    if (now_ == within.end && ++window_ < observed_.size()) now_ = observed_.windows()[window_].begin;
    return block;
  }

 private:
  std::span<std::int64_t const> at_;
  std::span<unit_index const> unit_;
  std::size_t units_;
  epochs<T> observed_;
  T length_;
  T now_{};
  std::size_t window_ = 0, done_ = 0;
};

/// Something that can be read again, whole or inside some epochs only: what can be shared out among workers. `spike_table`, `recording`, `within`.
template <class R>
concept restrictable = replayable<R> && requires(R const& r, epochs<typename R::tick_type> const& w) {
  { r.blocks(w) } -> event_source;
};

/// The time that was observed: `r.observed()` where the source knows its gaps, else the window of its layout.
template <restrictable R>
auto observed_time(R const& r) -> epochs<typename R::tick_type> {
  if constexpr (requires { { r.observed() } -> std::convertible_to<epochs<typename R::tick_type>>; }) return r.observed();
  else return epochs<typename R::tick_type>(r.blocks().layout().when);
}

/// Something that can be read again, restricted to some epochs: `within(recording, night.of("slow-wave")) | study`.
///
/// The bins' origin does not move. Time outside the epochs counts as not observed. `r` must outlive the result.
template <class R>
  requires requires(R const& r, epochs<typename R::tick_type> const& w) { { r.blocks(w) } -> event_source; }
class within {
 public:
  using tick_type = typename R::tick_type;
  within(R const& r, epochs<tick_type> when) : source_(&r), when_(std::move(when)) {}
  [[nodiscard]] auto blocks() const { return source_->blocks(when_); }
  [[nodiscard]] auto blocks(epochs<tick_type> const& w) const { return source_->blocks(when_ & w); }
  [[nodiscard]] auto observed() const -> epochs<tick_type> {
    if constexpr (restrictable<R>) return observed_time(*source_) & when_;
    else return when_;
  }

 private:
  R const* source_;
  epochs<tick_type> when_;
};

/// A worker's share of a source, as a source: `blocks_of(recording, {k, n})`, `blocks_of(recording, world.part())`. The bins' origin does not move.
///
/// Result   an `event_source` over `share(observed_time(r), p)`; `r` must outlive it
/// Errors   `error` unless p.index < p.of
template <restrictable R>
auto blocks_of(R const& r, part p) {
  return r.blocks(share(observed_time(r), p));
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
