// SPDX-License-Identifier: BSL-1.0
// A movie of r over scales: windows of 20 s that advance by 5 s, over a recording whose ensembles let go of one another in the middle.
#include <cmath>
#include <cstdio>
#include <equipoise/equipoise.hpp>

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;
using tick = eq::ticks<30'000>;

auto main() -> int {
  // Two minutes coupled, two minutes not, two minutes coupled: the shared spikes become private ones of the same rate.
  eq::random_stream random(5);
  std::vector<std::int64_t> at;
  std::vector<eq::unit_index> unit;
  for (int part = 0; part < 3; ++part) {
    auto const coupled = part != 1;
    eq::common_source<tick> const pair{.shared_hz = coupled ? 60.0 : 0.0, .e_hz = coupled ? 40.0 : 100.0, .i_hz = coupled ? 40.0 : 100.0, .delay = tick{0}};
    auto const trains = eq::table_of(pair.trains({part * 120s, (part + 1) * 120s}, random));
    at.insert(at.end(), trains.at().begin(), trains.at().end());
    unit.insert(unit.end(), trains.unit().begin(), trains.unit().end());
  }
  eq::spike_table<tick> const spikes(at, unit, 2, eq::window<tick>{0s, 360s});

  // [region study]
  auto const movie = spikes | eq::sliding(20s, 5s) | eq::split({eq::cell::e, eq::cell::i}) | eq::pyramid(eq::scales{2ms, 10ms, 50ms, 200ms})
                   | eq::measure("rho"_n = eq::zero_lag_correlation{});

  for (auto const& [window, seconds, balance] : movie) {
    std::printf("%5.0f s ", eq::in_seconds(window.begin));
    for (auto const rho : balance["rho"_n]) std::printf("%c", " .:-=+*#%@"[static_cast<int>(9 * std::fmax(0.0, rho))]);
    std::printf("\n");
  }
  // [endregion study]

  // Windows inside one part have r = 60/100, or 0, at every scale.
  auto right = movie.size() == (360 - 20) / 5 + 1;
  for (auto const& [window, seconds, balance] : movie) {
    auto const begin = eq::in_seconds(window.begin), end = eq::in_seconds(window.end);
    if (std::floor(begin / 120) != std::floor((end - 1) / 120)) continue;
    auto const truth = begin >= 120 && end <= 240 ? 0.0 : 0.6;
    for (std::size_t k = 0; k < 3; ++k) right = right && std::abs(balance["rho"_n][k] - truth) < 5 * (1 - truth * truth) / std::sqrt(static_cast<double>(balance["bins"_n][k]));
  }
  std::printf("as expected: %s\n", right ? "yes" : "NO");
  return right ? 0 : 1;
}
