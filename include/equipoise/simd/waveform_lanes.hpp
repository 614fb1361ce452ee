// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Shape features of waveforms of one length, one waveform a lane: samples → numbers, by a cubic spline on a fine grid.
///
/// Written once for a number and for a register of them: the scalar twin gives the same bits. An extremum is found in two passes, its value first and then
/// its stretch, as neither waits for a comparison; passes keep to the stretches that matter to any lane.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "waveform_lanes_stretches.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// What is measured of one waveform, or of one a lane; the names are those of `waveform_features`.
template <class V>
struct waveform_measures {
  V baseline, trough_ms, trough, peak_ms, peak, first_peak, trough_to_peak, half_peak_width, trough_half_width, peak_to_trough, asymmetry, repolarization_slope,
    repolarization_fit, recovery, repolarization_ms, half_decay, amplitude;
  V usable;        ///< 1: finite and not flat; 0: flat; −1: not finite. The rest means nothing unless 1
  V polarity;      ///< −1 if the waveform was turned upside down
  V has_baseline;  ///< 0: too few samples for one
  V edges;         ///< 1 if the trough is the first or the last sample, plus 2 if the peak is the last
  V dips;          ///< 2 if more than one stretch of time lies below half the trough, else 1
};

namespace detail {

/// The waveforms of one register on their way from samples to measures.
template <std::size_t Factor, class V>
class waveform_lanes {
  using curve = waveform_stretches<Factor, V>;
  using lanes = doubles<V>;
  using stretch = typename curve::stretch;
  using spot = typename curve::spot;
  static constexpr double infinity = curve::infinity;

 public:
  waveform_lanes(waveform_plan const& p, double* memory) : p_(p), c_(p, memory), n_(c_.stretches()) {}

  [[nodiscard]] auto sample(std::size_t k) const noexcept -> V { return c_.at(samples, k); }
  [[nodiscard]] auto alignment() const noexcept -> V { return align_; }

  /// Loads as many rows as there are lanes; polarity, baseline, where to look for the trough.
  void orient(float const* const* rows, waveform_measures<V>& r) noexcept {
    auto zero = V(0.0), none = zero, lowest = V(infinity), highest = V(-infinity), spike = zero;
    c_.load(rows, [&](V const& w) { none = none + w * V(0.0), lowest = least(w, lowest), highest = most(w, highest); });
    if (p_.zero > 0) {
      for (std::size_t k = 0; static_cast<double>(k) < p_.zero; ++k) zero = zero + sample(k);
      zero = zero / V(p_.zero);
    }
    auto const up = highest - zero > zero - lowest;
    r.usable = lanes::select(none == V(0.0), lanes::select(lowest < highest, V(1.0), V(0.0)), V(-1.0));
    r.polarity = lanes::select(up, V(-1.0), V(1.0));
    auto const farthest = lanes::select(up, highest, lowest);
    c_.backward({0, n_ + 1}, [&](std::size_t k, V const& index) { spike = lanes::select(sample(k) == farthest, index, spike); });
    align_ = p_.alignment < 0 ? spike : V((std::min)(p_.alignment, static_cast<double>(n_)));
    take_baseline(spike, r);
  }

  /// All the rest. Precondition: oriented.
  void measure(waveform_measures<V>& r) noexcept {
    auto const lowest = c_.fill(r.polarity);
    v_ = trough();
    auto const at_v = c_.stretch_at(v_.stretch);
    auto const at_t = peaks(at_v, r.baseline);
    r.amplitude = most(first_.y, t_.y) - lowest;
    auto const half_height = r.baseline + (t_.y - r.baseline) * V(0.5);
    auto const rise = around_trough(at_v, at_t, r), fall = after_peak(at_t, half_height, r);
    auto const decays = (t_.y > r.baseline) & (fall >= V(0.0));
    r.half_decay = lanes::select(decays, fall - t_.place, V(p_.unknown));
    r.half_peak_width = lanes::select(decays & (rise >= v_.place), fall - rise, V(p_.unknown));
    in_units(r);
  }

 private:
  /// The mean of the first samples that lie well before the spike.
  void take_baseline(V const& spike, waveform_measures<V>& r) noexcept {
    r.baseline = V(0.0), r.has_baseline = V(1.0);
    if (p_.baseline == 0) return;
    auto const n = least(spike - V(p_.onset) + V(1.0), V(p_.baseline)), limit = V((std::max)(p_.least_baseline, 1.0));
    auto const enough = n >= limit;
    auto total = V(0.0);
    c_.forward({0, static_cast<std::size_t>((std::min)(std::ceil(p_.baseline), static_cast<double>(n_ + 1)))}, [&](std::size_t k, V const& index) {
      total = lanes::select(index < n, total + sample(k), total);
    });
    r.baseline = lanes::select(enough, r.polarity * total / lanes::select(enough, n, limit), V(0.0));
    r.has_baseline = lanes::select(enough, V(1.0), V(0.0));
  }

  /// The first lowest point near the alignment: whole stretches, and what the ends of the search cut off from two.
  [[nodiscard]] auto trough() const noexcept -> spot {
    auto const f = V(static_cast<double>(p_.factor)), far = V(p_.search + 1e-9), one = V(1.0);
    auto const from = most(align_ - far, V(0.0)), to = least(align_ + far, V(static_cast<double>(n_)));
    auto best = V(infinity), number = V(0.0);
    stretch_range const r{c_.reach_of(from).begin, (std::min)(c_.reach_of(to).end, n_)};
    c_.forward(r, [&](std::size_t k, V const& index) { best = least(lanes::select((index >= from) & (index <= to - one), c_.at(bottom, k), V(infinity)), best); });
    c_.backward(r, [&](std::size_t k, V const& index) { number = lanes::select((index >= from) & (index <= to - one) & (c_.at(bottom, k) == best), index, number); });
    auto const part = [&](V const& where) { return c_.template extreme<false>(c_.stretch_at(where), from * f, to * f); };
    auto const lower = [](spot const& a, spot const& b) {
      auto const second = b.y < a.y;
      return spot{lanes::select(second, b.stretch, a.stretch), lanes::select(second, b.place, a.place), lanes::select(second, b.y, a.y)};
    };
    return lower(lower(part(from), part(number)), part(to));
  }

  /// The first highest points up to the trough and from it on; where the curve last was above half its depth before it. Returns the stretch of the peak.
  auto peaks(stretch const& at_v, V const& base) noexcept -> stretch {
    auto const v = v_.stretch, half = base + (v_.y - base) * V(0.5), none = V(-infinity);
    auto before = none, after = none, near_before = none, near_after = none, fall = V(-1.0), first = v, peak = v;
    c_.points(at_v, [&](V const& place, V const& y, V const&) {
      near_before = most(lanes::select(place <= v_.place, y, none), near_before), near_after = most(lanes::select(place >= v_.place, y, none), near_after);
    });
    auto const r = v_reach_ = c_.reach_of(v);
    c_.forward({0, r.begin}, [&](std::size_t k, V const& index) {
      auto const high = c_.at(top, k);
      before = most(high, before), fall = lanes::select(high >= half, index, fall);
    });
    c_.forward(r, [&](std::size_t k, V const& index) {
      auto const high = c_.at(top, k);
      auto const left = index < v;
      before = most(lanes::select(left, high, none), before), after = most(lanes::select(index > v, high, none), after);
      fall = lanes::select(left & (high >= half), index, fall);
    });
    c_.forward({r.end, n_}, [&](std::size_t k, V const&) { after = most(c_.at(top, k), after); });
    c_.backward({r.end, n_}, [&](std::size_t k, V const& index) { peak = lanes::select(c_.at(top, k) == after, index, peak); });
    c_.backward(r, [&](std::size_t k, V const& index) {
      auto const high = c_.at(top, k);
      first = lanes::select((index < v) & (high == before), index, first), peak = lanes::select((index > v) & (high == after), index, peak);
    });
    c_.backward({0, r.begin}, [&](std::size_t k, V const& index) { first = lanes::select(c_.at(top, k) == before, index, first); });
    auto const at_t = c_.stretch_at(lanes::select(near_after >= after, v, peak));
    first_ = c_.template extreme<true>(c_.stretch_at(lanes::select(before >= near_before, first, v)), V(0.0), v_.place);
    t_ = c_.template extreme<true>(at_t, v_.place, c_.last_place());
    fall_ = lanes::select(near_before >= half, v, fall), near_after_ = near_after;
    return at_t;
  }

  /// From the fall into the trough to the peak: widths, slopes, other troughs. Returns where the curve passes half the peak's height, −1 if nowhere.
  auto around_trough(stretch const& at_v, stretch const& at_t, waveform_measures<V>& r) noexcept -> V {
    auto const v = v_, t = t_;
    auto const base = r.baseline, half_depth = base + (v.y - base) * V(0.5), half_height = base + (t.y - base) * V(0.5);
    auto const zero = V(0.0), one = V(1.0), far = V(infinity), unknown = V(p_.unknown);
    auto slope = most(c_.template extreme<true, true>(at_v, v.place, t.place).y, c_.template extreme<true, true>(at_t, v.place, t.place).y);
    auto up = v.stretch, rise = V(-1.0), back = rise, other = far;
    t_reach_ = c_.reach_of(t.stretch);
    c_.backward({v_reach_.begin, t_reach_.end}, [&](std::size_t k, V const& index) {
      auto const high = c_.at(top, k);
      auto const right = index > v.stretch;
      auto const between = right & (index < t.stretch);
      slope = most(lanes::select(between, c_.at(steepest, k), V(-infinity)), slope);
      rise = lanes::select(right & (high >= half_depth), index, rise), back = lanes::select(right & (high >= base), index, back);
      up = lanes::select(between & (c_.at(bottom, k) <= half_height), most(up, index), up);
    });
    up = lanes::select(c_.template extreme<false>(at_t, v.place, t.place).y <= half_height, t.stretch, up);
    rise = lanes::select(near_after_ >= half_depth, v.stretch, rise), back = lanes::select(near_after_ >= base, v.stretch, back);
    r.repolarization_slope = lanes::select(t.place > v.place, slope, unknown);

    auto const deep = v.y < base, falls = fall_ >= zero, rises = rise >= zero;
    auto const at_fall = c_.stretch_at(fall_), at_rise = c_.stretch_at(rise), at_back = c_.stretch_at(back);
    auto const fell = c_.template pass<false, true>(at_fall, v.place, half_depth), rose = c_.template pass<true, true>(at_rise, v.place, half_depth);
    c_.points(at_fall, [&](V const& place, V const& y, V const&) { other = least(lanes::select(falls & (place < fell.place), y, far), other); });
    c_.points(at_rise, [&](V const& place, V const& y, V const&) { other = least(lanes::select(rises & (place > rose.place), y, far), other); });
    auto const risen = lanes::select(rises, rise, V(static_cast<double>(n_)));
    c_.forward({0, c_.reach_of(most(fall_, zero)).end}, [&](std::size_t k, V const& index) { other = least(lanes::select(index < fall_, c_.at(bottom, k), far), other); });
    c_.forward({c_.reach_of(risen).begin, n_}, [&](std::size_t k, V const& index) { other = least(lanes::select(index > risen, c_.at(bottom, k), far), other); });
    r.dips = lanes::select(deep & (other < half_depth), V(2.0), one);
    r.trough_half_width = lanes::select(deep & falls & rises, rose.x - fell.x, unknown);

    auto const returned = c_.template pass<true, true>(at_back, v.place, base);
    auto const whole = returned.place - v.place, tolerance = V(1e-9 * static_cast<double>(p_.factor));
    auto const n = lanes::select(returned.x - tolerance > returned.place - one, whole, whole - one);  // points before the return
    r.repolarization_fit = c_.line(at_v, v.place, at_back, lanes::select(deep & (back >= zero), n, zero));
    return c_.template pass<false, false>(c_.stretch_at(up), t.place, half_height).x;
  }

  /// From the peak on: the steepest fall, the line through the recovery. Returns where the curve falls to half the peak's height, −1 if nowhere.
  auto after_peak(stretch const& at_t, V const& half_height, waveform_measures<V>& r) noexcept -> V {
    auto const t = t_;
    auto const zero = V(0.0), one = V(1.0), far = V(infinity), end = c_.last_place(), factor = V(static_cast<double>(p_.factor));
    auto const near_sag = c_.template extreme<false, true>(at_t, t.place, end).y;
    auto sag = near_sag, down = V(-1.0), bend = t.stretch;
    c_.backward({t_reach_.begin, n_}, [&](std::size_t k, V const& index) {
      auto const after = index > t.stretch;
      sag = least(lanes::select(after, c_.at(flattest, k), far), sag), down = lanes::select(after & (c_.at(bottom, k) <= half_height), index, down);
    });
    c_.backward({t_reach_.begin, n_}, [&](std::size_t k, V const& index) { bend = lanes::select((index > t.stretch) & (c_.at(flattest, k) == sag), index, bend); });
    bend = lanes::select(near_sag <= sag, t.stretch, bend);
    down = lanes::select(c_.template extreme<false>(at_t, t.place, end).y <= half_height, t.stretch, down);
    auto const steepest_fall = c_.template extreme<false, true>(c_.stretch_at(bend), t.place, end).place;
    r.repolarization_ms = lanes::select((steepest_fall > t.place) & (steepest_fall < end), steepest_fall - t.place, V(p_.unknown));
    auto const n = least(V(std::ceil((p_.recovery - 1e-9) * static_cast<double>(p_.factor))), end - t.place + one);
    r.recovery = c_.line(at_t, t.place, c_.stretch_at((t.place + n) / factor), n);
    return lanes::select(down >= zero, c_.template pass<true, false>(c_.stretch_at(down), t.place, half_height).x, V(-1.0));
  }

  /// What is known by now, and points → ms.
  void in_units(waveform_measures<V>& r) noexcept {
    auto const zero = V(0.0), one = V(1.0), unknown = V(p_.unknown), end = c_.last_place(), per_ms = V(p_.per_ms * static_cast<double>(p_.factor)), ms = one / per_ms;
    auto const scaled = [&](V& x, V const& by) { x = lanes::select(x == x, x * by, unknown); };
    r.trough = v_.y - r.baseline, r.peak = t_.y - r.baseline;
    r.trough_ms = v_.place * ms, r.peak_ms = t_.place * ms, r.trough_to_peak = (t_.place - v_.place) * ms;
    auto const preceded = v_.place > zero;
    auto const a = first_.y - r.baseline, both = r.peak + a;
    auto const comparable = preceded & (a >= zero) & (r.peak >= zero) & (both > zero);
    r.first_peak = lanes::select(preceded, a, unknown), r.peak_to_trough = lanes::select(preceded, (v_.place - first_.place) * ms, unknown);
    r.asymmetry = lanes::select(comparable, (r.peak - a) / lanes::select(comparable, both, one), unknown);
    r.edges = lanes::select((v_.place == zero) | (v_.place == end), one, zero) + lanes::select(t_.place == end, V(2.0), zero);
    scaled(r.half_peak_width, ms), scaled(r.trough_half_width, ms), scaled(r.repolarization_ms, ms), scaled(r.half_decay, ms);
    scaled(r.repolarization_slope, V(p_.per_ms)), scaled(r.repolarization_fit, per_ms), scaled(r.recovery, per_ms);
  }

  waveform_plan const& p_;
  curve c_;
  std::size_t n_;  // stretches
  V align_{}, fall_{}, near_after_{};
  spot v_{}, first_{}, t_{};  // trough, first peak, peak
  stretch_range v_reach_{}, t_reach_{};
};

template <std::size_t Factor, class V>
void measure_rows(waveform_plan const& p, float const* const* rows, double* memory, waveform_measures<V>& out) {
  waveform_lanes<Factor, V> group(p, memory);
  group.orient(rows, out), group.measure(out);
}
}  // namespace detail

/// Doubles of working memory for V, a number or a batch of numbers.
template <class V>
auto waveform_room(waveform_plan const& p) noexcept -> std::size_t { return detail::waveform_stretches<0, V>::room(p); }

/// Measures as many waveforms as a register has lanes.
///
/// Input    plan.samples() samples a row; memory aligned to 64 bytes
/// Cost     about 130 ns a waveform of 48 samples on a fourfold grid, with 8 lanes
template <class Arch>
void measure_waveforms(waveform_plan const& p, float const* const* rows, double* memory, waveform_measures<batch<Arch, double>>& out) {
  if (p.factor == 4) detail::measure_rows<4>(p, rows, memory, out);
  else detail::measure_rows<0>(p, rows, memory, out);
}
/// The scalar twin: one waveform.
inline void measure_waveforms_scalar(waveform_plan const& p, float const* const* rows, double* memory, waveform_measures<double>& out) {
  if (p.factor == 4) detail::measure_rows<4>(p, rows, memory, out);
  else detail::measure_rows<0>(p, rows, memory, out);
}
/// The measures of one lane.
template <class V>
auto of_lane(waveform_measures<V> const& all, std::size_t lane) noexcept -> waveform_measures<double> {
  constexpr auto lanes = detail::doubles<V>::size, fields = sizeof(waveform_measures<double>) / sizeof(double);
  auto const* const by_field = reinterpret_cast<double const*>(&all);
  return [&]<std::size_t... Q>(std::index_sequence<Q...>) { return waveform_measures<double>{by_field[Q * lanes + lane]...}; }(std::make_index_sequence<fields>{});
}

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
