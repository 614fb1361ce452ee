// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Interneurons with broad spikes, by the rise of their autocorrelograms: a labelling and features of spike trains in, a labelling out.

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "classify.hpp"
#include "train_features.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

struct wide_interneuron_options {
  double tau_rise_ms = 6;  ///< an autocorrelogram that rises more slowly is an interneuron's
  double least_z = 2;      ///< how sure that must be (autocorrelogram_fit::rise_z); 0: the fitted number alone, as CellExplorer
};

/// Units called RS whose autocorrelogram rises slowly become putative I, after any classifier.
///
/// Most autocorrelograms hold too few pairs of spikes to say on which side of 6 ms they rise; `least_z` leaves those units as they are.
/// Input    one row of features per unit, whose fit tested the same tau_rise_ms (autocorrelogram_fit_options::rise_threshold_ms) where least_z is above 0
/// Result   the labelling with "wide_interneurons", a warning that names the units; their confidence and posterior NaN, as the rule has none; given labels
///          are left alone
/// Errors   `error` unless there is one row per unit
/// Source   CellExplorer's second stage: Petersen et al. 2021, Neuron 109:3594
inline auto with_wide_interneurons(labelling cells, std::span<train_features const> trains, wide_interneuron_options const& o = {}) -> labelling {
  if (trains.size() != cells.cells.size())
    throw error({.where = "with_wide_interneurons", .place = {}, .problem = "one row of features per unit is needed", .expected = std::to_string(cells.cells.size()), .found = std::to_string(trains.size()), .advice = {}});
  if (!cells.putative) return cells;
  std::vector<std::size_t> moved;
  for (std::size_t u = 0; u < trains.size(); ++u)
    if (auto const& acg = trains[u].acg; cells.cells[u] == cell::e && acg.tau_rise_ms > o.tau_rise_ms && (o.least_z <= 0 || acg.rise_z > o.least_z)) moved.push_back(u);
  cells.method += ", wide interneurons by the rise of their autocorrelograms";
  if (moved.empty()) return cells;
  for (auto const u : moved) {
    cells.cells[u] = cell::i;
    if (!cells.confidence.empty()) cells.confidence[u] = undefined(reason::not_available);
    if (!cells.posterior_i.empty()) cells.posterior_i[u] = undefined(reason::not_available);
  }
  cells.warnings.push_back({"wide_interneurons", std::to_string(moved.size()) + " units with broad spikes were called putative I, as their autocorrelograms rise in more than " + detail::number(o.tau_rise_ms) + " ms: " +
                                                   detail::list_of(moved, [&](std::size_t u) { return "unit " + std::to_string(trains[u].id) + " (" + detail::number(trains[u].acg.tau_rise_ms) + " ms)"; })});
  return cells;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
