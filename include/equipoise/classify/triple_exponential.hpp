// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Least squares of three exponentials and a constant, cut at zero, to rates at equal steps of lag: bounds, places to start from, steps.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../core/config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace detail {

/// y(x) = max(0, c (e^{−(x−r)/τ_decay} − d e^{−(x−r)/τ_rise}) + h e^{−(x−r)/τ_burst} + asymptote) at x = step, 2 step, …
///
/// Levenberg's and Marquardt's steps within bounds. As e^{(r−x)/τ} explodes before r, where the cut hides it, a step changes no time constant by
/// more than half and r by no more than a millisecond; longer ones end where no gradient leads out.
/// Source   bounds and `usual`: Petersen et al. 2021, Neuron 109:3594 (CellExplorer); scaling of the steps: Moré 1978
class triple_exponential {
 public:
  enum : std::size_t { decay, rise, c, d, asymptote, refractory, burst, h, count };
  using parameters = std::array<double, count>;
  static constexpr parameters lower{1, 0.1, 0, 0, -30, 0, 0.1, 0}, upper{500, 50, 500, 15, 50, 20, 5, 100}, usual{20, 1, 30, 2, 0.5, 5, 1.5, 2};

  struct minimum {
    parameters at;
    double residual;  ///< sum of squares
    bool converged;   ///< three steps in turn lowered it by less than a millionth, or none did
    int iterations;
  };

  /// The rates must outlive this.
  triple_exponential(std::span<double const> rates_hz, double step_ms) : rates_(rates_hz), step_(step_ms) {}

  [[nodiscard]] auto from(parameters p, int iterations) -> minimum {
    for (std::size_t i = 0; i < count; ++i) p[i] = std::clamp(p[i], from_[i], to_[i]);
    scale_ = {};
    auto residual = linearise(p);
    double damping = 1e-3;
    int small_gains = 0;
    for (int k = 0; k < iterations; ++k) {
      auto const held = pushed_out(p);
      for (double grow = 2;; grow *= 2) {
        auto const q = stepped(p, held, damping);
        if (auto const there = residual_of(q); there < residual) {
          auto const gain = residual - there, promised = promise(p, q), quality = promised > 0 ? 2 * gain / promised - 1 : 1.0;
          p = q, residual = linearise(p);
          damping = (std::max)(damping * (std::max)(0.2, 1 - quality * quality * quality), 1e-12);  // Nielsen 1999
          small_gains = gain <= 1e-6 * residual ? small_gains + 1 : 0;
          break;
        }
        damping *= grow;
        if (damping > 1e12) return {p, residual, true, k + 1};
      }
      if (small_gains == 3) return {p, residual, true, k + 1};
    }
    return {p, residual, false, iterations};
  }

  /// The best sums of a decay, a rise or none, and a burst or none, over a grid of time constants, at most `most`, best first. The lags after the
  /// first `silent` are looked at: where nothing is cut, all but the time constants is linear.
  [[nodiscard]] auto starts(std::size_t silent, std::size_t most) const -> std::vector<parameters> {
    auto const s = sums_over_grid(silent);
    std::vector<candidate> best;
    for (std::size_t dec = 2; dec < taus.size(); ++dec) {
      consider(s, dec, none, none, most, best);
      for (std::size_t bur = 0; bur < 5; ++bur)
        if (bur != dec) consider(s, dec, none, bur, most, best);
      for (std::size_t ris = 0; ris < 8; ++ris) {
        if (ris == dec) continue;
        consider(s, dec, ris, none, most, best);
        for (std::size_t bur = 0; bur < 5; ++bur)
          if (bur != dec && bur != ris) consider(s, dec, ris, bur, most, best);
      }
    }
    std::vector<parameters> out;
    for (auto const& b : best) out.push_back(b.at);
    return out;
  }

  /// Narrows the bounds of one parameter. Precondition: from ≤ to, within the bounds that are.
  void keep(std::size_t which, double from, double to) { from_[which] = from, to_[which] = to; }

 private:
  static constexpr std::array<double, 10> taus{0.2, 0.5, 1, 2, 4, 8, 16, 35, 80, 250};
  static constexpr std::size_t none = taus.size();  ///< and the place of the constant
  struct grid_sums {
    double x0, squares;
    std::array<double, none + 1> with_rates{};
    std::array<std::array<double, none + 1>, none + 1> with_one_another{};
  };
  struct candidate {
    double residual;
    parameters at;
  };

  /// Sums of products of the rates and the exponentials of the grid, 1 at the first lag x0 that is looked at.
  [[nodiscard]] auto sums_over_grid(std::size_t silent) const -> grid_sums {
    grid_sums s{.x0 = static_cast<double>(silent + 1) * step_, .squares = 0};
    std::array<double, none + 1> at{}, by{};
    at.fill(1), by.fill(1);
    for (std::size_t t = 0; t < none; ++t) by[t] = std::exp(-step_ / taus[t]);
    for (auto k = silent; k < rates_.size(); ++k) {
      s.squares += rates_[k] * rates_[k];
      for (std::size_t i = 0; i <= none; ++i) {
        s.with_rates[i] += at[i] * rates_[k];
        for (std::size_t j = 0; j <= none; ++j) s.with_one_another[i][j] += at[i] * at[j];
      }
      for (std::size_t i = 0; i < none; ++i) at[i] *= by[i];
    }
    return s;
  }

  /// Amplitudes of one sum of the grid; it joins the best if their signs are right and it can be written within the bounds.
  static void consider(grid_sums const& s, std::size_t dec, std::size_t ris, std::size_t bur, std::size_t most, std::vector<candidate>& best) {
    std::array<std::size_t, 4> which{none, dec, ris, bur};
    std::size_t size = 2;
    if (ris != none) ++size;
    if (bur != none) which[size++] = bur;
    std::array<std::array<double, 5>, 4> m{};
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) m[i][j] = s.with_one_another[which[i]][which[j]];
      m[i][i] *= 1 + 1e-9, m[i][4] = s.with_rates[which[i]];
    }
    for (std::size_t i = 0; i < size; ++i)  // Gauss and Jordan, of a positive definite matrix
      for (std::size_t k = 0; k < size; ++k) {
        if (k == i) continue;
        auto const factor = m[k][i] / m[i][i];
        for (std::size_t j = i; j < 5; ++j) m[k][j] -= factor * m[i][j];
      }
    auto residual = s.squares;
    std::array<double, none + 1> amplitude{};
    for (std::size_t i = 0; i < size; ++i) amplitude[which[i]] = m[i][4] / m[i][i], residual -= amplitude[which[i]] * s.with_rates[which[i]];
    auto const a = amplitude[dec], b = ris != none ? -amplitude[ris] : 0.0, g = bur != none ? amplitude[bur] : 0.0;
    if (!(a > 0) || b < 0 || g < 0 || (best.size() == most && residual >= best.back().residual)) return;
    auto const t_decay = taus[dec], t_rise = ris != none ? taus[ris] : usual[rise], t_burst = bur != none ? taus[bur] : usual[burst];
    for (auto r = s.x0; r <= upper[refractory]; r += 1) {
      auto const of_decay = a * std::exp((s.x0 - r) / t_decay), of_rise = b * std::exp((s.x0 - r) / t_rise) / of_decay, of_burst = g * std::exp((s.x0 - r) / t_burst);
      if (of_decay > upper[c] || of_rise > upper[d] || of_burst > upper[h]) continue;
      auto const place = std::find_if(best.begin(), best.end(), [&](candidate const& x) { return residual < x.residual; });
      best.insert(place, {residual, {t_decay, t_rise, of_decay, of_rise, std::clamp(amplitude[none], lower[asymptote], upper[asymptote]), r, t_burst, of_burst}});
      if (best.size() > most) best.pop_back();
      return;
    }
  }

  /// The three exponentials at all lags as powers, so that exp is called but twice for each.
  template <class Each>
  void walk(parameters const& p, Each&& each) const {
    auto first = [&](double tau) { return std::exp((p[refractory] - step_) / tau); };
    auto a = first(p[decay]), b = first(p[rise]), g = first(p[burst]);
    auto const by_a = std::exp(-step_ / p[decay]), by_b = std::exp(-step_ / p[rise]), by_g = std::exp(-step_ / p[burst]);
    for (std::size_t k = 0; k < rates_.size(); ++k, a *= by_a, b *= by_b, g *= by_g) each(k, a, b, g, p[c] * (a - p[d] * b) + p[h] * g + p[asymptote]);
  }
  [[nodiscard]] auto residual_of(parameters const& p) const -> double {
    double sum = 0;
    walk(p, [&](std::size_t k, double, double, double, double y) {
      auto const off = rates_[k] - (y > 0 ? y : 0.0);
      sum += off * off;
    });
    return sum;
  }
  /// The normal equations at p: gradient Jᵀ(rates − y), JᵀJ. Returns the residual.
  auto linearise(parameters const& p) -> double {
    parameters gradient{};  // local, so that the compiler knows them apart from the rates
    std::array<parameters, count> normal{};
    double sum = 0;
    walk(p, [&](std::size_t k, double a, double b, double g, double y) {
      auto const off = rates_[k] - (y > 0 ? y : 0.0);
      sum += off * off;
      if (!(y > 0)) return;
      auto const x = static_cast<double>(k + 1) * step_ - p[refractory];
      auto const of_a = p[c] * a / p[decay], of_b = p[c] * p[d] * b / p[rise], of_g = p[h] * g / p[burst];
      parameters const slope{of_a * x / p[decay], -of_b * x / p[rise], a - p[d] * b, -p[c] * b, 1, of_a - of_b + of_g, of_g * x / p[burst], g};
      for (std::size_t i = 0; i < count; ++i) {
        gradient[i] += slope[i] * off;
        for (std::size_t j = 0; j < count; ++j) normal[i][j] += slope[i] * slope[j];
      }
    });
    gradient_ = gradient, normal_ = normal;
    for (std::size_t i = 0; i < count; ++i) scale_[i] = (std::max)(scale_[i], normal_[i][i]);
    return sum;
  }
  [[nodiscard]] auto pushed_out(parameters const& p) const -> std::array<bool, count> {
    std::array<bool, count> held{};
    for (std::size_t i = 0; i < count; ++i) held[i] = (p[i] <= from_[i] && gradient_[i] <= 0) || (p[i] >= to_[i] && gradient_[i] >= 0);
    return held;
  }
  /// By how much the linear model says that the residual falls from p to q.
  [[nodiscard]] auto promise(parameters const& p, parameters const& q) const -> double {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += 2 * gradient_[i] * (q[i] - p[i]);
      for (std::size_t j = 0; j < count; ++j) sum -= normal_[i][j] * (q[i] - p[i]) * (q[j] - p[j]);
    }
    return sum;
  }
  /// p + δ, (N + damping · scale) δ = gradient over what is not held. What would leave its bounds goes as far as them, and the rest is found anew.
  [[nodiscard]] auto stepped(parameters const& p, std::array<bool, count> held, double damping) const -> parameters {
    auto from = from_, to = to_;
    for (auto const t : {decay, rise, burst}) from[t] = (std::max)(from[t], p[t] / 1.5), to[t] = (std::min)(to[t], p[t] * 1.5);
    from[refractory] = (std::max)(from[refractory], p[refractory] - 1), to[refractory] = (std::min)(to[refractory], p[refractory] + 1);
    auto q = p;
    for (std::size_t round = 0; round < count; ++round) {
      auto right = gradient_;
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < count; ++j)
          if (held[j]) right[i] -= normal_[i][j] * (q[j] - p[j]);
      auto const delta = solved(right, held, damping);
      auto left = false;
      for (std::size_t i = 0; i < count; ++i) {
        if (held[i]) continue;
        q[i] = std::clamp(p[i] + delta[i], from[i], to[i]);
        left = left || p[i] + delta[i] < from[i] || p[i] + delta[i] > to[i];
      }
      if (!left) break;
      for (std::size_t i = 0; i < count; ++i) held[i] = held[i] || q[i] <= from[i] || q[i] >= to[i];
    }
    return q;
  }
  /// Cholesky's solution; 0 for what is held or has no influence.
  [[nodiscard]] auto solved(parameters v, std::array<bool, count> const& held, double damping) const -> parameters {
    auto m = normal_;
    auto out = [&](std::size_t i) { return held[i] || !(normal_[i][i] > 0); };
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j <= i; ++j)
        if (out(i) || out(j)) m[i][j] = i == j ? 1 : 0;
      if (out(i)) v[i] = 0;
      else m[i][i] += damping * scale_[i];
    }
    for (std::size_t i = 0; i < count; ++i) {
      auto const whole = m[i][i];
      for (std::size_t j = 0; j <= i; ++j) {
        auto sum = m[i][j];
        for (std::size_t k = 0; k < j; ++k) sum -= m[i][k] * m[j][k];
        m[i][j] = i != j ? sum / m[j][j] : std::sqrt((std::max)(sum, 1e-14 * whole));
      }
      for (std::size_t k = 0; k < i; ++k) v[i] -= m[i][k] * v[k];
      v[i] /= m[i][i];
    }
    for (auto i = std::size_t{count}; i-- > 0;) {
      for (std::size_t k = i + 1; k < count; ++k) v[i] -= m[k][i] * v[k];
      v[i] /= m[i][i];
    }
    return v;
  }

  std::span<double const> rates_;
  double step_;  ///< ms
  parameters from_ = lower, to_ = upper, gradient_{}, scale_{};
  std::array<parameters, count> normal_{};
};

}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
