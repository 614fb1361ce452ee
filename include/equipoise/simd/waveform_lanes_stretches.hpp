// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The splines through the waveforms of one register, as tables of what each stretch from one sample to the next reaches, and questions to single stretches.
///
/// A search has two levels: a pass over a table finds the stretch of each lane, and only there the points are looked at. Places are counted in points of
/// the grid, stretches by their first sample; both are whole numbers in lanes.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "waveform_lanes_spline.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// What is asked of waveforms of one length and rate; lengths in samples.
struct waveform_plan {
  std::size_t factor;         ///< grid points a sample
  double per_ms = 30;         ///< samples a millisecond
  double zero = 0;            ///< samples at the start whose mean is the line that polarity is judged against; 0: the raw zero
  double baseline = 0;        ///< longest baseline; 0: it is 0
  double least_baseline = 1;  ///< a shorter one is none
  double onset = 0;           ///< whole samples before the spike that belong to it
  double search = 1;          ///< how far from the alignment the trough may lie; at least 1
  double alignment = -1;      ///< < 0: the sample farthest from the zero line
  double recovery = 0;        ///< stretch after the peak through which a line is laid
  double unknown = std::numeric_limits<double>::quiet_NaN();  ///< stands for what is undefined
  spline_elimination spline;
  spline_sums sums;
  std::vector<double> number;  ///< 0, 1, 2, … samples

  /// Precondition: 8 samples or more, one point a sample or more.
  waveform_plan(std::size_t samples, std::size_t points_a_sample) : factor(points_a_sample), spline(samples), sums(points_a_sample), number(samples + 1) {
    for (std::size_t k = 0; k < number.size(); ++k) number[k] = static_cast<double>(k);
  }
  [[nodiscard]] auto samples() const noexcept -> std::size_t { return spline.samples; }
};

namespace detail {

/// Rows of working memory, a number of each sample: the last three are Σ y, Σ k y and Σ m over the samples before.
enum waveform_table : std::size_t { samples, slopes, top, bottom, steepest, flattest, value_sum, moment_sum, slope_sum, waveform_tables };

/// Numbers from `begin` to before `end`.
struct stretch_range {
  std::size_t begin, end;
};

template <std::size_t Factor, class V>
class waveform_stretches {
 public:
  using lanes = doubles<V>;
  static constexpr std::size_t L = lanes::size;
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  struct stretch : spline_stretch<V> {
    V number, first;  // its first point
  };
  struct spot {
    V stretch, place, y;
  };
  /// Where the curve passes a level, and the point on the other side; −1 if it does not.
  struct passage {
    V x, place;
  };

  static auto room(waveform_plan const& p) noexcept -> std::size_t { return L * waveform_tables * p.samples(); }
  waveform_stretches(waveform_plan const& p, double* memory) : p_(p), f_(p.factor), n_(p.samples() - 1), memory_(memory) {}

  [[nodiscard]] auto stretches() const noexcept -> std::size_t { return n_; }
  [[nodiscard]] auto last_stretch() const noexcept -> V { return V(p_.number[n_ - 1]); }
  [[nodiscard]] auto last_place() const noexcept -> V { return V(static_cast<double>(n_ * f_.factor())); }
  [[nodiscard]] auto at(waveform_table t, std::size_t k) const noexcept -> V { return lanes::load(memory_ + (t * (n_ + 1) + k) * L); }

  /// seen(sample) for each of the rows' samples.
  template <class F>
  void load(float const* const* rows, F const& seen) noexcept {
    rows_to_lanes<V>(rows, n_ + 1, memory_, seen);
  }
  /// Multiplies the samples by `polarity`; slopes and tables. Returns the lowest point.
  auto fill(V const& polarity) noexcept -> V {
    auto const apart = (n_ + 1) * L;
    spline_slopes<V>(p_.spline, memory_, memory_ + slopes * apart);
    auto const f = f_;  // copies: a stored register may alias any member
    auto const n = n_;
    auto const* const number = p_.number.data();
    auto* row = memory_;
    auto const put = [&](waveform_table t, V const& x) { lanes::store(x, row + t * apart); };
    auto y0 = polarity * at(samples, 0), m0 = polarity * at(slopes, 0), lowest = y0, y_sum = V(0.0), moments = y_sum, m_sum = y_sum;
    for (std::size_t k = 0; k < n; ++k, row += L) {
      auto const y1 = polarity * lanes::load(row + L), m1 = polarity * lanes::load(row + slopes * apart + L);
      put(samples, y0), put(slopes, m0);
      auto const e = spline_stretch<V>(y0, y1, m0, m1).extremes(f);
      put(top, e.highest), put(bottom, e.lowest), put(steepest, e.steepest), put(flattest, e.flattest);
      put(value_sum, y_sum), put(moment_sum, moments), put(slope_sum, m_sum);
      y_sum = y_sum + y0, moments = moments + V(number[k]) * y0, m_sum = m_sum + m0;
      lowest = least(lowest, e.lowest);
      y0 = y1, m0 = m1;
    }
    put(samples, y0), put(slopes, m0);
    return lowest;
  }

  /// f(k, k in lanes) for each k, in order or in reverse.
  template <class F>
  void forward(stretch_range r, F const& f) const noexcept {
    for (auto k = r.begin; k < r.end; ++k) f(k, V(p_.number[k]));
  }
  template <class F>
  void backward(stretch_range r, F const& f) const noexcept {
    for (auto k = r.end; k-- > r.begin;) f(k, V(p_.number[k]));
  }
  /// From the least of the lanes' numbers to the largest, rounded down.
  static auto reach_of(V const& number) noexcept -> stretch_range {
    alignas(64) double x[L];
    lanes::store(number, x);
    auto a = x[0], b = a;
    for (std::size_t l = 1; l < L; ++l) a = (std::min)(a, x[l]), b = (std::max)(b, x[l]);
    return {static_cast<std::size_t>(a), static_cast<std::size_t>(b) + 1};
  }
  /// The stretch of each lane's own number, rounded down; from 0 to the last one.
  [[nodiscard]] auto stretch_at(V const& number) const noexcept -> stretch {
    alignas(64) double x[L], y0[L], y1[L], m0[L], m1[L];
    auto const whole = rounded_down(least(most(number, V(0.0)), last_stretch()));
    lanes::store(whole, x);
    for (std::size_t l = 0; l < L; ++l) {
      auto const *const y = memory_ + static_cast<std::size_t>(x[l]) * L + l, *const m = y + (n_ + 1) * L;
      y0[l] = y[0], y1[l] = y[L], m0[l] = m[0], m1[l] = m[L];
    }
    return {spline_stretch<V>(lanes::load(y0), lanes::load(y1), lanes::load(m0), lanes::load(m1)), whole, whole * V(static_cast<double>(f_.factor()))};
  }

  /// f(place, value, slope) for the points of a stretch, the next sample included, in order.
  template <class F>
  [[gnu::always_inline]] void points(stretch const& s, F const& f) const noexcept {
    for (std::size_t k = 0; k <= f_.factor(); ++k) f(s.first + V(static_cast<double>(k)), s.value(f_, k), s.slope(f_, k));
  }
  /// The first highest (Up) or lowest point of a stretch between two places, or that of the slope.
  template <bool Up, bool Slope = false>
  [[nodiscard]] auto extreme(stretch const& s, V const& from, V const& to) const noexcept -> spot {
    auto const none = V(Up ? -infinity : infinity);
    spot best{s.number, s.first, none};
    auto const seen = [&](V const& place, V const& y, V const& m) { return lanes::select((place >= from) & (place <= to), Slope ? m : y, none); };
    points(s, [&](V const& place, V const& y, V const& m) { best.y = Up ? most(seen(place, y, m), best.y) : least(seen(place, y, m), best.y); });
    for (auto k = f_.factor() + 1; k-- > 0;) {
      auto const place = s.first + V(static_cast<double>(k));
      best.place = lanes::select(seen(place, s.value(f_, k), s.slope(f_, k)) == best.y, place, best.place);
    }
    return best;
  }
  /// Where the curve in a stretch first rises (Up) or falls to a level beyond a place, or (not Right) last was there before it.
  template <bool Right, bool Up>
  [[nodiscard]] auto pass(stretch const& s, V const& bound, V const& level) const noexcept -> passage {
    auto place = V(-1.0), near = V(0.0), far = V(1.0);
    auto const look = [&](std::size_t k, std::size_t from) {
      auto const here = s.first + V(static_cast<double>(k)), y = s.value(f_, k);
      auto const hit = (Right ? here > bound : here < bound) & (Up ? y >= level : y <= level);
      place = lanes::select(hit, here, place), near = lanes::select(hit, s.value(f_, from), near), far = lanes::select(hit, y, far);
    };
    if constexpr (Right)
      for (auto k = f_.factor(); k > 0; --k) look(k, k - 1);
    else
      for (std::size_t k = 0; k < f_.factor(); ++k) look(k, k + 1);
    auto const step = V(Right ? 1.0 : -1.0), part = (level - near) / (far - near) * step;
    return {lanes::select(place >= V(0.0), place - step + part, V(-1.0)), place};
  }
  /// Slope a point of the least-squares line through n points from one on, the ends lying in these stretches; unknown for fewer than three.
  ///
  ///   12 Σ (k − (n − 1)/2) y[from + k] / (n (n² − 1))
  [[nodiscard]] auto line(stretch const& at_from, V const& from, stretch const& at_end, V const& n) const noexcept -> V {
    auto const a = sums_before(at_from, from), b = sums_before(at_end, from + n);
    auto const enough = n >= V(3.0);
    auto const slant = (b.moment - a.moment) - (from + (n - V(1.0)) * V(0.5)) * (b.y - a.y);
    return lanes::select(enough, V(12.0) * slant / lanes::select(enough, n * (n * n - V(1.0)), V(1.0)), V(p_.unknown));
  }

 private:
  struct sums {
    V y, moment;
  };
  /// Σ y and Σ place·y of all points before a place in a stretch, or just behind it.
  [[nodiscard]] auto sums_before(stretch const& s, V const& place) const noexcept -> sums {
    alignas(64) double x[L], y[L], moments[L], m[L];
    lanes::store(s.number, x);
    for (std::size_t l = 0; l < L; ++l) {
      auto const* const from = memory_ + (value_sum * (n_ + 1) + static_cast<std::size_t>(x[l])) * L + l;
      y[l] = from[0], moments[l] = from[(n_ + 1) * L], m[l] = from[2 * (n_ + 1) * L];
    }
    sums all{p_.sums.of_values(s.y0, lanes::load(y), s.m0), p_.sums.of_moments(s.number, s.y0, lanes::load(moments), s.m0, lanes::load(m))};
    points(s, [&](V const& here, V const& value, V const&) {
      auto const counted = lanes::select(here < place, value, V(0.0));
      all = {all.y + counted, all.moment + here * counted};
    });
    return all;
  }

  waveform_plan const& p_;
  spline_fractions<Factor> f_;
  std::size_t n_;
  double* memory_;
};

}  // namespace detail
}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
