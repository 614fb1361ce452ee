// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Fast mirroring apart from slow co-drift: the zero-lag correlation of counts less their running mean.

#include <cmath>
#include <cstdint>
#include <vector>

#include "coupling.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Zero-lag correlation of ensemble activity from which a running mean over `over` bins was taken:
///
///   r = Σ_d a(d) C_ei(d) / √(Σ_d a(d) C_ee(d) · Σ_d a(d) C_ii(d)),  a(d) = Σ_j h_j h_{j+d},  h = δ − box of `over` bins
///
/// The filter is applied to the covariances by lag, not to the series: this is what filtering gives but for the ends of runs, and needs no pass of its
/// own. The box is centred; with an even number of bins the two outermost count by half. What is slower than `over` bins is gone, so that a large r at
/// coarse bins which vanishes here was co-drift.
///
/// Input    statistic lag_moments with autocorrelations, `over` lags
/// Result   dimensionless, near [−1, 1]; NaN with a reason if there are fewer than `at_least` pairs of bins at any lag, or nothing varies fast
/// Errors   `error` from `start` for a mean over fewer than two bins
/// Cost     that of the statistic, one pass; O(over²) per scale
/// Source   moving-average detrending, as is common for correlations of rates
struct high_pass_correlation {
  using statistic = lag_moments;
  static constexpr bool is_correlation = true;
  std::int64_t over = 10;
  std::int64_t at_least = bins_to_report;
  [[nodiscard]] auto start(row_info const&) const -> statistic {
    if (over < 2) throw error("high_pass_correlation: a running mean needs at least two bins");
    return statistic(over, true);
  }
  auto operator()(statistic const& s, row_info const& row) const -> double {
    auto const half = over / 2;
    std::vector<double> h(static_cast<std::size_t>(2 * half + 1), -1 / static_cast<double>(over));
    if (over % 2 == 0) h.front() /= 2, h.back() /= 2;
    h[static_cast<std::size_t>(half)] += 1;
    auto weight = [&](std::int64_t d) {
      double a = 0;
      for (std::size_t j = 0; j + static_cast<std::size_t>(d) < h.size(); ++j) a += h[j] * h[j + static_cast<std::size_t>(d)];
      return a;
    };
    auto const all = s.at(0);
    if (auto const why = detail::missing(row, all.n, at_least); why != reason::none) return undefined(why);
    auto const mean_e = static_cast<double>(all.x) / static_cast<double>(all.n), mean_i = static_cast<double>(all.y) / static_cast<double>(all.n);
    auto mean_product = [](lag_moments::sums const& p, double x, double y) {
      auto const n = static_cast<double>(p.n);
      return (static_cast<double>(p.xy) - x * static_cast<double>(p.y) - y * static_cast<double>(p.x)) / n + x * y;
    };
    auto same = [](lag_moments::sums const& p, std::int64_t sum, std::int64_t squares) { return lag_moments::sums{p.n, sum, sum, squares, squares, squares}; };
    auto ei = weight(0) * mean_product(all, mean_e, mean_i);
    auto ee = weight(0) * mean_product(same(all, all.x, all.xx), mean_e, mean_e), ii = weight(0) * mean_product(same(all, all.y, all.yy), mean_i, mean_i);
    for (std::int64_t d = 1; d <= 2 * half; ++d) {
      auto const after = s.at(d), before = s.at(-d);
      if (after.n < at_least) return undefined(reason::too_few_bins);
      ei += weight(d) * (mean_product(after, mean_e, mean_i) + mean_product(before, mean_e, mean_i));
      ee += 2 * weight(d) * mean_product(s.at_e(d), mean_e, mean_e), ii += 2 * weight(d) * mean_product(s.at_i(d), mean_i, mean_i);
    }
    return ee > 0 && ii > 0 ? ei / std::sqrt(ee) / std::sqrt(ii) : undefined(reason::no_variance);
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
