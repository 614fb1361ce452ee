// expect: what stands left of the study is not a source of events
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const result = 42 | (split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}));
