// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A labelling by waveforms and the evidence of interactions → a labelling by both. Contradictions are said, and never decided against the waveform.
///
/// Needs Boost.Math: include it by name.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "classify.hpp"
#include "interaction.hpp"
#include "labels.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// How much a declared output weighs.
///
/// A declared output is false with probability φ, and false ones come from every unit alike; a true one comes from a unit of its class only, a share s
/// of all units. With f false ones an ordered pair and t true ones a pair whose source is of that class, φ = f/(f + s t), so that
///
///   weight = ln P(output | its class)/P(output | the other) = ln (t + f)/f = ln(1 + (1 − φ)/(φ s))
///
/// With φ = .05, s_I = .2, s_E = .8: 4.56 for an inhibitory output, 3.25 for an excitatory one. That there is none weighs nothing: most connections are
/// not seen.
struct combine_options {
  double false_share = 0.05;       ///< φ: as false_discovery of the tests; more where common input is likely
  double inhibitory_share = 0.2;   ///< s_I of the units; s_E is the rest
  std::int64_t most_outputs = 3;   ///< so many outputs of one sign count at most: those of one unit are not independent
  double least_posterior = 1e-4;   ///< posteriors are kept this far from 0 and 1: a mixture knows its tails less well than it says
  double without_posterior = 0.9;  ///< of its class, for a unit whose method gave neither posterior nor confidence
  double confidence = 0.95;        ///< a class needs this posterior, as in gaussian_mixture

  [[nodiscard]] auto inhibitory_weight() const -> double { return std::log1p((1 - false_share) / (false_share * inhibitory_share)); }
  [[nodiscard]] auto excitatory_weight() const -> double { return std::log1p((1 - false_share) / (false_share * (1 - inhibitory_share))); }
};

namespace detail {
inline void expect(combine_options const& o) {
  auto refuse = [](char const* name, char const* expected, double found) { throw error({.where = "combine", .place = name, .problem = "out of range", .expected = expected, .found = number(found), .advice = {}}); };
  if (!(o.false_share > 0 && o.false_share < 1)) refuse("false_share", "between 0 and 1", o.false_share);
  if (!(o.inhibitory_share > 0 && o.inhibitory_share < 1)) refuse("inhibitory_share", "between 0 and 1", o.inhibitory_share);
  if (o.most_outputs < 1) refuse("most_outputs", "at least 1", static_cast<double>(o.most_outputs));
  if (!(o.least_posterior > 0 && o.least_posterior < 0.5)) refuse("least_posterior", "between 0 and 0.5", o.least_posterior);
  if (!(o.without_posterior > 0.5 && o.without_posterior < 1)) refuse("without_posterior", "between 0.5 and 1", o.without_posterior);
  if (!(o.confidence >= 0.5 && o.confidence < 1)) refuse("confidence", "0.5 to 1", o.confidence);
}

/// The probability of being inhibitory by the waveform alone, NaN where nothing is known of the unit.
inline auto posterior_before(labelling const& by_shape, std::size_t unit, combine_options const& o) -> double {
  if (unit < by_shape.posterior_i.size() && !std::isnan(by_shape.posterior_i[unit])) return by_shape.posterior_i[unit];
  auto const c = by_shape.cells[unit];
  if (c == cell::neither) return undefined(reason::not_available);
  auto const stated = unit < by_shape.confidence.size() ? by_shape.confidence[unit] : undefined(reason::not_available);
  auto const sure = std::isnan(stated) ? o.without_posterior : stated;
  return c == cell::i ? sure : 1 - sure;
}

/// What is said of some units, each with its numbers.
struct unit_notes {
  std::vector<std::string> conflicts, gained, unused;
};
inline auto note(interaction_evidence const& e, cell before, cell after, double prior, double posterior) -> std::string {
  auto text = std::to_string(e.id) + " (" + std::string(to_string(before)) + "; outputs " + std::to_string(e.excitatory_outputs) + " exc., " + std::to_string(e.inhibitory_outputs) + " inh.";
  if (!std::isnan(posterior)) text += "; P(I) " + number(prior) + " -> " + number(posterior);
  return text + (after != before ? "; now " + std::string(to_string(after)) : "") + ")";
}
}  // namespace detail

/// Both kinds of evidence in one labelling.
///
///   log-odds(I) = ln γ/(1 − γ) + w_I · min(inhibitory outputs, most) − w_E · min(excitatory outputs, most)
///
/// γ is posterior_i, kept within least_posterior of 0 and 1; for a classified unit without one, its confidence, or without_posterior. What follows for a
/// unit that has outputs, P the combined posterior of being inhibitory:
///
///   classified, outputs of its sign only   the class stays, P and the confidence grow
///   classified, any output of the other    "class_conflict"; neither, if its class has less than `confidence` by P; never the other class
///   undecided, outputs of one sign         the class of the sign of the outputs, if P or 1 − P reaches `confidence`; "class_gained"
///   undecided, outputs of both             "class_conflict"; stays neither
///   neither, without a posterior           stays neither, as positive-going and unusable waveforms must; "evidence_unused"
///
/// Units without outputs stay as they are. Labels that the user knows (putative == false) stay as they are as well: conflicts are only said.
/// Result   the labelling, its method followed by " and interactions", posterior_i P; the warnings of the first, those of small groups made anew
/// Errors   `error` if the evidence does not fit, or an option is out of range
/// Source   log-odds of independent evidence add up (Good 1950, Probability and the Weighing of Evidence)
inline auto combine(labelling const& by_shape, std::span<interaction_evidence const> units, combine_options const& options = {}) -> labelling {
  detail::expect(options);
  auto const n = by_shape.cells.size();
  if (units.size() != n)
    throw error({.where = "combine", .place = {}, .problem = "the evidence does not fit the labelling", .expected = std::to_string(n) + " units", .found = std::to_string(units.size()), .advice = "give the evidence of the recording that was labelled"});
  auto out = by_shape;
  detail::unit_notes notes;
  auto contradicts = [](cell c, interaction_evidence const& e) { return (e.inhibitory_outputs > 0 && c == cell::e) || (e.excitatory_outputs > 0 && c == cell::i); };
  if (by_shape.putative) {
    out.method += " and interactions";
    out.posterior_i.resize(n, undefined(reason::not_available)), out.confidence.resize(n, undefined(reason::not_available));
  }
  for (std::size_t u = 0; u < n; ++u) {
    auto const& e = units[u];
    auto const before = by_shape.cells[u];
    auto& after = out.cells[u];
    if (e.excitatory_outputs == 0 && e.inhibitory_outputs == 0) continue;
    bool const both = e.excitatory_outputs > 0 && e.inhibitory_outputs > 0, conflict = both || contradicts(before, e);
    auto const prior = by_shape.putative ? detail::posterior_before(by_shape, u, options) : undefined(reason::not_asked_for);
    auto posterior = prior;
    if (!std::isnan(prior)) {
      auto const kept = std::clamp(prior, options.least_posterior, 1 - options.least_posterior);
      auto const counted = [&](std::int64_t outputs) { return static_cast<double>((std::min)(outputs, options.most_outputs)); };
      auto const odds = std::log(kept / (1 - kept)) + options.inhibitory_weight() * counted(e.inhibitory_outputs) - options.excitatory_weight() * counted(e.excitatory_outputs);
      posterior = 1 / (1 + std::exp(-odds));
      out.posterior_i[u] = posterior, out.confidence[u] = (std::max)(posterior, 1 - posterior);
      if (before == cell::neither) {
        if (!both && out.confidence[u] >= options.confidence && (posterior > 0.5) == (e.inhibitory_outputs > 0)) after = posterior > 0.5 ? cell::i : cell::e;
      } else if (conflict && (before == cell::i ? posterior : 1 - posterior) < options.confidence) after = cell::neither;
    }
    if (conflict) notes.conflicts.push_back(detail::note(e, before, after, prior, posterior));
    else if (after != before) notes.gained.push_back(detail::note(e, before, after, prior, posterior));
    else if (by_shape.putative && std::isnan(prior)) notes.unused.push_back(detail::note(e, before, after, prior, posterior));
  }
  if (out.cells != by_shape.cells) {
    std::erase_if(out.warnings, [](warning const& w) { return (w.code.starts_with("no_") || w.code.starts_with("few_")) && w.code.ends_with("_units"); });
    for (auto& w : group_warnings(out)) out.warnings.push_back(std::move(w));
  }
  auto say = [&](std::vector<std::string> const& of, char const* code, std::string const& before, std::string const& after) {
    if (!of.empty()) out.warnings.push_back({code, before + " " + std::to_string(of.size()) + " of " + std::to_string(n) + " units" + after + ": " + detail::list_of(of, [](std::string const& s) { return s; })});
  };
  say(notes.conflicts, "class_conflict", "the outputs contradict the class or one another in", std::string("; look at their correlograms and waveforms") + (by_shape.putative ? "" : ". The given labels were kept"));
  say(notes.gained, "class_gained", "a class by the outputs, where the waveforms left it undecided, for", "");
  say(notes.unused, "evidence_unused", "outputs but no posterior by the waveforms, as of positive-going or unusable ones, for", ", which stay unclassified");
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
