// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <equipoise/core/part.hpp>
#include <equipoise/core/random.hpp>
#include <limits>
#include <vector>

using namespace equipoise;

namespace {
using tk = ticks<1'000>;
auto w(std::int64_t begin, std::int64_t end) -> window<tk> { return {tk{begin}, tk{end}}; }
}  // namespace

TEST_CASE("part: ten ticks among three, with a gap that counts nothing") {
  epochs<tk> const observed{w(-2, 2), w(100, 106)};
  CHECK(share(observed, {0, 3}) == epochs<tk>{w(-2, 1)});
  CHECK(share(observed, {1, 3}) == epochs<tk>{w(1, 2), w(100, 102)});
  CHECK(share(observed, {2, 3}) == epochs<tk>{w(102, 106)});
  CHECK(share(observed, {0, 1}) == observed);
  CHECK(share(observed, {}) == observed);
}

TEST_CASE("part: more workers than ticks leave some without any") {
  epochs<tk> const observed{w(5, 7)};
  std::vector<epochs<tk>> shares;
  for (std::size_t k = 0; k < 4; ++k) shares.push_back(share(observed, {k, 4}));
  CHECK(shares == std::vector<epochs<tk>>{{}, w(5, 6), {}, w(6, 7)});
  CHECK(share(epochs<tk>{}, {3, 9}).empty());
}

TEST_CASE("part: shares are disjoint, in order, the whole together, and even to the tick, over 200 random sets") {
  random_stream random(4);
  for (int round = 0; round < 200; ++round) {
    epochs<tk> observed;
    std::int64_t at = static_cast<std::int64_t>(random.below(100)) - 50;
    for (auto n = random.below(8); n > 0; --n) {
      at += 1 + static_cast<std::int64_t>(random.below(20));
      auto const end = at + 1 + static_cast<std::int64_t>(random.below(40));
      observed.add(w(at, end));
      at = end;
    }
    auto const of = 1 + random.below(12);
    epochs<tk> together;
    auto least = (std::numeric_limits<std::int64_t>::max)(), most = std::int64_t{0};
    for (std::size_t k = 0; k < of; ++k) {
      auto const mine = share(observed, {k, of});
      if (!mine.empty() && !together.empty()) CHECK(together.hull().end <= mine.hull().begin);
      for (auto const& x : mine) together.add(x);  // throws if two share time
      least = (std::min)(least, mine.total().count()), most = (std::max)(most, mine.total().count());
    }
    CHECK(together == observed);
    CHECK(most - least <= 1);
  }
}

TEST_CASE("part: three hundred years of nanoseconds among a thousand do not overflow") {
  using ns = std::chrono::nanoseconds;
  constexpr auto end = (std::numeric_limits<std::int64_t>::max)();
  auto const last = share(epochs<ns>(window<ns>{ns{0}, ns{end}}), {999, 1'000});
  CHECK(last.hull() == window<ns>{ns{9'214'148'664'817'921'031}, ns{end}});  // ⌊(2^63 − 1)·999/1000⌋
}

TEST_CASE("part: a part that is not there is refused") {
  CHECK_THROWS_WITH_AS(share(epochs<tk>(w(0, 5)), {3, 3}), doctest::Contains("no part 3 of 3"), error);
  CHECK_THROWS_AS(share(epochs<tk>(w(0, 5)), {0, 0}), error);
}
