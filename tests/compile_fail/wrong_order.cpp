// expect: nothing follows an analysis
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const study = measure("rho"_n = zero_lag_correlation{}) | pyramid(widths());
