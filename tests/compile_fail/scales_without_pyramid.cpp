// expect: scales stand in pyramid(…)
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const study = split(cells()) | widths() | measure("rho"_n = zero_lag_correlation{});
