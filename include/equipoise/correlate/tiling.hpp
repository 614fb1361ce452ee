// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Spike trains → spike time tiling coefficients: how much two units fire together, whatever their rates. All pairs in one pass, or one pair.
///
/// Counts and tiles are integers; one division per term at the end. The same on every instruction set.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/epochs.hpp"
#include "../simd/flag_counts.hpp"
#include "../spikes/population_blocks.hpp"
#include "../spikes/recording.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What the tiling coefficient of two trains a and b is made of.
///
/// Law      `tiled <= observed`, `coincident <= spikes`; of a train with itself, `coincident == spikes`
template <tick T>
struct tiled_pair {
  std::int64_t spikes_a{}, spikes_b{};
  std::int64_t coincident_a{}, coincident_b{};  ///< spikes of a within dt of any spike of b, and of b within dt of any of a
  T tiled_a{}, tiled_b{};                       ///< observed time within dt of a spike, each moment once
  T observed{};

  auto operator==(tiled_pair const&) const -> bool = default;

  /// P_A, P_B: the share of a train's spikes that are coincident; NaN (`no_spikes`) of an empty train.
  [[nodiscard]] auto coincident_share_a() const noexcept -> double { return share(coincident_a, spikes_a); }
  [[nodiscard]] auto coincident_share_b() const noexcept -> double { return share(coincident_b, spikes_b); }
  /// T_A, T_B: the share of time that a train's tiles cover, which is the P of a train that does not know of it. NaN (`no_spikes`) if no time was observed.
  [[nodiscard]] auto tiled_share_a() const noexcept -> double { return share(tiled_a.count(), observed.count()); }
  [[nodiscard]] auto tiled_share_b() const noexcept -> double { return share(tiled_b.count(), observed.count()); }

  /// The spike time tiling coefficient.
  ///
  ///   ½ [(P_A − T_B)/(1 − P_A T_B) + (P_B − T_A)/(1 − P_B T_A)];  a term with P T = 1 is 1
  ///
  /// Result   dimensionless in [−1, 1]; 1 of a train with itself; NaN (`no_spikes`) if either train is empty
  /// Errors   none. Each term is a quotient of exact integers
  /// Source   Cutts & Eglen 2014, J. Neurosci. 34:14288
  [[nodiscard]] auto coefficient() const noexcept -> double {
    if (spikes_a == 0 || spikes_b == 0) return undefined(reason::no_spikes);
    return 0.5 * (term(coincident_a, spikes_a, tiled_b) + term(coincident_b, spikes_b, tiled_a));
  }

 private:
  static auto share(std::int64_t part, std::int64_t whole) noexcept -> double {
    return whole == 0 ? undefined(reason::no_spikes) : static_cast<double>(part) / static_cast<double>(whole);
  }
  /// (P − T)/(1 − P T), P = coincident/spikes, T = tiled/observed, both multiplied by spikes · observed: nothing cancels in floating point.
  auto term(std::int64_t coincident, std::int64_t spikes, T tiled) const noexcept -> double {
    auto const below = int128{spikes} * observed.count() - int128{coincident} * tiled.count();
    if (below == 0) return 1;
    return static_cast<double>(int128{coincident} * observed.count() - int128{spikes} * tiled.count()) / static_cast<double>(below);
  }
};

namespace detail {
/// The time within dt of the spikes of one unit, merged and clipped to the window; spikes come in order.
struct tiles {
  std::int64_t covered = 0, reach = 0;

  void open(std::int64_t begin) noexcept { reach = begin; }
  void add(std::int64_t spike, std::int64_t begin, std::int64_t end, std::int64_t dt) noexcept {  // differences: sums could overflow
    auto const from = spike - begin > dt ? spike - dt : begin, to = end - spike > dt ? spike + dt : end;
    covered += to - (std::max)(from, reach);
    reach = to;
  }
};

inline void expect_tile_width(std::int64_t dt) {
  if (dt < 0) throw error({.where = "tiling", .place = {}, .problem = "dt is negative", .expected = "0 or more ticks", .found = std::to_string(dt), .advice = {}});
}

/// Spikes of `a` within dt of any spike of `b`.
inline auto coincident_spikes(std::span<std::int64_t const> a, std::span<std::int64_t const> b, std::int64_t dt) noexcept -> std::int64_t {
  std::int64_t n = 0;
  std::size_t k = 0;
  for (auto const s : a) {
    while (k < b.size() && s - b[k] > dt) ++k;
    n += k < b.size() && b[k] - s <= dt;
  }
  return n;
}

/// Coincident spikes of all pairs of units, window by window.
///
/// Event by event, a byte per unit says whether the unit has a spike within dt; that row of flags is added to the counts of the event's unit. Two
/// cursors keep the flags: one takes in what comes up to dt later, one lets go what lies more than dt back. Whatever the order of equal times, all are
/// taken in before the first is looked at.
template <class Arch>
class tile_counter {
 public:
  tile_counter(std::size_t units, std::int64_t dt)
      : units_(units), stride_((units + simd::width<Arch, std::uint8_t> - 1) / simd::width<Arch, std::uint8_t> * simd::width<Arch, std::uint8_t>), dt_(dt), flags_(stride_), fill_(units), rows_(units * stride_), inside_(units),
        tiles_(units), coincident_(units * units) {}

  /// Counts one observed window. Precondition: `at` ascends within [begin, end), one unit below `units` each.
  void observe(std::int64_t begin, std::int64_t end, std::span<std::int64_t const> at, std::span<unit_index const> unit) noexcept {
    std::fill(flags_.begin(), flags_.end(), std::uint8_t{0});
    std::fill(inside_.begin(), inside_.end(), std::size_t{0});
    for (auto& t : tiles_) t.open(begin);
    std::size_t lead = 0, tail = 0;
    for (std::size_t k = 0; k < at.size(); ++k) {
      auto const now = at[k];
      for (; lead < at.size() && at[lead] - now <= dt_; ++lead) ++inside_[unit[lead]], flags_[unit[lead]] = 1;
      for (; now - at[tail] > dt_; ++tail) flags_[unit[tail]] = --inside_[unit[tail]] != 0;
      tiles_[unit[k]].add(now, begin, end, dt_);
      simd::add_flags<Arch>(rows_.data() + unit[k] * stride_, flags_.data(), stride_);
      if (++fill_[unit[k]] == simd::most_flags) drain(unit[k]);
    }
    for (std::size_t u = 0; u < units_; ++u) drain(u);
  }
  [[nodiscard]] auto tiled(std::size_t u) const noexcept -> std::int64_t { return tiles_[u].covered; }
  /// units × units, row-major: spikes of the row's unit within dt of the column's.
  [[nodiscard]] auto coincident() && noexcept -> std::vector<std::int64_t> { return std::move(coincident_); }

 private:
  void drain(std::size_t u) noexcept {
    simd::drain_flags(rows_.data() + u * stride_, units_, coincident_.data() + u * units_);
    fill_[u] = 0;
  }

  std::size_t units_, stride_;
  std::int64_t dt_;
  std::vector<std::uint8_t> flags_, fill_, rows_;
  std::vector<std::size_t> inside_;
  std::vector<tiles> tiles_;
  std::vector<std::int64_t> coincident_;
};

/// A population's spikes in time order: a table's own columns, or a table made of what its blocks give.
template <tick T>
auto pooled(spike_table<T> const& table) -> spike_table<T> const& {
  return table;
}
inline auto pooled(recording const& r) -> spike_table<recording::tick_type> const& { return r.table; }
template <population P>
auto pooled(P const& trains) -> spike_table<population_tick<P>> {
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  epochs<population_tick<P>> observed;
  auto blocks = blocks_of(trains);
  while (auto const b = blocks.next()) {
    expect_sound(*b, trains.size());
    observed.add(b->when);
    at.insert(at.end(), b->at.begin(), b->at.end());
    unit.insert(unit.end(), b->unit.begin(), b->unit.end());
  }
  return {std::move(at), std::move(unit), trains.size(), std::move(observed)};
}
}  // namespace detail

/// Tiling coefficients of all pairs of a population, and what they are made of.
///
/// Shape    size() × size(), symmetric; units below size()
/// Result   `(i, j)` in [−1, 1]; 1 on the diagonal of units that fire; NaN (`no_spikes`) for silent ones
template <tick T>
class spike_time_tiling {
 public:
  using tick_type = T;

  spike_time_tiling() = default;
  /// Counts by the kernel of one instruction set; `tiling` is the way to call it.
  template <class Arch>
  spike_time_tiling(Arch, spike_table<T> const& table, T within, epochs<T> const& when) : within_(within), units_(table.size()) {
    detail::expect_tile_width(within.count());
    detail::tile_counter<Arch> counter(units_, within.count());
    event_block<T> const all{table.when(), table.at(), table.unit()};
    for (auto const& w : table.observed() & when) {
      auto const part = all.within(w);
      counter.observe(w.begin.count(), w.end.count(), part.at, part.unit);
      observed_ += w.length();
    }
    for (std::size_t u = 0; u < units_; ++u) tiled_.push_back(T{counter.tiled(u)});
    coincident_ = std::move(counter).coincident();
  }

  [[nodiscard]] auto size() const noexcept -> std::size_t { return units_; }
  /// dt, and the time that was observed.
  [[nodiscard]] auto within() const noexcept -> T { return within_; }
  [[nodiscard]] auto observed() const noexcept -> T { return observed_; }
  [[nodiscard]] auto spikes(unit_index u) const noexcept -> std::int64_t { return coincident(u, u); }
  /// Spikes of i within dt of any spike of j; not symmetric.
  [[nodiscard]] auto coincident(unit_index i, unit_index j) const noexcept -> std::int64_t { return coincident_[i * units_ + j]; }
  /// Observed time within dt of a spike of the unit.
  [[nodiscard]] auto tiled(unit_index u) const noexcept -> T { return tiled_[u]; }
  [[nodiscard]] auto pair(unit_index i, unit_index j) const noexcept -> tiled_pair<T> {
    return {spikes(i), spikes(j), coincident(i, j), coincident(j, i), tiled(i), tiled(j), observed_};
  }
  /// The coefficient of two units.
  [[nodiscard]] auto operator()(unit_index i, unit_index j) const noexcept -> double { return pair(i, j).coefficient(); }
  auto operator==(spike_time_tiling const&) const -> bool = default;

 private:
  T within_{}, observed_{};
  std::size_t units_ = 0;
  std::vector<std::int64_t> coincident_;
  std::vector<T> tiled_;
};

/// The spike time tiling coefficients of all pairs of a population, in one pass over its spikes.
///
/// A spike of one unit is coincident with another unit if that one has a spike at most dt earlier or later, dt included. Each observed window stands
/// for itself: tiles end where it ends, and spikes on both sides of a gap are never coincident.
///
/// Input    spikes of all units in time order; `within` is dt; `when` restricts to the observed part of it
/// Result   `spike_time_tiling`: coefficients by pair, and the integers behind them
/// Errors   `error` if dt is negative; those of `blocks_of` for populations that are neither `spike_table` nor `recording`
/// Cost     per spike one addition of bytes per 64 units (AVX-512) and a few steps, about 15 ns for 100 units; units² · 9 bytes
/// Source   Cutts & Eglen 2014, J. Neurosci. 34:14288
template <population P>
auto tiling(P const& trains, detail::population_tick<P> within, epochs<detail::population_tick<P>> const& when) -> spike_time_tiling<detail::population_tick<P>> {
  return {simd::best_arch{}, detail::pooled(trains), within, when};
}
template <population P>
auto tiling(P const& trains, detail::population_tick<P> within) -> spike_time_tiling<detail::population_tick<P>> {
  auto const& table = detail::pooled(trains);
  return {simd::best_arch{}, table, within, table.observed()};
}

/// The tiling of one pair of trains; `observed` says where they were observed if that is not all of their window (`table.observed()`).
///
/// Result   `tiled_pair`; its `coefficient()` is that of `tiling` of the population
/// Errors   `error` if dt is negative, or the trains' windows differ and no common time is given. Precondition: ascending trains
/// Cost     linear in the spikes of both, for each
template <spike_train A, spike_train B>
  requires std::same_as<tick_of_t<A>, tick_of_t<B>>
auto tiling(A const& a, B const& b, tick_of_t<A> within, epochs<tick_of_t<A>> const& observed) -> tiled_pair<tick_of_t<A>> {
  auto const dt = within.count();
  detail::expect_tile_width(dt);
  tiled_pair<tick_of_t<A>> sum;
  for (auto const& w : observed & epochs(when(a)) & epochs(when(b))) {
    auto const begin = w.begin.count(), end = w.end.count();
    auto inside = [&](std::span<std::int64_t const> x) { return std::span(std::lower_bound(x.begin(), x.end(), begin), std::lower_bound(x.begin(), x.end(), end)); };
    auto covered = [&](std::span<std::int64_t const> x) {
      detail::tiles t{0, begin};
      for (auto const s : x) t.add(s, begin, end, dt);
      return tick_of_t<A>{t.covered};
    };
    auto const x = inside(raw(a)), y = inside(raw(b));
    sum.spikes_a += static_cast<std::int64_t>(x.size()), sum.spikes_b += static_cast<std::int64_t>(y.size());
    sum.coincident_a += detail::coincident_spikes(x, y, dt), sum.coincident_b += detail::coincident_spikes(y, x, dt);
    sum.tiled_a += covered(x), sum.tiled_b += covered(y), sum.observed += w.length();
  }
  return sum;
}
template <spike_train A, spike_train B>
  requires std::same_as<tick_of_t<A>, tick_of_t<B>>
auto tiling(A const& a, B const& b, tick_of_t<A> within) -> tiled_pair<tick_of_t<A>> {
  if (when(a) != when(b))
    throw error({.where = "tiling", .place = {}, .problem = "the trains were observed in different windows", .expected = "one window", .found = "two",
                 .advice = "give the time that both share: tiling(a, b, dt, epochs(intersection(when(a), when(b))))"});
  return tiling(a, b, within, epochs<tick_of_t<A>>(when(a)));
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
