// expect: scales stand in pyramid(…)
#include "common.hpp"
auto const study = split(cells()) | widths() | measure("rho"_n = zero_lag_correlation{});
