// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/correlate/carrying_table.hpp>

using namespace equipoise;

TEST_CASE("carrying_table: counts do not overflow: what 31 bits cannot hold is carried") {
  detail::carrying_table t(3), o(3);
  t.data()[1] = 4'000'000'000u, t.expect(4'000'000'000u);
  o.data()[1] = 3'000'000'000u, o.expect(3'000'000'000u);
  CHECK(t[1] == 4'000'000'000);
  t.expect(1'000'000'000);  // would not fit: carried
  t.data()[1] += 1'000'000'000u;
  CHECK(t[1] == 5'000'000'000);
  t.add(o);
  CHECK(t[1] == 8'000'000'000);
  CHECK(t[0] == 0);
  detail::carrying_table back;
  CHECK(back.assign(t.contents()));
  CHECK(back == t);
  CHECK_FALSE(back == o);
  CHECK_FALSE(back.assign({-1}));
}
