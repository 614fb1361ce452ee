// expect: this analysis does not take events
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto f(spike_table<ticks<30'000>> const& t) { return t | (pyramid(widths()) | measure("rho"_n = zero_lag_correlation{})); }
