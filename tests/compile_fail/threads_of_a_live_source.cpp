// expect: threads share a recording out by time, so it must be readable again and in parts
// SPDX-License-Identifier: BSL-1.0
#include <equipoise/parallel/threads.hpp>

#include "common.hpp"
spike_table<ticks<1'000>> const table({}, {}, 2, window<ticks<1'000>>{});
auto const result = run_parallel(table.blocks(), split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}), 4);
