// expect: two parts of a fork have the same name
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const both = fork("a"_n = measure("rho"_n = zero_lag_correlation{}), "a"_n = measure("sd"_n = relative_deviation{}));
