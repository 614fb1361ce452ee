// expect: metrics of single units need pyramid(…).with_units()
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const study = split(cells()) | pyramid(widths()) | measure("active"_n = active_deviation{});
