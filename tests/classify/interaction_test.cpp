// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/classify/interaction.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/run.hpp>
#include <vector>

#include "../near.hpp"
#include "interaction_kit.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using testing::near;
using testing::planted_network;
using testing::synapse;

namespace {

/// Units 0 to 3 excite, 4 and 5 inhibit; 6 and 7 have no output, 7 hardly fires.
auto const rates = std::vector<double>{8, 10, 9, 8, 14, 16, 10, 0.05};
auto const synapses = std::vector<synapse>{{0, 4, 0.06}, {1, 4, 0.05}, {1, 5, 0.05}, {2, 6, 0.05}, {3, 5, 0.06}, {4, 0, -0.6}, {4, 6, -0.6}, {5, 1, -0.6}, {5, 2, -0.6}};
auto network() -> recording const& {
  static auto const made = planted_network(rates, synapses, 600, 7);
  return made;
}
auto with_outputs(std::int64_t excitatory, std::int64_t inhibitory) -> interaction_evidence { return {.excitatory_outputs = excitatory, .inhibitory_outputs = inhibitory, .tested = 9}; }
auto classes(std::vector<cell> cells) -> labelling { return {.cells = std::move(cells), .confidence = {}, .method = {}, .putative = true, .warnings = {}}; }

}  // namespace

TEST_CASE("interaction: the synapses of a planted network are declared, and no others") {
  auto const found = interactions(network());
  REQUIRE(found.tests.pairs.size() == 56);
  for (auto const& p : found.tests.pairs) {
    auto planted = 0.0;
    for (auto const& s : synapses)
      if (s.from == p.reference && s.to == p.target) planted = s.strength;
    INFO(p.reference << " to " << p.target);
    CHECK(found.excites(p) == (planted > 0));
    CHECK(found.inhibits(p) == (planted < 0));
  }
  REQUIRE(found.units.size() == 8);
  std::vector<interaction_evidence> expected(8);
  for (std::size_t u = 0; u < 8; ++u) expected[u].id = 100 + static_cast<std::int64_t>(u), expected[u].tested = 7;
  for (auto const& s : synapses)
    if (s.strength > 0) ++expected[s.from].excitatory_outputs, ++expected[s.to].excitatory_inputs;
    else ++expected[s.from].inhibitory_outputs, ++expected[s.to].inhibitory_inputs;
  // unit 7 has 30 spikes: with any other .05 · 10 · 600 · .0036 = 1 to 2 expected, below the 7 that a test needs; all others see one another
  for (std::size_t u = 0; u < 8; ++u) expected[u].underpowered = u == 7 ? 7 : 1;
  CHECK(found.units == expected);
  CHECK(found.units[0].could_be_seen());
  CHECK_FALSE(found.units[7].could_be_seen());
}

TEST_CASE("interaction: a recording, its table and a part of its time give what the same spikes give") {
  auto const whole = interactions(network());
  auto const table = network() | correlograms(monosynaptic_options::lags());
  std::vector<std::int64_t> ids;
  for (auto const& u : network().units) ids.push_back(u.id);
  CHECK(interactions(table, {}, {}, ids).units == whole.units);
  CHECK(interactions(table).units[3].id == 3);

  epochs<testing::tick> const part(window<testing::tick>{100s, 400s});
  auto const some = interactions(network(), part), same = interactions(within(network(), part) | correlograms(monosynaptic_options::lags()), {}, {}, ids);
  CHECK(some.units == same.units);
  for (std::size_t k = 0; k < some.tests.pairs.size(); ++k) {
    CHECK(some.tests.pairs[k].evidence.pooled_count == same.tests.pairs[k].evidence.pooled_count);
    CHECK(some.tests.pairs[k].evidence.pooled_count <= whole.tests.pairs[k].evidence.pooled_count);
  }
}

TEST_CASE("interaction: units of one electrode have a shadow, units of an unknown one do not") {
  std::vector<std::int32_t> const channels{3, 3, -1, -1};
  auto const made = planted_network({9, 9, 9, 9}, {}, 60, 8, channels);
  CHECK(electrodes_of(made) == std::vector<std::int64_t>{3, 3, -3, -4});
  auto const found = interactions(made), apart = interactions(made | correlograms(monosynaptic_options::lags()));
  auto const table = made | correlograms(monosynaptic_options::lags());
  for (std::size_t k = 0; k < found.tests.pairs.size(); ++k) {
    auto const& p = found.tests.pairs[k];
    auto const lost = p.reference + p.target == 1 ? table.counts(p.reference, p.target)[152] : 0;  // the bin of .8 ms, the first of the window
    CHECK(p.evidence.pooled_count == apart.tests.pairs[k].evidence.pooled_count - lost);
  }
}

TEST_CASE("interaction: the level of false discovery is held against q, so that a decision alone declares nothing") {
  auto const strict = interactions(network(), {.false_discovery = 1e-12}), usual = interactions(network());
  std::int64_t declared_strict = 0, declared = 0, decided = 0;
  for (auto const& u : strict.units) declared_strict += u.excitatory_outputs + u.inhibitory_outputs;
  for (auto const& u : usual.units) declared += u.excitatory_outputs + u.inhibitory_outputs;
  for (auto const& p : usual.tests.pairs) decided += (p.evidence.excitatory ? 1 : 0) + (p.evidence.inhibitory ? 1 : 0);
  CHECK(declared == 9);
  CHECK(declared_strict < declared);
  CHECK(decided >= declared);
  // each sign by its own rule and its own q; a q that is NaN is not small
  auto const pair = [](bool excitatory, bool inhibitory, double q_excitation, double q_inhibition) {
    monosynaptic_pair p{.reference = 0, .target = 1, .evidence = {}, .q_excitation = q_excitation, .q_inhibition = q_inhibition};
    p.evidence.excitatory = excitatory, p.evidence.inhibitory = inhibitory;
    return p;
  };
  auto const nan = undefined(reason::not_available);
  CHECK(usual.excites(pair(true, false, 0.05, 1)));
  CHECK_FALSE(usual.excites(pair(true, true, 0.06, 0.01)));
  CHECK_FALSE(usual.excites(pair(false, true, 0.01, 0.01)));
  CHECK(usual.inhibits(pair(false, true, 1, 0.05)));
  CHECK_FALSE(usual.inhibits(pair(true, true, 0.01, 0.06)));
  CHECK_FALSE(usual.inhibits(pair(true, false, 0.01, 0.01)));
  CHECK_FALSE(usual.inhibits(pair(true, true, 0.01, nan)));
}

TEST_CASE("interaction: Fisher's exact p is that of scipy.stats.fisher_exact (1.10.1)") {
  struct {
    std::int64_t a, b, c, d;
    double p;
  } const known[] = {{21, 0, 0, 7, 8.445660619573662e-07}, {8, 2, 1, 5, 0.034965034965034975}, {3, 1, 1, 3, 0.48571428571428565}, {10, 4, 6, 12, 0.07317275148503848}, {120, 35, 20, 60, 1.1493669527745184e-14},
                     {1, 9, 11, 3, 0.0027594561852200836}, {0, 5, 4, 0, 0.007936507936507938}, {2, 3, 6, 4, 0.6083916083916083}, {1000, 900, 700, 1100, 4.779033103518299e-17}, {5, 5, 5, 5, 1}};
  for (auto const& t : known) {
    CHECK(fisher_exact(t.a, t.b, t.c, t.d) == near(t.p, 1e-10));
    CHECK(fisher_exact(t.c, t.d, t.a, t.b) == near(t.p, 1e-10));
    CHECK(fisher_exact(t.a, t.c, t.b, t.d) == near(t.p, 1e-10));
  }
  for (auto const p : {fisher_exact(0, 0, 3, 4), fisher_exact(3, 4, 0, 0), fisher_exact(0, 3, 0, 4), fisher_exact(3, 0, 4, 0), fisher_exact(0, 0, 0, 0)}) CHECK(reason_of(p) == reason::no_variance);
}

TEST_CASE("interaction: classes that agree with the signs of their outputs are told from classes that do not") {
  // 8 + 2 connections from E, 1 + 5 from I, 4 from units that are neither; 7 E and 3 I units
  std::vector<interaction_evidence> const units{with_outputs(5, 1), with_outputs(3, 0), with_outputs(0, 1), with_outputs(0, 0), with_outputs(0, 0), with_outputs(0, 0), with_outputs(0, 0),
                                                with_outputs(1, 3), with_outputs(0, 2), with_outputs(0, 0), with_outputs(3, 1)};
  std::vector<cell> cells(11, cell::e);
  cells[7] = cells[8] = cells[9] = cell::i, cells[10] = cell::neither;
  auto const r = functional_consistency(units, classes(cells));
  CHECK(r.from_e == std::array<std::int64_t, 2>{8, 2});
  CHECK(r.from_i == std::array<std::int64_t, 2>{1, 5});
  CHECK(r.unclassified == 4);
  CHECK(r.sources == 5);
  CHECK(r.score == 13 / 16.0);
  CHECK(r.by_chance == near(0.7 * 9 / 16 + 0.3 * 7 / 16, 1e-15));
  CHECK(r.fisher_p == near(0.034965034965034975, 1e-12));
  CHECK(r.binomial_p == near(0.01760201870480922, 1e-12));  // scipy.stats.binom.sf(12, 16, .525)

  auto const planted = functional_consistency(interactions(network()).units, classes({cell::e, cell::e, cell::e, cell::e, cell::i, cell::i, cell::e, cell::neither}));
  CHECK(planted.score == 1);
  CHECK(planted.from_e == std::array<std::int64_t, 2>{5, 0});
  CHECK(planted.from_i == std::array<std::int64_t, 2>{0, 4});
  CHECK(planted.fisher_p == near(1 / 126.0, 1e-12));  // the rarest of C(9, 4) tables
}

TEST_CASE("interaction: consistency without connections, of one class or of one sign is undefined, with its reason") {
  auto const nothing = functional_consistency(std::vector<interaction_evidence>(3), classes({cell::e, cell::i, cell::e}));
  for (auto const x : {nothing.score, nothing.by_chance, nothing.fisher_p, nothing.binomial_p}) CHECK(reason_of(x) == reason::not_available);
  auto const one_sign = functional_consistency(std::vector{with_outputs(2, 0), with_outputs(1, 0)}, classes({cell::e, cell::i}));
  CHECK(reason_of(one_sign.fisher_p) == reason::no_variance);
  CHECK(one_sign.score == near(2 / 3.0, 1e-15));
  CHECK(one_sign.binomial_p == near(4 / 8.0, 1e-12));  // at least two of three at one half
  auto const one_class = functional_consistency(std::vector{with_outputs(2, 1), with_outputs(1, 0)}, classes({cell::e, cell::e}));
  CHECK(reason_of(one_class.fisher_p) == reason::no_variance);
  CHECK(one_class.by_chance == near(0.75, 1e-15));
  auto const certain = functional_consistency(std::vector{with_outputs(2, 0), with_outputs(1, 0)}, classes({cell::e, cell::e}));
  CHECK(certain.score == 1);
  CHECK(reason_of(certain.binomial_p) == reason::no_variance);
}

TEST_CASE("interaction: what does not fit is refused") {
  auto const table = planted_network({5, 5}, {}, 10, 9) | correlograms(monosynaptic_options::lags());
  CHECK_THROWS_AS((void)interactions(table, {.false_discovery = 0}), error);
  CHECK_THROWS_AS((void)interactions(table, {.false_discovery = 1}), error);
  CHECK_THROWS_AS((void)interactions(table, {}, {}, std::vector<std::int64_t>{1}), error);
  CHECK_THROWS_AS((void)interactions(table, {}, std::vector<std::int64_t>{1}), error);
  CHECK_THROWS_AS((void)functional_consistency(std::vector<interaction_evidence>(2), classes({cell::e})), error);
}
