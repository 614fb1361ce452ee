// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Two clusters of cells by k-means: features in, labelling out; a model of `classifier_of`.

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "clusters.hpp"
#include "columns.hpp"
#include "dip.hpp"
#include "kmeans_fit.hpp"
#include "modes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What k-means made of the units.
struct k_means_classification {
  labelling cells;
  std::vector<std::string> features;  ///< those that were used
  k_means_fit fit;                    ///< of standardised features; cluster 0 is FS
  std::vector<std::size_t> units;     ///< the row of `fit.cluster` belongs to this unit
  double silhouette{};                ///< mean over the units of the fit: −1 … 1, below .5 the clusters are weak (Kaufman and Rousseeuw 1990)
  double cut_ms{};                    ///< halfway between the clusters' mean trough-to-peak times
  dip_result dip{};                   ///< of the trough-to-peak times
};

/// Putative inhibitory (FS): the cluster with the shorter mean trough-to-peak time.
///
/// Features are standardised; positive-going and unusable waveforms are neither and take no part; where a trough-to-peak time is a lower bound the
/// unit is RS if it exceeds the cut, else neither; a unit that lacks a feature goes to the nearer centre by the others. K-means always splits
/// in two, tends to halve a large cluster, and gives no posterior: the mixture is the better default.
/// Result   putative; confidence NaN
/// Errors   `error` for fewer than 4 units that can be used, for a feature of that name that is unknown
/// Source   Lloyd 1982, IEEE Trans. Inf. Theory 28:129; Arthur and Vassilvitskii 2007 (k-means++); Rousseeuw 1987, J. Comput. Appl. Math. 20:53
struct k_means {
  std::vector<std::string> features{"trough_to_peak_ms", "half_peak_width_ms"};  ///< none: all columns of the table
  int starts = 50;
  std::uint64_t seed = 1;

  [[nodiscard]] auto explain(feature_table const& table) const -> k_means_classification;
  auto operator()(feature_table const& table) const -> labelling { return explain(table).cells; }
  auto operator()(std::vector<waveform_features> const& all) const -> labelling {
    auto out = explain(table_of(all, features)).cells;
    for (auto& w : waveform_warnings(all)) out.warnings.push_back(std::move(w));
    return out;
  }
};

inline auto k_means::explain(feature_table const& table) const -> k_means_classification {
  auto rows = detail::rows_of(table, features, "k_means");
  auto const d = rows.names.size(), n = rows.units.size();
  if (n < 4)
    throw error({.where = "k_means", .place = {}, .problem = "too few units have the features", .expected = "4 or more", .found = std::to_string(n), .advice = "use a threshold, or give labels"});
  std::vector<double> mean(d), sd(d);
  for (std::size_t f = 0; f < d; ++f) {
    for (std::size_t i = 0; i < n; ++i) mean[f] += rows.values[i * d + f] / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) sd[f] += std::pow(rows.values[i * d + f] - mean[f], 2) / static_cast<double>(n);
    sd[f] = sd[f] > 0 ? std::sqrt(sd[f]) : 1;
  }
  for (std::size_t i = 0; i < n * d; ++i) rows.values[i] = (rows.values[i] - mean[i % d]) / sd[i % d];

  k_means_classification out{.cells = {}, .features = rows.names, .fit = fit_k_means(rows.values, d, {.clusters = 2, .starts = starts, .seed = seed}), .units = rows.units};
  auto& fit = out.fit;
  auto const means_of = [&] {
    std::vector<double> first;
    for (auto const c : fit.cluster) first.push_back(c == 0 ? 1 : 0);
    return detail::two_means_of(rows.narrow, first);
  };
  if (auto const m = means_of(); m.mean[0] > m.mean[1]) {
    for (auto& c : fit.cluster) c = 1 - c;
    for (std::size_t f = 0; f < d; ++f) std::swap(fit.centres[f], fit.centres[d + f]);
  }
  auto const m = means_of();
  out.cut_ms = (m.mean[0] + m.mean[1]) / 2;
  for (auto const s : silhouette(rows.values, d, fit.cluster)) out.silhouette += s / static_cast<double>(n);
  out.dip = dip_test(rows.narrow, {.seed = seed});

  auto& cells = out.cells;
  cells = {.cells = std::vector(table.size(), cell::neither), .confidence = std::vector(table.size(), undefined(reason::not_available)),
           .method = "k-means of " + detail::joined(rows.names) + ", silhouette " + detail::number(out.silhouette, "%.2f"), .putative = true, .warnings = std::move(rows.warnings)};
  for (std::size_t u = 0; u < table.size(); ++u) {
    if (table.units[u] == standing::lower_bound) cells.cells[u] = detail::class_of_bound(table.narrow[u], out.cut_ms);
    if (table.units[u] != standing::measured) continue;
    double away[2]{};
    std::size_t known = 0;
    for (std::size_t f = 0; f < d; ++f) {
      auto const x = (rows.columns[f][u] - mean[f]) / sd[f];
      if (!std::isfinite(x)) continue;
      ++known;
      for (auto const k : {0u, 1u}) away[k] += (x - fit.centres[k * d + f]) * (x - fit.centres[k * d + f]);
    }
    if (known > 0) cells.cells[u] = away[0] <= away[1] ? cell::i : cell::e;
  }
  for (std::size_t i = 0; i < n; ++i) cells.cells[rows.units[i]] = fit.cluster[i] == 0 ? cell::i : cell::e;
  for (auto& w : bimodality_warnings(rows.narrow, out.dip, out.cut_ms)) cells.warnings.push_back(std::move(w));
  for (auto& w : group_warnings(cells)) cells.warnings.push_back(std::move(w));
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
