// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/pipeline/by_key.hpp>
#include <equipoise/pipeline/by_state.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/testing/laws.hpp>
#include <string>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<1'000>;

namespace {
auto study_of(std::vector<cell> const& cells) {
  return split(cells) | pyramid(scales{2ms, 10ms, 50ms}).with_units() | measure("mean"_n = mean_activity{}, "rho"_n = zero_lag_correlation{.at_least = 2}, "lag"_n = correlation_by_lag{.within = 4, .at_least = 2});
}
std::vector<std::string> const shank{"b", "a", "a", "b", "a", "b", "b", "a"};
static_assert(partition<by_key<int>>);
static_assert(analysis<decltype(by_key(shank) | study_of({}))>);
}  // namespace

TEST_CASE("by_key: each key's result is that of its units alone, population sizes included") {
  auto const [table, cells] = testing::random_recording<tk>(2, {.units = 8, .length = 4'000, .spikes = 3'000, .gaps = true, .begin = -300});
  auto const result = table | by_key(shank) | study_of(cells);
  REQUIRE(result.size() == 2);
  CHECK(result.rows()[0].key == "a");
  CHECK(result.rows()[0].seconds == in_seconds(table.observed().total()));
  for (std::string const key : {"a", "b"}) {
    auto own = cells;  // the other shank's units belong to neither population
    for (std::size_t u = 0; u < own.size(); ++u)
      if (shank[u] != key) own[u] = cell::neither;
    auto const alone = table | study_of(own);
    CHECK(result[key]["rho"_n] == alone["rho"_n]);
    CHECK(result[key]["lag"_n] == alone["lag"_n]);
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(result[key]["mean"_n][k].e == alone["mean"_n][k].e);
      CHECK(result[key]["mean"_n][k].i == alone["mean"_n][k].i);
    }
  }
  CHECK_THROWS_WITH_AS((void)result["c"], doctest::Contains("a, b"), error);
}

TEST_CASE("by_key: the laws of the fold, alone and nested with states") {
  epoch_table<tk> const night({{{tk{0}, tk{1'003}}, "wake"}, {{tk{1'500}, tk{2'500}}, "sleep"}});
  for (std::uint64_t seed : {3u, 4u}) {
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 8, .length = 3'000, .spikes = 1'500, .gaps = seed % 2 == 0, .begin = 0});
    for (auto const& report : {check_fold(by_key(shank) | study_of(cells), table, seed), check_fold(by_state(night) | by_key(shank) | study_of(cells), table, seed)})
      CHECK_MESSAGE(report.holds(), (report.broken.empty() ? "" : report.broken.front()));
    auto const states_first = table | by_state(night) | by_key(shank) | study_of(cells);
    auto const keys_first = table | by_key(shank) | by_state(night) | study_of(cells);
    for (std::string const key : {"a", "b"})
      for (std::string const state : {"wake", "sleep"}) CHECK(states_first[state][key]["rho"_n] == keys_first[key][state]["rho"_n]);
  }
}

TEST_CASE("by_key: keys that do not fit, and states of other groups, are refused") {
  auto const [table, cells] = testing::random_recording<tk>(2, {.units = 8, .length = 1'000, .spikes = 100, .gaps = false, .begin = 0});
  CHECK_THROWS_WITH_AS((table | by_key(std::vector<int>{1, 2}) | study_of(cells)), doctest::Contains("one key per unit"), error);
  layout<tk> const l{table.when(), table.size()};
  auto a = (by_key(std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1}) | study_of(cells)).start(l), b = (by_key(std::vector<int>{0, 0, 0, 1, 1, 1, 1, 1}) | study_of(cells)).start(l);
  CHECK_THROWS_WITH_AS(a.merge(b), doctest::Contains("different groups"), error);
}

TEST_CASE("by_key: labels for more units than there are, or for fewer, are refused by their sentence") {
  auto const [table, cells] = testing::random_recording<tk>(2, {.units = 8, .length = 1'000, .spikes = 100, .gaps = false, .begin = 0});
  for (std::size_t const n : {5u, 9u, 5'000u}) CHECK_THROWS_WITH_AS((table | by_key(shank) | study_of(std::vector<cell>(n, cell::e))), doctest::Contains("one label per unit"), error);
}
