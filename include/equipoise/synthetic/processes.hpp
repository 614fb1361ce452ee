// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Spike trains whose truth is known in closed form: Poisson, renewal, Cox, pairs with a common source or a common slow drive.
///
/// A window and a stream of random numbers go in, trains come out. Points are drawn in continuous time and rounded down to ticks, so that counts
/// in bins of whole ticks are those of the continuous process. All trains are stationary from the first tick of their window on.

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "../core/random.hpp"
#include "../spikes/spike_table.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
template <tick T>
inline constexpr double ticks_per_second = static_cast<double>(T::period::den) / static_cast<double>(T::period::num);

/// Errors   `error` unless the number is finite and at least (or, if `positive`, more than) 0
inline void check_parameter(char const* process, char const* name, double x, bool positive = false) {
  if (!std::isfinite(x) || x < 0 || (positive && x == 0))
    throw error({.where = process, .place = name, .problem = "not usable", .expected = positive ? "a number above 0" : "0 or more", .found = std::to_string(x), .advice = {}});
}

/// The points first(), first() + next(), …, in ticks from the window's begin.
template <tick T>
auto points(window<T> when, std::invocable auto first, std::invocable auto next) -> spike_vector<T> {
  std::vector<std::int64_t> at;
  auto const end = static_cast<double>(when.length().count());
  for (auto t = first(); t < end; t += next()) at.push_back(when.begin.count() + static_cast<std::int64_t>(t));
  return {std::move(at), when};
}
}  // namespace detail

/// Poisson spikes of one rate: counts have Fano factor 1 in bins of every width.
///
/// Result   a train in `when`; empty for a rate of 0
/// Errors   `error` if the rate is negative or not finite
template <tick T>
auto poisson(double rate_hz, window<T> when, random_stream& random) -> spike_vector<T> {
  detail::check_parameter("poisson", "rate_hz", rate_hz);
  if (rate_hz == 0) return {{}, when};
  auto const next = [&, mean = detail::ticks_per_second<T> / rate_hz] { return mean * random.exponential(); };
  return detail::points(when, next, next);
}

/// Renewal process with gamma intervals: mean 1/rate, CV = 1/√shape; shape 1 is Poisson, more is more regular.
///
///   Fano(T) = 1/k + (1 − 1/k²)/(6 ν T) + …, the rest exponentially small in νT
///
/// Result   a train in equilibrium: the first interval is that from a random instant to the next spike, U·gamma(k + 1)
/// Errors   `error` if the rate is negative, the shape not positive, or one not finite
/// Source   Cox 1962, Renewal Theory, §4.5 (variance of the number of renewals)
template <tick T>
auto gamma_renewal(double shape, double rate_hz, window<T> when, random_stream& random) -> spike_vector<T> {
  detail::check_parameter("gamma_renewal", "shape", shape, true);
  detail::check_parameter("gamma_renewal", "rate_hz", rate_hz);
  if (rate_hz == 0) return {{}, when};
  auto const scale = detail::ticks_per_second<T> / rate_hz / shape;
  return detail::points(when, [&] { return scale * random.uniform() * random.gamma(shape + 1); }, [&] { return scale * random.gamma(shape); });
}

/// Poisson spikes with a dead time after each: intervals are `refractory` plus an exponential, CV = 1 − rate·refractory.
///
/// Result   a train in equilibrium, of that rate, dead time included
/// Errors   `error` if the rate is negative or not finite, or the dead time negative or longer than the mean interval
template <tick T>
auto refractory_poisson(double rate_hz, T refractory, window<T> when, random_stream& random) -> spike_vector<T> {
  detail::check_parameter("refractory_poisson", "rate_hz", rate_hz);
  auto const dead = static_cast<double>(refractory.count()), share = rate_hz * in_seconds(refractory);
  if (!(dead >= 0 && share < 1))
    throw error({.where = "refractory_poisson", .place = "refractory", .problem = "not usable at this rate", .expected = "0 to less than the mean interval", .found = std::to_string(in_seconds(refractory)) + " s", .advice = {}});
  if (rate_hz == 0) return {{}, when};
  auto const next = [&, mean = detail::ticks_per_second<T> / rate_hz - dead] { return dead + mean * random.exponential(); };
  return detail::points(when, [&] { return random.uniform() < share ? dead * random.uniform() : next(); }, next);
}

/// Rates that hold for `step` each: value k over [begin + k·step, begin + (k + 1)·step).
template <tick T>
struct rate_steps {
  T begin{}, step{};
  std::vector<double> hz;
};

/// Poisson spikes of a rate that changes in steps, exact: unit exponentials of the summed rate.
///
/// Result   a train in `when`
/// Errors   `error` if the steps do not cover `when`, last nothing, or a rate is negative or not finite
template <tick T>
auto cox(rate_steps<T> const& rate, window<T> when, random_stream& random) -> spike_vector<T> {
  auto const steps = static_cast<std::int64_t>(rate.hz.size()), step = rate.step.count();
  if (when.empty()) return {{}, when};
  if (step < 1 || when.begin < rate.begin || (when.end - rate.begin).count() > steps * step)
    throw error({.where = "cox", .place = {}, .problem = "the rates do not cover the window", .expected = "steps of at least one tick from " + std::to_string(when.begin.count()) + " to " + std::to_string(when.end.count()),
                 .found = std::to_string(steps) + " steps of " + std::to_string(step) + " from " + std::to_string(rate.begin.count()), .advice = {}});
  std::vector<std::int64_t> at;
  auto left = random.exponential();  // of the summed rate, up to the next spike
  auto const first = (when.begin - rate.begin).count() / step;
  for (auto k = first; k < steps && rate.begin + rate.step * k < when.end; ++k) {
    auto const hz = rate.hz[static_cast<std::size_t>(k)];
    detail::check_parameter("cox", "rate", hz);
    auto const per_tick = hz / detail::ticks_per_second<T>;
    auto const from = (std::max)(when.begin, rate.begin + rate.step * k), to = (std::min)(when.end, rate.begin + rate.step * (k + 1));
    auto const all = per_tick * static_cast<double>((to - from).count());
    double used = 0;
    for (; left < all - used; left = random.exponential()) {
      used += left;
      at.push_back((std::min)(from.count() + static_cast<std::int64_t>(used / per_tick), to.count() - 1));
    }
    left -= all - used;
  }
  return {std::move(at), when};
}

/// Poisson spikes of any rate, by thinning spikes of the largest: `rate_hz(T) → double`, asked at the tick of each candidate.
///
/// Result   a train in `when`. Cost: one call per candidate, largest_hz a second
/// Errors   `error` if a rate is negative, exceeds `largest_hz` or is not a number
/// Source   Lewis and Shedler 1979, Naval Research Logistics Quarterly 26:403
template <tick T, std::invocable<T> Rate>
auto cox(Rate const& rate_hz, double largest_hz, window<T> when, random_stream& random) -> spike_vector<T> {
  auto const candidates = poisson(largest_hz, when, random);
  std::vector<std::int64_t> at;
  for (auto const t : candidates.raw()) {
    double const rate = rate_hz(T{t});
    if (!(rate >= 0 && rate <= largest_hz))
      throw error({.where = "cox", .place = "tick " + std::to_string(t), .problem = "a rate out of bounds", .expected = "0 to " + std::to_string(largest_hz) + " Hz", .found = std::to_string(rate), .advice = "give the largest rate there is"});
    if (random.uniform() * largest_hz < rate) at.push_back(t);
  }
  return {std::move(at), when};
}

/// An excitatory and an inhibitory train that belong together.
template <tick T>
struct ei_trains {
  spike_vector<T> e, i;
};

/// Two Poisson trains that share some of their spikes: E = S ∪ A, I = (S + delay) ∪ B, with S, A, B independent Poisson trains.
///
///   Cov(E_t, I_{t + L}) = ν_S·max(0, w − |delay − L·w|) in bins of width w;  r at L = 0: ν_S·max(0, 1 − |delay|/w)/√((ν_S + ν_A)(ν_S + ν_B))
///
/// `delay` above 0: inhibition follows excitation.
template <tick T>
struct common_source {
  double shared_hz = 0, e_hz = 0, i_hz = 0;  ///< rates of S, A, B
  T delay{};

  /// Result   both trains in `when`, S drawn beyond its ends so that delayed spikes come in as well as go out
  /// Errors   `error` if a rate is negative or not finite
  [[nodiscard]] auto trains(window<T> when, random_stream& random) const -> ei_trains<T> {
    auto const shared = poisson(shared_hz, window<T>{(std::min)(when.begin, when.begin - delay), (std::max)(when.end, when.end - delay)}, random);
    auto const a = poisson(e_hz, when, random), b = poisson(i_hz, when, random);
    auto with_shared = [&](spike_vector<T> const& own, T late) {
      std::vector<std::int64_t> moved, at;
      for (auto const t : shared.raw())
        if (when.contains(T{t} + late)) moved.push_back((T{t} + late).count());
      std::merge(own.raw().begin(), own.raw().end(), moved.begin(), moved.end(), std::back_inserter(at));
      return spike_vector<T>(std::move(at), when);
    };
    return {with_shared(a, T{0}), with_shared(b, delay)};
  }
};

/// Two Cox processes with one Ornstein–Uhlenbeck drive x of unit variance: rates μ_E(1 + σ x(t)) and μ_I(1 + σ x(t − delay)), below 0 taken as 0.
///
///   Cov(E_t, I_{t + L}) = μ_E μ_I σ² (K(Lw − d + w) − 2 K(Lw − d) + K(Lw − d − w)),  K(x) = τ² e^{−|x|/τ} + τ|x|
///   Var(E) = μ_E w + 2 μ_E² σ² τ² (w/τ − 1 + e^{−w/τ})
///
/// x and its mean over each step are drawn jointly and exactly; the rate holds that mean for the step. So the formulas are exact for bins and
/// delays of whole steps, up to the rectification, which is negligible for σ ≤ 0.3.
/// Source   Gillespie 1996, Physical Review E 54:2084 (exact updates of x and of its integral)
template <tick T>
struct ou_cox {
  double e_hz = 0, i_hz = 0;  ///< mean rates μ_E, μ_I
  double sigma = 0.2;         ///< SD of a rate over its mean
  T tau{}, delay{}, step{};   ///< correlation time, lag of inhibition, and the grid of x; step of about τ/50

  /// Result   both trains in `when`
  /// Errors   `error` if a rate or σ is negative or not finite, or τ or step is not positive
  [[nodiscard]] auto trains(window<T> when, random_stream& random) const -> ei_trains<T> {
    detail::check_parameter("ou_cox", "e_hz", e_hz), detail::check_parameter("ou_cox", "i_hz", i_hz), detail::check_parameter("ou_cox", "sigma", sigma);
    detail::check_parameter("ou_cox", "tau", in_seconds(tau), true), detail::check_parameter("ou_cox", "step", in_seconds(step), true);
    auto const begin = (std::min)(when.begin, when.begin - delay), end = (std::max)(when.end, when.end - delay);
    auto const x = drive(end > begin ? static_cast<std::size_t>(((end - begin).count() + step.count() - 1) / step.count()) : 0, random);
    auto one = [&](double mean_hz, T late) {
      rate_steps<T> rate{begin + late, step, x};
      for (auto& hz : rate.hz) hz = (std::max)(0.0, mean_hz * (1 + sigma * hz));
      return cox(rate, when, random);
    };
    auto e = one(e_hz, T{0});
    return {std::move(e), one(i_hz, delay)};
  }

 private:
  /// Means of x over n steps. With h = step/τ: x₁ | x₀ is normal of mean x₀e^{−h} and variance 1 − e^{−2h}; the mean over the step given both
  /// ends is normal of mean tanh(h/2)(x₀ + x₁)/h and variance (2h − 4 tanh(h/2))/h².
  [[nodiscard]] auto drive(std::size_t n, random_stream& random) const -> std::vector<double> {
    auto const h = static_cast<double>(step.count()) / static_cast<double>(tau.count()), half = std::tanh(h / 2);
    auto const keep = std::exp(-h), fresh = std::sqrt(-std::expm1(-2 * h)), pull = half / h;
    auto const spread = h < 1e-3 ? std::sqrt(h / 6) : std::sqrt(2 * h - 4 * half) / h;  // the difference cancels for small h
    std::vector<double> means(n);
    auto x = random.normal();
    for (auto& mean : means) {
      auto const next = keep * x + fresh * random.normal();
      mean = pull * (x + next) + spread * random.normal();
      x = next;
    }
    return means;
  }
};

/// Trains → one table, unit k the k-th train; spikes at the same tick stand in the order of their units.
///
/// Errors   `error` if there is none, or they were observed in different windows
template <std::ranges::forward_range Trains>
  requires spike_train<std::ranges::range_value_t<Trains>>
auto table_of(Trains const& trains) -> spike_table<tick_of_t<std::ranges::range_value_t<Trains>>> {
  using T = tick_of_t<std::ranges::range_value_t<Trains>>;
  if (std::ranges::empty(trains)) throw error("table_of: at least one train is needed");
  auto const observed = when(*std::ranges::begin(trains));
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  unit_index u = 0;
  for (auto const& train : trains) {
    if (when(train) != observed)
      throw error({.where = "table_of", .place = "train " + std::to_string(u), .problem = "observed in another window than the first", .expected = {}, .found = {}, .advice = "give all trains one window"});
    auto const ticks = raw(train);
    at.insert(at.end(), ticks.begin(), ticks.end());
    unit.insert(unit.end(), ticks.size(), u++);
  }
  return spike_table<T>::sorted(std::move(at), std::move(unit), u, observed);
}

/// Excitation as unit 0, inhibition as unit 1.
template <tick T>
auto table_of(ei_trains<T> const& pair) -> spike_table<T> {
  return table_of(std::array{spike_span<T>(pair.e), spike_span<T>(pair.i)});
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
