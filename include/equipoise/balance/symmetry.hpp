// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The ellipse of (E, I) pairs at one scale: its axis, how elongated it is, and what is left across it.

#include <cmath>
#include <cstdint>
#include <numbers>

#include "coupling.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Principal axes of the pairs (e/N_E, i/N_I).
struct symmetry {
  double angle_deg;            ///< of the major axis against the E axis, −90 … 90; 45 where both populations swing alike
  double axis_ratio;           ///< λ₂/λ₁, 0 (a line) … 1 (a disc)
  double slope;                ///< reduced major axis: sign(cov) σ_I/σ_E
  double orthogonal_residual;  ///< SD across the major axis, spikes per cell and bin
};

/// Axis of symmetry of excitation and inhibition at one scale.
///
///   φ = ½ atan2(2 cov, var_E − var_I);  λ = (var_E + var_I)/2 ± √(((var_E − var_I)/2)² + cov²)
///
/// Result   a `symmetry`; NaN with a reason where bins are too few or a population never varies; the angle is NaN where the ellipse is a circle
/// Source   Dehghani 2023 (arXiv 2306.11965), figure 2
struct symmetry_axis {
  using statistic = co_moments;
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& s, row_info const& row) const noexcept -> symmetry {
    auto why = detail::missing(row, s.n(), at_least);
    if (why == reason::none && (s.spread_e() <= 0 || s.spread_i() <= 0)) why = reason::no_variance;
    if (why != reason::none) return {undefined(why), undefined(why), undefined(why), undefined(why)};
    auto const n = static_cast<double>(s.n()), a = 1 / (n * static_cast<double>(row.sizes.e)), b = 1 / (n * static_cast<double>(row.sizes.i));
    auto const var_e = static_cast<double>(s.spread_e()) * a * a, var_i = static_cast<double>(s.spread_i()) * b * b, cov = static_cast<double>(s.spread_ei()) * a * b;
    auto const radius = std::hypot((var_e - var_i) / 2, cov), middle = (var_e + var_i) / 2, major = middle + radius;
    auto const minor = std::fmax(0.0, (var_e * var_i - cov * cov) / major);  // λ₁ λ₂ is the determinant: exact to rounding where one population swings far more
    return {.angle_deg = radius > 0 ? 0.5 * std::atan2(2 * cov, var_e - var_i) * 180 / std::numbers::pi : undefined(reason::no_variance),
            .axis_ratio = minor / major,
            .slope = cov == 0 ? undefined(reason::no_variance) : std::copysign(std::sqrt(var_i / var_e), cov),
            .orthogonal_residual = std::sqrt(minor)};
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
