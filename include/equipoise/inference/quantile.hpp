// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Quantiles: of Student's t, of the normal distribution, of a sample.

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../core/config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The t for which a share `level` of Student's distribution lies in [−t, t]; of the normal distribution for infinitely many degrees of freedom.
///
///   t² = df (1 − x)/x, where x is the (1 − level) quantile of Beta(df/2, ½)
///
/// Result   above 0; a template, so that only who asks for it pays for its compilation
/// Errors   none; 0 < level < 1, df > 0
template <class Real = double>
auto two_sided_t(Real level, Real df) -> Real {
  using namespace boost::math::policies;
  using quiet = policy<promote_double<false>, domain_error<ignore_error>, overflow_error<ignore_error>, underflow_error<ignore_error>, evaluation_error<ignore_error>>;
  if (std::isinf(df)) return std::sqrt(Real{2}) * boost::math::erf_inv(level, quiet{});
  auto rest = Real{};  // 1 − x, without cancellation
  auto const x = boost::math::ibeta_inv(df / 2, Real{0.5}, 1 - level, &rest, quiet{});
  return std::sqrt(df * rest / x);
}

/// The p-quantile of values, linear between order statistics (type 7 of Hyndman and Fan 1996). They are left sorted.
///
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
