// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Recordings of networks whose synapses are known: independent trains, to which spikes are added after those of excitatory units and from which spikes
/// are taken after those of inhibitory ones.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/spikes/recording.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <utility>
#include <vector>

#include "../correlate/monosynaptic_kit.hpp"

namespace equipoise::testing {

struct synapse {
  std::size_t from, to;
  double strength;  ///< above 0 spikes added per spike; below 0 the part lost
};
/// Poisson trains with synapses, planted in the order given; unit u has the number 100 + u and its electrode.
inline auto planted_network(std::vector<double> const& rates_hz, std::vector<synapse> const& synapses, double seconds, std::uint64_t seed, std::vector<std::int32_t> const& channels = {}) -> recording {
  random_stream random(seed);
  window<tick> const when{tick{0}, tick{std::llround(seconds * 1e9)}};
  std::vector<train> trains;
  for (auto const hz : rates_hz) {
    auto const drawn = poisson(hz, when, random);
    trains.emplace_back(drawn.raw().begin(), drawn.raw().end());
  }
  for (auto const& s : synapses)
    trains[s.to] = s.strength > 0 ? excited(std::move(trains[s.to]), trains[s.from], s.strength, random) : inhibited(trains[s.to], trains[s.from], -s.strength, random);
  recording out;
  out.table = table_of_trains(trains, seconds);
  for (std::size_t u = 0; u < trains.size(); ++u) out.units.push_back({.id = 100 + static_cast<std::int64_t>(u), .channel = channels.empty() ? -1 : channels[u]});
  return out;
}

}  // namespace equipoise::testing
