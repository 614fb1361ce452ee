// expect: two metrics have the same name
#include "common.hpp"
auto const study = measure("rho"_n = zero_lag_correlation{}, "rho"_n = relative_deviation{});
