// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/pipeline/run.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<1'000>;

namespace {
auto const made = testing::random_recording<tk>(9, {.units = 6, .length = 30'000, .spikes = 9'000, .gaps = false, .begin = 0});
auto const& table = made.first;
event_block<tk> const all{table.when(), table.at(), table.unit()};
layout<tk> const shape{table.when(), table.size()};

auto of_scales(scales const& w) { return split(made.second) | pyramid(w) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = correlation_by_lag{.within = 5}); }
auto const study = of_scales({2ms, 10ms, 50ms});

/// The spikes between two ticks.
auto between(std::int64_t from, std::int64_t to) { return all.within({tk{from}, tk{to}}); }
auto defined(std::vector<double> const& x) { return std::count_if(x.begin(), x.end(), [](double r) { return r == r; }); }

static_assert(std::same_as<decltype(start(study, shape)), state_of<std::remove_const_t<decltype(study)>, tk>>);
static_assert(mergeable<decltype(start(study, shape))> && accumulates<decltype(start(study, shape)), events, tk>);
static_assert(replayable<spike_table<tk>> && event_source<decltype(table.blocks())> && !event_source<spike_table<tk>>);

/// A source that breaks its promise: one event ends up outside its block.
struct careless {
  using tick_type = tk;
  std::vector<std::int64_t> at{1, 2, 40};
  std::vector<unit_index> unit{0, 1, 0};
  bool done = false;
  [[nodiscard]] auto layout() const -> equipoise::layout<tk> { return {{tk{0}, tk{100}}, 2}; }
  auto next() -> std::optional<event_block<tk>> {
    if (std::exchange(done, true)) return std::nullopt;
    return event_block<tk>{{tk{0}, tk{40}}, at, unit};
  }
};
}  // namespace

TEST_CASE("run: a source that hands out events outside their block is refused with a sentence, and no memory is touched") {
  auto const two = split({cell::e, cell::i}) | pyramid(scales{10ms}) | measure("rho"_n = zero_lag_correlation{});
  CHECK_THROWS_WITH_AS(run(careless{}, two), doctest::Contains("the block from 0.000000 s to 0.040000 s: not usable"), error);
  careless source;
  auto state = start(two, source.layout());
  auto const before = state;
  CHECK_THROWS_AS(absorb(state, source), error);
  CHECK(state == before);
}

TEST_CASE("run: start, absorb and finish by hand give what a pass over a source gives") {
  auto state = start(study, shape);
  state.absorb(all);
  auto const by_hand = finish(study, state);
  auto const by_run = run(table, study);
  REQUIRE(defined(by_hand["rho"_n]) == 3);
  CHECK(by_run["rho"_n] == by_hand["rho"_n]);
  CHECK(by_run["lag"_n] == by_hand["lag"_n]);
  CHECK(by_run["bins"_n] == std::vector<std::int64_t>{15'000, 3'000, 600});
  CHECK((table | study)["rho"_n] == by_run["rho"_n]);
  CHECK(run(table.blocks(tk{1'234}), study)["lag"_n] == by_run["lag"_n]);
}

TEST_CASE("run: the shares of three machines, absorbed apart and merged, end in the state of a run") {
  auto whole = start(study, shape);
  whole.absorb(all);
  auto merged = start(study, table.layout());
  for (std::size_t const k : {2u, 0u, 1u}) {
    auto part = start(study, table.layout());
    CHECK(&absorb(part, blocks_of(table, {k, 3})) == &part);
    CHECK(!(part == whole));
    merged.merge(part);
  }
  CHECK(merged == whole);
  auto again = table.blocks();
  CHECK_THROWS_AS(absorb(merged, again), error);
}

TEST_CASE("run: two halves merge; states of other scales are refused, and nothing has changed") {
  auto whole = start(study, shape);
  whole.absorb(all);
  auto first = start(study, shape), second = first;
  first.absorb(between(0, 12'345));
  second.absorb(between(12'345, 30'000));
  auto const before = first;
  for (auto const& other : {scales{2ms, 10ms, 51ms}, scales{2ms, 10ms}, scales{2ms, 10ms, 50ms, 100ms}}) {
    auto foreign = start(of_scales(other), shape);
    foreign.absorb(between(20'000, 21'000));
    CHECK_THROWS_WITH_AS(first.merge(foreign), doctest::Contains("different scales"), error);
    CHECK(first == before);
  }
  CHECK(first.merge(second) == whole);
}

TEST_CASE("run: a source without events gives undefined values with their reason, and no bins") {
  spike_table<tk> const empty({}, {}, 2, window<tk>{tk{0}, tk{5}});
  auto const r = run(empty, split({cell::e, cell::i}) | pyramid(scales{10ms}) | measure("rho"_n = zero_lag_correlation{}));
  CHECK(r["bins"_n][0] == 0);
  CHECK(r["incomplete"_n][0] == incomplete_bins{1, 0, 0});
  CHECK(reason_of(r["rho"_n][0]) == reason::too_few_bins);
}
