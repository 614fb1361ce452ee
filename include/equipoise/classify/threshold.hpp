// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The simplest classifier: fast-spiking if the trough-to-peak time is short. Features in, labelling out; a model of `classifier_of`.

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "classify.hpp"
#include "features.hpp"
#include "modes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What a cut made of the units.
struct threshold_classification {
  labelling cells;
  dip_result dip;  ///< of the trough-to-peak times
};

/// Putative inhibitory (FS) iff trough-to-peak ≤ cut, putative excitatory (RS) above it.
///
/// Positive-going and unusable waveforms are neither. A truncated waveform is RS if its lower bound exceeds the cut, else neither. Times tie
/// with the cut within 1 ns, so that grid times such as 51/120 ms and a cut typed as 0.425 are equal.
/// Input    one row of features per unit
/// Result   putative; confidence NaN, since a cut gives none; warnings with numbers, among them those of `bimodality_warnings`
/// Errors   `error` for a cut that is not above 0
/// Cost     that of a dip test, some 30 ms for 300 units
/// Source   0.425 ms: CellExplorer's narrow interneurons, rodents (Petersen et al. 2021, Neuron 109:3594); 0.5 ms: the gap between the clusters
///          of human cells in Peyrache et al. 2012, PNAS 109:1731, Fig. 3 (read off the figure)
struct threshold {
  double trough_to_peak_ms = 0.425;

  static constexpr auto rodent() noexcept -> threshold { return {.trough_to_peak_ms = 0.425}; }
  /// For human and other primate cortex. No single cut serves all of it: look at the distribution first.
  static constexpr auto primate() noexcept -> threshold { return {.trough_to_peak_ms = 0.5}; }

  /// The class of one unit.
  [[nodiscard]] auto class_of(waveform_features const& f) const noexcept -> cell {
    if (f.unusable() || f.has(waveform_flag::positive_going)) return cell::neither;
    if (f.trough_to_peak_ms > trough_to_peak_ms + tie_ms) return cell::e;
    return f.has(waveform_flag::truncated) ? cell::neither : cell::i;
  }
  auto operator()(std::vector<waveform_features> const& features) const -> labelling { return explain(features).cells; }
  [[nodiscard]] auto explain(std::vector<waveform_features> const& features) const -> threshold_classification;

  static constexpr double tie_ms = 1e-6;
};

/// A unit whose class hangs on the last digits of the cut.
struct unit_near_cut {
  unit_index unit;           ///< its row
  std::int64_t id;           ///< the file's number
  double trough_to_peak_ms;
};

/// The units within `distance_ms` of the cut, in order: those to move to the other side when asking how much hangs on the cut.
inline auto units_near_cut(std::vector<waveform_features> const& features, threshold const& cut, double distance_ms = 0.010) -> std::vector<unit_near_cut> {
  std::vector<unit_near_cut> near;
  for (std::size_t u = 0; u < features.size(); ++u) {
    auto const& f = features[u];
    if (f.unusable() || f.has(waveform_flag::positive_going)) continue;
    if (std::abs(f.trough_to_peak_ms - cut.trough_to_peak_ms) <= distance_ms + threshold::tie_ms)
      near.push_back({static_cast<unit_index>(u), f.id, f.trough_to_peak_ms});
  }
  return near;
}

inline auto threshold::explain(std::vector<waveform_features> const& features) const -> threshold_classification {
  if (!(trough_to_peak_ms > 0) || !std::isfinite(trough_to_peak_ms))
    throw error({.where = "threshold", .place = {}, .problem = "not a usable cut", .expected = "a trough-to-peak time above 0 ms",
                 .found = std::to_string(trough_to_peak_ms) + " ms", .advice = "0.425 ms is usual in rodents, 0.5 ms in primates"});
  auto const cut = detail::number(trough_to_peak_ms, "%.6g") + " ms";
  labelling out{.cells = {}, .confidence = {}, .method = "threshold " + cut, .putative = true, .warnings = waveform_warnings(features)};
  out.cells.reserve(features.size());
  for (auto const& f : features) out.cells.push_back(class_of(f));
  out.confidence.assign(features.size(), undefined(reason::not_available));
  if (auto const near = units_near_cut(features, *this); !near.empty())
    out.warnings.push_back({"units_near_cut", "within 10 µs of the cut at " + cut + ": " + detail::list_of(near, [](unit_near_cut const& n) {
                                                return "unit " + std::to_string(n.id) + " (" + detail::number(n.trough_to_peak_ms, "%.4f") + " ms)";
                                              }) + "; one cell can carry the result: repeat the analysis with the cut moved to either side"});
  auto const measured = measured_times(features);
  auto const dip = dip_test(measured);
  for (auto& w : bimodality_warnings(measured, dip, trough_to_peak_ms)) out.warnings.push_back(std::move(w));
  for (auto& w : group_warnings(out)) out.warnings.push_back(std::move(w));
  return {std::move(out), dip};
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
