// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/correlate/correlogram.hpp>
#include <equipoise/io/state_bytes.hpp>
#include <equipoise/parallel/threads.hpp>
#include <equipoise/pipeline/by_state.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/run.hpp>
#include <equipoise/testing/laws.hpp>
#include <limits>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<30'000>;

TEST_CASE("coincidence_state: any partition, absorbed and merged in any order, ends in the state of the whole, with and without gaps") {
  for (auto const gaps : {false, true}) {
    auto const [table, cells] = testing::random_recording<tk>(gaps ? 3 : 4, {.units = 5, .length = 20'000, .spikes = 1'500, .gaps = gaps, .begin = -3'000});
    auto const units = check_fold(correlograms(centred{20ms, 1ms}), table, 11);
    CHECK_MESSAGE(units.holds(), (units.holds() ? std::string() : units.broken.front()));
    auto const pools = check_fold(correlograms(half_open{200ms, 10ms}, cells), table, 12);  // reach beyond many parts
    CHECK_MESSAGE(pools.holds(), (pools.holds() ? std::string() : pools.broken.front()));
  }
}

TEST_CASE("coincidence_state: threads give the bits of one thread, also where the table is filled row by row") {
  auto const [table, cells] = testing::random_recording<tk>(9, {.units = 150, .length = 400'000, .spikes = 30'000, .gaps = true, .begin = 0});
  auto const study = correlograms(half_open{50ms, 500us});  // 150² × 201 × 4 bytes: 18 MB
  auto const alone = table | study;
  CHECK(run_parallel(table, study, 3).all_counts() == alone.all_counts());
  auto const few = table | correlograms(half_open{50ms, 500us}, 17, 99);  // the small table
  CHECK(few.counts(0, 1) == alone.counts(17, 99));
  CHECK(few.counts(1, 0) == alone.counts(99, 17));
}

TEST_CASE("coincidence_state: time that was absorbed is refused, and settled stretches keep their length") {
  auto const study = correlograms(centred{5ms, 1ms});
  std::vector<std::int64_t> const at{10, 20};
  std::vector<unit_index> const unit{0, 1};
  layout<tk> const l{{tk{0}, tk{10'000}}, 2};
  auto state = study.start(l);
  state.absorb(event_block<tk>{{tk{0}, tk{100}}, at, unit});
  CHECK_THROWS_WITH_AS(state.absorb(event_block<tk>{{tk{99}, tk{200}}, {}, {}}), doctest::Contains("absorbed already"), error);
  state.absorb(event_block<tk>{{tk{500}, tk{700}}, {}, {}});
  auto const before = study.finish(state).exposure(5);
  state.settle(tk{400});
  CHECK(state.stretches() == std::vector<std::int64_t>{100, 200});
  CHECK(study.finish(state).exposure(5) == before);
  CHECK(study.finish(state).counts(0, 1)[5] == 1);
}

TEST_CASE("coincidence_state: bytes and back, and by brain state") {
  auto const [table, cells] = testing::random_recording<tk>(13, {.units = 4, .length = 60'000, .spikes = 2'000, .gaps = true, .begin = 0});
  auto const study = correlograms(symmetric{20ms, 1ms});
  auto state = start(study, table.blocks().layout());
  absorb(state, table.blocks());
  auto again = start(study, table.blocks().layout());
  restore(again, state_bytes(state));
  CHECK(again == state);
  CHECK(finish(study, again).all_counts() == (table | study).all_counts());

  epochs<tk> const early(window<tk>{tk{0}, tk{20'000}});
  epoch_table<tk> const states(std::vector<epoch<tk>>{{{tk{0}, tk{20'000}}, "early"}});
  auto const by = table | by_state(states) | study;
  REQUIRE(by.rows().size() == 1);
  CHECK(by.rows()[0].result.all_counts() == (within(table, early) | study).all_counts());
}
