// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// How far excitation and inhibition deviate from one another, under every normalisation: the normalisation decides the answer.
///
/// The width of the z-scored deviation is √(2(1 − r)) exactly and says nothing beyond r. What does: the deviation relative to the means, with
/// the Poisson floor removed, and its tails (distribution.hpp).

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "../stats/unit_moments.hpp"
#include "coupling.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Deviations of one scale; standard deviations over bins (n in the denominator), each NaN with its reason where undefined.
struct deviations {
  double zscored;                 ///< SD of z_E − z_I = √(2(1 − r))
  double zscored_floor_removed;   ///< the same less the variance 1/F_E + 1/F_I that Poisson spikes of these rates would give (F: Fano factors)
  double symmetric;               ///< SD of the signed distance to the plane of symmetry, (z_E − z_I)/√2 = √(1 − r)
  double across_to_along;         ///< SD of z_E − z_I over SD of z_E + z_I = √((1 − r)/(1 + r))
  double per_cell;                ///< SD of e/N_E − i/N_I, spikes per cell and bin
  double per_cell_mean;           ///< mean of e/N_E − i/N_I, spikes per cell and bin
  double per_cell_floor_removed;  ///< √(per_cell² − ē/N_E² − ī/N_I²), without the variance that Poisson spikes of these rates would give
  double per_cell_rate_hz;        ///< per_cell over the bin width, Hz
  double unit_sum;                ///< SD of e/Σe − i/Σi
  double relative;                ///< SD of e/ē − i/ī: each population relative to its own mean
  double relative_floor;          ///< √(1/ē + 1/ī), the relative deviation of independent Poisson spikes
  double relative_floor_removed;  ///< √(relative² − floor²): the headline
  double amplitude_mismatch;      ///< (CV_E − CV_I)², the part of relative² that is due to unequal amplitudes
  double lost_coordination;       ///< 2 CV_E CV_I (1 − r), the part of relative² that is due to imperfect correlation
};

/// All deviations that second moments give.
///
///   relative² = Var(e/ē − i/ī) = (CV_E − CV_I)² + 2 CV_E CV_I (1 − r)
///
/// Result   a `deviations`; NaN with a reason where bins are too few, a population is silent or never varies, or the variance is below the floor
/// Source   the normalisations of Dehghani 2023 (arXiv 2306.11965) and of the figures of Dehghani et al. 2016; see docs/explanation/deviations.md
struct deviation {
  using statistic = co_moments;
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& s, row_info const& row) const noexcept -> deviations {
    if (auto const why = detail::missing(row, s.n(), at_least); why != reason::none) return all(why);
    if (s.e() == 0 || s.i() == 0) return all(reason::no_spikes);
    auto const n = static_cast<double>(s.n()), e = static_cast<double>(s.e()) / n, i = static_cast<double>(s.i()) / n;
    auto const var_e = static_cast<double>(s.spread_e()) / n / n, var_i = static_cast<double>(s.spread_i()) / n / n, cov = static_cast<double>(s.spread_ei()) / n / n;
    auto const size_e = static_cast<double>(row.sizes.e), size_i = static_cast<double>(row.sizes.i);
    auto const r = zero_lag_correlation{at_least}(s, row);
    auto const scaled = [&](double a, double b) { return std::sqrt(difference_variance(var_e * a * a, var_i * b * b, cov * a * b)); };

    deviations d{};
    auto const known = !std::isnan(r);
    d.zscored = known ? std::sqrt(2 * (1 - r)) : r;
    d.zscored_floor_removed = known ? above(2 * (1 - r), e / var_e + i / var_i) : r;
    d.symmetric = known ? std::sqrt(1 - r) : r;
    d.across_to_along = !known ? r : r > -1 ? std::sqrt((1 - r) / (1 + r)) : undefined(reason::no_variance);
    d.per_cell = scaled(1 / size_e, 1 / size_i);
    d.per_cell_mean = e / size_e - i / size_i;
    d.per_cell_floor_removed = above(d.per_cell * d.per_cell, e / size_e / size_e + i / size_i / size_i);
    d.per_cell_rate_hz = d.per_cell / row.width.seconds();
    d.relative = scaled(1 / e, 1 / i);
    d.unit_sum = d.relative / n;
    d.relative_floor = std::sqrt(1 / e + 1 / i);
    d.relative_floor_removed = above(d.relative * d.relative, 1 / e + 1 / i);
    auto const cv_e = std::sqrt(var_e) / e, cv_i = std::sqrt(var_i) / i;
    d.amplitude_mismatch = (cv_e - cv_i) * (cv_e - cv_i);
    d.lost_coordination = known ? 2 * cv_e * cv_i * (1 - r) : r;
    return d;
  }

  /// √(variance − floor); NaN with `reason::below_noise_floor` if there is nothing above it.
  static auto above(double variance, double floor) noexcept -> double { return variance > floor ? std::sqrt(variance - floor) : undefined(reason::below_noise_floor); }

 private:
  /// Var(x − y), never below 0 by rounding.
  static auto difference_variance(double x, double y, double xy) noexcept -> double { return std::fmax(0.0, x + y - 2 * xy); }
  static auto all(reason why) noexcept -> deviations {
    auto const x = undefined(why);
    return {x, x, x, x, x, x, x, x, x, x, x, x, x, x};
  }
};

/// SD over bins of e/ē − i/ī, by default with the Poisson floor removed: one number of `deviation`.
///
/// Result   dimensionless, ≥ 0; NaN with a reason as there
struct relative_deviation {
  using statistic = co_moments;
  bool floor_removed = true;
  std::int64_t at_least = bins_to_report;
  auto operator()(statistic const& s, row_info const& row) const noexcept -> double {
    auto const d = deviation{at_least}(s, row);
    return floor_removed ? d.relative_floor_removed : d.relative;
  }
};

/// The statistic itself: what the whole of a recording, or one state of it, lends to others as means and deviations.
struct second_moments {
  using statistic = co_moments;
  auto operator()(statistic const& s, row_info const&) const noexcept -> statistic { return s; }
};

/// Deviations of one stretch measured with the means and SDs of another, its reference: the whole night, or wakefulness.
struct referred_deviations {
  double zscored, zscored_mean;      ///< SD and mean of z_E − z_I, each population z-scored with the reference's mean and SD
  double zscored_floor_removed;      ///< less the variance that Poisson spikes of the stretch's rates would give
  double relative, relative_mean;    ///< SD and mean of e/ē − i/ī with the reference's ē and ī
  double relative_floor_removed;     ///< less that variance
};

/// Deviations against a reference: what z-scoring within each state would erase, differences of amplitude and of mean, stays.
///
///   zscored² = v_E/V_E + v_I/V_I − 2 c/√(V_E V_I);  floor e/V_E + i/V_I;  relative² = v_E/Ē² + v_I/Ī² − 2 c/(Ē Ī);  floor e/Ē² + i/Ī²
///   (small: mean, variance, covariance of the stretch; capital: of the reference)
///
/// Input    `reference`: one co_moments per scale, as `second_moments` gives them: `night["all"_n]`
/// Result   a `referred_deviations`; NaN with a reason where either has too few bins, the reference is silent or never varies, or it does not
///          hold that scale
struct deviation_against {
  using statistic = co_moments;
  std::vector<co_moments> reference;
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& s, row_info const& row) const noexcept -> referred_deviations {
    auto const all = [](reason why) { return referred_deviations{undefined(why), undefined(why), undefined(why), undefined(why), undefined(why), undefined(why)}; };
    if (row.scale >= reference.size()) return all(reason::not_available);
    auto const& whole = reference[row.scale];
    if (auto const why = detail::missing(row, (std::min)(s.n(), whole.n()), at_least); why != reason::none) return all(why);
    if (whole.e() == 0 || whole.i() == 0) return all(reason::no_spikes);
    auto const n = static_cast<double>(s.n()), e = static_cast<double>(s.e()) / n, i = static_cast<double>(s.i()) / n;
    auto const var_e = static_cast<double>(s.spread_e()) / n / n, var_i = static_cast<double>(s.spread_i()) / n / n, cov = static_cast<double>(s.spread_ei()) / n / n;
    auto const bins = static_cast<double>(whole.n()), mean_e = static_cast<double>(whole.e()) / bins, mean_i = static_cast<double>(whole.i()) / bins;
    auto const with = [&](double a, double b) {  // variance of a·e − b·i, and its Poisson floor
      return std::pair(std::fmax(0.0, var_e * a * a + var_i * b * b - 2 * cov * a * b), e * a * a + i * b * b);
    };
    auto const [relative, relative_floor] = with(1 / mean_e, 1 / mean_i);
    auto d = all(reason::no_variance);
    d.relative = std::sqrt(relative), d.relative_mean = e / mean_e - i / mean_i, d.relative_floor_removed = deviation::above(relative, relative_floor);
    if (whole.spread_e() <= 0 || whole.spread_i() <= 0) return d;
    auto const sd_e = std::sqrt(static_cast<double>(whole.spread_e())) / bins, sd_i = std::sqrt(static_cast<double>(whole.spread_i())) / bins;
    auto const [zscored, zscored_floor] = with(1 / sd_e, 1 / sd_i);
    d.zscored = std::sqrt(zscored), d.zscored_mean = (e - mean_e) / sd_e - (i - mean_i) / sd_i, d.zscored_floor_removed = deviation::above(zscored, zscored_floor);
    return d;
  }
};

/// The ensemble fractions a_e/N_E and a_i/N_I of units active in a bin: means, and the SD of their difference.
struct active_fractions {
  double e, i;       ///< means, 0 … 1
  double deviation;  ///< SD over bins of a_e/N_E − a_i/N_I
};

/// Deviation of the active fractions; the literal reading of "ensemble fractions". Needs `pyramid(…).with_units()`.
///
/// Result   an `active_fractions`; NaN with a reason where bins are too few or a population has no units
struct active_deviation {
  using statistic = unit_moments;
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& s, row_info const& row) const noexcept -> active_fractions {
    if (auto const why = detail::missing(row, s.n(), at_least); why != reason::none) return {undefined(why), undefined(why), undefined(why)};
    auto const n = static_cast<double>(s.n()), a = 1 / (n * static_cast<double>(row.sizes.e)), b = 1 / (n * static_cast<double>(row.sizes.i));
    auto const& x = s.active();
    auto spread = [&](std::int64_t products, std::int64_t one, std::int64_t other) { return static_cast<double>(int128{s.n()} * products - int128{one} * other); };
    auto const variance = spread(x.ee, x.e, x.e) * a * a + spread(x.ii, x.i, x.i) * b * b - 2 * spread(x.ei, x.e, x.i) * a * b;
    return {static_cast<double>(x.e) * a, static_cast<double>(x.i) * b, std::sqrt(std::fmax(0.0, variance))};
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
