// expect: a metric must name its statistic
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
struct mine {
  auto operator()(co_moments const& s, row_info const&) const -> double { return static_cast<double>(s.n()); }
};
auto const study = split(cells()) | pyramid(widths()) | measure("rho"_n = zero_lag_correlation{}, "mine"_n = mine{});
