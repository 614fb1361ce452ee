// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/stats/blocked.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <vector>

using namespace equipoise;

static_assert(accumulates<lag_moments, counts>);

namespace {
using series = std::vector<std::uint32_t>;

auto random_series(random_stream& random, std::size_t n, std::uint64_t most) -> series {
  series x;
  for (std::size_t k = 0; k < n; ++k) x.push_back(static_cast<std::uint32_t>(random.below(3) == 0 ? random.below(most + 1) : random.below(3)));
  return x;
}
/// All pairs of one lag inside runs, by the definition.
auto slowly(std::vector<std::pair<series, series>> const& runs, std::int64_t lag) -> lag_moments::sums {
  lag_moments::sums s;
  for (auto const& [x, y] : runs)
    for (std::int64_t t = 0; t < std::ssize(x); ++t)
      if (t + lag >= 0 && t + lag < std::ssize(y)) {
        std::int64_t const a = x[static_cast<std::size_t>(t)], b = y[static_cast<std::size_t>(t + lag)];
        ++s.n, s.x += a, s.y += b, s.xx += a * a, s.yy += b * b, s.xy += a * b;
      }
  return s;
}
template <class C>
void absorb(lag_moments& s, std::int64_t first, series const& e, series const& i, std::size_t from, std::size_t to) {
  std::vector<C> const x(e.begin() + static_cast<std::ptrdiff_t>(from), e.begin() + static_cast<std::ptrdiff_t>(to)), y(i.begin() + static_cast<std::ptrdiff_t>(from), i.begin() + static_cast<std::ptrdiff_t>(to));
  s.absorb(count_row<C>{0, first + static_cast<std::int64_t>(from), x, y});
}
void absorb_any(lag_moments& s, std::int64_t first, series const& e, series const& i, std::size_t from, std::size_t to) {
  auto const most = std::max(*std::max_element(e.begin(), e.end()), *std::max_element(i.begin(), i.end()));
  if (most < 256) absorb<std::uint8_t>(s, first, e, i, from, to);
  else if (most < 65536) absorb<std::uint16_t>(s, first, e, i, from, to);
  else absorb<std::uint32_t>(s, first, e, i, from, to);
}
}  // namespace

TEST_CASE("lag_moments: all sums of all lags equal the definition, in pieces, out of order, with gaps, for small and huge counts") {
  random_stream random(11);
  for (std::uint64_t const most : {1u, 100u, 127u, 128u, 255u, 1000u, 32'767u, 32'768u, 100'000u, 4'000'000u})
    for (int trial = 0; trial < 8; ++trial) {
      std::vector<std::pair<series, series>> runs;
      lag_moments whole(20, true), pieces(20, true), other(20, true);
      std::int64_t first = -50;
      struct piece {
        std::size_t run, from, to;
        std::int64_t first;
      };
      std::vector<piece> parts;
      for (std::size_t r = 0; r < 3; ++r) {
        auto const n = 1 + random.below(300);
        runs.emplace_back(random_series(random, n, most), random_series(random, n, most));
        absorb_any(whole, first, runs[r].first, runs[r].second, 0, n);
        std::vector<std::size_t> cuts{0, n};
        for (int c = 0; c < 5; ++c) cuts.push_back(random.below(n + 1));
        std::sort(cuts.begin(), cuts.end());
        for (std::size_t c = 0; c + 1 < cuts.size(); ++c)
          if (cuts[c] < cuts[c + 1]) parts.push_back({r, cuts[c], cuts[c + 1], first});
        first += static_cast<std::int64_t>(n) + 1 + static_cast<std::int64_t>(random.below(30));  // at least one bin is missing
      }
      for (auto k = parts.size(); k > 1; --k) std::swap(parts[k - 1], parts[random.below(k)]);
      for (auto const& p : parts) absorb_any(random.below(2) == 0 ? pieces : other, p.first, runs[p.run].first, runs[p.run].second, p.from, p.to);
      CHECK(pieces.merge(other) == whole);

      int wrong = 0;
      std::vector<std::pair<series, series>> ee, ii;
      for (auto const& [e, i] : runs) ee.emplace_back(e, e), ii.emplace_back(i, i);
      for (std::int64_t lag = -20; lag <= 20; ++lag) {
        wrong += whole.at(lag) != slowly(runs, lag);
        if (lag > 0) wrong += (whole.at_e(lag) != slowly(ee, lag)) + (whole.at_i(lag) != slowly(ii, lag));
      }
      CHECK(wrong == 0);
    }
}

TEST_CASE("lag_moments: swapping the populations reverses the lag") {
  random_stream random(5);
  auto const e = random_series(random, 500, 9), i = random_series(random, 500, 9);
  lag_moments a(15), b(15);
  absorb_any(a, 0, e, i, 0, 500);
  absorb_any(b, 0, i, e, 0, 500);
  for (std::int64_t lag = -15; lag <= 15; ++lag) CHECK(a.at(lag).xy == b.at(-lag).xy);
}

TEST_CASE("lag_moments: long rows of the largest counts of each kernel do not overflow") {
  for (std::uint32_t const c : {127u, 32'767u, 88'000u}) {
    series const e(40'000, c);
    lag_moments s(3);
    absorb_any(s, 0, e, e, 0, e.size());
    for (std::int64_t lag = -3; lag <= 3; ++lag) CHECK(s.at(lag).xy == (40'000 - std::abs(lag)) * std::int64_t{c} * c);
  }
}

TEST_CASE("lag_moments: configurations join to the larger, states of different lags do not merge, autocorrelations must be asked for") {
  CHECK(lag_moments(5).joined(lag_moments(9, true)).within() == 9);
  CHECK(lag_moments(5).joined(lag_moments(9, true)).has_autocorrelations());
  lag_moments a(5);
  CHECK_THROWS_AS(a.merge(lag_moments(6)), error);
  CHECK_THROWS_AS((void)a.at_e(1), error);
  CHECK_THROWS_AS(lag_moments(-1), error);
}

TEST_CASE("lag_moments: moved, the same counts stand at later bins; a part taken again is not paired with its neighbour across one missing bin") {
  static_assert(relocatable<lag_moments>);
  random_stream random(8);
  auto const e = random_series(random, 90, 9), i = random_series(random, 90, 9);
  lag_moments here(6, true), there(6, true), twice(6, true), apart(6, true);
  absorb_any(here, 0, e, i, 0, 60), absorb_any(here, 0, e, i, 70, 90);
  absorb_any(there, 1000, e, i, 0, 60), absorb_any(there, 1000, e, i, 70, 90);
  CHECK(here.moved(1000) == there);
  CHECK(there.moved(-1000) == here);
  absorb_any(twice, 0, e, i, 0, 60), absorb_any(twice, 61, e, i, 0, 60);
  absorb_any(apart, 0, e, i, 0, 60);
  auto const again = apart.moved(61);
  apart.merge(again);
  CHECK(apart == twice);
  for (std::int64_t lag = -6; lag <= 6; ++lag) CHECK(apart.at(lag).xy == 2 * again.at(lag).xy);
}

TEST_CASE("lag_moments: runs that are settled give the same sums, alone, merged, and before more bins come") {
  random_stream random(12);
  auto const e = random_series(random, 200, 40), i = random_series(random, 200, 40);
  lag_moments kept(8, true), settled(8, true), other(8, true);
  for (auto const& [from, to] : {std::pair{0, 3}, {5, 60}, {61, 70}, {90, 140}}) {
    absorb_any(kept, 0, e, i, static_cast<std::size_t>(from), static_cast<std::size_t>(to));
    absorb_any(from < 61 ? settled : other, 0, e, i, static_cast<std::size_t>(from), static_cast<std::size_t>(to));
  }
  auto const same = [&](lag_moments const& x, lag_moments const& y) {
    for (std::int64_t lag = -8; lag <= 8; ++lag) CHECK(x.at(lag) == y.at(lag));
    for (std::int64_t lag = 1; lag <= 8; ++lag) {
      CHECK(x.at_e(lag) == y.at_e(lag));
      CHECK(x.at_i(lag) == y.at_i(lag));
    }
  };
  settled.settle(60);  // a bin may still join the run that ends there
  other.settle(80);
  settled.merge(other);
  same(settled, kept);
  settled.settle(1'000), kept.settle(141);
  CHECK(settled == kept);
  absorb_any(settled, 0, e, i, 160, 200), absorb_any(kept, 0, e, i, 160, 200);
  CHECK(settled == kept);
}
