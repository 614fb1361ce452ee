// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/stats/co_moments.hpp>
#include <vector>

using namespace equipoise;

static_assert(mergeable<co_moments>);
static_assert(accumulates<co_moments, counts>);

namespace {
template <class C>
auto of(std::vector<C> const& e, std::vector<C> const& i) -> co_moments {
  co_moments s;
  s.absorb(count_row<C>{0, 0, e, i});
  return s;
}
}  // namespace

TEST_CASE("co_moments: five sums worked by hand") {
  auto const s = of<std::uint16_t>({1, 0, 300, 2}, {4, 5, 0, 7});
  CHECK(s.n() == 4);
  CHECK(s.e() == 303);
  CHECK(s.i() == 16);
  CHECK(s.ee() == 1 + 90'000 + 4);
  CHECK(s.ii() == 16 + 25 + 49);
  CHECK(s.ei() == 4 + 14);
  CHECK(s.spread_ei() == 4 * 18 - 303 * 16);
}

TEST_CASE("co_moments: merging two halves equals one pass, in either order, for every type of count") {
  auto const run = []<class C>(C) {
    std::vector<C> e, i;
    for (std::uint32_t k = 0; k < 1000; ++k) e.push_back(static_cast<C>(k * 7 % 251)), i.push_back(static_cast<C>(k * k % 241));
    auto const whole = of(e, i);
    for (std::size_t cut = 0; cut <= e.size(); cut += 37) {
      auto const at = static_cast<std::ptrdiff_t>(cut);
      auto a = of<C>({e.begin(), e.begin() + at}, {i.begin(), i.begin() + at});
      auto b = of<C>({e.begin() + at, e.end()}, {i.begin() + at, i.end()});
      auto c = b;
      CHECK(a.merge(b) == whole);
      CHECK(c.merge(of<C>({e.begin(), e.begin() + at}, {i.begin(), i.begin() + at})) == whole);
    }
  };
  run(std::uint8_t{}), run(std::uint16_t{}), run(std::uint32_t{});
}

TEST_CASE("co_moments: 8-bit rows longer than the 32-bit accumulators hold stay exact") {
  std::vector<std::uint8_t> const e(3'000'000, 255), i(3'000'000, 254);  // Σe² ≈ 1.95e11, 45 times 2^32
  auto const s = of(e, i);
  CHECK(s.ee() == std::int64_t{3'000'000} * 255 * 255);
  CHECK(s.ei() == std::int64_t{3'000'000} * 255 * 254);
  CHECK(s.ii() == std::int64_t{3'000'000} * 254 * 254);
}

TEST_CASE("co_moments: eight hours of 400 units in bins of 11 s, which overflow 32-bit sums, are exact") {
  // 400 units at 20 Hz: 88 000 spikes in a bin of 11 s, 2 618 bins
  std::vector<std::uint32_t> const e(2618, 88'000), i(2618, 88'000);
  auto const s = of(e, i);
  CHECK(s.ee() == std::int64_t{2618} * 88'000 * 88'000);  // 2.03e13
  CHECK(s.spread_e() == 0);
  CHECK(s.spread_ei() == 0);
}

TEST_CASE("co_moments: near the stated bound of 3.03e9 spikes nothing overflows") {
  co_moments s;  // one bin holds nearly all spikes: Σe² = (Σe)²
  std::uint32_t const most = 3'030'000'000u;
  std::vector<std::uint32_t> const e{most, 0}, i{0, most};
  s.absorb(count_row<std::uint32_t>{0, 0, e, i});
  CHECK(s.ee() == std::int64_t{3'030'000'000} * 3'030'000'000);
  CHECK(s.spread_e() == int128{s.ee()});            // 2 Σe² − (Σe)² = Σe²
  CHECK(s.spread_ei() == -int128{s.ee()});
}
