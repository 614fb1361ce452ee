// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The recordings that the benchmarks run on, made once when first asked for.

#include <cstdint>
#include <equipoise/equipoise.hpp>
#include <vector>

#include "counts.hpp"

namespace bench {

namespace eq = equipoise;
using tick = eq::ticks<30'000>;

/// One hour, 80 RS units (lognormal, mean 2 Hz) and 20 FS units (mean 8 Hz) with a shared slow modulation, about 1.1 million spikes.
template <eq::tick T>
struct recording {
  eq::spike_table<T> table;
  std::vector<eq::cell> cells;
};
template <eq::tick T>
auto h1u100() -> recording<T> const& {
  static auto const made = [] {
    auto [table, cells] = eq::modulated_population<T>{}.recording(1);
    return recording<T>{std::move(table), std::move(cells)};
  }();
  return made;
}

/// Eight hours, 320 RS and 80 FS units of the same rates, about 37 million spikes.
inline auto h8u400() -> recording<tick> const& {
  static auto const made = [] {
    auto [table, cells] = eq::modulated_population<tick>{.units_e = 320, .units_i = 80, .seconds = 8 * 3600}.recording(8);
    return recording<tick>{std::move(table), std::move(cells)};
  }();
  return made;
}

/// Half an hour of 400 such units, about 2.3 million spikes.
inline auto m30u400() -> recording<tick> const& {
  static auto const made = [] {
    auto [table, cells] = eq::modulated_population<tick>{.units_e = 320, .units_i = 80, .seconds = 1800}.recording(30);
    return recording<tick>{std::move(table), std::move(cells)};
  }();
  return made;
}

/// The study that the ways of running one are timed with: 32 scales, all three families of statistics.
inline auto whole_study(std::vector<eq::cell> const& cells) {
  using namespace eq::literals;
  return eq::split(cells) | eq::pyramid(eq::log_scales<32>()) | eq::measure("rho"_n = eq::zero_lag_correlation{}, "lag"_n = eq::peak_lag{.within = 20}, "tail"_n = eq::tail_index{});
}

/// All rows of all scales of h1u100, binned: what the statistics are timed on.
struct binned_row {
  std::size_t scale;
  std::int64_t first;
  std::vector<std::uint8_t> e8, i8;
  std::vector<std::uint16_t> e16, i16;
};
/// Keeps the rows as the pyramid hands them on.
struct keep : eq::state_base {
  std::vector<binned_row> rows;
  static auto fields(auto& s) { return std::tie(s.kept); }
  std::int64_t kept = 0;
  auto merge(keep const& o) -> keep& { return kept += o.kept, *this; }
  template <class C>
  void absorb(eq::count_row<C> const& r) {
    binned_row b{r.scale, r.first, {}, {}, {}, {}};
    if constexpr (sizeof(C) == 1) b.e8.assign(r.e.begin(), r.e.end()), b.i8.assign(r.i.begin(), r.i.end());
    else b.e16.assign(r.e.begin(), r.e.end()), b.i16.assign(r.i.begin(), r.i.end());
    rows.push_back(std::move(b));
  }
};
struct kept_rows {
  using statistic = keep;
  auto operator()(keep const& s, eq::row_info const&) const -> std::vector<binned_row> { return s.rows; }
};
inline auto rows() -> std::vector<std::vector<binned_row>> const& {
  using namespace eq::literals;
  static auto const made = [] {
    auto const& r = h1u100<tick>();
    return eq::run(r.table, eq::split(r.cells) | eq::pyramid(eq::log_scales<32>()) | eq::measure("rows"_n = kept_rows{}))["rows"_n];
  }();
  return made;
}

/// Gives every row of a scale to a statistic.
template <class Statistic>
void absorb_all(std::vector<binned_row> const& from, Statistic& s) {
  for (auto const& r : from) {
    if (!r.e8.empty()) s.absorb(eq::count_row<std::uint8_t>{r.scale, r.first, r.e8, r.i8});
    else s.absorb(eq::count_row<std::uint16_t>{r.scale, r.first, r.e16, r.i16});
  }
}

}  // namespace bench
