// expect: nothing follows an analysis
#include "common.hpp"
auto const study = measure("rho"_n = zero_lag_correlation{}) | pyramid(widths());
