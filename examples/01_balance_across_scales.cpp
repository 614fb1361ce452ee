// SPDX-License-Identifier: BSL-1.0
// Balance across scales: two ensembles that share some of their spikes, the inhibitory copies 3 ms late, and what their correlation must be.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <equipoise/equipoise.hpp>

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;
using tick = eq::ticks<1'000>;  // milliseconds

/// 20 units in one hour: E fires with S and A, I with S (3 ms later) and B; S, A, B are independent Poisson trains.
auto recording() -> eq::spike_table<tick> {
  eq::random_stream random(1);
  std::vector<std::int64_t> at;
  std::vector<eq::unit_index> unit;
  auto fire = [&](std::int64_t t, std::uint64_t first) { at.push_back(t), unit.push_back(static_cast<eq::unit_index>(first + random.below(10))); };
  for (std::int64_t t = 0; t < 3'600'000 - 3; ++t) {
    if (random.uniform() < 0.02) fire(t, 0), fire(t + 3, 10);  // S: 20 Hz
    if (random.uniform() < 0.03) fire(t, 0);                   // A: 30 Hz
    if (random.uniform() < 0.03) fire(t, 10);                  // B: 30 Hz
  }
  return eq::spike_table<tick>::sorted(at, unit, 20, eq::window<tick>{0ms, 1h});
}

auto main() -> int {
  auto const spikes = recording();
  std::vector<eq::cell> cells(20, eq::cell::e);
  std::fill(cells.begin() + 10, cells.end(), eq::cell::i);

  // [region study]
  auto const study = eq::split(cells)                                        // which unit is E, which is I
                   | eq::pyramid(eq::scales{1ms, 3ms, 10ms, 30ms, 100ms, 1s})  // counts in bins of these widths
                   | eq::measure("rho"_n = eq::zero_lag_correlation{}, "peak"_n = eq::peak_lag{.within = 20}, "deviation"_n = eq::relative_deviation{});

  auto const balance = spikes | study;

  for (auto [scale, rho, peak] : eq::rows(balance["scale"_n], balance["rho"_n], balance["peak"_n]))
    std::printf("%8.0f ms   r = %6.3f   I follows E by %5.2f bins\n", eq::in_ms(scale), rho, peak.interpolated);
  // [endregion study]

  // r = 0.4 max(0, 1 − d/w) for bins of w ms and a delay of d = 3 ms, as 20 of 50 spikes are shared
  auto worst = 0.0;
  for (auto [scale, rho, bins] : eq::rows(balance["scale"_n], balance["rho"_n], balance["bins"_n])) {
    auto const expected = 0.4 * std::max(0.0, 1 - 3 / eq::in_ms(scale));
    worst = std::max(worst, std::abs(rho - expected) * std::sqrt(static_cast<double>(bins)));
  }
  auto const right = worst < 4 && balance["peak"_n][0].bins == 3;  // within 4 standard errors of the closed form
  std::printf("%s: at most %.1f standard errors from the closed form\n", right ? "right" : "WRONG", worst);
  return right ? 0 : 1;
}
