// expect: metrics of single units need pyramid(…).with_units()
#include "common.hpp"
auto const study = split(cells()) | pyramid(widths()) | measure("active"_n = active_deviation{});
