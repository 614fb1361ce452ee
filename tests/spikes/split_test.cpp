// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <equipoise/core/random.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <tuple>
#include <vector>

using namespace equipoise;

namespace {
using ns = std::chrono::nanoseconds;
using tk = ticks<1000>;
using columns = std::vector<std::int64_t>;
using owners = std::vector<unit_index>;
constexpr std::int64_t cut = std::int64_t{1} << 32;  // ticks that a 32-bit offset can say

static_assert(stage<split> && !analysis<split> && std::same_as<split::takes, events> && std::same_as<split::gives, ei_events>);

/// An analysis of e/i events that writes down what it is given.
template <bool Units>
struct notebook : analysis_base {
  using takes = ei_events;
  struct state : state_base {
    static constexpr bool needs_units = Units;
    columns e, i, begins, ends, origins;
    owners e_unit, i_unit;
    std::uint32_t largest = 0;
    static auto fields(auto& s) { return std::tie(s.e, s.i, s.begins, s.ends, s.e_unit, s.i_unit); }
    template <tick T>
    void absorb(ei_block<T> const& b) {
      for (auto const o : b.e) e.push_back(b.origin.count() + o), largest = (std::max)(largest, o);
      for (auto const o : b.i) i.push_back(b.origin.count() + o), largest = (std::max)(largest, o);
      e_unit.insert(e_unit.end(), b.e_unit.begin(), b.e_unit.end());
      i_unit.insert(i_unit.end(), b.i_unit.begin(), b.i_unit.end());
      begins.push_back(b.when.begin.count()), ends.push_back(b.when.end.count()), origins.push_back(b.origin.count());
    }
    auto merge(state const& o) -> state& {
      e.insert(e.end(), o.e.begin(), o.e.end());
      return *this;
    }
  };
  template <tick T>
  auto start(ei_layout<T> const&) const -> state {
    return {};
  }
  auto finish(state const& s) const { return s; }
};
struct sizes_only : analysis_base {
  using takes = ei_events;
  template <tick T>
  auto start(ei_layout<T> const& l) const {
    notebook<false>::state s;
    s.begins = {l.sizes.e, l.sizes.i, static_cast<std::int64_t>(l.units)};
    return s;
  }
  auto finish(notebook<false>::state const& s) const { return columns(s.begins.begin(), s.begins.begin() + 3); }
};
}  // namespace

TEST_CASE("split: events go to the side of their unit, and units of neither side to none") {
  spike_table<tk> const t({1, 2, 2, 5, 9, 9}, {0, 1, 2, 0, 2, 3}, 4, window<tk>{tk{0}, tk{10}});
  auto const seen = t | split({cell::e, cell::i, cell::neither, cell::i}) | notebook<true>{};
  CHECK(seen.e == columns{1, 5});
  CHECK(seen.i == columns{2, 9});
  CHECK(seen.e_unit == owners{0, 0});
  CHECK(seen.i_unit == owners{1, 3});
  CHECK(seen.begins == columns{0});
  CHECK(seen.ends == columns{10});
  auto const without = t | split({cell::e, cell::i, cell::neither, cell::i}) | notebook<false>{};
  CHECK(without.e == columns{1, 5});
  CHECK(without.e_unit.empty());  // nobody asked
}

TEST_CASE("split: what is downstream knows the sizes of both populations") {
  spike_table<tk> const t({}, {}, 5, window<tk>{tk{0}, tk{10}});
  labelling labels;
  labels.cells = {cell::e, cell::e, cell::neither, cell::i, cell::e};
  CHECK((t | split(labels) | sizes_only{}) == columns{3, 1, 5});
}

TEST_CASE("split: a labelling of another size is refused with a sentence") {
  spike_table<tk> const t({1}, {0}, 2, window<tk>{tk{0}, tk{10}});
  CHECK_THROWS_WITH_AS((t | split({cell::e}) | notebook<false>{}),
                       "split: the labelling does not fit the recording (expected 2 units, found 1 labels); give one label per unit, silent units included", error);
}

TEST_CASE("split: a block longer than 2^32 ticks is cut, and no spike at a cut is lost or moved") {
  // 15 s in nanoseconds as one block: 2^32 ns are 4.29 s
  columns const at{0, cut - 1, cut, cut + 5, 2 * cut - 1, 2 * cut, 3 * cut + 7, 14'999'999'999};
  owners const unit{0, 0, 1, 0, 1, 0, 1, 0};
  auto const study = split({cell::e, cell::i}) | notebook<true>{};
  auto state = study.start(layout<ns>{{ns{0}, ns{15'000'000'000}}, 2});
  state.absorb(event_block<ns>{{ns{0}, ns{15'000'000'000}}, at, unit});
  auto const seen = study.finish(state);
  CHECK(seen.begins == columns{0, cut, 2 * cut, 3 * cut});
  CHECK(seen.ends == columns{cut, 2 * cut, 3 * cut, 15'000'000'000});
  CHECK(seen.origins == seen.begins);
  CHECK(seen.e == columns{0, cut - 1, cut + 5, 2 * cut, 14'999'999'999});
  CHECK(seen.i == columns{cut, 2 * cut - 1, 3 * cut + 7});
  CHECK(seen.e_unit == owners(5, 0));
  CHECK(seen.i_unit == owners(3, 1));
  CHECK(seen.largest == 0xFFFF'FFFFu);  // the offset of 2^32 − 1 fits; that of 2^32 begins a block
}

TEST_CASE("split: a block of exactly 2^32 ticks is not cut, also before the origin") {
  columns const at{-cut, -1};
  owners const unit{0, 0};
  auto const study = split({cell::e}) | notebook<false>{};
  auto state = study.start(layout<ns>{{ns{-cut}, ns{0}}, 1});
  state.absorb(event_block<ns>{{ns{-cut}, ns{0}}, at, unit});
  auto const seen = study.finish(state);
  CHECK(seen.begins == columns{-cut});
  CHECK(seen.e == at);
}

TEST_CASE("split: many events, cut or not, equal a filter by hand") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    random_stream random(seed);
    std::vector<cell> cells;
    for (int u = 0; u < 9; ++u) cells.push_back(static_cast<cell>(random.below(3)));
    columns at, e, i;
    owners unit;
    auto const begin = static_cast<std::int64_t>(random.below(1000)) - 500;
    for (auto n = random.below(3000); n > 0; --n) at.push_back(begin + static_cast<std::int64_t>(random.below(20'000'000'000)));
    std::sort(at.begin(), at.end());
    for (auto const t : at) {
      auto const u = static_cast<unit_index>(random.below(9));
      unit.push_back(u);
      if (cells[u] == cell::e) e.push_back(t);
      if (cells[u] == cell::i) i.push_back(t);
    }
    spike_table<ns> const t(at, unit, 9, window<ns>{ns{begin}, ns{begin + 20'000'000'000}});
    auto const seen = t | split(cells) | notebook<false>{};  // one block of 20 s: five pieces
    CHECK(seen.e == e);
    CHECK(seen.i == i);
    CHECK(seen.begins.size() == 5);
  }
}
