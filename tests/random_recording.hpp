// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Random recordings for tests of laws: uneven rates, units of all three classes, gaps, times before the origin.

#include <algorithm>
#include <cstdint>
#include <equipoise/concepts/balance.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <utility>
#include <vector>

namespace equipoise::testing {

struct recording_shape {
  std::size_t units = 6;
  std::int64_t length = 2000;  ///< ticks
  std::size_t spikes = 500;
  bool gaps = false;
  std::int64_t begin = 0;
};

/// Spikes uniform over the observed time, half of them crowded into one tenth of it; unit k is E, I, E, I, …, the last belongs to neither.
template <tick T>
auto random_recording(std::uint64_t seed, recording_shape const& shape) -> std::pair<spike_table<T>, std::vector<cell>> {
  random_stream random(seed, 7);
  epochs<T> observed(window<T>{T{shape.begin}, T{shape.begin + shape.length}});
  if (shape.gaps)
    for (int g = 0; g < 4; ++g) {
      auto const from = shape.begin + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(shape.length)));
      observed = observed - epochs<T>(window<T>{T{from}, T{from + 1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(shape.length / 10)))}});
    }
  std::vector<std::int64_t> at;
  while (at.size() < shape.spikes) {
    auto const crowded = random.below(2) == 0;
    auto const t = shape.begin + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(crowded ? shape.length / 10 : shape.length)));
    if (observed.contains(T{t})) at.push_back(t);
    else if (observed.empty()) break;
  }
  std::sort(at.begin(), at.end());
  std::vector<unit_index> unit;
  for (std::size_t k = 0; k < at.size(); ++k) unit.push_back(static_cast<unit_index>(random.below(shape.units)));
  std::vector<cell> cells;
  for (std::size_t u = 0; u < shape.units; ++u) cells.push_back(u + 1 == shape.units ? cell::neither : u % 2 == 0 ? cell::e : cell::i);
  return {spike_table<T>(std::move(at), std::move(unit), shape.units, std::move(observed)), std::move(cells)};
}

}  // namespace equipoise::testing
