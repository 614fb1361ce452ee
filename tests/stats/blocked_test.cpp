// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/io/state_bytes.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/blocked.hpp>
#include <equipoise/stats/co_moments.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <equipoise/stats/unit_moments.hpp>
#include <equipoise/testing/laws.hpp>
#include <utility>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;

static_assert(accumulates<blocked<co_moments>, counts> && accumulates<blocked<lag_moments>, counts> && accumulates<blocked<joint_histogram>, counts>);
static_assert(absorbs<blocked<unit_moments>, unit_row> && !absorbs<blocked<co_moments>, unit_row>);
static_assert(joinable<blocked<lag_moments>> && !joinable<blocked<co_moments>>);
static_assert(relocatable<lag_moments> && relocatable<count_rows> && !relocatable<co_moments> && !relocatable<blocked<lag_moments>>);

namespace {
using series = std::vector<std::uint16_t>;

auto random_series(random_stream& random, std::size_t n) -> series {
  series x;
  for (std::size_t k = 0; k < n; ++k) x.push_back(static_cast<std::uint16_t>(random.below(4) == 0 ? random.below(90) : random.below(3)));
  return x;
}
template <class S>
void absorb(S& s, std::int64_t first, series const& e, series const& i, std::size_t from, std::size_t to) {
  auto const n = to - from;
  s.absorb(count_row<std::uint16_t>{0, first + static_cast<std::int64_t>(from), std::span(e).subspan(from, n), std::span(i).subspan(from, n)});
}

/// Rows cut anywhere, in any order, into several states merged in any order: always the state of the rows in order; 200 partitions.
template <class S>
void any_partition_gives_the_same(S const& blank) {
  random_stream random(3);
  for (int recording = 0; recording < 8; ++recording) {
    struct stretch {
      std::int64_t first;
      series e, i;
    };
    std::vector<stretch> stretches;
    auto first = -static_cast<std::int64_t>(random.below(3000));
    for (int k = 0; k < 4; ++k) {
      auto const n = 1 + random.below(recording < 4 ? 300 : 2000);  // with gaps; up to 1 024 bins, and far beyond
      stretches.push_back({first, random_series(random, n), random_series(random, n)});
      first += static_cast<std::int64_t>(n + 1 + random.below(400));
    }
    blocked<S> whole(blank);
    S plain(blank);
    for (auto const& s : stretches) absorb(whole, s.first, s.e, s.i, 0, s.e.size()), absorb(plain, s.first, s.e, s.i, 0, s.e.size());
    CHECK(whole.whole() == plain);
    CHECK(whole.runs().size() <= 1024);
    CHECK(whole.restored());

    for (int partition = 0; partition < 25; ++partition) {
      struct piece {
        stretch const* of;
        std::size_t from, to;
      };
      std::vector<piece> pieces;
      for (auto const& s : stretches) {
        std::vector<std::size_t> cuts{0, s.e.size()};
        for (auto c = random.below(6); c > 0; --c) cuts.push_back(random.below(s.e.size() + 1));
        std::sort(cuts.begin(), cuts.end());
        for (std::size_t c = 0; c + 1 < cuts.size(); ++c) pieces.push_back({&s, cuts[c], cuts[c + 1]});  // some are empty
      }
      for (auto k = pieces.size(); k > 1; --k) std::swap(pieces[k - 1], pieces[random.below(k)]);
      std::vector<blocked<S>> states(1 + random.below(4), blocked<S>(blank));
      for (auto const& p : pieces) absorb(states[random.below(states.size())], p.of->first, p.of->e, p.of->i, p.from, p.to);
      while (states.size() > 1) {
        auto const a = random.below(states.size());
        auto b = random.below(states.size() - 1);
        b += b >= a ? 1u : 0u;
        states[a].merge(states[b]);
        states.erase(states.begin() + static_cast<std::ptrdiff_t>(b));
      }
      CHECK(states.front() == whole);
    }
  }
}

template <class S>
struct keep {
  using statistic = blocked<S>;
  auto operator()(statistic const& s, row_info const&) const -> statistic { return s; }
};
struct lagged : keep<lag_moments> {
  [[nodiscard]] auto start(row_info const&) const -> statistic { return statistic(lag_moments(7, true)); }
};
struct uncut {
  using statistic = lag_moments;
  [[nodiscard]] auto start(row_info const&) const -> statistic { return statistic(7, true); }
  auto operator()(statistic const& s, row_info const&) const -> statistic { return s; }
};
}  // namespace

TEST_CASE("blocked: runs of 2^k bins at multiples of their length, k the least that fits 1 024 runs, worked by hand") {
  series const one{1};
  auto put = [&](blocked<co_moments>& s, std::int64_t bin) { absorb(s, bin, one, one, 0, 1); };
  blocked<co_moments> s;
  CHECK(s.runs().empty());
  put(s, -1);
  CHECK(s.run_length() == 1);
  put(s, 1022);  // 1 024 bins from first to last
  CHECK(s.run_length() == 1);
  REQUIRE(s.runs().size() == 2);
  CHECK(s.runs()[0].index == -1);
  CHECK(s.runs()[1].index == 1022);
  put(s, 1023);  // one more: runs of two bins, {−2, −1} to {1022, 1023}
  CHECK(s.run_length() == 2);
  REQUIRE(s.runs().size() == 2);
  CHECK(s.runs()[0].index == -1);
  CHECK(s.runs()[0].bins == 1);
  CHECK(s.runs()[1].index == 511);
  CHECK(s.runs()[1].bins == 2);
  CHECK(s.runs()[1].state.n() == 2);
  put(s, 2047);  // −2 … 2047 are 1 025 runs of two
  CHECK(s.run_length() == 4);
  put(s, -5'000'000);
  CHECK(s.run_length() == 8192);  // 5 002 048 bins over 1 024 is 4 884.8
  REQUIRE(s.runs().size() == 3);
  CHECK(s.runs()[0].index == -611);  // −5 000 000 / 8 192 = −610.4
  CHECK(s.runs()[1].index == -1);
  CHECK(s.runs()[2].index == 0);
  CHECK(s.runs()[2].bins == 3);
  CHECK(s.bins() == 5);
}

TEST_CASE("blocked: a row of 65 536 bins becomes at most 1 024 runs, each of the bins it names") {
  random_stream random(1);
  auto const e = random_series(random, 65'536), i = random_series(random, 65'536);
  for (std::int64_t const first : {0, 1, 63, -65'536, -40'001}) {
    blocked<count_rows> s;
    absorb(s, first, e, i, 0, e.size());
    CHECK(s.run_length() == (first % 64 == 0 ? 64 : 128));
    CHECK(s.runs().size() <= 1024);
    int wrong = 0;
    for (auto const& r : s.runs()) {
      wrong += r.state.runs().size() != 1 || r.state.bins() != r.bins;
      auto const& rows = r.state.runs().front();
      wrong += rows.first < r.index * s.run_length() || rows.end() > (r.index + 1) * s.run_length();
      for (std::size_t k = 0; k < rows.e.size(); ++k) wrong += rows.e[k] != e[static_cast<std::size_t>(rows.first - first) + k];
    }
    CHECK(wrong == 0);
    CHECK(s.bins() == 65'536);
  }
}

TEST_CASE("blocked: any partition of rows gives the same state over 200 partitions") {
  any_partition_gives_the_same(co_moments{});
  any_partition_gives_the_same(lag_moments(9, true));
  any_partition_gives_the_same(joint_histogram{});
  any_partition_gives_the_same(count_rows{});
}

TEST_CASE("blocked: the laws of the fold hold behind a pyramid over 240 partitions") {
  using tk = ticks<30'000>;
  std::vector<tk> const widths{tk{1}, tk{3}, tk{17}, tk{777}};
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    auto const [table, cells] = testing::random_recording<tk>(seed, {.units = 6, .length = 6'000, .spikes = 1'500, .gaps = seed % 2 == 1, .begin = seed % 3 == 0 ? -1'000 : 0});
    auto const study = split(cells) | pyramid(widths).with_units() | measure("co"_n = keep<co_moments>{}, "lag"_n = lagged{}, "joint"_n = keep<joint_histogram>{}, "rows"_n = keep<count_rows>{}, "units"_n = keep<unit_moments>{}, "uncut"_n = uncut{});
    auto const report = check_fold(study, table, seed, 30);
    CHECK(report.partitions == 30);
    for (auto const& what : report.broken) MESSAGE(what);
    CHECK(report.holds());
    auto const b = table | study;
    for (std::size_t k = 0; k < widths.size(); ++k) {
      CHECK(b["co"_n][k].bins() == b["bins"_n][k]);
      CHECK(b["units"_n][k].whole().n() == b["bins"_n][k]);
      CHECK(b["lag"_n][k].whole() == b["uncut"_n][k]);
    }
  }
}

TEST_CASE("blocked: rows in order need no new memory once 1 024 runs were seen") {
  random_stream random(6);
  auto const e = random_series(random, 10), i = random_series(random, 10);
  blocked<co_moments> s;
  std::int64_t at = 0;
  auto feed = [&](int rows) {
    for (int k = 0; k < rows; ++k, at += 10) absorb(s, at, e, i, 0, 10);
  };
  feed(103);  // 1 030 bins
  auto const* const memory = s.runs().data();
  feed(20'000);  // k grows from 1 to 8
  CHECK(s.run_length() == 256);
  CHECK(s.runs().data() == memory);
}

TEST_CASE("blocked: fields that absorbing cannot have made are told") {
  series const one{1, 2};
  blocked<co_moments> s;
  CHECK(s.restored());
  absorb(s, 3, one, one, 0, 2), absorb(s, 3'000, one, one, 0, 2);
  CHECK(s.restored());
  auto broken = [&](auto&& how) {
    auto copy = s;
    auto const& [first, last, doublings, runs] = blocked<co_moments>::fields(copy);
    how(first, last, doublings, runs);
    return !copy.restored();
  };
  CHECK(broken([](auto& first, auto&, auto&, auto&) { first = 8; }));            // the first run would be another
  CHECK(broken([](auto&, auto& last, auto&, auto&) { last = 4'200; }));          // does not fit
  CHECK(broken([](auto&, auto&, auto& doublings, auto&) { doublings = 3; }));    // not the least
  CHECK(broken([](auto&, auto&, auto& doublings, auto&) { doublings = -1; }));
  CHECK(broken([](auto&, auto&, auto&, auto& runs) { runs.front().bins = 5; }));  // more than a run of four holds
  CHECK(broken([](auto&, auto&, auto&, auto& runs) { runs.back().bins = 0; }));
  CHECK(broken([](auto&, auto&, auto&, auto& runs) { runs.insert(runs.begin(), runs.front()); }));
  CHECK(broken([](auto&, auto&, auto&, auto& runs) { runs.clear(); }));
}

TEST_CASE("blocked: goes to bytes and back into a started state, and is refused by one configured otherwise") {
  random_stream random(9);
  auto const e = random_series(random, 3'000), i = random_series(random, 3'000);
  blocked<lag_moments> s(lag_moments(6, true));
  absorb(s, -700, e, i, 0, 1'000), absorb(s, 1'200, e, i, 1'000, 3'000);
  auto const bytes = state_bytes(s);
  blocked<lag_moments> back(lag_moments(6, true)), other(lag_moments(7, true));
  restore(back, bytes);
  CHECK(back == s);
  absorb(s, 9'000, e, i, 0, 500), absorb(back, 9'000, e, i, 0, 500);  // goes on as the other does, whose runs double
  CHECK(back == s);
  CHECK(back.whole().at_e(6) == s.whole().at_e(6));
  CHECK_THROWS_AS(restore(other, bytes), error);
}

TEST_CASE("blocked: a statistic configured otherwise does not merge, and nothing has changed") {
  series const one{1};
  blocked<lag_moments> s(lag_moments(3));
  absorb(s, 5, one, one, 0, 1);
  auto const before = s;
  CHECK_THROWS_AS(s.merge(blocked<lag_moments>(lag_moments(4))), error);
  blocked<lag_moments> other(lag_moments(4));
  absorb(other, 5'000, one, one, 0, 1);
  CHECK_THROWS_AS(s.merge(other), error);
  CHECK(s == before);
  CHECK(s.joined(other).blank().state.within() == 4);
}
