// SPDX-License-Identifier: BSL-1.0
// What ei_balance writes on the terminal and into its CSV.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <equipoise/io/table.hpp>
#include <string>
#include <vector>

#include "analysis.hpp"

using namespace equipoise;

namespace {

auto cell_text(double x, char const* format) -> std::string {
  if (std::isnan(x)) return "–";
  char text[64];
  std::snprintf(text, sizeof text, format, x);
  return text;
}
/// Right-aligned in `width` columns; "–" is three bytes and one column.
void column(std::string const& text, int width) { std::printf("%*s", width + (text == "–" ? 2 : 0), text.c_str()); }

void dropped_lines(recording const& r) {
  for (auto const& [why, n] : r.dropped) {
    auto name = why;
    for (auto& c : name)
      if (c == '_') c = ' ';
    std::printf("  dropped      %10lld spikes  %6lld units   %s\n", static_cast<long long>(n.spikes), static_cast<long long>(n.units), name.c_str());
  }
}

}  // namespace

void print(analysis_result const& r, options const& o) {
  for (auto const& w : r.warnings) std::fprintf(stderr, "warning: %s\n", w.message.c_str());
  if (o.json == "-" || o.csv == "-" || o.report == "-") return;  // standard output is taken
  std::printf("%s (%s), %.3f to %.3f s\n", r.recording.source.c_str(), r.recording.format.c_str(), in_seconds(r.when.begin), in_seconds(r.when.end));
  std::printf("  kept         %10lld spikes  %6zu units\n", static_cast<long long>(r.spikes), r.recording.size());
  dropped_lines(r.recording);
  std::printf("  E %lld, I %lld, neither %lld  (%s, %s)\n\n", static_cast<long long>(r.cells.count(cell::e)), static_cast<long long>(r.cells.count(cell::i)), static_cast<long long>(r.cells.count(cell::neither)), r.cells.method.c_str(),
              r.cells.putative ? "putative" : "given");
  auto const& n = r.controls;
  std::printf("  bin (ms)      bins       r%s%s  lag (ms)  centroid  asymmetry  deviation    tail\n", n.computed ? "  chance       p" : "", n.with_controls ? "     E-E" : "");
  for (std::size_t k = 0; k < r.found.scales.size(); ++k) {
    auto const& s = r.found.scales[k];
    auto const ms = in_ms(s.width);
    column(cell_text(ms, ms < 100 ? "%.2f" : "%.0f"), 10);
    column(std::to_string(s.bins), 10);
    column(cell_text(s.rho, "%.3f"), 8);
    if (n.computed) column(cell_text(n.scales[k].null.hi, "%.3f"), 8), column(cell_text(n.scales[k].null.p, "%.3f"), 8);
    if (n.with_controls) column(cell_text(n.scales[k].controls.same_class.mean, "%.3f"), 8);
    column(cell_text(s.peak.interpolated * ms, ms < 10 ? "%.2f" : "%.0f"), 10);
    column(cell_text(s.centroid * ms, ms < 10 ? "%.2f" : "%.0f"), 10);
    column(cell_text(s.asymmetry, "%.2f"), 11);
    column(cell_text(s.deviation.relative_floor_removed, "%.3f"), 11);
    column(cell_text(s.tail_index, "%.4f"), 8);
    std::printf("\n");
  }
  std::printf("\n  r: correlation of E and I counts at zero lag. lag: of the peak of their cross-correlation (above 0: I follows E).\n"
              "  deviation: SD of e/mean − i/mean, Poisson floor removed. tail: bins beyond 3 robust SD. –: undefined, see --json for the reason.\n");
  if (n.computed) std::printf("  chance: r that 97.5 %% of %lld draws stay below (%s). p: share of draws as large as r.\n", static_cast<long long>(n.draws), n.name.c_str());
  if (n.with_controls) std::printf("  E-E: r between a group of E cells, as many as there are I cells, and the other E cells: what is not specific to inhibition.\n");
  if (auto const& p = r.pairs; p.wanted) {
    auto const excitatory = std::count_if(p.connections.begin(), p.connections.end(), [](auto const& c) { return c.excitatory; });
    std::printf("\n  pairs: %lld excitatory and %lld inhibitory of %lld ordered pairs (if all were independent Poisson, up to %.0f and %.0f); tiling at %.0f ms", static_cast<long long>(excitatory), static_cast<long long>(std::ssize(p.connections) - excitatory), static_cast<long long>(p.tested),
                p.expected_false_excitatory, p.expected_false_inhibitory, p.tiling_ms);
    for (auto const& t : p.tiling) std::printf("  %s %s", t.classes.c_str(), cell_text(t.mean, "%.4f").c_str());
    std::printf("\n");
    if (auto const& c = p.consistency; !std::isnan(c.score))
      std::printf("  of %lld connections at a false discovery rate of %.2g, %.0f %% agree with the classes (by chance %.0f %%; Fisher's exact p %s)\n", static_cast<long long>(c.from_e[0] + c.from_e[1] + c.from_i[0] + c.from_i[1]), p.false_discovery, 100 * c.score,
                  100 * c.by_chance, cell_text(c.fisher_p, "%.2g").c_str());
  }
  if (o.report.empty() && o.json.empty() && o.csv.empty()) std::printf("\n  --report FILE.html draws it, --json FILE and --csv FILE keep the numbers.\n");
  else if (!o.report.empty()) std::printf("\n  report: %s\n", o.report.c_str());
}

auto to_csv(analysis_result const& r) -> std::string {
  std::vector<std::string> const names{"width_ms", "bins", "mean_e", "mean_i", "rho", "lag_peak_ms", "lag_centroid_ms", "asymmetry", "deviation_zscored", "deviation_relative", "deviation_relative_floor_removed", "tail_index", "axis_ratio"};
  std::vector<std::vector<double>> columns(names.size());
  for (auto const& s : r.found.scales) {
    auto const ms = in_ms(s.width);
    double const row[] = {ms, static_cast<double>(s.bins), s.mean.e, s.mean.i, s.rho, std::isnan(s.peak.interpolated) ? s.peak.interpolated : static_cast<double>(s.peak.bins) * ms, s.centroid * ms, s.asymmetry, s.deviation.zscored, s.deviation.relative,
                          s.deviation.relative_floor_removed, s.tail_index, s.symmetry.axis_ratio};
    for (std::size_t k = 0; k < names.size(); ++k) columns[k].push_back(row[k]);
  }
  return csv_text(names, columns);
}
