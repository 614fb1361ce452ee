// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Who excites and who inhibits, seen from the spikes: a recording's correlograms → declared connections → evidence for each unit, and whether the
/// classes of the units agree with it.
///
/// How evidence moves a labelling stands in interaction_combine.hpp. Needs Boost.Math: include it by name.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "../correlate/correlogram.hpp"
#include "../correlate/monosynaptic_pairs.hpp"
#include "../spikes/recording.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// When a pair is declared connected.
struct interaction_options {
  monosynaptic_options test{};
  double false_discovery = 0.05;  ///< and q at most this, over all ordered pairs, for each sign
};

/// The declared connections of one unit.
struct interaction_evidence {
  std::int64_t id{};                                       ///< the file's number of the unit, or its row
  std::int64_t excitatory_outputs{}, inhibitory_outputs{};  ///< to other units
  std::int64_t excitatory_inputs{}, inhibitory_inputs{};    ///< from other units
  std::int64_t tested{};       ///< pairs in which it is the reference
  std::int64_t underpowered{};  ///< of those, the ones in which no inhibition could have been seen

  /// Whether it could have been seen to inhibit anybody. Where not, that it has no inhibitory output says nothing.
  [[nodiscard]] auto could_be_seen() const noexcept -> bool { return underpowered < tested; }
  auto operator==(interaction_evidence const&) const -> bool = default;
};

/// All ordered pairs as tested, and what is declared of each unit.
struct interaction_survey {
  monosynaptic_survey tests;
  std::vector<interaction_evidence> units;  ///< one per row of the table
  double false_discovery;                   ///< the level that q was held against

  /// Whether the rule of the test holds and q is small enough, over all pairs.
  [[nodiscard]] auto excites(monosynaptic_pair const& p) const noexcept -> bool { return p.evidence.excitatory && p.q_excitation <= false_discovery; }
  [[nodiscard]] auto inhibits(monosynaptic_pair const& p) const noexcept -> bool { return p.evidence.inhibitory && p.q_inhibition <= false_discovery; }
};

/// The electrode of each unit, for the shadow of pairs on one electrode; a unit of unknown electrode shares it with nobody.
inline auto electrodes_of(recording const& of) -> std::vector<std::int64_t> {
  std::vector<std::int64_t> out;
  for (auto const& u : of.units) out.push_back(u.channel >= 0 ? std::int64_t{u.channel} : -1 - std::ssize(out));
  return out;
}

/// Declared connections of every unit of a table of correlograms.
///
///   i excites j    the rule for excitation holds and q_excitation ≤ false_discovery
///   i inhibits j   the rule for inhibition holds and q_inhibition ≤ false_discovery
///
/// Input    a table of monosynaptic_options::lags(); electrodes, ids: one per row, or none
/// Result   the tests and the evidence. A pair may be declared both; then it counts on both sides
/// Promise  of the declared connections of one sign at most the share false_discovery is expected to be false where the trains are as the test supposes;
///          a common source with two delays is declared as well
/// Errors   `error` for a level outside 0 … 1 or ids that do not fit; those of `monosynaptic_pairs`
/// Cost     2 to 3 µs a pair
/// Source   Bartho et al. 2004, J. Neurophysiol. 92:600; Peyrache et al. 2012, PNAS 109:1731
inline auto interactions(correlogram_table<centred> const& table, interaction_options const& options = {}, std::span<std::int64_t const> electrodes = {}, std::span<std::int64_t const> ids = {}) -> interaction_survey {
  if (!(options.false_discovery > 0 && options.false_discovery < 1))
    throw error({.where = "interactions", .place = "false_discovery", .problem = "no level", .expected = "between 0 and 1", .found = std::to_string(options.false_discovery), .advice = "0.05 is usual"});
  if (!ids.empty() && ids.size() != table.size())
    throw error({.where = "interactions", .place = "ids", .problem = "the numbers do not fit the table", .expected = std::to_string(table.size()), .found = std::to_string(ids.size()), .advice = "give one per row, or none"});
  interaction_survey out{monosynaptic_pairs(table, options.test, electrodes), std::vector<interaction_evidence>(table.size()), options.false_discovery};
  for (std::size_t u = 0; u < table.size(); ++u) out.units[u].id = ids.empty() ? static_cast<std::int64_t>(u) : ids[u];
  for (auto const& p : out.tests.pairs) {
    auto &from = out.units[p.reference], &to = out.units[p.target];
    ++from.tested, from.underpowered += p.evidence.underpowered ? 1 : 0;
    if (out.excites(p)) ++from.excitatory_outputs, ++to.excitatory_inputs;
    if (out.inhibits(p)) ++from.inhibitory_outputs, ++to.inhibitory_inputs;
  }
  return out;
}

/// Of a recording, within some epochs: one pass, then the tests. Pairs of one electrode have a shadow.
///
/// Cost     for 300 units of 4 Hz and ten minutes half a second, half of it to count
inline auto interactions(recording const& of, epochs<std::chrono::nanoseconds> const& asked, interaction_options const& options = {}) -> interaction_survey {
  correlograms const study(monosynaptic_options::lags());
  auto const when = of.table.observed() & asked;
  auto const layout = of.table.blocks(when).layout();
  auto counted = study.start(layout);
  for (auto blocks = of.table.blocks(when, study.block_length(layout)); auto const block = blocks.next();) counted.absorb(*block);
  std::vector<std::int64_t> ids;
  for (auto const& u : of.units) ids.push_back(u.id);
  return interactions(study.finish(std::move(counted)), options, electrodes_of(of), ids);
}
inline auto interactions(recording const& of, interaction_options const& options = {}) -> interaction_survey { return interactions(of, of.table.observed(), options); }

/// Fisher's exact test of a 2 × 2 table, two-sided: the tables of the same margins that are no more probable than this one.
///
///   P(a) ∝ C(row_1, a) C(row_2, column_1 − a);  p = Σ of those P ≤ P(observed)
///
/// Input    counts, at least 0
/// Result   0 … 1; NaN (no_variance) if a row or a column is empty. Tables within 1e-7 of the same probability count as equally probable
/// Errors   none
/// Source   Fisher 1922, J. R. Stat. Soc. 85:87
inline auto fisher_exact(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) -> double {
  if (a + b == 0 || c + d == 0 || a + c == 0 || b + d == 0) return undefined(reason::no_variance);
  double extreme = 1, all = 1;  // probabilities over that of the observed table
  auto count = [&](double w) { all += w, extreme += w <= 1 + 1e-7 ? w : 0; };
  auto number = [](std::int64_t n) { return static_cast<double>(n); };
  // one more in a and d, one fewer in b and c: × bc / ((a + 1)(d + 1)); and the other way round
  auto w = 1.0;
  for (std::int64_t k = 0; b - k > 0 && c - k > 0; ++k) count(w *= number(b - k) * number(c - k) / (number(a + k + 1) * number(d + k + 1)));
  w = 1;
  for (std::int64_t k = 0; a - k > 0 && d - k > 0; ++k) count(w *= number(a - k) * number(d - k) / (number(b + k + 1) * number(c + k + 1)));
  return extreme / all;
}

/// How well the classes of the units agree with the signs of their outputs.
struct consistency_result {
  std::array<std::int64_t, 2> from_e, from_i;  ///< declared connections by the class of their source: excitatory, inhibitory
  std::int64_t unclassified;                   ///< connections from units that are neither; they stand in no number below
  std::int64_t sources;                        ///< classified units that the connections come from
  double score;       ///< the share that agrees: (excitatory from E + inhibitory from I)/all
  double by_chance;   ///< what the score would be if signs did not depend on classes: P(E) P(excitatory) + P(I) P(inhibitory)
  double fisher_p;    ///< of independence of class and sign, two-sided
  double binomial_p;  ///< that a score so high or higher comes by chance, agreement drawn for each connection alone
};

/// Do putative E units excite and putative I units inhibit?
///
/// Input    evidence and classes, one per unit; P(E) is the share of E among the classified units, P(excitatory) among the connections
/// Result   scores NaN (not_available) without connections of classified units; fisher_p NaN (no_variance) if a class has no output or a sign does not
///          occur; binomial_p NaN (no_variance) if chance could give but one score. Several connections of one unit are not independent: read
///          p beside `sources`
/// Errors   `error` if the labelling does not fit
/// Source   Peyrache et al. 2012, PNAS 109:1731 (classes confirmed by interactions)
inline auto functional_consistency(std::span<interaction_evidence const> units, labelling const& cells) -> consistency_result {
  if (units.size() != cells.cells.size())
    throw error({.where = "functional_consistency", .place = {}, .problem = "the labelling does not fit the evidence", .expected = std::to_string(units.size()) + " units", .found = std::to_string(cells.cells.size()), .advice = "give one label per unit, silent units included"});
  consistency_result out{};
  std::int64_t classified_e = 0, classified_i = 0;
  for (std::size_t u = 0; u < units.size(); ++u) {
    auto const c = cells.cells[u];
    auto const outputs = units[u].excitatory_outputs + units[u].inhibitory_outputs;
    classified_e += c == cell::e ? 1 : 0, classified_i += c == cell::i ? 1 : 0;
    if (c == cell::neither) out.unclassified += outputs;
    else {
      auto& row = c == cell::e ? out.from_e : out.from_i;
      row[0] += units[u].excitatory_outputs, row[1] += units[u].inhibitory_outputs, out.sources += outputs > 0 ? 1 : 0;
    }
  }
  auto const excitatory = out.from_e[0] + out.from_i[0], all = excitatory + out.from_e[1] + out.from_i[1], agree = out.from_e[0] + out.from_i[1];
  if (all == 0) {
    out.score = out.by_chance = out.fisher_p = out.binomial_p = undefined(reason::not_available);
    return out;
  }
  auto const share_e = static_cast<double>(classified_e) / static_cast<double>(classified_e + classified_i), share_excitatory = static_cast<double>(excitatory) / static_cast<double>(all);
  out.score = static_cast<double>(agree) / static_cast<double>(all);
  out.by_chance = share_e * share_excitatory + (1 - share_e) * (1 - share_excitatory);
  out.fisher_p = fisher_exact(out.from_e[0], out.from_e[1], out.from_i[0], out.from_i[1]);
  if (!(out.by_chance > 0 && out.by_chance < 1)) out.binomial_p = undefined(reason::no_variance);
  else out.binomial_p = agree == 0 ? 1.0 : boost::math::ibeta(static_cast<double>(agree), static_cast<double>(all - agree + 1), out.by_chance, detail::in_double{});
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
