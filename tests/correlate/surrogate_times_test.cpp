// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <equipoise/correlate/surrogate_times.hpp>
#include <limits>
#include <utility>

#include "surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;
using tk = ms_ticks;

TEST_CASE("surrogate_times: many words at once are the words of random_stream") {
  for (std::size_t const n : {0u, 1u, 2u, 63u, 64u, 65u, 1000u}) {
    for (auto const& [seed, stream] : {std::pair<std::uint64_t, std::uint64_t>{0, 0}, {~0ull, 5}, {0x0123456789ABCDEFu, 0xFEDCBA9876543210u}}) {
      std::vector<std::uint64_t> words(n + 1, 42), expected(n);
      detail::random_words(seed, stream, std::span(words).first(n));
      random_stream random(seed, stream);
      for (auto& w : expected) w = random();
      CHECK(std::equal(expected.begin(), expected.end(), words.begin()));
      CHECK(words[n] == 42);
      std::vector<std::uint32_t> halves(2 * n + 1, 42);
      detail::random_words(seed, stream, std::span(halves).first(2 * n));
      for (std::size_t k = 0; k < n; ++k) CHECK((std::uint64_t{halves[2 * k + 1]} << 32 | halves[2 * k]) == expected[k]);
      CHECK(halves[2 * n] == 42);
    }
  }
}

TEST_CASE("surrogate_times: the words of a unit are the halves of its stream's, in the order of its spikes") {
  spike_table<tk> const x({1, 2, 3, 4, 5}, {2, 0, 2, 2, 0}, 3, window<tk>{tk{0}, tk{10}});
  detail::words_by_unit word(x, 9);
  std::vector<random_stream> streams{random_stream(9, 0), random_stream(9, 1), random_stream(9, 2)};
  std::vector<std::uint64_t> kept(3);  // the upper half of a 64-bit word is the word after its lower half
  std::vector<int> drawn(3);
  for (auto const u : x.unit()) {
    if (drawn[u]++ % 2 == 0) kept[u] = streams[u]();
    CHECK(word(u) == static_cast<std::uint32_t>(kept[u]));
    kept[u] >>= 32;
  }
}

TEST_CASE("surrogate_times: scaled spans 0 to n - 1") {
  CHECK(detail::scaled(0ull, 10) == 0);
  CHECK(detail::scaled(~0ull, 10) == 9);
  CHECK(detail::scaled(1ull << 63, 10) == 5);
  CHECK(detail::scaled(~0ull, 1) == 0);
  CHECK(detail::scaled(~0ull, (std::numeric_limits<std::int64_t>::max)()) == (std::numeric_limits<std::int64_t>::max)() - 1);
  CHECK(detail::scaled(~0u, 10) == 9);
  CHECK(detail::scaled(1u << 31, 10) == 5);
  CHECK(detail::scaled(~0u, std::int64_t{1} << 40) == (std::int64_t{1} << 40) - 256);  // steps of n / 2^32
}

TEST_CASE("surrogate_times: reflected folds at both edges, as often as needed") {
  for (auto const& [t, expected] : {std::pair<std::int64_t, std::int64_t>{3, 3}, {5, 5}, {2, 3}, {1, 4}, {6, 5}, {7, 4}, {8, 3}, {9, 3}, {10, 4}, {0, 5}, {-1, 5}, {-2, 4}, {-3, 3}, {-4, 3}}) {
    CAPTURE(t);
    CHECK(detail::reflected(t, 3, 6) == expected);
  }
  for (std::int64_t t = -50; t < 50; ++t) CHECK(detail::reflected(t, 4, 5) == 4);
}

TEST_CASE("surrogate_times: a duration below the least is refused") {
  CHECK(detail::ticks_of<tk>(20ms, "dither", "half_width") == 20);
  CHECK(detail::ticks_of<ticks<30'000>>(1ms, "dither", "half_width") == 30);
  CHECK_THROWS_WITH_AS(detail::ticks_of<tk>(400us, "dither", "half_width"), doctest::Contains("dither, half_width: too short for the clock of the recording (expected at least 1 tick, found 400000 ns)"), error);
  CHECK_THROWS_AS(detail::ticks_of<tk>(-1ms, "dither", "refractory", 0), error);
}

TEST_CASE("surrogate_times: in_time_order sorts by time and then by unit, however the times lie") {
  random_stream random(4);
  for (int round = 0; round < 200; ++round) {
    auto const n = random.below(400);
    auto const wide = random.below(3);
    tick_list at;
    std::vector<unit_index> unit;
    for (std::uint64_t k = 0; k < n; ++k) {
      auto const crowded = wide == 0 || random.below(2) == 0;
      at.push_back(static_cast<std::int64_t>(random.below(crowded ? 5 : wide == 1 ? 100'000 : 1ull << 60)) - 3);
      unit.push_back(static_cast<unit_index>(random.below(7)));
    }
    std::vector<std::pair<std::int64_t, unit_index>> expected;
    for (std::size_t k = 0; k < n; ++k) expected.emplace_back(at[k], unit[k]);
    std::sort(expected.begin(), expected.end());
    auto const x = detail::in_time_order<tk>(at, unit, 7, epochs<tk>(window<tk>{tk{-3}, tk{1ll << 60}}));
    CHECK(x.spikes() == n);
    for (std::size_t k = 0; k < n; ++k) CHECK(std::pair(x.at()[k], x.unit()[k]) == expected[k]);
  }
}

TEST_CASE("surrogate_times: stretches") {
  auto const observed = epochs<tk>{{tk{0}, tk{5}}, {tk{7}, tk{9}}, {tk{12}, tk{20}}};
  detail::stretch_finder<tk> stretch_of(observed);
  for (std::int64_t const t : {0, 4, 7, 8, 12, 19, 3}) CHECK(stretch_of(t).contains(tk{t}));
  std::vector<std::pair<tick_list, std::int64_t>> seen;
  tick_list const spikes{1, 4, 13, 13, 19};
  detail::for_each_stretch(std::span<std::int64_t const>(spikes), observed, [&](auto part, window<tk> w) { seen.emplace_back(tick_list(part.begin(), part.end()), w.begin.count()); });
  CHECK(seen == std::vector<std::pair<tick_list, std::int64_t>>{{{1, 4}, 0}, {{13, 13, 19}, 12}});
}
