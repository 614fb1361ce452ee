// expect: the analyses of a fork must take the same input
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto rho() { return measure("rho"_n = zero_lag_correlation{}); }
auto const both = fork("rows"_n = rho(), "events"_n = split(cells()) | pyramid(widths()) | rho());
