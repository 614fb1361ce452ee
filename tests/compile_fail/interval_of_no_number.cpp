// expect: say which of its numbers is meant
// SPDX-License-Identifier: BSL-1.0
#include <equipoise/inference/interval.hpp>

#include "common.hpp"
auto const study = split(cells()) | pyramid(widths()) | measure("lag"_n = with_interval(peak_lag{.within = 20}));
