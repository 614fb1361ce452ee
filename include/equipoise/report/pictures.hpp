// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What the pictures show, computed from the traces of all scales: the image of deviations, the multiscale traces, the mirrored histogram.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "../concepts/fold.hpp"
#include "../stats/grouped_rows.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// One scale's activity over time, with the mean and SD of its counts per bin over the whole stretch.
struct scale_trace {
  bin_width width;
  grouped_rows const* groups = nullptr;
  double mean_e{}, sd_e{}, mean_i{}, sd_i{};

  /// Seconds of one group.
  [[nodiscard]] auto seconds() const noexcept -> double { return width.seconds() * static_cast<double>(groups->size()); }
  [[nodiscard]] auto begin_s(std::size_t group) const noexcept -> double { return static_cast<double>(groups->first() + static_cast<std::int64_t>(group)) * seconds(); }
  /// Mean over the group's bins of z_E and z_I; NaN in a gap, or where a population never varies.
  [[nodiscard]] auto z_e(grouped_rows::group const& g) const noexcept -> double { return z(g.e, g.bins, mean_e, sd_e); }
  [[nodiscard]] auto z_i(grouped_rows::group const& g) const noexcept -> double { return z(g.i, g.bins, mean_i, sd_i); }

 private:
  static auto z(std::int64_t sum, std::int64_t bins, double mean, double sd) noexcept -> double {
    return bins == 0 || !(sd > 0) ? undefined(bins == 0 ? reason::too_few_bins : reason::no_variance) : (static_cast<double>(sum) / static_cast<double>(bins) - mean) / sd;
  }
};

/// One cell of the scale × time image: D = z_E − z_I over [begin, end) at one scale.
struct image_cell {
  std::size_t scale;
  double begin_s, end_s, deviation;
};

/// The image, finest scale first. Where a bin is narrower than a pixel, the cell is the mean over the pixel's bins and paler for it.
///
/// Sign     above 0: excitation exceeds inhibition; `flip` gives I − E, as the figures of 2016 show it
/// Source   Dehghani et al. 2016, figures 2 and 6
inline auto deviation_image(std::span<scale_trace const> scales, bool flip = false) -> std::vector<image_cell> {
  std::vector<image_cell> cells;
  for (std::size_t k = 0; k < scales.size(); ++k)
    for (std::size_t g = 0; g < scales[k].groups->groups().size(); ++g) {
      auto const& group = scales[k].groups->groups()[g];
      auto const d = scales[k].z_e(group) - scales[k].z_i(group);
      if (!std::isnan(d)) cells.push_back({k, scales[k].begin_s(g), scales[k].begin_s(g) + scales[k].seconds(), flip ? -d : d});
    }
  return cells;
}

/// A sample of the multiscale traces.
struct trace_point {
  double time_s, e, i;
};

/// M_X(t): the mean over scales of z(X) at time t, z-scored over the samples. `n` samples over [begin_s, end_s), at the middle of each.
inline auto multiscale_trace(std::span<scale_trace const> scales, double begin_s, double end_s, std::size_t n) -> std::vector<trace_point> {
  std::vector<trace_point> points;
  for (std::size_t p = 0; p < n; ++p) {
    auto const t = begin_s + (end_s - begin_s) * (static_cast<double>(p) + 0.5) / static_cast<double>(n);
    double e = 0, i = 0, used = 0;
    for (auto const& s : scales) {
      auto const g = std::floor(t / s.seconds()) - static_cast<double>(s.groups->first());
      if (g < 0 || g >= static_cast<double>(s.groups->groups().size())) continue;
      auto const& group = s.groups->groups()[static_cast<std::size_t>(g)];
      auto const z_e = s.z_e(group), z_i = s.z_i(group);
      if (std::isnan(z_e) || std::isnan(z_i)) continue;
      e += z_e, i += z_i, used += 1;
    }
    if (used > 0) points.push_back({t, e / used, i / used});
  }
  for (auto x : {&trace_point::e, &trace_point::i}) {
    double sum = 0, squares = 0;
    auto const count = static_cast<double>(points.size());
    for (auto const& p : points) sum += p.*x;
    for (auto const& p : points) squares += (p.*x - sum / count) * (p.*x - sum / count);
    auto const sd = std::sqrt(squares / count);
    for (auto& p : points) p.*x = sd > 0 ? (p.*x - sum / count) / sd : 0;
  }
  return points;
}

/// A bar of the mirrored histogram: rates per cell, E drawn upwards, I downwards.
struct mirrored_bar {
  double begin_s, end_s, e_hz, i_hz;
};

/// Rates per cell over time, from the trace of one scale (the finest serves best).
inline auto mirrored_histogram(scale_trace const& finest, population_sizes sizes) -> std::vector<mirrored_bar> {
  std::vector<mirrored_bar> bars;
  for (std::size_t g = 0; g < finest.groups->groups().size(); ++g) {
    auto const& group = finest.groups->groups()[g];
    auto const seconds = static_cast<double>(group.bins) * finest.width.seconds();
    if (group.bins > 0)
      bars.push_back({finest.begin_s(g), finest.begin_s(g) + finest.seconds(), sizes.e == 0 ? 0 : static_cast<double>(group.e) / seconds / static_cast<double>(sizes.e), sizes.i == 0 ? 0 : static_cast<double>(group.i) / seconds / static_cast<double>(sizes.i)});
  }
  return bars;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
