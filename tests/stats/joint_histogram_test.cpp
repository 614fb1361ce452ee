// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/stats/co_moments.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <map>
#include <utility>
#include <vector>

using namespace equipoise;

static_assert(accumulates<joint_histogram, counts>);

namespace {
template <class C>
void check_against_map(std::uint64_t most, std::size_t n, std::uint64_t seed) {
  random_stream random(seed);
  std::vector<C> e, i;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> truth;
  for (std::size_t k = 0; k < n; ++k) {
    e.push_back(static_cast<C>(random.below(10) == 0 ? random.below(most + 1) : random.below(3)));
    i.push_back(static_cast<C>(random.below(10) == 0 ? random.below(most + 1) : random.below(2)));
    ++truth[{static_cast<std::uint32_t>(e.back()), static_cast<std::uint32_t>(i.back())}];
  }
  joint_histogram whole, a, b;
  whole.absorb(count_row<C>{0, 0, e, i});
  CHECK(whole.n() == static_cast<std::int64_t>(n));
  std::size_t pairs = 0;
  int wrong = 0;
  whole.each([&](std::uint32_t x, std::uint32_t y, std::int64_t times) { ++pairs, wrong += truth[{x, y}] != times || whole.count(x, y) != times; });
  CHECK(wrong == 0);
  CHECK(pairs == truth.size());
  auto const cut = random.below(n + 1);
  a.absorb(count_row<C>{0, 0, {e.data(), cut}, {i.data(), cut}});
  b.absorb(count_row<C>{0, static_cast<std::int64_t>(cut), {e.data() + cut, n - cut}, {i.data() + cut, n - cut}});
  auto c = b;
  CHECK(a.merge(b) == whole);
  joint_histogram first;
  first.absorb(count_row<C>{0, 0, {e.data(), cut}, {i.data(), cut}});
  CHECK(c.merge(first) == whole);
}
}  // namespace

TEST_CASE("joint_histogram: equals a map of pairs, in one piece and in two, for counts of every size") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    for (std::uint64_t const most : {1u, 3u, 4u, 7u, 8u, 15u, 40u, 63u, 64u, 255u})
      for (std::size_t const n : {1u, 63u, 64u, 65u, 1000u, 40'000u}) check_against_map<std::uint8_t>(most, n, seed);
    check_against_map<std::uint16_t>(40'000, 3000, seed);
    check_against_map<std::uint32_t>(4'000'000'000u, 3000, seed);
  }
}

TEST_CASE("joint_histogram: its moments are those of co_moments") {
  random_stream random(3);
  std::vector<std::uint8_t> e, i;
  for (int k = 0; k < 20'000; ++k) e.push_back(static_cast<std::uint8_t>(random.below(90))), i.push_back(static_cast<std::uint8_t>(random.below(5)));
  joint_histogram h;
  co_moments m;
  h.absorb(count_row<std::uint8_t>{0, 0, e, i}), m.absorb(count_row<std::uint8_t>{0, 0, e, i});
  std::int64_t ei = 0, ee = 0;
  h.each([&](std::int64_t x, std::int64_t y, std::int64_t n) { ei += n * x * y, ee += n * x * x; });
  CHECK(ei == m.ei());
  CHECK(ee == m.ee());
}

TEST_CASE("joint_histogram: fractions are over all bins, NaN with a reason where there are none") {
  joint_histogram h;
  CHECK(reason_of(h.fraction([](auto, auto) { return true; })) == reason::too_few_bins);
  std::vector<std::uint8_t> const e{1, 2, 3, 200}, i{3, 2, 1, 0};
  h.absorb(count_row<std::uint8_t>{0, 0, e, i});
  CHECK(h.fraction([](auto x, auto y) { return x > y; }) == 0.5);
}
