// expect: each part of a fork must have a name
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const both = fork(measure("rho"_n = zero_lag_correlation{}), measure("sd"_n = relative_deviation{}));
