// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Rows of features, kept as columns → distances, and sums over the rows nearest to each centre. Floating numbers, yet the same bits on every instruction set.
///
/// A sum is eight sums: row i is added to sum i mod 8, in the order of the rows, and the eight are joined in a fixed tree. A register of 2, 4 or 8 lanes
/// therefore adds what a scalar loop adds; there is no fused multiply-add.

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "doubles.hpp"
#include "lane.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// Sums that run side by side.
inline constexpr std::size_t stripes = 8;

/// n rows of d features as columns: value f of row i is at f · rows + i.
struct feature_columns {
  std::vector<double> values;
  std::size_t rows{}, features{};

  feature_columns() = default;
  /// From rows × features, row by row.
  feature_columns(std::span<double const> by_row, std::size_t width) : values(by_row.size()), rows(by_row.size() / width), features(width) {
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t f = 0; f < features; ++f) values[f * rows + i] = by_row[i * features + f];
  }
  [[nodiscard]] auto column(std::size_t f) const noexcept -> double const* { return values.data() + f * rows; }
};

/// The eight sums joined.
inline auto sum_of_stripes(double const* s) noexcept -> double { return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])); }

namespace detail {
/// Squared distance of the rows at i from a centre.
template <std::size_t D, class V>
auto squared_distance(feature_columns const& x, std::size_t i, double const* centre) noexcept -> V {
  auto const d = D == 0 ? x.features : D;
  auto const first = doubles<V>::load(x.column(0) + i) - V(centre[0]);
  auto sum = first * first;
  for (std::size_t f = 1; f < d; ++f) {
    auto const off = doubles<V>::load(x.column(f) + i) - V(centre[f]);
    sum = sum + off * off;
  }
  return sum;
}

/// Calls f(integral_constant<D>) with the number of features where code of its own is worth it, else 0.
template <class F>
void with_features(std::size_t features, F&& f) {
  if (features == 1) f(std::integral_constant<std::size_t, 1>{});
  else if (features == 2) f(std::integral_constant<std::size_t, 2>{});
  else f(std::integral_constant<std::size_t, 0>{});
}
}  // namespace detail

/// The index of the nearest centre, the first of equals; its squared distance goes to `least`.
inline auto nearest_of(feature_columns const& x, std::size_t i, double const* centres, std::size_t clusters, double& least) noexcept -> std::size_t {
  std::size_t best = 0;
  least = detail::squared_distance<0, double>(x, i, centres);
  for (std::size_t k = 1; k < clusters; ++k)
    if (auto const away = detail::squared_distance<0, double>(x, i, centres + k * x.features); away < least) least = away, best = k;
  return best;
}

/// What Lloyd's step needs of one pass: per cluster 1 + features sums (rows, Σx), then the sum of squared distances; each of eight stripes.
inline auto nearest_sums_size(std::size_t features, std::size_t clusters) noexcept -> std::size_t { return (clusters * (1 + features) + 1) * stripes; }

/// The scalar twin, from row `from` on; adds to `sums`.
inline void nearest_sums_scalar(feature_columns const& x, double const* centres, std::size_t clusters, double* sums, std::size_t from = 0) noexcept {
  auto const d = x.features;
  for (auto i = from; i < x.rows; ++i) {
    double least;
    auto const k = nearest_of(x, i, centres, clusters, least);
    auto* const s = sums + i % stripes;
    s[k * (1 + d) * stripes] += 1;
    for (std::size_t f = 0; f < d; ++f) s[(k * (1 + d) + 1 + f) * stripes] += x.column(f)[i];
    s[clusters * (1 + d) * stripes] += least;
  }
}

namespace detail {
/// The stripes that one register holds, from stripe h on, over all whole blocks of eight rows. D features, K clusters, where they are known.
template <class V, std::size_t D, std::size_t K>
void nearest_pass(feature_columns const& x, std::size_t h, double const* centres, std::size_t number, double* sums) noexcept {
  using lanes = doubles<V>;
  auto const clusters = K == 0 ? number : K, d = D == 0 ? x.features : D;
  sums += h;
  auto const add = [](double* to, V const& more) { lanes::store(lanes::load(to) + more, to); };
  [[maybe_unused]] V held[K * D == 0 ? 1 : K * (1 + D) + 1];
  if constexpr (K * D != 0)
    for (std::size_t k = 0; k < K * (1 + D) + 1; ++k) held[k] = lanes::load(sums + k * stripes);
  auto const zero = V(0.0), one = V(1.0);
  for (auto i = h; i < x.rows - x.rows % stripes; i += stripes) {
    auto least = squared_distance<D, V>(x, i, centres);
    auto best = zero;
    for (std::size_t k = 1; k < clusters; ++k) {
      auto const away = squared_distance<D, V>(x, i, centres + k * d);
      auto const nearer = away < least;
      least = lanes::select(nearer, away, least), best = lanes::select(nearer, V(static_cast<double>(k)), best);
    }
    for (std::size_t k = 0; k < clusters; ++k) {  // adding a zero changes nothing, so that rows of other clusters may be added as such
      auto const mine = best == V(static_cast<double>(k));
      for (std::size_t f = 0; f <= d; ++f) {
        auto const more = lanes::select(mine, f == 0 ? one : lanes::load(x.column(f == 0 ? 0 : f - 1) + i), zero);
        if constexpr (K * D != 0) held[k * (1 + D) + f] = held[k * (1 + D) + f] + more;
        else add(sums + (k * (1 + d) + f) * stripes, more);
      }
    }
    if constexpr (K * D != 0) held[K * (1 + D)] = held[K * (1 + D)] + least;
    else add(sums + clusters * (1 + d) * stripes, least);
  }
  if constexpr (K * D != 0)
    for (std::size_t k = 0; k < K * (1 + D) + 1; ++k) lanes::store(held[k], sums + k * stripes);
}
}  // namespace detail

/// Sums over the rows nearest to each centre.
///
/// Shape    centres clusters × features; sums `nearest_sums_size`, zero before
/// Result   sums[(k (1 + d)) 8 …] rows of cluster k, then d times Σx, by stripes; last the sum of squared distances. A row as near to two centres is the first's
/// Errors   none
/// Cost     two passes over the columns with AVX2, one with AVX-512
template <class Arch>
void nearest_sums(feature_columns const& x, double const* centres, std::size_t clusters, double* sums) noexcept {
  using V = batch<Arch, double>;
  detail::with_features(x.features, [&]<std::size_t D>(std::integral_constant<std::size_t, D>) {
    for (std::size_t h = 0; h < stripes; h += V::size)
      if (clusters == 2) detail::nearest_pass<V, D, 2>(x, h, centres, 2, sums);
      else detail::nearest_pass<V, D, 0>(x, h, centres, clusters, sums);
  });
  nearest_sums_scalar(x, centres, clusters, sums, x.rows - x.rows % stripes);
}

/// Lowers `nearest`, the squared distances of all rows from the centres so far, to those from a further centre; and its scalar twin.
inline void nearest_lowered_scalar(feature_columns const& x, double const* centre, double* nearest, std::size_t from = 0) noexcept {
  for (auto i = from; i < x.rows; ++i)
    if (auto const away = detail::squared_distance<0, double>(x, i, centre); away < nearest[i]) nearest[i] = away;
}
template <class Arch>
void nearest_lowered(feature_columns const& x, double const* centre, double* nearest) noexcept {
  using V = batch<Arch, double>;
  std::size_t i = 0;
  detail::with_features(x.features, [&]<std::size_t D>(std::integral_constant<std::size_t, D>) {
    for (; i + V::size <= x.rows; i += V::size) {
      auto const away = detail::squared_distance<D, V>(x, i, centre), before = V::load_unaligned(nearest + i);
      xsimd::select(away < before, away, before).store_unaligned(nearest + i);
    }
  });
  nearest_lowered_scalar(x, centre, nearest, i);
}

/// Adds the Euclidean distances of rows `begin` to `end` from a point to eight stripes, row i to stripe (i − begin) mod 8; and its scalar twin.
inline void distances_scalar(feature_columns const& x, std::size_t begin, std::size_t end, double const* point, double* sums, std::size_t from) noexcept {
  for (auto i = from; i < end; ++i) sums[(i - begin) % stripes] += std::sqrt(detail::squared_distance<0, double>(x, i, point));
}
template <class Arch>
void distances(feature_columns const& x, std::size_t begin, std::size_t end, double const* point, double* sums) noexcept {
  using V = batch<Arch, double>;
  auto const blocks_end = end - (end - begin) % stripes;
  detail::with_features(x.features, [&]<std::size_t D>(std::integral_constant<std::size_t, D>) {
    for (std::size_t h = 0; h < stripes; h += V::size) {
      auto sum = V::load_unaligned(sums + h);
      for (auto i = begin + h; i < blocks_end; i += stripes) sum = sum + detail::doubles<V>::root(detail::squared_distance<D, V>(x, i, point));
      sum.store_unaligned(sums + h);
    }
  });
  distances_scalar(x, begin, end, point, sums, blocks_end);
}

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
