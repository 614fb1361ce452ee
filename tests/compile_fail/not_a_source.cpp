// expect: what stands left of the study is not a source of events
#include "common.hpp"
auto const result = 42 | (split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}));
