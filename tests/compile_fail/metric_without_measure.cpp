// expect: a metric stands in measure(…), under a name
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto f(spike_table<ticks<30'000>> const& t) { return t | split(cells()) | pyramid(widths()) | zero_lag_correlation{}; }
