// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// One expectation step of a Gaussian mixture: rows of features → log-likelihood, and Σr, Σr(x−μ), Σr(x−μ)(x−μ)ᵀ of each component. The same bits on every
/// instruction set: eight sums side by side (see nearest_lanes.hpp), an exponential and a logarithm of our own, no fused multiply-add.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "nearest_lanes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// Features and components that the kernels have room for.
inline constexpr std::size_t most_features = 32, most_components = 32;

namespace detail {
/// e^r = 1 + r + r² q(r) for |r| ≤ ½ ln 2, to 1.3e-17 of it: q interpolated at Chebyshev's points.
inline constexpr double exp_terms[] = {0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.5555555553d63p-5, 0x1.11111111109b3p-7, 0x1.6c16c1788bd90p-10,
                                       0x1.a01a01a7c41d5p-13, 0x1.a019b90d2ae7ap-16, 0x1.71de0dae63bb3p-19, 0x1.289185613a3d6p-22, 0x1.af38a9b0ec855p-26};
inline constexpr double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;  // multiples of the first, up to 2^20 of them, are exact
}  // namespace detail

/// e^x for x ≤ 0, of a number or of lanes; e^−708 below −708, exactly 1 at 0.
template <class V>
auto exp_of_negative(V x) noexcept -> V {
  using detail::exp_terms;
  auto const floor = V(-708.0), magic = V(0x1.8p52);
  x = detail::doubles<V>::select(x < floor, floor, x);
  auto const shifted = x * V(0x1.71547652b82fep0) + magic, k = shifted - magic;  // k = x / ln 2 to the nearest whole, and in the last bits of `shifted`
  auto const r = (x - k * V(detail::ln2_high)) - k * V(detail::ln2_low), rr = r * r, r4 = rr * rr;
  auto const pair = [&](std::size_t n) { return V(exp_terms[n]) + r * V(exp_terms[n + 1]); };
  auto const q = ((pair(0) + rr * pair(2)) + r4 * (pair(4) + rr * pair(6))) + (r4 * r4) * pair(8);
  auto const p = V(1.0) + (r + rr * q);
  return detail::doubles<V>::scaled(p, shifted);
}

/// Natural logarithm of a normal positive number, to a few units of the last place.
inline auto log_of(double x) noexcept -> double {
  auto bits = std::bit_cast<std::int64_t>(x);
  auto const e = (bits - std::bit_cast<std::int64_t>(0x1.6a09e667f3bcdp-1)) >> 52;  // x = m 2^e, m from √½ to √2
  auto const m = std::bit_cast<double>(bits - e * (std::int64_t{1} << 52));
  auto const s = (m - 1) / (m + 1), ss = s * s;  // ln m = 2 (s + s³/3 + s⁵/5 + …)
  double series = 0;
  for (int n = 23; n >= 3; n -= 2) series = ss * (series + 1.0 / n);
  auto const k = static_cast<double>(e);
  return k * detail::ln2_high + (2 * s + (2 * s * series + k * detail::ln2_low));
}

/// A mixture as the kernels read it.
struct mixture_terms {
  std::size_t features{}, components{};
  std::vector<double> constant;   ///< ln(weight / √((2π)^d det Σ)) of each component
  std::vector<double> mean;       ///< components × features
  std::vector<double> whitener;   ///< L⁻¹ of Σ = L Lᵀ, lower triangles row by row: components × d (d + 1) / 2

  [[nodiscard]] auto triangle() const noexcept -> std::size_t { return features * (features + 1) / 2; }
  /// Sums of each component: Σr, d of Σr(x−μ), and the lower triangle of Σr(x−μ)(x−μ)ᵀ row by row.
  [[nodiscard]] auto sums_each() const noexcept -> std::size_t { return 1 + features + triangle(); }
  /// Sums of all, and the log-likelihood behind them; each of eight stripes.
  [[nodiscard]] auto sums_size() const noexcept -> std::size_t { return (components * sums_each() + 1) * stripes; }
  /// Blocks of eight rows whose factors 1 … components multiply up without overflow.
  [[nodiscard]] auto blocks_together() const noexcept -> std::size_t { return 1000 / static_cast<std::size_t>((std::max)(1, static_cast<int>(std::bit_width(components - 1)))); }
};

namespace detail {
/// Offsets from the mean, and the log of weight times density, of the row (rows) that `load(f)` gives.
template <class V, class Load>
auto log_weighted(mixture_terms const& m, std::size_t k, std::size_t d, Load const& load, V* off) noexcept -> V {
  auto const* const mean = m.mean.data() + k * d;
  auto const* w = m.whitener.data() + k * (d * (d + 1) / 2);
  auto distance = V(0.0);
  for (std::size_t i = 0; i < d; ++i) {
    off[i] = load(i) - V(mean[i]);
    auto z = V(w[0]) * off[0];
    for (std::size_t j = 1; j <= i; ++j) z = z + V(w[j]) * off[j];
    w += i + 1;
    distance = i == 0 ? z * z : distance + z * z;
  }
  return V(m.constant[k]) - V(0.5) * distance;
}

/// Logs of weighted densities → posteriors; ln Σ e^l = most + ln(factor), 1 ≤ factor ≤ components.
template <class V>
struct joined_logs {
  V most, factor;
};
template <class V>
auto to_posteriors(V* l, std::size_t components) noexcept -> joined_logs<V> {
  using lanes = doubles<V>;
  if (components == 2) {  // one exponential is that of 0, which is 1
    auto const second = l[0] < l[1];
    auto const most = lanes::select(second, l[1], l[0]), less = exp_of_negative(lanes::select(second, l[0], l[1]) - most), one = V(1.0);
    auto const factor = one + less, share = one / factor;
    l[0] = lanes::select(second, less, one) * share, l[1] = lanes::select(second, one, less) * share;
    return {most, factor};
  }
  auto most = l[0];
  for (std::size_t k = 1; k < components; ++k) most = lanes::select(most < l[k], l[k], most);
  auto factor = V(0.0);
  for (std::size_t k = 0; k < components; ++k) l[k] = exp_of_negative(l[k] - most), factor = factor + l[k];
  auto const share = V(1.0) / factor;
  for (std::size_t k = 0; k < components; ++k) l[k] = l[k] * share;
  return {most, factor};
}
}  // namespace detail

/// Posteriors of one row, and its log density.
inline auto posterior_of(mixture_terms const& m, double const* row, double* posterior) noexcept -> double {
  double off[most_features];
  for (std::size_t k = 0; k < m.components; ++k) posterior[k] = detail::log_weighted<double>(m, k, m.features, [&](std::size_t f) { return row[f]; }, off);
  auto const joined = detail::to_posteriors(posterior, m.components);
  return joined.most + log_of(joined.factor);
}

/// The scalar twin: rows from `begin` to `end` (at most `blocks_together` blocks) added to the sums; `most` and `factors` are the stripes of the log-likelihood.
inline void mixture_rows_scalar(feature_columns const& x, mixture_terms const& m, std::size_t begin, std::size_t end, double* sums, double* most, double* factors) noexcept {
  double off[most_features], r[most_components];
  auto const d = m.features;
  for (auto i = begin; i < end; ++i) {
    auto const load = [&](std::size_t f) { return x.column(f)[i]; };
    for (std::size_t k = 0; k < m.components; ++k) r[k] = detail::log_weighted<double>(m, k, d, load, off);
    auto const joined = detail::to_posteriors(r, m.components);
    most[i % stripes] += joined.most, factors[i % stripes] *= joined.factor;
    auto* s = sums + i % stripes;
    auto const add = [&](double more) { *s += more, s += stripes; };
    for (std::size_t k = 0; k < m.components; ++k) {
      add(r[k]);
      for (std::size_t f = 0; f < d; ++f) add(r[k] * (load(f) - m.mean[k * d + f]));
      for (std::size_t f = 0; f < d; ++f)
        for (std::size_t g = 0; g <= f; ++g) add((r[k] * (load(f) - m.mean[k * d + f])) * (load(g) - m.mean[k * d + g]));
    }
  }
}

namespace detail {
/// The stripes that one register holds, from stripe h on, over whole blocks of eight rows. D features, K components, where they are known.
template <class V, std::size_t D, std::size_t K>
void mixture_pass(feature_columns const& x, mixture_terms const& m, std::size_t begin, std::size_t end, std::size_t h, double* sums, double* most, double* factors) noexcept {
  using lanes = doubles<V>;
  constexpr bool known = D * K != 0;
  constexpr std::size_t each = known ? 1 + D + D * (D + 1) / 2 : 1, room = known ? K * each : 1;
  auto const d = known ? D : m.features, components = known ? K : m.components;
  sums += h;
  V held[room], largest = lanes::load(most + h), product = lanes::load(factors + h);
  if constexpr (known)
    for (std::size_t s = 0; s < room; ++s) held[s] = lanes::load(sums + s * stripes);
  for (auto i = begin + h; i < end; i += stripes) {
    V r[known ? K : most_components], off[known ? K * D : most_features];
    auto const load = [&](std::size_t f) { return lanes::load(x.column(f) + i); };
    for (std::size_t k = 0; k < components; ++k) r[k] = log_weighted<V>(m, k, d, load, off + (known ? k * D : 0));
    auto const joined = to_posteriors(r, components);
    largest = largest + joined.most, product = product * joined.factor;
    std::size_t s = 0;
    auto const add = [&](V const& more) {
      if constexpr (known) held[s] = held[s] + more;
      else lanes::store(lanes::load(sums + s * stripes) + more, sums + s * stripes);
      ++s;
    };
    for (std::size_t k = 0; k < components; ++k) {
      auto const* const o = off + (known ? k * D : 0);
      if constexpr (!known)
        for (std::size_t f = 0; f < d; ++f) off[f] = load(f) - V(m.mean[k * d + f]);
      add(r[k]);
      V weighted[known ? D : most_features];
      for (std::size_t f = 0; f < d; ++f) weighted[f] = r[k] * o[f], add(weighted[f]);
      for (std::size_t f = 0; f < d; ++f)
        for (std::size_t g = 0; g <= f; ++g) add(weighted[f] * o[g]);
    }
  }
  if constexpr (known)
    for (std::size_t s = 0; s < room; ++s) lanes::store(held[s], sums + s * stripes);
  lanes::store(largest, most + h), lanes::store(product, factors + h);
}

/// Cuts the rows where the product of factors must be emptied, and calls rows(begin, end, most, factors).
template <class Rows>
void mixture_stretches(feature_columns const& x, mixture_terms const& m, double* sums, Rows const& rows) noexcept {
  auto const together = m.blocks_together() * stripes;
  auto* const logs = sums + m.components * m.sums_each() * stripes;
  for (std::size_t begin = 0; begin < x.rows; begin += together) {
    alignas(64) double most[stripes]{}, factors[stripes];
    for (auto& f : factors) f = 1;
    rows(begin, (std::min)(begin + together, x.rows), most, factors);
    for (std::size_t s = 0; s < stripes; ++s) logs[s] += most[s] + log_of(factors[s]);
  }
}
}  // namespace detail

/// The scalar twin of the whole step.
inline void expectation_scalar(feature_columns const& x, mixture_terms const& m, double* sums) noexcept {
  detail::mixture_stretches(x, m, sums, [&](std::size_t begin, std::size_t end, double* most, double* factors) { mixture_rows_scalar(x, m, begin, end, sums, most, factors); });
}

/// One expectation step.
///
/// Shape    sums `sums_size`, zero before
/// Result   sums as `sums_each` says, component by component, then the log-likelihood, each of eight stripes to be joined by `sum_of_stripes`; r are the posteriors.
///          Offsets are taken from the components' present means, so that nothing cancels near the end
/// Errors   none. Precondition: at most 32 features and components; finite numbers
/// Cost     one exponential per row and component (for two: one), no logarithm per row
template <class Arch>
void expectation(feature_columns const& x, mixture_terms const& m, double* sums) noexcept {
  using V = batch<Arch, double>;
  detail::with_features(x.features, [&]<std::size_t D>(std::integral_constant<std::size_t, D>) {
    detail::mixture_stretches(x, m, sums, [&](std::size_t begin, std::size_t end, double* most, double* factors) {
      auto const blocks_end = end - (end - begin) % stripes;
      for (std::size_t h = 0; h < stripes; h += V::size)
        if (m.components == 2) detail::mixture_pass<V, D, 2>(x, m, begin, blocks_end, h, sums, most, factors);
        else if (m.components == 3) detail::mixture_pass<V, D, 3>(x, m, begin, blocks_end, h, sums, most, factors);
        else detail::mixture_pass<V, 0, 0>(x, m, begin, blocks_end, h, sums, most, factors);
      mixture_rows_scalar(x, m, blocks_end, end, sums, most, factors);
    });
  });
}

/// Posteriors of all rows, rows × components; bit for bit those of `posterior_of`.
template <class Arch>
void posteriors_of(feature_columns const& x, mixture_terms const& m, double* out) noexcept {
  using V = batch<Arch, double>;
  std::size_t i = 0;
  V r[most_components], off[most_features];
  for (; i + V::size <= x.rows; i += V::size) {
    for (std::size_t k = 0; k < m.components; ++k) r[k] = detail::log_weighted<V>(m, k, m.features, [&](std::size_t f) { return V::load_unaligned(x.column(f) + i); }, off);
    detail::to_posteriors(r, m.components);
    for (std::size_t k = 0; k < m.components; ++k) {
      double lane[V::size];
      r[k].store_unaligned(lane);
      for (std::size_t j = 0; j < V::size; ++j) out[(i + j) * m.components + k] = lane[j];
    }
  }
  for (double row[most_features]; i < x.rows; ++i) {
    for (std::size_t f = 0; f < m.features; ++f) row[f] = x.column(f)[i];
    posterior_of(m, row, out + i * m.components);
  }
}

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
