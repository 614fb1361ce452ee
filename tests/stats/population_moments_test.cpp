// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/population_moments.hpp>
#include <equipoise/testing/laws.hpp>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using tk = ticks<1'000>;

static_assert(mergeable<population_moments> && accumulates<population_moments, unit_counts>);

namespace {
struct keep {
  using statistic = population_moments;
  auto operator()(statistic const& s, row_info const&) const -> statistic { return s; }
};
}  // namespace

TEST_CASE("population_moments: worked by hand, and merging adds") {
  std::vector<std::uint8_t> const e{3, 0}, i{1, 4};
  std::vector<std::int64_t> const active_e{2, 0}, active_i{1, 2}, squares_e{5, 0}, squares_i{1, 10};
  population_moments s;
  s.absorb(count_row<std::uint8_t>{0, 0, e, i});
  s.absorb(unit_row{0, 0, active_e, active_i, squares_e, squares_i});
  CHECK(s.pooled().n() == 2);
  CHECK(s.pooled().e() == 3);
  CHECK(s.pooled().ii() == 17);
  CHECK(s.pooled().ei() == 3);
  CHECK(s.squares_e() == 5);
  CHECK(s.squares_i() == 11);
  population_moments t;
  t.merge(s).merge(s);
  CHECK(t.pooled().n() == 4);
  CHECK(t.pooled().ee() == 18);
  CHECK(t.squares_e() == 10);
  CHECK(t.squares_i() == 22);
  CHECK_FALSE(t == s);
}

TEST_CASE("population_moments: laws of the fold, and the sums of a count unit by unit") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 7, .length = 1200, .spikes = 500, .gaps = seed % 2 == 0, .begin = -100});
    std::vector<tk> const widths{tk{7}, tk{50}};
    auto const study = split(cells) | pyramid(widths).with_units() | measure("all"_n = keep{});
    auto const report = check_fold(study, table, seed, 50);
    CHECK_MESSAGE(report.holds(), (report.holds() ? "" : report.broken.front()));
    auto const r = table | study;
    for (std::size_t k = 0; k < widths.size(); ++k) {
      auto const w = widths[k].count();
      std::int64_t n = 0, squares_e = 0, squares_i = 0, ei = 0;
      for (std::int64_t bin = -200; bin < 200; ++bin) {
        if (!(epochs<tk>(window<tk>{tk{bin * w}, tk{(bin + 1) * w}}) - table.observed()).empty()) continue;
        std::vector<std::int64_t> fired(table.size());
        for (std::size_t j = 0; j < table.spikes(); ++j)
          if (table.at()[j] >= bin * w && table.at()[j] < (bin + 1) * w) ++fired[table.unit()[j]];
        std::int64_t e = 0, i = 0;
        for (unit_index u = 0; u < table.size(); ++u) {
          if (cells[u] == cell::e) e += fired[u], squares_e += fired[u] * fired[u];
          if (cells[u] == cell::i) i += fired[u], squares_i += fired[u] * fired[u];
        }
        ++n, ei += e * i;
      }
      CHECK(n > 0);
      CHECK(r["all"_n][k].pooled().n() == n);
      CHECK(r["all"_n][k].pooled().ei() == ei);
      CHECK(r["all"_n][k].squares_e() == squares_e);
      CHECK(r["all"_n][k].squares_i() == squares_i);
    }
  }
}
