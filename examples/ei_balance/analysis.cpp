// SPDX-License-Identifier: BSL-1.0
#include "analysis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <equipoise/classify/classify.hpp>
#include <equipoise/classify/threshold.hpp>
#include <equipoise/io/csv.hpp>
#include <equipoise/io/phy.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/blocks.hpp>
#include <equipoise/spikes/split.hpp>

using namespace equipoise;
using namespace std::chrono_literals;
using ns = std::chrono::nanoseconds;

namespace {

constexpr std::int64_t pixels = 1000;   // across a picture of the whole recording
constexpr double near_cut_ms = 0.010;   // a cell this close to the cut is one that a small error moves
constexpr double matters = 0.05;        // a change of r that is worth a warning

/// The study: everything that is reported, in one pass.
auto study_of(labelling const& cells, scales const& widths, std::int64_t lags, ns pixel) {
  return split(cells) | pyramid(widths).with_units()
       | measure("mean"_n = mean_activity{}, "rho"_n = zero_lag_correlation{}, "curve"_n = correlation_by_lag{.within = lags}, "peak"_n = peak_lag{.within = lags}, "centroid"_n = lag_centroid{.within = lags},
                 "asymmetry"_n = asymmetry_index{}, "deviation"_n = deviation{}, "shape"_n = deviation_shape{}, "imbalance"_n = imbalance_index{}, "active"_n = active_deviation{}, "tail"_n = tail_index{},
                 "peak_normalised"_n = peak_normalised_deviation{}, "symmetry"_n = symmetry_axis{}, "fano"_n = fano_factors{}, "trace"_n = trace{.pixel = pixel});
}

template <class Record>
auto rows_of(Record const& r) -> std::vector<scale_result> {
  std::vector<scale_result> out;
  for (std::size_t k = 0; k < r["scale"_n].size(); ++k)
    out.push_back({r["scale"_n][k], r["bins"_n][k], r["incomplete"_n][k], r["mean"_n][k], r["rho"_n][k], r["curve"_n][k], r["peak"_n][k], r["centroid"_n][k], r["asymmetry"_n][k], r["deviation"_n][k], r["shape"_n][k], r["imbalance"_n][k],
                   r["active"_n][k], r["tail"_n][k], r["peak_normalised"_n][k], r["symmetry"_n][k], r["fano"_n][k]});
  return out;
}

auto number(double x, int digits = 3) -> std::string {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, x);
  return text;
}

/// What hangs on single cells near the cut.
void warn_of_leverage(analysis_result& r, scales const& widths, within<recording> const& part) {
  std::vector<unit_index> units;
  for (auto const& u : units_near_cut(r.features, threshold{.trough_to_peak_ms = *r.cut_ms}, near_cut_ms)) units.push_back(u.unit);
  for (auto const& l : leverage(part, r.cells.cells, widths, units))
    if (l.largest_change > matters)
      r.warnings.push_back({"one_cell_carries_much", "unit " + std::to_string(r.recording.units[l.unit].id) + " has a trough-to-peak time of " + number(r.features[l.unit].trough_to_peak_ms, 4) + " ms, within 0.010 ms of the cut; on the other side of it r at " +
                                                        number(in_ms(r.scales[l.at_scale].width), 1) + " ms would be " + number(l.rho[l.at_scale]) + " instead of " + number(r.scales[l.at_scale].rho) + ": do not build on a result that one cell carries"});
}

}  // namespace

auto load(options const& o) -> recording {
  phy_options p;
  p.good_only = o.good_only;
  p.rate_hz = o.rate_hz;
  p.end = o.end;
  return read_phy(o.recording, p);
}

auto analyse(options const& o, std::function<void(std::string const&)> const& progress) -> analysis_result {
  auto const widths = scales_of(o);
  progress("reading " + o.recording);
  analysis_result r{};
  r.recording = load(o);
  auto const extent = r.recording.when();
  r.when = {o.begin.value_or(extent.begin), (std::min)(o.end.value_or(extent.end), extent.end)};
  if (r.when.empty()) throw error({.where = "--begin/--end", .place = {}, .problem = "nothing of the recording is left", .expected = "a time between " + number(in_seconds(extent.begin)) + " and " + number(in_seconds(extent.end)) + " s",
                                   .found = number(in_seconds(r.when.begin)) + " to " + number(in_seconds(r.when.end)) + " s", .advice = "the recording's extent is what `ei_balance info` prints"});
  epochs<ns> const asked(r.when);
  for (std::size_t k = 0; k < r.recording.table.spikes(); ++k) {
    auto const t = ns{r.recording.table.at()[k]};
    if (r.when.contains(t)) ++r.spikes;
    else ++r.recording.dropped[t < r.when.begin ? "before_begin" : "after_end"].spikes;
  }
  r.warnings = r.recording.warnings;

  progress("labelling " + std::to_string(r.recording.size()) + " units");
  if (!r.recording.waveforms.empty()) r.features = features_of(r.recording);
  if (!o.labels.empty()) {
    r.cells = read_labels_csv(o.labels, r.recording);
  } else {
    threshold const rule = o.threshold_ms ? threshold{.trough_to_peak_ms = *o.threshold_ms} : threshold{};
    r.cells = classify(r.recording, rule);
    r.cut_ms = rule.trough_to_peak_ms;
  }
  r.warnings.insert(r.warnings.end(), r.cells.warnings.begin(), r.cells.warnings.end());
  if (!o.states.empty()) r.states = read_epochs_csv(o.states);

  progress("binning " + std::to_string(r.spikes) + " spikes at " + std::to_string(widths.size()) + " scales");
  within const part(r.recording, asked);
  auto const study = study_of(r.cells, widths, o.lags, r.when.length() / pixels + 1ns);
  auto const result = run(part, study);
  r.scales = rows_of(result);
  r.traces = result["trace"_n];
  for (auto const& name : r.states.labels()) {
    progress("state " + name);
    auto const when = asked & r.states.of(name);
    r.by_state.push_back({name, in_seconds(when.total()), rows_of(run(within(r.recording, when), study))});
  }

  if (r.cut_ms) {
    progress("cells near the cut");
    warn_of_leverage(r, widths, part);
  }
  std::string short_of;
  for (auto const& s : r.scales)
    if (s.bins < bins_to_report) short_of += (short_of.empty() ? "" : ", ") + number(in_ms(s.width), 1) + " ms (" + std::to_string(s.bins) + ")";
  if (!short_of.empty()) r.warnings.push_back({"too_few_bins", "fewer than " + std::to_string(bins_to_report) + " complete bins at " + short_of + ": nothing is reported there; record longer or leave these scales out"});
  r.warnings.push_back({"no_null", "no null was computed: how large r would be by chance, or between two groups of one class, is not known from this run"});
  return r;
}
