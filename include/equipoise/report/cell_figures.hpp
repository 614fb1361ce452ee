// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Pictures of the cells as Vega specifications: the units in the plane of two waveform features with the groups fitted to them, and their mean
/// waveforms laid over one another. E is blue and I red here too.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "figure.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace figure {

/// A unit in the plane of waveforms.
struct plane_point {
  std::string unit;
  double x, y;
  cell kind;
  std::string note;                                    ///< flags, for the tooltip
  bool bound = false;                                  ///< x is a lower bound
  double posterior = undefined(reason::not_available);  ///< of I, 0 … 1; NaN if no model was fitted
};

/// What the two features are called, with their units: "Trough-to-peak time (ms)".
struct plane_axes {
  std::string x_title, y_title;
};

/// A fitted group: its mean, its covariance and the class it stands for.
///
/// Units    x, y those of the axes; xx, xy, yy their squares and product; weight the share of units, 0 … 1
struct plane_ellipse {
  double x, y, xx, xy, yy;
  cell kind;
  double weight;
};

/// The points at `sd` standard deviations of a bivariate normal distribution, as a closed line.
///
///   (p − mean)ᵀ Σ⁻¹ (p − mean) = sd²,   p = mean + sd (√λ₁ cos φ v₁ + √λ₂ sin φ v₂),   λ₁,₂ = (xx + yy)/2 ± √(((xx − yy)/2)² + xy²)
///
/// Result   points + 1 pairs (x, y), the last equal to the first; empty if a number of the ellipse is not finite
/// Errors   a covariance that is not positive semi-definite
inline auto ellipse_line(plane_ellipse const& e, double sd, int points = 72) -> std::vector<std::array<double, 2>> {
  for (auto const v : {e.x, e.y, e.xx, e.xy, e.yy})
    if (!std::isfinite(v)) return {};
  auto const determinant = e.xx * e.yy - e.xy * e.xy;
  if (e.xx < 0 || e.yy < 0 || determinant < -1e-12 * e.xx * e.yy)
    throw error({.where = "figure::plane", .place = std::string("ellipse of ") + word(e.kind), .problem = "no distribution has this covariance", .expected = "xx ≥ 0, yy ≥ 0, xx yy ≥ xy²",
                 .found = "xx = " + std::to_string(e.xx) + ", xy = " + std::to_string(e.xy) + ", yy = " + std::to_string(e.yy), .advice = "pass variances and the covariance, not standard deviations and a correlation"});
  auto const large = (e.xx + e.yy) / 2 + std::hypot((e.xx - e.yy) / 2, e.xy);
  auto const a = sd * std::sqrt(large), b = large > 0 ? sd * std::sqrt((std::max)(determinant, 0.0) / large) : 0;
  auto const tilt = std::atan2(2 * e.xy, e.xx - e.yy) / 2, c = std::cos(tilt), s = std::sin(tilt);
  std::vector<std::array<double, 2>> line;
  for (int k = 0; k <= points; ++k) {
    auto const phi = 2 * std::numbers::pi * (k % points) / points, u = a * std::cos(phi), v = b * std::sin(phi);
    line.push_back({e.x + u * c - v * s, e.y + u * s + v * c});
  }
  return line;
}

namespace detail {

/// A text as a key of the object that an expression makes.
inline auto key(std::string const& text) -> std::string { return json(text).dump() + ": "; }

/// From the smallest to the largest value seen; zero is always seen.
struct extent {
  double low = 0, high = 0;
  void see(double v) { low = std::isfinite(v) ? (std::min)(low, v) : low, high = std::isfinite(v) ? (std::max)(high, v) : high; }
  [[nodiscard]] auto domain() const -> json { return low < high ? json::array({value(low), value(high)}) : json::array({0, 1}); }
};

inline auto mark(char const* type, char const* data, json look) -> json { return {{"type", type}, {"from", {{"data", data}}}, {"encode", {{"update", std::move(look)}}}}; }
/// A line of its own for each value of some fields, clipped to the frame.
inline auto lines(char const* data, json groupby, json marks) -> json {
  json const frame{{"width", {{"signal", "width"}}}, {"height", {{"signal", "height"}}}};
  return {{"type", "group"}, {"clip", true}, {"from", {{"facet", {{"name", std::string("one_of_") + data}, {"data", data}, {"groupby", std::move(groupby)}}}}}, {"encode", {{"update", frame}}}, {"marks", std::move(marks)}};
}
inline auto across(json y) -> json { return {{"x", {{"value", 0}}}, {"x2", {{"signal", "width"}}}, {"y", std::move(y)}, {"stroke", {{"value", "#999999"}}}}; }

/// The same line wider and white, to lie beneath it.
inline auto halo(json line) -> json { return line.update({{"stroke", {{"value", "white"}}}, {"strokeWidth", {{"value", 4.5}}}, {"strokeOpacity", {{"value", 0.7}}}, {"tooltip", {{"value", nullptr}}}}), line; }

/// The row of a unit. The ring has the colour of the likelier class, and the fill fades with the posterior of the class that the unit was given.
inline auto plane_row(plane_point const& u) -> json {
  json row{{"u", u.unit}, {"x", value(u.x)}, {"y", value(u.y)}, {"k", word(u.kind)}, {"s", u.bound ? "triangle-right" : "circle"}, {"note", u.note}, {"p", value(u.posterior)}, {"o", 0.7}, {"r", word(u.kind)}};
  if (!std::isfinite(u.posterior)) return row;
  row["o"] = value(0.1 + 0.65 * (u.kind == cell::i ? u.posterior : u.kind == cell::e ? 1 - u.posterior : 0));
  row["r"] = u.posterior == 0.5 ? "neither" : word(u.posterior > 0.5 ? cell::i : cell::e);
  return row;
}

}  // namespace detail

/// (f) The units in the plane of two waveform features, and above it the histogram of the first with its modes and the cut.
///
/// Units lacking y stand on the axis. Fitted groups are closed lines at 1 and 2 SD. Where a unit has a posterior, it has a ring in the colour of
/// the likelier class and a fill that fades with the posterior of its own: undecided units are nearly hollow.
///
/// Units    `cut_ms` and `modes_ms` (lower mode, trough between the modes, upper mode) those of x
/// Errors   an ellipse whose covariance is not positive semi-definite
inline auto plane(std::span<plane_point const> units, plane_axes const& axes, std::optional<double> cut_ms, std::span<plane_ellipse const> ellipses = {}, std::optional<std::array<double, 3>> modes_ms = std::nullopt) -> json {
  auto rows = json::array(), rings = json::array(), modes = json::array(), cut = json::array();
  detail::extent x, y;
  auto bounds = false;
  for (auto const& u : units)
    if (std::isfinite(u.x)) rows.push_back(detail::plane_row(u)), x.see(u.x), y.see(u.y), bounds |= u.bound;
  auto const signed_x = x.low < 0, signed_y = y.low < 0;
  for (std::size_t n = 0; n < ellipses.size(); ++n)
    for (auto const sd : {1, 2})
      for (auto const& p : ellipse_line(ellipses[n], sd)) {
        rings.push_back({{"n", n}, {"k", word(ellipses[n].kind)}, {"w", value(ellipses[n].weight)}, {"sd", sd}, {"x", value(p[0])}, {"y", value(p[1])}});
        x.see(signed_x ? p[0] : (std::max)(p[0], 0.0)), y.see(signed_y ? p[1] : (std::max)(p[1], 0.0));
      }
  if (cut_ms && std::isfinite(*cut_ms))  // not between the histogram and the plane, where the modes have their names
    cut = {{{"x", value(*cut_ms)}, {"from", 0}, {"to", 70}, {"tip", "cut"}}, {{"x", value(*cut_ms)}, {"from", 104}, {"tip", "cut"}}}, x.see(*cut_ms);
  for (std::size_t k = 0; modes_ms && k < 3; ++k)
    if (std::isfinite((*modes_ms)[k])) modes.push_back({{"x", value((*modes_ms)[k])}, {"what", k == 1 ? "fewest" : "mode"}, {"tip", k == 0 ? "lower mode" : k == 1 ? "fewest between the modes" : "upper mode"}}), x.see((*modes_ms)[k]);
  double step = 0.025;
  while (x.high - x.low > 100 * step) step *= 2;

  auto spec = blank(360, "Units in the plane of two waveform features, coloured by class");
  json const bin{{"type", "bin"}, {"field", "x"}, {"extent", {std::floor(x.low / step) * step, std::ceil((x.high + step) / step) * step}}, {"step", step}};
  json const total{{"type", "aggregate"}, {"groupby", {"bin0", "bin1", "k"}}}, stack{{"type", "stack"}, {"groupby", json::array({"bin0"})}, {"field", "count"}, {"sort", {{"field", "k"}}}};
  spec["data"] = {{{"name", "u"}, {"values", rows}}, {{"name", "bins"}, {"source", "u"}, {"transform", {bin, total, stack}}}, {{"name", "rings"}, {"values", rings}}, {{"name", "modes"}, {"values", modes}}, {{"name", "cut"}, {"values", cut}}};
  spec["scales"] = {{{"name", "x"}, {"type", "linear"}, {"domain", x.domain()}, {"range", "width"}, {"nice", true}}, {{"name", "y"}, {"type", "linear"}, {"domain", y.domain()}, {"range", {{"signal", "[height, 104]"}}}, {"nice", true}},
                    {{"name", "n"}, {"type", "linear"}, {"domain", {{"data", "bins"}, {"field", "y1"}}}, {"range", {70, 0}}, {"nice", true}}, class_scale(true)};
  auto count = axis("left", "n", "Units", false);
  count["tickCount"] = 3;
  spec["axes"] = {axis("bottom", "x", axes.x_title + (bounds ? "; triangles: at least this" : "")), axis("left", "y", axes.y_title), count};
  spec["legends"] = {{{"fill", "class"}, {"title", ellipses.empty() ? "Class" : "Class; lines: fitted groups at 1 and 2 SD"}, {"titleLimit", 400}, {"orient", "top"}, {"direction", "horizontal"}, {"symbolType", "circle"}}};

  json bars{{"x", field("x", "bin0")}, {"x2", field("x", "bin1")}, {"y", field("n", "y0")}, {"y2", field("n", "y1")}, {"fill", field("class", "k")}, {"tooltip", {{"signal", "{" + detail::key(axes.x_title) + "format(datum.bin0, '.3f') + ' to ' + format(datum.bin1, '.3f'), 'class': datum.k, 'units': datum.count}"}}}};
  json const tip{{"signal", "datum.tip + ': ' + format(datum.x, '.3f')"}};
  json const ticks{{"x", field("x", "x")}, {"y", {{"value", 71}}}, {"y2", {{"value", 78}}}, {"stroke", {{"value", ink}}}, {"strokeWidth", {{"value", 2}}}, {"tooltip", tip}};
  json const halves{{"x", field("x", "x")}, {"y", {{"field", "from"}}}, {"y2", {{"signal", "isValid(datum.to) ? datum.to : height"}}}, {"stroke", {{"value", ink}}}, {"strokeDash", {{"value", {4, 3}}}}, {"tooltip", tip}};
  json const names{{"x", field("x", "x")}, {"y", {{"value", 88}}}, {"text", {{"field", "what"}}}, {"align", {{"value", "center"}}}, {"font", {{"value", "sans-serif"}}}, {"fontSize", {{"value", 10}}}, {"fill", {{"value", "#555555"}}}, {"tooltip", tip}};
  json ring{{"x", field("x", "x")}, {"y", field("y", "y")}, {"stroke", field("class", "k")}, {"strokeWidth", {{"signal", "datum.sd == 1 ? 2 : 1.25"}}}, {"strokeOpacity", {{"value", 0.85}}}, {"tooltip", {{"signal", "{'fitted group': datum.k, 'line at': datum.sd + ' SD', 'share of units': isValid(datum.w) ? format(datum.w, '.3f') : ''}"}}}};
  json dot{{"x", field("x", "x")}, {"y", {{"signal", "isValid(datum.y) ? scale('y', datum.y) : height"}}}, {"shape", {{"field", "s"}}}, {"size", {{"value", std::clamp(8000 / static_cast<int>(rows.size() + 1), 14, 40)}}}, {"fill", field("class", "k")}, {"fillOpacity", {{"field", "o"}}},
           {"stroke", field("class", "r")}, {"strokeWidth", {{"signal", "isValid(datum.p) ? 1.25 : 0"}}}, {"tooltip", {{"signal", "{'unit': datum.u, 'class': datum.k, " + detail::key(axes.x_title) + "format(datum.x, '.4f'), " + detail::key(axes.y_title) + "isValid(datum.y) ? format(datum.y, '.4f') : 'undefined', 'posterior of I': isValid(datum.p) ? format(datum.p, '.3f') : '', 'note': datum.note}"}}}};
  auto const groups = detail::lines("rings", {"n", "sd"}, json::array({detail::mark("line", "one_of_rings", detail::halo(ring)), detail::mark("line", "one_of_rings", ring)})), dots = detail::mark("symbol", "u", dot);
  auto const many = rows.size() > 200;  // few units lie on the lines of the groups, many beneath them
  spec["marks"] = {detail::mark("rect", "bins", bars), {{"type", "rule"}, {"encode", {{"update", detail::across({{"value", 70.5}})}}}}, detail::mark("rule", "modes", ticks), detail::mark("text", "modes", names), detail::mark("rule", "cut", halves), many ? dots : groups, many ? groups : dots};
  return spec;
}

/// The mean waveform of a unit, from its baseline. Any amplitude: it is drawn relative to its trough.
struct waveform_line {
  std::string unit;
  cell kind;
  double begin_ms, step_ms;    ///< time of the first sample from the trough (so ≤ 0), and from sample to sample
  std::vector<double> values;  ///< NaN where there is none
};

/// The mean waveform of a class, each unit scaled to a trough of depth 1.
///
/// Result   mean NaN where less than half of the units have a value, sd (of n − 1) also where fewer than two have
struct class_waveform {
  cell kind;
  std::size_t units;
  double begin_ms, step_ms;
  std::vector<double> mean, sd;
};

/// How deep the trough is: minus the smallest sample less than one step from time zero.
///
/// Result   in the unit of the values; NaN where there is no sample, or none below zero
/// Errors   a step that is not above zero
inline auto trough_depth(waveform_line const& w) -> double {
  if (!(w.step_ms > 0) || !std::isfinite(w.step_ms) || !std::isfinite(w.begin_ms))
    throw error({.where = "figure::mean_waveforms", .place = "unit " + w.unit, .problem = "the samples have no times", .expected = "a finite begin_ms and step_ms > 0", .found = "begin_ms = " + std::to_string(w.begin_ms) + ", step_ms = " + std::to_string(w.step_ms), .advice = "a step is 1000 ms over the sampling rate in Hz"});
  double lowest = 0;
  for (std::size_t k = 0; k < w.values.size(); ++k)
    if (std::abs(w.begin_ms / w.step_ms + static_cast<double>(k)) < 1 - 1e-9 && w.values[k] < lowest) lowest = w.values[k];
  return lowest < 0 && std::isfinite(lowest) ? -lowest : undefined(reason::not_available);
}

/// The means of the classes on one grid of times, which has time zero on it and the smallest step of all units; values between samples by a line.
///
/// Result   E, I, neither, those that have a unit with a trough
/// Errors   a step that is not above zero, or so small that a grid of it has more than a hundred thousand times
/// Cost     O(units × times)
inline auto class_waveforms(std::span<waveform_line const> units) -> std::vector<class_waveform> {
  std::vector<double> depths;
  auto step = std::numeric_limits<double>::infinity(), low = step, high = -step;
  for (auto const& w : units) {
    depths.push_back(trough_depth(w));
    if (!std::isnan(depths.back())) step = (std::min)(step, w.step_ms), low = (std::min)(low, w.begin_ms), high = (std::max)(high, w.begin_ms + w.step_ms * static_cast<double>(w.values.size() - 1));
  }
  if (!(low <= high)) return {};
  if (!((high - low) / step < 1e5)) throw error({.where = "figure::class_waveforms", .place = {}, .problem = "the finest waveform is too fine for the longest", .expected = "at most 100000 steps from first to last", .found = "a step of " + std::to_string(step) + " ms over " + std::to_string(high - low) + " ms", .advice = "check the sampling rates"});
  auto const first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  std::vector<class_waveform> out;
  for (auto const kind : {cell::e, cell::i, cell::neither}) {
    std::vector<std::size_t> of;
    for (std::size_t u = 0; u < units.size(); ++u)
      if (units[u].kind == kind && !std::isnan(depths[u])) of.push_back(u);
    class_waveform c{kind, of.size(), first * step, step, {}, {}};
    for (auto k = first; k <= last; ++k) {
      std::vector<double> here;
      for (auto const u : of) {
        auto const& w = units[u];
        auto const at = (k * step - w.begin_ms) / w.step_ms, end = static_cast<double>(w.values.size() - 1);
        if (at < -1e-9 || at > end + 1e-9) continue;
        auto const whole = std::clamp(std::floor(at + 1e-9), 0.0, end), part = (std::max)(at - whole, 0.0);
        auto const left = w.values[static_cast<std::size_t>(whole)], v = part < 2e-9 ? left : left + part * (w.values[static_cast<std::size_t>(whole) + 1] - left);
        if (std::isfinite(v)) here.push_back(v / depths[u]);
      }
      double n = static_cast<double>(here.size()), sum = 0, squares = 0;
      for (auto const v : here) sum += v;
      for (auto const v : here) squares += (v - sum / n) * (v - sum / n);
      auto const enough = !here.empty() && 2 * here.size() >= of.size();
      c.mean.push_back(enough ? sum / n : undefined(reason::not_available)), c.sd.push_back(enough && n > 1 ? std::sqrt(squares / (n - 1)) : undefined(reason::not_available));
    }
    if (!of.empty()) out.push_back(std::move(c));
  }
  return out;
}

/// Which units' lines are drawn: those with a trough, of more than `most` evenly chosen ones. A caption should tell if these are not all.
///
/// Result   rising indices
/// Errors   as trough_depth
inline auto drawn_lines(std::span<waveform_line const> units, std::size_t most = 400) -> std::vector<std::size_t> {
  std::vector<std::size_t> all;
  for (std::size_t u = 0; u < units.size(); ++u)
    if (!std::isnan(trough_depth(units[u]))) all.push_back(u);
  auto const n = all.size();
  for (std::size_t k = 0; n > most && k < most; ++k) all[k] = all[k * n / most];
  all.resize((std::min)(n, most));
  return all;
}

/// (g) The mean waveforms of the units as thin lines, aligned at the trough and scaled to its depth, and on them the mean ± SD of each class.
///
/// Drawn from −1.5 to 1.5 at most, over the times at which half of the units of some class have a value.
///
/// Errors   as trough_depth
inline auto mean_waveforms(std::span<waveform_line const> units, std::span<class_waveform const> means) -> json {
  auto rows = json::array(), curves = json::array(), domain = json::array(), range = json::array();
  json counts = json::object();
  detail::extent t, y{-1.05, 0};
  for (auto const& c : means) {
    domain.push_back(word(c.kind)), range.push_back(colour(c.kind)), counts[word(c.kind)] = c.units;
    auto curve = json::array();
    for (std::size_t k = 0; k < c.mean.size(); ++k) {
      auto const at = c.begin_ms + c.step_ms * static_cast<double>(k), m = c.mean[k], sd = c.sd[k];
      if (std::isfinite(m)) curve.push_back({{"k", word(c.kind)}, {"t", value(at)}, {"m", value(m)}, {"lo", value(m - sd)}, {"hi", value(m + sd)}}), t.see(at), y.see(m), y.see(m - sd), y.see(m + sd);
    }
    curves.insert(c.kind == cell::neither ? curves.begin() : curves.end(), curve.begin(), curve.end());  // neither class beneath
  }
  auto const drawn = drawn_lines(units);
  for (auto const grey_ones : {true, false})
    for (auto const u : drawn) {
      auto const& w = units[u];
      if ((w.kind == cell::neither) != grey_ones) continue;
      auto const depth = trough_depth(w);
      auto values = json::array();
      for (auto const v : w.values) values.push_back(std::isfinite(v) ? json(std::round(v / depth * 1e4) / 1e4) : json(nullptr)), y.see(v / depth);
      if (means.empty()) t.see(w.begin_ms), t.see(w.begin_ms + w.step_ms * static_cast<double>(w.values.size() - 1));
      rows.push_back({{"u", w.unit}, {"i", u}, {"k", word(w.kind)}, {"b", value(w.begin_ms)}, {"s", value(w.step_ms)}, {"v", std::move(values)}});
    }
  if (means.empty()) domain = class_legend(true), range = {blue, red, grey};
  y.low = (std::max)(y.low, -1.5), y.high = (std::min)(y.high, 1.5);

  auto spec = blank(300, "Mean waveforms of the units and of the classes, relative to the depth of the trough");
  spec["signals"] = {{{"name", "counts"}, {"value", counts}}};
  json const samples{{"type", "flatten"}, {"fields", json::array({"v"})}, {"index", "n"}}, times{{"type", "formula"}, {"as", "t"}, {"expr", "datum.b + datum.n * datum.s"}};
  spec["data"] = {{{"name", "units"}, {"values", rows}, {"transform", {samples, times}}}, {{"name", "classes"}, {"values", curves}}};
  spec["scales"] = {{{"name", "x"}, {"type", "linear"}, {"domain", t.domain()}, {"range", "width"}}, {{"name", "y"}, {"type", "linear"}, {"domain", y.domain()}, {"range", "height"}, {"nice", true}}, {{"name", "class"}, {"type", "ordinal"}, {"domain", domain}, {"range", range}}};
  spec["axes"] = {axis("bottom", "x", "Time from the trough (ms)"), axis("left", "y", "Relative to the trough's depth")};
  spec["legends"] = {{{"stroke", "class"}, {"title", means.empty() ? "Class" : "Class; thick: mean ± SD"}, {"titleLimit", 400}, {"orient", "top"}, {"direction", "horizontal"}, {"symbolType", "stroke"}, {"symbolStrokeWidth", 3},
                       {"encode", {{"labels", {{"update", {{"text", {{"signal", "isValid(counts[datum.value]) ? datum.value + ', ' + format(counts[datum.value], ',') + (counts[datum.value] == 1 ? ' unit' : ' units') : datum.value"}}}}}}}}}}};
  auto const opacity = std::clamp(25 / static_cast<double>(drawn.size() + 1), 0.06, 0.5);
  json thin{{"x", field("x", "t")}, {"y", field("y", "v")}, {"defined", {{"signal", "isValid(datum.v)"}}}, {"stroke", field("class", "k")}, {"strokeWidth", {{"signal", "datum.k === 'neither' ? 0.6 : 1"}}}, {"strokeOpacity", {{"value", value(opacity)}}}, {"tooltip", {{"signal", "{'unit': datum.u, 'class': datum.k}"}}}};
  json const band{{"x", field("x", "t")}, {"y", field("y", "lo")}, {"y2", field("y", "hi")}, {"defined", {{"signal", "isValid(datum.lo)"}}}, {"fill", field("class", "k")}, {"fillOpacity", {{"value", 0.2}}}, {"stroke", field("class", "k")}, {"strokeWidth", {{"value", 0.75}}}, {"strokeOpacity", {{"value", 0.6}}}};
  json const thick{{"x", field("x", "t")}, {"y", field("y", "m")}, {"stroke", field("class", "k")}, {"strokeWidth", {{"signal", "datum.k === 'neither' ? 2 : 3"}}}, {"tooltip", {{"signal", "{'mean of': datum.k, 'units': format(counts[datum.k], ',')}"}}}};
  spec["marks"] = json::array({{{"type", "rule"}, {"encode", {{"update", detail::across({{"scale", "y"}, {"value", 0}})}}}}, detail::lines("units", json::array({"i"}), json::array({detail::mark("line", "one_of_units", thin)})),
                               detail::lines("classes", json::array({"k"}), json::array({detail::mark("area", "one_of_classes", band), detail::mark("line", "one_of_classes", detail::halo(thick)), detail::mark("line", "one_of_classes", thick)}))});
  return spec;
}

}  // namespace figure
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
