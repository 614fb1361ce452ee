// SPDX-License-Identifier: BSL-1.0
// A night of sleep, artificial: one study for every brain state at once, and what it says of each. In slow-wave sleep both ensembles follow a
// common slow rhythm; awake they share little. Bins never span the end of an epoch.
#include <cmath>
#include <cstdio>
#include <equipoise/equipoise.hpp>

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;
using tick = eq::ticks<30'000>;

auto main() -> int {
  constexpr auto night = eq::window<tick>{0s, 20min};
  std::vector<eq::epoch<std::chrono::nanoseconds>> scored;  // pages of 30 s, as a scorer writes them
  for (int page = 0; page < 40; ++page) {
    auto const* const state = page % 20 < 8 ? "wake" : page % 20 < 17 ? "slow-wave" : "REM";
    scored.push_back({{page * 30s, (page + 1) * 30s}, state});
  }
  eq::epoch_table<std::chrono::nanoseconds> const hypnogram(scored);

  // Rates of each state: mean, and how deep the common rhythm of 1 Hz is.
  eq::random_stream random(42);
  auto const spikes = [&] {
    auto rate = [&](double hz, tick t) {
      auto const page = static_cast<int>(eq::in_seconds(t) / 30) % 20;
      auto const depth = page < 8 ? 0.1 : page < 17 ? 0.8 : 0.3;
      return hz * (1 + depth * std::sin(2 * 3.14159265358979 * eq::in_seconds(t)));
    };
    std::vector<eq::spike_vector<tick>> trains;
    for (int u = 0; u < 40; ++u) trains.push_back(eq::cox([&](tick t) { return rate(3, t); }, 6, night, random));
    for (int u = 0; u < 10; ++u) trains.push_back(eq::cox([&](tick t) { return rate(12, t); }, 24, night, random));
    return eq::table_of(trains);
  }();
  std::vector<eq::cell> cells(50, eq::cell::e);
  std::fill(cells.begin() + 40, cells.end(), eq::cell::i);

  // [region study]
  auto const by_sleep = eq::by_state(hypnogram) | eq::split(cells) | eq::pyramid(eq::scales{10ms, 100ms, 200ms, 1s})
                      | eq::measure("rho"_n = eq::zero_lag_correlation{}, "deviation"_n = eq::relative_deviation{.floor_removed = false});

  auto const states = spikes | by_sleep;

  for (auto const& [state, seconds, balance] : states)
    std::printf("%-10s %5.0f s   r at 100 ms = %5.2f   r at 200 ms = %5.2f   deviation at 100 ms = %5.3f\n", state.c_str(), seconds, balance["rho"_n][1], balance["rho"_n][2], balance["deviation"_n][1]);
  // [endregion study]

  // At 1 s the rhythm of 1 Hz averages out; at 100 ms it is what both follow. The truth: Var = m + (m depth)²/2 · sinc², Cov = that of the means.
  auto const expected = [](double depth) {
    auto const w = 0.1, sinc = std::sin(3.14159265358979 * w) / (3.14159265358979 * w);
    auto const m_e = 40 * 3 * w, m_i = 10 * 12 * w, shared = depth * depth / 2 * sinc * sinc;
    return shared * m_e * m_i / std::sqrt((m_e + shared * m_e * m_e) * (m_i + shared * m_i * m_i));
  };
  auto const near = [&](char const* state, double depth) { return std::abs(states[state]["rho"_n][1] - expected(depth)) < 0.08; };
  auto const right = near("wake", 0.1) && near("slow-wave", 0.8) && near("REM", 0.3) && states["wake"]["bins"_n][3] == 16 * 30;
  std::printf("as expected of these rates: %s\n", right ? "yes" : "NO");
  return right ? 0 : 1;
}
