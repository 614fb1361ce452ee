// expect: this record has no field of that name
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto f(spike_table<ticks<30'000>> const& t) {
  auto const r = t | split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = peak_lag{.within = 20});
  return r["roh"_n];
}
