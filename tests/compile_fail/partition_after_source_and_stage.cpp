// expect: a partition (by_state, sliding) divides time
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto f(spike_table<ticks<30'000>> const& t) { return t | split(cells()) | by_half{} | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}); }
