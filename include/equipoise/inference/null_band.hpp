// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What a null distribution says of a value at every scale: values and draws → mean, spread, band, p, and p corrected for the number of scales.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../correlate/false_discovery.hpp"
#include "../correlate/surrogate.hpp"
#include "quantile.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A value's null distribution, from draws.
struct null_band {
  double mean{}, sd{};
  double lo{}, hi{};     ///< quantiles of the draws, (1 ∓ level)/2
  double p{};            ///< of this scale alone
  double q{};            ///< over scales, by `false_discovery`
  double p_max{};        ///< over scales, by the largest standardised value of each draw
  std::int64_t draws{};
};

/// The draws of a null at one scale.
struct null_draws {
  std::vector<double> values;
  std::int64_t distinct = 0;  ///< how many different draws there could be; 0: without number
};

namespace detail {
inline auto no_band(reason why) -> null_band {
  auto const x = undefined(why);
  return {x, x, x, x, x, x, x, 0};
}
/// p of a value among draws of which only so many can differ: the share of draws as extreme stands for a share of those.
inline auto p_of(double observed, null_draws const& draws, alternative side) -> double {
  auto const p = p_value(observed, draws.values, side);
  auto const n = static_cast<double>(draws.values.size()), most = static_cast<double>(draws.distinct);
  if (draws.distinct == 0 || most >= n) return p;
  auto const sides = side == alternative::two_sided ? 2.0 : 1.0;
  auto const share = (p * (1 + n) / sides - 1) / n;
  return (std::min)(1.0, sides * (1 + share * most) / (1 + most));
}
}  // namespace detail

/// Bands and p-values of one metric at all scales. Draw k must be one and the same draw at every scale.
///
///   p = (1 + #{T_k ≥ T})/(1 + S);  p_max: the same of max over scales of (T − mean)/sd, |…| where two-sided
///
/// With N different draws possible and N < S (a circle of few bins has few shifts), p = (1 + N · #{…}/S)/(1 + N), so that it is never below
/// 1/(1 + N). p_max is never below p.
/// Input    values per scale; draws per scale, as many at each that has any
/// Result   a band per scale; NaN with a reason where the value is undefined, there are no draws, or a draw is undefined (then p alone is given,
///          in which such a draw counts as extreme); p_max also where all draws are the same
/// Errors   none. Precondition: as many sets of draws as values
/// Source   p: Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39; q: Benjamini and Hochberg 1995; p_max: Westfall and Young 1993,
///          Resampling-Based Multiple Testing (single step)
inline auto null_bands(std::span<double const> observed, std::span<null_draws const> draws, alternative side = alternative::greater, double level = 0.95) -> std::vector<null_band> {
  std::vector<null_band> out;
  std::vector<double> p;
  std::vector<double> largest;  // of each draw, over scales
  std::vector<double> sorted;
  auto standardised = [side](double x, null_band const& b) {
    auto const z = (x - b.mean) / b.sd;
    return side == alternative::greater ? z : side == alternative::less ? -z : std::abs(z);
  };
  for (std::size_t s = 0; s < observed.size(); ++s) {
    auto const& values = draws[s].values;
    auto b = detail::no_band(std::isnan(observed[s]) ? reason_of(observed[s]) : reason::not_available);
    if (!std::isnan(observed[s]) && values.size() > 1) {
      b.p = detail::p_of(observed[s], draws[s], side), b.draws = static_cast<std::int64_t>(values.size());
      if (auto const bad = std::find_if(values.begin(), values.end(), [](double x) { return std::isnan(x); }); bad != values.end()) {
        b.mean = b.sd = b.lo = b.hi = *bad;
      } else {
        double sum = 0, squares = 0;
        for (auto const x : values) sum += x - values[0];
        b.mean = values[0] + sum / static_cast<double>(values.size());
        for (auto const x : values) squares += (x - b.mean) * (x - b.mean);
        b.sd = std::sqrt(squares / static_cast<double>(values.size() - 1));
        sorted = values;
        b.lo = quantile(sorted, (1 - level) / 2), b.hi = quantile(sorted, (1 + level) / 2);
        if (b.sd > 0) {
          largest.resize((std::max)(largest.size(), values.size()), -std::numeric_limits<double>::infinity());
          for (std::size_t k = 0; k < values.size(); ++k) largest[k] = (std::max)(largest[k], standardised(values[k], b));
        }
      }
    }
    p.push_back(b.p);
    out.push_back(b);
  }
  auto const q = false_discovery(p);
  for (std::size_t s = 0; s < out.size(); ++s) {
    out[s].q = q[s];
    if (out[s].sd > 0) out[s].p_max = (std::max)(out[s].p, p_value(standardised(observed[s], out[s]), largest));
  }
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
