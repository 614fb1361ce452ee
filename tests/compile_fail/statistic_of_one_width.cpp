// expect: the metric's statistic must have `absorb(count_row<C> const&)`
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
struct sum : state_base {
  std::int64_t e = 0;
  static auto fields(auto& s) { return std::tie(s.e); }
  void absorb(count_row<std::uint8_t> const&) {}
  auto merge(sum const& o) -> sum& { return e += o.e, *this; }
};
struct mine {
  using statistic = sum;
  auto operator()(sum const& s, row_info const&) const -> std::int64_t { return s.e; }
};
auto const study = split(cells()) | pyramid(widths()) | measure("mine"_n = mine{});
