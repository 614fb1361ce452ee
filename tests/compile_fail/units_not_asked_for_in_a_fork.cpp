// expect: metrics of single units need pyramid(…).with_units()
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const study = split(cells()) | pyramid(widths()) | fork("rho"_n = measure("r"_n = zero_lag_correlation{}), "active"_n = measure("a"_n = active_deviation{}));
