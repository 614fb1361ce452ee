// SPDX-License-Identifier: BSL-1.0
#include "pairs.hpp"

#include <cmath>
#include <equipoise/correlate/tiling.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/spikes/blocks.hpp>

using namespace equipoise;
using namespace std::chrono_literals;
using ns = std::chrono::nanoseconds;

auto pairs_of(recording const& of, epochs<ns> const& asked, labelling const& labels, interaction_survey const& found) -> pair_results {
  auto const& cells = labels.cells;
  constexpr ns tile = 5ms;
  pair_results out;
  out.wanted = true;
  out.tiling_ms = in_seconds(tile) * 1e3;

  auto const coefficients = tiling(of.table, tile, of.table.observed() & asked);
  auto by_class = [&](char const* name, cell one, cell other) {
    double sum = 0, squares = 0;
    std::int64_t n = 0;
    for (unit_index i = 0; i < of.size(); ++i)
      for (unit_index j = i + 1; j < of.size(); ++j)
        if ((cells[i] == one && cells[j] == other) || (cells[i] == other && cells[j] == one))
          if (auto const x = coefficients(i, j); !std::isnan(x)) sum += x, squares += x * x, ++n;
    auto const count = static_cast<double>(n), mean = n > 0 ? sum / count : undefined(reason::no_spikes);
    out.tiling.push_back({name, n, mean, n > 1 ? std::sqrt((std::max)(0.0, squares - sum * mean) / (count - 1)) : undefined(reason::no_spikes)});
  };
  by_class("EE", cell::e, cell::e), by_class("EI", cell::e, cell::i), by_class("II", cell::i, cell::i);

  auto const& survey = found.tests;
  out.false_discovery = found.false_discovery, out.consistency = functional_consistency(found.units, labels);
  out.tested = std::ssize(survey.pairs);
  out.expected_false_excitatory = survey.expected_false_excitation, out.expected_false_inhibitory = survey.expected_false_inhibition;
  for (auto const& p : survey.pairs) {
    out.underpowered += p.evidence.underpowered ? 1 : 0;
    for (auto const excitatory : {true, false})
      if (excitatory ? p.evidence.excitatory : p.evidence.inhibitory)
        out.connections.push_back({of.units[p.reference].id, of.units[p.target].id, cells[p.reference], cells[p.target], excitatory, excitatory ? p.q_excitation : p.q_inhibition, p.evidence.transmission_probability});
  }
  return out;
}
