// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Spikes left out at random, so that two ensembles, or two states, have the same rate.

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surrogate.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Each spike of unit u is kept with probability `keep[u]`, independently of all others.
///
/// Preserves  the units, and rates but for that factor: a Poisson train stays one, and correlations of rates keep their sign
/// Destroys   a share of the spikes; Poisson noise grows relative to co-modulation, so that correlations of counts shrink
/// Promise    it is no null: it makes rates equal where a comparison needs them equal
/// Input      one probability per unit, 0 … 1
/// Errors     `error` if they are not
/// Cost       about 10 ns a spike
/// Source     Lewis and Shedler 1979, Nav. Res. Logist. Q. 26:403 (thinning)
struct thinning {
  static constexpr std::string_view name = "thinning";
  std::vector<double> keep{};

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<thinning> { return {*this, seed, k}; }

  template <tick T>
  auto operator()(spike_table<T> const& x, draw_key const& key) const -> spike_table<T> {
    if (keep.size() != x.size())
      throw error({.where = "thinning", .place = {}, .problem = "the probabilities do not fit the recording", .expected = std::to_string(x.size()) + ", one per unit", .found = std::to_string(keep.size()), .advice = {}});
    std::vector<random_stream> random;
    for (unit_index u = 0; u < x.size(); ++u) {
      if (!(keep[u] >= 0 && keep[u] <= 1)) throw error({.where = "thinning", .place = "unit " + std::to_string(u), .problem = "not a probability", .expected = "0 … 1", .found = std::to_string(keep[u]), .advice = {}});
      random.push_back(key.stream(u));
    }
    std::vector<std::int64_t> at;
    std::vector<unit_index> unit;
    for (std::size_t k = 0; k < x.spikes(); ++k)
      if (auto const u = x.unit()[k]; keep[u] == 1 || random[u].uniform() < keep[u]) at.push_back(x.at()[k]), unit.push_back(u);
    return {std::move(at), std::move(unit), x.size(), x.observed()};
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
