// SPDX-License-Identifier: BSL-1.0
// Run on one to four ranks; every rank runs every test.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/parallel/mpi.hpp>
#include <equipoise/pipeline/by_state.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/fork.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/pipeline/sliding.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/co_moments.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <equipoise/stats/unit_moments.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../random_recording.hpp"
#include "ranks.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using equipoise::testing::ranks;
using tk = ticks<1'000>;

namespace {
static_assert(!std::is_copy_constructible_v<mpi::communicator> && !std::is_copy_constructible_v<mpi::world>);
static_assert(std::derived_from<mpi::world, mpi::communicator>);

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
auto study_of(std::vector<cell> const& cells, scales const& widths = {2ms, 30ms, 1s}) {
  return fork("plain"_n = split(cells) | pyramid(widths) | measure("rho"_n = zero_lag_correlation{}, "moments"_n = keep<co_moments>{}, "lag"_n = lagged{}, "rows"_n = keep<count_rows>{}, "groups"_n = grouped{}),
              "units"_n = split(cells) | pyramid(scales{5ms, 100ms}).with_units() | measure("joint"_n = keep<joint_histogram>{}, "active"_n = keep<unit_moments>{}));
}
auto made(std::uint64_t seed) {
  return testing::random_recording<tk>(seed, {.units = 6, .length = 40'000, .spikes = 8'000, .gaps = seed % 2 == 1, .begin = seed % 3 == 0 ? -1'234 : 0});
}
template <class Source, class A>
auto in_one_pass(Source const& source, A const& study) {
  auto state = study.start(source.blocks().layout());
  absorb(state, source.blocks());
  return state;
}
auto last() { return ranks().size() - 1; }

/// Cannot be read on one rank.
struct broken_on {
  using tick_type = tk;
  spike_table<tk> const* table;
  std::size_t rank;
  [[nodiscard]] auto blocks() const { return table->blocks(); }
  [[nodiscard]] auto blocks(epochs<tk> const& when) const {
    if (ranks().rank() == rank) throw error("the disk is gone");
    return table->blocks(when);
  }
};
}  // namespace

TEST_CASE("mpi: as many ranks as the launcher was asked for, and a second world of the same") {
  auto const& world = ranks();
  CHECK(world.rank() < world.size());
  CHECK(world.part() == part{world.rank(), world.size()});
  if (auto const* launched = std::getenv("OMPI_COMM_WORLD_SIZE")) CHECK(world.size() == std::stoul(launched));
  {
    mpi::world const another;
    CHECK(another.part() == world.part());
    CHECK(another.raw() != world.raw());
  }
  CHECK(world.agree(7));
  CHECK(world.agree(world.rank()) == (world.size() == 1));
  CHECK(world.agree(world.rank() == last() ? 1 : 0) == (world.size() == 1));
}

TEST_CASE("mpi: bytes of any length arrive, in pieces of at most the largest message") {
  for (std::size_t const largest : {1u, 7u, 1'000'000u}) {
    mpi::communicator const c(ranks().raw(), largest);
    for (std::size_t const n : {0u, 1u, 6u, 7u, 8u, 14u, 3'001u}) {
      std::string text;
      for (std::size_t k = 0; k < n; ++k) text += static_cast<char>(k * k + n);
      CHECK(c.broadcast(c.rank() == 0 ? text : "something else") == text);
      for (std::size_t other = 1; other < c.size(); ++other) {  // there and back
        if (c.rank() == 0) {
          c.send(text, other, 5);
          CHECK(c.receive(other, 6) == text + text);
        } else if (c.rank() == other) {
          auto const got = c.receive(0, 5);
          CHECK(got == text);
          c.send(got + got, 0, 6);
        }
      }
    }
  }
  CHECK_THROWS_AS(mpi::communicator(ranks().raw(), 0), error);
  CHECK_THROWS_AS(mpi::communicator(ranks().raw(), std::size_t{1} << 31), error);
}

TEST_CASE("mpi: what MPI reports is an error of the library") {
  CHECK_THROWS_WITH_AS(ranks().send("x", ranks().size()), doctest::Contains("mpi, MPI_Send: MPI_ERR_RANK"), error);
}

TEST_CASE("mpi: a study on ranks ends in the state of a single pass, on every rank, with and without gaps") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    auto const [table, cells] = made(seed);
    auto const study = study_of(cells);
    auto const whole = in_one_pass(table, study);
    auto mine = start(study, table.layout());
    absorb(mine, blocks_of(table, ranks().part()));
    CHECK((mine == whole) == (ranks().size() == 1));
    CHECK(mpi::reduce(mine, ranks()) == whole);
    auto const result = mpi::run(study, table, ranks());
    auto const expected = run(table, study);
    REQUIRE(expected["plain"_n]["bins"_n][1] > 500);
    CHECK(result["plain"_n]["rho"_n] == expected["plain"_n]["rho"_n]);
    CHECK(result["plain"_n]["lag"_n] == expected["plain"_n]["lag"_n]);
    CHECK(result["plain"_n]["rows"_n] == expected["plain"_n]["rows"_n]);
    CHECK(result["units"_n]["joint"_n] == expected["units"_n]["joint"_n]);
    CHECK(result["units"_n]["incomplete"_n] == expected["units"_n]["incomplete"_n]);
  }
}

TEST_CASE("mpi: stretches dealt to ranks at random, in random order, and sent in small pieces, end in the same state") {
  mpi::communicator const c(ranks().raw(), 1'000);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto const [table, cells] = made(seed);
    auto const study = study_of(cells);
    random_stream random(seed, 3);  // the same on every rank
    auto mine = start(study, table.layout());
    std::vector<std::pair<part, std::size_t>> deal;
    for (std::size_t k = 0; k < 23; ++k) deal.emplace_back(part{k, 23}, random.below(c.size()));
    for (auto k = deal.size(); k > 1; --k) std::swap(deal[k - 1], deal[random.below(k)]);
    for (auto const& [p, rank] : deal)
      if (rank == c.rank()) absorb(mine, blocks_of(table, p));
    CHECK(mpi::reduce(mine, c) == in_one_pass(table, study));
  }
}

TEST_CASE("mpi: partitions and epochs of a recording run on ranks") {
  auto const [table, cells] = made(1);
  auto const study = split(cells) | pyramid(scales{5ms, 200ms}) | measure("rho"_n = zero_lag_correlation{}, "rows"_n = keep<count_rows>{});
  epoch_table<tk> const night({{{tk{500}, tk{16'001}}, "wake"}, {{tk{16'001}, tk{24'000}}, "sws"}, {{tk{26'333}, tk{35'000}}, "wake"}});
  auto on_ranks = [](auto const& a, auto const& source) {
    auto mine = start(a, source.blocks().layout());
    return mpi::reduce(absorb(mine, blocks_of(source, ranks().part())), ranks());
  };
  auto const by_sleep = by_state(night, {.own_means = true, .anchored = true}) | study;
  CHECK(on_ranks(by_sleep, table) == in_one_pass(table, by_sleep));
  auto const film = sliding(4s, 1s) | study;
  CHECK(on_ranks(film, table) == in_one_pass(table, film));
  within const asleep(table, night.of("wake"));
  CHECK(on_ranks(study, asleep) == in_one_pass(asleep, study));
  CHECK(mpi::run(by_sleep, table, ranks()).size() == run(table, by_sleep).size());
}

TEST_CASE("mpi: more ranks than ticks, and no time at all") {
  auto const study = study_of({cell::e, cell::i});
  spike_table<tk> const brief({0, 1}, {0, 1}, 2, window<tk>{tk{0}, tk{2}}), nothing({}, {}, 2, epochs<tk>{});
  for (auto const* table : {&brief, &nothing}) {
    auto mine = start(study, table->layout());
    CHECK(mpi::reduce(absorb(mine, blocks_of(*table, ranks().part())), ranks()) == in_one_pass(*table, study));
  }
}

TEST_CASE("mpi: what fails on one rank is an error on all, with its number, and the ranks go on together") {
  auto const [table, cells] = made(2);
  auto const study = study_of(cells);
  for (std::size_t rank = 0; rank < ranks().size(); ++rank) {
    auto const sentence = "mpi, rank " + std::to_string(rank) + " of " + std::to_string(ranks().size()) + ": the disk is gone";
    CHECK_THROWS_WITH_AS(mpi::run(study, broken_on{&table, rank}, ranks()), sentence.c_str(), error);
  }
  CHECK_THROWS_WITH_AS(mpi::run(study_of({cell::e}), table, ranks()), doctest::Contains("mpi, rank 0 of"), error);  // one label for six units
  auto mine = start(study, table.layout());
  CHECK(mpi::reduce(absorb(mine, blocks_of(table, ranks().part())), ranks()) == in_one_pass(table, study));
}

TEST_CASE("mpi: states that share time, or belong to unlike studies, are refused on every rank") {
  auto const [table, cells] = made(2);
  auto const study = study_of(cells);
  if (ranks().size() == 1) return;
  CHECK_THROWS_WITH_AS(mpi::reduce(in_one_pass(table, study), ranks()), doctest::Contains("absorbed twice"), error);
  auto const other = ranks().rank() == last() ? study_of(cells, {2ms, 31ms, 1s}) : study;
  CHECK_THROWS_WITH_AS(mpi::reduce(start(other, table.layout()), ranks()), doctest::Contains("set up in another way"), error);
}
