// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Is a correlogram, taken as a whole, like those of surrogates? A band that holds at all lags at once, and one p-value, from the largest deviation.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "surrogate.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What `simultaneous_band` finds.
///
/// Shape    one value a bin; NaN in bins that were not looked at
struct simultaneous_limits {
  std::vector<double> mean, lower, upper;
  std::vector<double> z;    ///< (observed − mean) / SD
  double largest;           ///< max |z| of the observed correlogram
  double p;                 ///< of the correlogram as a whole
  bool outside;             ///< the observed correlogram leaves the band somewhere
};

/// The band within which a whole correlogram stays with probability `level` if it is one more draw of the surrogate.
///
///   z_b = (x_b − m_b)/s_b, M = max_b |z_b|, p = (1 + #{M_s ≥ M_observed})/(1 + S), band m_b ± c s_b, c the ⌈level (S + 1)⌉-th smallest M
///
/// m and s are mean and SD over the surrogates and the observed correlogram together: the observed one is judged just as each draw is, so that p is
/// exact for any S where they are exchangeable. With m and s of the surrogates alone, small S rejects too often. The price is that an observed peak
/// widens the band in its own bin, to no more than |z| ≤ S/√(S + 1).
///
/// Input    observed [bin]; surrogates [draw][bin], finite, row by row; 0 < level < 1. A bin whose observed value is NaN is not looked at
/// Result   p at least 1/(S + 1); a bin that never varies has z = 0 and a band of no width, and weighs in nothing. The observed correlogram can leave the
///          band only if S + 1 ≥ 1/(1 − level)
/// Errors   `error` unless there are whole draws, at least one
/// Cost     a few passes over the surrogates
/// Source   Amarasingham, Harrison, Hatsopoulos, Geman 2012, J. Neurophysiol. 107:517; Westfall and Young 1993, Resampling-Based Multiple Testing
inline auto simultaneous_band(std::span<double const> observed, std::span<double const> surrogates, double level = 0.95) -> simultaneous_limits {
  auto const bins = observed.size();
  if (bins == 0 || surrogates.empty() || surrogates.size() % bins != 0)
    throw error({.where = "simultaneous_band", .place = "surrogates", .problem = "no whole draws", .expected = "a multiple of " + std::to_string(bins) + " bins, at least one", .found = std::to_string(surrogates.size()), .advice = "append one correlogram per draw"});
  if (!(level > 0 && level < 1)) throw error("simultaneous_band: level must be between 0 and 1");
  auto const draws = surrogates.size() / bins;
  auto const all = static_cast<double>(draws + 1);
  auto const nothing = undefined(reason::not_available);
  simultaneous_limits out{std::vector<double>(bins, nothing), {}, {}, std::vector<double>(bins, nothing), 0, 1, false};
  out.lower = out.upper = out.mean;
  std::vector<double> largest(draws), spread(bins);
  for (std::size_t b = 0; b < bins; ++b) {
    if (std::isnan(observed[b])) continue;
    auto sum = observed[b];
    auto varies = false;
    for (std::size_t s = 0; s < draws; ++s) sum += surrogates[s * bins + b], varies = varies || surrogates[s * bins + b] != observed[b];
    out.mean[b] = varies ? sum / all : observed[b];
    auto squares = (observed[b] - out.mean[b]) * (observed[b] - out.mean[b]);
    for (std::size_t s = 0; s < draws; ++s) squares += (surrogates[s * bins + b] - out.mean[b]) * (surrogates[s * bins + b] - out.mean[b]);
    spread[b] = varies ? std::sqrt(squares / static_cast<double>(draws)) : 0;
    auto z = [&](double x) { return varies ? (x - out.mean[b]) / spread[b] : 0; };
    out.z[b] = z(observed[b]);
    out.largest = (std::max)(out.largest, std::abs(out.z[b]));
    for (std::size_t s = 0; s < draws; ++s) largest[s] = (std::max)(largest[s], std::abs(z(surrogates[s * bins + b])));
  }
  out.p = p_value(out.largest, largest);
  largest.push_back(out.largest);
  auto const rank = static_cast<std::size_t>((std::max)(1.0, std::ceil(level * all - 1e-9)));
  std::nth_element(largest.begin(), largest.begin() + static_cast<std::ptrdiff_t>(rank - 1), largest.end());
  auto const c = largest[rank - 1];
  out.outside = out.largest > c;
  for (std::size_t b = 0; b < bins; ++b) out.lower[b] = out.mean[b] - c * spread[b], out.upper[b] = out.mean[b] + c * spread[b];
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
