// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Correlograms of pairs of Poisson trains, drawn bin by bin: 301 bins of .4 ms, 1 200 s.

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <vector>

namespace equipoise::testing {

/// Counted by exponential intervals up to 30, beyond by halves: the sum of two Poisson numbers is one.
inline auto poisson_count(double mean, random_stream& random) -> std::int64_t {
  if (mean > 30) return poisson_count(mean / 2, random) + poisson_count(mean / 2, random);
  std::int64_t n = 0;
  for (auto t = random.exponential(); t < mean; t += random.exponential()) ++n;
  return n;
}
struct drawn_pair {
  double rate_hz = 8, gained = 0, kept = 1;  ///< spikes added per reference spike at +1 … 3 ms; part of the counts kept from .6 to 4.2 ms
};
/// The number of reference spikes is rate · 1 200 s.
inline auto drawn_correlogram(drawn_pair const& pair, random_stream& random) -> std::vector<std::int64_t> {
  auto const spikes = pair.rate_hz * 1'200, mean = spikes * pair.rate_hz * 0.0004;
  std::vector<std::int64_t> out;
  for (int k = -150; k <= 150; ++k) {
    auto here = mean * (k >= 2 && k <= 10 ? pair.kept : 1);
    auto const lo = std::max(k * 0.4 - 0.2, 1.0), hi = std::min(k * 0.4 + 0.2, 3.0);
    if (hi > lo) here += spikes * pair.gained * (hi - lo) / 2;
    out.push_back(poisson_count(here, random));
  }
  return out;
}

}  // namespace equipoise::testing
