// expect: equipoise: a surrogate needs the whole recording, and a live source can be read only once; read it into a spike_table first
// SPDX-License-Identifier: BSL-1.0
#include <equipoise/correlate/jitters.hpp>

#include "common.hpp"
spike_table<ticks<1'000>> const table({}, {}, 2, window<ticks<1'000>>{});
auto const result = table.blocks() | interval_jitter{}.draw(1, 0) | split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{});
