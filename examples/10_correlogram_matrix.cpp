// SPDX-License-Identifier: BSL-1.0
// Correlograms of all pairs of five units: unit 1 follows unit 0 by 2 ms, units 2 and 3 share an input, unit 4 is alone. Where the peak of each pair
// lies, how high it is, and who drives whom.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <equipoise/correlate/monosynaptic_pairs.hpp>
#include <equipoise/equipoise.hpp>

namespace eq = equipoise;
using namespace std::chrono_literals;
using tick = eq::ticks<30'000>;

struct peak {
  double lag_ms, index;
};

auto main() -> int {
  constexpr eq::window<tick> when{0s, 20min};
  constexpr double shared_hz = 0.5, own_hz = 7.5, hz = shared_hz + own_hz;
  eq::random_stream random(10);
  auto const driven = eq::common_source<tick>{.shared_hz = shared_hz, .e_hz = own_hz, .i_hz = own_hz, .delay = 2ms}.trains(when, random);
  auto const common = eq::common_source<tick>{.shared_hz = shared_hz, .e_hz = own_hz, .i_hz = own_hz, .delay = tick{0}}.trains(when, random);
  auto const spikes = eq::table_of(std::vector{driven.e, driven.i, common.e, common.i, eq::poisson(hz, when, random)});

  // [region peaks]
  auto const table = spikes | eq::correlograms(eq::centred{50ms, 1ms});
  auto peak_of = [&](std::size_t i, std::size_t j) -> peak {  // lag above 0: j follows i
    auto const index = table.coincidence_index(i, j);         // 1: as many pairs as independent units would have
    auto const at = static_cast<std::size_t>(std::max_element(index.begin(), index.end()) - index.begin());
    return {table.begin_ms(at) + table.width_s() * 1e3 / 2, index[at]};
  };
  // [endregion peaks]
  auto const n = table.size();
  std::printf("lag of the highest bin in ms, and pairs there / pairs by chance; near 1 the lag means nothing\n        ");
  for (std::size_t j = 0; j < n; ++j) std::printf("         %zu   ", j);
  for (std::size_t i = 0; i < n; ++i) {
    std::printf("\nunit %zu  ", i);
    for (std::size_t j = 0; j < n; ++j)
      if (i == j) std::printf("        –    ");
      else std::printf("  %4.0f (%4.1f)", peak_of(i, j).lag_ms, peak_of(i, j).index);
  }

  // [region pairs]
  auto const survey = eq::monosynaptic_pairs(spikes | eq::correlograms(eq::monosynaptic_options::lags()));
  std::vector<eq::monosynaptic_pair> found;
  for (auto const& pair : survey.pairs)
    if (pair.evidence.excitatory) found.push_back(pair);
  // [endregion pairs]
  std::printf("\n\n");
  for (auto const& [from, to, evidence, q_excitation, q_inhibition] : found)
    std::printf("unit %zu drives unit %zu: %.3f spikes of %zu are gained per spike of %zu\n", from, to, evidence.transmission_probability, to, from);
  std::printf("by chance there would be %.2f such pairs at most\n", survey.expected_false_excitation);

  // By chance hz² · 1 ms · 20 min pairs a bin, and shared_hz · 20 min more where a pair was planted.
  auto const chance = hz * hz * 0.001 * 1200, planted = shared_hz * 1200;
  auto right = true;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      auto const p = peak_of(i, j);
      auto const lag = i == 0 ? 2.0 : i == 1 ? -2.0 : 0.0;  // of the pairs 0, 1 and 2, 3, in both orders
      if (i / 2 != j / 2) right = right && p.index < 1 + 5 / std::sqrt(chance);
      else right = right && std::abs(p.lag_ms - lag) < 1e-9 && std::abs(p.index * chance - chance - planted) < 4 * std::sqrt(chance + planted);
    }
  // A shared input has its peak at 0, which is no time for a synapse: of 20 ordered pairs one is found.
  right = right && found.size() == 1 && found[0].reference == 0 && found[0].target == 1 &&
          std::abs(found[0].evidence.transmission_probability - shared_hz / hz) < 0.01;
  std::printf("as planted: %s\n", right ? "yes" : "NO");
  return right ? 0 : 1;
}
