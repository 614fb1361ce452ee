// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The curve through the samples of one waveform: a cubic spline, the points on it at which features are looked for, and what is measured there.
///
/// In come equidistant samples; out go points in time order, on a fine grid or at the spline's extrema and inflections. Lanes measure on the grid
/// (simd/waveform_lanes.hpp); here is what they are held against, and the way to refined times.

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../simd/waveform_lanes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace detail {

/// A point of the curve; x in samples, slope per sample.
struct curve_point {
  double x, y, slope;
};

/// A cubic spline through samples at x = 0, 1, 2, ….
///
/// Grid mode: points x = j/factor; between two points the curve is a line. Refined: points are the samples, extrema and inflections; between
/// two points the curve is the spline. With factor 1 in grid mode values are the samples themselves and only slopes come from the spline.
class waveform_curve {
 public:
  /// Precondition: at least 5 samples, all finite.
  waveform_curve(std::span<double const> samples, int factor, bool refine) : y_(samples.begin(), samples.end()), slope_(samples.size()), step_(1.0 / factor), refine_(refine) {
    simd::spline_slopes<double>(simd::spline_elimination(y_.size()), y_.data(), slope_.data());
    if (refine) at_roots();
    else on_grid(static_cast<std::size_t>(factor));
  }

  /// Ascending in x, the first and the last sample among them.
  [[nodiscard]] auto points() const noexcept -> std::vector<curve_point> const& { return points_; }

  /// The spline at x, 0 ≤ x ≤ samples − 1.
  [[nodiscard]] auto operator()(double x) const noexcept -> curve_point {
    auto const k = (std::min)(static_cast<std::size_t>(x), y_.size() - 2);
    auto const s = piece(k);
    auto const u = x - static_cast<double>(k);
    if (u == 1) return {x, y_[k + 1], slope_[k + 1]};
    return {x, y_[k] + u * (slope_[k] + u * (s.c2 + u * s.c3)), slope_[k] + u * (2 * s.c2 + 3 * u * s.c3)};
  }

  /// Where the curve first reaches `level`, walking from point `from` to the left (−1) or right (+1); −1 if it does not in the window.
  [[nodiscard]] auto crossing(std::size_t from, int direction, double level) const noexcept -> double {
    auto const below = points_[from].y < level;
    for (auto k = from; direction < 0 ? k > 0 : k + 1 < points_.size();) {
      auto const next = direction < 0 ? k - 1 : k + 1;
      if (below ? points_[next].y >= level : points_[next].y <= level) return between(points_[k], points_[next], level);
      k = next;
    }
    return -1;
  }

  /// Slope of the least-squares line through the curve at from, from + step, … before `to` and the window's end; NaN for fewer than 3 points.
  [[nodiscard]] auto line_slope(double from, double to) const noexcept -> double {
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (double x = 0; from + x < to - 1e-9 && from + x <= static_cast<double>(y_.size() - 1) + 1e-9; x = ++n * step_) {
      auto const y = (*this)((std::min)(from + x, static_cast<double>(y_.size() - 1))).y - y_.front();
      sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    return n < 3 ? undefined(reason::not_available) : (n * sxy - sx * sy) / (n * sxx - sx * sx);
  }

 private:
  struct cubic {
    double c2, c3;  // y = y0 + m0 u + c2 u² + c3 u³ on 0 ≤ u ≤ 1
  };
  [[nodiscard]] auto piece(std::size_t k) const noexcept -> cubic {
    auto const rise = y_[k + 1] - y_[k];
    return {3 * rise - 2 * slope_[k] - slope_[k + 1], slope_[k] + slope_[k + 1] - 2 * rise};
  }

  void on_grid(std::size_t factor) {
    points_.reserve((y_.size() - 1) * factor + 1);
    for (std::size_t j = 0; j <= (y_.size() - 1) * factor; ++j) points_.push_back((*this)(static_cast<double>(j) / static_cast<double>(factor)));
  }

  void at_roots() {
    for (std::size_t k = 0; k + 1 < y_.size(); ++k) {
      auto const x = static_cast<double>(k);
      points_.push_back({x, y_[k], slope_[k]});
      auto const [c2, c3] = piece(k);
      // m0 + 2 c2 u + 3 c3 u² = 0 without cancellation: q = −(c2 + sign(c2) √(c2² − 3 c3 m0)), roots q/(3 c3) and m0/q; inflection −c2/(3 c3)
      std::array<double, 3> u{-c2 / (3 * c3), 2, 2};
      if (auto const square = c2 * c2 - 3 * c3 * slope_[k]; square >= 0) {
        auto const q = -(c2 + std::copysign(std::sqrt(square), c2));
        u[1] = q / (3 * c3), u[2] = slope_[k] / q;
      }
      for (auto& v : u)
        if (!(v > 0 && v < 1)) v = 2;  // also divisions by 0
      std::sort(u.begin(), u.end());
      for (auto const v : u)
        if (v < 1) points_.push_back((*this)(x + v));
    }
    points_.push_back({static_cast<double>(y_.size() - 1), y_.back(), slope_.back()});
  }

  [[nodiscard]] auto between(curve_point a, curve_point b, double level) const noexcept -> double {
    if (!refine_) return a.x + (level - a.y) / (b.y - a.y) * (b.x - a.x);
    auto const below = a.y < level;
    for (int k = 0; k < 50; ++k) {  // the spline is monotone between two points
      auto const middle = (*this)((a.x + b.x) / 2);
      ((middle.y < level) == below ? a : b) = middle;
    }
    return (a.x + b.x) / 2;
  }

  std::vector<double> y_, slope_;
  std::vector<curve_point> points_;
  double step_;
  bool refine_;
};

/// What lanes measure, on a curve: of an oriented waveform, the trough being the lowest point within `search` samples of `align`.
///
/// Result   `usable`, `polarity`, `baseline` and `has_baseline` of `r` are read, the rest is filled
inline void measure_curve(waveform_curve const& c, simd::waveform_plan const& plan, double align, simd::waveform_measures<double>& r) {
  auto const& p = c.points();
  auto const last = p.size() - 1;
  auto const per_ms = plan.per_ms, search = plan.search;
  auto const lower = [](curve_point const& a, curve_point const& b) { return a.y < b.y; };
  auto const at = [&](auto it) { return static_cast<std::size_t>(it - p.begin()); };
  auto const nth = [&](std::size_t k) { return p.begin() + static_cast<std::ptrdiff_t>(k); };
  auto const or_unknown = [&](bool known, double x) { return known ? x : plan.unknown; };

  auto const from = std::lower_bound(p.begin(), p.end(), align - search - 1e-9, [](curve_point const& a, double x) { return a.x < x; });
  auto const to = std::upper_bound(from, p.end(), align + search + 1e-9, [](double x, curve_point const& a) { return x < a.x; });
  auto const v = at(std::min_element(from, to, lower));
  auto const t = at(std::max_element(nth(v), p.end(), lower));
  auto const first = at(std::max_element(p.begin(), nth(v + 1), lower));
  auto const xv = p[v].x, xt = p[t].x, base = r.baseline, before = p[first].y - base;
  r.trough_ms = xv / per_ms, r.trough = p[v].y - base;
  r.peak_ms = xt / per_ms, r.peak = p[t].y - base;
  r.trough_to_peak = (xt - xv) / per_ms;
  r.first_peak = or_unknown(v > 0, before), r.peak_to_trough = or_unknown(v > 0, (xv - p[first].x) / per_ms);
  r.asymmetry = or_unknown(v > 0 && r.peak >= 0 && before >= 0 && r.peak + before > 0, (r.peak - before) / (r.peak + before));
  r.edges = (v == 0 || v == last ? 1 : 0) + (t == last ? 2 : 0);
  auto const [min, max] = std::minmax_element(p.begin(), p.end(), lower);
  r.amplitude = max->y - min->y;

  auto const half_depth = base + r.trough / 2, half_height = base + r.peak / 2;
  auto const deep = r.trough < 0, high = r.peak > 0;
  auto const fall = c.crossing(v, -1, half_depth), rise = c.crossing(v, +1, half_depth), back = c.crossing(v, +1, base);
  r.trough_half_width = or_unknown(deep && fall >= 0 && rise >= 0, (rise - fall) / per_ms);
  r.dips = deep ? 0 : 1;
  for (std::size_t k = 0; k <= last; ++k) r.dips += deep && p[k].y < half_depth && (k == 0 || p[k - 1].y >= half_depth) ? 1 : 0;
  auto const up = c.crossing(t, -1, half_height), down = c.crossing(t, +1, half_height);
  r.half_decay = or_unknown(high && down >= 0, (down - xt) / per_ms);
  r.half_peak_width = or_unknown(high && up >= xv && down >= 0, (down - up) / per_ms);

  auto const less_steep = [](curve_point const& a, curve_point const& b) { return a.slope < b.slope; };
  r.repolarization_slope = or_unknown(t > v, std::max_element(nth(v), nth(t + 1), less_steep)->slope * per_ms);
  auto const bend = at(std::min_element(nth(t), p.end(), less_steep));
  r.repolarization_ms = or_unknown(bend > t && bend < last, (p[bend].x - xt) / per_ms);
  r.repolarization_fit = deep && back >= 0 ? c.line_slope(xv, back) * per_ms : plan.unknown;
  r.recovery = c.line_slope(xt, xt + plan.recovery) * per_ms;
}

}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
