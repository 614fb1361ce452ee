// expect: a study with nulls and controls begins with split(cells)
// SPDX-License-Identifier: BSL-1.0
#include <equipoise/inference/honest.hpp>

#include "common.hpp"
auto rho() { return split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}); }
auto f(spike_table<ticks<30'000>> const& t) { return honest(fork("a"_n = rho(), "b"_n = rho()), t); }
