// expect: the left side does not give what the right side takes
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const stages = pyramid(widths()) | split(cells());
