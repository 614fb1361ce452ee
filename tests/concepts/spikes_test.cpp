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
static_assert(!spike_train<no_tick> && !spike_train<floating_tick> && !spike_train<other_tick> && !spike_train<no_window> && !spike_train<no_raw> && !spike_train<floating_raw> && !spike_train<mutable_only>);
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
static_assert(!event_source<source_without_layout> && !event_source<source_of_another_tick> && !event_source<source_without_end> && !event_source<least_replayable> && !event_source<least_source const>);
static_assert(!replayable<once_only> && !replayable<least_source>);

}  // namespace

namespace elsewhere {
/// A type of somebody else, with other names and 64-bit samples in an array.
struct cluster {
  std::string label;
  long long const* first;
  std::size_t n;
};
}  // namespace elsewhere

template <>
struct equipoise::spike_train_traits<elsewhere::cluster> {
  using tick_type = std::chrono::nanoseconds;
  static auto raw(elsewhere::cluster const& c) noexcept -> std::span<std::int64_t const> { return {reinterpret_cast<std::int64_t const*>(c.first), c.n}; }
  static auto when(elsewhere::cluster const&) noexcept -> window<tick_type> { return {tick_type{0}, tick_type{100}}; }
};
static_assert(spike_train<elsewhere::cluster>);

TEST_CASE("spikes: a user's own type is a train through the traits, and nothing is copied") {
  long long const samples[] = {1, 5, 9};
  elsewhere::cluster const c{"a", samples, 3};
  CHECK(raw(c).data() == reinterpret_cast<std::int64_t const*>(samples));
  CHECK(raw(c).size() == 3);
  CHECK(when(c).end == std::chrono::nanoseconds{100});
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
