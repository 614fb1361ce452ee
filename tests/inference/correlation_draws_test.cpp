// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/inference/correlation_draws.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>

#include "../correlate/surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;
using tk = ms_ticks;

namespace {
/// The correlation by way of a whole surrogate, of which the units of one class are taken.
template <class S>
auto the_slow_way(spike_table<tk> const& x, std::vector<cell> const& cells, std::chrono::milliseconds width, cell moved, S const& surrogate, std::uint64_t k) -> double {
  auto const s = x | surrogate.draw(3, k);
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (unit_index u = 0; u < x.size(); ++u)
    for (auto const t : train(cells[u] == moved ? s : x, u)) at.push_back(t), unit.push_back(u);
  auto const mixed = spike_table<tk>::sorted(at, unit, x.size(), x.observed());
  return (mixed | split(cells) | pyramid(scales{width}) | measure("rho"_n = zero_lag_correlation{}))["rho"_n][0];
}
auto same(double a, double b) -> bool { return a == b || (std::isnan(a) && std::isnan(b) && reason_of(a) == reason_of(b)); }

template <class S>
auto check(spike_table<tk> const& x, std::vector<cell> const& cells, std::chrono::milliseconds width, S const& surrogate) -> int {
  auto numbers = 0;
  for (auto const moved : {cell::e, cell::i}) {
    auto const draws = correlation_draws(x, cells, width, moved, surrogate, 3, 7);
    CHECK(draws.size() == 7);
    for (std::uint64_t k = 0; k < draws.size(); ++k) {
      CHECK(same(draws[k], the_slow_way(x, cells, width, moved, surrogate, k)));
      numbers += !std::isnan(draws[k]);
    }
  }
  return numbers;
}
}  // namespace

TEST_CASE("correlation_draws: every r is that of the surrogate, with gaps, at edges, before the origin") {
  auto numbers = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    auto const [x, cells] = random_recording<tk>(seed, {.units = 6, .length = 2000, .spikes = 900, .gaps = seed % 3 != 0, .begin = seed % 2 == 0 ? 0 : -777});
    for (auto const width : {1ms, 7ms, 20ms, 300ms}) {  // the last leaves too few bins: NaN with that reason, both ways
      numbers += check(x, cells, width, dither{.half_width = 15ms});
      numbers += check(x, cells, width, dither{.half_width = 900ms});  // further than a window is long
      numbers += check(x, cells, width, interval_jitter{.width = 30ms});
      numbers += check(x, cells, width, interval_jitter{.width = 1ms});
    }
  }
  CHECK(numbers > 1500);
}

TEST_CASE("correlation_draws: bins that receive more spikes than 8 or 16 bits hold are counted whole") {
  for (auto const spikes : {40'000u, 800'000u}) {  // half of them in a tenth of the time: about 500 or 10 000 of a class in a bin of 50 ms
    auto const [x, cells] = random_recording<tk>(1, {.units = 5, .length = 2000, .spikes = spikes});
    CHECK(check(x, cells, 50ms, dither{.half_width = 20ms}) == 14);
  }
  auto const [x, cells] = random_recording<tk>(2, {.units = 3, .length = 200, .spikes = 400'000});  // all of E within reach of every bin
  CHECK(check(x, cells, 4ms, dither{.half_width = 200ms}) == 14);
}

TEST_CASE("correlation_draws: a draw does not depend on how many are drawn or where they begin") {
  auto const [x, cells] = random_recording<tk>(4, {.units = 6, .length = 2000, .spikes = 900});
  auto const all = correlation_draws(x, cells, 10ms, cell::e, dither{.half_width = 15ms}, 4, 21), some = correlation_draws(x, cells, 10ms, cell::e, dither{.half_width = 15ms}, 4, 3, 9);
  CHECK(some == std::vector<double>(all.begin() + 9, all.begin() + 12));
  CHECK(all[0] != all[1]);
  CHECK(correlation_draws(x, cells, 10ms, cell::e, dither{}, 4, 0).empty());
}

TEST_CASE("correlation_draws: what does not move gives the correlation that is known") {
  tick_list at;
  std::vector<unit_index> unit;
  for (std::int64_t t = 0; t < 100; ++t)
    if (t % 4 < 2) at.insert(at.end(), {t, t}), unit.insert(unit.end(), {0, 1});  // E and I fire together: r = 1
  spike_table<tk> const x(at, unit, 2, window<tk>{tk{0}, tk{100}});
  CHECK(correlation_draws(x, {cell::e, cell::i}, 1ms, cell::e, interval_jitter{.width = 1ms}, 1, 2) == std::vector<double>{1, 1});
}

TEST_CASE("correlation_draws: a class without units, and no spikes at all, give NaN with the metric's reason") {
  auto const [x, cells] = random_recording<tk>(4, {.units = 2, .length = 200, .spikes = 90});
  CHECK(reason_of(correlation_draws(x, {cell::e, cell::e}, 1ms, cell::e, dither{}, 1, 1)[0]) == reason::empty_population);
  CHECK(reason_of(correlation_draws(x, {cell::e, cell::e}, 1ms, cell::i, dither{}, 1, 1)[0]) == reason::empty_population);
  spike_table<tk> const none({}, {}, 2, window<tk>{tk{0}, tk{100}});
  CHECK(reason_of(correlation_draws(none, {cell::e, cell::i}, 1ms, cell::i, dither{}, 1, 1)[0]) == reason::no_variance);
}

TEST_CASE("correlation_draws: what cannot be drawn is refused with a sentence") {
  auto const [x, cells] = random_recording<tk>(4, {.units = 6, .length = 2000, .spikes = 900});
  CHECK_THROWS_WITH_AS((void)correlation_draws(x, {cell::e}, 10ms, cell::e, dither{}, 1, 1), doctest::Contains("correlation_draws: the labelling does not fit"), error);
  CHECK_THROWS_WITH_AS((void)correlation_draws(x, cells, 10ms, cell::neither, dither{}, 1, 1), doctest::Contains("either E or I moves"), error);
  CHECK_THROWS_WITH_AS((void)correlation_draws(x, cells, 10us, cell::e, dither{}, 1, 1), doctest::Contains("correlation_draws, width: too short"), error);
  CHECK_THROWS_WITH_AS((void)correlation_draws(x, cells, 10ms, cell::e, dither{.refractory = 2ms}, 1, 1), doctest::Contains("spikes that keep a distance"), error);
  CHECK_THROWS_WITH_AS((void)correlation_draws(x, cells, 10ms, cell::e, dither{.half_width = 1'100'000s}, 1, 1), doctest::Contains("too many ticks or bins"), error);
}
