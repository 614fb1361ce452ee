// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Recordings whose correlation at zero lag is known in closed form, made many times over, and how often intervals hold the truth.

#include <cmath>
#include <cstdint>
#include <equipoise/inference/interval.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <vector>

namespace equipoise::testing {

using tenths_of_ms = ticks<10'000>;
constexpr auto tenths(double ms) -> tenths_of_ms { return tenths_of_ms{static_cast<std::int64_t>(ms * 10 + 0.5)}; }

/// One kind of recording, seen in bins of one width: both populations follow one Ornstein–Uhlenbeck drive, or share spikes.
struct simulated {
  double seconds = 60, width_ms = 100;
  double hz = 50;           ///< of each population
  double sigma = 0;         ///< SD of the drive over the mean rate; 0: shared spikes
  double tau_ms = 100;      ///< correlation time of the drive
  double shared_hz = 0;     ///< rate of the spikes that both have
  double delay_ms = 0;      ///< inhibition follows by; whole bins with a drive

  /// In bins of that width the counts are those of the closed form: the rates hold their exact means over each bin.
  [[nodiscard]] auto trains(random_stream& random) const -> ei_trains<tenths_of_ms> {
    window<tenths_of_ms> const when{tenths_of_ms{0}, tenths(seconds * 1e3)};
    if (sigma == 0) return common_source<tenths_of_ms>{shared_hz, hz - shared_hz, hz - shared_hz, tenths(delay_ms)}.trains(when, random);
    return ou_cox<tenths_of_ms>{hz, hz, sigma, tenths(tau_ms), tenths(delay_ms), tenths(width_ms)}.trains(when, random);
  }
  /// Variance of the counts of one population.
  [[nodiscard]] auto variance() const -> double {
    auto const w = width_ms / 1e3, t = tau_ms / 1e3, drive = hz * sigma * t;
    return hz * w + 2 * drive * drive * (w / t - 1 + std::exp(-w / t));
  }
  /// The correlation at zero lag.
  [[nodiscard]] auto rho() const -> double {
    auto const w = width_ms / 1e3, d = delay_ms / 1e3, t = tau_ms / 1e3;
    if (sigma == 0) return shared_hz * std::fmax(0, 1 - std::abs(d) / w) / hz;
    auto K = [t](double x) { return t * t * std::exp(-std::abs(x) / t) + t * std::abs(x); };
    return hz * hz * sigma * sigma * (K(w - d) - 2 * K(d) + K(w + d)) / variance();
  }
  /// SD of e/ē − i/ī.
  [[nodiscard]] auto relative_deviation() const -> double { return std::sqrt(2 * variance() * (1 - rho())) / (hz * width_ms / 1e3); }
};

/// How often an interval was there, and held the truth.
struct coverage {
  std::int64_t made = 0, undefined = 0, covered = 0;
  double width = 0, blocks = 0;
  void add(interval const& i, double truth) {
    ++made, blocks += static_cast<double>(i.blocks);
    if (std::isnan(i.lo)) return ++undefined, void();
    covered += i.contains(truth), width += i.hi - i.lo;
  }
  [[nodiscard]] auto share() const -> double { return static_cast<double>(covered) / static_cast<double>(made - undefined); }
  [[nodiscard]] auto mean_width() const -> double { return width / static_cast<double>(made - undefined); }
  [[nodiscard]] auto mean_blocks() const -> double { return blocks / static_cast<double>(made); }
};

/// f(record) for each of so many recordings, by one measurement.
template <class Measure, class F>
void simulate(simulated const& what, std::uint64_t recordings, Measure const& measurement, F&& f) {
  auto const study = split({cell::e, cell::i}) | pyramid(scales{tenths(what.width_ms)}) | measurement;
  for (std::uint64_t k = 0; k < recordings; ++k) {
    random_stream random(20'16, k);
    f(table_of(what.trains(random)) | study);
  }
}

/// Where intervals are promised to hold the truth in 93 to 97 % of recordings: 60 s in bins of up to 0.1 s, 600 s up to 1 s, 1 800 s up to 5 s,
/// correlation times up to 0.1 s, so that there are at least 50 blocks.
inline auto many_blocks() -> std::vector<simulated> {
  return {{.seconds = 60, .width_ms = 1, .hz = 40, .shared_hz = 20, .delay_ms = 0.3},
          {.seconds = 60, .width_ms = 10, .hz = 50, .shared_hz = 15, .delay_ms = 3},
          {.seconds = 60, .width_ms = 10, .hz = 100, .sigma = 0.3, .delay_ms = 10},
          {.seconds = 60, .width_ms = 100, .hz = 100, .sigma = 0.3},
          {.seconds = 600, .width_ms = 100, .hz = 20, .sigma = 0.3, .tau_ms = 50},
          {.seconds = 600, .width_ms = 300, .hz = 8, .shared_hz = 6, .delay_ms = 50},
          {.seconds = 600, .width_ms = 1'000, .hz = 20, .sigma = 0.3},
          {.seconds = 1'800, .width_ms = 5'000, .hz = 10, .sigma = 0.3}};
}
/// 20 to 49 blocks: in at least 91 %.
inline auto some_blocks() -> std::vector<simulated> {
  return {{.seconds = 20, .width_ms = 10, .hz = 50, .shared_hz = 15, .delay_ms = 3},
          {.seconds = 30, .width_ms = 100, .hz = 100, .sigma = 0.3},
          {.seconds = 45, .width_ms = 10, .hz = 100, .sigma = 0.3, .delay_ms = 10},
          {.seconds = 60, .width_ms = 2'000, .hz = 8, .shared_hz = 4, .delay_ms = 200}};
}
/// Fewer than 20 blocks: none.
inline auto few_blocks() -> std::vector<simulated> { return {{.seconds = 19, .width_ms = 10, .hz = 50, .shared_hz = 15}, {.seconds = 12, .width_ms = 100, .hz = 100, .sigma = 0.3}}; }
/// Beyond what is promised: drives as slow as the blocks are long, and slower.
inline auto slow_drives() -> std::vector<simulated> {
  return {{.seconds = 60, .width_ms = 100, .hz = 100, .sigma = 0.3, .tau_ms = 300},   {.seconds = 60, .width_ms = 100, .hz = 100, .sigma = 0.3, .tau_ms = 1'000},
          {.seconds = 60, .width_ms = 100, .hz = 100, .sigma = 0.3, .tau_ms = 3'000},  {.seconds = 600, .width_ms = 100, .hz = 30, .sigma = 0.3, .tau_ms = 1'000},
          {.seconds = 600, .width_ms = 100, .hz = 30, .sigma = 0.3, .tau_ms = 5'000}, {.seconds = 600, .width_ms = 100, .hz = 30, .sigma = 0.3, .tau_ms = 20'000}};
}

}  // namespace equipoise::testing
