// expect: the left side does not give what the right side takes
#include "common.hpp"
auto const stages = pyramid(widths()) | split(cells());
