// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Two kinds of cells as two Gaussians, with posteriors and with refusal where the data show one kind only: features in, labelling out; a model of `classifier_of`.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "clusters.hpp"
#include "columns.hpp"
#include "dip.hpp"
#include "mixture_fit.hpp"
#include "modes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What the mixture made of the units.
struct mixture_classification {
  labelling cells;
  std::vector<std::string> features;  ///< those that were used
  std::vector<std::size_t> units;     ///< that took part in the fit
  normal_mixture fit;                 ///< two components, FS first; none where there were too few units
  std::array<double, 3> bic;          ///< of 1, 2 and 3 components; lower is better
  double separation;                  ///< of the components' trough-to-peak times: difference of means in pooled SD
  double cut_ms;                      ///< where the posterior by the trough-to-peak time alone is a half
  dip_result dip;                     ///< of the trough-to-peak times
  std::string refused;                ///< why no unit was given a class; empty if they were
};

/// Putative inhibitory (FS): the component with the shorter mean trough-to-peak time, where its posterior reaches `confidence`.
///
///   γ_i = π_FS N(x_i) / Σ_k π_k N_k(x_i);  FS if γ ≥ confidence, RS if 1 − γ ≥ confidence, else neither
///
/// Refused, with all units neither: if two components are not better than one by a BIC of 10 (a single Gaussian is then split in fewer than 5 % of
/// samples; three being better still is no reason, as a few ambiguous cells bring that about); if the means differ by no more than 2 pooled SD; if the
/// posterior, followed along the trough-to-peak time, rises again by more than 1 − confidence: a broad component then takes both tails.
/// Positive-going and unusable waveforms are neither and take no part. A trough-to-peak time that is a lower bound takes no part; it is RS beyond the
/// cut, else neither, without a posterior. A unit that lacks a feature is judged by the others. A feature that more than a fifth of the units
/// lack is left out, with a warning.
/// Result   putative; confidence max(γ, 1 − γ); posterior_i γ; warnings "mixture_refused", "undecided_units", "feature_left_out", and those of any split
/// Errors   `error` for a confidence outside ½ … 1, or a feature that is unknown
/// Cost     that of the dip test, some 30 ms for 300 units and 200 ms for 10 000, beside which the fits are short
/// Source   Dempster, Laird and Rubin 1977, J. R. Stat. Soc. B 39:1; Schwarz 1978, Ann. Stat. 6:461 (BIC); features after Peyrache et al. 2012, PNAS 109:1731
struct gaussian_mixture {
  double confidence = 0.95;  ///< 0.90 is the permissive choice
  std::vector<std::string> features{"trough_to_peak_ms", "half_peak_width_ms"};  ///< none: all columns of the table
  int starts = 20;
  std::uint64_t seed = 1;

  static constexpr double bic_margin = 10;
  static constexpr double least_separation = 2;

  [[nodiscard]] auto explain(feature_table const& table) const -> mixture_classification;
  auto operator()(feature_table const& table) const -> labelling { return explain(table).cells; }
  auto operator()(std::vector<waveform_features> const& all) const -> labelling {
    auto out = explain(table_of(all, features)).cells;
    for (auto& w : waveform_warnings(all)) out.warnings.push_back(std::move(w));
    return out;
  }
};

namespace detail {

/// Components in the other order.
inline void swap_components(normal_mixture& m) {
  auto const d = m.features;
  std::swap(m.weights[0], m.weights[1]);
  std::swap_ranges(m.means.begin(), m.means.begin() + static_cast<std::ptrdiff_t>(d), m.means.begin() + static_cast<std::ptrdiff_t>(d));
  std::swap_ranges(m.covariances.begin(), m.covariances.begin() + static_cast<std::ptrdiff_t>(d * d), m.covariances.begin() + static_cast<std::ptrdiff_t>(d * d));
}

/// The mixture of some of the features only.
inline auto marginal(normal_mixture const& m, std::vector<std::size_t> const& kept) -> normal_mixture {
  normal_mixture out = m;
  out.features = kept.size();
  out.means.clear(), out.covariances.clear();
  for (std::size_t k = 0; k < m.weights.size(); ++k)
    for (auto const i : kept) {
      out.means.push_back(m.means[k * m.features + i]);
      for (auto const j : kept) out.covariances.push_back(m.covariances[(k * m.features + i) * m.features + j]);
    }
  return out;
}

/// Posterior of the first of two components by one number alone.
struct posterior_along {
  two_means groups;
  double weight;  ///< of the first
  [[nodiscard]] auto operator()(double x) const -> double {
    double log_of[2]{};
    for (auto const k : {0, 1}) {
      auto const z = (x - groups.mean[k]) / groups.sd[k];
      log_of[k] = std::log(k == 0 ? weight : 1 - weight) - std::log(groups.sd[k]) - z * z / 2;
    }
    return 1 / (1 + std::exp(log_of[1] - log_of[0]));
  }
  /// Where it falls to a half, between the means.
  [[nodiscard]] auto half() const -> double {
    auto a = groups.mean[0], b = groups.mean[1];
    for (int k = 0; k < 60; ++k) ((*this)((a + b) / 2) >= 0.5 ? a : b) = (a + b) / 2;
    return (a + b) / 2;
  }
  /// By how much it rises again on the way from one end to the other.
  [[nodiscard]] auto rise(double from, double to) const -> double {
    double least = 1, most = 0;
    for (int k = 0; k <= 512; ++k) {
      auto const p = (*this)(from + (to - from) * k / 512);
      least = (std::min)(least, p), most = (std::max)(most, p - least);
    }
    return most;
  }
};

}  // namespace detail

inline auto gaussian_mixture::explain(feature_table const& table) const -> mixture_classification {
  if (!(confidence >= 0.5 && confidence <= 1))
    throw error({.where = "gaussian_mixture", .place = "confidence", .problem = "not a usable confidence", .expected = "0.5 to 1", .found = detail::number(confidence), .advice = "0.95 is the default, 0.90 permissive"});
  auto constexpr none = undefined(reason::not_available);
  auto rows = detail::rows_of(table, features, "gaussian_mixture");
  auto const d = rows.names.size(), n = rows.units.size();
  mixture_classification out{.cells = {.cells = std::vector(table.size(), cell::neither), .confidence = std::vector(table.size(), none), .method = "mixture of two Gaussians in " + detail::joined(rows.names), .putative = true,
                                       .warnings = std::move(rows.warnings), .posterior_i = std::vector(table.size(), none)},
                             .features = rows.names, .units = rows.units, .fit = {}, .bic = {none, none, none}, .separation = none, .cut_ms = none, .dip = dip_test(rows.narrow, {.seed = seed}), .refused = {}};
  auto const least = 4 * (d + 1);
  if (n < least) {
    out.refused = "only " + std::to_string(n) + " units can be used, while a mixture in " + std::to_string(d) + " features needs " + std::to_string(least);
  } else {
    for (std::size_t k = 1; k <= 3; ++k) {
      auto fit = fit_mixture(rows.values, d, k, {.starts = k == 3 ? (std::min)(starts, 5) : starts, .seed = seed});  // three are compared with, nothing more
      out.bic[k - 1] = fit.bic();
      if (k == 2) out.fit = std::move(fit);
    }
    std::vector<double> first;
    auto const weigh = [&] {
      first.clear();
      auto const all = posteriors(out.fit, rows.values);
      for (std::size_t i = 0; i < n; ++i) first.push_back(all[2 * i]);
      return detail::two_means_of(rows.narrow, first);
    };
    auto groups = weigh();
    if (groups.mean[0] > groups.mean[1]) detail::swap_components(out.fit), groups = weigh();
    auto const weight = out.fit.weights[0];
    detail::posterior_along const along{groups, weight};
    out.separation = (groups.mean[1] - groups.mean[0]) / std::sqrt(weight * groups.sd[0] * groups.sd[0] + (1 - weight) * groups.sd[1] * groups.sd[1]);
    out.cut_ms = along.half();
    auto const [shortest, longest] = std::minmax_element(rows.narrow.begin(), rows.narrow.end());
    auto const two = detail::number(out.bic[1], "%.1f"), one = detail::number(out.bic[0], "%.1f");
    if (std::isnan(out.bic[1])) out.refused = "no start led to two groups: all units are alike, or one lies so far off that it makes a group of its own";
    else if (!(out.bic[1] < out.bic[0] - bic_margin)) out.refused = "one Gaussian describes the units about as well as two (BIC " + one + " and " + two + "; two must be lower by " + detail::number(bic_margin) + ")";
    else if (!(out.separation > least_separation)) out.refused = "the two Gaussians overlap: their mean trough-to-peak times differ by " + detail::number(out.separation, "%.2f") + " pooled SD, and 2 are needed";
    else if (auto const rise = along.rise(*shortest, *longest); rise > 1 - confidence)
      out.refused = "one of the two Gaussians is so broad that it takes both tails: the probability of FS does not fall with the trough-to-peak time but rises again by " + detail::number(rise, "%.2f") + " on the way";
  }
  auto& cells = out.cells;
  if (!out.refused.empty()) {
    cells.method += ", refused", out.cut_ms = none;
    cells.warnings.push_back({"mixture_refused", "no unit was called RS or FS, as " + out.refused + ": give labels, choose other features, or cut with a threshold if you know that it holds for these cells"});
  } else {
    std::map<std::vector<std::size_t>, normal_mixture> by_known;  // the mixtures of those features that a unit has
    std::size_t undecided = 0;
    for (std::size_t u = 0; u < table.size(); ++u) {
      if (table.units[u] == standing::lower_bound) cells.cells[u] = detail::class_of_bound(table.narrow[u], out.cut_ms);
      if (table.units[u] != standing::measured) continue;
      std::vector<std::size_t> known;
      std::vector<double> x;
      for (std::size_t f = 0; f < d; ++f)
        if (auto const v = rows.columns[f][u]; std::isfinite(v)) known.push_back(f), x.push_back(v);
      if (known.empty()) continue;
      auto const mixture = by_known.contains(known) ? by_known.find(known) : by_known.emplace(known, detail::marginal(out.fit, known)).first;
      auto const fs = mixture->second.posterior(x)[0];
      cells.posterior_i[u] = fs, cells.confidence[u] = (std::max)(fs, 1 - fs);
      cells.cells[u] = fs >= confidence ? cell::i : 1 - fs >= confidence ? cell::e : cell::neither;
      undecided += cells.cells[u] == cell::neither ? 1 : 0;
    }
    if (undecided > 0)
      cells.warnings.push_back({"undecided_units", std::to_string(undecided) + " of " + std::to_string(table.size()) + " units lie between the clusters (probability of either below " + detail::number(confidence) +
                                                      ") and are left out of both populations; relabel says how much hangs on them"});
  }
  for (auto& w : bimodality_warnings(rows.narrow, out.dip, std::nullopt)) cells.warnings.push_back(std::move(w));
  for (auto& w : group_warnings(cells)) cells.warnings.push_back(std::move(w));
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
