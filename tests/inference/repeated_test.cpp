// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <equipoise/correlate/shifts.hpp>
#include <equipoise/inference/repeated.hpp>
#include <equipoise/parallel/each.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <utility>
#include <vector>

#include "driven_units.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;

namespace {
driven_units const units{.hz_e = times(8, 5), .hz_i = times(4, 10), .seconds = 30};
auto lag() { return number(peak_lag{.within = 5}, &peak_lag::value::interpolated); }
auto study() { return split(units.cells()) | pyramid(scales{50ms, 200ms}) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = lag()); }
auto null() -> circular_shift { return {.at_least = 2s, .cells = units.cells()}; }
auto same(double a, double b) -> bool { return a == b || (std::isnan(a) && std::isnan(b)); }

using lag_metric = decltype(lag());
static_assert(metric<lag_metric> && configures_statistic<lag_metric>);
static_assert(detail::gives_number<lag_metric> && detail::gives_number<zero_lag_correlation> && !detail::gives_number<peak_lag>);
static_assert(value_jumps<lag_metric> && !value_jumps<decltype(number(mean_activity{}, &mean_activity::value::e))>);
static_assert(study_of_cells<decltype(study())> && !study_of_cells<decltype(measure("rho"_n = zero_lag_correlation{}))>);
}  // namespace

TEST_CASE("repeated: a number of a metric is that number, alone and over parts") {
  auto const x = units.table(1);
  auto const r = x | split(units.cells()) | pyramid(scales{20ms, 100ms}) | measure("whole"_n = peak_lag{.within = 5}, "lag"_n = lag(), "e"_n = number(mean_activity{}, [](auto const& v) { return v.e; }), "both"_n = mean_activity{});
  for (std::size_t s = 0; s < 2; ++s) {
    CHECK(same(r["lag"_n][s], r["whole"_n][s].interpolated));
    CHECK(r["e"_n][s] == r["both"_n][s].e);
    CHECK(r["e"_n][s] > 0);
  }
  lag_moments a(5), b(5);
  random_stream random(1);
  for (auto* part : {&a, &b}) {
    std::vector<std::uint8_t> e(50), i(50);
    for (std::size_t t = 0; t < 50; ++t) e[t] = static_cast<std::uint8_t>(random.below(9)), i[t] = static_cast<std::uint8_t>(random.below(9));
    part->absorb(count_row<std::uint8_t>{0, 0, e, i});
  }
  std::vector<lag_moments const*> const parts{&a, &b};
  row_info const row{0, {1, 1, 1000}, {1, 1}, 100};
  CHECK(same(lag().apart(parts, row), peak_lag{.within = 5}.apart(parts, row).interpolated));
}

TEST_CASE("repeated: relabelled studies differ in their labels and in nothing else") {
  auto const x = units.table(2);
  auto cells = units.cells();
  std::swap(cells.front(), cells.back());
  auto const r = x | relabelled(study(), cells);
  auto const direct = x | split(cells) | pyramid(scales{50ms, 200ms}) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = lag());
  CHECK(r["rho"_n] == direct["rho"_n]);
  CHECK(r["rho"_n] != (x | study())["rho"_n]);
}

TEST_CASE("repeated: values of draws are those of each surrogate by itself, for any way of sharing the work") {
  auto const x = units.table(3);
  std::atomic<int> told{0};
  double last = 0;
  auto const one = surrogate_values(x, null(), study(), {.draws = 7, .seed = 5, .progress = [&](double done) { ++told, last = done; }});
  auto const two = surrogate_values(x, null(), study(), {.draws = 7, .seed = 5, .each = on_threads(3)});
  CHECK(told == 7);
  CHECK(last == 1);
  REQUIRE(one.size() == 2);
  REQUIRE(one[0].size() == 2);
  for (std::uint64_t k = 0; k < 7; ++k) {
    auto const r = x | null().draw(5, k) | study();
    for (std::size_t s = 0; s < 2; ++s) {
      CHECK(one[0][s].values[k] == r["rho"_n][s]);
      CHECK(same(one[1][s].values[k], r["lag"_n][s]));
      CHECK(two[0][s].values[k] == one[0][s].values[k]);
      CHECK(same(two[1][s].values[k], one[1][s].values[k]));
    }
  }
  CHECK(one[0][0].values.size() == 7);
  CHECK(one[0][0].distinct == 0);
}

TEST_CASE("repeated: no draws are refused, and so is what the surrogate refuses, from any thread") {
  auto const x = units.table(4);
  CHECK_THROWS_AS((void)surrogate_values(x, null(), study(), {.draws = 0}), error);
  CHECK_THROWS_AS((void)surrogate_values(x, null(), study(), {.draws = -1}), error);
  CHECK_THROWS_AS((void)surrogate_values(x, circular_shift{.at_least = 100s, .cells = units.cells()}, study(), {.draws = 4, .each = on_threads(2)}), error);
}
