// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <equipoise/classify/interaction_combine.hpp>
#include <string>
#include <vector>

#include "../near.hpp"
#include "interaction_kit.hpp"

using namespace equipoise;
using testing::near;

namespace {

auto const none = undefined(reason::not_available);
/// One unit of number 40 with that class, posterior and outputs.
struct one {
  cell before;
  double posterior_i;
  std::int64_t excitatory, inhibitory;
};
auto combined(one const& u, combine_options const& options = {}) -> labelling {
  labelling const l{.cells = {u.before}, .confidence = {std::max(u.posterior_i, 1 - u.posterior_i)}, .method = "mixture", .putative = true, .warnings = {}, .posterior_i = {u.posterior_i}};
  return combine(l, std::vector<interaction_evidence>{{.id = 40, .excitatory_outputs = u.excitatory, .inhibitory_outputs = u.inhibitory}}, options);
}
auto said(labelling const& l, std::string const& code) -> std::string {
  for (auto const& w : l.warnings)
    if (w.code == code) return w.message;
  return {};
}
/// An output is 1 + .95/(.05 · .2) = 96 times as probable from an inhibitory unit as false, or 1 + .95/(.05 · .8) = 24.75 times from an excitatory one.
auto odds(double posterior, int excitatory, int inhibitory) -> double { return posterior / (1 - posterior) * std::pow(96.0, inhibitory) / std::pow(24.75, excitatory); }
auto probability(double odds) -> double { return odds / (1 + odds); }

}  // namespace

TEST_CASE("interaction_combine: the weights are those of the error rates") {
  CHECK(std::exp(combine_options{}.inhibitory_weight()) == near(96, 1e-12));
  CHECK(std::exp(combine_options{}.excitatory_weight()) == near(24.75, 1e-12));
  // by the counts themselves: 100 units, 20 of them inhibitory, 95 true outputs among these and 5 false ones among all: 95/20 + 5/100 against 5/100
  CHECK(std::exp(combine_options{}.inhibitory_weight()) == near((95 / 20.0 + 5 / 100.0) / (5 / 100.0), 1e-12));
  CHECK(combine_options{.false_share = 0.5}.inhibitory_weight() == near(std::log(6), 1e-12));
}

TEST_CASE("interaction_combine: odds multiply, agreement makes surer, and a class stays") {
  auto const i = combined({cell::i, 0.97, 0, 1});
  CHECK(i.cells[0] == cell::i);
  CHECK(i.posterior_i[0] == near(probability(odds(0.97, 0, 1)), 1e-12));
  CHECK(i.confidence[0] == i.posterior_i[0]);
  CHECK(i.method == "mixture and interactions");
  auto const e = combined({cell::e, 0.04, 2, 0});
  CHECK(e.cells[0] == cell::e);
  CHECK(e.posterior_i[0] == near(probability(odds(0.04, 2, 0)), 1e-12));
  CHECK(e.confidence[0] == near(1 - e.posterior_i[0], 1e-15));
  for (auto const& l : {i, e}) CHECK(l.warnings.empty());
  // three outputs count at most, and posteriors are kept within 1e-4 and 1 − 1e-4
  CHECK(combined({cell::e, 0.04, 9, 0}).posterior_i == combined({cell::e, 0.04, 3, 0}).posterior_i);
  CHECK(combined({cell::i, 1, 0, 1}).posterior_i[0] == near(probability(odds(1 - 1e-4, 0, 1)), 1e-12));
  CHECK(combined({cell::e, 0, 1, 0}).posterior_i[0] == near(probability(odds(1e-4, 1, 0)), 1e-12));
}

TEST_CASE("interaction_combine: an undecided unit has the class of its outputs, if they are enough") {
  auto const i = combined({cell::neither, 0.6, 0, 1});
  CHECK(i.cells[0] == cell::i);
  CHECK(i.posterior_i[0] == near(probability(144), 1e-12));  // 1.5 · 96
  CHECK(said(i, "class_gained").find("40 (none; outputs 0 exc., 1 inh.; P(I) 0.6 -> 0.993; now I)") != std::string::npos);
  CHECK(combined({cell::neither, 0.3, 1, 0}).cells[0] == cell::e);
  auto const still = combined({cell::neither, 0.9, 1, 0});  // 9/24.75
  CHECK(still.cells[0] == cell::neither);
  CHECK(still.posterior_i[0] == near(9 / 33.75, 1e-12));
  CHECK(still.warnings.empty());
  // 404 to 1 for I, but by the waveform alone, which did not decide: one excitatory output gives no class of the other sign
  auto const against = combined({cell::neither, 0.9999, 1, 0});
  CHECK(against.posterior_i[0] == near(probability(odds(0.9999, 1, 0)), 1e-9));
  CHECK(against.cells[0] == cell::neither);
  auto const both = combined({cell::neither, 0.6, 1, 2});
  CHECK(both.cells[0] == cell::neither);
  CHECK(said(both, "class_conflict").find("40 (none; outputs 1 exc., 2 inh.") != std::string::npos);
}

TEST_CASE("interaction_combine: what contradicts a class is said; it may take the class away, never turn it round") {
  auto const sure = combined({cell::e, 1e-6, 0, 1});  // 96e-4: 99 % E
  CHECK(sure.cells[0] == cell::e);
  CHECK(said(sure, "class_conflict").find("40 (E; outputs 0 exc., 1 inh.; P(I) 1e-06 -> 0.00951)") != std::string::npos);
  auto const less = combined({cell::e, 0.04, 0, 1});
  CHECK(less.cells[0] == cell::neither);
  CHECK(less.posterior_i[0] == near(0.8, 1e-12));  // 96/24
  CHECK(said(less, "class_conflict").find("now none") != std::string::npos);
  for (std::int64_t n = 1; n < 20; ++n) {
    CHECK(combined({cell::e, 0.04, 0, n}).cells[0] == cell::neither);
    CHECK(combined({cell::i, 0.96, n, 0}).cells[0] == cell::neither);
    CHECK(combined({cell::e, 1e-6, 0, n}).cells[0] == (n == 1 ? cell::e : cell::neither));
    CHECK(combined({cell::i, 1 - 1e-6, n, 0}).cells[0] == (n == 1 ? cell::i : cell::neither));
  }
  // outputs of both signs: said as well, though the class may stay
  auto const both = combined({cell::i, 0.99, 1, 2});
  CHECK(both.cells[0] == cell::i);
  CHECK_FALSE(said(both, "class_conflict").empty());
  // a group that became small is told of anew, once
  CHECK_FALSE(said(less, "no_excitatory_units").empty());
  CHECK(std::count_if(less.warnings.begin(), less.warnings.end(), [](auto const& w) { return w.code == "no_excitatory_units"; }) == 1);
}

TEST_CASE("interaction_combine: labels that the user knows stay, whatever the evidence") {
  auto given = given_labels(std::vector{cell::e, cell::i, cell::neither, cell::e});
  auto const before = given.warnings.size();
  auto const l = combine(given, std::vector<interaction_evidence>{{.id = 1, .inhibitory_outputs = 9}, {.id = 2, .inhibitory_outputs = 1}, {.id = 3, .excitatory_outputs = 5}, {.id = 4}});
  CHECK(l.cells == given.cells);
  CHECK(l.method == "given");
  CHECK_FALSE(l.putative);
  CHECK(l.posterior_i.empty());
  for (auto const c : l.confidence) CHECK(std::isnan(c));
  REQUIRE(l.warnings.size() == before + 1);
  CHECK(said(l, "class_conflict").find(" in 1 of 4 units;") != std::string::npos);
  CHECK(said(l, "class_conflict").find("1 (E; outputs 0 exc., 9 inh.)") != std::string::npos);
  CHECK(said(l, "class_conflict").find("The given labels were kept") != std::string::npos);
}

TEST_CASE("interaction_combine: without outputs nothing changes, without a posterior nothing is gained, and a bare class counts as nine to one") {
  labelling const cut{.cells = {cell::e, cell::i, cell::neither, cell::e}, .confidence = {none, 0.8, none, none}, .method = "threshold 0.425 ms", .putative = true, .warnings = {{"few_excitatory_units", "old"}, {"other", "kept"}}};
  std::vector<interaction_evidence> const evidence{{.id = 0, .excitatory_outputs = 1}, {.id = 1, .inhibitory_outputs = 1}, {.id = 2, .inhibitory_outputs = 3}, {.id = 3}};
  auto const l = combine(cut, evidence);
  CHECK(l.cells == cut.cells);
  CHECK(l.posterior_i[0] == near(probability(odds(0.1, 1, 0)), 1e-12));
  CHECK(l.posterior_i[1] == near(probability(odds(0.8, 0, 1)), 1e-12));
  CHECK(std::isnan(l.posterior_i[2]));
  CHECK(std::isnan(l.posterior_i[3]));
  CHECK(std::isnan(l.confidence[3]));
  CHECK(said(l, "evidence_unused").find("2 (none; outputs 0 exc., 3 inh.)") != std::string::npos);
  CHECK(said(l, "few_excitatory_units") == "old");  // no class changed
  CHECK(combine(cut, std::vector<interaction_evidence>(4)).warnings == cut.warnings);
  auto const changed = combine(cut, std::vector<interaction_evidence>{{.inhibitory_outputs = 1}, {}, {}, {}});
  CHECK(changed.cells[0] == cell::neither);
  CHECK(said(changed, "few_excitatory_units") != "old");
  CHECK(said(changed, "other") == "kept");
}

TEST_CASE("interaction_combine: a planted network corrects an undecided unit and finds the one whose waveform misleads") {
  // 0 to 3 excite, 4 and 5 inhibit; the waveforms leave 3 undecided and call 5 RS, not quite surely
  std::vector<testing::synapse> const synapses{{0, 1, 0.06}, {3, 2, 0.06}, {3, 0, 0.06}, {4, 1, -0.7}, {5, 2, -0.7}, {5, 1, -0.7}};
  auto const found = interactions(testing::planted_network({9, 9, 10, 9, 12, 14}, synapses, 600, 11));
  labelling const shape{.cells = {cell::e, cell::e, cell::e, cell::neither, cell::i, cell::e}, .confidence = {0.99, 0.99, 0.99, 0.6, 0.99, 0.96}, .method = "mixture", .putative = true, .warnings = {}, .posterior_i = {0.01, 0.01, 0.01, 0.4, 0.99, 0.04}};
  auto const l = combine(shape, found.units);
  CHECK(l.cells == std::vector{cell::e, cell::e, cell::e, cell::e, cell::i, cell::neither});
  CHECK(said(l, "class_conflict").find(" in 1 of 6 units;") != std::string::npos);
  CHECK(said(l, "class_conflict").find("105 (E; outputs 0 exc., 2 inh.") != std::string::npos);
  CHECK(said(l, "class_gained").find("103 (none; outputs 2 exc., 0 inh.") != std::string::npos);
}

TEST_CASE("interaction_combine: what does not fit is refused") {
  labelling const l{.cells = {cell::e}, .confidence = {none}, .method = {}, .putative = true, .warnings = {}};
  std::vector<interaction_evidence> const evidence(1);
  CHECK_THROWS_AS((void)combine(l, std::vector<interaction_evidence>(2)), error);
  for (auto const& o : {combine_options{.false_share = 0}, combine_options{.false_share = 1}, combine_options{.inhibitory_share = 0}, combine_options{.most_outputs = 0}, combine_options{.least_posterior = 0},
                        combine_options{.without_posterior = 0.5}, combine_options{.confidence = 0.4}, combine_options{.confidence = 1}})
    CHECK_THROWS_AS((void)combine(l, evidence, o), error);
}
