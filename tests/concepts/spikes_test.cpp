// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <chrono>
#include <equipoise/concepts/spikes.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace equipoise;

namespace {
using tk = ticks<30'000>;

// ---- archetypes: as little as the concepts ask for --------------------------------------------------------------------------------------------

struct least_train {
  using tick_type = tk;
  auto raw() const noexcept -> std::span<std::int64_t const> { return {}; }
  auto when() const noexcept -> window<tk> { return {}; }
  least_train() = delete;
  least_train(least_train const&) = delete;
};
struct least_population {
  least_train const* train;
  auto size() const -> unsigned char { return 0; }
  auto operator[](unit_index) const -> least_train const& { return *train; }
  auto when() const -> window<tk> { return {}; }
};
struct least_source {
  using tick_type = tk;
  auto layout() -> equipoise::layout<tk> { return {}; }
  auto next() -> std::optional<event_block<tk>> { return std::nullopt; }
};
struct least_replayable {
  auto blocks() const -> least_source { return {}; }
};
static_assert(spike_train<least_train> && std::same_as<tick_of_t<least_train>, tk>);
static_assert(population<least_population> && event_source<least_source> && replayable<least_replayable>);

// ---- and what falls short by one thing ----------------------------------------------------------------------------------------------------

struct no_tick {
  auto raw() const noexcept -> std::span<std::int64_t const> { return {}; }
  auto when() const noexcept -> window<tk> { return {}; }
};
struct floating_tick : no_tick {
  using tick_type = std::chrono::duration<double>;
};
struct other_tick : no_tick {
  using tick_type = std::chrono::nanoseconds;  // its window counts in something else
};
struct no_window {
  using tick_type = tk;
  auto raw() const noexcept -> std::span<std::int64_t const> { return {}; }
};
struct no_raw {
  using tick_type = tk;
  auto when() const noexcept -> window<tk> { return {}; }
};
struct floating_raw : no_raw {
  std::vector<double> seconds;
  auto raw() const noexcept -> std::span<double const> { return seconds; }
};
struct mutable_only {
  using tick_type = tk;
  auto raw() noexcept -> std::span<std::int64_t const> { return {}; }
  auto when() noexcept -> window<tk> { return {}; }
};
static_assert(!spike_train<no_tick> && !spike_train<floating_tick> && !spike_train<other_tick> && !spike_train<no_window>);
static_assert(!spike_train<no_raw> && !spike_train<floating_raw> && !spike_train<mutable_only>);
static_assert(!spike_train<int> && !spike_train<std::vector<std::int64_t>> && !spike_train<least_population> && !spike_train<tk>);

struct unsized_population {
  least_train const* train;
  auto operator[](unit_index) const -> least_train const& { return *train; }
  auto when() const -> window<tk> { return {}; }
};
struct population_of_times {
  auto size() const -> std::size_t { return 0; }
  auto operator[](unit_index) const -> std::vector<double> { return {}; }
  auto when() const -> window<tk> { return {}; }
};
static_assert(!population<unsized_population> && !population<population_of_times> && !population<std::vector<int>> && !population<least_train>);

struct source_without_layout {
  using tick_type = tk;
  auto next() -> std::optional<event_block<tk>> { return std::nullopt; }
};
struct source_of_another_tick : least_source {
  auto next() -> std::optional<event_block<std::chrono::nanoseconds>> { return std::nullopt; }
};
struct source_without_end : least_source {
  auto next() -> event_block<tk> { return {}; }
};
struct once_only {
  auto blocks() -> least_source { return {}; }  // not const: a pass changes it
};
static_assert(!event_source<source_without_layout> && !event_source<source_of_another_tick> && !event_source<source_without_end>);
static_assert(!event_source<least_replayable> && !event_source<least_source const>);
static_assert(!replayable<once_only> && !replayable<least_source>);

}  // namespace

namespace eq = equipoise;

// [region train_with_members]
struct my_train {
  using tick_type = eq::ticks<30'000>;  // samples of a 30 kHz clock
  std::vector<std::int64_t> samples;
  std::int64_t length = 0;

  auto raw() const noexcept -> std::span<std::int64_t const> { return samples; }
  auto when() const noexcept -> eq::window<tick_type> { return {tick_type{0}, tick_type{length}}; }
};
static_assert(eq::spike_train<my_train>);
// [endregion train_with_members]

// [region train_with_traits]
namespace lab {
struct cluster {  // somebody else's type: it stays as it is
  std::string label;
  std::int64_t const* first;
  std::size_t n;
};
}  // namespace lab

template <>
struct equipoise::spike_train_traits<lab::cluster> {
  using tick_type = std::chrono::nanoseconds;
  static auto raw(lab::cluster const& c) noexcept -> std::span<std::int64_t const> { return {c.first, c.n}; }
  static auto when(lab::cluster const&) noexcept -> window<tick_type> { return {tick_type{0}, std::chrono::hours{1}}; }
};
static_assert(eq::spike_train<lab::cluster>);
// [endregion train_with_traits]

// [region population]
struct my_cells {
  std::vector<my_train> cells;

  auto size() const { return cells.size(); }
  auto operator[](eq::unit_index u) const -> my_train const& { return cells[u]; }
  auto when() const { return cells.front().when(); }
};
static_assert(eq::population<my_cells>);
// [endregion population]

// [region source]
struct metronome {  // unit 0 fires every 10 ms, unit 1 half a beat later; one second a block, `blocks` of them
  using tick_type = std::chrono::milliseconds;
  std::int64_t blocks = 0;
  std::vector<std::int64_t> at;
  std::vector<eq::unit_index> unit;
  std::int64_t next_block = 0;

  auto layout() const -> eq::layout<tick_type> { return {{tick_type{0}, tick_type{1000 * blocks}}, 2}; }
  auto next() -> std::optional<eq::event_block<tick_type>> {
    if (next_block == blocks) return std::nullopt;
    auto const begin = 1000 * next_block++;
    at.clear(), unit.clear();
    for (eq::unit_index beat = 0; beat < 200; ++beat) at.push_back(begin + 5 * beat), unit.push_back(beat % 2);
    return eq::event_block<tick_type>{{tick_type{begin}, tick_type{begin + 1000}}, at, unit};
  }
};
static_assert(eq::event_source<metronome>);
// [endregion source]

TEST_CASE("spikes: a user's own type is a train through the traits, and nothing is copied") {
  std::int64_t const samples[] = {1, 5, 9};
  lab::cluster const c{"a", samples, 3};
  CHECK(raw(c).data() == samples);
  CHECK(raw(c).size() == 3);
  CHECK(when(c).end == std::chrono::hours{1});
  static_assert(std::same_as<tick_of_t<lab::cluster>, std::chrono::nanoseconds>);
}

TEST_CASE("spikes: members serve as well, also within a population that gives references") {
  my_cells const p{{{{4, 8}, 100}, {{}, 100}}};
  CHECK(raw(p[0]).data() == p.cells[0].samples.data());
  CHECK(when(p[1]) == window<tk>{tk{0}, tk{100}});
}

TEST_CASE("spikes: a source hands out ascending, disjoint blocks until it is empty") {
  metronome source{.blocks = 3, .at = {}, .unit = {}};
  std::int64_t spikes = 0, last = -1;
  auto end = source.layout().when.begin;
  while (auto const b = source.next()) {
    CHECK(b->when.begin == end);
    end = b->when.end;
    for (auto const t : b->at) {
      CHECK((t > last && b->when.contains(std::chrono::milliseconds{t})));
      last = t;
      ++spikes;
    }
  }
  CHECK(spikes == 600);
  CHECK(end == source.layout().when.end);
  CHECK_FALSE(source.next().has_value());
}

TEST_CASE("spikes: part of a block is a view of the same memory") {
  std::vector<std::int64_t> const at{-4, 0, 0, 3, 7, 9};
  std::vector<unit_index> const unit{0, 1, 2, 0, 1, 2};
  event_block<tk> const b{{tk{-5}, tk{10}}, at, unit};
  auto const part = b.within({tk{0}, tk{7}});
  CHECK(part.size() == 3);
  CHECK(part.at.data() == at.data() + 1);
  CHECK(part.unit.data() == unit.data() + 1);
  CHECK(part.when == window<tk>{tk{0}, tk{7}});
  CHECK(b.within({tk{1}, tk{3}}).size() == 0);
  CHECK(b.within(b.when).at.data() == at.data());
  CHECK(b.within({tk{-5}, tk{-4}}).size() == 0);
  CHECK(b.within({tk{9}, tk{10}}).unit.front() == 2);
}

TEST_CASE("spikes: a block is sound only if its events are ascending, inside its time and of known units") {
  std::vector<std::int64_t> const at{-4, 0, 0, 3, 7, 9}, descending{-4, 0, 3, 0, 7, 9};
  std::vector<unit_index> const unit{0, 1, 2, 0, 1, 2};
  event_block<tk> const b{{tk{-4}, tk{10}}, at, unit};
  CHECK(b.sound(3));
  CHECK_FALSE(b.sound(2));
  CHECK_FALSE(event_block<tk>{{tk{-3}, tk{10}}, at, unit}.sound(3));
  CHECK_FALSE(event_block<tk>{{tk{-4}, tk{9}}, at, unit}.sound(3));
  CHECK_FALSE(event_block<tk>{{tk{-4}, tk{10}}, descending, unit}.sound(3));
  CHECK_FALSE(event_block<tk>{{tk{-4}, tk{10}}, at, std::span(unit).first(5)}.sound(3));
  CHECK(event_block<tk>{{tk{-4}, tk{-4}}, {}, {}}.sound(0));
}
