// expect: a null needs numbers: name the number of a metric with several
// SPDX-License-Identifier: BSL-1.0
#include <equipoise/inference/honest.hpp>

#include "common.hpp"
auto f(spike_table<ticks<30'000>> const& t) { return honest(split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = peak_lag{}), t); }
