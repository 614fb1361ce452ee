// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/balance/distribution.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/pipeline/sliding.hpp>
#include <equipoise/pipeline/stream.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <new>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<1'000>;

namespace {
/// What the whole program has allocated so far, and how much of it it still holds.
std::int64_t allocations = 0, held = 0;
}  // namespace

// The program's own allocator, counted.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
auto operator new(std::size_t n) -> void* {
  ++allocations, ++held;
  if (auto* const p = std::malloc(n == 0 ? 1 : n)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept {
  held -= p != nullptr;
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept { ::operator delete(p); }

namespace {
auto const made = testing::random_recording<tk>(9, {.units = 6, .length = 30'000, .spikes = 9'000, .gaps = false, .begin = 0});
auto const& table = made.first;
event_block<tk> const all{table.when(), table.at(), table.unit()};
layout<tk> const whole_layout{table.when(), table.size()};

auto of_scales(scales const& w) { return split(made.second) | pyramid(w) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = correlation_by_lag{.within = 5}); }
auto const study = of_scales({2ms, 10ms, 50ms});

/// The spikes between two ticks.
auto between(std::int64_t from, std::int64_t to) { return all.within({tk{from}, tk{to}}); }
auto whole_state() {
  auto s = start(study, whole_layout);
  s.absorb(all);
  return s;
}

using live_study = decltype(stream(study, whole_layout));
static_assert(absorbs<live_study, event_block<tk>> && !absorbs<live_study, event_block<ticks<30'000>>>, "a live study takes blocks of its own tick only");
static_assert(!analysis<live_study> && !stage<live_study> && !event_source<live_study>, "a recipe is not a running thing");
static_assert(noexcept(std::declval<live_study&>().absorb(all)));
}  // namespace

TEST_CASE("stream: a live study gives results at any time, and in the end those of a run") {
  auto const whole = whole_state();
  auto live = stream(study, whole_layout);
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

TEST_CASE("stream: blocks in any order, also cut inside bins, end in the state of a run") {
  auto const whole = whole_state();
  random_stream random(17);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::int64_t> cuts{0, 30'000};
    for (int k = 0; k < 9; ++k) cuts.push_back(static_cast<std::int64_t>(random.below(30'001)));
    std::sort(cuts.begin(), cuts.end());
    std::vector<std::pair<std::int64_t, std::int64_t>> blocks;
    for (std::size_t k = 0; k + 1 < cuts.size(); ++k) blocks.emplace_back(cuts[k], cuts[k + 1]);
    for (auto k = blocks.size(); k > 1; --k) std::swap(blocks[k - 1], blocks[random.below(k)]);
    auto live = stream(study, whole_layout);
    for (auto const& [from, to] : blocks) live.absorb(between(from, to));
    CHECK(live.state() == whole);
    CHECK(live.result()["lag"_n] == finish(study, whole)["lag"_n]);
  }
}

TEST_CASE("stream: a block that comes twice is refused, and the live study goes on as before") {
  auto live = stream(study, whole_layout);
  live.absorb(between(0, 7'003));
  auto const before = live.state();
  CHECK(live.absorb(between(7'000, 9'000)) == arrival::repeated);
  CHECK(live.state() == before);
  CHECK(live.counts() == arrivals{.in_order = 1, .late = 0, .too_late = 0, .repeated = 1, .unsound = 0, .failed = 0, .spikes_left_out = std::ssize(between(7'000, 9'000).at)});
  CHECK(live.absorb(between(7'003, 9'000)) == arrival::in_order);
}

TEST_CASE("stream: a block that is not what it must be is left out and counted, and the live study goes on as before") {
  auto live = stream(study, whole_layout);
  live.absorb(between(0, 7'003));
  auto const before = live.state();
  std::vector<std::int64_t> const outside{7'100, 9'000}, descending{7'200, 7'100}, right{7'100, 7'200};
  std::vector<unit_index> const known{0, 1}, unknown{0, static_cast<unit_index>(whole_layout.units)};
  window<tk> const when{tk{7'003}, tk{9'000}};
  CHECK(live.absorb({when, outside, known}) == arrival::unsound);
  CHECK(live.absorb({when, descending, known}) == arrival::unsound);
  CHECK(live.absorb({when, right, unknown}) == arrival::unsound);
  CHECK(live.absorb({when, right, std::span(known).first(1)}) == arrival::unsound);
  CHECK(live.state() == before);
  CHECK(live.counts() == arrivals{.in_order = 1, .late = 0, .too_late = 0, .repeated = 0, .unsound = 4, .failed = 0, .spikes_left_out = 8});
  CHECK(live.absorb({when, right, known}) == arrival::in_order);
}

TEST_CASE("stream: late blocks are taken within the horizon; behind it they are left out and counted") {
  auto live = stream(study, whole_layout, {.horizon = 3s});
  CHECK(live.absorb(between(0, 1'000)) == arrival::in_order);
  CHECK(live.absorb(between(3'000, 5'000)) == arrival::in_order);
  CHECK(live.absorb(between(2'000, 3'000)) == arrival::late);
  CHECK(live.absorb(between(1'999, 2'000)) == arrival::too_late);  // 3 001 ticks behind
  CHECK(live.absorb(between(4'999, 6'000)) == arrival::repeated);
  auto const lost = std::ssize(between(1'999, 2'000).at) + std::ssize(between(4'999, 6'000).at);
  CHECK(live.counts() == arrivals{.in_order = 2, .late = 1, .too_late = 1, .repeated = 1, .unsound = 0, .failed = 0, .spikes_left_out = lost});
  auto expected = start(study, whole_layout);
  expected.absorb(between(0, 1'000)), expected.absorb(between(2'000, 5'000));
  CHECK(live.result()["lag"_n] == finish(study, expected)["lag"_n]);
  CHECK(live.result()["bins"_n] == finish(study, expected)["bins"_n]);
}

TEST_CASE("stream: lost packets leave nothing behind, and what is counted is what a study that forgets nothing counts") {
  auto const feed = [](auto& live) {
    for (std::int64_t t = 0; t < 30'000; t += 90)
      if (t % 630 != 0) live.absorb(between(t, std::min<std::int64_t>(t + 90, 30'000)));  // every seventh packet is lost
  };
  auto settled = stream(study, whole_layout, {.horizon = 1s}), kept = stream(study, whole_layout);
  feed(settled), feed(kept);
  CHECK(settled.state().down.seen().size() <= 3);  // the gaps of one horizon
  CHECK(kept.state().down.seen().size() == 48);
  auto const a = settled.result(), b = kept.result();
  CHECK(a["bins"_n] == b["bins"_n]);
  CHECK(a["incomplete"_n] == b["incomplete"_n]);
  CHECK(a["rho"_n] == b["rho"_n]);
  CHECK(a["lag"_n] == b["lag"_n]);
}

TEST_CASE("stream: in order, nothing is allocated after warm-up") {
  auto const statistics = split(made.second) | pyramid(scales{1ms, 2ms, 5ms, 10ms, 33ms, 100ms, 1s}) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = peak_lag{.within = 20}, "tail"_n = tail_index{});
  auto live = stream(statistics, whole_layout);
  auto const counts = [](std::int64_t t) {  // the same spikes every second: no pair of counts is new after warm-up
    static std::vector<std::int64_t> at;
    static std::vector<unit_index> unit;
    at.clear(), unit.clear();
    for (std::int64_t k = 0; k < 10; ++k)
      if ((t + k) % 1'000 % 7 < 3) at.push_back(t + k), unit.push_back(static_cast<unit_index>((t + k) % 5));
    return event_block<tk>{{tk{t}, tk{t + 10}}, at, unit};
  };
  for (std::int64_t t = 0; t < 10'000; t += 10) live.absorb(counts(t));
  auto const before = allocations;
  for (std::int64_t t = 10'000; t < 30'000; t += 10) live.absorb(counts(t));
  CHECK(allocations == before);
  CHECK(live.counts().in_order == 3'000);
  CHECK(live.result()["bins"_n][0] == 30'000);
}

TEST_CASE("stream: a sliding study gives the latest window, at any time and from bounded memory") {
  layout<tk> const endless{{tk{0}, (tk::max)()}, table.size()};
  auto live = stream(sliding(2s, 500ms) | study, endless);
  CHECK(live.result()["bins"_n] == std::vector<std::int64_t>{0, 0, 0});
  for (std::int64_t t = 0; t < 30'000; t += 130) {
    auto const end = std::min<std::int64_t>(t + 130, 30'000);
    live.absorb(between(t, end));
    if (end < 2'000) continue;
    auto const last = end / 500 * 500;
    auto expected = start(study, whole_layout);
    expected.absorb(between(last - 2'000, last));
    auto const result = live.result();
    CHECK(result["bins"_n] == finish(study, expected)["bins"_n]);
    CHECK(result["rho"_n] == finish(study, expected)["rho"_n]);
    CHECK(result["lag"_n] == finish(study, expected)["lag"_n]);
    CHECK(live.state().panes().size() <= 5);
  }
}

TEST_CASE("stream: two hours with lost and overtaken packets end in what a pass over the same data gives, in no more memory than the first") {
  constexpr std::int64_t hour = 3'600'000, packet = 20;
  random_stream random(21);
  auto const one_study = split({cell::e, cell::e, cell::i}) | pyramid(scales{1ms, 5ms, 20ms, 100ms, 1s, 10s}) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = correlation_by_lag{.within = 20});
  layout<tk> const endless{{tk{0}, (tk::max)()}, 3};
  auto live = stream(one_study, endless, {.horizon = 500ms});
  std::vector<std::int64_t> at, late_at;
  std::vector<unit_index> unit, late_unit;
  std::vector<window<tk>> received;
  std::optional<window<tk>> late;
  std::int64_t held_after_an_hour = 0;
  for (std::int64_t t = 0; t < 2 * hour; t += packet) {
    if (t == hour) held_after_an_hour = held;
    std::vector<std::int64_t> now;
    std::vector<unit_index> whose;
    for (std::int64_t k = t; k < t + packet; ++k)
      if (random.below(10) < 3) now.push_back(k), whose.push_back(static_cast<unit_index>(random.below(3)));
    window<tk> const when{tk{t}, tk{t + packet}};
    auto const fate = random.below(200);
    if (fate < 2) continue;
    received.push_back(when);
    at.insert(at.end(), now.begin(), now.end());
    unit.insert(unit.end(), whose.begin(), whose.end());
    if (fate < 6 && !late) {
      late = when, late_at = now, late_unit = whose;
    } else {
      live.absorb({when, now, whose});
      if (late && random.below(3) == 0) live.absorb({*late, late_at, late_unit}), late.reset();
    }
  }
  if (late) live.absorb({*late, late_at, late_unit});
  CHECK(live.counts().late > 1'000);
  CHECK(live.counts().too_late == 0);
  CHECK(held - held_after_an_hour < 100);  // but for the test's own columns
  spike_table<tk> const whole(at, unit, 3, epochs<tk>(std::span<window<tk> const>(received)));
  auto const expected = whole | one_study;
  auto const result = live.result();
  CHECK(result["bins"_n] == expected["bins"_n]);
  CHECK(result["incomplete"_n] == expected["incomplete"_n]);
  auto const same = [](double x, double y) { return x == y || (std::isnan(x) && reason_of(x) == reason_of(y)); };
  for (std::size_t k = 0; k < 6; ++k) {
    CHECK(same(result["rho"_n][k], expected["rho"_n][k]));
    for (std::size_t lag = 0; lag < 41; ++lag) CHECK(same(result["lag"_n][k][lag], expected["lag"_n][k][lag]));
  }
  CHECK(result["rho"_n][4] == result["rho"_n][4]);  // bins of a second are often whole, those of ten never
}
