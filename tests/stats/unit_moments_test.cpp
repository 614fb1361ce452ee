// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/unit_moments.hpp>
#include <map>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;

namespace {
template <class S>
struct keep {
  using statistic = S;
  auto operator()(S const& s, row_info const&) const -> S { return s; }
};
}  // namespace

TEST_CASE("unit_moments: worked by hand, and merging adds") {
  std::vector<std::int64_t> const a{1, 2}, b{0, 3}, squares_e{4, 5}, squares_i{0, 9};
  unit_moments s, t;
  s.absorb(unit_row{0, 0, a, b, squares_e, squares_i});
  CHECK(s.n() == 2);
  CHECK(s.active() == simd::pair_sums{3, 3, 5, 9, 6});
  CHECK(s.squares_e() == 9);
  CHECK(s.squares_i() == 9);
  t.merge(s).merge(s);
  CHECK(t.active().ee == 10);
  CHECK(t.n() == 4);
}

TEST_CASE("unit_moments: through the pyramid they equal a count unit by unit, with gaps") {
  using tk = ticks<30'000>;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 7, .length = 2500, .spikes = 700, .gaps = seed % 2 == 0, .begin = -300});
    std::vector<tk> const widths{tk{7}, tk{33}, tk{250}, tk{1000}};
    auto const r = table | split(cells) | pyramid(widths).with_units() | measure("units"_n = keep<unit_moments>{}, "rows"_n = keep<count_rows>{});
    for (std::size_t k = 0; k < widths.size(); ++k) {
      auto const w = widths[k].count();
      std::int64_t active_e = 0, active_ei = 0, squares_e = 0, squares_i = 0;
      for (auto const& run : r["rows"_n][k].runs())
        for (auto bin = run.first; bin < run.end(); ++bin) {
          std::map<unit_index, std::int64_t> fired;
          for (std::size_t j = 0; j < table.spikes(); ++j)
            if (table.at()[j] >= bin * w && table.at()[j] < (bin + 1) * w) ++fired[table.unit()[j]];
          std::int64_t e = 0, i = 0;
          for (auto const& [u, n] : fired) {
            if (cells[u] == cell::e) ++e, squares_e += n * n;
            if (cells[u] == cell::i) ++i, squares_i += n * n;
          }
          active_e += e, active_ei += e * i;
        }
      auto const& m = r["units"_n][k];
      CHECK(m.active().e == active_e);
      CHECK(m.active().ei == active_ei);
      CHECK(m.squares_e() == squares_e);
      CHECK(m.squares_i() == squares_i);
    }
  }
}
