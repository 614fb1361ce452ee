// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Rows of samples → one waveform a lane → the cubic spline through samples at 0, 1, 2, …, read at points of a finer grid.
///
/// Written once for a number and for a register of them, without fused multiply-add, so that a lane holds the bits that a scalar loop finds.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "doubles.hpp"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

namespace detail {
/// a < b ? a : b, and a > b ? a : b, lane by lane.
template <class V>
auto least(V const& a, V const& b) noexcept -> V {
#if defined(__AVX512F__)
  if constexpr (doubles<V>::size == 8) return V(_mm512_maskz_min_pd(0xFF, a, b));  // see `root` of doubles
  else
#endif
    return doubles<V>::select(a < b, a, b);
}
template <class V>
auto most(V const& a, V const& b) noexcept -> V {
#if defined(__AVX512F__)
  if constexpr (doubles<V>::size == 8) return V(_mm512_maskz_max_pd(0xFF, a, b));
  else
#endif
    return doubles<V>::select(a > b, a, b);
}
template <class V>
auto magnitude(V const& x) noexcept -> V {
  if constexpr (doubles<V>::size == 1) return std::fabs(x);
  else return xsimd::abs(x);
}
/// The largest whole number up to x. Precondition: 0 ≤ x < 2^51.
template <class V>
auto rounded_down(V const& x) noexcept -> V {
  auto const shift = V(0x1p52), near = (x + shift) - shift;
  return doubles<V>::select(near > x, near - V(1.0), near);
}

#if defined(__AVX512F__)
/// Eight rows from sample k on → eight samples, each of all rows; seen(sample) for each.
template <class V, class F>
[[gnu::always_inline]] inline void turned_block(float const* const* rows, std::size_t k, double* out, F const& seen) noexcept {
  __m256 a[8], b[8];
  for (std::size_t r = 0; r < 8; ++r) a[r] = _mm256_loadu_ps(rows[r] + k);
  for (std::size_t r = 0; r < 8; r += 2) b[r] = _mm256_unpacklo_ps(a[r], a[r + 1]), b[r + 1] = _mm256_unpackhi_ps(a[r], a[r + 1]);
  for (std::size_t r = 0; r < 8; r += 4)
    for (std::size_t h = 0; h < 2; ++h)  // samples 2h, 2h + 1 of four rows, and those four further on in the upper half
      a[r + 2 * h] = _mm256_shuffle_ps(b[r + h], b[r + 2 + h], 0x44), a[r + 2 * h + 1] = _mm256_shuffle_ps(b[r + h], b[r + 2 + h], 0xEE);
  for (std::size_t h = 0; h < 4; ++h) {
    V const x(_mm512_maskz_cvtps_pd(0xFF, _mm256_permute2f128_ps(a[h], a[h + 4], 0x20))), y(_mm512_maskz_cvtps_pd(0xFF, _mm256_permute2f128_ps(a[h], a[h + 4], 0x31)));
    x.store_unaligned(out + h * 8), y.store_unaligned(out + (h + 4) * 8);
    seen(x), seen(y);
  }
}
#endif
}  // namespace detail

/// n samples of as many rows as V has lanes → sample k of row l at k · size + l; seen(sample) for each, in any order.
template <class V, class F>
[[gnu::always_inline]] inline void rows_to_lanes(float const* const* rows, std::size_t n, double* out, F const& seen) noexcept {
  constexpr auto size = detail::doubles<V>::size;
  std::size_t whole = 0;
#if defined(__AVX512F__)
  if constexpr (size == 8) {
    whole = n / 8;
    for (std::size_t b = 0; b < whole; ++b) detail::turned_block<V>(rows, 8 * b, out + 8 * b * size, seen);
  }
#endif
  for (auto k = 8 * whole; k < n; ++k) {
    for (std::size_t r = 0; r < size; ++r) out[k * size + r] = static_cast<double>(rows[r][k]);
    seen(detail::doubles<V>::load(out + k * size));
  }
}

/// What solving for the slopes of n samples needs and does not depend on them.
///
///   m[k − 1] + 4 m[k] + m[k + 1] = 3 (y[k + 1] − y[k − 1]),  m[0] and m[n − 1] given
///
/// The rows are eliminated from both ends towards the middle one: two chains, each half as long, run side by side.
struct spline_elimination {
  std::size_t samples{}, middle{};
  std::vector<double> ratio;  ///< 1/(4 − ratio of the row before), by distance from the nearer end
  double at_middle{};         ///< 1/(4 − ratios of both neighbours)

  /// Precondition: n ≥ 5.
  explicit spline_elimination(std::size_t n) : samples(n), middle(n / 2), ratio(n / 2) {
    for (std::size_t k = 1; k < middle; ++k) ratio[k] = 1 / (4 - ratio[k - 1]);
    at_middle = 1 / (4 - ratio[middle - 1] - ratio[n - 2 - middle]);
  }
};

/// Slopes per sample at the samples of `doubles<V>::size` waveforms; value k of lane l is at k · size + l.
///
/// Result   those of the cubic spline whose slopes at the ends are those of the quartics through the five outer samples
/// Cost     O(samples)
template <class V>
void spline_slopes(spline_elimination const& e, double const* y, double* slope) noexcept {
  using lanes = detail::doubles<V>;
  auto const n = e.samples, h = e.middle, mirrored = n - 1 - h;
  auto const at = [](double const* x, std::size_t k) { return lanes::load(x + k * lanes::size); };
  auto const put = [&](std::size_t k, V const& x) { lanes::store(x, slope + k * lanes::size); };
  auto const rise = [&](std::size_t k) { return V(3.0) * (at(y, k + 1) - at(y, k - 1)); };
  std::array<double, 5> constexpr weights{-25.0 / 12, 4, -3, 4.0 / 3, -0.25};
  auto left = V(weights[0]) * at(y, 0), right = V(-weights[0]) * at(y, n - 1);
  for (std::size_t k = 1; k < weights.size(); ++k) left = left + V(weights[k]) * at(y, k), right = right - V(weights[k]) * at(y, n - 1 - k);
  put(0, left), put(n - 1, right);
  for (std::size_t k = 1; k < mirrored; ++k) {
    left = (rise(k) - left) * V(e.ratio[k]), right = (rise(n - 1 - k) - right) * V(e.ratio[k]);
    put(k, left), put(n - 1 - k, right);
  }
  if (mirrored < h) left = (rise(h - 1) - left) * V(e.ratio[h - 1]), put(h - 1, left);
  left = right = (rise(h) - left - right) * V(e.at_middle);
  put(h, left);
  if (mirrored < h) left = at(slope, h - 1) - V(e.ratio[h - 1]) * left, put(h - 1, left);
  for (auto k = mirrored - 1; k > 0; --k) {
    left = at(slope, k) - V(e.ratio[k]) * left, right = at(slope, n - 1 - k) - V(e.ratio[k]) * right;
    put(k, left), put(n - 1 - k, right);
  }
}

/// Weights of a spline's value and slope at the fraction u between two samples.
///
///   y(u) = (y0 + y1)/2 + even (m0 − m1) + rise (y1 − y0) + tilt (m0 + m1)
///   m(u) = (slope_even (m0 − m1)) + slope_rise (y1 − y0) + slope_tilt (m0 + m1)
///
/// At 1 − u `rise`, `tilt` and `slope_even` change sign, the others are the same.
struct spline_weights {
  double even{}, rise{}, tilt{}, slope_even{}, slope_rise{}, slope_tilt{};
  constexpr spline_weights() = default;
  constexpr explicit spline_weights(double u)
    : even(u * (1 - u) / 2), rise((3 - 2 * u) * u * u - 0.5), tilt(u * (1 - u) * (1 - 2 * u) / 2), slope_even((1 - 2 * u) / 2), slope_rise(6 * u * (1 - u)), slope_tilt(0.5 - 3 * u * (1 - u)) {}
};

/// The points of the grid between two samples. Factor: points a sample; 0 where it is known at run time alone.
template <std::size_t Factor>
class spline_fractions {
 public:
  explicit spline_fractions(std::size_t factor) : factor_(factor), weights_(factor / 2 + 1) {
    for (std::size_t k = 1; k < weights_.size(); ++k) weights_[k] = spline_weights(static_cast<double>(k) / static_cast<double>(factor));
  }
  [[nodiscard]] auto factor() const noexcept -> std::size_t { return factor_; }
  [[nodiscard]] auto operator[](std::size_t k) const noexcept -> spline_weights const& { return weights_[k]; }

 private:
  std::size_t factor_;
  std::vector<spline_weights> weights_;
};
template <>
class spline_fractions<4> {
 public:
  explicit constexpr spline_fractions(std::size_t) noexcept {}
  [[nodiscard]] static constexpr auto factor() noexcept -> std::size_t { return 4; }
  [[nodiscard]] constexpr auto operator[](std::size_t k) const noexcept -> spline_weights const& { return weights[k]; }

 private:
  static constexpr spline_weights weights[]{spline_weights(0.0), spline_weights(0.25), spline_weights(0.5)};
};

/// What a stretch of the spline reaches at its points, the next sample included.
template <class V>
struct spline_extremes {
  V highest, lowest, steepest, flattest;
};

/// The spline from one sample to the next.
template <class V>
class spline_stretch {
 public:
  V y0, y1, m0, m1;  ///< values and slopes at both ends

  spline_stretch(V const& y, V const& y_next, V const& m, V const& m_next) noexcept
    : y0(y), y1(y_next), m0(m), m1(m_next), middle_((y0 + y1) * V(0.5)), rise_(y1 - y0), tilt_(m0 + m1), bend_(m0 - m1) {}
  /// At point k of 0 … factor.
  template <class Fractions>
  [[nodiscard, gnu::always_inline]] auto value(Fractions const& f, std::size_t k) const noexcept -> V {
    if (k == 0 || k == f.factor()) return k == 0 ? y0 : y1;
    auto const& w = f[(std::min)(k, f.factor() - k)];
    return 2 * k == f.factor() ? even(w) : 2 * k < f.factor() ? even(w) + odd(w) : even(w) - odd(w);
  }
  template <class Fractions>
  [[nodiscard, gnu::always_inline]] auto slope(Fractions const& f, std::size_t k) const noexcept -> V {
    if (k == 0 || k == f.factor()) return k == 0 ? m0 : m1;
    auto const& w = f[(std::min)(k, f.factor() - k)];
    return 2 * k == f.factor() ? even_slope(w) : 2 * k < f.factor() ? even_slope(w) + odd_slope(w) : even_slope(w) - odd_slope(w);
  }
  /// Points k and factor − k are even ± odd: the higher of the two is even + |odd|.
  template <class Fractions>
  [[nodiscard, gnu::always_inline]] auto extremes(Fractions const& f) const noexcept -> spline_extremes<V> {
    using detail::least, detail::most;
    spline_extremes<V> e{most(y0, y1), least(y0, y1), most(m0, m1), least(m0, m1)};
    for (std::size_t k = 1; 2 * k <= f.factor(); ++k) {
      auto const& w = f[k];
      auto const y = even(w), m = even_slope(w);
      if (2 * k == f.factor()) {
        e = {most(e.highest, y), least(e.lowest, y), most(e.steepest, m), least(e.flattest, m)};
      } else {
        auto const off = detail::magnitude(odd(w)), slope_off = detail::magnitude(odd_slope(w));
        e = {most(e.highest, y + off), least(e.lowest, y - off), most(e.steepest, m + slope_off), least(e.flattest, m - slope_off)};
      }
    }
    return e;
  }

 private:
  [[nodiscard]] auto even(spline_weights const& w) const noexcept -> V { return middle_ + V(w.even) * bend_; }
  [[nodiscard]] auto odd(spline_weights const& w) const noexcept -> V { return V(w.rise) * rise_ + V(w.tilt) * tilt_; }
  [[nodiscard]] auto even_slope(spline_weights const& w) const noexcept -> V { return V(w.slope_rise) * rise_ + V(w.slope_tilt) * tilt_; }
  [[nodiscard]] auto odd_slope(spline_weights const& w) const noexcept -> V { return V(w.slope_even) * bend_; }

  V middle_, rise_, tilt_, bend_;
};

/// Sums over all points before a sample, up to a constant, from sums over samples: the points of each stretch are weighted sums of its ends, and most of it cancels.
///
///   Σ y       = F Σ y[k] + (F − 1)/2 y[B] − E m[B]
///   Σ place·y = F² Σ k y[k] + (F (F − 1)/2 (B − ½) + R) y[B] + (F E + 2 T) Σ m[k] + (F E (½ − B) + T) m[B]
///
/// over samples k < B, the places counted in points, F points a sample; E = Σ even, R = Σ j rise, T = Σ j tilt over the points j of a stretch.
struct spline_sums {
  double factor{}, even{}, rise{}, tilt{};
  explicit spline_sums(std::size_t f) : factor(static_cast<double>(f)) {
    for (std::size_t j = 1; j < f; ++j) {
      auto const at = static_cast<double>(j);
      spline_weights const w(at / factor);
      even += w.even, rise += at * w.rise, tilt += at * w.tilt;
    }
  }
  template <class V>
  [[nodiscard]] auto of_values(V const& y, V const& y_sum, V const& m) const noexcept -> V { return V(factor) * y_sum + V((factor - 1) / 2) * y - V(even) * m; }
  template <class V>
  [[nodiscard]] auto of_moments(V const& sample, V const& y, V const& moment, V const& m, V const& m_sum) const noexcept -> V {
    auto const before = sample - V(0.5);
    return (V(factor * factor) * moment + (V(factor * (factor - 1) / 2) * before + V(rise)) * y) + (V(factor * even + 2 * tilt) * m_sum + (V(tilt) - V(factor * even) * before) * m);
  }
};

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
