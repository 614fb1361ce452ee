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
  no_trough_crossing = 1u << 3,       ///< the trough does not return to half its depth on both sides, or is not below the baseline: no trough half-width
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
  if (std::isnan(o.alignment_ms)) throw error("waveforms: alignment_ms must be a number; below 0 it is the sample farthest from the zero line");
}

}  // namespace detail

/// Grid points per sample: the option, or enough for 100 kHz.
inline auto upsampling_factor(waveform_options const& options, double rate_hz) -> int {
  return options.upsampling > 0 ? options.upsampling : (std::max)(1, static_cast<int>(std::ceil(100'000 / (std::max)(rate_hz, 100.0) - 1e-3)));
}

namespace detail {

/// The options in samples, for waveforms of n samples.
inline auto plan_of(waveform_options const& o, double rate_hz, std::size_t n) -> simd::waveform_plan {
  auto const per_ms = rate_hz / 1e3;
  simd::waveform_plan p(n, static_cast<std::size_t>(upsampling_factor(o, rate_hz)));
  p.per_ms = per_ms;
  if (o.zero == zero_line::baseline && o.baseline_ms > 0) p.zero = std::clamp(std::round(o.baseline_ms * per_ms), 1.0, static_cast<double>(n));
  if (o.baseline_ms > 0) p.baseline = (std::max)(std::round(o.baseline_ms * per_ms), 0.5);  // less than one sample is none
  p.least_baseline = (std::min)(0.1, o.baseline_ms) * per_ms;
  p.onset = std::ceil(spike_onset_ms * per_ms - 1e-9);
  p.search = (std::max)(o.search_ms * per_ms, 1.0);
  p.alignment = o.alignment_ms < 0 ? -1 : o.alignment_ms * per_ms;
  p.recovery = recovery_window_ms * per_ms, p.unknown = undefined(reason::not_available);
  return p;
}

/// Working memory, aligned as registers want it.
class waveform_memory {
 public:
  explicit waveform_memory(std::size_t doubles) : held_(doubles + 7) {}
  [[nodiscard]] auto data() noexcept -> double* { return held_.data() + (64 - reinterpret_cast<std::uintptr_t>(held_.data()) % 64) % 64 / sizeof(double); }

 private:
  std::vector<double> held_;
};

/// Measures at the roots of the spline, one waveform.
inline auto refined(simd::waveform_plan const& p, float const* row) -> simd::waveform_measures<double> {
  simd::waveform_measures<double> r;
  waveform_memory memory(simd::waveform_room<double>(p));
  simd::detail::waveform_lanes<0, double> one(p, memory.data());
  one.orient(&row, r);
  if (r.usable <= 0) return r;
  std::vector<double> y(p.samples());
  for (std::size_t k = 0; k < y.size(); ++k) y[k] = r.polarity * one.sample(k);
  measure_curve(waveform_curve(y, static_cast<int>(p.factor), true), p, one.alignment(), r);
  return r;
}

inline void fill(waveform_features& f, simd::waveform_measures<double> const& r, double step_ms, double residual_sd_uv) noexcept {
  auto const flag = [&](bool raised, waveform_flag which) { f.flags |= raised ? static_cast<std::uint32_t>(which) : 0u; };
  if (r.usable <= 0) return f.set(r.usable < 0 ? waveform_flag::has_nan : waveform_flag::flat);
  auto const edges = static_cast<unsigned>(r.edges);
  flag(r.polarity < 0, waveform_flag::positive_going), flag(r.has_baseline == 0, waveform_flag::no_baseline);
  flag((edges & 1u) != 0, waveform_flag::trough_at_edge), flag((edges & 2u) != 0, waveform_flag::truncated), flag(r.dips > 1, waveform_flag::multi_trough);
  flag(std::isnan(r.trough_half_width), waveform_flag::no_trough_crossing), flag(std::isnan(r.repolarization_ms), waveform_flag::no_inflection);
  flag(!(r.peak > 0), waveform_flag::no_peak), flag(r.peak > 0 && std::isnan(r.half_decay), waveform_flag::no_second_half_crossing);
  f.step_ms = step_ms, f.baseline_uv = r.baseline;
  f.trough_ms = r.trough_ms, f.trough_uv = r.trough, f.peak_ms = r.peak_ms, f.peak_uv = r.peak, f.first_peak_uv = r.first_peak;
  f.trough_to_peak_ms = r.trough_to_peak, f.half_peak_width_ms = r.half_peak_width, f.trough_half_width_ms = r.trough_half_width;
  f.peak_to_trough_ms = r.peak_to_trough, f.asymmetry = r.asymmetry, f.repolarization_uv_per_ms = r.repolarization_slope;
  f.repolarization_fit_uv_per_ms = r.repolarization_fit, f.recovery_uv_per_ms = r.recovery, f.repolarization_ms = r.repolarization_ms;
  f.half_decay_ms = r.half_decay, f.amplitude_uv = r.amplitude, f.snr = r.amplitude / (2 * residual_sd_uv);
}

/// Spacing of the grid; 0 where times are refined.
inline auto step_of(simd::waveform_plan const& p, waveform_options const& o) noexcept -> double { return o.refine ? 0 : 1 / (p.per_ms * static_cast<double>(p.factor)); }

/// A waveform without its padding; the flag and nothing else if that leaves no shape.
inline auto without_padding(std::span<float const> w, waveform_features& f) noexcept -> std::size_t {
  auto n = w.size();
  while (n > 0 && std::isnan(w[n - 1])) --n;
  if (n == 0) f.set(waveform_flag::missing);
  else if (n < 8) f.set(std::all_of(w.begin(), w.begin() + static_cast<std::ptrdiff_t>(n), [](float v) { return std::isfinite(v); }) ? waveform_flag::too_short : waveform_flag::has_nan);
  return n;
}

}  // namespace detail

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
  auto const n = detail::without_padding(w, f);
  if (f.unusable()) return f;
  auto const plan = detail::plan_of(options, rate_hz, n);
  auto const* const row = w.data();
  simd::waveform_measures<double> r;
  if (options.refine) {
    r = detail::refined(plan, row);
  } else {
    detail::waveform_memory memory(simd::waveform_room<double>(plan));
    simd::measure_waveforms_scalar(plan, &row, memory.data(), r);
  }
  detail::fill(f, r, detail::step_of(plan, options), residual_sd_uv);
  return f;
}

/// Features of every row of a table, in its order.
///
/// Input    `residual_sd_uv`: one standard deviation per row for the signal-to-noise ratio, or empty
/// Result   the same bits as row by row. Rows of one length run side by side, one a lane
/// Errors   `error` if the table is not rectangular, its rate is not set, or the deviations are not one per row
/// Cost     O(samples × upsampling); about 145 ns a row of 48 samples on the default grid with 8 lanes
inline auto features_of(waveform_table const& table, waveform_options const& options = {}, std::span<double const> residual_sd_uv = {})
  -> std::vector<waveform_features> {
  if (table.samples == 0 ? !table.values.empty() : table.values.size() % table.samples != 0)
    throw error({.where = "waveforms", .place = {}, .problem = "the table is not rectangular", .expected = "a multiple of " + std::to_string(table.samples) + " values",
                 .found = std::to_string(table.values.size()), .advice = "pad short rows with NaN at their end"});
  if (!residual_sd_uv.empty() && residual_sd_uv.size() != table.size())
    throw error({.where = "waveforms", .place = {}, .problem = "one residual SD per waveform is needed", .expected = std::to_string(table.size()),
                 .found = std::to_string(residual_sd_uv.size()), .advice = {}});
  std::vector<waveform_features> all(table.size());
  if (all.empty()) return all;
  detail::check_options(options, table.rate_hz);
  auto const sd = [&](std::size_t unit) { return residual_sd_uv.empty() ? undefined(reason::not_available) : residual_sd_uv[unit]; };
  std::vector<std::vector<std::size_t>> of_length(table.samples + 1);  // rows of one length run side by side
  for (std::size_t unit = 0; unit < all.size(); ++unit) {
    all[unit].id = static_cast<std::int64_t>(unit);
    if (options.refine) {
      all[unit] = features_of(table[unit], table.rate_hz, options, sd(unit)), all[unit].id = static_cast<std::int64_t>(unit);
    } else if (auto const n = detail::without_padding(table[unit], all[unit]); !all[unit].unusable()) {
      of_length[n].push_back(unit);
    }
  }
  using batch = simd::batch<simd::best_arch, double>;
  constexpr auto lanes = batch::size;
  for (std::size_t n = 8; n < of_length.size(); ++n) {
    auto const& rows = of_length[n];
    if (rows.empty()) continue;
    auto const plan = detail::plan_of(options, table.rate_hz, n);
    detail::waveform_memory memory(simd::waveform_room<batch>(plan));
    auto const step = detail::step_of(plan, options);
    simd::waveform_measures<batch> measured;
    std::array<float const*, lanes> row;
    for (std::size_t k = 0; k < rows.size(); k += lanes) {
      for (std::size_t l = 0; l < lanes; ++l) row[l] = table[rows[(std::min)(k + l, rows.size() - 1)]].data();
      simd::measure_waveforms<simd::best_arch>(plan, row.data(), memory.data(), measured);
      for (std::size_t l = 0; l < lanes && k + l < rows.size(); ++l) detail::fill(all[rows[k + l]], simd::of_lane(measured, l), step, sd(rows[k + l]));
    }
  }
  return all;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
