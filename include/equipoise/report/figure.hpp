// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Pictures as Vega specifications: correlation against scale, correlation by lag. E is blue and I red everywhere.
///
/// A specification is plain JSON that any Vega (version 5) draws; `width` is a signal, so that a page can fit it to its column.

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../concepts/balance.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace figure {

using json = nlohmann::ordered_json;

/// Told apart by every kind of colour vision, and in grey: E dark blue, I red, neither grey.
inline constexpr auto blue = "#2166ac", red = "#c0392b", grey = "#8a8a8a", ink = "#222222";

inline auto colour(cell c) noexcept -> char const* { return c == cell::e ? blue : c == cell::i ? red : grey; }
inline auto word(cell c) noexcept -> char const* { return c == cell::e ? "E" : c == cell::i ? "I" : "neither"; }

/// A number for a picture: six digits, null if undefined.
inline auto value(double x) -> json {
  if (!std::isfinite(x)) return nullptr;
  if (x == 0) return 0;
  auto const scale = std::pow(10.0, 5 - std::floor(std::log10(std::abs(x))));
  return std::isfinite(scale) ? std::round(x * scale) / scale : x;
}

/// What all figures share. `height` in pixels.
inline auto blank(int height, char const* description) -> json {
  return {{"$schema", "https://vega.github.io/schema/vega/v5.json"}, {"description", description}, {"width", 640}, {"height", height}, {"padding", 5}, {"autosize", {{"type", "fit-x"}, {"contains", "padding"}}},
          {"config",
           {{"axis", {{"labelFont", "sans-serif"}, {"titleFont", "sans-serif"}, {"labelFontSize", 11}, {"titleFontSize", 12}, {"titleFontWeight", "normal"}, {"gridColor", "#e6e6e6"}, {"labelColor", ink}, {"titleColor", ink}}},
            {"legend", {{"labelFont", "sans-serif"}, {"titleFont", "sans-serif"}, {"labelFontSize", 11}, {"titleFontSize", 11}, {"titleFontWeight", "normal"}}}}}};
}
inline auto axis(char const* orient, char const* scale, std::string const& title, bool grid = true) -> json {
  return {{"orient", orient}, {"scale", scale}, {"title", title}, {"grid", grid}, {"labelOverlap", true}, {"domainColor", "#888888"}, {"tickColor", "#888888"}};
}
/// A legend of the classes as dots.
inline auto class_legend(bool neither = false) -> json {
  auto domain = json::array({"E", "I"});
  if (neither) domain.push_back("neither");
  return domain;
}
inline auto class_scale(bool neither = false) -> json {
  auto range = json::array({blue, red});
  if (neither) range.push_back(grey);
  return {{"name", "class"}, {"type", "ordinal"}, {"domain", class_legend(neither)}, {"range", range}};
}
/// A field through a scale, moved by so many pixels.
inline auto field(char const* scale, char const* name, double offset = 0) -> json {
  json f{{"scale", scale}, {"field", name}};
  if (offset != 0) f["offset"] = offset;
  return f;
}

/// One scale of the curve r(width).
struct coupling_point {
  double width_ms, rho;
  std::int64_t bins;
  std::string undefined;                    ///< why rho is, if it is
  std::optional<double> low{}, high{};      ///< an interval or a null band, if computed
};

/// A curve beside r, with its band: a null, a control. Undefined scales are left out.
struct coupling_beside {
  struct point {
    double width_ms, value, low, high;
  };
  std::string name;
  std::vector<point> points;
  bool filled = false;  ///< whether the band is drawn, or said by the tooltip only: one at a time can be seen
};

/// Bands and dashed lines under the curve of r, with a legend.
inline void add_beside(json& spec, std::span<coupling_beside const> beside) {
  auto rows = json::array(), names = json::array(), colours = json::array();
  static constexpr char const* palette[] = {"#b8860b", "#1b7837", "#762a83", "#a0522d"};  // neither blue nor red: those are E and I
  for (std::size_t k = 0; k < beside.size(); ++k) {
    names.push_back(beside[k].name), colours.push_back(palette[k % std::size(palette)]);
    for (auto const& p : beside[k].points)
      if (std::isfinite(p.value)) rows.push_back({{"w", value(p.width_ms)}, {"what", beside[k].name}, {"v", value(p.value)}, {"lo", value(p.low)}, {"hi", value(p.high)}, {"opacity", beside[k].filled ? 0.16 : 0}});
  }
  spec["data"].push_back({{"name", "beside"}, {"values", rows}});
  spec["data"].push_back({{"name", "drawn"}, {"source", "beside"}, {"transform", {{{"type", "filter"}, {"expr", "datum.opacity > 0"}}}}});
  spec["scales"][1]["domain"] = {{"fields", {{{"data", "r"}, {"field", "r"}}, {{"data", "r"}, {"field", "lo"}}, {{"data", "r"}, {"field", "hi"}}, {{"data", "drawn"}, {"field", "lo"}}, {{"data", "drawn"}, {"field", "hi"}}, {{"data", "beside"}, {"field", "v"}}}}};
  spec["scales"].push_back({{"name", "what"}, {"type", "ordinal"}, {"domain", names}, {"range", colours}});
  spec["legends"] = {{{"stroke", "what"}, {"title", "Beside r (black, grey its 95 % interval)"}, {"orient", "top"}, {"direction", "horizontal"}, {"symbolType", "stroke"}, {"symbolStrokeWidth", 3}, {"labelLimit", 320}, {"titleLimit", 400}, {"columns", 2}}};
  json const tip{{"signal", "{'bin width': format(datum.w, ',.4~g') + ' ms', 'what': datum.what, 'r': format(datum.v, '.3f'), 'between': format(datum.lo, '.3f') + ' and ' + format(datum.hi, '.3f')}"}};
  auto const band = json{{"x", field("x", "w")}, {"y", field("y", "lo")}, {"y2", field("y", "hi")}, {"fill", field("what", "what")}, {"fillOpacity", {{"field", "opacity"}}}};
  auto const line = json{{"x", field("x", "w")}, {"y", field("y", "v")}, {"stroke", field("what", "what")}, {"strokeWidth", {{"value", 1.5}}}, {"strokeDash", {{"value", {5, 3}}}}};
  auto const dot = json{{"x", field("x", "w")}, {"y", field("y", "v")}, {"size", {{"value", 30}}}, {"fill", {{"value", "transparent"}}}, {"tooltip", tip}};
  json group{{"type", "group"}, {"from", {{"facet", {{"name", "one"}, {"data", "beside"}, {"groupby", "what"}}}}}};
  for (auto const& [type, look] : {std::pair{"area", band}, {"line", line}, {"symbol", dot}}) group["marks"].push_back({{"type", type}, {"from", {{"data", "one"}}}, {"encode", {{"update", look}}}});
  spec["marks"].insert(spec["marks"].begin() + 1, std::move(group));
}

/// (a) Zero-lag correlation against scale, and what it is held against, dashed; scales without a value are crosses on the axis.
inline auto coupling(std::span<coupling_point const> points, std::span<coupling_beside const> beside = {}) -> json {
  auto rows = json::array(), missing = json::array();
  for (auto const& p : points) {
    if (!std::isfinite(p.rho)) {
      missing.push_back({{"w", value(p.width_ms)}, {"why", p.undefined}, {"n", p.bins}});
      continue;
    }
    json row{{"w", value(p.width_ms)}, {"r", value(p.rho)}, {"n", p.bins}};
    if (p.low && p.high) row["lo"] = value(*p.low), row["hi"] = value(*p.high);
    rows.push_back(std::move(row));
  }
  auto spec = blank(280, "Correlation of excitatory and inhibitory counts at zero lag against bin width");
  spec["data"] = {{{"name", "r"}, {"values", rows}}, {{"name", "missing"}, {"values", missing}}};
  auto const low = points.empty() ? 1.0 : points.front().width_ms, high = points.empty() ? 10.0 : points.back().width_ms;
  spec["scales"] = {{{"name", "x"}, {"type", "log"}, {"domain", {low / 1.15, high * 1.15}}, {"range", "width"}}, {{"name", "y"}, {"type", "linear"}, {"domain", {{"data", "r"}, {"fields", {"r", "lo", "hi"}}}}, {"range", "height"}, {"zero", true}, {"nice", true}}};
  auto x = axis("bottom", "x", "Bin width (ms)");
  x["values"] = {1, 3, 10, 30, 100, 300, 1000, 3000, 10000};
  x["format"] = "~s";
  x["encode"] = {{"labels", {{"update", {{"text", {{"signal", "format(datum.value, ',')"}}}}}}}};
  spec["axes"] = {x, axis("left", "y", "r of E and I, zero lag")};
  spec["marks"] = {
    {{"type", "rule"}, {"encode", {{"update", {{"x", {{"value", 0}}}, {"x2", {{"signal", "width"}}}, {"y", {{"scale", "y"}, {"value", 0}}}, {"stroke", {{"value", "#999999"}}}}}}}},
    {{"type", "area"}, {"from", {{"data", "r"}}}, {"encode", {{"update", {{"x", field("x", "w")}, {"y", field("y", "lo")}, {"y2", field("y", "hi")}, {"defined", {{"signal", "isValid(datum.lo)"}}}, {"fill", {{"value", grey}}}, {"fillOpacity", {{"value", 0.25}}}}}}}},
    {{"type", "line"}, {"from", {{"data", "r"}}}, {"encode", {{"update", {{"x", field("x", "w")}, {"y", field("y", "r")}, {"stroke", {{"value", ink}}}, {"strokeWidth", {{"value", 1.5}}}}}}}},
    {{"type", "symbol"}, {"from", {{"data", "r"}}}, {"encode", {{"update", {{"x", field("x", "w")}, {"y", field("y", "r")}, {"size", {{"value", 45}}}, {"fill", {{"value", ink}}},
       {"tooltip", {{"signal", "{'bin width': format(datum.w, ',.4~g') + ' ms', 'r': format(datum.r, '.3f'), 'between': isValid(datum.lo) ? format(datum.lo, '.3f') + ' and ' + format(datum.hi, '.3f') : '', 'bins': format(datum.n, ',')}"}}}}}}}},
    {{"type", "symbol"}, {"from", {{"data", "missing"}}}, {"encode", {{"update", {{"x", field("x", "w")}, {"y", {{"signal", "height"}}}, {"shape", {{"value", "cross"}}}, {"angle", {{"value", 45}}}, {"size", {{"value", 45}}}, {"fill", {{"value", grey}}},
       {"tooltip", {{"signal", "{'bin width': format(datum.w, ',.4~g') + ' ms', 'undefined': datum.why, 'bins': format(datum.n, ',')}"}}}}}}}}};
  if (!beside.empty()) add_beside(spec, beside);
  return spec;
}

/// C(ℓ) of one scale, −within … within.
struct lag_curve {
  double width_ms;
  std::vector<double> correlation;
};

/// (e) Correlation by lag for some scales, lags in bins so that they stand over one another; zero is marked. No curve is blue or red.
inline auto lags(std::span<lag_curve const> curves) -> json {
  auto rows = json::array(), widths = json::array();
  for (auto const& c : curves) {
    auto const within = static_cast<std::int64_t>(c.correlation.size() / 2);
    for (std::size_t k = 0; k < c.correlation.size(); ++k) rows.push_back({{"w", value(c.width_ms)}, {"lag", static_cast<std::int64_t>(k) - within}, {"c", value(c.correlation[k])}});
    widths.push_back(value(c.width_ms));
  }
  auto spec = blank(280, "Cross-correlation of excitatory and inhibitory counts by lag, for several bin widths");
  spec["data"] = {{{"name", "c"}, {"values", rows}}};
  spec["scales"] = {{{"name", "x"}, {"type", "linear"}, {"domain", {{"data", "c"}, {"field", "lag"}}}, {"range", "width"}},
                    {{"name", "y"}, {"type", "linear"}, {"domain", {{"data", "c"}, {"field", "c"}}}, {"range", "height"}, {"zero", true}, {"nice", true}},
                    {{"name", "w"}, {"type", "ordinal"}, {"domain", widths}, {"range", {"#bdbdbd", "#a1c181", "#41ab5d", "#00695c", "#9e7bb5", "#5e2b82", "#000000"}}}};
  spec["axes"] = {axis("bottom", "x", "Lag (bins): right of 0, inhibition follows excitation"), axis("left", "y", "C(lag)")};
  spec["legends"] = {{{"stroke", "w"}, {"title", "Bin width (ms)"}, {"orient", "top"}, {"direction", "horizontal"}, {"symbolType", "stroke"}, {"symbolStrokeWidth", 3}, {"columns", 7},
                       {"encode", {{"labels", {{"update", {{"text", {{"signal", "format(datum.value, datum.value < 100 ? '.3~r' : ',.0f')"}}}}}}}}}}};
  json const curve{{"x", field("x", "lag")}, {"y", field("y", "c")}, {"stroke", field("w", "w")}, {"strokeWidth", {{"value", 1.75}}}, {"defined", {{"signal", "isValid(datum.c)"}}}};
  spec["marks"] = {
    {{"type", "rule"}, {"encode", {{"update", {{"x", {{"scale", "x"}, {"value", 0}}}, {"y", {{"value", 0}}}, {"y2", {{"signal", "height"}}}, {"stroke", {{"value", ink}}}, {"strokeDash", {{"value", {4, 3}}}}}}}}},
    {{"type", "group"}, {"from", {{"facet", {{"name", "one"}, {"data", "c"}, {"groupby", "w"}}}}}, {"marks", {{{"type", "line"}, {"from", {{"data", "one"}}}, {"encode", {{"update", curve}}}}}}},
    {{"type", "symbol"}, {"from", {{"data", "c"}}}, {"encode", {{"update", {{"x", field("x", "lag")}, {"y", field("y", "c")}, {"size", {{"value", 40}}}, {"fill", {{"value", "transparent"}}}, {"opacity", {{"signal", "isValid(datum.c) ? 1 : 0"}}},
       {"tooltip", {{"signal", "{'bin width': format(datum.w, ',.4~g') + ' ms', 'lag': format(datum.lag * datum.w, ',.4~g') + ' ms', 'C': format(datum.c, '.4f')}"}}}}}}}}};
  return spec;
}

}  // namespace figure
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
