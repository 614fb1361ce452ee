// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/correlate/correlogram.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/run.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <vector>

#include "../golden.hpp"
#include "../near.hpp"
#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using testing::golden;
using testing::golden_recording;
using tk = ticks<30'000>;

namespace {
/// All pairs of spikes of two units in the same stretch of time, from the definition.
template <lag_bins B>
auto by_definition(spike_table<tk> const& t, B const& b, unit_index i, unit_index j) -> std::vector<std::int64_t> {
  auto const bins = realised_bins<B>::template in<tk>(b);
  std::vector<std::int64_t> out(bins.bins());
  for (auto const& w : t.observed())
    for (auto const& x : t[i].raw())
      for (auto const& y : t[j].raw())
        if (w.contains(tk{x}) && w.contains(tk{y}) && &x != &y)
          for (std::size_t k = 0; k < out.size(); ++k) {
            auto const d = 2 * (y - x), lo = bins.twice_begin(k), hi = bins.twice_begin(k + 1);
            if constexpr (B::halves) out[k] += (d > lo && d < hi ? 2 : 0) + (d == lo || d == hi ? 1 : 0);
            else out[k] += d >= lo && d < hi ? 1 : 0;
          }
  return out;
}
template <lag_bins B>
auto twice(correlogram_table<B> const& t, std::size_t i, std::size_t j) -> std::vector<std::int64_t> {
  std::vector<std::int64_t> out;
  for (auto const c : t.counts(i, j)) out.push_back(static_cast<std::int64_t>(B::halves ? 2 * c : c));
  return out;
}
static_assert(analysis<correlograms<centred>> && analysis<correlograms<half_open>> && analysis<correlograms<symmetric>>);
static_assert(mergeable<coincidence_state<tk>>);
}  // namespace

TEST_CASE("correlogram: equal in every cell to brute force by numpy, centred and half-open") {
  auto const recording = golden_recording();
  CHECK((recording | correlograms(half_open{50ms, 1ms})).all_counts() == golden<std::int64_t>("ccg_int_halfopen100"));
  CHECK((recording | correlograms(centred{50ms, 1ms})).all_counts() == golden<std::int64_t>("ccg_int_centered101"));
}

TEST_CASE("correlogram: SpikeInterface's and phylib's tables follow by their conventions") {
  auto const table = golden_recording() | correlograms(half_open{50ms, 1ms});
  auto const theirs = golden<std::int64_t>("ccg_spikeinterface_numba100"), phy = golden<std::int64_t>("ccg_phylib101_ticks");
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t j = 0; j < 20; ++j) {
      auto const ij = table.counts(i, j), ji = table.counts(j, i);
      CHECK(std::equal(ji.begin(), ji.end(), theirs.begin() + static_cast<std::ptrdiff_t>((i * 20 + j) * 100)));  // their sign is the other one
      auto const row = phy.begin() + static_cast<std::ptrdiff_t>((i * 20 + j) * 101);
      CHECK(row[50] == std::max(ij[50], ji[50]));
      for (std::ptrdiff_t k = 1; k < 50; ++k) CHECK((row[50 + k] == ij[static_cast<std::size_t>(50 + k)] && row[50 - k] == ji[static_cast<std::size_t>(50 + k)]));
    }
}

TEST_CASE("correlogram: equals the definition for each convention, with simultaneous spikes, gaps, and widths of even and odd ticks") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 4, .length = 9'000, .spikes = 500, .gaps = seed % 2 == 0, .begin = -500});
    auto const width = seed % 3 == 0 ? 100us : seed % 3 == 1 ? 200us : 1000us;  // 3, 6, 30 ticks
    auto check = [&](auto b) {
      auto const found = table | correlograms(b);
      for (unit_index i = 0; i < 4; ++i)
        for (unit_index j = 0; j < 4; ++j) CHECK(twice(found, i, j) == by_definition(table, b, i, j));
    };
    check(centred{7 * width, width}), check(half_open{7 * width, width}), check(symmetric{7 * width, width});
  }
}

TEST_CASE("correlogram: mirrored bin by bin where the convention allows it, and the diagonal always but for half-open bins") {
  auto const [table, cells] = testing::random_recording<tk>(5, {.units = 3, .length = 30'000, .spikes = 4'000, .gaps = false, .begin = 0});
  auto mirrored = [&](auto b) {
    auto const found = table | correlograms(b);
    auto ij = found.counts(0, 1), ji = found.counts(1, 0);
    std::reverse(ji.begin(), ji.end());
    return ij == ji;
  };
  CHECK(mirrored(symmetric{20ms, 1ms}));
  CHECK(mirrored(centred{30ms, 100us}));  // 3 ticks
  CHECK_FALSE(mirrored(centred{20ms, 1ms}));
}

TEST_CASE("correlogram: a pair and the ensembles are the sums of the units that they are made of") {
  auto const [table, cells] = testing::random_recording<tk>(6, {.units = 7, .length = 60'000, .spikes = 3'000, .gaps = true, .begin = 0});
  auto const all = table | correlograms(half_open{10ms, 500us});
  auto const pair = table | correlograms(half_open{10ms, 500us}, 5, 2);
  CHECK(pair.counts(0, 1) == all.counts(5, 2));
  CHECK(pair.counts(1, 0) == all.counts(2, 5));
  CHECK(pair.spikes(0) == all.spikes(5));
  auto const pools = table | correlograms(half_open{10ms, 500us}, cells);
  std::vector<std::int64_t> ei(all.bins()), ee(all.bins());
  for (std::size_t i = 0; i < 7; ++i)
    for (std::size_t j = 0; j < 7; ++j)
      for (std::size_t b = 0; b < all.bins(); ++b) {
        if (cells[i] == cell::e && cells[j] == cell::i) ei[b] += all.counts(i, j)[b];
        if (cells[i] == cell::e && cells[j] == cell::e) ee[b] += all.counts(i, j)[b];
      }
  CHECK(pools.counts(0, 1) == ei);
  CHECK(pools.counts(0, 0) == ee);
}

TEST_CASE("correlogram: independent trains give 1 as coincidence index, 0 as correlation, and the other's rate, with the edges corrected") {
  random_stream random(8);
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::int64_t t = 0; t < 30'000 * 40; ++t)
    for (unit_index u = 0; u < 2; ++u)
      if (random.uniform() < (u == 0 ? 0.002 : 0.001)) at.push_back(t), unit.push_back(u);  // 60 and 30 Hz
  spike_table<tk> const table(at, unit, 2, window<tk>{tk{0}, tk{30'000 * 40}});
  auto const found = table | correlograms(centred{10s, 1s});  // a quarter of the recording is cut off at the last lag
  CHECK(found.exposure(10) == testing::near(40.0 - 0.25, 1e-12));      // 1 s × 40 s less the triangle around 0
  CHECK(found.exposure(20) == testing::near(30.0, 1e-12));
  CHECK(found.exposure(0) == testing::near(30.0, 1e-12));
  for (std::size_t b = 0; b < found.bins(); ++b) {
    auto const expected = found.expected(0, 1)[b], error = 4 / std::sqrt(expected) + 0.012;  // pairs share spikes: the rates' own error
    CHECK(std::abs(found.coincidence_index(0, 1)[b] - 1) < error);
    CHECK(found.edge_corrected(0, 1)[b] == testing::near(static_cast<double>(found.counts(0, 1)[b]) * 40 / found.exposure(b), 1e-12));
  }
  auto const fine = table | correlograms(centred{50ms, 1ms});
  for (std::size_t b = 0; b < fine.bins(); ++b) {
    CHECK(std::abs(fine.rate_hz(0, 1)[b] - 30) < 5 * std::sqrt(30 / (2400 * 0.001)));
    CHECK(std::abs(fine.pearson(0, 1)[b]) < 5 / std::sqrt(40'000));
  }
}

TEST_CASE("correlogram: a silent unit has counts of nought and no rates, with the reason") {
  spike_table<tk> const table({3}, {0}, 2, window<tk>{tk{0}, tk{3000}});
  auto const found = table | correlograms(symmetric{5ms, 1ms});
  CHECK(found.counts(0, 1) == std::vector<double>(11));
  CHECK(reason_of(found.rate_hz(1, 0)[0]) == reason::no_spikes);
  CHECK(reason_of(found.coincidence_index(0, 1)[0]) == reason::no_spikes);
  CHECK(reason_of(found.pearson(0, 1)[0]) == reason::no_variance);
  CHECK(found.rate_hz(0, 1)[0] == 0);
}

TEST_CASE("correlogram: units and labels that do not fit are refused") {
  auto const recording = golden_recording();
  CHECK_THROWS_WITH_AS(recording | correlograms(centred{5ms, 1ms}, 3, 20), doctest::Contains("no such unit"), error);
  CHECK_THROWS_WITH_AS(correlograms(centred{5ms, 1ms}, 3, 3), doctest::Contains("a pair is of two units"), error);
  CHECK_THROWS_WITH_AS(recording | correlograms(centred{5ms, 1ms}, std::vector<cell>{cell::e}), doctest::Contains("the labelling does not fit"), error);
}
