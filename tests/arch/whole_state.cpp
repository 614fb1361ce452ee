// SPDX-License-Identifier: BSL-1.0
// The bytes of whole states, every statistic in them: run.sh holds those of each instruction set against those of the plainest.
#include <cstdio>
#include <equipoise/equipoise.hpp>
#include <equipoise/io/state_bytes.hpp>
#include <string>

#include "../random_recording.hpp"

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;
using tick = eq::ticks<30'000>;

/// A metric of any statistic; what it says is of no interest here.
template <class S>
struct keep {
  using statistic = S;
  auto operator()(S const&, eq::row_info const& row) const -> std::int64_t { return row.bins; }
};

template <class Numbers>
auto bytes_of(Numbers const& x) -> std::string {
  return {reinterpret_cast<char const*>(x.data()), x.size() * sizeof(x[0])};
}

auto main() -> int {
  std::string all;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    // from a spike in ten bins to 60 000 in the fullest, so that rows of 8, 16 and 32 bits and all kernels behind them are used
    auto const spikes = seed % 4 == 0 ? std::size_t{400'000} : std::size_t{2'000} * seed;
    auto const [table, cells] = eq::testing::random_recording<tick>(seed, {.units = 5 + seed, .length = 300'000, .spikes = spikes, .gaps = seed % 2 == 0, .begin = -20'000});
    auto const pyramid = eq::pyramid(eq::log_scales<16>(1ms, 0.5));
    auto const plain = eq::split(cells) | pyramid
                     | eq::measure("co"_n = keep<eq::co_moments>{}, "lag"_n = eq::correlation_by_lag{.within = 17}, "tau"_n = eq::effective_bins{}, "joint"_n = keep<eq::joint_histogram>{},
                                   "rows"_n = keep<eq::count_rows>{}, "blocked"_n = eq::with_interval(eq::zero_lag_correlation{}));
    auto const by_unit = eq::split(cells) | eq::pyramid(eq::log_scales<16>(1ms, 0.5)).with_units() | eq::measure("units"_n = keep<eq::unit_moments>{});
    auto state = eq::start(plain, table.blocks().layout());
    eq::absorb(state, table.blocks(tick{1'000 * static_cast<std::int64_t>(seed)}));
    auto units = eq::start(by_unit, table.blocks().layout());
    eq::absorb(units, table.blocks(tick{7'777}));
    all += eq::state_bytes(state) + eq::state_bytes(units);
    if (spikes > 50'000) continue;  // what follows is about draws and pairs: quadratic in crowded time
    auto const pairs = eq::correlograms(eq::half_open{50ms, 1ms});
    auto counted = eq::start(pairs, table.blocks().layout());
    eq::absorb(counted, table.blocks(tick{12'345}));
    all += eq::state_bytes(counted);
    auto const null = (table | (eq::split(cells) | pyramid | eq::measure("null"_n = eq::shifted_bins{.at_least = 1s, .draws = 40, .within = 9})))["null"_n];
    for (auto const& scale : null) all += bytes_of(scale.rho.values) + bytes_of(scale.lag.values);
    all += bytes_of(eq::correlation_draws(table, cells, 10ms, eq::cell::e, eq::dither{.half_width = 30ms}, seed, 5));
    auto const moved = eq::correlogram_draws(table, eq::centred{20ms, 1ms}, 0, 1, eq::interval_jitter{.width = 25ms}, seed, 19);
    for (std::size_t k = 0; k < moved.draws(); ++k) all += bytes_of(moved.counts(k));
  }
  return std::fwrite(all.data(), 1, all.size(), stdout) == all.size() ? 0 : 1;
}
