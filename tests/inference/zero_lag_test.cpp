// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/inference/zero_lag.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <vector>

using namespace equipoise;
using namespace equipoise::literals;
using namespace std::chrono_literals;

static_assert(metric<zero_lag_equivalence>);

namespace {
using tk = ticks<10'000>;
constexpr auto ms(std::int64_t n) -> tk { return tk{10 * n}; }

auto row_of(std::int64_t width_ms) -> row_info { return {0, {10 * width_ms, 1, 10'000}, {1, 1}, 0}; }
auto counts_of(spike_vector<tk> const& train, std::int64_t width_ms, std::int64_t bins) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> n(static_cast<std::size_t>(bins));
  for (auto const t : train.raw()) ++n[static_cast<std::size_t>(t / (10 * width_ms))];
  return n;
}
auto rows_of(common_source<tk> const& source, std::int64_t seconds, std::int64_t width_ms, std::uint64_t seed) -> count_rows {
  random_stream random(seed, 5);
  auto const trains = source.trains({tk{0}, ms(1000 * seconds)}, random);
  auto const bins = 1000 * seconds / width_ms;
  count_rows rows;
  rows.absorb(count_row<std::uint32_t>{0, 0, counts_of(trains.e, width_ms, bins), counts_of(trains.i, width_ms, bins)});
  return rows;
}
auto shared(std::int64_t delay_ms) -> common_source<tk> { return {20, 20, 20, ms(delay_ms)}; }
common_source<tk> const independent{0, 40, 40, tk{0}};
}  // namespace

TEST_CASE("zero_lag: a source without delay is equivalent to zero lag at bins of 1 to 5 ms") {
  for (std::int64_t const width : {1, 2, 5}) {
    auto const x = zero_lag_equivalence{.draws = 300}(rows_of(shared(0), 60, width, 1), row_of(width));
    CHECK(x.equivalent);
    CHECK(x.lag.contains(0));
    CHECK(x.margin_ms == doctest::Approx(width == 5 ? 5 : 2));
    CHECK(x.edge_share == 0);
    CHECK(x.lag.blocks == 60);
    CHECK(x.lag.block_seconds == doctest::Approx(1));
    CHECK(x.lag.degrees_of_freedom == 59);
    CHECK(x.lag.lo < x.lag.estimate);
  }
}

TEST_CASE("zero_lag: inhibition that follows by 10 ms, or goes before by 3, is found there and is not equivalent") {
  auto const late = zero_lag_equivalence{.draws = 300}(rows_of(shared(10), 60, 1, 2), row_of(1));
  CHECK_FALSE(late.equivalent);
  CHECK(late.lag.contains(10));
  CHECK(late.lag.hi - late.lag.lo < 0.5);
  CHECK(zero_lag_equivalence{.margin = 15ms, .draws = 300}(rows_of(shared(10), 60, 1, 2), row_of(1)).equivalent);
  auto const early = zero_lag_equivalence{.draws = 300}(rows_of(shared(-3), 60, 1, 3), row_of(1));
  CHECK_FALSE(early.equivalent);
  CHECK(early.lag.contains(-3));
  auto const beyond = zero_lag_equivalence{.within = 5, .draws = 300}(rows_of({30, 0, 0, ms(6)}, 60, 2, 3), row_of(2));  // 3 bins of 5
  CHECK(beyond.lag.contains(6));
}

TEST_CASE("zero_lag: independent trains are never called equivalent") {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    auto const x = zero_lag_equivalence{.draws = 100}(rows_of(independent, 30, 2, seed), row_of(2));
    CHECK_FALSE(x.equivalent);
    CHECK((std::isnan(x.lag.lo) || x.lag.hi - x.lag.lo > 4));
  }
}

TEST_CASE("zero_lag: the interval holds the lag in 85 to 100 % of recordings at a level of 95 %") {
  int held = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    auto const x = zero_lag_equivalence{.within = 6, .draws = 200}(rows_of(shared(3), 30, 1, seed), row_of(1));
    REQUIRE(std::isfinite(x.lag.lo));
    held += x.lag.contains(3);
  }
  CHECK(held >= 51);
}

TEST_CASE("zero_lag: the lag is that of peak_lag, and no pair spans a gap") {
  auto const rows = rows_of(shared(1), 40, 2, 4);
  auto cut = [&](std::int64_t gap) {
    count_rows out;
    lag_moments moments(8);
    auto const& whole = rows.runs()[0];
    std::size_t from = 0;
    auto first = std::int64_t{3};
    for (std::size_t const n : {5u, 4000u, 9u, 300u, 1u, 15'685u}) {
      auto const part = count_row<std::uint32_t>{0, first, std::span(whole.e).subspan(from, n), std::span(whole.i).subspan(from, n)};
      out.absorb(part), moments.absorb(part);
      from += n, first += static_cast<std::int64_t>(n) + gap;
    }
    auto const found = zero_lag_equivalence{.within = 8, .draws = 50}(out, row_of(2)).lag;
    CHECK(found.estimate == doctest::Approx(2 * peak_lag{.within = 8}(moments, row_of(2)).interpolated).epsilon(1e-9));
    return found;
  };
  auto const near = cut(1), far = cut(100'000);
  CHECK(near.estimate == far.estimate);
  CHECK(near.lo == far.lo);
  CHECK(near.hi == far.hi);
  CHECK(near.estimate != zero_lag_equivalence{.within = 8, .draws = 50}(rows, row_of(2)).lag.estimate);  // the cuts cost pairs
}

TEST_CASE("zero_lag: what cannot be said is undefined with the reason, and never equivalent") {
  auto const few = zero_lag_equivalence{}(rows_of(shared(0), 19, 5, 1), row_of(5));
  CHECK(std::abs(few.lag.estimate) < 2);
  CHECK(reason_of(few.lag.lo) == reason::too_few_blocks);
  CHECK_FALSE(few.equivalent);
  auto const empty = zero_lag_equivalence{}(count_rows{}, row_of(5));
  CHECK(reason_of(empty.lag.estimate) == reason::too_few_bins);
  CHECK_FALSE(empty.equivalent);
  count_rows constant;
  constant.absorb(count_row<std::uint8_t>{0, 0, std::vector<std::uint8_t>(5000, 2), std::vector<std::uint8_t>(5000, 0)});
  CHECK(reason_of(zero_lag_equivalence{}(constant, row_of(5)).lag.lo) == reason::no_variance);
  auto nobody = row_of(5);
  nobody.sizes.i = 0;
  CHECK(reason_of(zero_lag_equivalence{}(constant, nobody).lag.estimate) == reason::empty_population);
  auto const edge = zero_lag_equivalence{.within = 3, .draws = 50}(rows_of(shared(15), 30, 5, 1), row_of(5));
  CHECK(reason_of(edge.lag.estimate) == reason::peak_at_edge);
  CHECK(reason_of(edge.lag.hi) == reason::peak_at_edge);
  CHECK_THROWS_AS((void)(zero_lag_equivalence{.within = -1}(constant, row_of(5))), error);
  CHECK_THROWS_AS((void)(zero_lag_equivalence{.level = 1}(constant, row_of(5))), error);
  CHECK_THROWS_AS((void)(zero_lag_equivalence{.draws = 1}(constant, row_of(5))), error);
}

TEST_CASE("zero_lag: the interval holds the truth where rates remember longer than a block lasts") {
  int held = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    random_stream random(seed, 5);
    auto const pair = ou_cox<ticks<1'000>>{.e_hz = 40, .i_hz = 40, .sigma = .5, .tau = 1500ms, .delay = ticks<1'000>{0}, .step = 5ms}.trains({0s, 120s}, random);
    auto const z = (table_of(pair) | split(std::vector<cell>{cell::e, cell::i}) | pyramid(scales{50ms}) | measure("zero"_n = zero_lag_equivalence{.draws = 200, .seed = seed}))["zero"_n][0];
    REQUIRE(!std::isnan(z.lag.lo));
    held += z.lag.contains(0);
    CHECK(z.lag.hi - z.lag.lo < 2000);
  }
  CHECK(held >= 35);  // of 40; 99 % of 150 longer recordings
}
