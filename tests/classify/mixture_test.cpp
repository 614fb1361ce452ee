// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <equipoise/classify/mixture.hpp>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "fixtures.hpp"
#include "simulated_units.hpp"

using namespace equipoise;
using fixtures::one_kind;
using fixtures::two_kinds;

static_assert(classifier_of<gaussian_mixture, std::vector<waveform_features>>);
static_assert(classifier_of<gaussian_mixture, feature_table>);

namespace {
auto find(labelling const& l, std::string const& code) -> std::string {
  auto const at = std::find_if(l.warnings.begin(), l.warnings.end(), [&](warning const& w) { return w.code == code; });
  return at == l.warnings.end() ? std::string() : at->message;
}
/// Units of one kind or the other that were given the right class, the wrong one, or none.
struct score {
  int right = 0, wrong = 0, none = 0;
};
auto score_of(fixtures::simulated_units const& of, labelling const& l) -> score {
  score s;
  for (std::size_t u = 0; u < of.truth.size(); ++u) {
    if (of.truth[u] == cell::neither) continue;
    ++(l.cells[u] == of.truth[u] ? s.right : l.cells[u] == cell::neither ? s.none : s.wrong);
  }
  return s;
}
auto log_normal(double x, double mean, double variance) -> double { return -0.5 * std::log(variance) - (x - mean) * (x - mean) / (2 * variance); }
auto session(std::string const& name) -> std::vector<waveform_features> { return features_of(fixtures::read_waveforms(EQUIPOISE_TEST_DATA "/waveforms/" + name, 30'000)); }
}  // namespace

TEST_CASE("mixture: two simulated kinds are told apart, and their means found within 4 standard errors") {
  // 46 and 190 units; standard errors of the means are SD/√n
  int right = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto const units = two_kinds(seed);
    auto const found = gaussian_mixture{}.explain(table_of(units.units, gaussian_mixture{}.features));
    REQUIRE(found.refused.empty());
    auto const s = score_of(units, found.cells);
    right += s.right, all += s.right + s.wrong + s.none;
    CHECK(s.wrong == 0);
    CHECK(std::abs(found.fit.means[0] - .28) < 4 * .03 / std::sqrt(46));
    CHECK(std::abs(found.fit.means[1] - .50) < 4 * .06 / std::sqrt(46));
    CHECK(std::abs(found.fit.means[2] - .72) < 4 * .05 / std::sqrt(190));
    CHECK(std::abs(found.fit.means[3] - .70) < 4 * .06 / std::sqrt(190));
    CHECK(found.dip.p < 0.01);
    CHECK(found.cut_ms > .35);
    CHECK(found.cut_ms < .60);
    CHECK(found.cells.putative);
    CHECK(find(found.cells, "not_bimodal").empty());
  }
  CHECK(right >= 0.99 * all);
}

TEST_CASE("mixture: with 7 % of ambiguous units the others are still told apart") {
  int right = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto const units = two_kinds(seed, 46, 190, 17);
    auto const found = gaussian_mixture{}(units.units);
    auto const s = score_of(units, found);
    right += s.right, all += s.right + s.wrong + s.none;
  }
  CHECK(right >= 0.99 * all);
}

TEST_CASE("mixture: one simulated kind is refused") {
  // refused in at least 95 % of samples: 20 or more of 24 in all but .2 % of runs
  for (auto const& [n, features] : {std::pair{60, std::vector<std::string>{"trough_to_peak_ms", "half_peak_width_ms"}}, {60, {"trough_to_peak_ms"}}, {236, {"trough_to_peak_ms", "half_peak_width_ms"}}, {236, {"trough_to_peak_ms"}}}) {
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
      auto const l = gaussian_mixture{.features = features, .starts = 5}(one_kind(seed, n).units);
      if (find(l, "mixture_refused").empty()) continue;
      ++refused;
      CHECK(l.count(cell::neither) == n);
    }
    CAPTURE(n);
    CHECK(refused >= 20);
  }
  auto const l = gaussian_mixture{}(one_kind(3, 60).units);
  CHECK(find(l, "mixture_refused").find("one Gaussian describes the units about as well as two") != std::string::npos);
  CHECK_FALSE(find(l, "not_bimodal").empty());
  CHECK(std::all_of(l.posterior_i.begin(), l.posterior_i.end(), [](double p) { return std::isnan(p); }));
}

TEST_CASE("mixture: a broad component that takes both tails is refused, and so are means that hardly differ") {
  random_stream random(4);
  fixtures::simulated_units broad, nested;
  for (int k = 0; k < 80; ++k) broad.add(.30 + .01 * random.normal(), .5, cell::i);
  for (int k = 0; k < 400; ++k) broad.add((std::max)(.05, .70 + .17 * random.normal()), .6, cell::e);  // one or two in a hundred below .30
  auto const taken = gaussian_mixture{.features = {"trough_to_peak_ms"}}(broad.units);
  CAPTURE(find(taken, "mixture_refused"));
  CHECK(find(taken, "mixture_refused").find("takes both tails") != std::string::npos);
  for (int k = 0; k < 150; ++k) nested.add(.60 + .02 * random.normal(), .5, cell::e), nested.add(.62 + .20 * random.normal(), .5, cell::e);
  CHECK(find(gaussian_mixture{.features = {"trough_to_peak_ms"}}(nested.units), "mixture_refused").find("pooled SD") != std::string::npos);
}

TEST_CASE("mixture: posteriors are those of the fitted Gaussians, also where a unit lacks a feature; classes follow the confidence") {
  auto units = two_kinds(8, 46, 190, 17);
  units.units[3].half_peak_width_ms = units.units[240].half_peak_width_ms = std::numeric_limits<double>::quiet_NaN();
  auto const found = gaussian_mixture{}.explain(table_of(units.units, gaussian_mixture{}.features));
  auto const& m = found.fit;
  CHECK(found.units.size() == units.units.size() - 2);
  for (auto const u : {std::size_t{3}, std::size_t{240}}) {
    auto const x = units.units[u].trough_to_peak_ms;
    auto const fs = std::log(m.weights[0]) + log_normal(x, m.means[0], m.covariances[0]), rs = std::log(m.weights[1]) + log_normal(x, m.means[2], m.covariances[4]);
    CHECK(std::abs(found.cells.posterior_i[u] - 1 / (1 + std::exp(rs - fs))) < 1e-12);
  }
  auto const permissive = gaussian_mixture{.confidence = 0.8}(units.units);
  auto strict = 0, loose = 0;
  for (std::size_t u = 0; u < units.units.size(); ++u) {
    auto const p = found.cells.posterior_i[u];
    CHECK(found.cells.confidence[u] == (std::max)(p, 1 - p));
    CHECK(found.cells.cells[u] == (p >= .95 ? cell::i : 1 - p >= .95 ? cell::e : cell::neither));
    strict += found.cells.cells[u] != cell::neither ? 1 : 0, loose += permissive.cells[u] != cell::neither ? 1 : 0;
    if (found.cells.cells[u] != cell::neither) CHECK(permissive.cells[u] == found.cells.cells[u]);
  }
  CHECK(loose >= strict);
  CHECK(strict < static_cast<int>(units.units.size()));
  CHECK(find(found.cells, "undecided_units").find(std::to_string(units.units.size() - static_cast<std::size_t>(strict)) + " of 253 units") != std::string::npos);
}

TEST_CASE("mixture: what is flagged takes no part: bounds are RS beyond the cut, positive-going units are neither") {
  auto units = two_kinds(2);
  auto const before = gaussian_mixture{}.explain(table_of(units.units, gaussian_mixture{}.features));
  units.add(.70, .7, cell::e), units.add(.20, .5, cell::i), units.add(.25, .5, cell::i);
  units.units[236].set(waveform_flag::truncated), units.units[237].set(waveform_flag::truncated), units.units[238].set(waveform_flag::positive_going);
  auto const after = gaussian_mixture{}.explain(table_of(units.units, gaussian_mixture{}.features));
  CHECK(after.cut_ms == before.cut_ms);
  CHECK(after.fit.log_likelihood == before.fit.log_likelihood);
  CHECK(after.cells.cells[236] == cell::e);
  CHECK(after.cells.cells[237] == cell::neither);
  CHECK(after.cells.cells[238] == cell::neither);
  for (auto const u : {236u, 237u, 238u}) CHECK(std::isnan(after.cells.posterior_i[u]));
}

TEST_CASE("mixture: FS is the shorter trough-to-peak time whatever the first feature, and columns of one's own will do") {
  auto const units = two_kinds(5);
  gaussian_mixture const rule{.features = {"negative", "trough_to_peak_ms"}};
  auto table = table_of(units.units, std::vector<std::string>{"trough_to_peak_ms"});
  std::vector<double> negative;
  for (auto const& f : units.units) negative.push_back(-f.half_peak_width_ms);
  table.add("negative", negative);
  auto const found = rule.explain(table);
  CHECK(score_of(units, found.cells).wrong == 0);
  CHECK(score_of(units, found.cells).right >= 233);
  CHECK(found.fit.means[0] > found.fit.means[2]);  // −.5 of FS comes first, −.7 of RS second
  auto again = rule;
  again.features = {};
  CHECK(again(table).cells == found.cells.cells);
  CHECK_THROWS_WITH_AS(rule(units.units), doctest::Contains("negative"), error);
}

TEST_CASE("mixture: the same seed gives the same bits; too few units, and a confidence that is none, are refused") {
  auto const units = two_kinds(6, 46, 190, 17);
  CHECK(gaussian_mixture{.seed = 3}(units.units).posterior_i == gaussian_mixture{.seed = 3}(units.units).posterior_i);
  auto const few = gaussian_mixture{}(two_kinds(6, 3, 8).units);
  CHECK(find(few, "mixture_refused").find("only 11 units") != std::string::npos);
  CHECK_THROWS_AS(gaussian_mixture{.confidence = 0.4}(units.units), error);
  CHECK_THROWS_AS(gaussian_mixture{.confidence = 1.1}(units.units), error);
}

TEST_CASE("mixture: the bundled recording gives some 25 FS units; a session in which a broad component takes both tails, and macaque cortex, are refused") {
  auto const bundled = features_of(fixtures::read_waveforms(EQUIPOISE_EXAMPLE_DATA "/rat_prefrontal_T224_2019_12_18/mean_waveform_uV.npy", 30'000));
  auto const l = gaussian_mixture{}(bundled);
  CHECK(l.count(cell::i) >= 23);
  CHECK(l.count(cell::i) <= 30);
  CHECK_FALSE(find(l, "feature_left_out").empty());  // 32 samples are too short for the half-peak width
  CHECK_FALSE(find(gaussian_mixture{}(session("T224_2020_01_16_uV.npy")), "mixture_refused").empty());
  CHECK_FALSE(find(gaussian_mixture{.features = {"trough_to_peak_ms"}}(session("T224_2020_01_16_uV.npy")), "mixture_refused").empty());
  CHECK_FALSE(find(gaussian_mixture{}(session("macaque_pmd.npy")), "mixture_refused").empty());
}
