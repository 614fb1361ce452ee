// expect: equipoise: a surrogate stands right behind the recording it is made from: recording | surrogate.draw(seed, k) | study
// SPDX-License-Identifier: BSL-1.0
#include <equipoise/correlate/jitters.hpp>

#include "common.hpp"
spike_table<ticks<1'000>> const table({}, {}, 2, window<ticks<1'000>>{});
auto const result = table | split(cells()) | interval_jitter{}.draw(1, 0) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{});
