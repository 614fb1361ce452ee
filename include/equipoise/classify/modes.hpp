// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Are there two groups at all, and does a cut lie between them? Values of units in, the trough between two modes and warnings out.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dip.hpp"
#include "labels.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The trough of a smoothed distribution, and the mode on either side.
///
/// Units    those of the values; densities per unit of them
struct two_modes {
  double lower{}, trough{}, upper{};
  double density_lower{}, density_trough{}, density_upper{};
  double bandwidth{};  ///< SD of the Gaussian kernel
};

/// The density of values smoothed by a Gaussian kernel.
inline auto smoothed_density(std::vector<double> const& values, double bandwidth, double x) -> double {
  double sum = 0;
  for (auto const v : values) sum += std::exp(-0.5 * (x - v) * (x - v) / (bandwidth * bandwidth));
  return sum / (static_cast<double>(values.size()) * bandwidth * std::sqrt(2 * std::numbers::pi));
}

namespace detail {

/// The lowest point of a density on a grid that has a higher one and at least `least` of the mass on either side; nothing if there is none.
inline auto deepest_trough(std::vector<double> const& density, double least) -> std::optional<std::size_t> {
  double all = 0, before = 0;
  for (auto const d : density) all += d;
  std::vector<double> after(density.size());
  for (auto k = density.size(); k-- > 1;) after[k - 1] = (std::max)(after[k], density[k]);
  std::optional<std::size_t> best;
  double depth = 0, highest = 0;
  for (std::size_t k = 0; k < density.size(); ++k) {
    auto const shoulder = (std::min)(highest, after[k]);
    if (before >= least * all && all - before - density[k] >= least * all && shoulder > 0 && 1 - density[k] / shoulder > depth + 1e-6) best = k, depth = 1 - density[k] / shoulder;
    highest = (std::max)(highest, density[k]), before += density[k];
  }
  return best;
}

/// 0.9 min(SD, quartile range/1.34) n^(−1/5); by the SD alone where the quartiles are equal.
inline auto silverman_width(std::vector<double> values) -> double {
  std::sort(values.begin(), values.end());
  auto const n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (auto const v : values) mean += v / n;
  for (auto const v : values) squares += (v - mean) * (v - mean);
  auto const sd = std::sqrt(squares / (n - 1)), quartiles = (values[values.size() * 3 / 4] - values[values.size() / 4]) / 1.34;
  return 0.9 * (quartiles > 0 ? (std::min)(sd, quartiles) : sd) * std::pow(n, -0.2);
}

}  // namespace detail

/// The deepest trough with at least 5 % of the values on either side, and the highest point of the density on either side of it.
///
/// The density is smoothed by a Gaussian kernel of Silverman's width, 0.9 min(SD, quartile range/1.34) n^(−1/5); where that shows no trough, by the
/// widest one below it that does. A tail or a stray value is no mode. What is found need not be significant: ask `dip_test`.
/// Input    finite values, in any order
/// Result   nothing for fewer than 10 values, for equal ones, or if no kernel down to 1/256 of their range shows a trough
/// Cost     O(40 · 512²) at most
/// Source   Silverman 1986, Density Estimation for Statistics and Data Analysis, eq. 3.31
inline auto two_modes_of(std::vector<double> const& values) -> std::optional<two_modes> {
  constexpr std::size_t points = 512;
  constexpr double least = 0.05, step = 0.9;
  if (values.size() < 10) return std::nullopt;
  auto const [min, max] = std::minmax_element(values.begin(), values.end());
  auto const range = *max - *min;
  if (!(range > 0) || !std::isfinite(range)) return std::nullopt;
  // a grid that is wider than the values by a quarter of their range on either side, values shared between its neighbouring points
  auto const from = *min - range / 4, pitch = 1.5 * range / static_cast<double>(points - 1);
  std::vector<double> mass(points);
  for (auto const v : values) {
    auto const at = (v - from) / pitch;
    auto const k = static_cast<std::size_t>(at);
    mass[k] += 1 - (at - static_cast<double>(k)), mass[k + 1] += at - static_cast<double>(k);
  }
  for (auto h = detail::silverman_width(values); h > range / 256; h *= step) {
    std::vector<double> kernel(points), density(points);
    for (std::size_t k = 0; k < points; ++k) kernel[k] = std::exp(-0.5 * std::pow(static_cast<double>(k) * pitch / h, 2));
    for (std::size_t k = 0; k < points; ++k)
      if (mass[k] > 0)
        for (std::size_t j = 0; j < points; ++j) density[j] += mass[k] * kernel[j > k ? j - k : k - j];
    auto const trough = detail::deepest_trough(density, least);
    if (!trough) continue;
    auto const begin = density.begin(), middle = begin + static_cast<std::ptrdiff_t>(*trough);
    auto const x = [&](auto it) { return from + static_cast<double>(it - begin) * pitch; };
    two_modes out{.lower = x(std::max_element(begin, middle)), .trough = x(middle), .upper = x(std::max_element(middle, density.end())), .bandwidth = h};
    out.density_lower = smoothed_density(values, h, out.lower), out.density_trough = smoothed_density(values, h, out.trough), out.density_upper = smoothed_density(values, h, out.upper);
    return out;
  }
  return std::nullopt;
}

/// Whether a split of units by one number rests on two groups, and whether its cut lies between them.
///
/// Input    the number of each unit that was measured, in ms; the cut, where there is one
/// Result   "not_bimodal": the dip test does not reject one mode at .05, or there are too few units for it; "cut_outside_trough": the cut is not
///          between the modes, or the density there is more than halfway up from the trough to the lower of them
inline auto bimodality_warnings(std::vector<double> const& values, dip_result const& dip, std::optional<double> cut, std::string_view what = "trough-to-peak times") -> std::vector<warning> {
  std::vector<warning> out;
  auto const of = "the " + std::string(what) + " of " + std::to_string(values.size()) + " units ";
  auto const ms = [](double x) { return detail::number(x, "%.3f") + " ms"; };
  auto const modes = two_modes_of(values);
  if (std::isnan(dip.p)) {
    out.push_back({"not_bimodal", of + "are too few or too much alike to show two groups; a split into FS and RS rests on nothing: give labels, or record more cells"});
  } else if (dip.p >= 0.05) {
    out.push_back({"not_bimodal", of + "do not show two modes (Hartigan's dip " + detail::number(dip.dip) + ", p = " + detail::number(dip.p) +
                                    "); a split into FS and RS may be arbitrary: look at the distribution, take posteriors instead of a cut, or give labels"});
  }
  if (!cut || !modes) return out;
  auto const at = smoothed_density(values, modes->bandwidth, *cut), shoulder = (std::min)(modes->density_lower, modes->density_upper);
  auto const halfway = (modes->density_trough + shoulder) / 2;
  if (*cut <= modes->lower || *cut >= modes->upper || at > halfway)
    out.push_back({"cut_outside_trough", "the cut at " + ms(*cut) + " does not lie in the trough between the modes: " + of + "have modes at " + ms(modes->lower) + " and " + ms(modes->upper) +
                                           " and the trough at " + ms(modes->trough) + "; move the cut there, or let a mixture find it"});
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
