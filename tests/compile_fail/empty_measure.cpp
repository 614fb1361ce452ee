// expect: measure takes named metrics
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const study = split(cells()) | pyramid(widths()) | measure();
