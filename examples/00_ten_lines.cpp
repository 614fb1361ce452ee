// SPDX-License-Identifier: BSL-1.0
// The shortest way from a recording to its balance. Without an argument it reads the one that is shipped (from the project's folder).
#include <cmath>
// [region program]
#include <cstdio>
#include <equipoise/classify/threshold.hpp>
#include <equipoise/equipoise.hpp>
#include <equipoise/io/phy.hpp>

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;

auto main(int argc, char** argv) -> int {
  auto const recording = eq::read_phy(argc > 1 ? argv[1] : "examples/data/rat_prefrontal_T224_2019_12_18");
  auto const cells = eq::classify(recording, eq::threshold{.trough_to_peak_ms = 0.428});   // RS → E, FS → I, the rest neither
  auto const study = eq::split(cells) | eq::pyramid(eq::scales{1ms, 10ms, 100ms, 1s, 3s})  // counts in bins of these widths
                   | eq::measure("rho"_n = eq::zero_lag_correlation{}, "peak"_n = eq::peak_lag{.within = 20});
  auto const balance = recording | study;
  for (auto [width, rho, peak] : eq::rows(balance["scale"_n], balance["rho"_n], balance["peak"_n]))
    std::printf("%6.0f ms   r = %.3f   I follows E by %5.2f bins\n", eq::in_ms(width), rho, peak.interpolated);
  // [endregion program]
  if (argc > 1) return 0;
  double const expected[] = {.029, .148, .359, .449, .569};  // found by independent code
  auto right = true;
  for (std::size_t k = 0; k < 5; ++k) right = right && std::abs(balance["rho"_n][k] - expected[k]) <= .001;
  std::printf("%s: r is within 0.001 of what independent code found\n", right ? "right" : "WRONG");
  return right ? 0 : 1;
  // [region program]
}
// [endregion program]
