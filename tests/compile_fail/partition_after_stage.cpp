// expect: a partition (by_state, sliding) divides time
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const study = split(cells()) | by_half{} | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{});
