// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The shape of the deviation's distribution at one scale: tails, kurtosis, the un-centred index. Over the joint histogram of counts.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "deviation.hpp"
#include "../stats/joint_histogram.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
/// Values with how often they occur, ascending.
struct weighted_values {
  std::vector<std::pair<double, std::int64_t>> at;
  std::int64_t n = 0;

  void sort() {
    std::sort(at.begin(), at.end());
  }
  /// The smallest value that at least a share p of the bins does not exceed; the mean of the two middle ones for the median of an even n.
  [[nodiscard]] auto quantile(double p) const noexcept -> double {
    auto const rank = p * static_cast<double>(n);
    std::int64_t below = 0;
    for (std::size_t k = 0; k < at.size(); ++k) {
      below += at[k].second;
      if (static_cast<double>(below) == rank && k + 1 < at.size()) return (at[k].first + at[k + 1].first) / 2;
      if (static_cast<double>(below) >= rank) return at[k].first;
    }
    return at.back().first;
  }
};
/// The totals of a joint histogram, as co_moments gives them.
struct histogram_means {
  std::int64_t n = 0, e = 0, i = 0;
  std::uint32_t most_e = 0, most_i = 0;
  explicit histogram_means(joint_histogram const& h) {
    h.each([&](std::uint32_t x, std::uint32_t y, std::int64_t times) {
      n += times, e += times * x, i += times * y;
      most_e = (std::max)(most_e, x), most_i = (std::max)(most_i, y);
    });
  }
  [[nodiscard]] auto missing(row_info const& row, std::int64_t least) const noexcept -> reason {
    auto const why = detail::missing(row, n, least);
    return why != reason::none ? why : e == 0 || i == 0 ? reason::no_spikes : reason::none;
  }
  /// Of e and of i over bins, n in the denominator.
  [[nodiscard]] auto variances(joint_histogram const& h) const -> std::pair<double, double> {
    double var_e = 0, var_i = 0;
    h.each([&](std::uint32_t x, std::uint32_t y, std::int64_t times) {
      auto const w = static_cast<double>(times);
      var_e += w * (x - mean_e()) * (x - mean_e()), var_i += w * (y - mean_i()) * (y - mean_i());
    });
    return {var_e / static_cast<double>(n), var_i / static_cast<double>(n)};
  }
  [[nodiscard]] auto mean_e() const noexcept -> double { return static_cast<double>(e) / static_cast<double>(n); }
  [[nodiscard]] auto mean_i() const noexcept -> double { return static_cast<double>(i) / static_cast<double>(n); }
};
}  // namespace detail

/// Share of bins whose relative deviation d = e/ē − i/ī lies beyond three robust standard deviations (1.4826 × MAD) of its median.
///
/// Result   [0, 1]; 0.0027 for Gaussian deviations. NaN with `reason::no_spread` where the MAD is 0: most bins of fine scales are empty
struct tail_index {
  using statistic = joint_histogram;
  double beyond = 3;
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& h, row_info const& row) const -> double {
    detail::histogram_means const m(h);
    if (auto const why = m.missing(row, at_least); why != reason::none) return undefined(why);
    detail::weighted_values d;
    d.n = m.n;
    h.each([&](std::uint32_t e, std::uint32_t i, std::int64_t n) { d.at.emplace_back(e / m.mean_e() - i / m.mean_i(), n); });
    d.sort();
    auto const median = d.quantile(0.5);
    auto apart = d;
    for (auto& [x, n] : apart.at) x = std::abs(x - median);
    apart.sort();
    auto const limit = beyond * 1.4826 * apart.quantile(0.5);
    if (!(limit > 0)) return undefined(reason::no_spread);
    std::int64_t outside = 0;
    for (auto const& [x, n] : apart.at) outside += x > limit ? n : 0;
    return static_cast<double>(outside) / static_cast<double>(m.n);
  }
};

/// Moments and tails of z_E − z_I, which the correlation alone does not give.
struct shape {
  double skewness, excess_kurtosis;        ///< of z_E − z_I
  double beyond_2, beyond_3;               ///< P(|z_E − z_I| > 2), P(|z_E − z_I| > 3)
  double gaussian_beyond_2;                ///< what a Gaussian of the same r would give: 2Φ(−2/√(2(1 − r)))
  double q01, q99;                         ///< 1 % and 99 % quantiles
};

/// Result   a `shape`; NaN with a reason where bins are too few or a population never varies
struct deviation_shape {
  using statistic = joint_histogram;
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& h, row_info const& row) const -> shape {
    detail::histogram_means const m(h);
    auto const nothing = [](reason why) { return shape{undefined(why), undefined(why), undefined(why), undefined(why), undefined(why), undefined(why), undefined(why)}; };
    if (auto const why = m.missing(row, at_least); why != reason::none) return nothing(why);
    auto const n = static_cast<double>(m.n), e = m.mean_e(), i = m.mean_i();
    auto const [var_e, var_i] = m.variances(h);
    if (!(var_e > 0 && var_i > 0)) return nothing(reason::no_variance);
    auto const sd_e = std::sqrt(var_e), sd_i = std::sqrt(var_i);
    detail::weighted_values d;
    d.n = m.n;
    double m2 = 0, m3 = 0, m4 = 0;
    std::int64_t beyond_2 = 0, beyond_3 = 0;
    h.each([&](std::uint32_t x, std::uint32_t y, std::int64_t times) {
      auto const z = (x - e) / sd_e - (y - i) / sd_i, w = static_cast<double>(times);
      d.at.emplace_back(z, times);
      m2 += w * z * z, m3 += w * z * z * z, m4 += w * z * z * z * z;  // the mean of z is 0
      beyond_2 += std::abs(z) > 2 ? times : 0, beyond_3 += std::abs(z) > 3 ? times : 0;
    });
    m2 /= n, m3 /= n, m4 /= n;
    d.sort();
    if (!(m2 > 1e-12)) return nothing(reason::no_spread);  // r = 1: no deviation at all
    return {m3 / std::pow(m2, 1.5), m4 / (m2 * m2) - 3, static_cast<double>(beyond_2) / n, static_cast<double>(beyond_3) / n, std::erfc(2 / std::sqrt(2 * m2)), d.quantile(0.01), d.quantile(0.99)};
  }
};

/// The histogram of d = z_E − z_I on fixed edges, the same at every scale: one row of the image P(d | scale).
///
/// Result   50 shares of bins that sum to 1: d < −6, 48 steps [−6 + k/4, −6 + (k + 1)/4), d ≥ 6; all NaN with a reason where `deviation_shape` is
struct deviation_histogram {
  using statistic = joint_histogram;
  static constexpr double lowest = -6, step = 0.25;
  static constexpr std::size_t steps = 48;
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& h, row_info const& row) const -> std::vector<double> {
    detail::histogram_means const m(h);
    auto const nothing = [](reason why) { return std::vector<double>(steps + 2, undefined(why)); };
    if (auto const why = m.missing(row, at_least); why != reason::none) return nothing(why);
    auto const n = static_cast<double>(m.n), e = m.mean_e(), i = m.mean_i();
    auto const [var_e, var_i] = m.variances(h);
    if (!(var_e > 0 && var_i > 0)) return nothing(reason::no_variance);
    auto const sd_e = std::sqrt(var_e), sd_i = std::sqrt(var_i);
    std::vector<std::int64_t> bins(steps + 2);
    h.each([&](std::uint32_t x, std::uint32_t y, std::int64_t times) {
      auto const at = std::floor(((x - e) / sd_e - (y - i) / sd_i - lowest) / step) + 1;
      bins[static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(steps + 1)))] += times;
    });
    std::vector<double> shares;
    for (auto const b : bins) shares.push_back(static_cast<double>(b) / n);
    return shares;
  }
};

/// The un-centred index B = (e/ē − i/ī)/(e/ē + i/ī), −1 … 1: keeps what z-scoring removes.
struct imbalance {
  double mean, mean_absolute;  ///< over bins where it is defined
  double undefined_fraction;   ///< share of bins without any spike, where B is 0/0
};

/// Input    `reference`: one co_moments per scale whose means are ē and ī (`second_moments`); empty: the means of the stretch itself
/// Result   an `imbalance`; NaN with a reason where bins are too few, ē or ī is 0, or the reference does not hold that scale
struct imbalance_index {
  using statistic = joint_histogram;
  std::vector<co_moments> reference{};
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& h, row_info const& row) const -> imbalance {
    auto const nothing = [](reason why) { return imbalance{undefined(why), undefined(why), undefined(why)}; };
    detail::histogram_means const m(h);
    if (reference.empty()) {
      if (auto const why = m.missing(row, at_least); why != reason::none) return nothing(why);
      return about(h, m, m.mean_e(), m.mean_i());
    }
    if (row.scale >= reference.size()) return nothing(reason::not_available);
    auto const& whole = reference[row.scale];
    if (auto const why = detail::missing(row, (std::min)(m.n, whole.n()), at_least); why != reason::none) return nothing(why);
    if (whole.e() == 0 || whole.i() == 0 || m.e + m.i == 0) return nothing(reason::no_spikes);
    return about(h, m, static_cast<double>(whole.e()) / static_cast<double>(whole.n()), static_cast<double>(whole.i()) / static_cast<double>(whole.n()));
  }

 private:
  static auto about(statistic const& h, detail::histogram_means const& m, double mean_e, double mean_i) -> imbalance {
    double sum = 0, absolute = 0;
    std::int64_t defined = 0;
    h.each([&](std::uint32_t x, std::uint32_t y, std::int64_t n) {
      if (x == 0 && y == 0) return;
      auto const e = x / mean_e, i = y / mean_i, b = (e - i) / (e + i);
      sum += static_cast<double>(n) * b, absolute += static_cast<double>(n) * std::abs(b), defined += n;
    });
    auto const n = static_cast<double>(defined);
    return {sum / n, absolute / n, static_cast<double>(m.n - defined) / static_cast<double>(m.n)};
  }
};

/// SD of e/max e − i/max i: the deviation with each population scaled by its largest bin, as in mirrored histograms.
///
/// Result   dimensionless; NaN with a reason where bins are too few or a population is silent. One outlying bin sets the scale.
struct peak_normalised_deviation {
  using statistic = joint_histogram;
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& h, row_info const& row) const -> double {
    detail::histogram_means const m(h);
    if (auto const why = m.missing(row, at_least); why != reason::none) return undefined(why);
    auto const mean = m.mean_e() / m.most_e - m.mean_i() / m.most_i;
    double sum = 0;
    h.each([&](std::uint32_t x, std::uint32_t y, std::int64_t n) {
      auto const d = static_cast<double>(x) / m.most_e - static_cast<double>(y) / m.most_i - mean;
      sum += static_cast<double>(n) * d * d;
    });
    return std::sqrt(sum / static_cast<double>(m.n));
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
