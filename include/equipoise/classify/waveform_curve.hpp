// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The curve through the samples of a waveform: a cubic spline, and the points on it at which features are looked for.
///
/// In come equidistant samples; out go points in time order, on a fine grid or at the spline's extrema and inflections.

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include <boost/math/interpolators/cardinal_cubic_b_spline.hpp>

#include "../core/error.hpp"

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
  waveform_curve(std::span<double const> samples, int factor, bool refine) : y_(samples.begin(), samples.end()), step_(1.0 / factor), refine_(refine) {
    // The slopes at the ends are those of the quartic through the five outer samples. They are given, not left to Boost: Boost 1.74 estimates
    // the right one with the formula for the left end, which bends the last samples of a waveform, just where a truncated one must be judged.
    auto const n = y_.size();
    std::array<double, 5> constexpr weights{-25.0 / 12, 4, -3, 4.0 / 3, -0.25};
    double left = 0, right = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) left += weights[k] * y_[k], right -= weights[k] * y_[n - 1 - k];
    boost::math::interpolators::cardinal_cubic_b_spline<double> const spline(y_.begin(), y_.end(), 0.0, 1.0, left, right);
    slope_.reserve(n);
    for (std::size_t k = 0; k < n; ++k) slope_.push_back(spline.prime(static_cast<double>(k)));
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

}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
