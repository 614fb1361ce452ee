// expect: nothing follows an analysis
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const study = split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}) | measure("sd"_n = relative_deviation{});
