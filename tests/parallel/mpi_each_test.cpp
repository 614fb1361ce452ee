// SPDX-License-Identifier: BSL-1.0
// Run on one to four ranks; every rank runs every test.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/parallel/mpi_each.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "../random_recording.hpp"
#include "ranks.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using equipoise::testing::ranks;
using tk = ticks<1'000>;

namespace {
auto numbers(std::size_t n) {
  std::vector<std::int64_t> x(n);
  std::iota(x.begin(), x.end(), 10);
  return x;
}
/// What a user might send: a class with fields.
struct finding {
  std::string name;
  std::vector<double> values;
  std::map<std::string, std::int64_t> counts;
  static auto fields(auto& s) { return std::tie(s.name, s.values, s.counts); }
  auto operator==(finding const&) const -> bool = default;
};
auto of_size = [](std::int64_t x) { return x; };
}  // namespace

TEST_CASE("mpi_each: outcomes stand in the order of the items, whoever worked on them, for none, few and many items") {
  for (std::size_t const n : {0u, 1u, 2u, 3u, 7u, 100u}) {
    auto const items = numbers(n);
    auto const all = mpi::each(items, of_size, ranks(), [](std::int64_t x) { return std::to_string(x * x); });
    REQUIRE(all.size() == (ranks().rank() == 0 ? n : 0));
    for (std::size_t k = 0; k < all.size(); ++k) {
      CHECK(all[k].value == std::to_string(items[k] * items[k]));
      CHECK(all[k].problem.empty());
    }
  }
}

TEST_CASE("mpi_each: numbers, lists and classes with fields arrive as they were, also longer than a message") {
  mpi::communicator const c(ranks().raw(), 100);
  auto find = [](std::int64_t x) { return finding{"no " + std::to_string(x), std::vector<double>(static_cast<std::size_t>(40 * x), 0.1 * static_cast<double>(x)), {{"spikes", x}, {"bins", -x}}}; };
  auto const items = numbers(9);
  auto const all = mpi::each(items, of_size, c, find);
  for (std::size_t k = 0; k < all.size(); ++k) {
    REQUIRE(all[k].value.has_value());
    CHECK(*all[k].value == find(items[k]));
  }
}

TEST_CASE("mpi_each: an item that fails says why, and the others are there") {
  auto const items = numbers(40);
  auto const all = mpi::each(items, of_size, ranks(), [](std::int64_t x) -> std::int64_t {
    if (x == 12) throw error("phy: night 12/spike_times.npy: the file is shorter than its header says");
    if (x == 13) throw std::runtime_error("");
    if (x == 14) throw 7;
    if (x % 10 == 5) throw std::out_of_range("no channel " + std::to_string(x));
    return 2 * x;
  });
  for (std::size_t k = 0; k < all.size(); ++k) {
    auto const x = items[k];
    auto const expected = x == 12      ? "phy: night 12/spike_times.npy: the file is shorter than its header says"
                          : x == 13     ? "failed, and does not say why"
                          : x == 14     ? "threw something that is no std::exception"
                          : x % 10 == 5 ? "no channel " + std::to_string(x)
                                        : std::string{};
    CHECK(all[k].problem == expected);
    CHECK(all[k].value.has_value() == expected.empty());
    if (all[k].value) CHECK(*all[k].value == 2 * x);
  }
  auto const none = mpi::each(items, of_size, ranks(), [](std::int64_t) -> std::int64_t { throw error("nothing can be read"); });
  CHECK(std::all_of(none.begin(), none.end(), [](auto const& o) { return !o.value && o.problem == "nothing can be read"; }));
}

TEST_CASE("mpi_each: every rank takes the largest that is left, more than one rank works, and every result is told once to the thread that called") {
  random_stream random(5);
  std::vector<std::int64_t> items;
  for (int k = 0; k < 200; ++k) items.push_back(static_cast<std::int64_t>(random.below(50)));
  std::int64_t turn = 0;
  auto const me = static_cast<std::int64_t>(ranks().rank());
  auto const here = std::this_thread::get_id();
  std::vector<std::size_t> told;
  auto elsewhere = 0;
  auto const all = mpi::each(
      items, of_size, ranks(),
      [&](std::int64_t) {
        std::this_thread::sleep_for(1ms);
        return std::pair(me, turn++);
      },
      [&](std::size_t k, auto const& outcome) {
        told.push_back(k);
        elsewhere += std::this_thread::get_id() != here || !outcome.value;
      });
  if (ranks().rank() != 0) {
    CHECK(told.empty());
    return;
  }
  std::map<std::int64_t, std::vector<std::size_t>> of_rank;
  for (std::size_t k = 0; k < all.size(); ++k) {
    REQUIRE(all[k].value.has_value());
    auto& places = of_rank[all[k].value->first];
    auto const at = static_cast<std::size_t>(all[k].value->second);
    if (places.size() <= at) places.resize(at + 1, items.size());
    places[at] = k;
  }
  CHECK((of_rank.size() > 1) == (ranks().size() > 1));
  for (auto const& [rank, places] : of_rank)
    CHECK(std::adjacent_find(places.begin(), places.end(), [&](auto a, auto b) { return std::pair(-items[a], a) > std::pair(-items[b], b); }) == places.end());
  CHECK(elsewhere == 0);
  std::sort(told.begin(), told.end());
  REQUIRE(told.size() == items.size());
  for (std::size_t k = 0; k < told.size(); ++k) CHECK(told[k] == k);
}

TEST_CASE("mpi_each: an item whose size cannot be told comes last") {
  std::vector<std::string> const items{"gone", "small", "large", "also gone", "large too"};
  auto size_of = [](std::string const& name) -> std::uint64_t {
    if (name.ends_with("gone")) throw error(name + ": no such file");
    return name.starts_with("large") ? 1'000 : 1;
  };
  CHECK(mpi::detail::largest_first(items, size_of) == std::vector<std::size_t>{2, 4, 1, 0, 3});
  auto const all = mpi::each(items, size_of, ranks(), [&](std::string const& name) { return size_of(name); });
  if (ranks().rank() == 0) {
    CHECK(all[3].problem == "also gone: no such file");
    CHECK(all[4].value == 1'000);
  }
}

TEST_CASE("mpi_each: who is told of results can stop the run; the ranks come back, and go on together") {
  auto const items = numbers(300);
  auto worked = 0;
  auto stopped = [&] {
    mpi::each(
        items, of_size, ranks(),
        [&](std::int64_t x) {
          ++worked;
          std::this_thread::sleep_for(1ms);
          return x;
        },
        [seen = 0](std::size_t, auto const&) mutable {
          if (++seen == 10) throw error("enough");
        });
  };
  if (ranks().rank() == 0) CHECK_THROWS_WITH_AS(stopped(), "enough", error);
  else CHECK_NOTHROW(stopped());
  CHECK(worked < 300);
  CHECK(mpi::each(items, of_size, ranks(), [](std::int64_t x) { return x; }).size() == (ranks().rank() == 0 ? 300 : 0));
}

TEST_CASE("mpi_each: lists of unlike length are refused on every rank") {
  if (ranks().size() == 1) return;
  CHECK_THROWS_WITH_AS(mpi::each(numbers(3 + ranks().rank() / (ranks().size() - 1)), of_size, ranks(), [](std::int64_t x) { return x; }), doctest::Contains("lists of unlike length"), error);
}

TEST_CASE("mpi_each: what rank 0 works out is there on every rank, and what it throws is an error on every rank") {
  auto calls = 0;
  auto const list = mpi::on_root(ranks(), [&] {
    ++calls;
    return std::vector<std::string>{"a", "", "c d"};
  });
  CHECK(list == std::vector<std::string>{"a", "", "c d"});
  CHECK(calls == (ranks().rank() == 0 ? 1 : 0));
  CHECK_THROWS_WITH_AS(mpi::on_root(ranks(), []() -> int { throw error("no such folder"); }), "no such folder", error);
  CHECK(mpi::on_root(ranks(), [] { return 0.1; }) == 0.1);
}

TEST_CASE("mpi_each: many recordings give the numbers of one program that runs them one after the other") {
  auto correlations = [](std::int64_t seed) {
    auto const [table, cells] = testing::random_recording<tk>(static_cast<std::uint64_t>(seed), {.units = 6, .length = 5'000, .spikes = 1'000});
    return (table | split(cells) | pyramid(scales{5ms, 50ms}) | measure("rho"_n = zero_lag_correlation{}))["rho"_n];
  };
  auto const items = numbers(12);
  auto const all = mpi::each(items, of_size, ranks(), correlations);
  for (std::size_t k = 0; k < all.size(); ++k) CHECK(all[k].value == correlations(items[k]));
}
