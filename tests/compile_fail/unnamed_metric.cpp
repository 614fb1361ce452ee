// expect: measure takes named metrics
#include "common.hpp"
auto const study = split(cells()) | pyramid(widths()) | measure(zero_lag_correlation{});
