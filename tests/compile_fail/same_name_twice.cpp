// expect: two metrics have the same name
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const study = measure("rho"_n = zero_lag_correlation{}, "rho"_n = relative_deviation{});
