// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Pairs of units: how much they fire together by class, and which show a monosynaptic peak or trough.

#include <chrono>
#include <cstdint>
#include <equipoise/classify/interaction.hpp>
#include <equipoise/concepts/balance.hpp>
#include <equipoise/core/epochs.hpp>
#include <equipoise/spikes/recording.hpp>
#include <string>
#include <vector>

/// A pair whose correlogram has a peak or a trough at lags of a synapse.
struct connection {
  std::int64_t from{}, to{};  ///< the file's numbers
  equipoise::cell from_class{}, to_class{};
  bool excitatory{};          ///< else inhibitory
  double q{};                 ///< false discovery rate over all ordered pairs
  double transmission{};      ///< spikes of the target gained or lost per spike of the reference
};
/// Tiling coefficients of the pairs of two classes.
struct tiling_by_class {
  std::string classes;        ///< "EE", "II", "EI"
  std::int64_t pairs{};
  double mean{}, sd{};
};
struct pair_results {
  bool wanted = false;
  double tiling_ms{};         ///< Δt
  std::vector<tiling_by_class> tiling;
  std::int64_t tested{};      ///< ordered pairs
  std::int64_t underpowered{};  ///< of them, for inhibition
  double expected_false_excitatory{}, expected_false_inhibitory{};
  std::vector<connection> connections;
  double false_discovery{};   ///< the level that connections are held against in what follows
  equipoise::consistency_result consistency{};  ///< of signs and classes
};

/// Correlograms of ±60 ms in bins of 0.4 ms of all pairs, tested; tiling coefficients of Δt = 5 ms.
auto pairs_of(equipoise::recording const& of, equipoise::epochs<std::chrono::nanoseconds> const& asked, equipoise::labelling const& cells, equipoise::interaction_survey const& found) -> pair_results;
