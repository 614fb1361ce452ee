// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <equipoise/core/random.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/spikes/population_blocks.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <optional>
#include <tuple>
#include <vector>

using namespace equipoise;

namespace {
using tk = ticks<1000>;
using columns = std::vector<std::int64_t>;
using owners = std::vector<unit_index>;

/// A user's population: no base class, no blocks of its own.
struct lab_notes {
  std::vector<columns> cells;
  window<tk> span{tk{0}, tk{100'000}};
  auto size() const { return cells.size(); }
  auto operator[](unit_index u) const { return spike_span<tk>(cells[u], span); }
  auto when() const { return span; }
};
static_assert(population<lab_notes> && !replayable<lab_notes>);
static_assert(event_source<population_blocks<tk>>);
static_assert(std::same_as<decltype(blocks_of(std::declval<lab_notes const&>())), population_blocks<tk>>);
static_assert(std::same_as<decltype(blocks_of(std::declval<spike_table<tk> const&>())), column_blocks<tk>>);

template <class P>
concept takes_blocks = requires(P&& p) { blocks_of(std::forward<P>(p)); };
static_assert(takes_blocks<lab_notes&> && takes_blocks<lab_notes const&>);
static_assert(!takes_blocks<lab_notes>);  // a temporary would be gone before its spikes are read
static_assert(!takes_blocks<spike_vector<tk>&>);
template <class P>
concept can_be_shared_out = requires(P&& p) { blocks_of(std::forward<P>(p), part{}); };
static_assert(can_be_shared_out<lab_notes const&> && can_be_shared_out<spike_table<tk> const&>);
static_assert(!can_be_shared_out<lab_notes> && !can_be_shared_out<spike_table<tk>>);

struct pass {
  columns at;
  owners unit;
  std::vector<window<tk>> windows;
};
auto drain(auto source) {
  pass p;
  while (auto const b = source.next()) {
    p.windows.push_back(b->when);
    CHECK(std::all_of(b->at.begin(), b->at.end(), [&](auto t) { return b->when.contains(tk{t}); }));
    p.at.insert(p.at.end(), b->at.begin(), b->at.end());
    p.unit.insert(p.unit.end(), b->unit.begin(), b->unit.end());
  }
  return p;
}

/// Σ over spikes of time · (unit + 1): an analysis that sees order-free contents.
struct weighted_sum : analysis_base {
  using takes = events;
  struct state : state_base {
    std::int64_t sum = 0;
    static auto fields(auto& s) { return std::tie(s.sum); }
    template <tick T>
    void absorb(event_block<T> const& b) {
      for (std::size_t k = 0; k < b.size(); ++k) sum += b.at[k] * (b.unit[k] + 1);
    }
    auto merge(state const& o) -> state& { return sum += o.sum, *this; }
  };
  template <tick T>
  auto start(layout<T> const&) const {
    return state{};
  }
  auto finish(state const& s) const { return s.sum; }
};
}  // namespace

TEST_CASE("blocks_of: trains are merged in time order, the lower unit first, in blocks of 30 s") {
  lab_notes const notes{{{5, 30'000, 99'999}, {}, {0, 5, 29'999}}};
  auto const p = drain(blocks_of(notes));
  CHECK(p.at == columns{0, 5, 5, 29'999, 30'000, 99'999});
  CHECK(p.unit == owners{2, 0, 2, 2, 0, 0});
  CHECK(p.windows == std::vector<window<tk>>{{tk{0}, tk{30'000}}, {tk{30'000}, tk{60'000}}, {tk{60'000}, tk{90'000}}, {tk{90'000}, tk{100'000}}});
  CHECK(blocks_of(notes).layout().units == 3);
  CHECK(blocks_of(notes).layout().when == notes.span);
}

TEST_CASE("blocks_of: a chosen part of time keeps its gaps and the origin") {
  lab_notes const notes{{{5, 30'000, 99'999}, {}, {0, 5, 29'999}}};
  auto const p = drain(blocks_of(notes, epochs<tk>{{tk{1}, tk{6}}, {tk{99'000}, tk{200'000}}}));
  CHECK(p.at == columns{5, 5, 99'999});
  CHECK(p.windows == std::vector<window<tk>>{{tk{1}, tk{6}}, {tk{99'000}, tk{100'000}}});  // not beyond the population's window
  CHECK(drain(blocks_of(notes, epochs<tk>{})).windows.empty());
}

TEST_CASE("blocks_of: a population that can be replayed gives its own blocks, gaps included") {
  spike_table<tk> const table({1, 8}, {0, 1}, 2, epochs<tk>{{tk{0}, tk{3}}, {tk{7}, tk{9}}});
  CHECK(drain(blocks_of(table)).windows == std::vector<window<tk>>{{tk{0}, tk{3}}, {tk{7}, tk{9}}});
  CHECK(drain(blocks_of(table, epochs<tk>(window<tk>{tk{2}, tk{8}}))).windows == std::vector<window<tk>>{{tk{2}, tk{3}}, {tk{7}, tk{8}}});
}

TEST_CASE("blocks_of: a worker's share of a population, and of one that has blocks of its own") {
  lab_notes const notes{{{5, 30'000, 99'999}, {}, {0, 5, 29'999}}};
  CHECK(drain(blocks_of(notes, part{1, 4})).windows == std::vector<window<tk>>{{tk{25'000}, tk{50'000}}});
  CHECK(drain(blocks_of(notes, part{1, 4})).at == columns{29'999, 30'000});
  spike_table<tk> const table({1, 8}, {0, 1}, 2, epochs<tk>{{tk{0}, tk{3}}, {tk{7}, tk{9}}});
  CHECK(drain(blocks_of(table, part{0, 2})).windows == std::vector<window<tk>>{{tk{0}, tk{2}}});
  CHECK(drain(blocks_of(table, {1, 2})).windows == std::vector<window<tk>>{{tk{2}, tk{3}}, {tk{7}, tk{9}}});
}

TEST_CASE("blocks_of: faults are errors that name the unit, never repaired") {
  lab_notes const unsorted{{{1}, {10, 7}}}, outside{{{1}, {100'000}}};
  CHECK_THROWS_WITH_AS(drain(blocks_of(unsorted)), "blocks_of, unit 1: times are not ascending (expected at least 10, found 7); validate(…) counts such places", error);
  CHECK_THROWS_WITH_AS(drain(blocks_of(outside)), doctest::Contains("unit 1: a spike lies outside the population's window (expected [0, 100000), found 100000)"), error);
  CHECK_THROWS_AS(drain(blocks_of(outside, epochs<tk>(window<tk>{tk{0}, tk{10}}))), error);  // also where nobody asked for it
  CHECK_THROWS_AS(population_blocks<tk>(unsorted, epochs<tk>(unsorted.span), tk{0}), error);
}

TEST_CASE("blocks_of: 200 random populations equal a stable sort of their spikes, and run through a study") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_stream random(seed);
    lab_notes notes;
    std::vector<std::pair<std::int64_t, unit_index>> expected;
    std::int64_t sum = 0;
    for (unit_index u = 0; u < 1 + seed % 17; ++u) {
      columns train;
      for (auto n = random.below(20); n > 0; --n) train.push_back(static_cast<std::int64_t>(random.below(seed % 2 == 0 ? 50 : 100'000)));
      std::sort(train.begin(), train.end());
      for (auto const t : train) expected.emplace_back(t, u), sum += t * (u + 1);
      notes.cells.push_back(std::move(train));
    }
    std::sort(expected.begin(), expected.end());
    auto const p = drain(population_blocks<tk>(notes, epochs<tk>(notes.span), tk{1 + static_cast<std::int64_t>(random.below(40'000))}));
    REQUIRE(p.at.size() == expected.size());
    auto wrong = 0;
    for (std::size_t k = 0; k < expected.size(); ++k) wrong += expected[k] != std::pair(p.at[k], p.unit[k]);
    CHECK(wrong == 0);
    CHECK((blocks_of(notes) | weighted_sum{}) == sum);
  }
}

namespace {
/// Units that were held for unlike times.
struct held_units {
  std::vector<columns> cells;
  std::vector<window<tk>> held;
  auto size() const { return cells.size(); }
  auto operator[](unit_index u) const { return spike_span<tk>(cells[u], held[u]); }
  auto when() const { return window<tk>{tk{0}, tk{100'000}}; }
};
}  // namespace

TEST_CASE("blocks_of: units that were observed for unlike times are refused, or masked to the time they share") {
  held_units const units{{{10, 50'000}, {20, 30, 39'999}}, {{tk{0}, tk{100'000}}, {tk{15}, tk{40'000}}}};
  CHECK_THROWS_WITH_AS(blocks_of(units), doctest::Contains("unit 1: the unit was not observed for the whole time"), error);
  CHECK_THROWS_WITH_AS(blocks_of(units, epochs<tk>(window<tk>{tk{0}, tk{20}})), doctest::Contains("common_time(trains)"), error);
  CHECK(common_time(units) == epochs<tk>(window<tk>{tk{15}, tk{40'000}}));
  auto const p = drain(blocks_of(units, common_time(units)));
  CHECK(p.at == columns{20, 30, 39'999});
  held_units const apart{{{1}, {60'000}}, {{tk{0}, tk{50'000}}, {tk{50'000}, tk{100'000}}}};
  CHECK(common_time(apart).empty());
}
