// SPDX-License-Identifier: BSL-1.0
// The report: figures, tables and warnings of one analysis on one page.
#include <algorithm>
#include <cmath>
#include <equipoise/report/figure.hpp>
#include <equipoise/report/html.hpp>
#include <equipoise/report/pictures.hpp>
#include <equipoise/report/time_figure.hpp>
#include <numeric>

#include "analysis.hpp"
#include "cell_pictures.hpp"

using namespace equipoise;

#ifdef EI_BALANCE_VEGA
auto vega_bundle() -> std::string_view;
#else
static auto vega_bundle() -> std::string_view { return {}; }
#endif

namespace {

constexpr double raster_s = 10;  // seconds shown in the raster
constexpr std::size_t trace_points = 1000;
constexpr std::size_t most_windows = 1500;  // drawn
constexpr std::size_t most_connections = 200;

auto text(double x, int digits) -> std::string { return report::decimals(x, digits).text; }
auto traces_of(analysis_result const& r) -> std::vector<scale_trace> {
  std::vector<scale_trace> out;
  for (std::size_t k = 0; k < r.found.scales.size(); ++k) {
    auto const& s = r.found.scales[k];
    auto const e = s.mean.e * static_cast<double>(r.cells.count(cell::e)), i = s.mean.i * static_cast<double>(r.cells.count(cell::i));
    if (!std::isnan(s.rho)) out.push_back({s.width, &r.found.traces[k], e, std::sqrt(s.fano.e * e), i, std::sqrt(s.fano.i * i)});
  }
  return out;
}

auto coupling_picture(analysis_result const& r) -> report::picture {
  std::vector<figure::coupling_point> points;
  for (auto const& s : r.found.scales) {
    points.push_back({in_ms(s.width), s.rho, s.bins, std::isnan(s.rho) ? std::string(to_string(reason_of(s.rho))) : std::string()});
    if (auto const& i = s.rho_interval; !std::isnan(i.lo) && !std::isnan(i.hi)) points.back().low = i.lo, points.back().high = i.hi;
  }
  std::vector<figure::coupling_beside> beside;
  auto add = [&](std::string name, auto const& of) {
    figure::coupling_beside one{std::move(name), {}, beside.empty() && r.controls.computed};
    for (std::size_t k = 0; k < r.controls.scales.size(); ++k) {
      auto const& b = of(r.controls.scales[k]);
      one.points.push_back({in_ms(r.found.scales[k].width), b.mean, b.lo, b.hi});
    }
    beside.push_back(std::move(one));
  };
  std::string caption = "Pearson correlation of the ensembles' spike counts, bin by bin, at each scale. Grey: 95 % interval from blocks of the recording, where there are enough of them. ";
  if (r.controls.computed) {
    add("by chance", [](scale_controls const& c) -> null_band const& { return c.null; });
    caption += "By chance: mean and central 95 % of " + report::count(r.controls.draws).text + " draws of the null, " + r.controls.name + " (" + r.controls.promise + "). ";
  } else {
    caption += "No null band is drawn: " + r.controls.reason + ". ";
  }
  if (r.controls.with_controls) {
    add("E against E, as many cells as I", [](scale_controls const& c) -> control_band const& { return c.controls.same_class; });
    add("E against E, as many spikes as I", [](scale_controls const& c) -> control_band const& { return c.controls.rate_matched; });
    add("labels dealt at random", [](scale_controls const& c) -> control_band const& { return c.controls.label_swap; });
    caption += "E against E: a random group of excitatory cells in place of inhibition; what r has in common with it is not specific to inhibition. Lines are means over draws; the tooltips give their central 95 %.";
  } else {
    caption += "No control is drawn (--controls): slow common drift and common input raise r as well.";
  }
  return {"coupling", "Do excitation and inhibition co-fluctuate?", caption, figure::coupling(points, beside)};
}
auto image_picture(analysis_result const& r, std::vector<scale_trace> const& traces) -> report::picture {
  auto const begin = in_seconds(r.when.begin), end = in_seconds(r.when.end);
  std::vector<double> widths;
  for (auto const& t : traces) widths.push_back(in_ms(t.width));
  std::vector<figure::state_bar> states;
  for (auto const& s : r.states) states.push_back({in_seconds(s.when.begin), in_seconds(s.when.end), s.label});
  return {"image", "When do they deviate?",
          "Above: z(E) − z(I) at every scale, fine scales on top, blue where excitation and red where inhibition exceeds, each population z-scored over the stretch. Where bins are narrower than a pixel (" + text(traces.empty() ? 0 : traces.front().seconds(), 2) +
            " s) the mean over the pixel is shown, so fine scales look paler. Below: the mean over scales of z(E) and of z(I), z-scored again.",
          figure::balance_image(deviation_image(traces), widths, multiscale_trace(traces, begin, end, trace_points), states, begin, end)};
}
auto window_picture(analysis_result const& r) -> report::picture {
  auto const& windows = r.found.windows;
  auto const hop = windows.size() > 1 ? windows[1].begin_s - windows[0].begin_s : windows[0].end_s - windows[0].begin_s;
  auto const every = (windows.size() + most_windows - 1) / most_windows;
  std::vector<figure::window_cell> cells;
  std::vector<double> widths;
  for (auto const& s : windows.front().scales) widths.push_back(in_ms(s.width));
  for (std::size_t k = 0; k < windows.size(); k += every) {
    auto const middle = (windows[k].begin_s + windows[k].end_s) / 2, half = hop * static_cast<double>(every) / 2;
    for (std::size_t j = 0; j < windows[k].scales.size(); ++j) cells.push_back({j, middle - half, middle + half, windows[k].scales[j].rho});
  }
  return {"windows", "Does it change over time?",
          "Correlation of the ensembles in windows of " + text(windows[0].end_s - windows[0].begin_s, 1) + " s that advance by " + text(hop, 2) + " s" + (every > 1 ? ", of which every " + std::to_string(every) + "th is drawn" : "") +
            ". White: too few bins in a window of that length. Windows that overlap share spikes, and coarse scales have few bins in a window: neighbours look alike, and single cells scatter widely around the r of the whole.",
          figure::coupling_image(cells, widths, in_seconds(r.when.begin), in_seconds(r.when.end))};
}
auto raster_picture(analysis_result const& r) -> report::picture {
  auto const middle = r.when.begin + (r.when.end - r.when.begin) / 2;
  auto const half = nanoseconds_from_seconds(raster_s / 2);
  window<std::chrono::nanoseconds> const w{(std::max)(r.when.begin, middle - half), (std::min)(r.when.end, middle + half)};
  std::vector<unit_index> order;
  for (unit_index u = 0; u < r.recording.size(); ++u)
    if (r.cells.cells[u] != cell::neither) order.push_back(u);
  std::sort(order.begin(), order.end(), [&](unit_index a, unit_index b) { return r.recording[a].size() != r.recording[b].size() ? r.recording[a].size() < r.recording[b].size() : a < b; });
  std::vector<figure::raster_row> rows;
  std::vector<figure::raster_spike> spikes;
  for (auto const u : order) {
    auto const train = r.recording[u].raw();
    auto const from = std::lower_bound(train.begin(), train.end(), w.begin.count()), to = std::lower_bound(from, train.end(), w.end.count());
    for (auto t = from; t != to; ++t) spikes.push_back({static_cast<double>(*t) * 1e-9, rows.size()});
    rows.push_back({std::to_string(r.recording.units[u].id), r.cells.cells[u], r.recording[u].rate_hz()});
  }
  return {"raster", "Spikes", "The middle " + text(in_seconds(w.length()), 0) + " s: E blue, I red, one row per unit, fastest on top.", figure::raster(spikes, rows, in_seconds(w.begin), in_seconds(w.end))};
}
auto lag_picture(analysis_result const& r) -> report::picture {
  std::vector<figure::lag_curve> curves;
  std::vector<std::size_t> defined;
  for (std::size_t k = 0; k < r.found.scales.size(); ++k)
    if (!std::isnan(r.found.scales[k].rho)) defined.push_back(k);
  auto const n = (std::min)(std::size_t{7}, defined.size());
  for (std::size_t j = 0; j < n; ++j) {
    auto const& s = r.found.scales[defined[n == 1 ? 0 : j * (defined.size() - 1) / (n - 1)]];
    curves.push_back({in_ms(s.width), s.curve});
  }
  return {"lags", "At which lag?", "Cross-correlation of the ensembles at some scales; the dashed line marks lag 0. Bins wider than a few milliseconds show zero lag for every faster process, and common input gives zero lag as well.", figure::lags(curves)};
}
auto between(interval const& i) -> report::field {
  if (std::isnan(i.lo) || std::isnan(i.hi)) return report::decimals(i.lo, 3);
  return {text(i.lo, 3) + " … " + text(i.hi, 3)};
}
auto scale_table(std::vector<scale_result> const& scales, std::string caption) -> report::table {
  report::table t{std::move(caption),
                  {{"bin (ms)", "realised width"}, {"bins", "complete bins"}, {"mean E", "spikes per cell and bin"}, {"mean I", "spikes per cell and bin"}, {"r", "correlation at zero lag"}, {"95 %", "interval of r, from blocks of the recording"}, {"lag (ms)", "of the peak of the cross-correlation, by parabola; above 0 inhibition follows"},
                   {"centroid (ms)", "of the half maximum of the cross-correlation"}, {"asymmetry", "−1 … 1 over ±10 ms"}, {"deviation", "SD of e/mean − i/mean, Poisson floor removed"}, {"relative", "the same with the floor"}, {"z", "SD of z(E) − z(I)"},
                   {"tail", "share of bins beyond 3 robust SD"}, {"axis ratio", "λ₂/λ₁ of the ellipse of (E, I)"}},
                  {}};
  for (auto const& s : scales) {
    auto const ms = in_ms(s.width);
    auto const fine = ms < 10 ? 2 : ms < 1000 ? 1 : 0;
    t.rows.push_back({report::decimals(ms, ms < 100 ? 2 : 0), report::count(s.bins), report::decimals(s.mean.e, 4), report::decimals(s.mean.i, 4), report::decimals(s.rho, 3), between(s.rho_interval), report::decimals(std::isnan(s.peak.interpolated) ? s.peak.interpolated : s.peak.interpolated * ms, fine),
                      report::decimals(std::isnan(s.centroid) ? s.centroid : s.centroid * ms, fine), report::decimals(s.asymmetry, 2), report::decimals(s.deviation.relative_floor_removed, 3), report::decimals(s.deviation.relative, 3), report::decimals(s.deviation.zscored, 3),
                      report::decimals(s.tail_index, 4), report::decimals(s.symmetry.axis_ratio, 3)});
  }
  return t;
}

/// r beside what could explain it away.
auto control_table(analysis_result const& r) -> report::table {
  auto const& n = r.controls;
  report::table t{"What r is held against", {{"bin (ms)", "realised width"}, {"r", "correlation at zero lag"}}, {}};
  if (n.computed)
    for (auto const& [name, why] : {std::pair{"by chance", "central 95 % of the draws of the null"}, {"p", "share of draws as large, this scale alone"}, {"q", "false discovery rate over scales"}, {"p max", "over scales, by the largest standardised value of each draw"}}) t.columns.push_back({name, why});
  if (n.with_controls)
    for (auto const& [name, why] : {std::pair{"E–E, cells", "r of a group of E cells, as many as I, against the others"}, {"E–I, same E", "r of I against the same E cells"}, {"E–E, spikes", "r of a group of E cells with as many spikes as I, against the others"}, {"E–I, thinned", "r of I, thinned where it has more spikes, against the same E cells"}, {"dealt", "r with labels dealt at random among E and I"}})
      t.columns.push_back({name, why});
  if (!r.by_labels.empty()) t.columns.push_back({"labels 95 %", "of draws of the classes from their posteriors"});
  for (auto const& [name, why] : {std::pair{"r∞", "what ensembles of all cells would have"}, {"95 %", "its interval"}, {"fast r", "of counts less their running mean over ten bins: without slow drift"}, {"lag 95 % (ms)", "interval of the lag of the peak"}, {"zero lag", "whether it lies within one bin, 2 ms at least, of zero"}}) t.columns.push_back({name, why});
  for (std::size_t k = 0; k < n.scales.size(); ++k) {
    auto const& c = n.scales[k];
    auto const ms = in_ms(r.found.scales[k].width);
    auto pair = [](double lo, double hi, int digits) { return std::isnan(lo) || std::isnan(hi) ? report::decimals(lo, digits) : report::field{text(lo, digits) + " … " + text(hi, digits)}; };
    std::vector<report::field> row{report::decimals(ms, ms < 100 ? 2 : 0), report::decimals(c.rho, 3)};
    if (n.computed)
      for (auto const& f : {pair(c.null.lo, c.null.hi, 3), report::decimals(c.null.p, 4), report::decimals(c.null.q, 4), report::decimals(c.null.p_max, 4)}) row.push_back(f);
    if (n.with_controls)
      for (auto const x : {c.controls.same_class.mean, c.controls.same_class.reference, c.controls.rate_matched.mean, c.controls.rate_matched.reference, c.controls.label_swap.mean}) row.push_back(report::decimals(x, 3));
    if (!r.by_labels.empty()) row.push_back(pair(r.by_labels[k].lo, r.by_labels[k].hi, 3));
    row.push_back(report::decimals(c.rho_infinity.estimate, 2)), row.push_back(pair(c.rho_infinity.lo, c.rho_infinity.hi, 2)), row.push_back(report::decimals(c.high_pass, 3));
    row.push_back(pair(c.zero_lag.lag.lo, c.zero_lag.lag.hi, ms < 10 ? 2 : 0)), row.push_back(report::field{std::isnan(c.zero_lag.lag.lo) ? "–" : c.zero_lag.equivalent ? "yes" : "not shown"});
    t.rows.push_back(std::move(row));
  }
  return t;
}

/// Pairs that show a peak or a trough at lags of a synapse.
auto connection_table(pair_results const& p) -> report::table {
  auto word = [](cell c) { return c == cell::e ? "E" : c == cell::i ? "I" : "none"; };
  std::string tiling;
  for (auto const& t : p.tiling) tiling += (tiling.empty() ? "" : ", ") + t.classes + " " + text(t.mean, 4);
  report::table t{"Pairs with a monosynaptic peak or trough, of " + report::count(p.tested).text + " ordered pairs (if all were independent Poisson, up to " + text(p.expected_false_excitatory, 0) + " and " + text(p.expected_false_inhibitory, 0) + "; more under a common drive); tiling coefficients at " + text(p.tiling_ms, 0) + " ms: " + tiling,
                  {{"from", "the file's number"}, {"class", "its class"}, {"to", "the file's number"}, {"class", "its class"}, {"sign", "a peak is called excitatory, a trough inhibitory"}, {"q", "false discovery rate over all ordered pairs"}, {"spikes per spike", "gained or lost by the target per spike of the reference"}},
                  {}};
  if (auto const& c = p.consistency; !std::isnan(c.score))
    t.caption += ". Of the " + std::to_string(c.from_e[0] + c.from_e[1] + c.from_i[0] + c.from_i[1]) + " at a false discovery rate of " + text(p.false_discovery, 2) + " from classified units, " + text(100 * c.score, 0) + " % agree with the classes, " + text(100 * c.by_chance, 0) +
                 " % by chance" + (std::isnan(c.fisher_p) ? "; all are of one sign or from one class, so that Fisher's test has nothing to compare" : ", Fisher's exact p = " + text(c.fisher_p, 4));
  auto by_q = p.connections;
  std::stable_sort(by_q.begin(), by_q.end(), [](auto const& a, auto const& b) { return a.q < b.q; });
  for (std::size_t k = 0; k < (std::min)(by_q.size(), most_connections); ++k) {
    auto const& c = by_q[k];
    t.rows.push_back({report::field{std::to_string(c.from)}, report::field{word(c.from_class)}, report::field{std::to_string(c.to)}, report::field{word(c.to_class)}, report::field{c.excitatory ? "excitatory" : "inhibitory"}, report::decimals(c.q, 4), report::decimals(c.transmission, 4)});
  }
  if (by_q.size() > most_connections) t.caption += "; the " + std::to_string(most_connections) + " of smallest q of " + std::to_string(by_q.size()) + " are listed";
  return t;
}

}  // namespace

auto to_page(analysis_result const& r) -> std::string {
  report::page p;
  p.title = "Balance of excitation and inhibition";
  p.subtitle = r.recording.source;
  p.facts = {{"Recording", r.recording.format + ", " + text(in_seconds(r.when.begin), 3) + " to " + text(in_seconds(r.when.end), 3) + " s"},
             {"Kept", report::count(r.spikes).text + " spikes of " + std::to_string(r.recording.size()) + " units"}};
  std::string dropped;
  for (auto const& [why, n] : r.recording.dropped) dropped += (dropped.empty() ? "" : "; ") + why + ": " + report::count(n.spikes).text + " spikes" + (n.units > 0 ? ", " + std::to_string(n.units) + " units" : "");
  p.facts.emplace_back("Dropped", dropped.empty() ? "nothing" : dropped);
  p.facts.emplace_back("Cells", std::to_string(r.cells.count(cell::e)) + " excitatory, " + std::to_string(r.cells.count(cell::i)) + " inhibitory, " + std::to_string(r.cells.count(cell::neither)) + " neither");
  p.facts.emplace_back("Labels", r.cells.method + (r.cells.putative ? " (putative)" : " (given)"));
  p.notes = {"E and I are the summed spikes of all excitatory and all inhibitory units in bins of one width. Counts are exact; what cannot be computed is a dash that says why."};
  p.warnings = r.warnings;
  auto const traces = traces_of(r);
  if (traces.empty()) p.notes.push_back("No scale could be measured, so that there is no image of deviations and no mirrored histogram.");
  if (r.identified.features.empty()) p.notes.push_back("There are no waveforms, so that their plane is not drawn.");
  if (r.recording.table.spikes() == 0) p.notes.push_back("There are no spikes at hand, so that no raster is drawn.");
  p.pictures.push_back(coupling_picture(r));
  if (!traces.empty()) p.pictures.push_back(image_picture(r, traces));
  if (!r.found.windows.empty()) p.pictures.push_back(window_picture(r));
  if (!traces.empty())
    p.pictures.push_back({"mirror", "Activity of both populations", "Firing rate of each population relative to its own mean, excitation upwards and inhibition downwards; the tooltip gives spikes per cell and second.",
                          figure::mirror(mirrored_histogram(traces.front(), {r.cells.count(cell::e), r.cells.count(cell::i)}), in_seconds(r.when.begin), in_seconds(r.when.end))});
  if (r.recording.table.spikes() > 0) p.pictures.push_back(raster_picture(r));  // merged parts have no spikes to show
  p.pictures.push_back(lag_picture(r));
  if (!r.identified.features.empty()) p.pictures.push_back(plane_picture(r)), p.pictures.push_back(waveform_picture(r));
  p.tables.push_back(scale_table(r.found.scales, "All scales"));
  if (!r.controls.scales.empty()) p.tables.push_back(control_table(r));
  if (r.pairs.wanted) p.tables.push_back(connection_table(r.pairs));
  for (auto const& s : r.found.states) p.tables.push_back(scale_table(s.scales, "State " + s.name + ", " + text(s.seconds, 1) + " s"));
  p.footer = "Written by equipoise. Method: Dehghani et al. 2016, Scientific Reports 6:23176. Cite both the paper and the software.";
  return report::html(p, vega_bundle());
}
