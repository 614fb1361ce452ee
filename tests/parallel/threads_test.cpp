// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/parallel/threads.hpp>
#include <equipoise/pipeline/by_state.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/fork.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/pipeline/sliding.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/recording.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/co_moments.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <equipoise/stats/unit_moments.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<1'000>;

namespace {
static_assert(restrictable<spike_table<tk>> && restrictable<recording> && restrictable<within<recording>>);
static_assert(std::derived_from<cancelled, error>);

template <class S>
struct keep {
  using statistic = S;
  auto operator()(S const& s, row_info const&) const -> S { return s; }
};
struct lagged : keep<lag_moments> {
  [[nodiscard]] auto start(row_info const&) const -> lag_moments { return lag_moments(7, true); }
};
struct grouped : keep<grouped_rows> {
  [[nodiscard]] auto start(row_info const&) const -> grouped_rows { return grouped_rows(5); }
};

/// Every statistic, in two branches of a fork, one of them with single units.
auto study_of(std::vector<cell> const& cells) {
  return fork("plain"_n = split(cells) | pyramid(scales{2ms, 30ms, 1s, 7s}) | fork("a"_n = measure("rho"_n = zero_lag_correlation{}, "moments"_n = keep<co_moments>{}, "lag"_n = lagged{}), "b"_n = measure("rows"_n = keep<count_rows>{}, "groups"_n = grouped{})),
              "units"_n = split(cells) | pyramid(scales{5ms, 100ms}).with_units() | measure("joint"_n = keep<joint_histogram>{}, "active"_n = keep<unit_moments>{}));
}
/// Five minutes, so that there are many chunks; with gaps when the seed is odd.
auto made(std::uint64_t seed) {
  return testing::random_recording<tk>(seed, {.units = 6, .length = 300'000, .spikes = 20'000, .gaps = seed % 2 == 1, .begin = seed % 3 == 0 ? -1'234 : 0});
}
template <class Source, class A>
auto in_one_pass(Source const& source, A const& study) {
  auto blocks = source.blocks();
  auto state = study.start(blocks.layout());
  while (auto const block = blocks.next()) state.absorb(*block);
  return state;
}

// [region source]
/// A recording in a user's own store, by hour: readable again, and in parts.
struct hours_on_disk {
  using tick_type = tk;
  std::vector<spike_table<tk>> hours;

  struct pass {
    using tick_type = tk;
    hours_on_disk const* all;
    epochs<tk> when;
    std::size_t hour = 0;
    std::optional<column_blocks<tk>> open{};

    [[nodiscard]] auto layout() const -> equipoise::layout<tk> { return {all->observed().hull(), all->hours.front().size()}; }
    auto next() -> std::optional<event_block<tk>> {
      for (;; open.reset()) {
        if (!open && hour == all->hours.size()) return std::nullopt;
        if (!open) open.emplace(all->hours[hour++].blocks(when));
        if (auto const block = open->next()) return block;
      }
    }
  };
  [[nodiscard]] auto observed() const -> epochs<tk> {  // without it, the window of blocks().layout() is shared out
    epochs<tk> all;
    for (auto const& h : hours) all = all | h.observed();
    return all;
  }
  [[nodiscard]] auto blocks(epochs<tk> const& when) const -> pass { return {this, when}; }  // called from several threads at once
  [[nodiscard]] auto blocks() const -> pass { return blocks(observed()); }
};
// [endregion source]
static_assert(restrictable<hours_on_disk>);

/// Throws while a certain tick is read.
struct broken_at {
  using tick_type = tk;
  spike_table<tk> const* table;
  tk where;
  [[nodiscard]] auto blocks() const { return table->blocks(); }
  [[nodiscard]] auto blocks(epochs<tk> const& when) const {
    if (when.contains(where)) throw error("the disk is gone at " + std::to_string(where.count()));
    return table->blocks(when);
  }
};
}  // namespace

TEST_CASE("threads: one to eight threads end in the state of a single pass, with and without gaps") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    auto const [table, cells] = made(seed);
    REQUIRE((table.observed().size() > 1) == (seed % 2 == 1));
    auto const study = study_of(cells);
    auto const whole = in_one_pass(table, study);
    for (std::size_t n = 1; n <= 8; ++n) CHECK(parallel_state(table, study, n) == whole);
    auto const result = run_parallel(table, study, 3);
    auto const expected = run(table, study);
    REQUIRE(expected["plain"_n]["a"_n]["bins"_n][1] > 5'000);
    CHECK(result["plain"_n]["a"_n]["rho"_n] == expected["plain"_n]["a"_n]["rho"_n]);
    CHECK(result["plain"_n]["b"_n]["rows"_n] == expected["plain"_n]["b"_n]["rows"_n]);
    CHECK(result["plain"_n]["incomplete"_n] == expected["plain"_n]["incomplete"_n]);
    CHECK(result["units"_n]["active"_n] == expected["units"_n]["active"_n]);
    CHECK(result["units"_n]["joint"_n] == expected["units"_n]["joint"_n]);
  }
}

TEST_CASE("threads: epochs of a recording run on threads too") {
  auto const [table, cells] = made(5);
  recording r;
  r.table = spike_table<std::chrono::nanoseconds>({}, {}, 6, window<std::chrono::nanoseconds>{0s, 300s});
  auto const study = study_of(cells);
  within const part(table, epochs<tk>{{tk{1'003}, tk{40'001}}, {tk{99'999}, tk{100'000}}, {tk{150'000}, tk{299'000}}});
  auto const whole = in_one_pass(part, study);
  CHECK(!(whole == in_one_pass(table, study)));
  for (std::size_t n = 1; n <= 8; ++n) CHECK(parallel_state(part, study, n) == whole);
  CHECK(parallel_state(r, study, 2) == in_one_pass(r, study));
}

TEST_CASE("threads: studies by brain state and in sliding windows, which cut time themselves") {
  auto const [table, cells] = made(1);
  auto const study = split(cells) | pyramid(scales{5ms, 200ms}) | measure("rho"_n = zero_lag_correlation{}, "rows"_n = keep<count_rows>{});
  epoch_table<tk> const night({{{tk{500}, tk{60'001}}, "wake"}, {{tk{60'001}, tk{140'000}}, "sws"}, {{tk{160'333}, tk{250'000}}, "wake"}});
  auto const by_sleep = by_state(night, {.own_means = true, .anchored = true}) | study;
  auto const film = sliding(10s, 1s) | study;
  auto const asleep = in_one_pass(table, by_sleep);
  auto const moving = in_one_pass(table, film);
  for (std::size_t n = 1; n <= 8; ++n) {
    CHECK(parallel_state(table, by_sleep, n) == asleep);
    CHECK(parallel_state(table, film, n) == moving);
  }
}

TEST_CASE("threads: a source of one's own") {
  auto const [table, cells] = made(1);
  hours_on_disk recording;
  for (std::size_t k = 0; k < 5; ++k) {
    auto const hour = share(table.observed(), {k, 5});
    std::vector<std::int64_t> at;
    std::vector<unit_index> unit;
    for (std::size_t j = 0; j < table.spikes(); ++j)
      if (hour.contains(tk{table.at()[j]})) at.push_back(table.at()[j]), unit.push_back(table.unit()[j]);
    recording.hours.emplace_back(std::move(at), std::move(unit), table.size(), hour);
  }
  auto const study = study_of(cells);
  CHECK(in_one_pass(recording, study) == in_one_pass(table, study));
  for (std::size_t n = 1; n <= 8; ++n) CHECK(parallel_state(recording, study, n) == in_one_pass(table, study));
}

TEST_CASE("threads: watched, and stopped by a time limit") {
  auto const [recording, cells] = made(2);
  auto const study = study_of(cells);
  std::string line;
  auto print = [&](char const* text, int percent) { line = text + std::to_string(percent); };
  // [region watched]
  std::stop_source stop;
  auto const limit = std::chrono::steady_clock::now() + 10min;
  auto watch = [&](double done) {
    print("percent done: ", static_cast<int>(100 * done));
    if (std::chrono::steady_clock::now() > limit) stop.request_stop();  // any thread may
  };
  auto const result = run_parallel(recording, study, 8, {.progress = watch, .stop = stop.get_token()});
  // [endregion watched]
  CHECK(line == "percent done: 100");
  CHECK(result["units"_n]["joint"_n] == run(recording, study)["units"_n]["joint"_n]);
}

TEST_CASE("threads: more threads than time, no time at all, and as many threads as the machine has") {
  auto const study = study_of({cell::e, cell::i});
  spike_table<tk> const brief({0, 2}, {0, 1}, 2, window<tk>{tk{0}, tk{3}}), nothing({}, {}, 2, epochs<tk>{});
  CHECK(parallel_state(brief, study, 50) == in_one_pass(brief, study));
  CHECK(parallel_state(nothing, study, 3) == in_one_pass(nothing, study));
  auto const [table, cells] = made(1);
  CHECK(parallel_state(table, study_of(cells), 0) == in_one_pass(table, study_of(cells)));
  CHECK(parallel_state(table, study_of(cells)) == in_one_pass(table, study_of(cells)));
}

TEST_CASE("threads: what a thread throws comes out when all have stopped, and the next run is as before") {
  auto const [table, cells] = made(2);
  auto const study = study_of(cells);
  for (std::size_t n = 1; n <= 8; ++n)
    for (auto const where : {0, 77'777, 299'999}) CHECK_THROWS_WITH_AS(parallel_state(broken_at{&table, tk{where}}, study, n), ("the disk is gone at " + std::to_string(where)).c_str(), error);
  CHECK_THROWS_AS(parallel_state(table, study_of({cell::e}), 4), error);  // labels for one unit of six
  CHECK(parallel_state(table, study, 4) == in_one_pass(table, study));
}

TEST_CASE("threads: progress ascends to 1, which comes once, and is told by the calling thread") {
  auto const [table, cells] = made(3);
  auto const study = study_of(cells);
  for (std::size_t n = 1; n <= 8; ++n) {
    std::vector<double> told;
    auto elsewhere = 0;
    auto const here = std::this_thread::get_id();
    auto const state = parallel_state(table, study, n, {.progress = [&](double x) { told.push_back(x), elsewhere += std::this_thread::get_id() != here; }, .stop = {}});
    REQUIRE(!told.empty());
    CHECK(told.front() > 0);
    CHECK(std::adjacent_find(told.begin(), told.end(), std::greater_equal{}) == told.end());
    CHECK(told.back() == 1);
    CHECK(elsewhere == 0);
    if (n == 1) CHECK(told.size() == 64);
  }
  std::vector<double> told;
  spike_table<tk> const nothing({}, {}, 6, epochs<tk>{});
  run_parallel(nothing, study, 2, {.progress = [&](double x) { told.push_back(x); }, .stop = {}});
  CHECK(told == std::vector<double>{1});
  CHECK_THROWS_AS(run_parallel(table, study, 3, {.progress = [](double) { throw 7; }, .stop = {}}), int);
}

TEST_CASE("threads: a run that is stopped has no result and says how far it came; one that had ended already has") {
  auto const [table, cells] = made(2);
  auto const study = study_of(cells);
  for (std::size_t n = 1; n <= 8; ++n) {
    std::stop_source at_once;
    at_once.request_stop();
    CHECK_THROWS_WITH_AS(run_parallel(table, study, n, {.progress = {}, .stop = at_once.get_token()}), "run_parallel: stopped on request after 0 % of the observed time", cancelled);
    std::stop_source at_the_end;
    auto last = 0.0;
    auto stop_when_done = [&](double x) {
      last = x;
      if (x == 1) at_the_end.request_stop();
    };
    auto const state = parallel_state(table, study, n, {.progress = stop_when_done, .stop = at_the_end.get_token()});
    CHECK(last == 1);
    CHECK(state == in_one_pass(table, study));
  }
  std::stop_source midway;
  std::vector<double> told;
  auto stop_at_half = [&](double x) {
    told.push_back(x);
    if (x >= 0.5) midway.request_stop();
  };
  CHECK_THROWS_WITH_AS(run_parallel(table, study, 1, {.progress = stop_at_half, .stop = midway.get_token()}), doctest::Contains("after 50 %"), cancelled);
  CHECK(told.size() == 32);
  CHECK(told.back() == 0.5);
}

TEST_CASE("threads: each chunk is taken once, by workers of any speed, in 300 random races") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    random_stream random(seed);
    auto const workers = 1 + random.below(9), chunks = random.below(100);
    detail::shared_chunks work(chunks, workers);
    std::vector<std::size_t> speed, taken;
    for (std::size_t k = 0; k < workers; ++k) speed.push_back(1 + random.below(10));
    speed[random.below(workers)] = 0;  // never comes
    if (workers == 1) speed[0] = 1;
    for (auto idle = std::size_t{0}; idle < 200;) {
      auto const who = random.below(workers);
      if (random.below(10) >= speed[who]) {
        ++idle;
        continue;
      }
      auto const k = work.next(who);
      if (!k) break;  // nothing is left for anybody
      taken.push_back(*k), idle = 0;
    }
    std::sort(taken.begin(), taken.end());
    REQUIRE(taken.size() == chunks);
    for (std::size_t k = 0; k < chunks; ++k) CHECK(taken[k] == k);
  }
}

TEST_CASE("threads: workers of one speed take contiguous shares; who comes late finds his share taken from the end") {
  detail::shared_chunks even(12, 3);
  for (std::size_t k = 0; k < 4; ++k)
    for (std::size_t w = 0; w < 3; ++w) CHECK(even.next(w) == 4 * w + k);
  CHECK(!even.next(1));

  detail::shared_chunks late(8, 2);
  for (std::size_t k = 0; k < 4; ++k) CHECK(late.next(0) == k);
  CHECK(late.next(0) == 6);  // the later half of 4 … 7
  CHECK(late.next(0) == 7);
  CHECK(late.next(1) == 4);
  CHECK(late.next(0) == 5);
  CHECK(!late.next(1));
}

TEST_CASE("threads: chunks are many, but not short") {
  CHECK(detail::chunks_for(tk{3'600'000}, 2) == 128);
  CHECK(detail::chunks_for(tk{60'000}, 2) == 30);
  CHECK(detail::chunks_for(tk{10}, 4) == 4);
  CHECK(detail::chunks_for(std::chrono::nanoseconds{8h}, 1) == 64);
}
