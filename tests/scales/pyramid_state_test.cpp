// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/scales/pyramid_state.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <vector>

using namespace equipoise;
using tk = ticks<1'000>;

namespace {
/// What a pyramid feeds: the rows of each scale, kept.
struct keeper : state_base {
  std::vector<count_rows> rows;
  static auto fields(auto& s) { return std::tie(s.rows); }
  template <class C>
  void absorb(count_row<C> const& r) {
    rows[r.scale].absorb(r);
  }
  auto merge(keeper const& o) -> keeper& {
    for (std::size_t k = 0; k < rows.size(); ++k) rows[k].merge(o.rows[k]);
    return *this;
  }
};
using state = pyramid_state<tk, keeper, false>;
auto fresh(std::vector<std::int64_t> widths, bin_anchor<tk> anchor = {}) -> state {
  keeper k;
  k.rows.resize(widths.size());
  return state(std::move(widths), anchor, std::move(k));
}
static_assert(mergeable<state> && absorbs<state, ei_block<tk>>);
static_assert(!state::needs_units && pyramid_state<tk, keeper, true>::needs_units);
}  // namespace

TEST_CASE("pyramid_state: bins are counted from the anchor, and those of another stretch never follow them") {
  std::vector<std::uint32_t> const e{0, 9, 10, 19}, i{5};
  auto a = fresh({10, 35}, {tk{1'003}, 1}), b = fresh({10, 35}, {tk{1'030}, 2});
  a.absorb({{tk{1'003}, tk{1'028}}, tk{1'003}, e, i, {}, {}});
  b.absorb({{tk{1'030}, tk{1'050}}, tk{1'030}, e, i, {}, {}});
  REQUIRE(a.down.rows[0].runs().size() == 1);
  CHECK(a.down.rows[0].runs()[0].e == std::vector<std::uint32_t>{2, 2});
  CHECK(a.down.rows[0].runs()[0].i == std::vector<std::uint32_t>{1, 0});
  CHECK(a.left_out() == std::vector{incomplete_bins{1, 0, 0}, incomplete_bins{1, 4, 1}});
  a.merge(b);
  REQUIRE(a.down.rows[0].runs().size() == 2);
  CHECK(a.down.rows[0].runs()[1].e == std::vector<std::uint32_t>{2, 2});
  CHECK(a.down.rows[1].bins() == 0);
  CHECK(a.left_out()[1] == incomplete_bins{2, 8, 2});
}

TEST_CASE("pyramid_state: anchored stretches keep their bins apart for any widths and gaps of one tick") {
  random_stream random(4);
  for (int round = 0; round < 200; ++round) {
    auto const w = 1 + static_cast<std::int64_t>(random.below(40));
    auto whole = fresh({w});
    std::int64_t bins = 0, at = static_cast<std::int64_t>(random.below(100)) - 50;
    std::size_t runs = 0;
    for (std::int64_t stretch = 1; stretch <= 5; ++stretch) {
      auto const length = 1 + static_cast<std::int64_t>(random.below(200));
      auto part = fresh({w}, {tk{at}, stretch});
      part.absorb({{tk{at}, tk{at + length}}, tk{at}, {}, {}, {}, {}});
      bins += length / w, runs += length >= w ? 1u : 0u;
      whole.merge(part);
      at += length + 1;
    }
    CHECK(whole.down.rows[0].bins() == bins);
    CHECK(whole.down.rows[0].runs().size() == runs);
  }
}

TEST_CASE("pyramid_state: time that is there already is refused, and nothing changes") {
  auto s = fresh({10});
  s.absorb({{tk{0}, tk{25}}, tk{0}, {}, {}, {}, {}});
  auto const before = s;
  CHECK_THROWS_AS(s.absorb({{tk{24}, tk{40}}, tk{24}, {}, {}, {}, {}}), error);
  CHECK_THROWS_AS(s.merge(before), error);
  CHECK_THROWS_AS(s.merge(fresh({11})), error);
  CHECK(s == before);
  CHECK(s.seen() == epochs<tk>(window<tk>{tk{0}, tk{25}}));
}
