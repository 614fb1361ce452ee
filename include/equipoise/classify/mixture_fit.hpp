// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Gaussian mixtures by expectation-maximisation: rows of features → weights, means and covariances, and posteriors. Numbers only; see mixture.hpp for cells.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../simd/mixture_lanes.hpp"
#include "../simd/nearest_lanes.hpp"
#include "kmeans_fit.hpp"
#include "normal_mixture.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// How the mixture is looked for.
struct mixture_options {
  int starts = 20;          ///< k-means from seeds of its own each
  double tolerance = 1e-8;  ///< a start ends when the gain in log-likelihood that is still to come, by the last two steps, is at most this a row
  int iterations = 500;     ///< most steps of a start, each a pass over the rows
  double ridge = 1e-6;      ///< × mean variance of the features over all rows, added to each diagonal element of the covariances
  std::uint64_t seed = 1;
};

namespace detail {

/// Expectation-maximisation over the same rows, from one partition after the other.
struct maximiser {
  simd::feature_columns const& x;
  std::size_t components;
  mixture_options const& options;
  double ridge;  ///< in units of the features
  std::vector<double> sd;  ///< of each feature, 1 where it does not vary
  std::vector<double> sums{};

  /// Component k from its sums around its present mean; false if it has too few rows.
  auto put(normal_mixture& m, std::size_t k, double const* sum) const -> bool {
    auto const d = x.features;
    auto const weight = sum[0];
    if (!(weight >= static_cast<double>(d + 1))) return false;
    m.weights[k] = weight / static_cast<double>(x.rows);
    auto* const mean = m.means.data() + k * d;
    auto* const covariance = m.covariances.data() + k * d * d;
    auto const* square = sum + 1 + d;
    for (std::size_t f = 0; f < d; ++f)
      for (std::size_t g = 0; g <= f; ++g, ++square) covariance[f * d + g] = covariance[g * d + f] = *square / weight - (sum[1 + f] / weight) * (sum[1 + g] / weight) + (f == g ? ridge : 0);
    for (std::size_t f = 0; f < d; ++f) mean[f] += sum[1 + f] / weight;
    return true;
  }
  /// The components of a partition.
  auto of_partition(std::span<std::int32_t const> cluster) -> std::optional<normal_mixture> {
    auto const d = x.features;
    normal_mixture m{.features = d, .weights = std::vector<double>(components), .means = std::vector<double>(components * d), .covariances = std::vector<double>(components * d * d), .rows = x.rows};
    std::vector<double> rows(components);
    for (std::size_t i = 0; i < x.rows; ++i) {
      auto const k = static_cast<std::size_t>(cluster[i]);
      rows[k] += 1;
      for (std::size_t f = 0; f < d; ++f) m.means[k * d + f] += x.column(f)[i];
    }
    for (std::size_t k = 0; k < components; ++k)
      for (std::size_t f = 0; f < d; ++f) m.means[k * d + f] = rows[k] > 0 ? m.means[k * d + f] / rows[k] : 0;
    auto const each = 1 + d + d * (d + 1) / 2;
    std::vector<double> own(components * each), off(d);
    for (std::size_t i = 0; i < x.rows; ++i) {
      auto const k = static_cast<std::size_t>(cluster[i]);
      auto* to = own.data() + k * each;
      *to++ += 1;
      for (std::size_t f = 0; f < d; ++f) off[f] = x.column(f)[i] - m.means[k * d + f], *to++ += off[f];
      for (std::size_t f = 0; f < d; ++f)
        for (std::size_t g = 0; g <= f; ++g) *to++ += off[f] * off[g];
    }
    for (std::size_t k = 0; k < components; ++k)
      if (!put(m, k, own.data() + k * each)) return std::nullopt;
    return m;
  }
  /// Gives `m` its log-likelihood, and `sums` what the next step needs; false if a covariance is not positive definite.
  auto evaluate(normal_mixture& m) -> bool {
    auto const terms = terms_of(m);
    if (!terms) return false;
    sums.assign(terms->sums_size(), 0);
    simd::expectation<simd::best_arch>(x, *terms, sums.data());
    for (std::size_t s = 0; s < sums.size() / simd::stripes; ++s) sums[s] = simd::sum_of_stripes(sums.data() + s * simd::stripes);
    m.log_likelihood = sums[components * terms->sums_each()];
    return true;
  }
  /// One step of expectation-maximisation from `m`, whose sums are there; nothing if a component loses its rows.
  auto next(normal_mixture m) const -> std::optional<normal_mixture> {
    auto const each = 1 + x.features + x.features * (x.features + 1) / 2;
    for (std::size_t k = 0; k < components; ++k)
      if (!put(m, k, sums.data() + k * each)) return std::nullopt;
    return m;
  }
  /// f(a, b, scale) for each number of two mixtures; times scale it has no units.
  template <class M, class F>
  void for_numbers(normal_mixture const& a, M& b, F const& f) const {
    auto const d = x.features;
    for (std::size_t k = 0; k < a.weights.size(); ++k) f(a.weights[k], b.weights[k], 1.0);
    for (std::size_t k = 0; k < a.means.size(); ++k) f(a.means[k], b.means[k], 1 / sd[k % d]);
    for (std::size_t k = 0; k < a.covariances.size(); ++k) f(a.covariances[k], b.covariances[k], 1 / (sd[k % d] * sd[k / d % d]));
  }
  /// Where two steps a → b → c lead, if followed at most `longest` times as far: a + 2 s r + s² v, r = b − a, v = (c − b) − r, s = |r| / |v|.
  struct longer_step {
    normal_mixture end;
    double stride;  ///< s; no longer step if at most 1
    double decay;   ///< (|c − b| / |b − a|)²: gains in log-likelihood fall by this factor a step
  };
  auto longer(normal_mixture const& a, normal_mixture const& b, normal_mixture const& c, double longest) const -> longer_step {
    double rr = 0, ss = 0, vv = 0;
    std::vector<double> r, v;
    for_numbers(a, b, [&](double p, double q, double scale) { r.push_back(q - p), rr += (q - p) * (q - p) * scale * scale; });
    for_numbers(b, c, [&](double p, double q, double scale) {
      v.push_back((q - p) - r[v.size()]);
      ss += (q - p) * (q - p) * scale * scale, vv += v.back() * v.back() * scale * scale;
    });
    longer_step out{.end = a, .stride = (std::min)(vv > 0 ? std::sqrt(rr / vv) : 1, longest), .decay = rr > 0 ? ss / rr : 0};
    std::size_t k = 0;
    for_numbers(a, out.end, [&](double p, double& to, double) { to = p + 2 * out.stride * r[k] + out.stride * out.stride * v[k], ++k; });
    return out;
  }
  /// From a partition to the end; nothing if a component loses its rows.
  auto run(std::span<std::int32_t const> cluster) -> std::optional<normal_mixture> {
    auto a = of_partition(cluster);
    if (!a || !evaluate(*a)) return std::nullopt;
    auto const enough = options.tolerance * static_cast<double>(x.rows);
    auto longest = 1e3, before = a->log_likelihood;
    int steps = 1;
    a->converged = components == 1;
    while (!a->converged && steps < options.iterations) {
      auto b = next(*a);
      if (!b || !evaluate(*b)) return std::nullopt;
      auto c = next(*b);
      if (!c) return std::nullopt;
      ++steps;
      auto far = longer(*a, *b, *c, longest);
      auto const gain = std::abs(b->log_likelihood - a->log_likelihood), q = far.decay;
      b->converged = steps > 2 && std::abs(b->log_likelihood - before) <= enough && q < 1 && gain * q <= enough * (1 - q);  // g q + g q² + … are still to come
      before = b->log_likelihood;
      if (b->converged || steps + 2 > options.iterations) {
        a = std::move(b);
        break;
      }
      if (far.stride > 1) {
        ++steps;
        auto const better = evaluate(far.end) && far.end.log_likelihood >= b->log_likelihood;
        longest = !better ? (std::max)(1.0, far.stride / 4) : far.stride == longest ? 4 * longest : longest;
        if (better) {
          a = std::move(far.end);
          continue;
        }
      }
      ++steps;
      if (!evaluate(*c)) return std::nullopt;
      a = std::move(c);
    }
    a->iterations = steps;
    return a;
  }
};

}  // namespace detail

/// Fits a mixture of K Gaussians by expectation-maximisation, the start of the greatest likelihood.
///
///   γ_ik = w_k N(x_i; μ_k, Σ_k) / Σ_j w_j N(x_i; μ_j, Σ_j);  w_k = Σ_i γ_ik / n;  μ_k, Σ_k mean and covariance of the rows with weights γ_ik, plus the ridge
///
/// Each start is k-means (k-means++ seeds) of the rows divided by each feature's SD, then the steps above, in pairs that are followed by a longer one in their
/// direction, taken back where the likelihood falls (Varadhan and Roland 2008): the ends are the same, reached several times sooner where components overlap.
/// Starts that k-means brings to one and the same
/// partition are run once, as their likelihoods would be equal. A component left with fewer than d + 1 rows (Σ_i γ_ik), or with a singular covariance,
/// fits single points: its start is made again from rows drawn evenly, five times at most, and counted.
/// Shape    rows n × d, row by row, d ≤ 32; 1 ≤ K ≤ 32
/// Result   the same bits for the same seed on every instruction set; more starts never give a lower likelihood. K = 1 in closed form. Numbers undefined
///          where all starts were given up, as with rows that are all equal
/// Errors   `error` if the numbers are not whole rows or not finite, for fewer than K (d + 1) rows, or for options out of range
/// Cost     per distinct start some tens of passes over the rows, each one exponential per row and component (two components: one)
/// Source   Dempster, Laird and Rubin 1977, J. R. Stat. Soc. B 39:1; Varadhan and Roland 2008, Scand. J. Stat. 35:335 (longer steps); Böhning et al. 1994,
///          Ann. Inst. Stat. Math. 46:373 (end by the gain still to come)
inline auto fit_mixture(std::span<double const> rows, std::size_t features, std::size_t components, mixture_options const& options = {}) -> normal_mixture {
  detail::check_rows(rows, features, "fit_mixture");
  auto const refuse = [](std::string place, std::string expected, auto found) {
    throw error({.where = "fit_mixture", .place = std::move(place), .problem = "out of range", .expected = std::move(expected), .found = std::to_string(found), .advice = {}});
  };
  if (features > simd::most_features) refuse("features", "1 to " + std::to_string(simd::most_features), features);
  if (components < 1 || components > simd::most_components) refuse("components", "1 to " + std::to_string(simd::most_components), components);
  if (options.starts < 1) refuse("starts", "1 or more", options.starts);
  if (options.iterations < 1) refuse("iterations", "1 or more", options.iterations);
  if (!(options.tolerance >= 0)) refuse("tolerance", "0 or more", options.tolerance);
  if (!(options.ridge >= 0)) refuse("ridge", "0 or more", options.ridge);
  auto const n = rows.size() / features, least = components * (features + 1);
  if (n < least)
    throw error({.where = "fit_mixture", .place = "rows", .problem = "too few rows for " + std::to_string(components) + " components of " + std::to_string(features) + " features", .expected = std::to_string(least) + " or more", .found = std::to_string(n), .advice = "ask for fewer components or features"});

  simd::feature_columns const x(rows, features);
  auto const variance = detail::variances(x);
  double mean_variance = 0;
  for (auto const v : variance) mean_variance += v / static_cast<double>(features);
  std::vector<double> sd;
  for (auto const v : variance) sd.push_back(v > 0 ? std::sqrt(v) : 1);
  auto scaled = x;
  for (std::size_t k = 0; k < scaled.values.size(); ++k) scaled.values[k] /= sd[k / n];

  detail::maximiser em{.x = x, .components = components, .options = options, .ridge = options.ridge * mean_variance, .sd = sd};
  detail::lloyd clusters(scaled, components);
  constexpr int attempts = 6;
  std::vector<std::vector<double>> tried;
  std::optional<normal_mixture> best;
  int restarted = 0;
  for (int start = 0; start < (components == 1 ? 1 : options.starts); ++start)
    for (int attempt = 0; attempt < attempts; ++attempt) {
      random_stream random(options.seed, static_cast<std::uint64_t>(start) * attempts + static_cast<std::uint64_t>(attempt));
      restarted += attempt > 0 ? 1 : 0;
      if (attempt == 0) clusters.seed(random), clusters.run(300, 0);
      else clusters.seed_evenly(random);
      clusters.sort();
      if (std::find(tried.begin(), tried.end(), clusters.centres) != tried.end()) break;
      auto fit = em.run(clusters.labels());
      if (!fit) continue;  // a partition that failed is not remembered: its next start is made again as well
      tried.push_back(clusters.centres);
      if (!best || fit->log_likelihood > best->log_likelihood) best = std::move(fit);
      break;
    }
  auto out = best ? detail::sorted(*best) : detail::undefined_mixture(n, features, components);
  out.restarted = restarted;
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
