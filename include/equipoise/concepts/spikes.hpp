// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The vocabulary of spikes: trains, populations, blocks of events, and where they come from.
///
/// Pages    docs/reference/spike_train.md, docs/reference/event_source.md

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/time.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A unit's position in its recording, 0 … units − 1. What the file called it is kept beside (`unit_info::id`).
using unit_index = std::uint32_t;

namespace detail {
/// `tick_type`, `raw(s)` and `when(s)` of types that have them as members; nothing of others. A partial specialisation by SFINAE and not by
/// `requires`: g++ 12 forgets a constrained one now and then in long translation units.
template <class S, class = void>
struct traits_of_members {};
template <class S>
struct traits_of_members<S, std::enable_if_t<tick<typename S::tick_type> && std::is_convertible_v<decltype(std::declval<S const&>().raw()), std::span<std::int64_t const>>
                                             && std::is_same_v<decltype(std::declval<S const&>().when()), window<typename S::tick_type>>>> {
  using tick_type = typename S::tick_type;
  static auto raw(S const& s) noexcept -> std::span<std::int64_t const> { return s.raw(); }
  static auto when(S const& s) noexcept -> window<tick_type> { return s.when(); }
};
}  // namespace detail

/// The one customisation point for a user's own train: specialise it with `tick_type`, `raw(s)` and `when(s)`.
///
/// Types that have those as members need no specialisation.
template <class S>
struct spike_train_traits : detail::traits_of_members<S> {};

/// The spikes of one unit: ascending raw ticks and the window in which they were observed.
template <class S>
concept spike_train = requires(S const& s) {
  typename spike_train_traits<S>::tick_type;
  requires tick<typename spike_train_traits<S>::tick_type>;
  { spike_train_traits<S>::raw(s) } -> std::convertible_to<std::span<std::int64_t const>>;
  { spike_train_traits<S>::when(s) } -> std::same_as<window<typename spike_train_traits<S>::tick_type>>;
};

template <spike_train S>
using tick_of_t = typename spike_train_traits<S>::tick_type;

/// Raw ticks of any train, ascending, without a copy.
template <spike_train S>
auto raw(S const& s) noexcept -> std::span<std::int64_t const> {
  return spike_train_traits<S>::raw(s);
}
/// The window in which a train was observed.
template <spike_train S>
auto when(S const& s) noexcept -> window<tick_of_t<S>> {
  return spike_train_traits<S>::when(s);
}

/// Trains that were recorded together, by unit.
template <class P>
concept population = requires(P const& p, unit_index u) {
  { p.size() } -> std::convertible_to<std::size_t>;
  requires spike_train<std::remove_cvref_t<decltype(p[u])>>;  // a reference, or a view by value
  p.when();
};

/// Events of all units in one stretch of time, ascending in time; borrowed memory.
template <tick T>
struct event_block {
  using tick_type = T;
  window<T> when;                    ///< the time this block speaks for, spikes or not
  std::span<std::int64_t const> at;  ///< raw ticks, ascending, all inside `when`
  std::span<unit_index const> unit;  ///< the unit of each event

  [[nodiscard]] auto size() const noexcept -> std::size_t { return at.size(); }
  /// Whether the block is what it must be: a unit below `units` for each event, events ascending and inside `when`. One pass, no branch per event.
  [[nodiscard]] auto sound(std::size_t units) const noexcept -> bool {
    if (at.size() != unit.size()) return false;
    if (at.empty()) return true;
    std::int64_t descends = 0;
    unit_index largest = 0;
    for (std::size_t k = 0; k + 1 < at.size(); ++k) descends |= static_cast<std::int64_t>(at[k + 1] < at[k]);
    for (auto const u : unit) largest = (std::max)(largest, u);
    return descends == 0 && at.front() >= when.begin.count() && at.back() < when.end.count() && largest < units;
  }
  /// The part of the block inside `w`, without a copy.
  [[nodiscard]] auto within(window<T> w) const noexcept -> event_block {
    auto const lo = std::lower_bound(at.begin(), at.end(), w.begin.count());
    auto const hi = std::lower_bound(lo, at.end(), w.end.count());
    auto const from = static_cast<std::size_t>(lo - at.begin()), n = static_cast<std::size_t>(hi - lo);
    return {w, at.subspan(from, n), unit.subspan(from, n)};
  }
};

/// Where bins are counted from: bin k of width w covers [at + k·w, at + (k + 1)·w). The recording's origin, unless a partition anchors its parts.
///
/// Stretches with anchors of their own are numbered, so that their bins never bear one number, nor follow one another.
template <tick T>
struct bin_anchor {
  T at{};
  std::int64_t stretch{};
  auto operator==(bin_anchor const&) const -> bool = default;
};

/// What a run must know before the first event: the window it may cover, how many units there are, and where bins are counted from.
template <tick T>
struct layout {
  using tick_type = T;
  window<T> when;
  std::size_t units{};
  bin_anchor<T> anchor{};
  std::shared_ptr<std::vector<bool> const> members{};  ///< the units that take part, where a partition divides them; empty: all

  [[nodiscard]] auto has(std::size_t unit) const -> bool { return members == nullptr || (*members)[unit]; }
};

namespace detail {
/// Passes a block on, or says what is wrong with it: what comes from a user's own source is not trusted with memory.
template <tick T>
auto expect_sound(event_block<T> const& b, std::size_t units) -> event_block<T> const& {
  if (!b.sound(units))
    throw error({.where = "event source", .place = "the block from " + std::to_string(in_seconds(b.when.begin)) + " s to " + std::to_string(in_seconds(b.when.end)) + " s", .problem = "not usable",
                 .expected = "events ascending and inside that time, each with a unit below " + std::to_string(units), .found = "events out of order, out of that time, without a unit or of a unit that is not there",
                 .advice = "mend `next()` of the source; see docs/how-to/own_source.md"});
  return b;
}
}  // namespace detail

/// Events in time order, block by block; a block's memory is valid until the next call. A file, an amplifier, a simulated network.
///
/// Blocks are ascending and disjoint. Time between two blocks is a gap: it was not observed.
template <class S>
concept event_source = requires(S& s) {
  typename S::tick_type;
  { s.layout() } -> std::same_as<layout<typename S::tick_type>>;
  { s.next() } -> std::same_as<std::optional<event_block<typename S::tick_type>>>;
};

/// Something that can be read again and again: each call of `blocks()` starts a new pass.
template <class R>
concept replayable = requires(R const& r) {
  { r.blocks() } -> event_source;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
