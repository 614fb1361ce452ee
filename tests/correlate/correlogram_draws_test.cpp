// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/correlate/correlogram.hpp>
#include <equipoise/correlate/correlogram_draws.hpp>
#include <equipoise/pipeline/run.hpp>

#include "surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;
using tk = ms_ticks;

namespace {
static_assert(moves_spike_by_spike<dither> && moves_spike_by_spike<interval_jitter, tk>);

/// The recording with unit `moved` as in the surrogate, all others as they were.
auto with_moved(spike_table<tk> const& x, spike_table<tk> const& surrogate, unit_index moved) -> spike_table<tk> {
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (unit_index u = 0; u < x.size(); ++u)
    for (auto const t : train(u == moved ? surrogate : x, u)) at.push_back(t), unit.push_back(u);
  return spike_table<tk>::sorted(at, unit, x.size(), x.observed());
}
template <class B, class S>
void equals_the_slow_way(spike_table<tk> const& x, B const& bins, S const& surrogate) {
  auto const draws = correlogram_draws(x, bins, 3, 1, surrogate, 11, 35);
  CHECK((draws.draws() == 35 && draws.bins() == draws.counts(0).size()));
  std::int64_t all = 0;
  for (std::uint64_t k : {0u, 1u, 31u, 32u, 34u}) {
    auto const slow = run(with_moved(x, x | surrogate.draw(11, k), 3), correlograms(bins, 3, 1)).counts(0, 1);
    CHECK(std::ranges::equal(draws.counts(k), slow));
    for (auto const n : slow) all += static_cast<std::int64_t>(n);
  }
  CHECK(all > 0);
}
}  // namespace

TEST_CASE("correlogram_draws: every count is that of correlograms of the surrogate, by every convention, with gaps and at edges") {
  for (auto const& x : recordings()) {
    for (auto const width : {1ms, 2ms, 5ms, 8ms}) {
      auto const within = 5 * width;
      auto all_surrogates = [&](auto const& bins) {
        equals_the_slow_way(x, bins, dither{.half_width = 12ms});
        equals_the_slow_way(x, bins, dither{.half_width = 400ms});  // further than a window is long
        equals_the_slow_way(x, bins, interval_jitter{.width = 30ms});
        equals_the_slow_way(x, bins, interval_jitter{.width = 1ms});  // nothing moves
      };
      all_surrogates(half_open{within, width});
      all_surrogates(centred{within, width});
      all_surrogates(symmetric{within, width});
    }
  }
}

TEST_CASE("correlogram_draws: a pair worked by hand") {
  // moved at 100, fixed at 103 and 110; a jitter in windows of 1 ms leaves 100 where it is: lags 3 and 10
  spike_table<tk> const x({100, 103, 110}, {0, 1, 1}, 2, window<tk>{tk{0}, tk{200}});
  auto const c = correlogram_draws(x, half_open{10ms, 5ms}, 0, 1, interval_jitter{.width = 1ms}, 1, 2);
  CHECK(std::ranges::equal(c.counts(1), std::vector<std::int64_t>{0, 0, 1, 0}));  // 10 is no longer in [5, 10)
  auto const s = correlogram_draws(x, symmetric{10ms, 2ms}, 0, 1, interval_jitter{.width = 1ms}, 1, 1);  // 3 lies on the edge of the bins at 2 and 4
  CHECK(std::ranges::equal(s.counts(0), std::vector<double>{0, 0, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 1}));
}

TEST_CASE("correlogram_draws: a draw does not depend on how many are drawn or where they begin") {
  auto const x = recordings()[1];
  auto const all = correlogram_draws(x, centred{20ms, 2ms}, 0, 2, dither{.half_width = 15ms}, 4, 100);
  auto const some = correlogram_draws(x, centred{20ms, 2ms}, 0, 2, dither{.half_width = 15ms}, 4, 7, 60);
  for (std::size_t k = 0; k < 7; ++k) CHECK(std::ranges::equal(some.counts(k), all.counts(60 + k)));
  CHECK_FALSE(std::ranges::equal(all.counts(0), all.counts(1)));
}

TEST_CASE("correlogram_draws: a silent unit has no pairs, and no draws give no rows") {
  spike_table<tk> const x({5, 6}, {0, 0}, 2, window<tk>{tk{0}, tk{20}});
  for (auto const& [i, j] : {std::pair<unit_index, unit_index>{0, 1}, {1, 0}})
    CHECK(correlogram_draws(x, half_open{10ms, 1ms}, i, j, dither{}, 1, 2).all() == std::vector<std::int64_t>(40));
  CHECK(correlogram_draws(x, half_open{10ms, 1ms}, 0, 1, dither{}, 1, 0).draws() == 0);
}

TEST_CASE("correlogram_draws: what cannot be drawn is refused with a sentence") {
  auto const x = recordings()[0];
  auto draw = [&](unit_index i, unit_index j, auto const& s) { return correlogram_draws(x, half_open{10ms, 1ms}, i, j, s, 1, 1); };
  CHECK_THROWS_WITH_AS(draw(1, 1, dither{}), doctest::Contains("correlogram_draws: no such pair"), error);
  CHECK_THROWS_WITH_AS(draw(1, 5, dither{}), doctest::Contains("no such pair"), error);
  CHECK_THROWS_WITH_AS(draw(0, 1, dither{.refractory = 2ms}), doctest::Contains("dither, refractory: spikes that keep a distance"), error);
  CHECK_THROWS_WITH_AS(draw(0, 1, dither{.half_width = 1'100'000s}), doctest::Contains("too far to be counted in ticks of 31 bits"), error);
}
