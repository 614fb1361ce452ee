// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Correlograms of pairs of Poisson trains, drawn bin by bin: 301 bins of .4 ms, 1 200 s. And trains in nanoseconds with what is to be found in them:
/// spikes added or taken away after those of another, and rates that go up and down together.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <utility>
#include <vector>

namespace equipoise::testing {

/// Counted by exponential intervals up to 30, beyond by halves: the sum of two Poisson numbers is one.
inline auto poisson_count(double mean, random_stream& random) -> std::int64_t {
  if (mean > 30) return poisson_count(mean / 2, random) + poisson_count(mean / 2, random);
  std::int64_t n = 0;
  for (auto t = random.exponential(); t < mean; t += random.exponential()) ++n;
  return n;
}
struct drawn_pair {
  double rate_hz = 8, gained = 0, kept = 1;  ///< spikes added per reference spike at +1 … 3 ms; part of the counts kept from .6 to 4.2 ms
};
/// The number of reference spikes is rate · 1 200 s.
inline auto drawn_correlogram(drawn_pair const& pair, random_stream& random) -> std::vector<std::int64_t> {
  auto const spikes = pair.rate_hz * 1'200, mean = spikes * pair.rate_hz * 0.0004;
  std::vector<std::int64_t> out;
  for (int k = -150; k <= 150; ++k) {
    auto here = mean * (k >= 2 && k <= 10 ? pair.kept : 1);
    auto const lo = std::max(k * 0.4 - 0.2, 1.0), hi = std::min(k * 0.4 + 0.2, 3.0);
    if (hi > lo) here += spikes * pair.gained * (hi - lo) / 2;
    out.push_back(poisson_count(here, random));
  }
  return out;
}

using tick = std::chrono::nanoseconds;
using train = std::vector<std::int64_t>;

/// A spike of the target at +1 … 3 ms after each of the source's, with that probability.
inline auto excited(train target, train const& source, double probability, random_stream& random) -> train {
  for (auto const t : source)
    if (random.uniform() < probability) target.push_back(t + 1'000'000 + static_cast<std::int64_t>(random.below(2'000'000)));
  std::sort(target.begin(), target.end());
  return target;
}
/// Spikes of the target from .8 to 4 ms after one of the source are lost with that probability.
inline auto inhibited(train const& target, train const& source, double probability, random_stream& random) -> train {
  train out;
  std::size_t next = 0;
  for (auto const t : target) {
    while (next < source.size() && source[next] < t - 4'000'000) ++next;
    auto const hit = next < source.size() && source[next] <= t - 800'000;
    if (!hit || random.uniform() >= probability) out.push_back(t);
  }
  return out;
}

/// So many trains that share one rate of mean rate_hz: e^{s x − s²/2} of it, x an Ornstein–Uhlenbeck process, s² = ln(1 + CV²); 0 ms: constant rates.
struct co_modulation {
  double rate_hz = 8, tau_ms = 0, cv = 0.8;

  [[nodiscard]] auto trains(std::size_t how_many, double seconds, random_stream& random) const -> std::vector<train> {
    window<tick> const when{tick{0}, tick{std::llround(seconds * 1e9)}};
    std::vector<train> out;
    rate_steps<tick> rate{.begin = tick{0}, .step = tick{std::llround(tau_ms * 1e6 / 50)}, .hz = {}};
    if (tau_ms > 0) {
      auto const variance = std::log1p(cv * cv), keep = std::exp(-1 / 50.0), fresh = std::sqrt(1 - keep * keep);
      auto x = random.normal();
      for (auto left = when.length().count() / rate.step.count() + 1; left > 0; --left, x = keep * x + fresh * random.normal()) rate.hz.push_back(rate_hz * std::exp(std::sqrt(variance) * x - variance / 2));
    }
    for (std::size_t k = 0; k < how_many; ++k) {
      auto const drawn = tau_ms > 0 ? cox(rate, when, random) : poisson(rate_hz, when, random);
      out.emplace_back(drawn.raw().begin(), drawn.raw().end());
    }
    return out;
  }
};
/// Trains → a table; what was added beyond the end is cut off.
inline auto table_of_trains(std::vector<train> const& trains, double seconds) -> spike_table<tick> {
  window<tick> const when{tick{0}, tick{std::llround(seconds * 1e9)}};
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::size_t u = 0; u < trains.size(); ++u)
    for (auto const t : trains[u])
      if (t < when.end.count()) at.push_back(t), unit.push_back(static_cast<unit_index>(u));
  return spike_table<tick>::sorted(std::move(at), std::move(unit), trains.size(), epochs<tick>(when));
}

}  // namespace equipoise::testing
