// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The recording that independent tools were run on, and what they made of it (tests/data/golden/PROVENANCE.md).

#include <cstdint>
#include <equipoise/io/npy.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <string>
#include <vector>

namespace equipoise::testing {

/// The values of an array in row-major order, whatever its shape.
template <class T>
auto golden(std::string const& name) -> std::vector<T> {
  auto const array = read_npy(EQUIPOISE_TEST_DATA "/golden/" + name + ".npy");
  return array.shape.size() == 1 ? as_vector<T>(array) : as_dense<T>(array).values;
}
/// 60 s, 20 units, 30 kHz.
inline auto golden_recording() -> spike_table<ticks<30'000>> {
  using tk = ticks<30'000>;
  auto const clusters = golden<std::int64_t>("in_spike_clusters");
  return {golden<std::int64_t>("in_spike_times"), std::vector<unit_index>(clusters.begin(), clusters.end()), 20, window<tk>{tk{0}, tk{1'800'000}}};
}

}  // namespace equipoise::testing
