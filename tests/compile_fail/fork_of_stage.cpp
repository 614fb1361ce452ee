// expect: each part of a fork must be an analysis
#include "common.hpp"
auto const both = fork("a"_n = split(cells()), "b"_n = split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}));
