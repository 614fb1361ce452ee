// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/inference/stretches.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <vector>

using namespace equipoise;

namespace {
template <class S>
void put(blocked<S>& s, std::int64_t first, std::size_t n) {
  std::vector<std::uint8_t> x(n);
  for (std::size_t k = 0; k < n; ++k) x[k] = static_cast<std::uint8_t>((first + static_cast<std::int64_t>(k)) & 0x7F);
  s.absorb(count_row<std::uint8_t>{0, first, x, x});
}
}  // namespace

TEST_CASE("stretches: equal numbers of bins, worked by hand, with a gap that does not count") {
  blocked<count_rows> s;
  put(s, 10, 6), put(s, 100, 6);  // runs of one bin
  auto const parts = stretches(s, 3);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].bins == 4);
  CHECK(parts[0].first == 10);
  CHECK(parts[0].end == 14);
  CHECK(parts[1].bins == 4);  // bins 14, 15, 100, 101
  CHECK(parts[1].first == 14);
  CHECK(parts[1].end == 102);
  CHECK(parts[1].state.runs().size() == 2);
  CHECK(parts[2].first == 102);
  CHECK(stretches(s, 1).size() == 1);
  CHECK(stretches(s, 1)[0].state == s.whole());
  CHECK(stretches(s, 50).size() == 12);  // no more than there are runs
  CHECK(stretches(blocked<count_rows>{}, 5).empty());
}

TEST_CASE("stretches: as near to one size as whole runs allow, in order, each the merge of its runs") {
  random_stream random(2);
  for (int trial = 0; trial < 40; ++trial) {
    blocked<lag_moments> s(lag_moments(4));
    std::int64_t first = -2'000;
    for (int k = 0; k < 5; ++k) {
      auto const n = 200 + random.below(3'000);
      put(s, first, n);
      first += static_cast<std::int64_t>(n + 1 + random.below(900));
    }
    auto const most = static_cast<std::int64_t>(1 + random.below(200));
    auto const parts = stretches(s, most);
    CHECK(std::ssize(parts) <= most);
    CHECK(std::ssize(parts) >= most - 5);  // a gap of runs without bins costs none, a run of few bins hardly ever one
    lag_moments all(4);
    std::int64_t bins = 0, end = parts.front().first;
    auto const even = static_cast<double>(s.bins()) / static_cast<double>(most);
    int wrong = 0;
    for (auto const& p : parts) {
      all.merge(p.state), bins += p.bins;
      wrong += p.first < end || p.end <= p.first || p.state.n() != p.bins || static_cast<double>(std::abs(p.bins - static_cast<std::int64_t>(even))) > static_cast<double>(s.run_length()) + 1;
      end = p.end;
    }
    CHECK(wrong == 0);
    CHECK(bins == s.bins());
    CHECK(all == s.whole());
  }
}
