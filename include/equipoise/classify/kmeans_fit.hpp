// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// K-means and the silhouette: rows of features → centres, a cluster per row, and how well each row lies in its cluster. Numbers only; see kmeans.hpp for cells.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../simd/nearest_lanes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// How k-means looks for its clusters.
struct k_means_options {
  int clusters = 2;
  int starts = 50;          ///< each from seeds of its own
  int iterations = 300;     ///< most steps of a start
  double tolerance = 1e-9;  ///< a start ends when no centre moves further, as part of the features' root mean square SD; 0: when none moves at all
  std::uint64_t seed = 1;
};

/// What k-means found.
struct k_means_fit {
  std::vector<double> centres;        ///< clusters × features, ascending in the first feature
  std::vector<std::int32_t> cluster;  ///< of each row
  double inertia{};                   ///< sum of the squared distances of rows from their centres
  int iterations{};                   ///< of the start that was kept
};

namespace detail {

/// Throws unless the numbers are rows of finite features.
inline void check_rows(std::span<double const> rows, std::size_t features, std::string const& who) {
  if (features == 0) throw error({.where = who, .place = "features", .problem = "there are no features", .expected = "1 or more", .found = "0", .advice = {}});
  if (rows.size() % features != 0)
    throw error({.where = who, .place = "rows", .problem = "the numbers do not fill whole rows", .expected = "a multiple of " + std::to_string(features), .found = std::to_string(rows.size()), .advice = "give rows × features numbers, row by row"});
  for (std::size_t k = 0; k < rows.size(); ++k)
    if (!std::isfinite(rows[k]))
      throw error({.where = who, .place = "row " + std::to_string(k / features) + ", feature " + std::to_string(k % features), .problem = "not a finite number", .expected = {}, .found = std::to_string(rows[k]), .advice = "leave such rows out"});
}

/// Variance of each feature over all rows (1/n).
inline auto variances(simd::feature_columns const& x) -> std::vector<double> {
  std::vector<double> out(x.features);
  auto const n = static_cast<double>(x.rows);
  for (std::size_t f = 0; f < x.features; ++f) {
    auto const* const v = x.column(f);
    std::array<double, simd::stripes> sum{}, squares{};
    for (std::size_t i = 0; i < x.rows; ++i) sum[i % simd::stripes] += v[i];
    auto const mean = simd::sum_of_stripes(sum.data()) / n;
    for (std::size_t i = 0; i < x.rows; ++i) squares[i % simd::stripes] += (v[i] - mean) * (v[i] - mean);
    out[f] = simd::sum_of_stripes(squares.data()) / n;
  }
  return out;
}

/// One start of Lloyd's algorithm.
struct lloyd {
  simd::feature_columns const& x;
  std::size_t clusters;
  std::vector<double> centres, next, sums, away;
  double inertia{};

  lloyd(simd::feature_columns const& rows, std::size_t k) : x(rows), clusters(k), centres(k * rows.features), next(k * rows.features), sums(simd::nearest_sums_size(rows.features, k)), away(rows.rows) {}

  void put(std::size_t k, std::size_t row) {
    for (std::size_t f = 0; f < x.features; ++f) centres[k * x.features + f] = x.column(f)[row];
  }
  /// Seeds by k-means++: the first even among rows, each further one with probability ∝ squared distance from the nearest seed so far.
  void seed(random_stream& random) {
    put(0, random.below(x.rows));
    away.assign(x.rows, (std::numeric_limits<double>::max)());
    for (std::size_t k = 1; k < clusters; ++k) {
      simd::nearest_lowered<simd::best_arch>(x, centres.data() + (k - 1) * x.features, away.data());
      put(k, drawn(random.uniform()));
    }
  }
  /// Seeds even among rows.
  void seed_evenly(random_stream& random) {
    for (std::size_t k = 0; k < clusters; ++k) put(k, random.below(x.rows));
  }
  /// The row at that part of the sum of `away`.
  [[nodiscard]] auto drawn(double part) const -> std::size_t {
    constexpr std::size_t group = 64;
    auto const sum_of = [&](std::size_t begin) {
      std::array<double, simd::stripes> s{};
      for (auto i = begin; i < (std::min)(begin + group, x.rows); ++i) s[i % simd::stripes] += away[i];
      return simd::sum_of_stripes(s.data());
    };
    std::vector<double> groups;
    double total = 0;
    for (std::size_t i = 0; i < x.rows; i += group) groups.push_back(sum_of(i)), total += groups.back();
    auto left = part * total;
    std::size_t g = 0;
    while (g + 1 < groups.size() && left >= groups[g]) left -= groups[g++];
    auto i = g * group;
    for (auto const end = (std::min)(i + group, x.rows) - 1; i < end && left >= away[i]; ++i) left -= away[i];
    return i;
  }
  /// Sums over the clusters of the present centres.
  void assign() {
    std::fill(sums.begin(), sums.end(), 0.0);
    simd::nearest_sums<simd::best_arch>(x, centres.data(), clusters, sums.data());
    inertia = simd::sum_of_stripes(sums.data() + clusters * (1 + x.features) * simd::stripes);
  }
  [[nodiscard]] auto sum(std::size_t k, std::size_t which) const -> double { return simd::sum_of_stripes(sums.data() + (k * (1 + x.features) + which) * simd::stripes); }
  [[nodiscard]] auto rows_in(std::size_t k) const -> double { return sum(k, 0); }
  /// Steps until no centre moves further than √`least`; returns their number. False convergence to an empty cluster is left to the caller to see in `rows_in`.
  auto run(int iterations, double least) -> int {
    auto const d = x.features;
    for (int step = 1;; ++step) {
      assign();
      if (step > iterations) return iterations;
      next = centres;
      std::vector<std::size_t> taken;
      for (std::size_t k = 0; k < clusters; ++k) {
        if (auto const m = rows_in(k); m > 0)
          for (std::size_t f = 0; f < d; ++f) next[k * d + f] = sum(k, 1 + f) / m;
        else if (auto const row = farthest(taken); row < x.rows) {
          taken.push_back(row);
          for (std::size_t f = 0; f < d; ++f) next[k * d + f] = x.column(f)[row];
        }
      }
      double moved = 0;
      for (std::size_t k = 0; k < clusters; ++k) {
        double m = 0;
        for (std::size_t f = 0; f < d; ++f) m += (next[k * d + f] - centres[k * d + f]) * (next[k * d + f] - centres[k * d + f]);
        moved = (std::max)(moved, m);
      }
      centres.swap(next);
      if (moved <= least) {
        if (moved > 0) assign();
        return step;
      }
    }
  }
  /// The row farthest from its centre, none of those taken; x.rows if all lie on their centres.
  [[nodiscard]] auto farthest(std::vector<std::size_t> const& taken) const -> std::size_t {
    auto best = x.rows;
    double most = 0;
    for (std::size_t i = 0; i < x.rows; ++i) {
      double least;
      simd::nearest_of(x, i, centres.data(), clusters, least);
      if (least > most && std::find(taken.begin(), taken.end(), i) == taken.end()) most = least, best = i;
    }
    return best;
  }
  /// Centres in ascending order; the rows' sums no longer belong to them.
  void sort() {
    std::vector<std::vector<double>> all;
    auto const d = static_cast<std::ptrdiff_t>(x.features);
    for (auto c = centres.begin(); c != centres.end(); c += d) all.emplace_back(c, c + d);
    std::sort(all.begin(), all.end());
    auto to = centres.begin();
    for (auto const& c : all) to = std::copy(c.begin(), c.end(), to);
  }
  [[nodiscard]] auto labels() const -> std::vector<std::int32_t> {
    std::vector<std::int32_t> out(x.rows);
    double least;
    for (std::size_t i = 0; i < x.rows; ++i) out[i] = static_cast<std::int32_t>(simd::nearest_of(x, i, centres.data(), clusters, least));
    return out;
  }
};

}  // namespace detail

/// Clusters of rows by Lloyd's algorithm from k-means++ seeds, the start of the least inertia.
///
/// Shape    rows n × features, row by row; scale the features before, if their units differ
/// Result   clusters in ascending order of their centres' first feature (then the next). Of equal starts the first. A cluster that loses its rows is seeded
///          again at the row farthest from its centre. The same bits for the same seed on every instruction set
/// Errors   `error` if the numbers are not whole rows or not finite, if there are fewer different rows than clusters, or for options out of range
/// Cost     about 1 ns a row, step and start for two clusters of two features
/// Source   Lloyd 1982, IEEE Trans. Inf. Theory 28:129; Arthur and Vassilvitskii 2007, SODA (k-means++)
inline auto fit_k_means(std::span<double const> rows, std::size_t features, k_means_options const& options = {}) -> k_means_fit {
  detail::check_rows(rows, features, "fit_k_means");
  simd::feature_columns const x(rows, features);
  auto const refuse = [](std::string place, std::string expected, auto found) {
    throw error({.where = "fit_k_means", .place = std::move(place), .problem = "out of range", .expected = std::move(expected), .found = std::to_string(found), .advice = {}});
  };
  if (options.clusters < 1) refuse("clusters", "1 or more", options.clusters);
  if (options.starts < 1) refuse("starts", "1 or more", options.starts);
  if (options.iterations < 1) refuse("iterations", "1 or more", options.iterations);
  if (!(options.tolerance >= 0)) refuse("tolerance", "0 or more", options.tolerance);
  auto const clusters = static_cast<std::size_t>(options.clusters);
  auto const too_few = [&](std::size_t found) {
    throw error({.where = "fit_k_means", .place = "rows", .problem = "fewer different rows than clusters", .expected = std::to_string(clusters), .found = std::to_string(found), .advice = "ask for fewer clusters"});
  };
  if (x.rows < clusters) too_few(x.rows);

  double mean_variance = 0;
  for (auto const v : detail::variances(x)) mean_variance += v / static_cast<double>(features);
  auto const least = options.tolerance * options.tolerance * mean_variance;
  detail::lloyd work(x, clusters);
  k_means_fit best;
  for (int start = 0; start < options.starts; ++start) {
    random_stream random(options.seed, static_cast<std::uint64_t>(start));
    work.seed(random);
    auto const steps = work.run(options.iterations, least);
    if (start > 0 && !(work.inertia < best.inertia)) continue;
    best.inertia = work.inertia, best.iterations = steps, best.centres = work.centres;
  }
  work.centres = best.centres, work.sort();
  best.centres = work.centres, best.cluster = work.labels();
  std::vector<bool> seen(clusters);
  for (auto const k : best.cluster) seen[static_cast<std::size_t>(k)] = true;
  if (auto const filled = static_cast<std::size_t>(std::count(seen.begin(), seen.end(), true)); filled < clusters) too_few(filled);
  return best;
}

/// Silhouette of each row: how much nearer the rows of its own cluster are than those of the nearest other cluster.
///
///   s = (b − a) / max(a, b);  a mean distance from the other rows of the own cluster, b least mean distance from the rows of another
///
/// Shape    rows n × features, row by row; a cluster per row, any numbers
/// Result   −1 … 1 per row; 0 in a cluster of one, and undefined(not_available) if there is one cluster only
/// Errors   `error` if the numbers are not whole rows or not finite, or if the clusters are not as many as the rows
/// Cost     n² distances, about 1 ns each, in memory linear in n
/// Source   Rousseeuw 1987, J. Comput. Appl. Math. 20:53
inline auto silhouette(std::span<double const> rows, std::size_t features, std::span<std::int32_t const> cluster) -> std::vector<double> {
  detail::check_rows(rows, features, "silhouette");
  auto const n = rows.size() / features;
  if (cluster.size() != n)
    throw error({.where = "silhouette", .place = "cluster", .problem = "not one cluster per row", .expected = std::to_string(n), .found = std::to_string(cluster.size()), .advice = {}});
  std::vector<std::size_t> order(n);  // rows cluster by cluster, so that a cluster is one stretch
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return cluster[a] < cluster[b]; });
  simd::feature_columns x;
  x.rows = n, x.features = features, x.values.resize(n * features);
  std::vector<std::size_t> begin;
  for (std::size_t j = 0; j < n; ++j) {
    if (j == 0 || cluster[order[j]] != cluster[order[j - 1]]) begin.push_back(j);
    for (std::size_t f = 0; f < features; ++f) x.values[f * n + j] = rows[order[j] * features + f];
  }
  begin.push_back(n);
  std::vector<double> out(n);
  for (std::size_t own = 0; own + 1 < begin.size(); ++own)
    for (auto j = begin[own]; j < begin[own + 1]; ++j) {
      auto const i = order[j];
      double a = 0, b = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c + 1 < begin.size(); ++c) {
        std::array<double, simd::stripes> sums{};
        simd::distances<simd::best_arch>(x, begin[c], begin[c + 1], rows.data() + i * features, sums.data());
        auto const sum = simd::sum_of_stripes(sums.data());
        auto const m = static_cast<double>(begin[c + 1] - begin[c]);
        if (c == own) a = m > 1 ? sum / (m - 1) : 0;
        else b = (std::min)(b, sum / m);
      }
      auto const alone = begin[own + 1] - begin[own] == 1;
      out[i] = begin.size() == 2 ? undefined(reason::not_available) : alone || (a == 0 && b == 0) ? 0 : (b - a) / (std::max)(a, b);
    }
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
