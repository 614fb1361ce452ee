// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Trains by unit → events in time order: the k-way merge, and `blocks_of`, which makes an event source of anybody's population.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "blocks.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
/// What still has its spikes when the expression that named it is over: a reference, or a view that owns nothing.
template <class S>
inline constexpr bool lasting = std::is_lvalue_reference_v<S> || std::is_trivially_destructible_v<std::remove_cvref_t<S>>;
template <class S>
concept lasting_train = spike_train<std::remove_cvref_t<S>> && lasting<S>;

/// The train that a population gives, a reference or a value; and its tick.
template <class P>
using train_of = decltype(std::declval<P const&>()[unit_index{}]);
template <class P>
using population_tick = tick_of_t<std::remove_cvref_t<train_of<P>>>;

/// Next spikes of k trains in a binary heap: the earliest on top, the lower unit first where ticks are equal.
///
/// Cost     O(log k) a spike; 32 bytes a train
class merge_heap {
 public:
  void add(std::span<std::int64_t const> train, unit_index unit) {
    if (train.empty()) return;
    heads_.push_back({train, unit});
    std::push_heap(heads_.begin(), heads_.end(), later);
  }
  [[nodiscard]] auto empty() const noexcept -> bool { return heads_.empty(); }
  [[nodiscard]] auto at() const noexcept -> std::int64_t { return heads_.front().rest.front(); }
  [[nodiscard]] auto unit() const noexcept -> unit_index { return heads_.front().unit; }
  void pop() {
    std::pop_heap(heads_.begin(), heads_.end(), later);
    auto& rest = heads_.back().rest;
    rest = rest.subspan(1);
    if (rest.empty()) heads_.pop_back();
    else std::push_heap(heads_.begin(), heads_.end(), later);
  }

 private:
  struct head {
    std::span<std::int64_t const> rest;
    unit_index unit;
  };
  static auto later(head const& a, head const& b) noexcept -> bool { return a.rest.front() != b.rest.front() ? a.rest.front() > b.rest.front() : a.unit > b.unit; }
  std::vector<head> heads_;
};
}  // namespace detail

/// The spikes of a population, merged block by block. Models `event_source`.
///
/// Memory   the spikes of one block, and 32 bytes a unit; the trains are borrowed and must outlive it
/// Errors   the constructor throws `error` if a unit was observed for part of the time only; `next` throws `error` if a train is not ascending or
///          leaves the population's window: nothing is averaged, sorted or dropped in silence
/// Cost     O(log units) a spike
template <tick T>
class population_blocks {
 public:
  using tick_type = T;

  template <population P>
  population_blocks(P const& trains, epochs<T> const& observed, T length)
      : observed_(observed & epochs<T>(trains.when())), within_(trains.when()), length_(length), units_(trains.size()) {
    static_assert(detail::lasting_train<detail::train_of<P>>,
                  "equipoise: population[u] gives a train that owns its spikes and dies at once; return a reference or a spike_span");
    if (length <= T{}) throw error("blocks: a block must be longer than nothing");
    for (unit_index u = 0; u < units_; ++u) {
      if (auto const own = when(trains[u]); !(observed_ - epochs<T>(own)).empty())
        throw error({.where = "blocks_of",
                     .place = "unit " + std::to_string(u),
                     .problem = "the unit was not observed for the whole time, and its silence would count as no spikes",
                     .expected = text(observed_.hull()),
                     .found = text(own),
                     .advice = "take the time that all units share: blocks_of(trains, common_time(trains)), or leave the unit out"});
      heap_.add(raw(trains[u]), u);
    }
    if (!observed_.empty()) now_ = observed_.windows().front().begin;
  }

  [[nodiscard]] auto layout() const noexcept -> equipoise::layout<T> { return {observed_.hull(), units_}; }

  auto next() -> std::optional<event_block<T>> {
    at_.clear();
    unit_.clear();
    if (window_ == observed_.size()) {
      while (!heap_.empty()) take();  // what lies behind the last epoch is looked at too
      return std::nullopt;
    }
    auto const stretch = observed_.windows()[window_];
    window<T> const w{now_, stretch.end - now_ > length_ ? now_ + length_ : stretch.end};
    while (!heap_.empty() && heap_.at() < w.begin.count()) take();
    while (!heap_.empty() && heap_.at() < w.end.count()) {
      at_.push_back(heap_.at());
      unit_.push_back(heap_.unit());
      take();
    }
    now_ = w.end;
    if (now_ == stretch.end && ++window_ < observed_.size()) now_ = observed_.windows()[window_].begin;
    return event_block<T>{w, at_, unit_};
  }

 private:
  static auto text(window<T> w) -> std::string { return std::to_string(in_seconds(w.begin)) + " s to " + std::to_string(in_seconds(w.end)) + " s"; }
  void take() {
    auto const t = heap_.at();
    auto const wrong = !within_.contains(T{t});
    if (wrong || t < last_)
      throw error({.where = "blocks_of",
                   .place = "unit " + std::to_string(heap_.unit()),
                   .problem = wrong ? "a spike lies outside the population's window" : "times are not ascending",
                   .expected = wrong ? "[" + std::to_string(within_.begin.count()) + ", " + std::to_string(within_.end.count()) + ")" : "at least " + std::to_string(last_),
                   .found = std::to_string(t),
                   .advice = "validate(…) counts such places"});
    last_ = t;
    heap_.pop();
  }

  epochs<T> observed_;
  window<T> within_;
  T length_;
  T now_{};
  std::size_t units_, window_ = 0;
  detail::merge_heap heap_;
  std::int64_t last_ = (std::numeric_limits<std::int64_t>::min)();
  std::vector<std::int64_t> at_;
  std::vector<unit_index> unit_;
};

/// The time in which all units of a population were observed: what a study of units of unlike observation times can speak of.
///
/// Result   one window, or none
template <population P>
auto common_time(P const& trains) -> epochs<detail::population_tick<P>> {
  epochs<detail::population_tick<P>> shared(trains.when());
  for (unit_index u = 0; u < trains.size(); ++u) shared = shared & epochs<detail::population_tick<P>>(when(trains[u]));
  return shared;
}

/// A pass over any population: `blocks_of(mine) | study`. A population that is `replayable` gives its own blocks, with the gaps it knows of.
///
/// Result   an `event_source`; time within the population's window counts as observed
/// Errors   those of `population_blocks`
template <population P>
auto blocks_of(P const& trains) {
  using T = detail::population_tick<P>;
  if constexpr (replayable<P>) return trains.blocks();
  else return population_blocks<T>(trains, epochs<T>(trains.when()), std::chrono::round<T>(std::chrono::seconds{30}));
}
/// A pass over the part of a population inside `when`; the bins' origin does not move.
template <population P>
auto blocks_of(P const& trains, epochs<detail::population_tick<P>> const& when) {
  using T = detail::population_tick<P>;
  if constexpr (requires { { trains.blocks(when) } -> event_source; }) return trains.blocks(when);
  else return population_blocks<T>(trains, when, std::chrono::round<T>(std::chrono::seconds{30}));
}
/// A pass over one worker's share of a population that has no blocks of its own.
template <population P>
  requires(!restrictable<P>)
auto blocks_of(P const& trains, part p) {
  return blocks_of(trains, share(epochs<detail::population_tick<P>>(trains.when()), p));
}
/// A temporary population would take its spikes with it: refused.
template <population P>
  requires(!detail::lasting<P>)
auto blocks_of(P const&&) = delete;
template <population P>
  requires(!detail::lasting<P>)
auto blocks_of(P const&&, epochs<detail::population_tick<P>> const&) = delete;
template <population P>
  requires(!detail::lasting<P>)
auto blocks_of(P const&&, part) = delete;

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
