// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The vocabulary of the fold, start → absorb → merge → finish: what flows, states, analyses, stages, partitions.
///
/// Pages    docs/reference/analysis.md, docs/reference/stage.md, docs/explanation/the_fold.md

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "spikes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

// ---- what flows ---------------------------------------------------------------------------------------------------------------------------

/// How many cells each ensemble has; what divides counts in `finish`.
struct population_sizes {
  std::int64_t e{}, i{};
  static auto fields(auto& s) { return std::tie(s.e, s.i); }
  auto operator==(population_sizes const&) const -> bool = default;
};

/// Excitatory and inhibitory events of one stretch of time as 32-bit offsets from `origin`, ascending.
template <tick T>
struct ei_block {
  window<T> when;                               ///< the time this block speaks for
  T origin{};                                   ///< offset 0; need not be the window's begin
  std::span<std::uint32_t const> e, i;          ///< offsets in ticks
  std::span<unit_index const> e_unit, i_unit;   ///< the unit of each event; empty unless the stage below asks for units

  /// The part of the block inside `w`, without a copy.
  [[nodiscard]] auto within(window<T> w) const noexcept -> ei_block {
    auto part = [&](std::span<std::uint32_t const> at, std::span<unit_index const> unit) {
      auto const lo = std::lower_bound(at.begin(), at.end(), (w.begin - origin).count());
      auto const hi = std::lower_bound(lo, at.end(), (w.end - origin).count());
      auto const from = static_cast<std::size_t>(lo - at.begin()), n = static_cast<std::size_t>(hi - lo);
      return std::pair(at.subspan(from, n), unit.empty() ? unit : unit.subspan(from, n));
    };
    auto const [at_e, unit_e] = part(e, e_unit);
    auto const [at_i, unit_i] = part(i, i_unit);
    return {w, origin, at_e, at_i, unit_e, unit_i};
  }
};

/// Complete bins first, first + 1, … of one scale; C is 8, 16 or 32 bits, whatever holds the counts.
template <class C>
struct count_row {
  using count_type = C;
  std::size_t scale{};     ///< index into the scales
  std::int64_t first{};    ///< bin k covers [k·width, (k + 1)·width) ticks
  std::span<C const> e, i; ///< counts, equally long
  [[nodiscard]] constexpr auto size() const noexcept -> std::size_t { return e.size(); }
};

/// What single units did in complete bins: how many fired, and the sum of squared counts; given by `pyramid(…).with_units()`.
struct unit_row {
  std::size_t scale{};
  std::int64_t first{};
  std::span<std::int64_t const> active_e, active_i;    ///< units with at least one spike in the bin
  std::span<std::int64_t const> squares_e, squares_i;  ///< Σ over units of (spikes of the unit in the bin)²
  [[nodiscard]] constexpr auto size() const noexcept -> std::size_t { return active_e.size(); }
};

/// The width of a scale as it was realised in the recording's ticks.
struct bin_width {
  std::int64_t count{};        ///< ticks
  std::int64_t num{1}, den{1}; ///< seconds per tick as num / den
  static auto fields(auto& w) { return std::tie(w.count, w.num, w.den); }
  [[nodiscard]] constexpr auto seconds() const noexcept -> double { return static_cast<double>(count) * static_cast<double>(num) / static_cast<double>(den); }
  auto operator==(bin_width const&) const -> bool = default;
};
/// The realised width in milliseconds, correctly rounded; for reading and for axes.
constexpr auto in_ms(bin_width w) noexcept -> double {
  return static_cast<double>(static_cast<long double>(w.count) * static_cast<long double>(w.num) * 1000.0L / static_cast<long double>(w.den));
}

/// What a metric may know of the scale it is asked about.
struct row_info {
  std::size_t scale{};
  bin_width width{};
  population_sizes sizes{};
  std::int64_t bins{};  ///< complete bins absorbed
};

template <tick T>
struct ei_layout {
  using tick_type = T;
  window<T> when;
  population_sizes sizes;
  std::size_t units{};
  bin_anchor<T> anchor{};
};
struct row_layout {
  std::vector<bin_width> widths;
  population_sizes sizes;
  auto operator==(row_layout const&) const -> bool = default;
};

// ---- states -------------------------------------------------------------------------------------------------------------------------------

/// Equality of a state from its `static auto fields(auto& s) { return std::tie(…); }`, which serves const and mutable states alike.
/// Checkpoints, clusters and the laws use the same `fields`; what `start` restores (the configuration) does not belong in them.
struct state_base {
  template <std::derived_from<state_base> S>
    requires requires(S const& s) { S::fields(s); }
  friend auto operator==(S const& a, S const& b) -> bool {
    return S::fields(a) == S::fields(b);
  }
};

/// A commutative monoid over disjoint stretches of time.
///
/// Laws     e ⊕ x == x; (x ⊕ y) ⊕ z == x ⊕ (y ⊕ z); x ⊕ y == y ⊕ x. `testing/laws.hpp` checks them.
template <class S>
concept mergeable = std::movable<S> && std::equality_comparable<S> && requires(S& a, S const& b) {
  { a.merge(b) } -> std::same_as<S&>;
};

template <class S, class Item>
concept absorbs = requires(S& s, Item const& x) { s.absorb(x); };

// ---- flows --------------------------------------------------------------------------------------------------------------------------------

/// A flow names what one stage gives and the next takes: a family of item and layout types over the tick.
struct events {
  template <tick T>
  using layout = equipoise::layout<T>;
  template <class S, class T>
  static constexpr bool fed = absorbs<S, event_block<T>>;
};
struct ei_events {
  template <tick T>
  using layout = equipoise::ei_layout<T>;
  template <class S, class T>
  static constexpr bool fed = absorbs<S, ei_block<T>>;
};
struct counts {
  template <tick>
  using layout = row_layout;
  template <class S, class>
  static constexpr bool fed = absorbs<S, count_row<std::uint8_t>> && absorbs<S, count_row<std::uint16_t>> && absorbs<S, count_row<std::uint32_t>>;
};
/// Counts and what single units did; can feed whoever takes `counts`.
struct unit_counts {
  template <tick>
  using layout = row_layout;
  template <class S, class T>
  static constexpr bool fed = counts::fed<S, T> && absorbs<S, unit_row>;
};

/// Whether what is given is what is taken.
template <class Gives, class Takes>
inline constexpr bool feeds = std::same_as<Gives, Takes>;
template <>
inline constexpr bool feeds<unit_counts, counts> = true;

/// A state that takes the items of a flow.
template <class S, class Flow, class T = std::chrono::nanoseconds>
concept accumulates = mergeable<S> && Flow::template fed<S, T>;

// ---- recipes ------------------------------------------------------------------------------------------------------------------------------

/// Types derived from this compose with `|` (pipeline/compose.hpp), which is found nowhere else.
namespace pipes {
struct composes {};
}  // namespace pipes

/// What analyses, stages and partitions derive from: nothing but a mark, so that `|` knows what may stand where.
struct analysis_base : pipes::composes {};
struct stage_base : pipes::composes {};
struct partition_base : pipes::composes {};

/// The state an analysis starts for a recording of tick T.
template <class A, class T>
using state_of = decltype(std::declval<A const&>().start(std::declval<typename A::takes::template layout<T> const&>()));

/// An immutable recipe: `start(layout) → state`, `finish(state) → result`. `finish` is pure and may be called at any time.
template <class A, class T = std::chrono::nanoseconds>
concept analysis = std::derived_from<A, analysis_base> && std::copy_constructible<A> && requires { typename A::takes; }
  && accumulates<state_of<A, T>, typename A::takes, T> && requires(A const& a, state_of<A, T> const& s) { a.finish(s); };

/// A recipe that turns one flow into another: `layout_after(layout)`, `attach(layout, down) → state` whose `down` is the state it feeds.
template <class S>
concept stage = std::derived_from<S, stage_base> && std::copy_constructible<S> && requires {
  typename S::takes;
  typename S::gives;
};

/// A way of dividing events by time: `over(analysis) → analysis` with a state per part.
template <class P>
concept partition = std::derived_from<P, partition_base> && std::copy_constructible<P>;

namespace detail {
/// Asks a state that can say so to refuse time it has absorbed already, before anything changes: `expect(window)`.
template <class S, class T>
void expect(S const& s, window<T> w) {
  if constexpr (requires { s.expect(w); }) s.expect(w);
}
/// Tells a state that can let go of something that no time before `before` will come any more: `settle(before)`.
template <class S, class T>
void settle(S& s, T before) {
  if constexpr (requires { s.settle(before); }) s.settle(before);
}

/// Working memory of a thread, grown and kept; it belongs to no state, so that states stay small however many there are.
/// One owner (a tag) at a time: a stage must not feed another of its own kind.
template <class Owner, class T>
auto working(std::size_t n) -> T* {
  thread_local std::vector<T> memory;
  if (memory.size() < n) memory.resize(n);
  return memory.data();
}
}  // namespace detail

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
