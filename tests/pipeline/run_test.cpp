// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/pipeline/run.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
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

using live_study = decltype(stream(study, shape));
static_assert(std::same_as<decltype(start(study, shape)), state_of<std::remove_const_t<decltype(study)>, tk>>);
static_assert(mergeable<decltype(start(study, shape))> && accumulates<decltype(start(study, shape)), events, tk>);
static_assert(absorbs<live_study, event_block<tk>> && !absorbs<live_study, event_block<ticks<30'000>>>, "a live study takes blocks of its own tick only");
static_assert(!analysis<live_study> && !stage<live_study> && !event_source<live_study>, "a recipe is not a running thing");
static_assert(replayable<spike_table<tk>> && event_source<decltype(table.blocks())> && !event_source<spike_table<tk>>);
}  // namespace

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

TEST_CASE("run: a live study gives results at any time, and in the end those of a run") {
  auto whole = start(study, shape);
  whole.absorb(all);
  auto live = stream(study, shape);
  std::int64_t seen = 0;
  for (std::int64_t t = 0; t < 30'000; t += 1'700) {
    auto const end = std::min<std::int64_t>(t + 1'700, 30'000);
    live.absorb(between(t, end));
    seen = end;
    auto const before = live.state();
    CHECK(live.result()["bins"_n] == std::vector<std::int64_t>{seen / 2, seen / 10, seen / 50});
    CHECK(live.state() == before);
  }
  CHECK(live.state() == whole);
  CHECK(live.result()["rho"_n] == finish(study, whole)["rho"_n]);
}

TEST_CASE("run: blocks in any order, also cut inside bins, end in the state of a run") {
  auto whole = start(study, shape);
  whole.absorb(all);
  random_stream random(17);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::int64_t> cuts{0, 30'000};
    for (int k = 0; k < 9; ++k) cuts.push_back(static_cast<std::int64_t>(random.below(30'001)));
    std::sort(cuts.begin(), cuts.end());
    std::vector<std::pair<std::int64_t, std::int64_t>> blocks;
    for (std::size_t k = 0; k + 1 < cuts.size(); ++k) blocks.emplace_back(cuts[k], cuts[k + 1]);
    for (auto k = blocks.size(); k > 1; --k) std::swap(blocks[k - 1], blocks[random.below(k)]);
    auto live = stream(study, shape);
    for (auto const& [from, to] : blocks) live.absorb(between(from, to));
    CHECK(live.state() == whole);
    CHECK(live.result()["lag"_n] == finish(study, whole)["lag"_n]);
  }
}

TEST_CASE("run: a block that comes twice is refused, and the live study goes on as before") {
  auto live = stream(study, shape);
  live.absorb(between(0, 7'003));
  auto const before = live.state();
  CHECK_THROWS_AS(live.absorb(between(7'000, 9'000)), error);
  CHECK(live.state() == before);
  CHECK_NOTHROW(live.absorb(between(7'003, 9'000)));
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
