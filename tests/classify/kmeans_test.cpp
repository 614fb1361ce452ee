// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <equipoise/classify/kmeans.hpp>
#include <limits>
#include <string>
#include <vector>

#include "fixtures.hpp"
#include "simulated_units.hpp"

using namespace equipoise;
using fixtures::one_kind;
using fixtures::two_kinds;

static_assert(classifier_of<k_means, std::vector<waveform_features>>);
static_assert(classifier_of<k_means, feature_table>);

namespace {
auto has(labelling const& l, std::string const& code) -> bool {
  return std::any_of(l.warnings.begin(), l.warnings.end(), [&](warning const& w) { return w.code == code; });
}
auto explained(fixtures::simulated_units const& units) -> k_means_classification { return k_means{}.explain(table_of(units.units, k_means{}.features)); }
}  // namespace

TEST_CASE("kmeans: two simulated kinds are told apart, FS the shorter") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto const units = two_kinds(seed);
    auto const found = explained(units);
    CHECK(found.cells.cells == units.truth);
    double fs = 0, rs = 0;
    for (std::size_t u = 0; u < units.truth.size(); ++u) (units.truth[u] == cell::i ? fs : rs) += units.units[u].trough_to_peak_ms;
    CHECK(std::abs(found.cut_ms - (fs / 46 + rs / 190) / 2) < 1e-12);
    CHECK(found.silhouette > 0.6);
    CHECK(found.silhouette < 1);
    CHECK_FALSE(has(found.cells, "not_bimodal"));
    CHECK_FALSE(has(found.cells, "cut_outside_trough"));
    CHECK(found.cells.posterior_i.empty());
    CHECK(std::isnan(found.cells.confidence[0]));
  }
}

TEST_CASE("kmeans: units of one kind are split all the same, and the split is warned about") {
  auto const found = explained(one_kind(1, 150));
  CHECK(found.cells.count(cell::i) > 30);
  CHECK(found.cells.count(cell::e) > 30);
  CHECK(found.silhouette < 0.5);
  CHECK(has(found.cells, "not_bimodal"));
}

TEST_CASE("kmeans: a unit that lacks a feature goes to the nearer centre by the other; flagged ones take no part") {
  auto units = two_kinds(2);
  auto const before = explained(units);
  units.add(.30, std::numeric_limits<double>::quiet_NaN(), cell::i), units.add(.70, std::numeric_limits<double>::quiet_NaN(), cell::e);
  units.add(.80, .7, cell::e), units.add(.20, .5, cell::neither), units.add(.25, .5, cell::neither);
  units.units[238].set(waveform_flag::truncated), units.units[239].set(waveform_flag::truncated), units.units[240].set(waveform_flag::positive_going);
  auto const after = explained(units);
  CHECK(after.cells.cells == units.truth);
  CHECK(after.cut_ms == before.cut_ms);
  CHECK(after.fit.centres == before.fit.centres);
}

TEST_CASE("kmeans: the units of a feature do not matter, since features are standardised") {
  auto const units = two_kinds(7, 46, 190, 17);
  auto table = table_of(units.units, k_means{}.features), in_us = table;
  for (auto& x : in_us.columns[0].values) x *= 1000;
  k_means rule;
  CHECK(rule(table).cells == rule(in_us).cells);
}

TEST_CASE("kmeans: too few units are refused") {
  CHECK_THROWS_WITH_AS(explained(two_kinds(1, 1, 2)), doctest::Contains("too few units"), error);
}
