// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/spikes/recording.hpp>
#include <vector>

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
static_assert(population<recording> && replayable<recording> && replayable<within<recording>> && !spike_train<recording>);

auto small() {
  recording r{};
  r.table = spike_table<std::chrono::nanoseconds>({5, 1'000'000'007, 2'000'000'000}, {1, 0, 1}, 3, window<std::chrono::nanoseconds>{0s, 90s});
  r.units = {{.id = 17}, {.id = 4, .quality = unit_quality::good, .channel = 9}, {.id = 8}};
  return r;
}
}  // namespace

TEST_CASE("recording: is a population of its units, silent ones included") {
  auto const r = small();
  CHECK(r.size() == 3);
  CHECK(r[1].size() == 2);
  CHECK(r[1][1] == 2s);
  CHECK(r[2].empty());
  CHECK(r.when() == window<std::chrono::nanoseconds>{0s, 90s});
  CHECK(r.units[1].id == 4);
  CHECK(r.units[0].quality == unit_quality::unsorted);
  CHECK(r.units[0].channel == -1);
}

TEST_CASE("recording: a pass has blocks of 30 s, and can be restricted") {
  auto const r = small();
  auto all = r.blocks();
  CHECK(all.layout().units == 3);
  CHECK(all.next()->size() == 3);
  CHECK(all.next()->when == window<std::chrono::nanoseconds>{30s, 60s});
  auto part = within(r, epochs(window<std::chrono::nanoseconds>{1s, 2s})).blocks();
  auto const b = part.next();
  CHECK(b->size() == 1);
  CHECK(b->at.front() == 1'000'000'007);
  CHECK_FALSE(part.next().has_value());
}

TEST_CASE("recording: a copy stands on its own") {
  auto first = small();
  auto const copy = first;
  first = recording{};
  CHECK(first.size() == 0);
  CHECK(copy[1].size() == 2);
}

TEST_CASE("recording: waveforms are rows of one table, without a copy") {
  waveform_table const w{{1, 2, 3, 4, 5, 6}, 3, 30'000, true};
  CHECK(w.size() == 2);
  CHECK(w[1].data() == w.values.data() + 3);
  CHECK(w[1].size() == 3);
  CHECK(w[1][0] == 4);
  CHECK(waveform_table{}.size() == 0);
  CHECK(waveform_table{}.empty());
  CHECK(dropped_count{3, 1} == dropped_count{3, 1});
}
