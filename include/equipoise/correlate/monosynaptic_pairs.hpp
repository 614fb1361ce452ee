// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The monosynaptic test of all ordered pairs of a table of correlograms, with false discovery rates and what to expect by chance.
///
/// Needs Boost.Math: include it by name.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "correlogram.hpp"
#include "false_discovery.hpp"
#include "monosynaptic.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// An ordered pair of rows of the table, and what its correlogram tells.
struct monosynaptic_pair {
  std::size_t reference, target;
  monosynaptic_evidence evidence;
  double q_excitation;  ///< the false discovery rate over all ordered pairs at which this one would just be called excitatory
  double q_inhibition;  ///< likewise; NaN for pairs that are underpowered for inhibition
};
/// All ordered pairs, and how many of them chance would give.
struct monosynaptic_survey {
  std::vector<monosynaptic_pair> pairs;       ///< in order of reference, then target
  double expected_false_excitation;  ///< pairs · alpha; an upper bound, as the rule for excitation is strict
  double expected_false_inhibition;  ///< pairs that are not underpowered · alpha
};

/// Tests every ordered pair.
///
/// Input    correlograms of `centred` bins, as monosynaptic_options::lags(); electrodes: one number a row, or none: pairs of one electrode
///          have a shadow
/// Result   n (n − 1) pairs
/// Errors   `error` if the electrodes do not fit the table; those of `monosynaptic_test`
/// Cost     2 to 3 µs a pair, its counts read from the table included
/// Source   Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57:289
inline auto monosynaptic_pairs(correlogram_table<centred> const& table, monosynaptic_options const& options = {}, std::span<std::int64_t const> electrodes = {}) -> monosynaptic_survey {
  if (!electrodes.empty() && electrodes.size() != table.size())
    throw error({.where = "monosynaptic_pairs", .place = "electrodes", .problem = "the electrodes do not fit the table", .expected = std::to_string(table.size()) + " electrodes", .found = std::to_string(electrodes.size()), .advice = "give one per row, or none"});
  auto const width_ms = table.width_s() * 1e3;
  monosynaptic_test const apart(table.bins(), width_ms, options), together(table.bins(), width_ms, options, !electrodes.empty());
  monosynaptic_survey out{};
  std::vector<double> p_excitation, p_inhibition;
  auto const ordered = table.size() * (table.size() - (table.size() > 0 ? 1 : 0));
  out.pairs.reserve(ordered), p_excitation.reserve(ordered), p_inhibition.reserve(ordered);
  for (std::size_t i = 0; i < table.size(); ++i)
    for (std::size_t j = 0; j < table.size(); ++j) {
      if (i == j) continue;
      auto const& test = !electrodes.empty() && electrodes[i] == electrodes[j] ? together : apart;
      auto const e = test(table.counts(i, j), table.spikes(i));
      out.pairs.push_back({i, j, e, 0, 0});
      p_excitation.push_back(e.p_excitation);
      p_inhibition.push_back(e.underpowered ? undefined(reason::not_available) : e.p_inhibition);
      out.expected_false_excitation += options.alpha;
      out.expected_false_inhibition += e.underpowered ? 0 : options.alpha;
    }
  auto const q_excitation = false_discovery(p_excitation), q_inhibition = false_discovery(p_inhibition);
  for (std::size_t k = 0; k < out.pairs.size(); ++k) out.pairs[k].q_excitation = q_excitation[k], out.pairs[k].q_inhibition = q_inhibition[k];
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
