// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A surrogate that keeps nothing but each unit's smoothed rate: the rate-matched inhomogeneous Poisson process.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "surrogate.hpp"
#include "surrogate_times.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Spikes of an inhomogeneous Poisson process whose rate is the unit's train smoothed by a Gaussian of width σ:
///
///   λ(t) = Σ_i g_σ(t − t_i), g reflected at the edges of the observed window of t_i
///
/// Drawn without a grid: a sum of independent Poisson processes is one, so each spike t_i leaves a Poisson number of mean 1 of spikes at
/// t_i + σ·normal, in whole ticks.
///
/// Preserves  each unit's expected count, in each observed window too, and the co-modulation of rates slower than σ
/// Destroys   timing finer than σ, intervals, counts (they vary as a Poisson number does)
/// Promise    none of uniformity: the smoothed rate is that of one realisation, and its fluctuations are doubled in the surrogate. Use it to compute the
///            excess of a correlogram over slow co-modulation; report the measured size
/// Errors     `error` if σ is shorter than a tick
/// Cost       about 150 ns a spike
/// Source     Kass, Ventura, Brown 2005, J. Neurophysiol. 94:8 (rate-matched predictors); superposition: Kingman 1993, Poisson Processes
struct poisson_like {
  static constexpr std::string_view name = "poisson_like";
  std::chrono::nanoseconds sigma = std::chrono::milliseconds{20};

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<poisson_like> { return {*this, seed, k}; }

  template <tick T>
  auto operator()(spike_table<T> const& x, draw_key const& key) const -> spike_table<T> {
    auto const spread = static_cast<double>(detail::ticks_of<T>(sigma, "poisson_like", "sigma"));
    return detail::unit_by_unit(x, [&](unit_index u, std::span<std::int64_t const> train, std::vector<std::int64_t>& out) {
      auto random = key.stream(u);
      detail::stretch_finder<T> stretch_of(x.observed());
      for (auto const t : train) {
        auto const& stretch = stretch_of(t);
        for (auto n = number_of_mean_1(random.uniform()); n > 0; --n)
          out.push_back(detail::reflected(t + std::llround(spread * random.normal()), stretch.begin.count(), stretch.end.count()));
      }
    });
  }

 private:
  /// The Poisson number of mean 1 at which the cumulated probability passes u, 0 ≤ u < 1.
  static auto number_of_mean_1(double u) noexcept -> int {
    int n = 0;
    for (double p = 0.36787944117144233 /* 1/e */, sum = p; u >= sum && n < 20; sum += p) p /= ++n;
    return n;
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
