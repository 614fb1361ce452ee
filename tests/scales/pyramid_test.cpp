// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
using tk = ticks<30'000>;

struct keep_rows {
  using statistic = count_rows;
  auto operator()(count_rows const& s, row_info const&) const -> count_rows { return s; }
};

/// Counts of one bin by looking at every spike.
auto count_slowly(spike_table<tk> const& t, std::vector<cell> const& cells, cell which, std::int64_t begin, std::int64_t end) -> std::uint32_t {
  std::uint32_t n = 0;
  for (std::size_t k = 0; k < t.spikes(); ++k) n += t.at()[k] >= begin && t.at()[k] < end && cells[t.unit()[k]] == which ? 1u : 0u;
  return n;
}
}  // namespace

static_assert(stage<pyramid<std::chrono::nanoseconds>>);
static_assert(!analysis<pyramid<std::chrono::nanoseconds>>);
static_assert(std::same_as<pyramid<tk, true>::gives, unit_counts>);

TEST_CASE("pyramid: every bin equals a count by hand, and exactly the covered bins are there, with gaps") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 5, .length = 3000, .spikes = 600, .gaps = seed % 2 == 0, .begin = -700});
    std::vector<tk> const widths{tk{7}, tk{10}, tk{33}, tk{250}, tk{1000}, tk{2999}};
    auto const result = table | split(cells) | pyramid(widths) | measure("rows"_n = keep_rows{});
    for (std::size_t k = 0; k < widths.size(); ++k) {
      auto const w = widths[k].count();
      std::int64_t expected = 0, spikes = 0;
      for (auto const& o : table.observed()) expected += std::max<std::int64_t>(0, floor_div(o.end.count(), w) - ceil_div(o.begin.count(), w));
      CHECK(result["bins"_n][k] == expected);
      auto wrong = 0;
      for (auto const& run : result["rows"_n][k].runs())
        for (std::size_t b = 0; b < run.e.size(); ++b) {
          auto const begin = (run.first + static_cast<std::int64_t>(b)) * w;
          wrong += run.e[b] != count_slowly(table, cells, cell::e, begin, begin + w);
          wrong += run.i[b] != count_slowly(table, cells, cell::i, begin, begin + w);
          spikes += run.e[b] + run.i[b];
        }
      CHECK(wrong == 0);
      auto const& left = result["incomplete"_n][k];  // spikes in full bins and in the others are all spikes of the two classes
      std::int64_t all = 0;
      for (auto const u : table.unit()) all += cells[u] != cell::neither;
      CHECK(spikes + left.e + left.i == all);
    }
  }
}

TEST_CASE("pyramid: a spike on a boundary belongs to the later bin, also before the origin") {
  spike_table<tk> const table({-20, -10, 0, 9, 10, 19, 20}, {0, 1, 0, 1, 0, 1, 0}, 2, window<tk>{tk{-20}, tk{30}});
  auto const rows = (table | split({cell::e, cell::i}) | pyramid(std::vector<tk>{tk{10}}) | measure("rows"_n = keep_rows{}))["rows"_n][0];
  REQUIRE(rows.runs().size() == 1);
  CHECK(rows.runs()[0].first == -2);
  CHECK(rows.runs()[0].e == std::vector<std::uint32_t>{1, 0, 1, 1, 1});
  CHECK(rows.runs()[0].i == std::vector<std::uint32_t>{0, 1, 1, 1, 0});
}

TEST_CASE("pyramid: the incomplete last bin is dropped and counted, or kept when asked for") {
  spike_table<tk> const table({0, 12, 23, 24}, {0, 0, 0, 1}, 2, window<tk>{tk{0}, tk{25}});
  std::vector<tk> const widths{tk{10}};
  auto const dropped = table | split({cell::e, cell::i}) | pyramid(widths) | measure("rows"_n = keep_rows{});
  CHECK(dropped["bins"_n][0] == 2);
  CHECK(dropped["incomplete"_n][0] == incomplete_bins{1, 1, 1});
  auto const kept = table | split({cell::e, cell::i}) | pyramid(widths).keep_partial() | measure("rows"_n = keep_rows{});
  CHECK(kept["bins"_n][0] == 3);
  CHECK(kept["rows"_n][0].runs()[0].e == std::vector<std::uint32_t>{1, 1, 1});
  CHECK(kept["incomplete"_n][0] == incomplete_bins{});
}

TEST_CASE("pyramid: widths are realised in the recording's ticks and reported") {
  spike_table<ticks<390'625, 16>> const table({}, {}, 1, window<ticks<390'625, 16>>{ticks<390'625, 16>{0}, ticks<390'625, 16>{100'000}});
  auto const result = table | split({cell::e}) | pyramid(scales{1ms, 10ms}) | measure("rows"_n = keep_rows{});
  CHECK(result["scale"_n][0].count == 24);  // 24.414 ticks
  CHECK(result["scale"_n][1].count == 244);
  CHECK(in_ms(result["scale"_n][1]) == doctest::Approx(244 * 16 / 390.625).epsilon(1e-15));
  CHECK_THROWS_AS((table | split({cell::e}) | pyramid(scales{1us, 2us}) | measure("rows"_n = keep_rows{})), error);
  CHECK_THROWS_AS(pyramid(std::vector<tk>{}), error);
  CHECK_THROWS_AS(pyramid(std::vector<tk>{tk{0}}), error);
  CHECK_THROWS_AS(pyramid(std::vector<tk>{tk{5}, tk{5}}), error);
}

TEST_CASE("pyramid: counts beyond 8 and beyond 16 bits are exact") {
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::int64_t k = 0; k < 200'000; ++k) at.push_back(k / 2), unit.push_back(static_cast<unit_index>(k % 2));
  spike_table<tk> const table(at, unit, 2, window<tk>{tk{0}, tk{400'000}});
  std::vector<tk> const widths{tk{10}, tk{1'000}, tk{100'000}};
  auto const result = table | split({cell::e, cell::i}) | pyramid(widths) | measure("rows"_n = keep_rows{});
  CHECK(result["rows"_n][0].runs()[0].e[3] == 10);
  CHECK(result["rows"_n][1].runs()[0].e[3] == 1'000);
  CHECK(result["rows"_n][2].runs()[0].e == std::vector<std::uint32_t>{100'000, 0, 0, 0});
}

TEST_CASE("pyramid: time absorbed twice is refused") {
  auto const study = split({cell::e}) | pyramid(std::vector<tk>{tk{10}}) | measure("rows"_n = keep_rows{});
  auto state = start(study, layout<tk>{{tk{0}, tk{100}}, 1});
  state.absorb({{tk{0}, tk{50}}, {}, {}});
  CHECK_THROWS_WITH_AS(state.absorb({{tk{49}, tk{60}}, {}, {}}), doctest::Contains("absorbed twice"), error);
}
