// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The Gaussian mixture itself: weights, means, covariances → posteriors and densities of rows of features. See mixture_fit.hpp for how it is found.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../simd/mixture_lanes.hpp"
#include "kmeans_fit.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A mixture of Gaussians with full covariances; components ascending in the mean of the first feature.
///
///   p(x) = Σ_k w_k N(x; μ_k, Σ_k)
///
/// Shape    K weights, K × d means, K × d × d covariances
/// Result   all numbers undefined(not_available) where no start gave K components that hold; see `fit_mixture`
/// Errors   `posterior` and `log_density`: `error` unless the row has d finite numbers
struct normal_mixture {
  std::size_t features{};
  std::vector<double> weights, means, covariances;
  double log_likelihood{};  ///< of the rows, natural logarithm
  std::size_t rows{};
  int iterations{};         ///< of the start that was kept
  bool converged{};         ///< whether that start met the tolerance
  int restarted{};          ///< starts that lost a component and were made again

  /// Free parameters p: weights, means, covariances.
  [[nodiscard]] auto parameters() const -> std::size_t {
    auto const k = weights.size();
    return k == 0 ? 0 : k - 1 + k * features + k * features * (features + 1) / 2;
  }
  /// −2 ln L + p ln n; lower is better. Schwarz 1978, Ann. Stat. 6:461
  [[nodiscard]] auto bic() const -> double { return std::isnan(log_likelihood) ? log_likelihood : -2 * log_likelihood + static_cast<double>(parameters()) * simd::log_of(static_cast<double>(rows)); }
  /// Probability of each component, given a row.
  [[nodiscard]] auto posterior(std::span<double const> row) const -> std::vector<double>;
  /// ln p(x).
  [[nodiscard]] auto log_density(std::span<double const> row) const -> double;
};

namespace detail {

/// L⁻¹ of Σ = L Lᵀ, lower triangle row by row, and Σ ln L_ii; nothing unless Σ is positive definite.
inline auto whitened(double const* covariance, std::size_t d, double* inverse) -> std::optional<double> {
  auto const at = [](std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; };
  std::vector<double> l(d * (d + 1) / 2);
  double logs = 0;
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      auto sum = covariance[i * d + j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[at(i, k)] * l[at(j, k)];
      if (i != j) l[at(i, j)] = sum / l[at(j, j)];
      else if (sum > 1e-14 * covariance[i * d + i] && sum < (std::numeric_limits<double>::max)()) l[at(i, i)] = std::sqrt(sum), logs += simd::log_of(l[at(i, i)]);
      else return std::nullopt;
    }
  for (std::size_t j = 0; j < d; ++j)
    for (auto i = j; i < d; ++i) {
      double sum = i == j ? 1 : 0;
      for (auto k = j; k < i; ++k) sum -= l[at(i, k)] * inverse[at(k, j)];
      inverse[at(i, j)] = sum / l[at(i, i)];
    }
  return logs;
}

/// The mixture as the kernels read it; nothing if a covariance is not positive definite.
inline auto terms_of(normal_mixture const& m) -> std::optional<simd::mixture_terms> {
  auto const d = m.features, components = m.weights.size();
  simd::mixture_terms out{.features = d, .components = components, .constant = std::vector<double>(components), .mean = m.means, .whitener = {}};
  out.whitener.resize(components * out.triangle());
  for (std::size_t k = 0; k < components; ++k) {
    auto const logs = whitened(m.covariances.data() + k * d * d, d, out.whitener.data() + k * out.triangle());
    if (!logs || !(m.weights[k] > 0)) return std::nullopt;
    out.constant[k] = simd::log_of(m.weights[k]) - *logs - static_cast<double>(d) * 0.5 * simd::log_of(2 * std::numbers::pi);
  }
  return out;
}

/// All numbers undefined.
inline auto undefined_mixture(std::size_t rows, std::size_t features, std::size_t components) -> normal_mixture {
  auto constexpr none = undefined(reason::not_available);
  return {.features = features, .weights = std::vector(components, none), .means = std::vector(components * features, none), .covariances = std::vector(components * features * features, none), .log_likelihood = none, .rows = rows};
}

/// Components in ascending order.
inline auto sorted(normal_mixture const& m) -> normal_mixture {
  auto const d = m.features;
  auto const part = [](std::vector<double> const& all, std::size_t k, std::size_t size) { return std::vector(all.begin() + static_cast<std::ptrdiff_t>(k * size), all.begin() + static_cast<std::ptrdiff_t>((k + 1) * size)); };
  std::vector<std::size_t> order(m.weights.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return part(m.means, a, d) < part(m.means, b, d); });
  auto out = m;
  out.weights.clear(), out.means.clear(), out.covariances.clear();
  for (auto const k : order) {
    out.weights.push_back(m.weights[k]);
    for (auto const v : part(m.means, k, d)) out.means.push_back(v);
    for (auto const v : part(m.covariances, k, d * d)) out.covariances.push_back(v);
  }
  return out;
}

}  // namespace detail

/// Posteriors of all rows, n × K.
///
/// Errors   `error` if the numbers are not whole rows of the mixture's features, or not finite
inline auto posteriors(normal_mixture const& m, std::span<double const> rows) -> std::vector<double> {
  detail::check_rows(rows, m.features, "posteriors");
  auto const components = m.weights.size(), n = rows.size() / m.features;
  std::vector<double> out(n * components, undefined(reason::not_available));
  auto const terms = detail::terms_of(m);
  if (terms && n == 1) simd::posterior_of(*terms, rows.data(), out.data());
  else if (terms) simd::posteriors_of<simd::best_arch>(simd::feature_columns(rows, m.features), *terms, out.data());
  return out;
}

inline auto normal_mixture::posterior(std::span<double const> row) const -> std::vector<double> {
  if (row.size() != features) throw error({.where = "normal_mixture", .place = "row", .problem = "not a value per feature", .expected = std::to_string(features), .found = std::to_string(row.size()), .advice = {}});
  return posteriors(*this, row);
}

inline auto normal_mixture::log_density(std::span<double const> row) const -> double {
  if (row.size() != features) throw error({.where = "normal_mixture", .place = "row", .problem = "not a value per feature", .expected = std::to_string(features), .found = std::to_string(row.size()), .advice = {}});
  detail::check_rows(row, features, "normal_mixture");
  auto const terms = detail::terms_of(*this);
  std::vector<double> unused(weights.size());
  return terms ? simd::posterior_of(*terms, row.data(), unused.data()) : undefined(reason::not_available);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
