// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Whole artificial recordings of known make: populations with a shared slow modulation, for benchmarks and for trying things out.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "../core/random.hpp"
#include "../spikes/spike_table.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Excitatory and inhibitory units that fire as Poisson processes of rate ν_u·m(t), m one slow modulation for all: mean 1, redrawn every
/// `hold_s` seconds as a lognormal with that SD of its logarithm.
///
/// The defaults make one hour of 80 E units (lognormal rates, mean 2 Hz) and 20 I units (mean 8 Hz): about 1.15 million spikes.
template <tick T>
struct modulated_population {
  std::size_t units_e = 80, units_i = 20;
  double rate_e_hz = 2, rate_i_hz = 8;      ///< means over units
  double spread = 0.8;                      ///< SD of the logarithm of the units' rates
  double modulation = 0.3, hold_s = 2;      ///< SD of the logarithm of m, and how long a value holds
  double seconds = 3600;

  /// Result   the spikes, units 0 … units_e − 1 excitatory, the rest inhibitory; the same for the same seed
  /// Errors   `error` if rates or durations are not positive
  [[nodiscard]] auto recording(std::uint64_t seed) const -> std::pair<spike_table<T>, std::vector<cell>> {
    if (!(rate_e_hz > 0 && rate_i_hz > 0 && hold_s > 0 && seconds > 0)) throw error("modulated_population: rates and durations must be above 0");
    auto const units = units_e + units_i;
    std::vector<double> up_to;  // cumulative rates: which unit a spike belongs to
    random_stream rates(seed, 0);
    double total = 0;
    for (std::size_t u = 0; u < units; ++u) {
      auto const mean = u < units_e ? rate_e_hz : rate_i_hz;
      total += mean * std::exp(spread * rates.normal() - spread * spread / 2);
      up_to.push_back(total);
    }
    random_stream slow(seed, 1), events(seed, 2), owners(seed, 3);
    std::vector<std::int64_t> at;
    std::vector<unit_index> unit;
    auto const ticks_per_s = static_cast<double>(T::period::den) / static_cast<double>(T::period::num);
    for (double begin = 0; begin < seconds; begin += hold_s) {
      auto const rate = total * std::exp(modulation * slow.normal() - modulation * modulation / 2), end = (std::min)(begin + hold_s, seconds);
      for (auto t = begin + events.exponential() / rate; t < end; t += events.exponential() / rate) {
        at.push_back(static_cast<std::int64_t>(t * ticks_per_s));
        unit.push_back(static_cast<unit_index>(std::upper_bound(up_to.begin(), up_to.end() - 1, owners.uniform() * total) - up_to.begin()));
      }
    }
    std::vector<cell> cells(units, cell::i);
    std::fill_n(cells.begin(), units_e, cell::e);
    window<T> const when{T{0}, T{static_cast<std::int64_t>(seconds * ticks_per_s)}};
    return {spike_table<T>(std::move(at), std::move(unit), units, when), std::move(cells)};
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
