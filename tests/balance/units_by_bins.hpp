// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Counts of single units in bins of 100 ms, made without spikes: what the tests of the subsampling correction start from.

#include <cstdint>
#include <equipoise/balance/subsampling.hpp>
#include <equipoise/core/random.hpp>
#include <vector>

namespace equipoise::testing {

inline auto poisson_count(double mean, random_stream& random) -> std::uint32_t {
  std::uint32_t n = 0;
  for (auto left = mean - random.exponential(); left > 0; left -= random.exponential()) ++n;
  return n;
}

struct units_by_bins {
  std::vector<std::vector<std::uint32_t>> e{}, i{};  ///< [unit][bin]

  [[nodiscard]] auto bins() const -> std::size_t { return e.front().size(); }
  [[nodiscard]] auto row() const -> row_info { return {0, {100, 1, 1000}, {std::ssize(e), std::ssize(i)}, static_cast<std::int64_t>(bins())}; }

  /// Gives a statistic all bins, as a pyramid with units would.
  template <class S>
  void into(S& s) const {
    auto const of_e = summed(e, bins()), of_i = summed(i, bins());
    s.absorb(count_row<std::uint32_t>{0, 0, of_e.counts, of_i.counts});
    if constexpr (absorbs<S, unit_row>) s.absorb(unit_row{0, 0, of_e.active, of_i.active, of_e.squares, of_i.squares});
  }
  [[nodiscard]] auto pooled() const -> co_moments {
    co_moments s;
    into(s);
    return s;
  }
  [[nodiscard]] auto concentration() const -> rate_concentration {
    std::vector<std::int64_t> spikes;
    std::vector<cell> cells;
    for (auto const* population : {&e, &i})
      for (auto const& unit : *population) {
        spikes.push_back(0), cells.push_back(population == &e ? cell::e : cell::i);
        for (auto const c : unit) spikes.back() += c;
      }
    return rate_concentration::of(spikes, cells);
  }

 private:
  struct sums {
    std::vector<std::uint32_t> counts;
    std::vector<std::int64_t> active, squares;
  };
  static auto summed(std::vector<std::vector<std::uint32_t>> const& units, std::size_t n) -> sums {
    sums s{std::vector<std::uint32_t>(n), std::vector<std::int64_t>(n), std::vector<std::int64_t>(n)};
    for (auto const& unit : units)
      for (std::size_t t = 0; t < n; ++t) s.counts[t] += unit[t], s.active[t] += unit[t] > 0, s.squares[t] += std::int64_t{unit[t]} * unit[t];
    return s;
  }
};

/// A multiple interaction process: each spike of a mother is copied to each unit with a probability of its class (of its own, where uneven).
struct copies {
  std::size_t units_e = 10, units_i = 5, bins = 100;
  double mother = 1;  ///< spikes of the mother per bin
  double copy_e = 0.1, copy_i = 0.1;
  bool uneven = false;
};
inline auto multiple_interaction(copies const& o, std::uint64_t seed) -> units_by_bins {
  random_stream random(seed);
  std::vector<std::uint32_t> mother(o.bins);
  for (auto& c : mother) c = poisson_count(o.mother, random);
  auto unit = [&](double share) {
    std::vector<std::uint32_t> own(o.bins);
    for (std::size_t t = 0; t < o.bins; ++t)
      for (std::uint32_t k = 0; k < mother[t]; ++k) own[t] += random.uniform() < share;
    return own;
  };
  units_by_bins x;
  for (std::size_t u = 0; u < o.units_e; ++u) x.e.push_back(unit(o.uneven ? o.copy_e * 2 * static_cast<double>(u + 1) / static_cast<double>(o.units_e + 1) : o.copy_e));
  for (std::size_t u = 0; u < o.units_i; ++u) x.i.push_back(unit(o.copy_i));
  return x;
}

}  // namespace equipoise::testing
