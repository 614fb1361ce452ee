// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// How much hangs on one cell: the correlation with a unit moved to the other side of the cut, scale by scale.

#include <cmath>
#include <cstddef>
#include <vector>

#include "../balance/coupling.hpp"
#include "../concepts/balance.hpp"
#include "../pipeline/compose.hpp"
#include "../pipeline/measure.hpp"
#include "../scales/pyramid.hpp"
#include "../spikes/split.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What moving one unit does to the zero-lag correlation.
struct unit_leverage {
  unit_index unit{};
  cell moved_to = cell::neither;
  std::vector<double> rho;       ///< with the unit moved, one per scale
  double largest_change = 0;     ///< max over scales of |Δ rho|, where both are defined
  std::size_t at_scale = 0;      ///< where
};

/// Re-runs the correlation with one unit after another moved from E to I or back; units of neither class are left out.
///
/// Result   one entry per unit given that has a class
/// Cost     one pass of binning and co_moments per unit
template <replayable R, scale_set Scales>
auto leverage(R const& recording, std::vector<cell> const& cells, Scales const& widths, std::vector<unit_index> const& units) -> std::vector<unit_leverage> {
  auto rho = [&](std::vector<cell> const& labels) { return (recording | (split(labels) | pyramid(widths) | measure("rho"_n = zero_lag_correlation{})))["rho"_n]; };
  std::vector<unit_leverage> out;
  if (units.empty()) return out;
  auto const as_given = rho(cells);
  for (auto const u : units) {
    if (cells[u] == cell::neither) continue;
    auto moved = cells;
    moved[u] = cells[u] == cell::e ? cell::i : cell::e;
    unit_leverage l{u, moved[u], rho(moved), 0, 0};
    for (std::size_t k = 0; k < as_given.size(); ++k)
      if (auto const change = std::abs(l.rho[k] - as_given[k]); change > l.largest_change) l.largest_change = change, l.at_scale = k;
    out.push_back(std::move(l));
  }
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
