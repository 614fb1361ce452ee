// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// How E and I move together by frequency: coherence and phase at one scale, and the delay that the phases tell. From sums at lags, without a transform.
///
/// Page     docs/reference/coherence.md

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

#include "coupling.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
/// Spectra of both populations from their covariances at lags −L … L, by Blackman and Tukey, at f_m = m/(2 L width), m = 0 … L.
///
///   S(f_m) = Σ_ℓ w(ℓ) c(ℓ) exp(−2πi f_m ℓ width),  c(ℓ) = Σ_t (x_t − x̄)(y_{t+ℓ} − ȳ) / n over the pairs there are
///   w(ℓ) = 1 − 6 u² + 6 u³ for u = |ℓ|/L ≤ 1/2, 2 (1 − u)³ beyond (Parzen)
///
/// The division by n, not by the pairs, makes c the transform of a periodogram; Parzen's window has a transform that is nowhere negative. So each S is
/// a weighted mean of periodograms: spectra are ≥ 0 and coherence is ≤ 1, which other divisors and windows do not promise.
class lag_spectra {
 public:
  lag_spectra(std::span<lag_moments const* const> parts, row_info const& row, std::int64_t within, std::int64_t at_least) : lags_(within) {
    if (within < 2) throw error("coherence: at least two lags are needed");
    for (auto const* s : parts) n_ += s->n();
    why_ = missing(row, n_, (std::max)(at_least, 4 * within));
    if (why_ != reason::none) return;
    for (std::int64_t k = 0; k < 2 * within; ++k) {
      auto const angle = std::numbers::pi * static_cast<double>(k) / static_cast<double>(within);
      cosine_.push_back(std::cos(angle)), sine_.push_back(k % within == 0 ? 0 : std::sin(angle));
    }
    std::vector<double> even, odd, e, i, squares;  // c(ℓ) ± c(−ℓ) of the two, and the autocovariances, times w(ℓ); w²
    for (std::int64_t lag = 0; lag <= within; ++lag) {
      correlation_sums after, before, own_e, own_i;
      for (auto const* s : parts) {
        auto const all = s->at(0);
        auto const all_e = lag_moments::sums{all.n, all.x, all.x, all.xx, all.xx, all.xx}, all_i = lag_moments::sums{all.n, all.y, all.y, all.yy, all.yy, all.yy};
        after.add(all, s->at(lag), lag_estimator::biased), before.add(all, s->at(-lag), lag_estimator::biased);
        own_e.add(all_e, lag == 0 ? all_e : s->at_e(lag), lag_estimator::biased), own_i.add(all_i, lag == 0 ? all_i : s->at_i(lag), lag_estimator::biased);
      }
      if (lag == 0 && !(own_e.spread_e > 0 && own_i.spread_i > 0)) {
        why_ = reason::no_variance;
        return;
      }
      auto const u = static_cast<double>(lag) / static_cast<double>(within), w = 2 * u <= 1 ? 1 - 6 * u * u * (1 - u) : 2 * (1 - u) * (1 - u) * (1 - u);
      auto const scale = (lag == 0 ? 0.5 : 1.0) * w / static_cast<double>(n_);
      even.push_back(scale * (after.cross + before.cross)), odd.push_back(scale * (after.cross - before.cross));
      e.push_back(2 * scale * own_e.cross), i.push_back(2 * scale * own_i.cross);
      squares.push_back((lag == 0 ? 1 : 2) * w * w);
    }
    for (std::int64_t m = 0; m <= within; ++m) {
      ei_.emplace_back(sum(even, cosine_, m), -sum(odd, sine_, m));
      ee_.push_back(sum(e, cosine_, m)), ii_.push_back(sum(i, cosine_, m));
      likeness_.push_back(sum(squares, cosine_, m));
    }
  }
  /// Why there are none; `reason::none` if there are.
  [[nodiscard]] auto why() const noexcept -> reason { return why_; }
  /// 2 n / Σ w²: about 3.71 n/L.
  [[nodiscard]] auto degrees_of_freedom() const noexcept -> double { return 2 * static_cast<double>(n_) / likeness_[0]; }
  /// What the coherence of independent populations exceeds with that probability: 1 − p^(1/(ν/2 − 1)).
  [[nodiscard]] auto level(double p) const -> double { return 1 - std::pow(p, 1 / (degrees_of_freedom() / 2 - 1)); }
  /// How alike the errors of estimates m frequencies apart are: Σ w² cos(π m ℓ/L) / Σ w².
  [[nodiscard]] auto likeness(std::int64_t m) const noexcept -> double { return likeness_[static_cast<std::size_t>(m < 0 ? -m : m)] / likeness_[0]; }
  [[nodiscard]] auto coherence(std::int64_t m) const -> double {
    auto const power = ee_[static_cast<std::size_t>(m)] * ii_[static_cast<std::size_t>(m)];
    return power > 0 ? (std::min)(1.0, std::norm(ei_[static_cast<std::size_t>(m)]) / power) : undefined(reason::no_variance);
  }
  [[nodiscard]] auto phase(std::int64_t m) const -> double {
    auto const& z = ei_[static_cast<std::size_t>(m)];
    return z == 0.0 ? undefined(reason::no_variance) : std::arg(z);
  }

 private:
  /// Σ_ℓ c(ℓ) wave(π m ℓ/L)
  [[nodiscard]] auto sum(std::vector<double> const& c, std::vector<double> const& wave, std::int64_t m) const noexcept -> double {
    double total = 0;
    for (std::size_t lag = 0; lag < c.size(); ++lag) total += c[lag] * wave[static_cast<std::size_t>(m) * lag % wave.size()];
    return total;
  }

  std::int64_t lags_, n_ = 0;
  reason why_ = reason::none;
  std::vector<double> cosine_, sine_, ee_, ii_, likeness_;  // of one turn in 2 L steps; by frequency
  std::vector<std::complex<double>> ei_;
};
inline auto frequency_hz(std::int64_t m, std::int64_t within, row_info const& row) -> double { return static_cast<double>(m) / (2 * static_cast<double>(within) * row.width.seconds()); }
}  // namespace detail

/// Magnitude-squared coherence and phase of the two populations' counts at frequencies m/(2 · within · width), m = 0 … within.
///
///   coherence = |S_ei|² / (S_ee S_ii),  phase = arg S_ei
///
/// Sign     phase(f) = −2π f τ for inhibition that follows excitation by τ
/// Input    statistic lag_moments with autocorrelations, `within` lags. A frequency resolves about 1.9/(within · width) Hz: four neighbours say the same
/// Result   within + 1 values each, coherence in [0, 1], phase in [−π, π]; NaN with a reason if there are fewer than `at_least` or 4 · within bins, a
///          population never varies, or has no power at a frequency. `level_95` is exceeded by independent populations at 5 % of the
///          frequencies between the first and the last (those two have half the degrees of freedom), if their spectra are smooth within the resolution
/// Promise  coherence is biased upwards, by about 2/ν; downwards where the delay is not small against `within` · width. A rate that both follow is coherent
/// Errors   `error` if `within` is below 2
/// Cost     5 · within² multiplications a scale; the statistic is one pass
/// Source   Blackman and Tukey 1958; Parzen 1961, Technometrics 3:167; level: Carter 1987, Proc. IEEE 75:236
struct coherence {
  using statistic = lag_moments;
  struct value {
    std::vector<double> frequency_hz, coherence, phase_rad;
    double degrees_of_freedom{};  ///< ν
    double level_95{};            ///< 1 − .05^(1/(ν/2 − 1))
  };
  std::int64_t within = 50;
  std::int64_t at_least = bins_to_report;
  [[nodiscard]] auto start(row_info const&) const -> statistic { return statistic(within, true); }

  auto operator()(statistic const& s, row_info const& row) const -> value { return apart(detail::only(s), row); }
  /// Over parts with means of their own.
  [[nodiscard]] auto apart(std::span<statistic const* const> parts, row_info const& row) const -> value {
    detail::lag_spectra const spectra(parts, row, within, at_least);
    auto const why = spectra.why();
    value v;
    for (std::int64_t m = 0; m <= within; ++m) {
      v.frequency_hz.push_back(detail::frequency_hz(m, within, row));
      v.coherence.push_back(why == reason::none ? spectra.coherence(m) : undefined(why));
      v.phase_rad.push_back(why == reason::none ? spectra.phase(m) : undefined(why));
    }
    v.degrees_of_freedom = why == reason::none ? spectra.degrees_of_freedom() : undefined(why);
    v.level_95 = why == reason::none ? spectra.level(0.05) : undefined(why);
    return v;
  }
};

/// The delay of inhibition behind excitation that the phases of coherent frequencies tell, in milliseconds.
///
///   phase(f) ≈ −2π f τ (+ a constant with `free_intercept`), least squares with weights coherence/(1 − coherence)
///
/// Through the origin it is the delay of a signal that is only late. With `free_intercept` it is the group delay in the strict sense, which a constant
/// phase (a filter, an inverted sign) does not move; its error is larger. Phases are taken modulo one turn about the line that fits them best among those of
/// |τ| ≤ within · width / 2, so that nothing has to be unwrapped across frequencies that are left out.
/// Input    statistic lag_moments with autocorrelations; frequencies in [from_hz, to_hz] but the first (0) and the last, where the phase is 0 or π
/// Result   delay and standard error in ms, > 0 inhibition follows; the number and mean coherence of the frequencies used: those whose coherence exceeds
///          `level_95`. NaN with `reason::not_available` if these are fewer than three, or none exceeds the level that independent populations exceed
///          anywhere in the band with a probability of 5 % at most; otherwise with the reasons of `coherence`
/// Promise  the standard error counts neighbours as the like estimates that they are. Delays shorter than a bin can be told. Choose `within` · width
///          ten times the delay or more, as the lag window draws it towards 0. One delay at all frequencies is assumed, not tested
/// Errors   `error` if `within` is below 2
/// Source   Hannan and Thomson 1973, Biometrika 60:469; variance of a phase: Jenkins and Watts 1968, Spectral Analysis, section 9.2
struct group_delay {
  using statistic = lag_moments;
  struct value {
    double delay_ms{}, standard_error_ms{};
    double mean_coherence{};
    std::int64_t frequencies{};
  };
  std::int64_t within = 50;
  double from_hz = 0, to_hz = std::numeric_limits<double>::infinity();
  bool free_intercept = false;
  std::int64_t at_least = bins_to_report;
  [[nodiscard]] auto start(row_info const&) const -> statistic { return statistic(within, true); }

  auto operator()(statistic const& s, row_info const& row) const -> value { return apart(detail::only(s), row); }
  /// Over parts with means of their own.
  [[nodiscard]] auto apart(std::span<statistic const* const> parts, row_info const& row) const -> value {
    detail::lag_spectra const spectra(parts, row, within, at_least);
    auto none = [](reason why) { return value{undefined(why), undefined(why), undefined(why), 0}; };
    if (spectra.why() != reason::none) return none(spectra.why());
    std::vector<point> used;
    auto const level = spectra.level(0.05);
    double largest = 0, sum = 0;
    std::int64_t in_band = 0;
    for (std::int64_t m = 1; m < within; ++m) {
      auto const hz = detail::frequency_hz(m, within, row), c = spectra.coherence(m);
      if (!(hz >= from_hz && hz <= to_hz)) continue;
      ++in_band;
      if (!(c > level)) continue;  // NaN never is
      auto const odds = c / (std::max)(1 - c, 1e-9);  // identical populations have a weight as well
      used.push_back({m, 2 * std::numbers::pi * hz, spectra.phase(m), odds});
      largest = (std::max)(largest, c), sum += c;
    }
    if (used.size() < 3 || !(largest > spectra.level(0.05 / static_cast<double>(in_band)))) return none(reason::not_available);
    auto const [seconds, variance] = fitted(used, spectra, row.width.seconds());
    return {seconds * 1e3, std::sqrt(variance) * 1e3, sum / static_cast<double>(used.size()), std::ssize(used)};
  }

 private:
  struct point {
    std::int64_t m;
    double omega, phase, odds;  ///< 2π f, arg S_ei, coherence/(1 − coherence)
  };
  struct line {
    double delay_s, variance;
  };
  [[nodiscard]] auto fitted(std::span<point const> used, detail::lag_spectra const& spectra, double width_s) const -> line {
    // the delay on a grid of half bins at which the phases agree best with one another, or with 0
    double best = -std::numeric_limits<double>::infinity(), delay = 0, constant = 0;
    auto try_at = [&](double s) {
      std::complex<double> z;
      for (auto const& p : used) z += p.odds * std::polar(1.0, p.phase + p.omega * s);
      if (auto const agreement = free_intercept ? std::abs(z) : z.real(); agreement > best) best = agreement, delay = s, constant = free_intercept ? std::arg(z) : 0;
    };
    for (std::int64_t k = 0; k <= within; ++k)
      for (auto const step : {k, -k}) try_at(static_cast<double>(step) * width_s / 2);
    // the slope of what remains: τ = delay − Σ g φ, g = odds (ω − ω̄) / Σ odds (ω − ω̄)²
    double weight = 0, middle = 0, square = 0, slope = 0;
    for (auto const& p : used) weight += p.odds, middle += p.odds * p.omega;
    middle = free_intercept ? middle / weight : 0;
    for (auto const& p : used) square += p.odds * (p.omega - middle) * (p.omega - middle);
    auto share = [&](point const& p) { return p.odds * (p.omega - middle) / square; };
    for (auto const& p : used) slope += share(p) * std::remainder(p.phase + p.omega * delay - constant, 2 * std::numbers::pi);
    // Var(phase) = 1/(ν odds)
    double variance = 0;
    for (auto const& p : used)
      for (auto const& q : used) variance += share(p) * share(q) * spectra.likeness(p.m - q.m) / std::sqrt(p.odds * q.odds);
    return {delay - slope, (std::max)(0.0, variance) / spectra.degrees_of_freedom()};
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
