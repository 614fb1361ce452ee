// expect: two metrics configure one statistic, which therefore needs
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
struct sum : state_base {
  std::int64_t e = 0;
  static auto fields(auto& s) { return std::tie(s.e); }
  template <class C>
  void absorb(count_row<C> const&) {}
  auto merge(sum const& o) -> sum& { return e += o.e, *this; }
};
template <int>
struct mine {
  using statistic = sum;
  auto start(row_info const&) const -> sum { return {}; }
  auto operator()(sum const& s, row_info const&) const -> std::int64_t { return s.e; }
};
auto const study = measure("one"_n = mine<1>{}, "two"_n = mine<2>{});
