// expect: a metric must be callable as
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
struct mine {
  using statistic = co_moments;
  auto operator()(joint_histogram const&, row_info const&) const -> double { return 1; }
};
auto const study = split(cells()) | pyramid(widths()) | measure("mine"_n = mine{});
