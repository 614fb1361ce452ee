// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/inference/relabel.hpp>
#include <equipoise/parallel/each.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <limits>
#include <string>
#include <vector>

#include "driven_units.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;

namespace {
constexpr double none = std::numeric_limits<double>::quiet_NaN();
driven_units const units{.hz_e = times(8, 5), .hz_i = times(4, 9), .seconds = 40};
auto study() { return split(units.cells()) | pyramid(scales{100ms, 500ms}) | measure("rho"_n = zero_lag_correlation{}); }
auto with_posteriors(std::vector<double> p) -> labelling {
  return {.cells = units.cells(), .confidence = {}, .method = "a mixture", .putative = true, .warnings = {}, .posterior_i = std::move(p)};
}
/// The posteriors of certain labels.
auto sure() -> std::vector<double> {
  std::vector<double> p;
  for (auto const c : units.cells()) p.push_back(c == cell::i ? 1 : 0);
  return p;
}
}  // namespace

TEST_CASE("relabel: each unit is drawn with its own probability, apart from the others; what has none keeps its class") {
  auto const cells = labelling{.cells = {cell::neither, cell::e, cell::i, cell::neither, cell::neither}, .confidence = {}, .method = {}, .putative = true, .warnings = {}, .posterior_i = {0.3, none, none, none, 0.5}};
  relabel const draws(cells, 20'000, 3);
  REQUIRE(draws.size() == 20'000);
  double first = 0, last = 0, both = 0;
  auto kept = true, classed = true;
  for (std::int64_t k = 0; k < draws.size(); ++k) {
    auto const one = draws[k];
    kept = kept && one[1] == cell::e && one[2] == cell::i && one[3] == cell::neither;
    classed = classed && one[0] != cell::neither && one[4] != cell::neither;
    first += one[0] == cell::i ? 1 : 0, last += one[4] == cell::i ? 1 : 0, both += one[0] == cell::i && one[4] == cell::i ? 1 : 0;
  }
  CHECK(kept);
  CHECK(classed);
  CHECK(std::abs(first / 20'000 - 0.3) < 4 * std::sqrt(0.3 * 0.7 / 20'000));
  CHECK(std::abs(last / 20'000 - 0.5) < 4 * std::sqrt(0.25 / 20'000));
  CHECK(std::abs(both / 20'000 - 0.15) < 4 * std::sqrt(0.15 * 0.85 / 20'000));
  CHECK(relabel(cells, 7, 3)[6] == draws[6]);
  relabel const others(cells, 20'000, 4);
  auto same = 0;
  for (std::int64_t k = 0; k < 100; ++k) same += others[k] == draws[k] ? 1 : 0;
  CHECK(same < 60);  // another seed: two units agree by chance in .58 · .5 of the draws
  CHECK(relabel(std::vector{0.0, 1.0, none}, 2)[1] == std::vector{cell::e, cell::i, cell::neither});
}

TEST_CASE("relabel: labels that are sure give an interval without width, and given labels are sure") {
  auto const table = units.table(2);
  auto const found = over_labels(study(), table, relabel(with_posteriors(sure()), 20));
  auto const plain = table | study();
  auto given = with_posteriors({});
  given.putative = false;
  auto const known = over_labels(study(), table, relabel(given, 20));
  auto const intervals = table | split(units.cells()) | pyramid(scales{100ms, 500ms}) | measure("rho"_n = with_interval(zero_lag_correlation{}));
  for (std::size_t s = 0; s < 2; ++s)
    for (auto const& v : {found["rho"_n][s], known["rho"_n][s]}) {
      CHECK(v.value == plain["rho"_n][s]);
      CHECK(v.labels.lo == v.value);
      CHECK(v.labels.hi == v.value);
      CHECK(v.labels.sd <= 1e-15);
      CHECK(v.labels.draws == 20);
      CHECK(v.sampling.lo == intervals["rho"_n][s].lo);
      CHECK(v.sampling.hi == intervals["rho"_n][s].hi);
    }
  CHECK(found["scale"_n] == plain["scale"_n]);
  CHECK(found["bins"_n] == plain["bins"_n]);
}

TEST_CASE("relabel: one unit in doubt gives the two values of its two classes, in the shares of its draws") {
  auto const table = units.table(5);
  auto p = sure();
  p[2] = 0.25;
  relabel const labels(with_posteriors(p), 40, 9);
  auto const found = over_labels(study(), table, labels);
  auto as_e = units.cells(), as_i = units.cells();
  as_e[2] = cell::e, as_i[2] = cell::i;
  auto const e = table | relabelled(study(), as_e), i = table | relabelled(study(), as_i);
  double share = 0;
  for (std::int64_t k = 0; k < labels.size(); ++k) share += labels[k][2] == cell::i ? 1.0 / 40 : 0;
  REQUIRE(share > 0.05);
  REQUIRE(share < 0.95);
  for (std::size_t s = 0; s < 2; ++s) {
    auto const a = e["rho"_n][s], b = i["rho"_n][s];
    auto const& l = found["rho"_n][s].labels;
    CHECK(l.lo == (std::min)(a, b));
    CHECK(l.hi == (std::max)(a, b));
    CHECK(std::abs(l.mean - (share * b + (1 - share) * a)) < 1e-12);
    CHECK(std::abs(l.sd - std::abs(a - b) * std::sqrt(share * (1 - share) * 40 / 39)) < 1e-12);
  }
  auto const shared = over_labels(study(), table, labels, {.each = on_threads(3)});
  for (std::size_t s = 0; s < 2; ++s) CHECK(shared["rho"_n][s].labels.mean == found["rho"_n][s].labels.mean);
}

TEST_CASE("relabel: draws without a population are counted and left out of the interval") {
  auto const table = units.table(5);
  std::vector<double> p(units.cells().size(), 0.0);
  p[0] = 0.5;  // the only unit that can be inhibitory
  relabel const labels(with_posteriors(p), 30, 1);
  std::int64_t without = 0;
  for (std::int64_t k = 0; k < 30; ++k) without += labels[k][0] == cell::e ? 1 : 0;
  REQUIRE(without > 0);
  auto const found = over_labels(study(), table, labels);
  CHECK(found["rho"_n][0].labels.undefined == without);
  CHECK(found["rho"_n][0].labels.draws == 30 - without);
}

TEST_CASE("relabel: what is no probability, and labels without any, are refused") {
  CHECK_THROWS_AS(relabel(std::vector{0.5, 1.5}), error);
  CHECK_THROWS_AS(relabel(std::vector{0.5}, 1), error);
  CHECK_THROWS_WITH_AS(relabel(with_posteriors({}), 10), doctest::Contains("gaussian_mixture"), error);
  CHECK_THROWS_AS(relabel(with_posteriors({0.5}), 10), error);
}
