// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// How excitation and inhibition move together: correlation at zero lag and by lag, the lag of the peak, centroid, asymmetry.
///
/// Zero lag is not proof of self-generated balance: common drive gives it too, and at bins wider than a few milliseconds every fast lag is zero.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "../concepts/balance.hpp"
#include "../stats/co_moments.hpp"
#include "../stats/lag_moments.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Fewer complete bins than this, and a metric gives NaN with `reason::too_few_bins`; `bins_for_p` are asked for before a p-value.
inline constexpr std::int64_t bins_to_report = 20, bins_for_p = 50;

namespace detail {
/// Why a scale has no balance at all; `reason::none` if it has.
inline auto missing(row_info const& row, std::int64_t n, std::int64_t least) noexcept -> reason {
  if (row.sizes.e == 0 || row.sizes.i == 0) return reason::empty_population;
  return n < least ? reason::too_few_bins : reason::none;
}
/// One statistic as a span of parts, for the length of an expression.
template <class S>
struct only {
  S const* part;
  explicit only(S const& s) noexcept : part(&s) {}
  operator std::span<S const* const>() const noexcept { return {&part, 1}; }
};
/// √(a·b) of two exact spreads; 0 if either vanishes.
inline auto geometric_mean(int128 a, int128 b) noexcept -> double { return a <= 0 || b <= 0 ? 0.0 : std::sqrt(static_cast<double>(a)) * std::sqrt(static_cast<double>(b)); }
/// Sums of squares and products about each part's own means.
struct within_sums {
  std::int64_t n{}, parts{};  ///< bins, and parts that have any
  double ee{}, ii{}, ei{};
};
inline auto within_parts(std::span<co_moments const* const> parts) noexcept -> within_sums {
  within_sums w;
  for (auto const* s : parts)
    if (s->n() > 0) {
      auto const n = static_cast<double>(s->n());
      w.n += s->n(), ++w.parts, w.ee += static_cast<double>(s->spread_e()) / n, w.ii += static_cast<double>(s->spread_i()) / n, w.ei += static_cast<double>(s->spread_ei()) / n;
    }
  return w;
}
}  // namespace detail

/// Zero-lag correlation of excitatory and inhibitory ensemble activity at one scale.
///
///   rho = (n Σei − Σe Σi) / sqrt((n Σe² − (Σe)²)(n Σi² − (Σi)²))
///
/// Input    statistic co_moments over complete bins; counts, not rates (the correlation is the same)
/// Result   dimensionless in [−1, 1]; NaN with a reason if there are fewer than `at_least` bins or a population never varies
/// Errors   none (noexcept)
/// Cost     O(1) per scale; the statistic is one pass, five sums per bin
/// Source   Dehghani et al. 2016, Sci. Rep. 6:23176 (E–I ensemble correlation)
/// Example  examples/01_balance_across_scales.cpp
struct zero_lag_correlation {
  using statistic = co_moments;
  std::int64_t at_least = bins_to_report;
  auto operator()(statistic const& s, row_info const& row) const noexcept -> double {
    if (auto const why = detail::missing(row, s.n(), at_least); why != reason::none) return undefined(why);
    auto const spread = detail::geometric_mean(s.spread_e(), s.spread_i());
    return spread == 0 ? undefined(reason::no_variance) : std::clamp(static_cast<double>(s.spread_ei()) / spread, -1.0, 1.0);
  }
  /// Over parts with means of their own: sums of squares and products within parts.
  [[nodiscard]] auto apart(std::span<statistic const* const> parts, row_info const& row) const noexcept -> double {
    auto const w = detail::within_parts(parts);
    if (auto const why = detail::missing(row, w.n, at_least); why != reason::none) return undefined(why);
    return w.ee <= 0 || w.ii <= 0 ? undefined(reason::no_variance) : std::clamp(w.ei / std::sqrt(w.ee) / std::sqrt(w.ii), -1.0, 1.0);
  }
};

/// Covariance of the two populations' counts per bin, n − 1 in the denominator unless `population`.
///
/// Result   spikes²; NaN with a reason if there are fewer than `at_least` bins
struct covariance {
  using statistic = co_moments;
  bool population = false;
  std::int64_t at_least = bins_to_report;
  auto operator()(statistic const& s, row_info const& row) const noexcept -> double {
    if (auto const why = detail::missing(row, s.n(), (std::max)(at_least, std::int64_t{2})); why != reason::none) return undefined(why);
    auto const n = static_cast<double>(s.n());
    return static_cast<double>(s.spread_ei()) / n / (population ? n : n - 1);
  }
  /// Over parts with means of their own: one degree of freedom a part.
  [[nodiscard]] auto apart(std::span<statistic const* const> parts, row_info const& row) const noexcept -> double {
    auto const w = detail::within_parts(parts);
    if (auto const why = detail::missing(row, w.n, (std::max)(at_least, w.parts + 1)); why != reason::none) return undefined(why);
    return w.ei / static_cast<double>(population ? w.n : w.n - w.parts);
  }
};

/// Fano factors of the two populations' counts: variance (n in the denominator) over mean; 1 for Poisson spikes at every scale.
///
/// Result   {e, i}, dimensionless; NaN with a reason where a population is silent or bins are too few
struct fano_factors {
  using statistic = co_moments;
  struct value {
    double e, i;
  };
  std::int64_t at_least = bins_to_report;
  auto operator()(statistic const& s, row_info const& row) const noexcept -> value {
    if (s.n() < at_least) return {undefined(reason::too_few_bins), undefined(reason::too_few_bins)};
    auto one = [&](int128 spread, std::int64_t sum, std::int64_t size) {
      if (size == 0) return undefined(reason::empty_population);
      return sum == 0 ? undefined(reason::no_spikes) : static_cast<double>(spread) / static_cast<double>(s.n()) / static_cast<double>(sum);
    };
    return {one(s.spread_e(), s.e(), row.sizes.e), one(s.spread_i(), s.i(), row.sizes.i)};
  }
};

/// Mean counts per cell and bin: e / N_e and i / N_i.
struct mean_activity {
  using statistic = co_moments;
  struct value {
    double e, i;
  };
  auto operator()(statistic const& s, row_info const& row) const noexcept -> value {
    auto one = [&](std::int64_t sum, std::int64_t size) {
      if (size == 0) return undefined(reason::empty_population);
      return s.n() == 0 ? undefined(reason::too_few_bins) : static_cast<double>(sum) / static_cast<double>(s.n()) / static_cast<double>(size);
    };
    return {one(s.e(), row.sizes.e), one(s.i(), row.sizes.i)};
  }
};

/// How the correlation at a lag is divided.
enum class lag_estimator : std::uint8_t {
  unbiased,  ///< by the pairs there are, with the means and deviations of all bins: the default
  biased,    ///< by all bins: |r| ≤ 1, shrinks towards 0 at large lags (scipy.signal.correlate of centred series)
  pearson,   ///< Pearson over the pairs there are, with their own means: for series that drift
};

namespace detail {
/// What C(ℓ) is made of: sums about the means of each part.
struct correlation_sums {
  std::int64_t bins = 0, pairs = 0;
  double cross = 0, spread_e = 0, spread_i = 0;

  /// A part: the sums of all its bins, and those of its pairs at the lag.
  void add(lag_moments::sums const& all, lag_moments::sums const& some, lag_estimator estimator) {
    auto const& base = estimator == lag_estimator::pearson ? some : all;
    if (base.n == 0) return;
    bins += all.n, pairs += some.n;
    // n² Σ (e − ē)(i − ī) over the pairs = n (n Σei − Σ_all e Σ_pairs i) − Σ_all i (n Σ_pairs e − n_pairs Σ_all e), each bracket exact
    auto const n = static_cast<double>(base.n);
    cross += (static_cast<double>(int128{base.n} * some.xy - int128{base.x} * some.y) - static_cast<double>(base.y) / n * static_cast<double>(int128{base.n} * some.x - int128{some.n} * base.x)) / n;
    spread_e += static_cast<double>(int128{base.n} * base.xx - int128{base.x} * base.x) / n;
    spread_i += static_cast<double>(int128{base.n} * base.yy - int128{base.y} * base.y) / n;
  }
  [[nodiscard]] auto value(lag_estimator estimator) const -> double {
    if (spread_e == 0 || spread_i == 0) return undefined(reason::no_variance);
    auto const r = cross / std::sqrt(spread_e) / std::sqrt(spread_i);
    return estimator == lag_estimator::unbiased ? r * static_cast<double>(bins) / static_cast<double>(pairs) : r;
  }
};
}  // namespace detail

/// C(ℓ) = corr(e_t, i_{t+ℓ}) for |ℓ| ≤ within: the cross-correlation of the ensembles at one scale.
///
/// Sign     ℓ > 0: inhibition follows excitation
/// Result   2·within + 1 values from −within to within; NaN with a reason where bins are too few, or a population never varies
/// Source   Dehghani et al. 2016; estimators as in the method page docs/explanation/lags.md
struct correlation_by_lag {
  using statistic = lag_moments;
  std::int64_t within = 20;
  lag_estimator estimator = lag_estimator::unbiased;
  std::int64_t at_least = bins_to_report;
  [[nodiscard]] auto start(row_info const&) const -> statistic { return statistic(within); }

  auto operator()(statistic const& s, row_info const& row) const -> std::vector<double> { return apart(detail::only(s), row); }
  /// Over parts with means of their own.
  [[nodiscard]] auto apart(std::span<statistic const* const> parts, row_info const& row) const -> std::vector<double> {
    std::vector<double> c;
    for (auto lag = -within; lag <= within; ++lag) c.push_back(at(parts, row, lag));
    return c;
  }
  [[nodiscard]] auto at(statistic const& s, row_info const& row, std::int64_t lag) const -> double { return at(detail::only(s), row, lag); }
  [[nodiscard]] auto at(std::span<statistic const* const> parts, row_info const& row, std::int64_t lag) const -> double {
    detail::correlation_sums sum;
    for (auto const* s : parts) sum.add(s->at(0), s->at(lag), estimator);
    if (auto const why = detail::missing(row, sum.pairs, at_least); why != reason::none) return undefined(why);
    return sum.value(estimator);
  }
};

/// Where the cross-correlation peaks.
///
/// Result   `bins` the lag of the largest C, ties to the smaller |ℓ|, then to the positive; `interpolated` that of the parabola through it and
///          its neighbours, in bins; `correlation` its height. Both NaN, and `bins` 0, where C(0) is undefined; `interpolated` is NaN with
///          `reason::peak_at_edge` where the largest stands at ± within or beside a lag without enough pairs: `bins` is then no peak.
struct peak_lag {
  using statistic = lag_moments;
  struct value {
    std::int64_t bins{};
    double interpolated{}, correlation{};
  };
  std::int64_t within = 20;
  lag_estimator estimator = lag_estimator::unbiased;
  std::int64_t at_least = bins_to_report;
  [[nodiscard]] auto start(row_info const&) const -> statistic { return statistic(within); }

  auto operator()(statistic const& s, row_info const& row) const -> value { return apart(detail::only(s), row); }
  [[nodiscard]] auto apart(std::span<statistic const* const> parts, row_info const& row) const -> value { return of(correlation_by_lag{within, estimator, at_least}.apart(parts, row)); }

  /// The peak of a curve of 2·within + 1 values.
  static auto of(std::vector<double> const& c) -> value {
    auto const within = static_cast<std::int64_t>(c.size() / 2);
    auto at = [&](std::int64_t lag) { return c[static_cast<std::size_t>(lag + within)]; };
    value best{0, 0, at(0)};
    if (std::isnan(best.correlation)) return {0, best.correlation, best.correlation};
    for (std::int64_t k = 1; k <= within; ++k)
      for (auto const lag : {k, -k})
        if (at(lag) > best.correlation) best = {lag, 0, at(lag)};  // NaN never is
    if (within == 0 || best.bins == within || best.bins == -within || std::isnan(at(best.bins - 1)) || std::isnan(at(best.bins + 1))) {
      best.interpolated = undefined(reason::peak_at_edge);
      return best;
    }
    auto const left = at(best.bins - 1), right = at(best.bins + 1), bend = left - 2 * best.correlation + right;
    auto const shift = bend < 0 ? (left - right) / (2 * bend) : 0.0;
    best.interpolated = static_cast<double>(best.bins) + (std::abs(shift) <= 0.5 ? shift : 0.0);
    return best;
  }
};

/// Centre of mass of the contiguous lags around the peak where C exceeds half its height, in bins: Σ ℓ C / Σ C.
///
/// Result   bins; NaN with a reason if C is nowhere positive, or its half height reaches the edge of the lags
struct lag_centroid {
  using statistic = lag_moments;
  std::int64_t within = 20;
  lag_estimator estimator = lag_estimator::unbiased;
  std::int64_t at_least = bins_to_report;
  [[nodiscard]] auto start(row_info const&) const -> statistic { return statistic(within); }
  auto operator()(statistic const& s, row_info const& row) const -> double { return apart(detail::only(s), row); }
  [[nodiscard]] auto apart(std::span<statistic const* const> parts, row_info const& row) const -> double { return of(correlation_by_lag{within, estimator, at_least}.apart(parts, row)); }

  static auto of(std::vector<double> const& c) -> double {
    auto const peak = peak_lag::of(c);
    if (std::isnan(peak.correlation)) return peak.correlation;
    if (!(peak.correlation > 0)) return undefined(reason::no_positive_peak);
    auto const within = static_cast<std::int64_t>(c.size() / 2);
    double sum = 0, moment = 0;
    auto known = [&](std::int64_t lag) { return lag >= -within && lag <= within && !std::isnan(c[static_cast<std::size_t>(lag + within)]); };
    auto take = [&](std::int64_t lag) {
      auto const x = c[static_cast<std::size_t>(lag + within)];
      if (!(x > peak.correlation / 2)) return false;
      sum += x, moment += static_cast<double>(lag) * x;
      return true;
    };
    auto right = peak.bins, left = peak.bins - 1;
    while (known(right) && take(right)) ++right;
    while (known(left) && take(left)) --left;
    return known(right) && known(left) ? moment / sum : undefined(reason::peak_at_edge);
  }
};

/// A = (Σ_{0<ℓ≤T} C(ℓ) − Σ_{0<ℓ≤T} C(−ℓ)) / Σ_{0<|ℓ|≤T} |C(ℓ)|: above 0 where inhibition follows excitation; robust to jitter of the peak.
///
/// Result   [−1, 1]; NaN with `reason::unresolved` where a bin is wider than `over`, or the lags looked at end before it
/// Default  T = 10 ms, so that the index says the same thing at every scale that can say it
struct asymmetry_index {
  using statistic = lag_moments;
  std::chrono::nanoseconds over = std::chrono::milliseconds{10};
  lag_estimator estimator = lag_estimator::unbiased;
  std::int64_t at_least = bins_to_report;
  [[nodiscard]] auto bins(row_info const& row) const -> std::int64_t { return static_cast<std::int64_t>(std::floor(static_cast<double>(over.count()) * 1e-9 / row.width.seconds() + 1e-9)); }
  [[nodiscard]] auto start(row_info const& row) const -> statistic { return statistic(bins(row)); }

  auto operator()(statistic const& s, row_info const& row) const -> double { return apart(detail::only(s), row); }
  [[nodiscard]] auto apart(std::span<statistic const* const> parts, row_info const& row) const -> double {
    auto const last = bins(row);
    if (last < 1 || std::any_of(parts.begin(), parts.end(), [last](auto const* s) { return s->within() < last; })) return undefined(reason::unresolved);
    double difference = 0, total = 0;
    correlation_by_lag const c{last, estimator, at_least};
    for (std::int64_t lag = 1; lag <= last; ++lag) {
      auto const after = c.at(parts, row, lag), before = c.at(parts, row, -lag);
      if (std::isnan(after) || std::isnan(before)) return std::isnan(after) ? after : before;
      difference += after - before, total += std::abs(after) + std::abs(before);
    }
    return total == 0 ? undefined(reason::no_variance) : difference / total;
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
