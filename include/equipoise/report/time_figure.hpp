// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Pictures over time as Vega specifications: the image of deviations with the multiscale traces, r in windows, the mirrored histogram, the raster.
///
/// The time axis zooms with the wheel, moves when dragged, and comes back with a double click.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "figure.hpp"
#include "pictures.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace figure {

/// The signals of a time axis that zooms within [begin, end] seconds.
inline auto zoom_signals(double begin_s, double end_s) -> json {
  json const full{begin_s, end_s};
  return {{{"name", "full"}, {"value", full}},
          {{"name", "down"}, {"value", nullptr}, {"on", {{{"events", "mousedown"}, {"update", "[x(), span[0], span[1]]"}}, {{"events", "window:mouseup"}, {"update", "null"}}}}},
          {{"name", "moved"}, {"value", 0}, {"on", {{{"events", "[mousedown, window:mouseup] > window:mousemove!"}, {"update", "down ? (down[0] - x()) / width : 0"}}}}},
          {{"name", "anchor"}, {"value", 0}, {"on", {{{"events", "wheel"}, {"update", "invert('t', x())"}}}}},
          {{"name", "wheeled"}, {"value", 1}, {"on", {{{"events", "wheel!"}, {"force", true}, {"update", "pow(1.001, event.deltaY * pow(16, event.deltaMode))"}}}}},
          {{"name", "span"},
           {"value", full},
           {"on",
            {{{"events", {{"signal", "moved"}}}, {"update", "down ? panLinear([down[1], down[2]], -moved) : span"}},
             {{"events", {{"signal", "wheeled"}}}, {"update", "[max(full[0], anchor + (span[0] - anchor) * wheeled), min(full[1], anchor + (span[1] - anchor) * wheeled)]"}},
             {{"events", "dblclick"}, {"update", "full"}}}}}};
}
/// From one time to another in whole pixels, so that neighbours leave no seam.
inline auto pixels(std::string const& from, std::string const& to) -> json {
  return {{"x", {{"signal", "floor(scale('t', " + from + "))"}}}, {"x2", {{"signal", "ceil(scale('t', " + to + "))"}}}};
}
inline auto time_scale() -> json { return {{"name", "t"}, {"type", "linear"}, {"domain", {{"signal", "span"}}}, {"range", "width"}, {"zero", false}, {"nice", false}}; }
/// A panel that clips what leaves the time axis.
inline auto panel(json const& y, json const& height, json marks, json more = json::object()) -> json {
  json p{{"type", "group"}, {"clip", true}, {"encode", {{"update", {{"y", y}, {"width", {{"signal", "width"}}}, {"height", height}}}}}, {"marks", std::move(marks)}};
  p.update(more);
  return p;
}

/// The axis of bin widths beside `n` rows of an image, fine scales on top; some of them are written. Needs the signal `widths` and the scale "k".
inline auto width_axis(int n) -> json {
  auto k = axis("left", "k", "Bin width (ms)", false);
  auto ticks = json::array();
  for (int at = 0; at < n; at += std::max(1, (n + 7) / 8)) ticks.push_back(at + 0.5);
  k["values"] = ticks;
  k["encode"] = {{"labels", {{"update", {{"text", {{"signal", "format(widths[floor(datum.value)], ',.3~r')"}}}}}}}};
  return k;
}
inline auto row_scale(int n, int height) -> json { return {{"name", "k"}, {"type", "linear"}, {"domain", {0, n}}, {"range", {0, height}}, {"nice", false}}; }
inline auto widths_signal(std::span<double const> widths_ms) -> json {
  auto labels = json::array();
  for (auto const w : widths_ms) labels.push_back(value(w));
  return {{"name", "widths"}, {"value", labels}};
}
inline auto image_height(std::size_t scales) -> int { return std::clamp(11 * static_cast<int>(scales), 80, 360); }
/// What lies in sight of cells [row, begin, end, value].
inline auto cells_data(json rows) -> json {
  return {{"name", "cells"}, {"values", std::move(rows)}, {"transform", {{{"type", "filter"}, {"expr", "datum[2] > span[0] && datum[1] < span[1]"}}}}};
}
/// A rectangle per cell; `says` is the tooltip's last entry.
inline auto cell_marks(std::string const& says) -> json {
  auto cell = pixels("datum[1]", "datum[2]");
  cell.update({{"y", {{"signal", "floor(scale('k', datum[0]))"}}}, {"y2", {{"signal", "floor(scale('k', datum[0] + 1))"}}}, {"fill", field("d", "3")},
    {"tooltip", {{"signal", "{'bin width': format(widths[datum[0]], ',.4~g') + ' ms', 'time': format(datum[1], '.3f') + ' to ' + format(datum[2], '.3f') + ' s', " + says + "}"}}}});
  return {{"type", "rect"}, {"from", {{"data", "cells"}}}, {"encode", {{"update", cell}}}};
}

/// A labelled stretch over the image: a brain state.
struct state_bar {
  double begin_s, end_s;
  std::string label;
};

/// (b) The scale × time image, fine scales on top, and beneath it on the same axis the multiscale traces of E and I.
///
/// `limit` is the deviation of full colour; 0 takes the 99.5 % quantile of |D|, so that a few outliers do not pale the rest.
inline auto balance_image(std::span<image_cell const> cells, std::span<double const> widths_ms, std::span<trace_point const> traces, std::span<state_bar const> states, double begin_s, double end_s, double limit = 0) -> json {
  auto rows = json::array(), trace = json::array(), bars = json::array();
  std::vector<double> sizes;
  for (auto const& c : cells) {
    auto short_of = [](double x, double by) { return std::round(x * by) / by; };
    rows.push_back(json::array({c.scale, short_of(c.begin_s, 1e4), short_of(c.end_s, 1e4), short_of(c.deviation, 100)}));
    sizes.push_back(std::abs(c.deviation));
  }
  if (limit <= 0 && !sizes.empty()) {
    auto const at = sizes.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(sizes.size() - 1) * 0.995);
    std::nth_element(sizes.begin(), at, sizes.end());
    limit = std::ceil(*at * 2) / 2;
  }
  for (auto const& p : traces) trace.push_back({{"t", value(p.time_s)}, {"e", value(p.e)}, {"i", value(p.i)}});
  for (auto const& s : states) bars.push_back({{"b", s.begin_s}, {"e", s.end_s}, {"l", s.label}});
  auto const n = static_cast<int>(widths_ms.size());
  auto const tall = image_height(widths_ms.size());

  auto spec = blank(tall + 170, "Image of the deviation of excitation and inhibition, scale against time, with the multiscale activity of both beneath");
  spec["data"] = {cells_data(std::move(rows)), {{"name", "trace"}, {"values", trace}}, {{"name", "states"}, {"values", bars}}};
  spec["signals"] = zoom_signals(begin_s, end_s);
  spec["signals"].push_back(widths_signal(widths_ms));
  spec["scales"] = {time_scale(),
                    row_scale(n, tall),
                    {{"name", "d"}, {"type", "linear"}, {"domain", {-limit, -limit / 2, 0, limit / 2, limit}}, {"range", {"#a11d21", "#e08a7b", "#f7f7f7", "#7fb0d6", "#1b4f8a"}}, {"clamp", true}, {"interpolate", "rgb"}},
                    {{"name", "z"}, {"type", "linear"}, {"domain", {{"data", "trace"}, {"fields", {"e", "i"}}}}, {"range", {tall + 140, tall + 30}}, {"nice", true}},
                    class_scale()};
  auto z = axis("left", "z", "Activity (z)");
  z["tickCount"] = 5;
  auto t = axis("bottom", "t", "Time (s): wheel zooms, drag moves, double click shows all", false);
  t["offset"] = -25;
  spec["axes"] = {width_axis(n), z, t};
  spec["legends"] = {{{"fill", "d"}, {"type", "gradient"}, {"title", "z(E) − z(I): blue E, red I exceeds"}, {"orient", "top"}, {"direction", "horizontal"}, {"gradientLength", 180}, {"gradientThickness", 10}},
                     {{"stroke", "class"}, {"title", "Activity"}, {"orient", "top"}, {"direction", "horizontal"}, {"symbolType", "stroke"}, {"symbolStrokeWidth", 3}}};
  auto line = [](char const* name, char const* stroke) {
    return json{{"type", "line"}, {"from", {{"data", "trace"}}}, {"encode", {{"update", {{"x", field("t", "t")}, {"y", field("z", name)}, {"stroke", {{"value", stroke}}}, {"strokeWidth", {{"value", 1.2}}}}}}}};
  };
  json const state{{"type", "rect"}, {"from", {{"data", "states"}}}, {"encode", {{"update", {{"x", field("t", "b")}, {"x2", field("t", "e")}, {"y", {{"value", tall + 6}}}, {"height", {{"value", 14}}}, {"fill", {{"value", "#dddddd"}}}, {"stroke", {{"value", "#ffffff"}}}, {"tooltip", {{"signal", "{'state': datum.l, 'from': datum.b + ' s', 'to': datum.e + ' s'}"}}}}}}}};
  json const name{{"type", "text"}, {"from", {{"data", "states"}}}, {"encode", {{"update", {{"x", {{"signal", "(scale('t', datum.b) + scale('t', datum.e)) / 2"}}}, {"y", {{"value", tall + 13}}}, {"text", {{"field", "l"}}}, {"align", {{"value", "center"}}}, {"baseline", {{"value", "middle"}}}, {"fontSize", {{"value", 10}}}, {"limit", {{"signal", "scale('t', datum.e) - scale('t', datum.b)"}}}}}}}};
  spec["marks"] = {panel({{"value", 0}}, {{"signal", "height"}}, {cell_marks("'z(E) − z(I)': format(datum[3], '.2f')"), state, name, line("e", blue), line("i", red)})};
  return spec;
}

/// r of one scale in one window; drawn over one hop around the window's middle.
struct window_cell {
  std::size_t scale;
  double begin_s, end_s, r;
};

/// The movie of r over scales: correlation of E and I in windows, scale against time. What is undefined is left white.
inline auto coupling_image(std::span<window_cell const> cells, std::span<double const> widths_ms, double begin_s, double end_s) -> json {
  auto rows = json::array();
  for (auto const& c : cells)
    if (!std::isnan(c.r)) rows.push_back(json::array({c.scale, std::round(c.begin_s * 1e4) / 1e4, std::round(c.end_s * 1e4) / 1e4, std::round(c.r * 1e3) / 1e3}));
  auto const n = static_cast<int>(widths_ms.size());
  auto const tall = image_height(widths_ms.size());
  auto spec = blank(tall, "Image of the correlation of excitation and inhibition in sliding windows, scale against time");
  spec["data"] = json::array({cells_data(std::move(rows))});
  spec["signals"] = zoom_signals(begin_s, end_s);
  spec["signals"].push_back(widths_signal(widths_ms));
  spec["scales"] = {time_scale(), row_scale(n, tall), {{"name", "d"}, {"type", "linear"}, {"domain", {-1, -0.5, 0, 0.5, 1}}, {"range", {"#762a83", "#c2a5cf", "#f1f1ef", "#7fbf7b", "#1b7837"}}, {"clamp", true}, {"interpolate", "rgb"}}};
  spec["axes"] = {width_axis(n), axis("bottom", "t", "Middle of the window (s): wheel zooms, drag moves, double click shows all", false)};
  spec["legends"] = json::array({{{"fill", "d"}, {"type", "gradient"}, {"title", "r of E and I"}, {"orient", "top"}, {"direction", "horizontal"}, {"gradientLength", 180}, {"gradientThickness", 10}}});
  spec["marks"] = {panel({{"value", 0}}, {{"signal", "height"}}, json::array({cell_marks("'r': format(datum[3], '.3f')")}))};
  return spec;
}

/// (c) Mirrored histogram: each population's rate relative to its own mean, excitation upwards, inhibition downwards.
inline auto mirror(std::span<mirrored_bar const> bars, double begin_s, double end_s) -> json {
  double e = 0, i = 0;
  for (auto const& b : bars) e += b.e_hz / static_cast<double>(bars.size()), i += b.i_hz / static_cast<double>(bars.size());
  auto rows = json::array();
  for (auto const& b : bars) rows.push_back({{"b", value(b.begin_s)}, {"e", value(b.end_s)}, {"up", value(e > 0 ? b.e_hz / e : 0)}, {"down", value(i > 0 ? -b.i_hz / i : 0)}, {"ehz", value(b.e_hz)}, {"ihz", value(b.i_hz)}});
  auto spec = blank(220, "Mirrored histogram of excitatory (up) and inhibitory (down) firing rate over time, each relative to its mean");
  spec["data"] = {{{"name", "bars"}, {"values", rows}}};
  spec["signals"] = zoom_signals(begin_s, end_s);
  spec["scales"] = {time_scale(), {{"name", "y"}, {"type", "linear"}, {"domain", {{"data", "bars"}, {"fields", {"up", "down"}}}}, {"range", "height"}, {"nice", true}, {"zero", true}}, class_scale()};
  auto y = axis("left", "y", "Rate / own mean");
  y["tickCount"] = 7;
  y["encode"] = {{"labels", {{"update", {{"text", {{"signal", "format(abs(datum.value), '~g')"}}}}}}}};
  spec["axes"] = {axis("bottom", "t", "Time (s)", false), y};
  spec["legends"] = {{{"fill", "class"}, {"title", "E up, I down"}, {"orient", "top"}, {"direction", "horizontal"}, {"symbolType", "square"}}};
  auto bar = [](char const* name, char const* fill) {
    auto look = pixels("datum.b", "datum.e");
    look.update({{"y", field("y", name)}, {"y2", {{"scale", "y"}, {"value", 0}}}, {"fill", {{"value", fill}}},
      {"tooltip", {{"signal", "{'time': format(datum.b, '.2f') + ' to ' + format(datum.e, '.2f') + ' s', 'E': format(datum.ehz, '.3f') + ' Hz per cell', 'I': format(datum.ihz, '.3f') + ' Hz per cell'}"}}}});
    return json{{"type", "rect"}, {"from", {{"data", "bars"}}}, {"encode", {{"update", look}}}};
  };
  spec["marks"] = {panel({{"value", 0}}, {{"signal", "height"}}, {bar("up", blue), bar("down", red)})};
  return spec;
}

/// One spike of the raster.
struct raster_spike {
  double time_s;
  std::size_t row;
};
/// One row of the raster, from the bottom.
struct raster_row {
  std::string unit;
  cell kind;
  double rate_hz;
};

/// (d) Spikes of a stretch, one row per unit, sorted by rate.
inline auto raster(std::span<raster_spike const> spikes, std::span<raster_row const> rows, double begin_s, double end_s) -> json {
  auto points = json::array(), units = json::array();
  for (auto const& s : spikes) points.push_back(json::array({std::round(s.time_s * 1e4) / 1e4, s.row}));
  for (auto const& r : rows) units.push_back({{"u", r.unit}, {"k", word(r.kind)}, {"c", colour(r.kind)}, {"hz", value(r.rate_hz)}});
  auto spec = blank(std::clamp(static_cast<int>(rows.size()) * 3 / 2, 160, 420), "Raster of spikes, excitatory units blue, inhibitory red, sorted by rate");
  spec["data"] = {{{"name", "spikes"}, {"values", points}}};
  spec["signals"] = zoom_signals(begin_s, end_s);
  spec["signals"].push_back({{"name", "units"}, {"value", units}});
  spec["scales"] = {time_scale(), {{"name", "y"}, {"type", "linear"}, {"domain", {0, std::max<std::size_t>(1, rows.size())}}, {"range", "height"}, {"nice", false}}, class_scale()};
  spec["axes"] = {axis("bottom", "t", "Time (s)", false), axis("left", "y", "Unit, sorted by rate", false)};
  spec["legends"] = {{{"stroke", "class"}, {"title", "Class"}, {"orient", "top"}, {"direction", "horizontal"}, {"symbolType", "stroke"}, {"symbolStrokeWidth", 3}}};
  json const tick{{"type", "rect"}, {"from", {{"data", "spikes"}}}, {"encode", {{"update", {{"x", field("t", "0")}, {"width", {{"value", 1.5}}}, {"y", {{"signal", "scale('y', datum[1] + 1)"}}}, {"height", {{"signal", "max(2, 0.9 * height / max(1, length(units)))"}}}, {"fill", {{"signal", "units[datum[1]].c"}}},
    {"tooltip", {{"signal", "{'unit': units[datum[1]].u, 'class': units[datum[1]].k, 'rate': format(units[datum[1]].hz, '.2f') + ' Hz', 'time': format(datum[0], '.4f') + ' s'}"}}}}}}}};
  spec["marks"] = {panel({{"value", 0}}, {{"signal", "height"}}, json::array({tick}))};
  return spec;
}

}  // namespace figure
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
