// SPDX-License-Identifier: BSL-1.0
// Zero lag without self-organisation: E and I that are not connected at all, under one fluctuating rate. r is far above its null, the lag is
// equivalent to zero, and groups of excitatory cells mirror one another as much as they mirror inhibition.
#include <cmath>
#include <cstdio>
#include <equipoise/equipoise.hpp>

namespace eq = equipoise;
using namespace std::chrono_literals;
using tick = eq::ticks<30'000>;

auto main() -> int {
  // Units are independent but for one thing that they share: the factor of their rates, a new one every 100 ms.
  constexpr double depth = 0.3;
  eq::modulated_population<tick> const population{.units_e = 60, .units_i = 20, .rate_e_hz = 5, .rate_i_hz = 5, .spread = 0.3, .modulation = depth, .hold_s = 0.1, .seconds = 600};
  auto const [spikes, cells] = population.recording(11);
  eq::scales const widths{10ms, 20ms, 50ms};

  // [region control]
  auto const beside = eq::control(spikes, cells, widths, {.draws = 999, .control_draws = 50});
  // [endregion control]
  std::printf("   scale      r   null up to      p    lag, 95 %% interval         zero lag    40 E with 20 E   the same with I\n");
  for (std::size_t k = 0; k < widths.size(); ++k) {
    auto const& [rho, zero, same] = std::tie(beside[k].rho, beside[k].zero_lag, beside[k].controls.same_class);
    std::printf("%5.0f ms  %5.3f        %5.3f  %5.3f   %5.2f to %4.2f ms in ± %2.0f ms  %-8s             %5.3f             %5.3f\n", eq::in_ms(widths[k]), rho,
                beside[k].null.hi, beside[k].null.p, zero.lag.lo, zero.lag.hi, zero.margin_ms, zero.equivalent ? "yes" : "no", same.mean, same.reference);
  }

  // With one lognormal factor of variance v for all: r = v √(m_e m_i) / √((1 + v m_e)(1 + v m_i)), m the mean count of a bin.
  double spikes_e = 0, spikes_i = 0;
  for (eq::unit_index u = 0; u < spikes.size(); ++u) (cells[u] == eq::cell::e ? spikes_e : spikes_i) += static_cast<double>(spikes[u].size());
  auto const v = std::exp(depth * depth) - 1;
  auto right = true;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    auto const& b = beside[k];
    auto const w = eq::in_seconds(widths[k]) / 600, m_e = spikes_e * w, m_i = spikes_i * w;
    right = right && std::abs(b.rho - v * std::sqrt(m_e * m_i / ((1 + v * m_e) * (1 + v * m_i)))) < 0.03;
    right = right && b.null.p == 0.001 && b.rho > b.null.mean + 10 * b.null.sd;
    right = right && b.zero_lag.equivalent && b.zero_lag.lag.lo < 0 && b.zero_lag.lag.hi > 0;
    right = right && std::abs(b.controls.same_class.mean - b.controls.same_class.reference) < 0.1 * b.rho;
  }
  std::printf("mirrored at zero lag, and E mirrors E as much as I: %s\n", right ? "yes" : "NO");
  return right ? 0 : 1;
}
