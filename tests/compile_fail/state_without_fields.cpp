// expect: equipoise: this type cannot be stored; give it `static auto fields(auto& s)
// SPDX-License-Identifier: BSL-1.0
#include <equipoise/io/checkpoint.hpp>

#include "common.hpp"
struct window_of_mine {  // an aggregate that does not say what it is made of
  std::int64_t begin = 0, end = 0;
};
struct mine : state_base {
  std::vector<std::map<int, window_of_mine>> seen;
  static auto fields(auto& s) { return std::tie(s.seen); }
};
void save(mine const& state) { write_checkpoint("mine.state", state); }
