// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// How many independent bins a correlated series is worth, by Bartlett's formula, and the Fisher-z interval that follows.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "../stats/lag_moments.hpp"
#include "interval.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The number of independent bins that would give the zero-lag correlation the variance it has between autocorrelated populations.
///
///   n_eff = n / (1 + 2 Σ_{j=1}^{J} ρ_E(j) ρ_I(j) (1 − j/n)),  J = within
///
/// Input    statistic lag_moments with autocorrelations; `within` should reach as far as the autocorrelation of the slower population
/// Result   bins, never more than there are; NaN with a reason if there are fewer than `at_least` bins or a population never varies
/// Source   Bartlett 1946, Supplement to the Journal of the Royal Statistical Society 8:27. Exact for populations that are independent of one
///          another and Gaussian
struct effective_bins {
  using statistic = lag_moments;
  std::int64_t within = 50;
  std::int64_t at_least = bins_to_report;
  [[nodiscard]] auto start(row_info const&) const -> statistic { return statistic(within, true); }

  auto operator()(statistic const& s, row_info const& row) const -> double {
    auto const all = s.at(0);
    if (auto const why = detail::missing(row, all.n, at_least); why != reason::none) return undefined(why);
    auto const n = static_cast<double>(all.n);
    auto variance = [&](std::int64_t sum, std::int64_t squares) { return static_cast<double>(int128{all.n} * squares - int128{sum} * sum) / n / n; };
    auto const var_e = variance(all.x, all.xx), var_i = variance(all.y, all.yy);
    if (!(var_e > 0 && var_i > 0)) return undefined(reason::no_variance);
    // about the mean of all bins, over the pairs that there are
    auto rho = [](lag_moments::sums const& p, double mean, double var) {
      auto const pairs = static_cast<double>(p.n);
      return (static_cast<double>(p.xy) - mean * (static_cast<double>(p.x) + static_cast<double>(p.y)) + pairs * mean * mean) / pairs / var;
    };
    double sum = 0;
    for (std::int64_t lag = 1; lag <= within; ++lag) {
      auto const e = s.at_e(lag), i = s.at_i(lag);
      if (e.n < 1) break;
      sum += rho(e, static_cast<double>(all.x) / n, var_e) * rho(i, static_cast<double>(all.y) / n, var_i) * (1 - static_cast<double>(lag) / n);
    }
    return n / (std::max)(1.0, 1 + 2 * sum);
  }
};

/// The zero-lag correlation with the interval that follows from `effective_bins`: tanh(atanh r ± q / √(n_eff − 3)), q the normal quantile.
///
/// Result   an `interval` without blocks; lo and hi are NaN with a reason where r or n_eff is undefined, n_eff < 4 or |r| = 1
/// Errors   none; 0 < level < 1
/// Source   as `effective_bins`; Fisher 1921, Metron 1:3. Narrower than it should be where the populations are correlated or not Gaussian: the
///          default of `with_interval` assumes neither
struct correlation_interval {
  using statistic = lag_moments;
  std::int64_t within = 50;
  double level = 0.95;
  std::int64_t at_least = bins_to_report;
  [[nodiscard]] auto start(row_info const&) const -> statistic { return statistic(within, true); }

  auto operator()(statistic const& s, row_info const& row) const -> interval {
    auto const all = s.at(0);
    auto spread = [&](std::int64_t one, std::int64_t other, std::int64_t products) { return int128{all.n} * products - int128{one} * other; };
    auto const scale = detail::geometric_mean(spread(all.x, all.x, all.xx), spread(all.y, all.y, all.yy));
    auto const missing = detail::missing(row, all.n, at_least);
    interval i{.estimate = missing != reason::none ? undefined(missing) : scale == 0 ? undefined(reason::no_variance) : static_cast<double>(spread(all.x, all.y, all.xy)) / scale, .method = interval_method::bartlett};
    if (auto const why = detail::unusable(i.estimate); why != reason::none) return detail::no_interval(i, why);
    auto const centre = detail::fisher_z(i.estimate);
    if (auto const why = detail::unusable(centre); why != reason::none) return detail::no_interval(i, why);
    auto const n = effective_bins{within, at_least}(s, row);
    if (auto const why = detail::unusable(n); why != reason::none) return detail::no_interval(i, why);
    if (n < 4) return detail::no_interval(i, reason::too_few_bins);
    i = detail::around(i, centre, 1 / std::sqrt(n - 3), std::numeric_limits<double>::infinity(), level, true);
    i.effective_bins = n, i.neighbours = undefined(reason::not_available);
    return i;
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
