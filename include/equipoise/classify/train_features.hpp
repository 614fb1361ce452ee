// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What a spike train says of its cell: spikes of a unit in, one `train_features` out: rate, burstiness, irregularity, the shape of its
/// autocorrelogram. The second witness of a classifier, beside the waveform.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "../core/epochs.hpp"
#include "../spikes/recording.hpp"
#include "autocorrelogram_fit.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Features of one train. An interval is between two spikes in a row of one observed window; none spans a gap.
///
/// Result   NaN with a reason where a feature is undefined: `no_spikes` without any, `not_available` for too few of them or no time,
///          `unresolved` where the observed windows are shorter than the lags, `not_asked_for`
struct train_features {
  static constexpr double unknown = undefined(reason::not_available);

  std::int64_t id = 0;               ///< the file's number of the unit; the row where there is none
  std::int64_t spikes = 0;           ///< in the time looked at
  std::int64_t intervals = 0;
  double rate_hz = unknown;          ///< spikes / observed time
  double burst_fraction = unknown;   ///< share of intervals below 15 ms
  double refractory_share = unknown; ///< share of intervals below 2 ms: no cell fires so, a badly sorted unit does
  double burst_index = unknown;      ///< −1 … 1: (peak − base)/peak, or /base where negative; peak of 0–10 ms, base 40–50 ms of the autocorrelogram
  double cv = unknown;               ///< SD / mean of the intervals
  double cv2 = unknown;              ///< mean of 2 |I′ − I|/(I′ + I) over intervals in a row; 1 for Poisson spikes at any slow change of rate
  double local_variation = unknown;  ///< mean of 3 (I′ − I)²/(I′ + I)²; 1 for Poisson spikes
  autocorrelogram_fit acg{};         ///< τ_rise, τ_decay, … of the autocorrelogram of 0.5 to 50 ms
};

struct train_options {
  std::chrono::nanoseconds burst = std::chrono::milliseconds{15};
  std::chrono::nanoseconds refractory = std::chrono::milliseconds{2};
  std::int64_t least_spikes = 100;  ///< fewer have no burst index
  bool acg_fit = true;
  autocorrelogram_fit_options acg{};  ///< its step is that of the bins, 0.5 ms
};

namespace detail {

/// Intervals in a row, as they come; differences are whole ticks.
struct interval_sums {
  std::int64_t n = 0, pairs = 0, bursting = 0, refractory = 0;
  double sum = 0, squares = 0, relative = 0, relative_squares = 0;
};

/// The differences of a train's spikes within windows: counts of 50 bins of 1 ms from 0, and of 101 bins of 0.5 ms around 0, 0.5, 1, … ms.
template <tick T>
struct lag_counts {
  std::int64_t width = (std::max)(std::int64_t{1}, std::chrono::round<T>(std::chrono::milliseconds{1}).count());
  std::int64_t half = std::chrono::round<T>(std::chrono::microseconds{500}).count();  ///< 0 for ticks that are too long for such bins
  std::vector<std::int64_t> whole = std::vector<std::int64_t>(50), halves = std::vector<std::int64_t>(101);

  void add(std::span<std::int64_t const> at) {
    auto const reach = (std::max)(50 * width, 101 * half);
    for (std::size_t i = 0; i < at.size(); ++i)
      for (auto j = i + 1; j < at.size() && at[j] - at[i] <= reach; ++j) {
        auto const d = at[j] - at[i];
        if (auto const k = static_cast<std::size_t>(d / width); k < whole.size()) ++whole[k];
        if (half == 0) continue;
        if (auto const k = static_cast<std::size_t>((2 * d + half) / (2 * half)); k < halves.size()) ++halves[k];
      }
  }
};

/// Spikes per second at a lag from a spike, corrected for the partners that the windows' ends cut off; NaN if no window is that long.
template <tick T>
auto rate_at(std::int64_t count, double lag_s, double width_s, std::int64_t spikes, epochs<T> const& over) -> double {
  double all = 0, seen = 0;
  for (auto const& w : over) all += in_seconds(w.length()), seen += (std::max)(0.0, in_seconds(w.length()) - lag_s);
  return seen > 0 ? static_cast<double>(count) / (width_s * static_cast<double>(spikes)) * (all / seen) : undefined(reason::unresolved);
}

/// Royer's index of counts of 1 ms.
template <tick T>
auto burst_index_of(lag_counts<T> const& lags, std::int64_t spikes, epochs<T> const& over) -> double {
  double peak = 0, base = 0;
  auto const width_s = in_seconds(T{lags.width});
  for (std::size_t k = 0; k < 50; ++k) {
    if (k >= 10 && k < 40) continue;
    auto const rate = rate_at(lags.whole[k], (static_cast<double>(k) + 0.5) * width_s, width_s, spikes, over);
    if (std::isnan(rate)) return rate;
    if (k < 10) peak = (std::max)(peak, rate);
    else base += rate / 10;
  }
  if (peak == 0 && base == 0) return undefined(reason::not_available);
  return (peak - base) / (std::max)(peak, base);
}

}  // namespace detail

/// Features of one train in some stretches of time.
///
/// The burst index is that of Royer et al. 2012: peak of the autocorrelogram in 0–10 ms less its mean in 40–50 ms, divided by the larger of the two.
/// CellExplorer's BurstIndex_Royer2012 is another quantity, a ratio of 3–5 ms to 200–300 ms. The fit takes the bin at 0.5 ms to be empty, as
/// CellExplorer does. Few spikes make the index larger: the peak is the largest of ten noisy bins.
/// Input    times in ticks, ascending; `over`: the observed time. Spikes outside it are left out
/// Errors   `error` if a duration is not positive, or the fit's options do not hold
/// Cost     a pass over the spikes within 50 ms of one another; the fit 0.3 to 1.2 ms
/// Source   burst index: Royer et al. 2012, Nat. Neurosci. 15:769; CV2: Holt et al. 1996, J. Neurophysiol. 75:1806; local variation: Shinomoto
///          et al. 2003, Neural Comput. 15:2823
template <tick T>
auto train_features_of(std::span<std::int64_t const> at, epochs<T> const& over, train_options const& options = {}) -> train_features {
  if (options.burst <= options.burst.zero() || options.refractory <= options.refractory.zero()) throw error("train_features: an interval of bursts or of refractory spikes must be longer than 0");
  train_features out;
  detail::interval_sums sums;
  detail::lag_counts<T> lags;
  for (auto const& w : over) {
    auto const first = std::lower_bound(at.begin(), at.end(), w.begin.count()), last = std::lower_bound(first, at.end(), w.end.count());
    std::span<std::int64_t const> const here(first, last);
    out.spikes += static_cast<std::int64_t>(here.size());
    lags.add(here);
    for (std::size_t k = 1; k < here.size(); ++k) {
      auto const i = here[k] - here[k - 1];
      ++sums.n, sums.sum += static_cast<double>(i), sums.squares += static_cast<double>(i) * static_cast<double>(i);
      sums.bursting += T{i} < options.burst ? 1 : 0, sums.refractory += T{i} < options.refractory ? 1 : 0;
      if (k < 2) continue;
      auto const before = here[k - 1] - here[k - 2];
      if (i + before == 0) continue;  // three spikes at one time
      auto const relative = static_cast<double>(std::abs(i - before)) / static_cast<double>(i + before);
      ++sums.pairs, sums.relative += relative, sums.relative_squares += relative * relative;
    }
  }
  auto const seconds = in_seconds(over.total());
  if (seconds > 0) out.rate_hz = static_cast<double>(out.spikes) / seconds;
  out.intervals = sums.n;
  auto const few = undefined(out.spikes > 0 ? reason::not_available : reason::no_spikes);
  auto const n = static_cast<double>(sums.n), mean = sums.sum / n;
  out.burst_fraction = sums.n > 0 ? static_cast<double>(sums.bursting) / n : few;
  out.refractory_share = sums.n > 0 ? static_cast<double>(sums.refractory) / n : few;
  out.cv = sums.n > 1 && mean > 0 ? std::sqrt((std::max)(0.0, (sums.squares / n - mean * mean) * n / (n - 1))) / mean : few;
  out.cv2 = sums.pairs > 0 ? 2 * sums.relative / static_cast<double>(sums.pairs) : few;
  out.local_variation = sums.pairs > 0 ? 3 * sums.relative_squares / static_cast<double>(sums.pairs) : few;
  out.burst_index = out.spikes >= (std::max)(options.least_spikes, std::int64_t{1}) ? detail::burst_index_of(lags, out.spikes, over) : few;

  auto none = [&](reason why) {
    auto const x = undefined(why);
    return autocorrelogram_fit{x, x, x, x, x, x, x, x, x, x, x, false, 0};
  };
  if (!options.acg_fit) out.acg = none(reason::not_asked_for);
  else if (out.spikes == 0) out.acg = none(reason::no_spikes);
  else if (lags.half == 0) out.acg = none(reason::unresolved);
  else {
    auto const step = in_seconds(T{lags.half});
    std::vector<double> rates(100);
    std::int64_t pairs = 0;
    for (std::size_t k = 2; k <= 100; ++k) pairs += lags.halves[k], rates[k - 1] = detail::rate_at(lags.halves[k], static_cast<double>(k) * step, step, out.spikes, over);
    auto fit = options.acg;
    fit.step_ms = step * 1e3;
    out.acg = std::isnan(rates.back()) ? none(reason::unresolved) : fit_autocorrelogram(rates, pairs, fit);
  }
  return out;
}

/// Features of all units in some stretches of the observed time.
///
/// Result   one per unit, in the order of the recording
inline auto train_features_of(recording const& from, epochs<std::chrono::nanoseconds> const& over, train_options const& options = {}) -> std::vector<train_features> {
  auto const time = over & from.observed();
  std::vector<train_features> out;
  out.reserve(from.size());
  for (unit_index u = 0; u < from.size(); ++u) {
    out.push_back(train_features_of(std::span<std::int64_t const>(raw(from[u])), time, options));
    out.back().id = u < from.units.size() ? from.units[u].id : static_cast<std::int64_t>(u);
  }
  return out;
}

/// Features of all units in all observed time.
inline auto train_features_of(recording const& from, train_options const& options = {}) -> std::vector<train_features> { return train_features_of(from, from.observed(), options); }

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
