// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/correlate/jitters.hpp>
#include <equipoise/correlate/orders.hpp>
#include <equipoise/correlate/rates.hpp>
#include <equipoise/correlate/shifts.hpp>
#include <equipoise/correlate/surrogate.hpp>
#include <equipoise/correlate/swaps.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/recording.hpp>
#include <equipoise/spikes/split.hpp>
#include <future>
#include <set>
#include <type_traits>

#include "surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;
using tk = ms_ticks;
using ns = std::chrono::nanoseconds;

namespace {
static_assert(surrogate<circular_shift> && surrogate<circular_shift_units> && surrogate<interval_jitter, tk> && surrogate<dither> && surrogate<poisson_like>);
static_assert(surrogate<isi_permutation> && surrogate<joint_isi_dither> && surrogate<trial_shuffle<ns>>);
static_assert(!surrogate<label_swap>);  // gives cells
static_assert(std::is_same_v<decltype(std::declval<recording const&>() | dither{}.draw(1, 0)), spike_table<ns>>);
static_assert(std::is_same_v<decltype(std::declval<spike_table<tk>>() | dither{}.draw(1, 0)), spike_table<tk>>);

/// A surrogate of a user's own: time runs backwards. Its draws are all the same.
struct reversed {
  static constexpr std::string_view name = "reversed";
  auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<reversed> { return {*this, seed, k}; }
  template <tick T>
  auto operator()(spike_table<T> const& x, draw_key const&) const -> spike_table<T> {
    tick_list at(x.at().rbegin(), x.at().rend());
    for (auto& t : at) t = x.when().begin.count() + x.when().end.count() - 1 - t;
    return {std::move(at), {x.unit().rbegin(), x.unit().rend()}, x.size(), x.observed()};
  }
};
static_assert(surrogate<reversed>);

/// A user's population: no base class, no blocks of its own.
struct lab_notes {
  spike_table<tk> const* table;
  auto size() const { return table->size(); }
  auto operator[](unit_index u) const { return (*table)[u]; }
  auto when() const { return table->when(); }
};
static_assert(population<lab_notes> && !replayable<lab_notes>);

auto all_draws(spike_table<tk> const& x, std::uint64_t seed, std::uint64_t k) -> std::vector<spike_table<tk>> {
  auto const from = x.when().begin;
  return {x | circular_shift{.at_least = 50ms, .cells = {cell::e, cell::i, cell::i, cell::neither, cell::i}}.draw(seed, k),
          x | circular_shift_units{.at_least = 50ms}.draw(seed, k),
          x | interval_jitter{.width = 20ms}.draw(seed, k),
          x | dither{.half_width = 20ms}.draw(seed, k),
          x | dither{.half_width = 20ms, .refractory = 3ms}.draw(seed, k),
          x | poisson_like{.sigma = 20ms}.draw(seed, k),
          x | isi_permutation{}.draw(seed, k),
          x | joint_isi_dither{}.draw(seed, k),
          x | trial_shuffle<tk>{{{from, from + tk{1}}, {from + tk{1}, from + tk{2}}}}.draw(seed, k)};
}
}  // namespace

TEST_CASE("surrogate: observed time, units and tick are kept, and every draw is the same whenever and wherever it is made") {
  for (auto const& x : recordings()) {
    auto const once = all_draws(x, 7, 3);
    auto elsewhere = std::async(std::launch::async, [&] { return all_draws(x, 7, 3); });
    auto const other = all_draws(x, 7, 4), again = all_draws(x, 7, 3), seeded = all_draws(x, 8, 3), there = elsewhere.get();
    for (std::size_t s = 0; s < once.size(); ++s) {
      CAPTURE(s);
      CHECK(once[s].observed() == x.observed());
      CHECK(once[s].size() == x.size());
      CHECK(same(once[s], again[s]));
      CHECK(same(once[s], there[s]));
      if (s + 1 < once.size()) CHECK_FALSE(same(once[s], other[s]));
      if (s + 1 < once.size()) CHECK_FALSE(same(once[s], seeded[s]));
    }
  }
}

TEST_CASE("surrogate: a unit's draw does not depend on the other units") {
  for (auto const& x : recordings()) {
    tick_list at;
    std::vector<unit_index> unit;
    for (std::size_t k = 0; k < x.spikes(); ++k)
      if (x.unit()[k] < 2) at.push_back(x.at()[k]), unit.push_back(x.unit()[k]);
    spike_table<tk> const fewer(at, unit, 5, x.observed());
    auto const a = all_draws(x, 1, 0), b = all_draws(fewer, 1, 0);
    for (std::size_t s = 0; s < a.size(); ++s) CHECK(train(a[s], 1) == train(b[s], 1));
  }
}

TEST_CASE("surrogate: nothing comes of no spikes, and one spike stays one") {
  auto const observed = epochs<tk>{{tk{0}, tk{300}}, {tk{400}, tk{700}}};
  spike_table<tk> const none({}, {}, 5, observed), one({450}, {1}, 5, observed);
  for (auto const& s : all_draws(none, 1, 0)) CHECK((s.spikes() == 0 && s.size() == 5 && s.observed() == observed));
  auto const draws = all_draws(one, 1, 0);
  for (std::size_t s = 0; s < draws.size(); ++s)
    if (s != 5) CHECK(spike_counts(draws[s]) == spike_counts(one));  // poisson_like keeps the expected count only
}

TEST_CASE("surrogate: a recording, its table, a part of it and a user's population are all sources") {
  auto const x = random_recording<tk>(3, {.units = 4, .length = 3000, .spikes = 200}).first;
  auto const draw = interval_jitter{.width = 50ms}.draw(2, 9);
  auto const expected = x | draw;
  CHECK(same(lab_notes{&x} | draw, expected));
  CHECK(same(draw(x), expected));

  auto const morning = epochs<tk>{{tk{100}, tk{900}}, {tk{1000}, tk{1500}}};
  auto const part = within(x, morning) | draw;
  CHECK(part.observed() == morning);
  tick_list at;
  std::vector<unit_index> unit;
  for (std::size_t k = 0; k < x.spikes(); ++k)
    if (morning.contains(tk{x.at()[k]})) at.push_back(x.at()[k]), unit.push_back(x.unit()[k]);
  CHECK(same(part, spike_table<tk>(at, unit, 4, morning) | draw));
  CHECK((at.size() > 50 && at.size() < x.spikes()));

  auto const y = random_recording<ns>(3, {.units = 4, .length = 3'000'000'000, .spikes = 200}).first;
  recording const from_file{.table = y, .units = {}, .waveforms = {}, .source = {}, .format = {}};
  CHECK(same(from_file | draw, y | draw));
}

TEST_CASE("surrogate: recording | draw | study runs the study on the surrogate") {
  auto const [x, cells] = random_recording<tk>(5, {.units = 6, .length = 20'000, .spikes = 3000});
  auto const study = split(cells) | pyramid(scales{10ms, 100ms}) | measure("rho"_n = zero_lag_correlation{});
  auto const draw = circular_shift{.at_least = 1s, .cells = cells}.draw(1, 0);
  auto const straight = x | draw | study;
  auto const table = x | draw;
  auto const by_hand = table | study;
  auto const real = x | study;
  CHECK(straight["rho"_n] == by_hand["rho"_n]);
  CHECK(straight["rho"_n] != real["rho"_n]);
}

TEST_CASE("surrogate: draws follow one another") {
  auto const x = random_recording<tk>(5, {.units = 3, .length = 2000, .spikes = 100}).first;
  CHECK(same(x | reversed{}.draw(0, 0) | reversed{}.draw(0, 1), x));
}

TEST_CASE("draw_key: every seed, draw and surrogate has streams of its own") {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (std::uint64_t k = 0; k < 20; ++k)
      for (auto const* name : {"dither", "interval_jitter"}) {
        draw_key const key(seed, k, name);
        seeds.insert(key.seed());
        CHECK(key.stream(4)() == random_stream(key.seed(), 4)());
        CHECK(key.stream(4)() != random_stream(seed, 4)());  // not the numbers that a synthetic recording of that seed is made from
      }
  CHECK(seeds.size() == 800);
}

TEST_CASE("p_value: worked by hand") {
  std::array const draws{1.0, 2.0, 3.0, 4.0};
  CHECK(p_value(5, draws) == 1.0 / 5);
  CHECK(p_value(3, draws) == 3.0 / 5);  // equal counts as extreme
  CHECK(p_value(0, draws) == 1);
  CHECK(p_value(0, draws, alternative::less) == 1.0 / 5);
  CHECK(p_value(2, draws, alternative::less) == 3.0 / 5);
  CHECK(p_value(5, draws, alternative::two_sided) == 2.0 / 5);
  CHECK(p_value(0, draws, alternative::two_sided) == 2.0 / 5);
  CHECK(p_value(2.5, draws, alternative::two_sided) == 1);
  CHECK(p_value(2.5, {}) == 1);
  CHECK(std::isnan(p_value(undefined(reason::no_spikes), draws)));
  CHECK(reason_of(p_value(undefined(reason::no_spikes), draws)) == reason::no_spikes);
  std::array const with_nan{1.0, undefined(reason::no_spikes)};
  CHECK(p_value(5, with_nan) == 2.0 / 3);
  CHECK(p_value(5, with_nan, alternative::less) == 1);
  CHECK(p_value(0, with_nan, alternative::less) == 2.0 / 3);
}
