// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Shape features of mean spike waveforms: one row of samples in, one `waveform_features` out.
///
/// What a classifier of cells starts from. All times are read off a cubic spline through the samples; both polarities are measured, and what
/// a window is too short to show is flagged, not guessed.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../spikes/recording.hpp"
#include "waveform_curve.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What is unusual about a waveform. Bits, so that one waveform can carry several.
enum class waveform_flag : std::uint32_t {
  positive_going = 1u << 0,           ///< max > −min: an axonal or inverted spike; the features are those of −w
  truncated = 1u << 1,                ///< still rising at the window's end: trough-to-peak is a lower bound
  no_second_half_crossing = 1u << 2,  ///< the after-potential does not fall to half its height in the window: no half-peak width
  no_trough_crossing = 1u << 3,       ///< the trough does not return to half its depth on both sides: no trough half-width
  no_peak = 1u << 4,                  ///< what follows the trough never rises above the baseline: no half-peak width
  trough_at_edge = 1u << 5,           ///< the trough is the first or the last sample
  multi_trough = 1u << 6,             ///< deeper than half the trough in more than one place
  no_baseline = 1u << 7,              ///< too few samples before the spike: the baseline is taken as 0
  flat = 1u << 8,                     ///< all samples equal
  has_nan = 1u << 9,                  ///< a sample that is not a number, other than padding at the end
  too_short = 1u << 10,               ///< fewer than 8 samples
  missing = 1u << 11,                 ///< padding only
  no_inflection = 1u << 12,           ///< the steepest fall after the peak is at the window's end: no repolarisation time
};

inline constexpr std::array<std::string_view, 13> waveform_flag_names{
    "positive_going", "truncated",   "no_second_half_crossing", "no_trough_crossing", "no_peak",   "trough_at_edge", "multi_trough",
    "no_baseline",    "flat",        "has_nan",                 "too_short",          "missing",   "no_inflection"};

/// Features of one mean waveform; the main deflection is called the trough, also where it points upwards and was flipped.
///
/// Units    ms from the first sample, or between two events; µV where the waveform is in µV, else its own unit
/// Result   NaN where a feature is undefined; `flags` says why where the waveform is the cause
struct waveform_features {
  static constexpr double unknown = undefined(reason::not_available);

  std::int64_t id = 0;                             ///< the file's number of the unit; the row where there is none
  std::uint32_t flags = 0;                         ///< bits of waveform_flag
  double step_ms = 0;                              ///< spacing of the grid on which times were read; 0 where they were refined
  double baseline_uv = unknown;                    ///< mean before the spike, of the waveform after flipping
  double trough_ms = unknown;                      ///< t_v
  double trough_uv = unknown;                      ///< V_v, from the baseline: below 0
  double peak_ms = unknown;                        ///< t_p, of the largest value after the trough
  double peak_uv = unknown;                        ///< V_p, from the baseline
  double first_peak_uv = unknown;                  ///< the largest value before the trough, from the baseline
  double trough_to_peak_ms = unknown;              ///< t_p − t_v
  double half_peak_width_ms = unknown;             ///< width of the after-potential at V_p/2
  double trough_half_width_ms = unknown;           ///< width of the trough at V_v/2
  double peak_to_trough_ms = unknown;              ///< t_v − time of the first peak
  double asymmetry = unknown;                      ///< (b − a)/(b + a), a the first peak, b the second; both must be ≥ 0
  double repolarization_uv_per_ms = unknown;       ///< the steepest rise between trough and peak
  double repolarization_fit_uv_per_ms = unknown;   ///< line through trough to the first return to the baseline
  double recovery_uv_per_ms = unknown;             ///< line through the 0.7 ms after the peak; the window's end cuts it
  double repolarization_ms = unknown;              ///< from the peak to the steepest fall after it (its inflection)
  double half_decay_ms = unknown;                  ///< from the peak to V_p/2 after it
  double amplitude_uv = unknown;                   ///< max − min
  double snr = unknown;                            ///< amplitude / (2 SD of the residual), where that SD was given

  [[nodiscard]] constexpr auto has(waveform_flag f) const noexcept -> bool { return (flags & static_cast<std::uint32_t>(f)) != 0; }
  constexpr void set(waveform_flag f) noexcept { flags |= static_cast<std::uint32_t>(f); }
  /// No spike shape at all: flat, not a number, too short or missing.
  [[nodiscard]] constexpr auto unusable() const noexcept -> bool {
    return has(waveform_flag::flat) || has(waveform_flag::has_nan) || has(waveform_flag::too_short) || has(waveform_flag::missing);
  }
};

/// The names of all flags set, in the order of the enumerators.
inline auto flag_names(waveform_features const& f) -> std::vector<std::string_view> {
  std::vector<std::string_view> names;
  for (std::size_t k = 0; k < waveform_flag_names.size(); ++k)
    if ((f.flags >> k & 1u) != 0) names.push_back(waveform_flag_names[k]);
  return names;
}

/// Against what polarity is judged and the spike is looked for.
enum class zero_line : std::uint8_t {
  raw,       ///< the file's zero: right for averages of high-pass filtered data, also where the window starts inside the spike
  baseline,  ///< the mean of the first `baseline_ms`: right for waveforms with an offset
};

/// How features are measured. The defaults reproduce the trough-to-peak times that CellExplorer stores.
struct waveform_options {
  int upsampling = 0;           ///< grid points per sample; 0: ceil(100 kHz / rate), 4 at 30 kHz; 1: the samples themselves, joined by lines
  bool refine = false;          ///< extrema and crossings at the roots of the spline instead of on a grid
  double baseline_ms = 0.25;    ///< the baseline is the mean of this stretch at the start; 0: the baseline is 0
  double search_ms = 0.25;      ///< the trough is the minimum within this distance of the alignment
  double alignment_ms = -1;     ///< where the sorter put the spike, from the first sample; < 0: the sample farthest from the zero line
  zero_line zero = zero_line::raw;
};

namespace detail {

inline constexpr double spike_onset_ms = 0.2;     // the last stretch before the spike belongs to its onset, not to the baseline
inline constexpr double recovery_window_ms = 0.7;  // Allen Institute's ecephys_spike_sorting and SpikeInterface

inline void check_options(waveform_options const& o, double rate_hz) {
  if (!(rate_hz > 0) || !std::isfinite(rate_hz))
    throw error({.where = "waveforms", .place = {}, .problem = "no usable sampling rate", .expected = "Hz above 0", .found = std::to_string(rate_hz),
                 .advice = "set waveform_table::rate_hz"});
  if (o.upsampling < 0 || o.upsampling > 1000)
    throw error({.where = "waveforms", .place = {}, .problem = "upsampling out of range", .expected = "0 (default) or 1 to 1000",
                 .found = std::to_string(o.upsampling), .advice = {}});
  if (!(o.baseline_ms >= 0) || !(o.search_ms > 0)) throw error("waveforms: baseline_ms must be 0 or more and search_ms above 0");
}

/// The mean of the samples in the first `baseline_ms` that lie well before the spike; 0 and a flag if they span less than 0.1 ms.
inline auto baseline_of(std::span<double const> w, std::size_t spike, double per_ms, waveform_options const& o, waveform_features& f) -> double {
  if (o.baseline_ms == 0) return 0;
  auto const quiet = std::floor(static_cast<double>(spike) - spike_onset_ms * per_ms) + 1;
  auto const n = (std::min)(std::round(o.baseline_ms * per_ms), quiet);
  if (n < 1 || n < (std::min)(0.1, o.baseline_ms) * per_ms) {
    f.set(waveform_flag::no_baseline);
    return 0;
  }
  auto const count = static_cast<std::size_t>(n);
  double sum = 0;
  for (auto const v : w.first(count)) sum += v;
  return sum / static_cast<double>(count);
}

/// Everything that is read off the curve once polarity, alignment and baseline are settled.
inline void read_features(waveform_curve const& c, double per_ms, double align, double search, waveform_features& f) {
  auto const& p = c.points();
  auto const last = p.size() - 1;
  auto const above = [&](std::size_t k) { return p[k].y - f.baseline_uv; };
  auto const lower = [](curve_point const& a, curve_point const& b) { return a.y < b.y; };
  auto const at = [&](auto it) { return static_cast<std::size_t>(it - p.begin()); };
  auto const nth = [&](std::size_t k) { return p.begin() + static_cast<std::ptrdiff_t>(k); };

  auto const from = std::lower_bound(p.begin(), p.end(), align - search - 1e-9, [](curve_point const& a, double x) { return a.x < x; });
  auto const to = std::upper_bound(from, p.end(), align + search + 1e-9, [](double x, curve_point const& a) { return x < a.x; });
  auto const v = at(std::min_element(from, to, lower));
  auto const t = at(std::max_element(nth(v), p.end(), lower));
  auto const first = at(std::max_element(p.begin(), nth(v + 1), lower));

  f.trough_ms = p[v].x / per_ms, f.trough_uv = above(v);
  f.peak_ms = p[t].x / per_ms, f.peak_uv = above(t);
  f.trough_to_peak_ms = (p[t].x - p[v].x) / per_ms;
  if (v > 0) f.first_peak_uv = above(first), f.peak_to_trough_ms = (p[v].x - p[first].x) / per_ms;
  if (f.peak_uv >= 0 && f.first_peak_uv >= 0 && f.peak_uv + f.first_peak_uv > 0) f.asymmetry = (f.peak_uv - f.first_peak_uv) / (f.peak_uv + f.first_peak_uv);
  if (v == 0 || v == last) f.set(waveform_flag::trough_at_edge);
  if (t == last) f.set(waveform_flag::truncated);

  auto const half_depth = f.baseline_uv + f.trough_uv / 2;
  auto const fall = c.crossing(v, -1, half_depth), rise = c.crossing(v, +1, half_depth);
  if (fall >= 0 && rise >= 0) f.trough_half_width_ms = (rise - fall) / per_ms;
  else f.set(waveform_flag::no_trough_crossing);
  std::size_t dips = 0;
  for (std::size_t k = 0; k <= last; ++k) dips += static_cast<std::size_t>(p[k].y < half_depth && (k == 0 || p[k - 1].y >= half_depth));
  if (dips > 1) f.set(waveform_flag::multi_trough);

  if (f.peak_uv > 0) {
    auto const half_height = f.baseline_uv + f.peak_uv / 2;
    auto const before = c.crossing(t, -1, half_height), after = c.crossing(t, +1, half_height);
    if (after < 0) f.set(waveform_flag::no_second_half_crossing);
    else f.half_decay_ms = (after - p[t].x) / per_ms;
    if (before >= 0 && after >= 0) f.half_peak_width_ms = (after - before) / per_ms;
  } else {
    f.set(waveform_flag::no_peak);
  }

  auto const less_steep = [](curve_point const& a, curve_point const& b) { return a.slope < b.slope; };
  if (t > v) f.repolarization_uv_per_ms = std::max_element(nth(v), nth(t + 1), less_steep)->slope * per_ms;
  if (auto const steepest = at(std::min_element(nth(t), p.end(), less_steep)); steepest > t && steepest < last) f.repolarization_ms = (p[steepest].x - p[t].x) / per_ms;
  else f.set(waveform_flag::no_inflection);
  if (auto const back = c.crossing(v, +1, f.baseline_uv); back >= 0) f.repolarization_fit_uv_per_ms = c.line_slope(p[v].x, back) * per_ms;
  f.recovery_uv_per_ms = c.line_slope(p[t].x, p[t].x + recovery_window_ms * per_ms) * per_ms;
  auto const [min, max] = std::minmax_element(p.begin(), p.end(), lower);
  f.amplitude_uv = max->y - min->y;
}

}  // namespace detail

/// Grid points per sample: the option, or enough for 100 kHz.
inline auto upsampling_factor(waveform_options const& options, double rate_hz) -> int {
  return options.upsampling > 0 ? options.upsampling : (std::max)(1, static_cast<int>(std::ceil(100'000 / (std::max)(rate_hz, 100.0) - 1e-3)));
}

/// Features of one mean waveform.
///
///   t_v = argmin w near the alignment,  t_p = argmax w after t_v,  trough-to-peak = t_p − t_v
///
/// Shape    samples in time order; NaN at the end is padding
/// Result   features of w, or of −w where max w > −min w; unusable waveforms have flags and no numbers
/// Errors   `error` for a rate or an option out of range
/// Cost     O(samples × upsampling)
/// Source   CellExplorer, Petersen et al. 2021, Neuron 109:3594 (spline, trough-to-peak, a/b ratio); Barthó et al. 2004, J. Neurophysiol.
///          92:600 (half widths); Peyrache et al. 2012, PNAS 109:1731 (half-peak width against valley-to-peak)
inline auto features_of(std::span<float const> w, double rate_hz, waveform_options const& options = {}, double residual_sd_uv = undefined(reason::not_available))
  -> waveform_features {
  detail::check_options(options, rate_hz);
  waveform_features f;
  while (!w.empty() && std::isnan(w.back())) w = w.first(w.size() - 1);
  if (w.empty()) f.set(waveform_flag::missing);
  else if (!std::all_of(w.begin(), w.end(), [](float v) { return std::isfinite(v); })) f.set(waveform_flag::has_nan);
  else if (w.size() < 8) f.set(waveform_flag::too_short);
  else if (std::all_of(w.begin(), w.end(), [&](float v) { return v == w.front(); })) f.set(waveform_flag::flat);
  if (f.unusable()) return f;

  auto const per_ms = rate_hz / 1e3;
  std::vector<double> y(w.begin(), w.end());
  double zero = 0;
  if (options.zero == zero_line::baseline && options.baseline_ms > 0) {  // a first guess, without knowing where the spike is
    auto const n = static_cast<std::size_t>(std::clamp(std::round(options.baseline_ms * per_ms), 1.0, static_cast<double>(y.size())));
    for (std::size_t k = 0; k < n; ++k) zero += y[k] / static_cast<double>(n);
  }
  auto const [min, max] = std::minmax_element(y.begin(), y.end());
  auto const positive = *max - zero > zero - *min;
  auto const spike = static_cast<std::size_t>((positive ? max : min) - y.begin());
  if (positive) {
    f.set(waveform_flag::positive_going);
    for (auto& v : y) v = -v;
  }
  f.baseline_uv = detail::baseline_of(y, spike, per_ms, options, f);
  auto const factor = upsampling_factor(options, rate_hz);
  f.step_ms = options.refine ? 0 : 1 / (per_ms * factor);
  auto const align = options.alignment_ms < 0 ? static_cast<double>(spike) : (std::min)(options.alignment_ms * per_ms, static_cast<double>(y.size() - 1));
  detail::read_features(detail::waveform_curve(y, factor, options.refine), per_ms, align, (std::max)(options.search_ms * per_ms, 1.0), f);
  f.snr = f.amplitude_uv / (2 * residual_sd_uv);
  return f;
}

/// Features of every row of a table, in its order.
///
/// Input    `residual_sd_uv`: one standard deviation per row for the signal-to-noise ratio, or empty
/// Errors   `error` if the table is not rectangular, its rate is not set, or the deviations are not one per row
inline auto features_of(waveform_table const& table, waveform_options const& options = {}, std::span<double const> residual_sd_uv = {})
  -> std::vector<waveform_features> {
  if (table.samples == 0 ? !table.values.empty() : table.values.size() % table.samples != 0)
    throw error({.where = "waveforms", .place = {}, .problem = "the table is not rectangular", .expected = "a multiple of " + std::to_string(table.samples) + " values",
                 .found = std::to_string(table.values.size()), .advice = "pad short rows with NaN at their end"});
  if (!residual_sd_uv.empty() && residual_sd_uv.size() != table.size())
    throw error({.where = "waveforms", .place = {}, .problem = "one residual SD per waveform is needed", .expected = std::to_string(table.size()),
                 .found = std::to_string(residual_sd_uv.size()), .advice = {}});
  std::vector<waveform_features> all;
  all.reserve(table.size());
  for (std::size_t unit = 0; unit < table.size(); ++unit) {
    all.push_back(features_of(table[unit], table.rate_hz, options, residual_sd_uv.empty() ? undefined(reason::not_available) : residual_sd_uv[unit]));
    all.back().id = static_cast<std::int64_t>(unit);
  }
  return all;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
