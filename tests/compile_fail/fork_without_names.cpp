// expect: each part of a fork must have a name
#include "common.hpp"
auto const both = fork(measure("rho"_n = zero_lag_correlation{}), measure("sd"_n = relative_deviation{}));
