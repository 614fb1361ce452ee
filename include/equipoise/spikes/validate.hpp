// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Spikes as they are → a report of what is wrong with them: how often, and where first. Nothing is repaired.
///
/// Takes one train, a population, or bare columns of times and units that need not be sorted.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "population_blocks.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// How often something was found, and the first place.
struct finding {
  std::int64_t count{};
  std::size_t spike{};  ///< of the first: its position in the column, or in the train of `unit`
  unit_index unit{};
  std::int64_t tick{};
  auto operator==(finding const&) const -> bool = default;

  void add(std::size_t at_spike, unit_index of_unit, std::int64_t at_tick) noexcept {
    if (count++ == 0) spike = at_spike, unit = of_unit, tick = at_tick;
  }
};

/// What `validate` found. Each finding counts spikes, `empty` counts units.
struct validation_report {
  std::int64_t spikes{};
  std::size_t units{};
  finding unsorted;       ///< earlier than the spike before it in the column or train
  finding restarts;       ///< those of them that fall back by more than the tolerance: a clock that was reset
  finding negative;       ///< before the origin; a fault only where the window does not reach there
  finding duplicate;      ///< the tick of another spike of the same unit
  finding simultaneous;   ///< the tick of a spike of another unit: normal, for information
  finding out_of_window;  ///< outside the time that was observed
  finding unknown_unit;   ///< a unit that is not there
  finding unpaired;       ///< a time without a unit, or a unit without a time: the columns differ in length
  finding empty;          ///< units without spikes: normal, but a reader should know
  bool by_unit = false;   ///< the column is not in time order, but the spikes of each unit are: it lists unit after unit

  /// Whether a `spike_table` can be built of it as it stands, and no spike is there twice. Silent units and simultaneous spikes are no faults.
  [[nodiscard]] auto ok() const noexcept -> bool {
    return unsorted.count + duplicate.count + out_of_window.count + unknown_unit.count + unpaired.count == 0;
  }
  /// A warning for each finding, with the count, the first place and what to do; simultaneous spikes give none.
  [[nodiscard]] auto warnings() const -> std::vector<warning> {
    std::vector<warning> out;
    auto say = [&](finding const& f, char const* code, char const* what, char const* advice) {
      if (f.count == 0) return;
      auto const place = "spike " + std::to_string(f.spike) + ", unit " + std::to_string(f.unit) + ", tick " + std::to_string(f.tick);
      out.push_back({code, std::to_string(f.count) + " of " + std::to_string(spikes) + " spikes " + what + " (first: " + place + "); " + advice});
    };
    say(unpaired, "unpaired_spikes", "have a time but no unit, or a unit but no time", "the columns differ in length: is a file truncated?");
    say(unknown_unit, "unknown_units", "belong to a unit that is not there", "give the number of units of the recording");
    if (by_unit) say(unsorted, "listed_by_unit", "come earlier than the one before, as the spikes are listed unit after unit", "spike_table::sorted(…) merges them");
    else say(unsorted, "unsorted_times", "come earlier than the one before", "find out why before sorting with spike_table::sorted(…)");
    say(restarts, "clock_restarts", "fall far back in time", "the clock seems to have been reset: read the parts as recordings of their own, or shift them");
    if (out_of_window.count > 0) say(negative, "negative_times", "come before the origin", "are the times relative to something else than the recording's start?");
    say(out_of_window, "out_of_window", "lie outside the observed time", "give the extent of the recording, or leave them out knowingly");
    say(duplicate, "duplicate_spikes", "repeat a spike of the same unit at the same tick", "a sorter may have found one event twice: remove the copies knowingly");
    if (empty.count > 0)
      out.push_back({"empty_units", std::to_string(empty.count) + " of " + std::to_string(units) + " units have no spikes (first: unit " + std::to_string(empty.unit)
                                        + "); they count in population sizes unless they are left out"});
    return out;
  }
};

namespace detail {
struct placed_spike {
  std::int64_t at;
  unit_index unit;
  std::size_t spike;
};

/// Order, sign and window, in the order of the column or train.
template <tick T>
void look_at(validation_report& r, std::span<std::int64_t const> at, auto unit_of, epochs<T> const& observed, T tolerance) {
  for (std::size_t k = 0; k < at.size(); ++k) {
    auto const t = at[k];
    if (k > 0 && t < at[k - 1]) {
      r.unsorted.add(k, unit_of(k), t);
      // unsigned: the difference of two ticks may not fit in 64 bits with a sign
      if (static_cast<std::uint64_t>(at[k - 1]) - static_cast<std::uint64_t>(t) > static_cast<std::uint64_t>(tolerance.count())) r.restarts.add(k, unit_of(k), t);
    }
    if (t < 0) r.negative.add(k, unit_of(k), t);
    if (!observed.contains(T{t})) r.out_of_window.add(k, unit_of(k), t);
  }
}

/// What only shows when all spikes are in time order: repetitions, coincidences, silence. The first place is the first in time.
inline void look_together(validation_report& r, std::vector<placed_spike>& all) {
  auto const earlier = [](placed_spike const& a, placed_spike const& b) { return std::tie(a.at, a.unit, a.spike) < std::tie(b.at, b.unit, b.spike); };
  if (!std::is_sorted(all.begin(), all.end(), earlier)) std::sort(all.begin(), all.end(), earlier);
  std::vector<bool> fired(r.units);
  for (std::size_t k = 0; k < all.size(); ++k) {
    fired[all[k].unit] = true;
    if (k == 0 || all[k].at != all[k - 1].at) continue;
    (all[k].unit == all[k - 1].unit ? r.duplicate : r.simultaneous).add(all[k].spike, all[k].unit, all[k].at);
  }
  for (std::size_t u = 0; u < fired.size(); ++u)
    if (!fired[u]) r.empty.add(0, static_cast<unit_index>(u), 0);
}
}  // namespace detail

/// A fall of time by more than this is a restart of the clock, unless another tolerance is given.
template <tick T>
inline constexpr T restart_tolerance = std::chrono::round<T>(std::chrono::seconds{1});

/// Bare columns as a file gives them, in any order.
///
/// Result   counts and first places; positions are those in the column
/// Errors   none for whatever the columns hold
/// Cost     O(n log n) if the column is not in time order, else O(n); a copy of the spikes, 24 bytes each
template <tick T>
auto validate(std::span<std::int64_t const> at, std::span<unit_index const> unit, std::size_t units, epochs<T> const& observed, T tolerance = restart_tolerance<T>)
    -> validation_report {
  validation_report r;
  auto const n = (std::min)(at.size(), unit.size()), longer = (std::max)(at.size(), unit.size());
  r.spikes = static_cast<std::int64_t>(longer);
  r.units = units;
  for (auto k = n; k < longer; ++k) r.unpaired.add(k, k < unit.size() ? unit[k] : unit_index{}, k < at.size() ? at[k] : 0);
  detail::look_at(r, at.first(n), [&](std::size_t k) { return unit[k]; }, observed, tolerance);

  std::vector<detail::placed_spike> known;
  known.reserve(n);
  std::vector<std::int64_t> latest(units, (std::numeric_limits<std::int64_t>::min)());
  auto each_ascends = true;
  for (std::size_t k = 0; k < n; ++k) {
    if (unit[k] >= units) {
      r.unknown_unit.add(k, unit[k], at[k]);
      continue;
    }
    each_ascends = each_ascends && at[k] >= latest[unit[k]];
    latest[unit[k]] = at[k];
    known.push_back({at[k], unit[k], k});
  }
  r.by_unit = r.unsorted.count > 0 && each_ascends && r.unknown_unit.count == 0;
  if (r.by_unit) r.restarts = {};  // every unit's own clock runs on
  detail::look_together(r, known);
  return r;
}
template <tick T>
auto validate(std::span<std::int64_t const> at, std::span<unit_index const> unit, std::size_t units, window<T> when, T tolerance = restart_tolerance<T>)
    -> validation_report {
  return validate(at, unit, units, epochs<T>(when), tolerance);
}

/// One train, of whatever type; its unit is called 0.
template <spike_train S>
auto validate(S const& train, tick_of_t<S> tolerance = restart_tolerance<tick_of_t<S>>) -> validation_report {
  std::vector<unit_index> const zero(raw(train).size());
  return validate(raw(train), std::span<unit_index const>(zero), 1, epochs(when(train)), tolerance);
}

/// All trains of a population; order is looked at within each train, and each train against its own window. Positions are those in the train.
template <population P>
  requires(!spike_train<P>)
auto validate(P const& trains, detail::population_tick<P> tolerance = restart_tolerance<detail::population_tick<P>>) -> validation_report {
  validation_report r;
  r.units = trains.size();
  std::vector<detail::placed_spike> all;
  for (unit_index u = 0; u < r.units; ++u) {
    auto const& train = trains[u];
    auto const at = raw(train);
    detail::look_at(r, at, [u](std::size_t) { return u; }, epochs(when(train)), tolerance);
    for (std::size_t k = 0; k < at.size(); ++k) all.push_back({at[k], u, k});
  }
  r.spikes = static_cast<std::int64_t>(all.size());
  detail::look_together(r, all);
  return r;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
