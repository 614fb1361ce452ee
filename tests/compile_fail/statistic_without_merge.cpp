// expect: the metric's statistic must have `merge(other)
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
struct sum {
  std::int64_t e = 0;
  template <class C>
  void absorb(count_row<C> const&) {}
  auto operator==(sum const&) const -> bool = default;
};
struct mine {
  using statistic = sum;
  auto operator()(sum const& s, row_info const&) const -> std::int64_t { return s.e; }
};
auto const study = split(cells()) | pyramid(widths()) | measure("mine"_n = mine{});
