// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <equipoise/core/random.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <vector>

using namespace equipoise;

namespace {
using tk = ticks<1000>;
using columns = std::vector<std::int64_t>;
using owners = std::vector<unit_index>;
constexpr window<tk> second{tk{0}, tk{1000}};

static_assert(population<spike_table<tk>> && replayable<spike_table<tk>> && population<spike_table<std::chrono::nanoseconds>>);
static_assert(!spike_train<spike_table<tk>> && !event_source<spike_table<tk>>);

auto ticks_of(spike_span<tk> s) { return columns(s.raw().begin(), s.raw().end()); }
}  // namespace

TEST_CASE("spike_table: the same spikes in time order and by unit, silent units included") {
  spike_table<tk> const t({3, 5, 5, 8}, {2, 0, 2, 0}, 4, second);
  CHECK(t.size() == 4);
  CHECK(t.spikes() == 4);
  CHECK(ticks_of(t[0]) == columns{5, 8});
  CHECK(ticks_of(t[1]).empty());
  CHECK(ticks_of(t[2]) == columns{3, 5});
  CHECK(ticks_of(t[3]).empty());
  CHECK(t[0].when() == second);
  CHECK(t.when() == second);
  CHECK(t[0].raw().data() == t[0].raw().data());  // a view, not a copy
  CHECK(spike_table<tk>{}.size() == 0);
}

TEST_CASE("spike_table: sorted sorts by time and keeps the order of equal times") {
  auto const t = spike_table<tk>::sorted({9, 4, 9, 0, 4}, {0, 3, 2, 1, 1}, 4, second);
  CHECK(columns(t.at().begin(), t.at().end()) == columns{0, 4, 4, 9, 9});
  CHECK(owners(t.unit().begin(), t.unit().end()) == owners{1, 3, 1, 0, 2});
}

TEST_CASE("spike_table: faults are refused with a sentence") {
  CHECK_THROWS_WITH_AS((spike_table<tk>({1, 2}, {0}, 1, second)), doctest::Contains("times and units differ in length (expected 2 units, found 1)"), error);
  CHECK_THROWS_WITH_AS((spike_table<tk>::sorted({2, 1}, {0}, 1, second)), doctest::Contains("differ in length"), error);
  CHECK_THROWS_WITH_AS((spike_table<tk>({5, 4}, {0, 0}, 1, second)), doctest::Contains("spike 1: times are not ascending (expected at least 5, found 4)"), error);
  CHECK_THROWS_WITH_AS((spike_table<tk>({5}, {1}, 1, second)), doctest::Contains("a unit that is not there (expected less than 1, found 1)"), error);
  CHECK_THROWS_WITH_AS((spike_table<tk>({1000}, {0}, 1, second)), doctest::Contains("outside the observed time (found 1.0"), error);
  CHECK_THROWS_WITH_AS((spike_table<tk>({-1}, {0}, 1, second)), doctest::Contains("spike 0: a spike lies outside"), error);
  CHECK_THROWS_WITH_AS((spike_table<tk>({3, 5, 7}, {0, 0, 0}, 1, epochs<tk>{{tk{0}, tk{5}}, {tk{6}, tk{9}}})), doctest::Contains("spike 1: a spike lies outside"), error);
  CHECK_THROWS_AS((spike_table<tk>({3}, {0}, 1, epochs<tk>{})), error);
  CHECK_NOTHROW((spike_table<tk>({0, 4, 6, 8}, {0, 0, 0, 0}, 1, epochs<tk>{{tk{0}, tk{5}}, {tk{6}, tk{9}}})));
}

TEST_CASE("spike_table: blocks read its own memory, block by block, and pass over it again and again") {
  spike_table<tk> const t({0, 10, 10, 400, 999}, {0, 1, 0, 1, 0}, 2, second);
  for (int pass = 0; pass < 2; ++pass) {
    auto blocks = t.blocks(tk{300});
    CHECK(blocks.layout().units == 2);
    CHECK(blocks.layout().when == second);
    std::size_t seen = 0, count = 0;
    while (auto const b = blocks.next()) {
      if (!b->at.empty()) CHECK(b->at.data() == t.at().data() + seen);
      seen += b->size();
      ++count;
    }
    CHECK(seen == 5);
    CHECK(count == 4);
  }
  auto whole = t.blocks();  // 30 s
  CHECK(whole.next()->size() == 5);
  CHECK_FALSE(whole.next().has_value());
}

TEST_CASE("spike_table: by unit holds exactly the spikes of each unit, over 200 random tables") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_stream random(seed);
    auto const units = 1 + random.below(9);
    columns at;
    owners unit;
    for (auto n = random.below(100); n > 0; --n) at.push_back(static_cast<std::int64_t>(random.below(1000))), unit.push_back(static_cast<unit_index>(random.below(units)));
    auto const t = spike_table<tk>::sorted(at, unit, units, second);
    CHECK(std::is_sorted(t.at().begin(), t.at().end()));
    for (unit_index u = 0; u < units; ++u) {
      columns expected;
      for (std::size_t k = 0; k < at.size(); ++k)
        if (unit[k] == u) expected.push_back(at[k]);
      std::sort(expected.begin(), expected.end());
      CHECK(ticks_of(t[u]) == expected);
    }
  }
}
