// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/balance/coupling.hpp>
#include <equipoise/pipeline/by_state.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/fork.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/pipeline/optionally.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/testing/laws.hpp>
#include <optional>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<1'000>;

TEST_CASE("optionally: part of a fork where it is asked for, and nothing where it is not") {
  epoch_table<tk> const night({{{tk{0}, tk{1'000}}, "wake"}, {{tk{1'200}, tk{1'900}}, "sleep"}});
  for (std::uint64_t seed : {3u, 4u}) {
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 6, .length = 2'000, .spikes = 900, .gaps = seed % 2 == 0, .begin = 0});
    auto const study = split(cells) | pyramid(scales{2ms, 10ms}) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = correlation_by_lag{.within = 3});
    auto const by_sleep = by_state(night) | study;
    auto forked = [&](bool asked) { return fork("whole"_n = study, "states"_n = optionally(asked ? std::optional(by_sleep) : std::nullopt)); };
    static_assert(analysis<decltype(forked(true))>);
    auto const with = table | forked(true), without = table | forked(false);
    CHECK_FALSE(without["states"_n].has_value());
    CHECK(without["whole"_n]["lag"_n] == (table | study)["lag"_n]);
    REQUIRE(with["states"_n].has_value());
    CHECK((*with["states"_n])["wake"]["bins"_n] == (table | by_sleep)["wake"]["bins"_n]);
    for (auto const asked : {true, false}) {
      auto const report = check_fold(forked(asked), table, seed);
      CHECK_MESSAGE(report.holds(), (report.broken.empty() ? "" : report.broken.front()));
    }
    layout<tk> const l{table.when(), table.size()};
    auto a = forked(true).start(l);
    CHECK_THROWS_WITH_AS(a.merge(forked(false).start(l)), doctest::Contains("one without"), error);
  }
}
