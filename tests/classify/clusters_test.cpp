// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/classify/clusters.hpp>
#include <limits>
#include <string>
#include <vector>

using namespace equipoise;

namespace {
constexpr double none = std::numeric_limits<double>::quiet_NaN();
/// Ten units: seven measured, one bounded, two left out.
auto table() -> feature_table {
  feature_table t;
  t.ids = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  t.units = std::vector(10, standing::measured);
  t.units[3] = standing::lower_bound, t.units[8] = t.units[9] = standing::left_out;
  t.narrow = {.1, .2, .3, .4, .5, .6, .7, .8, .9, 1};
  t.add("whole", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}).add("one missing", {none, 2, 3, 4, 5, 6, 7, 8, 9, 10}).add("two missing", {none, none, 3, none, 5, 6, 7, 8, 9, 10});
  return t;
}
}  // namespace

TEST_CASE("clusters: units that were measured and have all features take part, row by row") {
  auto const all = table();
  auto const rows = detail::rows_of(all, std::vector<std::string>{"one missing", "whole"}, "test");
  CHECK(rows.names == std::vector<std::string>{"one missing", "whole"});
  CHECK(rows.units == std::vector<std::size_t>{1, 2, 4, 5, 6, 7});
  CHECK(rows.values == std::vector<double>{2, 2, 3, 3, 5, 5, 6, 6, 7, 7, 8, 8});
  CHECK(rows.narrow == std::vector{.2, .3, .5, .6, .7, .8});
  CHECK(rows.columns[1].size() == 10);
  CHECK(rows.warnings.empty());  // one of seven is less than a fifth
}

TEST_CASE("clusters: a feature that more than a fifth of the measured units lack is left out and said so") {
  auto const all = table();
  auto const rows = detail::rows_of(all, std::vector<std::string>{}, "test");
  CHECK(rows.names == std::vector<std::string>{"whole", "one missing"});  // two of seven are more than a fifth; the bounded unit does not count
  REQUIRE(rows.warnings.size() == 1);
  CHECK(rows.warnings[0].code == "feature_left_out");
  CHECK(rows.warnings[0].message.find("two missing is not known of 2 of 7 units") != std::string::npos);
  CHECK_THROWS_WITH_AS(detail::rows_of(all, std::vector<std::string>{"two missing"}, "test"), doctest::Contains("no feature is known of enough units"), error);
  CHECK_THROWS_WITH_AS(detail::rows_of(all, std::vector<std::string>{"depth"}, "test"), doctest::Contains("depth"), error);
}

TEST_CASE("clusters: weighted means and SD of two groups") {
  auto const m = detail::two_means_of(std::vector{1.0, 2.0, 3.0, 6.0}, std::vector{1.0, 0.5, 0.0, 0.0});
  CHECK(std::abs(m.mean[0] - 4.0 / 3) < 1e-15);
  CHECK(std::abs(m.mean[1] - 4) < 1e-15);
  CHECK(std::abs(m.sd[0] - std::sqrt(2.0 / 9)) < 1e-15);
  CHECK(std::abs(m.sd[1] - std::sqrt((0.5 * 4 + 1 + 4) / 2.5)) < 1e-15);
}

TEST_CASE("clusters: a lower bound says RS beyond the cut and nothing else") {
  CHECK(detail::class_of_bound(0.5, 0.4) == cell::e);
  CHECK(detail::class_of_bound(0.4, 0.4) == cell::neither);
  CHECK(detail::class_of_bound(0.3, 0.4) == cell::neither);
}
