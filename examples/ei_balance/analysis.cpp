// SPDX-License-Identifier: BSL-1.0
#include "analysis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <equipoise/classify/threshold.hpp>
#include <equipoise/io/csv.hpp>
#include <equipoise/io/phy.hpp>
#include <equipoise/spikes/blocks.hpp>
#include <limits>

#include "parts.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using ns = std::chrono::nanoseconds;

namespace {

constexpr std::int64_t pixels = 1000;   // across a picture of all that is analysed
constexpr double near_cut_ms = 0.010;   // a cell this close to the cut is one that a small error moves
constexpr double matters = 0.05;        // a change of r that is worth a warning
constexpr double said_from_ms = 10, said_to_ms = 100;  // scales at which a sentence sums the controls up

auto number(double x, int digits = 3) -> std::string {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, x);
  return text;
}

/// What hangs on single cells near the cut.
void warn_of_leverage(analysis_result& r, scales const& widths, within<recording> const& part) {
  std::vector<unit_index> units;
  for (auto const& u : units_near_cut(r.identified.features, threshold{.trough_to_peak_ms = *r.identified.cut_ms}, near_cut_ms)) units.push_back(u.unit);
  for (auto const& l : leverage(part, r.cells.cells, widths, units))
    if (l.largest_change > matters)
      r.warnings.push_back({"one_cell_carries_much", "unit " + std::to_string(r.recording.units[l.unit].id) + " has a trough-to-peak time of " + number(r.identified.features[l.unit].trough_to_peak_ms, 4) + " ms, within 0.010 ms of the cut; on the other side of it r at " +
                                                        number(in_ms(r.found.scales[l.at_scale].width), 1) + " ms would be " + number(l.rho[l.at_scale]) + " instead of " + number(r.found.scales[l.at_scale].rho) + ": do not build on a result that one cell carries"});
}

/// What the controls mean, in words.
void say_what_controls_say(analysis_result& r) {
  if (!r.controls.with_controls) return;
  struct range {
    double least = std::numeric_limits<double>::infinity(), most = -std::numeric_limits<double>::infinity();
    [[nodiscard]] auto text() const -> std::string { return number(least, 0) + " to " + number(most, 0) + " %"; }
  } cells, spikes;
  for (std::size_t k = 0; k < r.controls.scales.size(); ++k) {
    if (auto const ms = in_ms(r.found.scales[k].width); ms < said_from_ms || ms > said_to_ms) continue;
    auto add = [](range& to, control_band const& c) {
      if (!(c.reference > 0) || std::isnan(c.mean)) return;
      auto const share = 100 * c.mean / c.reference;
      to.least = (std::min)(to.least, share), to.most = (std::max)(to.most, share);
    };
    add(cells, r.controls.scales[k].controls.same_class), add(spikes, r.controls.scales[k].controls.rate_matched);
  }
  if (cells.least > cells.most) return;
  auto text = "in bins of " + number(said_from_ms, 0) + " to " + number(said_to_ms, 0) + " ms, r between two groups of excitatory cells, one of as many cells as the inhibitory population, is " + cells.text() + " of what it is between excitation and inhibition";
  text += ": that much of the co-fluctuation is not specific to inhibition";
  if (spikes.least <= spikes.most)
    text += spikes.least >= 100 ? ". Where the group has as many spikes, excitatory cells follow one another at least as closely as inhibitory cells follow them (" + spikes.text() + ")" : ". Where the group has as many spikes it is " + spikes.text();
  r.warnings.push_back({"not_specific_to_inhibition", text});
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
  r.identified = identify(o, r.recording, r.cells);
  r.warnings.insert(r.warnings.end(), r.cells.warnings.begin(), r.cells.warnings.end());
  if (!o.states.empty()) {
    r.states = read_epochs_csv(o.states);
    if (r.states.empty()) throw error({.where = o.states, .place = {}, .problem = "the table holds no state", .expected = "rows of begin_s,end_s,state", .found = {}, .advice = "leave --states out if there are none"});
  }

  epochs<ns> const asked(r.when);
  if (o.checkpoint.empty()) warn_of_states(r, asked);  // a part need not hold all states
  if (o.window > r.when.length()) throw error({.where = "--window", .place = {}, .problem = "the window is longer than what is analysed", .expected = "at most " + number(in_seconds(r.when.length())) + " s", .found = number(in_seconds(o.window)) + " s", .advice = "take a shorter one"});
  // Parts that are to be merged need one pixel for all: that of the recording, where it is known how long that is.
  window<ns> extent;
  if (!o.checkpoint.empty()) {
    auto whole = reading(o);
    whole.begin = whole.end = std::nullopt;
    extent = inspect_phy(o.recording, whole).extent.value_or(window<ns>{});
  }
  auto const pixel = o.checkpoint.empty() ? r.when.length() / pixels + 1ns : extent.empty() ? ns{1s} : extent.length() / pixels + 1ns;
  setup const how{r.cells.cells, {widths.begin(), widths.end()}, o.lags, pixel, r.states, o.window, o.hop};
  running run{.threads = o.threads, .checkpoint = o.checkpoint, .resume = o.resume, .every = o.checkpoint_every, .note = {}, .progress = [&](double done) {
                progress("binning " + std::to_string(r.spikes) + " spikes at " + std::to_string(widths.size()) + " scales, " + number(100 * done, 0) + " %");
              }};
  if (!o.checkpoint.empty()) run.note = note_of(r, how, extent);
  r.found = measure(r.recording, asked, how, run);

  if (r.identified.cut_ms && !r.identified.mixture) {  // a mixture leaves such units undecided
    progress("cells near the cut");
    warn_of_leverage(r, widths, within(r.recording, asked));
  }
  r.controls = nulls_of(r.recording, asked, r.cells.cells, how.widths, o, [&](double done) { progress("surrogates and controls, " + number(100 * done, 0) + " %"); });
  r.by_labels = over_labels_of(r.recording, asked, r.cells, how.widths, o, [&](double done) { progress("other draws of the classes, " + number(100 * done, 0) + " %"); });
  if (o.pairs) {
    progress("pairs of units");
    r.pairs = pairs_of(r.recording, asked, r.cells, *r.identified.connections);
  }
  say_what_is_missing(r);
  say_what_controls_say(r);
  return r;
}

void warn_of_states(analysis_result& r, epochs<ns> const& analysed) {
  for (auto const& name : r.states.labels()) {
    auto const whole = r.states.of(name), when = analysed & whole;
    if (when.total() < whole.total())
      r.warnings.push_back({"state_outside", "state '" + name + "': " + number(in_seconds(when.total()), 1) + " of its " + number(in_seconds(whole.total()), 1) + " s lie in what was analysed (" + number(in_seconds(analysed.hull().begin), 1) + " to " +
                                               number(in_seconds(analysed.hull().end), 1) + " s); the rest was left out: are the states those of this recording?"});
  }
}

void say_what_is_missing(analysis_result& r) {
  std::string short_of;
  for (auto const& s : r.found.scales)
    if (s.bins < bins_to_report) short_of += (short_of.empty() ? "" : ", ") + number(in_ms(s.width), 1) + " ms (" + std::to_string(s.bins) + ")";
  if (!short_of.empty()) r.warnings.push_back({"too_few_bins", "fewer than " + std::to_string(bins_to_report) + " complete bins at " + short_of + ": nothing is reported there; record longer or leave these scales out"});
  if (!r.controls.computed) r.warnings.push_back({"no_null", r.controls.reason + ": how large r would be by chance is not known from this run"});
  if (!r.controls.with_controls)
    r.warnings.push_back({"no_controls", std::string("no control was computed: how much of r two groups of one class would show as well is not known from this run") + (r.recording.table.spikes() > 0 ? "; --controls says it" : "")});
}
