// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Rows of counts and trains of offsets that the kernels' benchmarks run on, of the shape that the pyramid gives.

#ifndef NDEBUG
#error "equipoise: benchmarks are built with NDEBUG, or their times mean nothing"
#endif

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <vector>

namespace bench {

/// Bins of a minute at 1 ms: what one row of the finest scale holds.
inline constexpr std::size_t row_length = 60'000;

/// Ascending offsets, n in `extent` ticks.
inline auto offsets(std::size_t n, std::uint64_t extent) -> std::vector<std::uint32_t> {
  equipoise::random_stream random(1);
  std::vector<std::uint32_t> at(n);
  for (auto& t : at) t = static_cast<std::uint32_t>(random.below(extent));
  std::sort(at.begin(), at.end());
  return at;
}

/// Poisson counts of that mean, with `spare` zeros behind them.
template <class C>
auto counts(double mean, std::uint64_t seed, std::size_t spare = 0) -> std::vector<C> {
  equipoise::random_stream random(seed);
  std::vector<C> x(row_length + spare);
  auto t = mean == 0 ? static_cast<double>(row_length) : random.exponential() / mean;
  for (; t < static_cast<double>(row_length); t += random.exponential() / mean) ++x[static_cast<std::size_t>(t)];
  return x;
}

}  // namespace bench
