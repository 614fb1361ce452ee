// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/core/random.hpp>
#include <equipoise/spikes/blocks.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <optional>
#include <vector>

using namespace equipoise;

namespace {
using tk = ticks<1000>;
using columns = std::vector<std::int64_t>;
using owners = std::vector<unit_index>;

static_assert(event_source<column_blocks<tk>> && !replayable<column_blocks<tk>>);
static_assert(replayable<within<spike_table<tk>>> && !population<within<spike_table<tk>>>);

auto w(std::int64_t begin, std::int64_t end) -> window<tk> { return {tk{begin}, tk{end}}; }

struct pass {
  columns at;
  owners unit;
  std::vector<window<tk>> windows;
};
auto drain(auto source) {
  pass p;
  while (auto const b = source.next()) {
    p.windows.push_back(b->when);
    p.at.insert(p.at.end(), b->at.begin(), b->at.end());
    p.unit.insert(p.unit.end(), b->unit.begin(), b->unit.end());
  }
  return p;
}
}  // namespace

TEST_CASE("blocks: a window is cut into blocks of the length, the last one shorter, silent ones included") {
  columns const at{0, 9, 10, 24};
  owners const unit{0, 1, 0, 1};
  auto const p = drain(column_blocks<tk>(at, unit, 2, w(0, 25), tk{10}));
  CHECK(p.windows == std::vector<window<tk>>{w(0, 10), w(10, 20), w(20, 25)});
  CHECK(p.at == at);
  CHECK(p.unit == unit);
  CHECK(drain(column_blocks<tk>({}, {}, 2, w(0, 25), tk{10})).windows.size() == 3);  // silence was observed
  CHECK(drain(column_blocks<tk>({}, {}, 2, epochs<tk>{}, tk{10})).windows.empty());
}

TEST_CASE("blocks: gaps stay gaps, and spikes in them are left out") {
  columns const at{-3, 0, 4, 5, 9, 12, 19, 20};
  owners const unit{0, 1, 2, 3, 4, 5, 6, 7};
  auto const p = drain(column_blocks<tk>(at, unit, 8, epochs<tk>{w(0, 5), w(12, 20)}, tk{5}));
  CHECK(p.windows == std::vector<window<tk>>{w(0, 5), w(12, 17), w(17, 20)});
  CHECK(p.at == columns{0, 4, 12, 19});
  CHECK(p.unit == owners{1, 2, 5, 6});
}

TEST_CASE("blocks: nothing is copied") {
  columns const at{1, 2, 3};
  owners const unit{0, 0, 0};
  auto source = column_blocks<tk>(at, unit, 1, w(2, 4), tk{100});
  auto const b = source.next();
  REQUIRE(b.has_value());
  CHECK(b->at.data() == at.data() + 1);
  CHECK(b->unit.data() == unit.data() + 1);
  CHECK(source.layout().when == w(2, 4));
}

TEST_CASE("blocks: a length of nothing and columns of different length are refused") {
  columns const at{1};
  CHECK_THROWS_AS(column_blocks<tk>(at, {}, 1, w(0, 5), tk{1}), error);
  CHECK_THROWS_AS(column_blocks<tk>({}, {}, 1, w(0, 5), tk{0}), error);
}

TEST_CASE("blocks: whatever the length and the epochs, the spikes in them come once and in order, over 200 random cases") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_stream random(seed);
    columns at;
    owners unit;
    for (std::int64_t t = -40; t < 160; ++t)
      for (auto n = random.below(3); n > 0; --n) at.push_back(t), unit.push_back(static_cast<unit_index>(at.size()));
    epochs<tk> observed;
    for (auto n = random.below(5); n > 0; --n) {
      auto const begin = static_cast<std::int64_t>(random.below(180)) - 40;
      observed = observed | epochs<tk>(w(begin, begin + static_cast<std::int64_t>(random.below(30))));
    }
    auto const length = tk{1 + static_cast<std::int64_t>(random.below(40))};
    auto const p = drain(column_blocks<tk>(at, unit, 1000, observed, length));
    columns expected;
    owners expected_units;
    for (std::size_t k = 0; k < at.size(); ++k)
      if (observed.contains(tk{at[k]})) expected.push_back(at[k]), expected_units.push_back(unit[k]);
    CHECK(p.at == expected);
    CHECK(p.unit == expected_units);
    epochs<tk> seen;
    for (auto const& x : p.windows) {
      CHECK((!x.empty() && x.length() <= length));
      seen.add(x);  // throws if two blocks share time
    }
    CHECK(seen == observed);
  }
}

TEST_CASE("blocks: within restricts something that can be read again, and leaves its gaps") {
  spike_table<tk> const table({0, 4, 12, 19}, {0, 1, 0, 1}, 2, epochs<tk>{w(0, 5), w(12, 20)});
  within const part(table, epochs<tk>(w(4, 15)));
  for (int again = 0; again < 2; ++again) {
    auto const p = drain(part.blocks());
    CHECK(p.windows == std::vector<window<tk>>{w(4, 5), w(12, 15)});
    CHECK(p.at == columns{4, 12});
  }
  CHECK(part.blocks().layout().when == w(4, 15));
  CHECK(part.blocks().layout().units == 2);
}

TEST_CASE("blocks: what was observed is what a source knows of its gaps, also when it is restricted twice") {
  spike_table<tk> const table({0, 4, 12, 19}, {0, 1, 0, 1}, 2, epochs<tk>{w(0, 5), w(12, 20)});
  within const part(table, epochs<tk>(w(4, 15)));
  static_assert(restrictable<spike_table<tk>> && restrictable<within<spike_table<tk>>> && !restrictable<column_blocks<tk>>);
  CHECK(observed_time(table) == epochs<tk>{w(0, 5), w(12, 20)});
  CHECK(observed_time(part) == epochs<tk>{w(4, 5), w(12, 15)});
  CHECK(drain(part.blocks(epochs<tk>(w(0, 13)))).windows == std::vector<window<tk>>{w(4, 5), w(12, 13)});
  within const twice(part, epochs<tk>{w(0, 3), w(14, 30)});
  CHECK(observed_time(twice) == epochs<tk>(w(14, 15)));
  struct replay {  // does not tell its gaps
    using tick_type = tk;
    spike_table<tk> table;
    auto blocks() const { return table.blocks(); }
    auto blocks(epochs<tk> const& x) const { return table.blocks(x); }
  };
  CHECK(observed_time(replay{table}) == epochs<tk>(w(0, 20)));
}

TEST_CASE("blocks: the shares of three workers follow one another and hold every spike once, the gap counting nothing") {
  spike_table<tk> const table({0, 4, 12, 19}, {0, 1, 0, 1}, 2, epochs<tk>{w(0, 5), w(12, 20)});
  auto windows_of = [&](part p) { return drain(blocks_of(table, p)).windows; };
  CHECK(windows_of({0, 3}) == std::vector<window<tk>>{w(0, 4)});
  CHECK(windows_of({1, 3}) == std::vector<window<tk>>{w(4, 5), w(12, 15)});
  CHECK(windows_of({2, 3}) == std::vector<window<tk>>{w(15, 20)});
  CHECK(drain(blocks_of(table, {1, 3})).at == columns{4, 12});
  CHECK(drain(blocks_of(within(table, epochs<tk>(w(4, 15))), {1, 2})).windows == std::vector<window<tk>>{w(13, 15)});
  CHECK_THROWS_AS(blocks_of(table, {3, 3}), error);
}
