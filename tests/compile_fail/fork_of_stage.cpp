// expect: each part of a fork must be an analysis
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const both = fork("a"_n = split(cells()), "b"_n = split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}));
