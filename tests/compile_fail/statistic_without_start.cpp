// expect: a statistic without default constructor needs a metric with `start(row_info)`
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
struct sum : state_base {
  std::int64_t e;
  explicit sum(std::int64_t x) : e(x) {}
  static auto fields(auto& s) { return std::tie(s.e); }
  template <class C>
  void absorb(count_row<C> const&) {}
  auto merge(sum const& o) -> sum& { return e += o.e, *this; }
};
struct mine {
  using statistic = sum;
  auto operator()(sum const& s, row_info const&) const -> std::int64_t { return s.e; }
};
auto const study = measure("mine"_n = mine{});
auto const state = study.start(row_layout{});
