// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The triple exponential of an autocorrelogram: rates by lag in, time constants of its rise, decay and burst out.
///
/// How slowly spikes return after a spike tells wide interneurons from pyramidal cells.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "../core/error.hpp"
#include "triple_exponential.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A fitted autocorrelogram.
///
///   y(x) = max(0, c (e^{−(x−r)/τ_decay} − d e^{−(x−r)/τ_rise}) + h e^{−(x−r)/τ_burst} + asymptote)
///
/// r, c, d and h are one parameter too many: with another r, the curve is the same for other c, d and h. The time constants, the asymptote and
/// the curve can be told from the data; r, c, d and h only together.
/// Units    ms, Hz; d without a unit
struct autocorrelogram_fit {
  static constexpr double unknown = undefined(reason::not_available);

  double tau_rise_ms = unknown, tau_decay_ms = unknown, tau_burst_ms = unknown;
  double c_hz = unknown, d = unknown, h_hz = unknown, asymptote_hz = unknown, refractory_ms = unknown;
  double rise_z = unknown;        ///< evidence that τ_rise is above the threshold (> 0) or not above it (< 0); sure beyond ±2
  double r_squared = unknown;     ///< 1 − residual / Σ (rate − mean)²; undefined where all rates are equal
  double residual_hz2 = unknown;  ///< Σ (rate − y)²
  bool converged = false;         ///< further steps change the residual by less than a millionth
  int iterations = 0;

  /// The curve at a lag, in Hz.
  [[nodiscard]] auto operator()(double lag_ms) const -> double {
    auto const x = lag_ms - refractory_ms;
    auto const y = c_hz * (std::exp(-x / tau_decay_ms) - d * std::exp(-x / tau_rise_ms)) + h_hz * std::exp(-x / tau_burst_ms) + asymptote_hz;
    return y < 0 ? 0.0 : y;
  }
};

struct autocorrelogram_fit_options {
  double step_ms = 0.5;            ///< rate k is that at lag (k + 1) · step
  std::int64_t least_pairs = 100;  ///< fewer pairs of spikes do not bear eight parameters
  int iterations = 200;            ///< at most, of the last walk
  double rise_threshold_ms = 6;    ///< wide interneurons rise more slowly; 0: `rise_z` is not asked for
};

/// Fits the triple exponential by least squares within CellExplorer's bounds.
///
/// Four walks of up to 40 steps, from CellExplorer's start and from the three best sums of a grid of time constants; the one that came lowest goes
/// on. The valley is flat: time constants that differ by a third often fit as well. So the fit is made again with τ_rise kept on the other side of
/// the threshold, by two more walks, and the two residuals are compared as if the rates had normal errors of one size:
///
///   rise_z = ± √(lags · ln(residual of the other side / residual))
///
/// Input    rates in Hz at lags step, 2 step, … (an autocorrelogram is even; its middle is left out), and the pairs of spikes behind them
/// Result   parameters; all undefined (`not_available`) for fewer than `least_pairs`, (`no_spikes`) for none
/// Errors   `error` for fewer than 16 rates, a step that is not positive, a rate that is negative or not finite, a threshold beyond the
///          bounds of τ_rise, 0.1 to 50 ms
/// Cost     0.3 to 1.2 ms for 100 rates
/// Source   Petersen et al. 2021, Neuron 109:3594 (CellExplorer, fit_ACG)
inline auto fit_autocorrelogram(std::span<double const> rates_hz, std::int64_t pairs, autocorrelogram_fit_options const& options = {}) -> autocorrelogram_fit {
  using model = detail::triple_exponential;
  auto complain = [](std::string place, std::string problem, std::string expected, std::string found) -> void {
    throw error({.where = "fit_autocorrelogram", .place = std::move(place), .problem = std::move(problem), .expected = std::move(expected), .found = std::move(found), .advice = {}});
  };
  if (rates_hz.size() < 16) complain({}, "too few lags for eight parameters", "at least 16", std::to_string(rates_hz.size()));
  if (!(options.step_ms > 0) || !std::isfinite(options.step_ms)) complain({}, "the step of the lags is not positive", {}, std::to_string(options.step_ms) + " ms");
  auto const threshold = options.rise_threshold_ms;
  if (threshold != 0 && !(threshold > model::lower[model::rise] && threshold < model::upper[model::rise])) complain({}, "the threshold is beyond the bounds of the time constant of the rise", "0.1 to 50 ms", std::to_string(threshold) + " ms");
  autocorrelogram_fit out;
  if (pairs < (std::max)(options.least_pairs, std::int64_t{1})) {
    auto const x = undefined(pairs > 0 ? reason::not_available : reason::no_spikes);
    return {x, x, x, x, x, x, x, x, x, x, x, false, 0};
  }
  double sum = 0, largest = 0;
  for (std::size_t k = 0; k < rates_hz.size(); ++k) {
    if (!std::isfinite(rates_hz[k]) || rates_hz[k] < 0) complain("lag " + std::to_string(k), "not a rate", {}, std::to_string(rates_hz[k]));
    sum += rates_hz[k], largest = (std::max)(largest, rates_hz[k]);
  }
  model squares(rates_hz, options.step_ms);
  std::size_t silent = 0;
  while (4 * silent < rates_hz.size() && rates_hz[silent] < largest / 10) ++silent;
  auto const first = (std::min)(40, options.iterations);
  auto best = squares.from(model::usual, first);
  out.iterations = best.iterations;
  for (auto const& start : squares.starts(silent, 3)) {
    auto const m = squares.from(start, first);
    out.iterations += m.iterations;
    if (m.residual < best.residual) best = m;
  }
  if (!best.converged) best = squares.from(best.at, options.iterations), out.iterations += best.iterations;

  out.rise_z = undefined(reason::not_asked_for);
  if (threshold != 0) {
    auto above = best.at[model::rise] > threshold;
    squares.keep(model::rise, above ? model::lower[model::rise] : threshold, above ? threshold : model::upper[model::rise]);
    auto other = squares.from(best.at, first), again = squares.from(model::usual, first);
    out.iterations += other.iterations + again.iterations;
    if (again.residual < other.residual) other = again;
    if (other.residual < best.residual) {  // the better valley, and its floor may be further on
      std::swap(other, best), above = !above;
      best = squares.from(best.at, options.iterations), out.iterations += best.iterations;
    }
    auto const z = std::sqrt(static_cast<double>(rates_hz.size()) * std::log(other.residual / best.residual));
    out.rise_z = best.residual > 0 ? (above ? z : -z) : undefined(reason::unresolved);
  }
  auto const& p = best.at;
  out.tau_rise_ms = p[model::rise], out.tau_decay_ms = p[model::decay], out.tau_burst_ms = p[model::burst];
  out.c_hz = p[model::c], out.d = p[model::d], out.h_hz = p[model::h], out.asymptote_hz = p[model::asymptote], out.refractory_ms = p[model::refractory];
  out.residual_hz2 = best.residual, out.converged = best.converged;
  auto const mean = sum / static_cast<double>(rates_hz.size());
  double total = 0;
  for (auto const y : rates_hz) total += (y - mean) * (y - mean);
  out.r_squared = total > 1e-20 * largest * largest ? 1 - best.residual / total : undefined(reason::no_spread);
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
