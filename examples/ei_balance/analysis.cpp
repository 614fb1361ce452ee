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
#include <equipoise/pipeline/run.hpp>
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

/// One pass over a source, told in percent.
template <class Source, class Study>
auto measured(Source const& source, Study const& study, std::function<void(int)> const& progress) {
  auto blocks = source.blocks();
  auto const layout = blocks.layout();
  auto state = start(study, layout);
  while (auto const block = blocks.next()) {
    progress(static_cast<int>(100 * in_seconds(block->when.begin - layout.when.begin) / in_seconds(layout.when.length())));
    state.absorb(*block);
  }
  return finish(study, state);
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

auto reading(options const& o) -> phy_options {
  phy_options p;
  p.good_only = o.good_only;
  p.rate_hz = o.rate_hz;
  p.begin = o.begin, p.end = o.end;
  return p;
}

auto analyse(options const& o, std::function<void(std::string const&)> const& progress) -> analysis_result {
  auto const widths = scales_of(o);
  progress("reading " + o.recording);
  analysis_result r{};
  r.recording = read_phy(o.recording, reading(o));
  r.when = r.recording.when();
  r.spikes = static_cast<std::int64_t>(r.recording.table.spikes());
  if (r.when.empty()) throw error({.where = o.recording, .place = {}, .problem = "there is no spike, and the folder does not say how long the recording was", .expected = {}, .found = {}, .advice = "is this the right folder? If silence is meant, give --end"});
  r.warnings = r.recording.warnings;
  for (auto const& idle : o.unused) r.warnings.push_back({"option_unused", idle});

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
  if (!o.states.empty()) {
    r.states = read_epochs_csv(o.states);
    if (r.states.empty()) throw error({.where = o.states, .place = {}, .problem = "the table holds no state", .expected = "rows of begin_s,end_s,state", .found = {}, .advice = "leave --states out if there are none"});
  }

  epochs<ns> const asked(r.when);
  within const part(r.recording, asked);
  auto const study = study_of(r.cells, widths, o.lags, r.when.length() / pixels + 1ns);
  auto const result = measured(part, study, [&](int percent) { progress("binning " + std::to_string(r.spikes) + " spikes at " + std::to_string(widths.size()) + " scales, " + std::to_string(percent) + " %"); });
  r.scales = rows_of(result);
  r.traces = result["trace"_n];
  for (auto const& name : r.states.labels()) {
    auto const whole = r.states.of(name), when = asked & whole;
    r.by_state.push_back({name, in_seconds(when.total()), rows_of(measured(within(r.recording, when), study, [&](int percent) { progress("state " + name + ", " + std::to_string(percent) + " %"); }))});
    if (when.total() < whole.total())
      r.warnings.push_back({"state_outside", "state '" + name + "': " + number(in_seconds(when.total()), 1) + " of its " + number(in_seconds(whole.total()), 1) + " s lie in what was analysed (" + number(in_seconds(r.when.begin), 1) + " to " +
                                               number(in_seconds(r.when.end), 1) + " s); the rest was left out: are the states those of this recording?"});
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
