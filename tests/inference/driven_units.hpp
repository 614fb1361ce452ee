// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Recordings for the tests of nulls and controls: units of chosen rates whose excitatory and inhibitory cells follow one drive, or each their own.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/concepts/balance.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <span>
#include <vector>

namespace equipoise::testing {

using ms_tick = ticks<1'000>;

struct driven_units {
  std::vector<double> hz_e{}, hz_i{};
  std::int64_t seconds = 60;
  double drive = 0.4;      ///< SD of the logarithm of the drive, which holds for half a second
  bool own_drive = false;  ///< inhibition follows a drive of its own

  [[nodiscard]] auto cells() const -> std::vector<cell> {
    std::vector<cell> c(hz_e.size(), cell::e);
    c.resize(hz_e.size() + hz_i.size(), cell::i);
    return c;
  }
  [[nodiscard]] auto table(std::uint64_t seed) const -> spike_table<ms_tick> {
    random_stream random(seed, 9);
    auto const of_e = steps(random), of_i = own_drive ? steps(random) : of_e;
    std::vector<spike_vector<ms_tick>> trains;
    auto add = [&](double hz, std::vector<double> const& drive_of) {
      rate_steps<ms_tick> rate{ms_tick{0}, ms_tick{500}, drive_of};
      for (auto& r : rate.hz) r *= hz;
      trains.push_back(cox(rate, {ms_tick{0}, ms_tick{1000 * seconds}}, random));
    };
    for (auto const hz : hz_e) add(hz, of_e);
    for (auto const hz : hz_i) add(hz, of_i);
    return table_of(trains);
  }

 private:
  [[nodiscard]] auto steps(random_stream& random) const -> std::vector<double> {
    std::vector<double> m(static_cast<std::size_t>(2 * seconds));
    for (auto& x : m) x = std::exp(drive * random.normal() - drive * drive / 2);
    return m;
  }
};
inline auto times(std::size_t n, double hz) -> std::vector<double> { return std::vector<double>(n, hz); }

}  // namespace equipoise::testing
