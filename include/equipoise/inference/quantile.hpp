// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Quantiles: of Student's t, of the normal distribution, of a sample. Nothing but the standard library: Boost.Math's inverse of the incomplete
/// beta function would be a sixth of what the whole library takes to include, and degrees of freedom here are whole numbers.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "../core/config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The share of Student's distribution of df degrees of freedom that lies within ± t, where θ = atan(t/√df):
///
///   odd df:   2/π (θ + sin θ (cos θ + 2/3 cos³θ + 2·4/(3·5) cos⁵θ + … up to cos^{df−2}))
///   even df:  sin θ (1 + 1/2 cos²θ + 1·3/(2·4) cos⁴θ + … up to cos^{df−2})
///
/// Result   0 to 1; of the normal distribution for infinitely many degrees of freedom
/// Errors   none; t ≥ 0, df a whole number of at least 1, or infinite
/// Cost     O(df)
/// Source   Abramowitz and Stegun 1964, Handbook of Mathematical Functions, 26.7.3 and 26.7.4
inline auto within_t(double t, double df) noexcept -> double {
  if (std::isinf(df)) return std::erf(t / std::numbers::sqrt2);
  auto const theta = std::atan(t / std::sqrt(df)), c = std::cos(theta);
  auto const odd = std::fmod(df, 2) == 1;
  double sum = 0, term = odd ? c : 1;
  for (double k = odd ? 3 : 2; k <= df; k += 2) {
    sum += term;
    term *= c * c * (k - 1) / k;
  }
  return odd ? 2 / std::numbers::pi * (theta + std::sin(theta) * sum) : std::sin(theta) * sum;
}

/// The t for which a share `level` lies within ± t: 2.12 for 0.95 and 16 degrees of freedom, 1.96 for infinitely many.
///
/// Result   above 0
/// Errors   none; 0 < level < 1, df as for `within_t`
/// Cost     some hundred evaluations of it, by halving
inline auto two_sided_t(double level, double df) noexcept -> double {
  double low = 0, high = 1;
  while (within_t(high, df) < level) low = high, high *= 2;
  for (auto middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) (within_t(middle, df) < level ? low : high) = middle;
  return high;
}

/// The p-quantile of values, linear between order statistics (type 7 of Hyndman and Fan 1996). They are left sorted.
///
/// Result   between the smallest and the largest
/// Errors   none; at least one value, none NaN, 0 ≤ p ≤ 1
inline auto quantile(std::vector<double>& values, double p) -> double {
  std::sort(values.begin(), values.end());
  auto const at = p * static_cast<double>(values.size() - 1);
  auto const k = static_cast<std::size_t>(at);
  auto const above = (std::min)(k + 1, values.size() - 1);
  return values[k] + (at - static_cast<double>(k)) * (values[above] - values[k]);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
