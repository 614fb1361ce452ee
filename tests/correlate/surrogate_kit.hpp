// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What the tests of surrogates share: recordings, what must be kept of them, and whether p-values are uniform.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <map>
#include <span>
#include <vector>

#include "../random_recording.hpp"

namespace equipoise::testing {

using ms_ticks = ticks<1000>;
using tick_list = std::vector<std::int64_t>;

template <tick T>
auto train(spike_table<T> const& x, unit_index u) -> tick_list {
  return {x[u].raw().begin(), x[u].raw().end()};
}
template <tick T>
auto same(spike_table<T> const& a, spike_table<T> const& b) -> bool {
  return a.observed() == b.observed() && a.size() == b.size() && std::ranges::equal(a.at(), b.at()) && std::ranges::equal(a.unit(), b.unit());
}
template <tick T>
auto spike_counts(spike_table<T> const& x) -> std::vector<std::size_t> {
  std::vector<std::size_t> n;
  for (unit_index u = 0; u < x.size(); ++u) n.push_back(x[u].size());
  return n;
}
/// Recordings for laws: without gaps, with gaps, from before the origin.
inline auto recordings() -> std::vector<spike_table<ms_ticks>> {
  std::vector<spike_table<ms_ticks>> out;
  for (std::uint64_t seed = 0; seed < 12; ++seed)
    out.push_back(random_recording<ms_ticks>(seed, {.units = 5, .length = 2000, .spikes = 300, .gaps = seed % 3 != 0, .begin = seed % 2 == 0 ? 0 : -777}).first);
  return out;
}
/// Spikes in each observed window, per unit.
template <tick T>
auto counts_by_stretch(spike_table<T> const& x) -> std::map<std::pair<std::int64_t, unit_index>, int> {
  std::map<std::pair<std::int64_t, unit_index>, int> n;
  for (std::size_t k = 0; k < x.spikes(); ++k)
    for (auto const& w : x.observed())
      if (w.contains(T{x.at()[k]})) ++n[{w.begin.count(), x.unit()[k]}];
  return n;
}

/// The probability that the largest distance of n uniform numbers from the diagonal is larger still (Kolmogorov 1933, n large).
inline auto kolmogorov_p(std::vector<double> p) -> double {
  std::sort(p.begin(), p.end());
  auto const n = static_cast<double>(p.size());
  double d = 0;
  for (std::size_t k = 0; k < p.size(); ++k) d = std::max({d, p[k] - static_cast<double>(k) / n, static_cast<double>(k + 1) / n - p[k]});
  auto const x = d * (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n));
  double sum = 0;
  for (int k = 1; k < 100; ++k) sum += (k % 2 != 0 ? 2 : -2) * std::exp(-2 * k * k * x * x);
  return std::clamp(sum, 0.0, 1.0);
}
/// The p-value greater, uniform under the null even for discrete statistics: the place among ties is drawn.
inline auto p_without_ties(double observed, std::span<double const> draws, random_stream& random) -> double {
  double above = 0, level = 1;
  for (auto const t : draws) above += t > observed, level += t == observed;
  return (above + level * random.uniform()) / (1 + static_cast<double>(draws.size()));
}

}  // namespace equipoise::testing
