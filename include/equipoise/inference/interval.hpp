// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Intervals for any metric: `with_interval(metric)` is a metric of the blocked statistic, whose value says how sure the inner value is.
///
/// The cost is that of merges and of calls of the metric, not of passes over the data. Page: docs/explanation/uncertainty.md

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "../balance/coupling.hpp"
#include "../pipeline/measure.hpp"
#include "bootstrap.hpp"
#include "jackknife.hpp"
#include "quantile.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Fewer blocks than this, and an interval is undefined with `reason::too_few_blocks`; no interval is made from more than `most_blocks`, so that a
/// long recording has long blocks.
inline constexpr std::int64_t blocks_to_report = 20, most_blocks = 128;

enum class interval_method : std::uint8_t {
  automatic,     ///< the jackknife; the bootstrap's standard error for values that jump (`value_jumps`)
  jackknife,     ///< standard error of the delete-block jackknife, t
  bootstrap_se,  ///< standard error of the stationary block bootstrap, t
  percentile,    ///< quantiles of the stationary block bootstrap; covers less than its level (docs/explanation/uncertainty.md)
  bartlett,      ///< effective number of bins from autocorrelations, normal: `correlation_interval`
};

/// What an interval is made on.
enum class interval_scale : std::uint8_t {
  automatic,  ///< Fisher's z where the metric's value is a correlation (`value_is_correlation`), else as it is
  as_it_is,   ///< the value
  fisher_z,   ///< z = atanh r
};

/// Whether a metric's value is a correlation. Give a metric of your own `static constexpr bool is_correlation = true`.
template <class M>
inline constexpr bool value_is_correlation = requires { requires M::is_correlation; };
template <>
inline constexpr bool value_is_correlation<zero_lag_correlation> = true;

/// Whether a metric's value jumps where the data change a little, as the place of a maximum does: leaving out one block then says little of its
/// error. Give a metric of your own `static constexpr bool value_jumps = true`.
template <class M>
inline constexpr bool value_jumps = requires { requires M::value_jumps; };
template <>
inline constexpr bool value_jumps<peak_lag> = true;
template <>
inline constexpr bool value_jumps<lag_centroid> = true;

struct interval_options {
  interval_method method = interval_method::automatic;
  double level = 0.95;
  std::chrono::nanoseconds block = std::chrono::seconds{1};  ///< the least length of a block; a block has at least one bin
  interval_scale scale = interval_scale::automatic;
  std::int64_t components = 16;  ///< jackknife: the slowest of the influences that the standard error is taken from; 0: all, the plain jackknife
  std::int64_t draws = 1000;     ///< bootstrap
  std::uint64_t seed = 1;        ///< bootstrap; draw k of scale s depends on nothing but (seed, s, k)
};

/// A value, how sure it is, and from what that is known. What is undefined is NaN with its reason.
struct interval {
  double estimate{}, lo{}, hi{};
  double standard_error{};      ///< of the value; where the interval is made on Fisher's z, (1 − r²) times that of z
  double degrees_of_freedom{};  ///< of t; infinite for the normal distribution, NaN for quantiles
  double effective_bins{};      ///< independent bins that would give this standard error, 1/SE(z)²; for correlations only
  std::int64_t blocks{};        ///< G
  double block_bins{}, block_seconds{};  ///< mean length of a block
  double neighbours{};          ///< correlation of the influences of neighbouring blocks: where it is well above 2/√G, the interval is too narrow
  interval_method method{};

  [[nodiscard]] auto contains(double x) const noexcept -> bool { return lo <= x && x <= hi; }
};

namespace detail {
/// An interval that is not there.
inline auto no_interval(interval i, reason why) -> interval {
  i.lo = i.hi = i.standard_error = i.degrees_of_freedom = i.effective_bins = i.neighbours = undefined(why);
  return i;
}
/// Fisher's z; infinite at ±1, and where rounding does not tell r from it.
inline auto fisher_z(double r) -> double { return std::abs(r) < 1 - 1e-12 ? std::atanh(r) : std::copysign(std::numeric_limits<double>::infinity(), r); }
/// Why a value cannot be used on its scale; `reason::none` if it can.
inline auto unusable(double x) -> reason {
  if (std::isfinite(x)) return reason::none;
  auto const why = reason_of(x);
  return why != reason::none ? why : std::isinf(x) ? reason::no_influence : reason::not_available;
}

/// An interval from the standard error and the degrees of freedom on its scale.
inline auto around(interval i, double centre, double se, double df, double level, bool fisher) -> interval {
  auto const reach = two_sided_t(level, df) * se;
  auto const back = [fisher](double z) { return fisher ? std::tanh(z) : z; };
  i.lo = back(centre - reach), i.hi = back(centre + reach), i.degrees_of_freedom = df;
  i.standard_error = fisher ? (1 - i.estimate * i.estimate) * se : se;
  i.effective_bins = fisher ? 1 / (se * se) : undefined(reason::not_available);
  return i;
}

/// value(S, bins) → double is the metric on its scale.
template <class S, class Value>
auto interval_of(blocked<S> const& s, row_info const& row, interval_options const& o, bool fisher, Value const& value) -> interval {
  auto const n = s.bins();
  auto const blank = s.blank().state;
  auto scaled = [&](S const& x, std::int64_t bins) {
    auto const v = value(x, bins);
    return fisher && !std::isnan(v) ? fisher_z(v) : v;
  };
  interval i{.estimate = value(s.whole(), n), .method = o.method};
  if (auto const why = unusable(i.estimate); why != reason::none) return no_interval(i, why);
  auto const seconds = static_cast<double>(n) * row.width.seconds(), least = (std::max)(static_cast<double>(o.block.count()) * 1e-9, row.width.seconds());
  auto const parts = stretches(s, std::clamp(static_cast<std::int64_t>(seconds / least * (1 + 1e-12)), std::int64_t{1}, most_blocks));
  i.blocks = std::ssize(parts);
  i.block_bins = static_cast<double>(n) / static_cast<double>(i.blocks), i.block_seconds = seconds / static_cast<double>(i.blocks);
  if (i.blocks < blocks_to_report) return no_interval(i, reason::too_few_blocks);
  auto const centre = fisher ? fisher_z(i.estimate) : i.estimate;

  std::vector<double> values;
  auto why = unusable(centre);
  auto take = [&](double v) {
    if (why == reason::none) why = unusable(v);
    values.push_back(v);
  };
  std::vector<std::int64_t> sizes;
  for (auto const& p : parts) sizes.push_back(p.bins);
  leave_one_out(parts, blank, [&](std::size_t j, S const& rest) { take(scaled(rest, n - sizes[j])); });
  if (why != reason::none) return no_interval(i, why);
  auto const e = jackknife(centre, values, sizes, o.method == interval_method::jackknife ? o.components : 0);
  i.neighbours = e.neighbours;
  if (o.method == interval_method::jackknife) return e.standard_error == 0 ? no_interval(i, reason::no_influence) : around(i, centre, e.standard_error, e.degrees_of_freedom, o.level, fisher);

  auto units = stretches(s, 4 * i.blocks);  // so that blocks begin nearly anywhere
  auto const length = static_cast<double>(units.size()) / static_cast<double>(i.blocks);
  stationary_bootstrap<S> const bootstrap(std::move(units), blank, length, o.seed, row.scale);
  values.clear();
  for (std::int64_t k = 0; k < o.draws; ++k) {
    auto const drawn = bootstrap.draw(static_cast<std::uint64_t>(k));
    take(scaled(drawn.state, drawn.bins));
  }
  if (why != reason::none) return no_interval(i, why);
  double mean = values.front(), squares = 0;
  for (auto const v : values) mean += (v - values.front()) / static_cast<double>(o.draws);  // exact where all draws are the same
  for (auto const v : values) squares += (v - mean) * (v - mean);
  auto const se = std::sqrt(squares / static_cast<double>(o.draws - 1));
  if (se == 0) return no_interval(i, reason::no_influence);
  i = around(i, centre, se, static_cast<double>(i.blocks - 1), o.level, fisher);
  if (o.method == interval_method::percentile) {
    auto const back = [fisher](double z) { return fisher ? std::tanh(z) : z; };
    i.lo = back(quantile(values, (1 - o.level) / 2)), i.hi = back(quantile(values, (1 + o.level) / 2)), i.degrees_of_freedom = undefined(reason::not_available);
  }
  return i;
}
}  // namespace detail

/// A metric with an interval around a number of its value. Made by `with_interval(…)`.
template <metric M, class Number>
class interval_metric {
  using inner = typename M::statistic;
  static_assert(requires(M const& m, inner const& s, row_info const& row, Number const& number) { static_cast<double>(std::invoke(number, m(s, row))); },
                "equipoise: the metric's value is not a number; say which of its numbers is meant: with_interval(peak_lag{}, &peak_lag::value::interpolated)");

 public:
  using statistic = blocked<inner>;

  interval_metric(M m, Number number, interval_options o) : metric_(std::move(m)), number_(std::move(number)), options_(o) {
    if (o.method == interval_method::automatic) options_.method = value_jumps<M> ? interval_method::bootstrap_se : interval_method::jackknife;
    if (!(o.level > 0 && o.level < 1)) throw error("with_interval: the level must lie between 0 and 1, as in 0.95");
    if (o.block <= o.block.zero()) throw error("with_interval: a block must last some time");
    if (o.components < 0) throw error("with_interval: the number of components must not be negative");
    if (o.draws < 2) throw error("with_interval: at least two draws are needed");
    if (o.method == interval_method::bartlett) throw error("with_interval: Bartlett's formula is for zero-lag correlations only; use correlation_interval{}");
  }
  [[nodiscard]] auto start(row_info const& row) const -> statistic
    requires configures_statistic<M>
  {
    return statistic(metric_.start(row));
  }
  auto operator()(statistic const& s, row_info const& row) const -> interval {
    constexpr bool correlation = value_is_correlation<M> && std::same_as<Number, std::identity>;
    auto const fisher = options_.scale == interval_scale::fisher_z || (options_.scale == interval_scale::automatic && correlation);
    return detail::interval_of(s, row, options_, fisher, [&](inner const& x, std::int64_t bins) {
      auto part = row;
      part.bins = bins;
      return static_cast<double>(std::invoke(number_, metric_(x, part)));
    });
  }

 private:
  M metric_;
  Number number_;
  interval_options options_;
};

/// `"rho"_n = with_interval(zero_lag_correlation{})`, `"lag"_n = with_interval(peak_lag{.within = 20}, &peak_lag::value::interpolated, {.level = 0.9})`:
/// any metric, and where its value is no number, which number of it, as a pointer to a member or anything that can be called with the value.
///
///   θ ± t · SE, G blocks of max(block, one bin, 1/128 of the recording); SE of the jackknife, from the 16 slowest components of the influences of
///   blocks, or where the value jumps of the stationary bootstrap
///
/// Result   a metric whose value is an `interval`; lo and hi are NaN with a reason if there are fewer than 20 blocks, or the value is undefined for
///          the recording, or with a block left out, or in a draw
/// Errors   `error` for options that cannot be
/// Cost     per scale three merges and a call of the metric per block; for the bootstrap per draw a call and four merges per block
/// Source   Dehghani et al. 2016 give no intervals; see docs/explanation/uncertainty.md for what was tried and how well it covers
template <metric M>
auto with_interval(M m, interval_options o = {}) -> interval_metric<M, std::identity> {
  return {std::move(m), {}, o};
}
template <metric M, class Number>
  requires(!std::same_as<Number, interval_options>)
auto with_interval(M m, Number number, interval_options o = {}) -> interval_metric<M, Number> {
  return {std::move(m), std::move(number), o};
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
