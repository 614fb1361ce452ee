// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Lazy views over spike trains, as range-v3 ranges: intervals between spikes, bursts, and several trains merged in time order.
///
/// They compose with `ranges::views`; trains are borrowed and must outlive them. A temporary that owns its spikes is refused.

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <memory>
#include <range/v3/iterator/default_sentinel.hpp>
#include <range/v3/view/facade.hpp>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/transform.hpp>
#include <span>
#include <utility>

#include "population_blocks.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Intervals between consecutive spikes, in ticks of the train.
///
/// Result   a random-access view of size() − 1 durations ≥ 0 (none for fewer than two spikes); zero for a spike that is there twice
/// Errors   none
template <class S>
  requires detail::lasting_train<S>
auto intervals(S&& train) {
  using T = tick_of_t<std::remove_cvref_t<S>>;
  std::span<std::int64_t const> const at = raw(train);
  return ranges::views::iota(std::size_t{0}, at.empty() ? std::size_t{0} : at.size() - 1)
         | ranges::views::transform([at](std::size_t k) { return T{at[k + 1] - at[k]}; });
}

/// Spikes in quick succession.
template <tick T>
struct burst {
  std::size_t first{};  ///< index of its first spike in the train
  std::size_t size{};   ///< spikes
  window<T> when{};     ///< from its first spike to its last, the last tick included
  auto operator==(burst const&) const -> bool = default;
};

/// The bursts of a train; made by `bursts(…)`.
template <tick T>
class burst_view : public ranges::view_facade<burst_view<T>, ranges::unknown> {
 public:
  burst_view() = default;
  burst_view(std::span<std::int64_t const> at, T longest, std::size_t fewest) : at_(at), longest_(longest), fewest_((std::max)(fewest, std::size_t{1})) {}

 private:
  friend ranges::range_access;
  class cursor {
   public:
    cursor() = default;
    explicit cursor(burst_view const& v) : at_(v.at_), longest_(v.longest_.count()), fewest_(v.fewest_) { next(); }
    [[nodiscard]] auto read() const -> burst<T> { return {first_, end_ - first_, {T{at_[first_]}, T{at_[end_ - 1] + 1}}}; }
    void next() {
      do {
        first_ = end_;
        if (first_ < at_.size()) ++end_;
        while (end_ < at_.size() && at_[end_] - at_[end_ - 1] <= longest_) ++end_;
      } while (first_ < at_.size() && end_ - first_ < fewest_);
    }
    [[nodiscard]] auto equal(cursor const& o) const -> bool { return first_ == o.first_; }
    [[nodiscard]] auto equal(ranges::default_sentinel_t) const -> bool { return first_ == at_.size(); }

   private:
    std::span<std::int64_t const> at_;
    std::int64_t longest_ = 0;
    std::size_t fewest_ = 1, first_ = 0, end_ = 0;
  };
  [[nodiscard]] auto begin_cursor() const -> cursor { return cursor(*this); }
  [[nodiscard]] auto end_cursor() const -> ranges::default_sentinel_t { return {}; }

  std::span<std::int64_t const> at_;
  T longest_{};
  std::size_t fewest_ = 1;
};

/// Maximal runs of at least `min_spikes` spikes, none further from the one before than `max_interval`.
///
/// Result   a forward view of `burst`, in time order
/// Errors   none; a `min_spikes` of 0 counts as 1, which makes every lone spike a burst
/// Cost     each spike is looked at once
template <class S>
  requires detail::lasting_train<S>
auto bursts(S&& train, tick_of_t<std::remove_cvref_t<S>> max_interval, std::size_t min_spikes = 3) -> burst_view<tick_of_t<std::remove_cvref_t<S>>> {
  return {raw(train), max_interval, min_spikes};
}

/// A spike and whose it is.
template <tick T>
struct merged_spike {
  T time{};
  unit_index unit{};
  auto operator==(merged_spike const&) const -> bool = default;
};

/// Several trains in one time order; made by `merged(…)`.
template <tick T>
class merged_view : public ranges::view_facade<merged_view<T>, ranges::finite> {
 public:
  merged_view() = default;
  explicit merged_view(detail::merge_heap heads) : heads_(std::make_shared<detail::merge_heap const>(std::move(heads))) {}

 private:
  friend ranges::range_access;
  class cursor {
   public:
    cursor() = default;
    explicit cursor(detail::merge_heap heads) : heads_(std::move(heads)) {}
    [[nodiscard]] auto read() const -> merged_spike<T> { return {T{heads_.at()}, heads_.unit()}; }
    void next() {
      heads_.pop();
      ++done_;
    }
    [[nodiscard]] auto equal(cursor const& o) const -> bool { return done_ == o.done_; }
    [[nodiscard]] auto equal(ranges::default_sentinel_t) const -> bool { return heads_.empty(); }

   private:
    detail::merge_heap heads_;
    std::size_t done_ = 0;
  };
  [[nodiscard]] auto begin_cursor() const -> cursor { return heads_ == nullptr ? cursor() : cursor(*heads_); }
  [[nodiscard]] auto end_cursor() const -> ranges::default_sentinel_t { return {}; }

  std::shared_ptr<detail::merge_heap const> heads_;
};

/// Trains of one clock, of whatever types, merged: the first argument is unit 0, the next unit 1, …
///
/// Result   a forward view of `merged_spike`, in time order, the lower unit first where times are equal
/// Errors   none
/// Cost     O(log trains) a spike; an iterator holds 32 bytes a train, so copy it rarely
template <class S, class... More>
  requires detail::lasting_train<S> && (detail::lasting_train<More> && ...)
           && (std::same_as<tick_of_t<std::remove_cvref_t<S>>, tick_of_t<std::remove_cvref_t<More>>> && ...)
auto merged(S&& first, More&&... more) -> merged_view<tick_of_t<std::remove_cvref_t<S>>> {
  detail::merge_heap heads;
  unit_index unit = 0;
  heads.add(raw(first), unit);
  (heads.add(raw(more), ++unit), ...);
  return merged_view<tick_of_t<std::remove_cvref_t<S>>>(std::move(heads));
}

/// All trains of a population, merged.
template <population P>
  requires(!spike_train<P>) && detail::lasting_train<detail::train_of<P>>
auto merged(P const& trains) -> merged_view<detail::population_tick<P>> {
  detail::merge_heap heads;
  for (unit_index u = 0; u < trains.size(); ++u) heads.add(raw(trains[u]), u);
  return merged_view<detail::population_tick<P>>(std::move(heads));
}
template <population P>
  requires(!spike_train<P>) && (!detail::lasting<P>)
auto merged(P const&&) = delete;

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
