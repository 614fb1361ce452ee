// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// How often surrogates reject where there is nothing to be found: null recordings of known truth, under the conditions of each null and outside
/// them, tested by draws; and the share of false discoveries in families of tests.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/correlate/false_discovery.hpp>
#include <equipoise/correlate/jitters.hpp>
#include <equipoise/correlate/orders.hpp>
#include <equipoise/correlate/rates.hpp>
#include <equipoise/correlate/shifts.hpp>
#include <equipoise/correlate/swaps.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <functional>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../over_seeds.hpp"
#include "surrogate_kit.hpp"

namespace equipoise::testing {

using namespace std::chrono_literals;
using calibration_tick = ticks<10'000>;
using calibration_table = spike_table<calibration_tick>;

/// Pearson's r of the counts of E and I in whole bins.
inline auto correlation_of_counts(calibration_table const& x, std::span<cell const> cells, calibration_tick width) -> double {
  auto const bins = static_cast<std::size_t>(x.when().length() / width);
  std::vector<double> e(bins), i(bins);
  for (std::size_t k = 0; k < x.spikes(); ++k)
    if (auto const bin = static_cast<std::size_t>(x.at()[k] / width.count()); bin < bins) (cells[x.unit()[k]] == cell::e ? e : i)[bin] += 1;
  double se = 0, si = 0, ee = 0, ii = 0, ei = 0;
  for (std::size_t b = 0; b < bins; ++b) se += e[b], si += i[b], ee += e[b] * e[b], ii += i[b] * i[b], ei += e[b] * i[b];
  auto const n = static_cast<double>(bins);
  return (n * ei - se * si) / std::sqrt((n * ee - se * se) * (n * ii - si * si));
}
/// Sum of the squared counts of all units together: their variance, as their number stays.
inline auto squares_of_pooled_counts(calibration_table const& x, calibration_tick width) -> double {
  std::vector<double> n(static_cast<std::size_t>(x.when().length() / width) + 1);
  for (auto const t : x.at()) n[static_cast<std::size_t>(t / width.count())] += 1;
  double sum = 0;
  for (auto const c : n) sum += c * c;
  return sum;
}
/// Pairs of a spike of unit 0 and one of unit 1 that are at most 2 ms apart.
inline auto coincidences(calibration_table const& x) -> double {
  constexpr auto reach = calibration_tick{2ms}.count();
  auto const a = x[0].raw(), b = x[1].raw();
  std::size_t from = 0, to = 0, pairs = 0;
  for (auto const t : a) {
    while (from < b.size() && b[from] < t - reach) ++from;
    while (to < b.size() && b[to] <= t + reach) ++to;
    pairs += to - from;
  }
  return static_cast<double>(pairs);
}

inline auto up_to(calibration_tick end) -> window<calibration_tick> { return {calibration_tick{0}, end}; }

/// An Ornstein–Uhlenbeck drive and the mean rate that it acts on. It is σ²μw/(1 + σ²μw) of the variance of counts in bins of w = 100 ms, far below τ.
struct drive {
  double hz, sigma;
};
inline constexpr drive weak{20, 0.3}, strong{40, 0.5};  // 15 % and 50 %

/// Poisson trains, each with a drive of its own.
inline auto drives_of_their_own(drive d, std::size_t units, calibration_tick length, calibration_tick tau) {
  return [=](random_stream& random) {
    ou_cox<calibration_tick> const process{.e_hz = d.hz, .i_hz = 0, .sigma = d.sigma, .tau = tau, .delay = {}, .step = tau / 50};
    std::vector<spike_vector<calibration_tick>> trains;
    for (std::size_t u = 0; u < units; ++u) trains.push_back(process.trains(up_to(length), random).e);
    return table_of(trains);
  };
}
/// Two Poisson trains of 60 Hz for 12 s whose rates follow one drive of SD half the mean and correlation time 100 ms; they hold for `step`.
inline auto one_drive(calibration_tick step) {
  return [=](random_stream& random) {
    return table_of(ou_cox<calibration_tick>{.e_hz = 60, .i_hz = 60, .sigma = 0.5, .tau = 100ms, .delay = {}, .step = step}.trains(up_to(12s), random));
  };
}
/// Two independent trains of one process.
template <class Process>
auto independent(Process process) {
  return [=](random_stream& random) {
    auto a = process(random), b = process(random);
    return table_of(ei_trains<calibration_tick>{std::move(a), std::move(b)});
  };
}
inline auto constant_rate(random_stream& random) { return poisson(60, up_to(12s), random); }
inline auto dead_time(random_stream& random) { return refractory_poisson(60, calibration_tick{3ms}, up_to(12s), random); }
inline auto renewal(double shape) {
  return [=](random_stream& random) { return gamma_renewal(shape, 60, up_to(12s), random); };
}
/// Two Poisson trains that are independent given the rates, which hold for `step` each: rate(k, steps, random).
template <class Rate>
auto rates_in_steps(calibration_tick length, calibration_tick step, Rate rate) {
  return [=](random_stream& random) {
    auto const steps = static_cast<std::size_t>(length / step);
    std::vector<spike_vector<calibration_tick>> trains;
    for (int unit = 0; unit < 2; ++unit) {
      rate_steps<calibration_tick> hz{calibration_tick{0}, step, {}};
      for (std::size_t k = 0; k < steps; ++k) hz.hz.push_back(rate(k, steps, random));
      trains.push_back(cox(hz, up_to(length), random));
    }
    return table_of(trains);
  };
}
/// −0.3 … 0.3 from the first of n steps to the last.
inline auto trend(std::size_t k, std::size_t n) -> double { return 0.3 * (2 * (static_cast<double>(k) + 0.5) / static_cast<double>(n) - 1); }
/// Both rates rise by a line from −30 % to +30 % of their mean.
inline auto rising(double mean_hz, calibration_tick length) {
  return rates_in_steps(length, 100ms, [=](std::size_t k, std::size_t n, random_stream&) { return mean_hz * (1 + trend(k, n)); });
}
/// 10 or 70 Hz by the toss of a coin every 500 ms, each train for itself.
inline auto bursts() {
  return rates_in_steps(20s, 500ms, [](std::size_t, std::size_t, random_stream& random) { return random.below(2) == 0 ? 10.0 : 70.0; });
}
/// Trials of 500 ms with a response of ±50 % about 40 Hz, common to both trains; the gain of a trial is gain(trial, trials, random).
inline constexpr calibration_tick trial_length = 500ms;
inline constexpr std::size_t all_trials = 40;
template <class Gain>
auto responses(Gain gain) {
  return [=](random_stream& random) {
    constexpr std::size_t steps = 10;
    double now = 1;
    return rates_in_steps(all_trials * trial_length, trial_length / steps, [&, gain](std::size_t k, std::size_t, random_stream& r) {
      if (k % steps == 0) now = gain(k / steps, all_trials, r);
      return 40 * now * (1 + 0.5 * std::sin(2 * std::numbers::pi * (static_cast<double>(k % steps) + 0.5) / steps));
    })(random);
  };
}
/// Units of those rates for 20 s that all follow one drive of SD half their mean and correlation time 100 ms: the spikes of one train of their summed
/// rate, each given to a unit with the probability of its rate.
inline auto population_of(std::vector<double> hz) {
  return [=](random_stream& random) {
    double total = 0;
    for (auto const x : hz) total += x;
    auto const all = ou_cox<calibration_tick>{.e_hz = total, .i_hz = 0, .sigma = 0.5, .tau = 100ms, .delay = {}, .step = 5ms}.trains(up_to(20s), random).e;
    std::vector<std::int64_t> at(all.raw().begin(), all.raw().end());
    std::vector<unit_index> unit;
    for (std::size_t k = 0; k < at.size(); ++k) {
      auto left = total * random.uniform();
      unit_index u = 0;
      while (u + 1 < hz.size() && left >= hz[u]) left -= hz[u++];
      unit.push_back(u);
    }
    return calibration_table(std::move(at), std::move(unit), hz.size(), up_to(20s));
  };
}

/// What is known of the p-values of a null: uniform as promised; small too often, or a little too often, by a breach of its conditions; or nothing.
enum class promise : std::uint8_t { uniform, breached, slightly_breached, none };

/// One surrogate on one kind of recording. Large values of the statistic speak against the null.
struct null_case {
  std::string surrogate, condition, statistic;
  promise known;
  std::function<double(std::uint64_t seed, std::span<double> draws)> values;  ///< the statistic of the recording of that seed, and of its draws
};

template <class Make, class Surrogate, class Statistic>
auto by_draws(Make make, Surrogate surrogate, Statistic statistic) {
  return [=](std::uint64_t seed, std::span<double> draws) {
    random_stream random(seed);
    auto const x = make(random);
    for (std::uint64_t k = 0; k < draws.size(); ++k) draws[k] = statistic(x | surrogate.draw(seed, k));
    return statistic(x);
  };
}
/// −r in bins of 100 ms by labels dealt anew: units of unequal rates have a small r.
template <class Make>
auto by_labels(Make make, std::vector<cell> cells, label_swap surrogate) {
  return [=](std::uint64_t seed, std::span<double> draws) {
    random_stream random(seed);
    auto const x = make(random);
    for (std::uint64_t k = 0; k < draws.size(); ++k) draws[k] = -correlation_of_counts(x, cells | surrogate.draw(seed, k), 100ms);
    return -correlation_of_counts(x, cells, 100ms);
  };
}

/// Every surrogate, under the conditions of its promise, outside them, and in usual use where it promises nothing.
inline auto null_cases() -> std::vector<null_case> {
  using enum promise;
  std::vector<cell> const pair{cell::e, cell::i};
  auto const r = [pair](calibration_table const& x) { return correlation_of_counts(x, pair, 100ms); };
  auto const pooled = [](calibration_table const& x) { return squares_of_pooled_counts(x, 100ms); };
  auto const shift = [pair](calibration_tick at_least) { return circular_shift{.at_least = at_least, .cells = pair}; };
  auto const shift_units = [](calibration_tick at_least) { return circular_shift_units{.at_least = at_least}; };
  constexpr auto r_name = "r, 100 ms", pooled_name = "variance of pooled counts, 100 ms", near_name = "coincidences, ±2 ms", low_r_name = "−r, 100 ms";
  interval_jitter const jitter{.width = 20ms};
  dither const around{.half_width = 20ms}, apart{.half_width = 20ms, .refractory = 3ms};
  joint_isi_dither const joint{.bin = 2ms};
  trial_shuffle<calibration_tick> shuffle;
  for (std::size_t k = 0; k < all_trials; ++k) shuffle.trials.push_back({trial_length * k, trial_length * (k + 1)});

  // 6 E and 6 I of equal rates or of 2 and 10 Hz; 12 E and 12 I, of which 10 E and 2 I are slow
  std::vector<cell> few(12, cell::e), many(24, cell::e);
  std::vector<double> equal(12, 5), unequal(12, 2), mixed(24, 2);
  std::vector<std::int64_t> rate_class(24, 0);
  for (std::size_t u = 6; u < 12; ++u) few[u] = cell::i, unequal[u] = 10;
  for (std::size_t u = 12; u < 24; ++u) many[u] = cell::i;
  for (std::size_t u = 10; u < 22; ++u) mixed[u] = 10, rate_class[u] = 1;

  return {
      {"circular_shift", "independent strong drives, T = 100 τ, at_least = 5 τ", r_name, uniform, by_draws(drives_of_their_own(strong, 2, 20s, 200ms), shift(1s), r)},
      {"circular_shift", "independent weak drives, T = 30 τ, at_least = 5 τ", r_name, uniform, by_draws(drives_of_their_own(weak, 2, 15s, 500ms), shift(2500ms), r)},
      {"circular_shift", "independent strong drives, T = 30 τ, at_least = 5 τ", r_name, none, by_draws(drives_of_their_own(strong, 2, 15s, 500ms), shift(2500ms), r)},
      {"circular_shift", "independent weak drives, T = 10 τ, at_least = τ", r_name, none, by_draws(drives_of_their_own(weak, 2, 15s, 1500ms), shift(1500ms), r)},
      {"circular_shift", "independent strong drives, T = 10 τ, at_least = τ", r_name, slightly_breached, by_draws(drives_of_their_own(strong, 2, 15s, 1500ms), shift(1500ms), r)},
      {"circular_shift", "rates rise from −30 % to +30 %, 15 s of 20 Hz", r_name, breached, by_draws(rising(20, 15s), shift(2500ms), r)},
      {"circular_shift", "rates rise from −30 % to +30 %, 15 s of 40 Hz", r_name, breached, by_draws(rising(40, 15s), shift(2500ms), r)},
      {"circular_shift_units", "4 independent weak drives, T = 30 τ, at_least = 5 τ", pooled_name, uniform, by_draws(drives_of_their_own(weak, 4, 15s, 500ms), shift_units(2500ms), pooled)},
      {"circular_shift_units", "rates rise from −30 % to +30 %, 15 s of 60 Hz", pooled_name, breached, by_draws(rising(60, 15s), shift_units(2500ms), pooled)},
      {"interval_jitter", "one drive, τ = 100 ms, constant in windows of 20 ms", near_name, uniform, by_draws(one_drive(20ms), jitter, coincidences)},
      {"interval_jitter", "one drive, τ = 100 ms, varying in windows of 20 ms", near_name, slightly_breached, by_draws(one_drive(2ms), jitter, coincidences)},
      {"isi_permutation", "independent renewal trains, CV 0.58", near_name, uniform, by_draws(independent(renewal(3)), isi_permutation{}, coincidences)},
      {"isi_permutation", "independent renewal trains, CV 1.41", near_name, uniform, by_draws(independent(renewal(0.5)), isi_permutation{}, coincidences)},
      {"isi_permutation", "independent trains, 10 or 70 Hz by chance each 500 ms", r_name, breached, by_draws(bursts(), isi_permutation{}, r)},
      {"isi_permutation", "rates rise from −30 % to +30 %, 15 s of 40 Hz", r_name, breached, by_draws(rising(40, 15s), isi_permutation{}, r)},
      {"label_swap", "6 E and 6 I of 5 Hz, one drive", low_r_name, uniform, by_labels(population_of(equal), few, {})},
      {"label_swap", "6 E of 2 Hz, 6 I of 10 Hz, one drive", low_r_name, breached, by_labels(population_of(unequal), few, {})},
      {"label_swap", "of 2 Hz 10 E and 2 I, of 10 Hz 2 E and 10 I, one drive", low_r_name, breached, by_labels(population_of(mixed), many, {})},
      {"label_swap with strata", "of 2 Hz 10 E and 2 I, of 10 Hz 2 E and 10 I, one drive", low_r_name, uniform, by_labels(population_of(mixed), many, {.strata = rate_class})},
      {"trial_shuffle", "40 trials, one response, gains by chance for each train", r_name, uniform, by_draws(responses([](std::size_t, std::size_t, random_stream& x) { return 0.5 + x.uniform(); }), shuffle, r)},
      {"trial_shuffle", "40 trials, one response, gains rise from −30 % to +30 %", r_name, breached, by_draws(responses([](std::size_t k, std::size_t n, random_stream&) { return 1 + trend(k, n); }), shuffle, r)},
      {"dither", "independent Poisson trains", near_name, none, by_draws(independent(constant_rate), around, coincidences)},
      {"dither", "one drive, τ = 100 ms", near_name, none, by_draws(one_drive(2ms), around, coincidences)},
      {"dither, refractory of 3 ms", "independent trains, dead time 3 ms", near_name, none, by_draws(independent(dead_time), apart, coincidences)},
      {"dither, refractory of 3 ms", "one drive, τ = 100 ms", near_name, none, by_draws(one_drive(2ms), apart, coincidences)},
      {"poisson_like, σ of 20 ms", "independent Poisson trains", near_name, none, by_draws(independent(constant_rate), poisson_like{}, coincidences)},
      {"poisson_like, σ of 20 ms", "one drive, τ = 100 ms", near_name, none, by_draws(one_drive(2ms), poisson_like{}, coincidences)},
      {"joint_isi_dither, bins of 2 ms", "independent renewal trains, CV 0.58", near_name, none, by_draws(independent(renewal(3)), joint, coincidences)},
      {"joint_isi_dither, bins of 2 ms", "one drive, τ = 100 ms", near_name, none, by_draws(one_drive(2ms), joint, coincidences)},
  };
}

/// The p-values of many recordings, as p_value gives them and with ties broken at random.
struct calibrated {
  std::vector<double> p, untied;

  /// The share of p-values up to a level: the size of the test there.
  [[nodiscard]] static auto share(std::span<double const> p, double level) -> double {
    return static_cast<double>(std::count_if(p.begin(), p.end(), [&](double x) { return x <= level; })) / static_cast<double>(p.size());
  }
};

/// Recordings and draws of one case; `number` keeps the seeds of different cases apart.
inline auto calibrate(null_case const& c, std::uint64_t number, std::uint64_t recordings, std::size_t draws) -> calibrated {
  calibrated out;
  std::vector<double> values(draws);
  for (std::uint64_t k = 0; k < recordings; ++k) {
    auto const seed = number << 32 | k;
    auto const observed = c.values(seed, values);
    random_stream ties(seed, 1);
    out.p.push_back(p_value(observed, values));
    out.untied.push_back(p_without_ties(observed, values, ties));
  }
  return out;
}

/// The share of nulls among what false_discovery rejects at .05, over families of 32 tests, the first `effects` of which have one of 5 SD. Each test is
/// a normal number against 639 draws, and two of a family have that correlation.
///
/// With 639 draws, .05·j/32 is a p-value that can occur, so that independent families have a share of .05·(32 − effects)/32 in the mean: Benjamini and
/// Hochberg's bound is reached.
inline auto false_shares(std::size_t effects, double correlation, std::uint64_t families) -> over_seeds {
  constexpr std::size_t tests = 32;
  over_seeds out;
  std::vector<double> draws(639), p(tests);
  for (std::uint64_t family = 0; family < families; ++family) {
    random_stream random(family, effects);
    auto const common = std::sqrt(correlation) * random.normal();
    for (std::size_t k = 0; k < tests; ++k) {
      for (auto& d : draws) d = random.normal();
      p[k] = p_value(common + std::sqrt(1 - correlation) * random.normal() + (k < effects ? 5 : 0), draws);
    }
    auto const q = false_discovery(p);
    double all = 0, wrong = 0;
    for (std::size_t k = 0; k < tests; ++k)
      if (q[k] <= 0.05 * (1 + 1e-12)) all += 1, wrong += k >= effects;
    out.add(all > 0 ? wrong / all : 0);
  }
  return out;
}

}  // namespace equipoise::testing
