// expect: a partition divides events by time
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const study = by_half{} | (pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}));
