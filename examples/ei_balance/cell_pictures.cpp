// SPDX-License-Identifier: BSL-1.0
#include "cell_pictures.hpp"

#include <array>
#include <cmath>
#include <equipoise/report/cell_figures.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

struct axis {
  std::string name, title;
  double waveform_features::*value;
};

/// What stands upwards: the second feature that the classifier used, where it is one of the waveform; else the width of the trough.
auto upwards(identification const& how) -> axis {
  auto const used = how.mixture ? how.mixture->features : how.clusters ? how.clusters->features : std::vector<std::string>{};
  for (auto const& f : shape_features)
    for (auto const& name : used)
      if (f.name == name && name == "half_peak_width_ms") return {name, "Half-peak width (ms)", f.value};
      else if (f.name == name && name != "trough_to_peak_ms" && name != "half_width_ms") return {name, name, f.value};
  return {"half_width_ms", "Trough width (ms)", &waveform_features::trough_half_width_ms};
}

/// Means and covariances of the two groups in the plane, each unit by its posterior, or by its class where it has none.
auto groups_of(analysis_result const& r, axis const& y) -> std::vector<figure::plane_ellipse> {
  std::vector<figure::plane_ellipse> out;
  if (!r.identified.mixture || !r.identified.mixture->refused.empty()) return out;
  for (auto const kind : {cell::e, cell::i}) {
    double n = 0, all = 0, mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
    for (auto const pass : {1, 2})
      for (std::size_t u = 0; u < r.identified.features.size(); ++u) {
        auto const& f = r.identified.features[u];
        auto const p = r.cells.posterior_i[u], px = f.trough_to_peak_ms, py = f.*y.value;
        if (std::isnan(p) || !std::isfinite(px) || !std::isfinite(py)) continue;
        auto const w = kind == cell::i ? p : 1 - p;
        if (pass == 1) n += w, all += 1, mx += w * px, my += w * py;
        else xx += w * (px - mx / n) * (px - mx / n), xy += w * (px - mx / n) * (py - my / n), yy += w * (py - my / n) * (py - my / n);
      }
    if (n >= 3) out.push_back({mx / n, my / n, xx / n, xy / n, yy / n, kind, n / all});
  }
  return out;
}

}  // namespace

auto plane_picture(analysis_result const& r) -> report::picture {
  auto const& how = r.identified;
  auto const y = upwards(how);
  std::vector<figure::plane_point> points;
  for (std::size_t u = 0; u < how.features.size(); ++u) {
    auto const& f = how.features[u];
    std::string note;
    for (auto const name : flag_names(f)) note.append(note.empty() ? "" : ", ").append(name);
    points.push_back({std::to_string(r.recording.units[u].id), f.trough_to_peak_ms, f.*y.value, r.cells.cells[u], note, f.has(waveform_flag::truncated)});
    if (!r.cells.posterior_i.empty()) points.back().posterior = r.cells.posterior_i[u];
  }
  std::string caption = "Trough-to-peak time and " + std::string(y.name == "half_width_ms" ? "trough width at half amplitude" : y.name) + " of each unit, with the histogram of the former";
  if (how.cut_ms) caption += how.mixture ? "; at the dashed line the probability of either class by the trough-to-peak time alone is one half" : "; the dashed line is the cut";
  caption += ". Units without a value upwards stand on the axis. ";
  auto const ellipses = groups_of(r, y);
  if (!ellipses.empty()) caption += "Ellipses: 1 and 2 SD of the two groups, units weighed by their posterior; rings have the colour of the likelier class, and hollow dots are undecided. ";
  if (!std::isnan(how.dip.p)) caption += "Hartigan's dip of the trough-to-peak times: " + report::decimals(how.dip.dip, 3).text + ", p = " + report::decimals(how.dip.p, 3).text + " against a single mode. ";
  if (how.mixture) caption += how.mixture->refused.empty() ? "BIC of one, two and three Gaussians: " + report::decimals(how.mixture->bic[0], 0).text + ", " + report::decimals(how.mixture->bic[1], 0).text + ", " + report::decimals(how.mixture->bic[2], 0).text + ". " : "The mixture was refused: " + how.mixture->refused + ". ";
  if (how.clusters) caption += "Mean silhouette " + report::decimals(how.clusters->silhouette, 2).text + (how.clusters->silhouette < 0.5 ? ": weak clusters. " : ". ");
  caption += r.cells.putative ? "Labels from waveforms are putative: where the histogram has no gap, the cells beside it may be of either kind." : "The classes are those that were given.";
  std::optional<std::array<double, 3>> modes;
  if (how.modes) modes = {how.modes->lower, how.modes->trough, how.modes->upper};
  return {"cells", "Which units are which?", caption, figure::plane(points, {"Trough-to-peak time (ms)", y.title}, how.cut_ms, ellipses, modes)};
}

auto waveform_picture(analysis_result const& r) -> report::picture {
  std::vector<figure::waveform_line> lines;
  auto const& table = r.recording.waveforms;
  auto const step = 1e3 / table.rate_hz;
  for (std::size_t u = 0; u < r.identified.features.size(); ++u) {
    auto const& f = r.identified.features[u];
    if (f.unusable()) continue;
    auto const sign = f.has(waveform_flag::positive_going) ? -1.0 : 1.0;
    figure::waveform_line one{std::to_string(r.recording.units[u].id), r.cells.cells[u], -f.trough_ms, step, {}};
    for (auto const v : table[u]) one.values.push_back(sign * static_cast<double>(v) - f.baseline_uv);
    lines.push_back(std::move(one));
  }
  auto const drawn = figure::drawn_lines(lines).size();
  std::string caption = "Mean waveforms of the units, aligned at the trough and scaled to its depth, and the mean ± SD of each class. Positive-going ones are drawn upside down.";
  if (drawn < lines.size()) caption.append(" ").append(std::to_string(drawn)).append(" of ").append(std::to_string(lines.size())).append(" are drawn; the means are of all.");
  return {"waveforms", "How do their spikes look?", caption, figure::mean_waveforms(lines, figure::class_waveforms(lines))};
}
