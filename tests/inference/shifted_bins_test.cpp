// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/inference/shifted_bins.hpp>
#include <set>
#include <vector>

#include "../over_seeds.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using testing::over_seeds;

static_assert(metric<shifted_bins> && metric<shuffled_bins>);

namespace {
auto row_of(std::int64_t width_ms = 10) -> row_info { return {0, {width_ms, 1, 1000}, {5, 5}, 0}; }

/// Runs of those lengths, two bins apart; slow counts, so that lags have peaks.
auto rows_of(std::vector<std::size_t> const& lengths, std::uint64_t seed, std::uint32_t scale = 1) -> count_rows {
  random_stream random(seed);
  count_rows rows;
  std::int64_t first = -7;
  double slow = 0;
  for (auto const n : lengths) {
    std::vector<std::uint32_t> e(n), i(n);
    for (std::size_t t = 0; t < n; ++t) {
      slow = 0.8 * slow + random.normal();
      e[t] = scale * static_cast<std::uint32_t>(std::abs(5 + slow + random.normal())), i[t] = scale * static_cast<std::uint32_t>(std::abs(5 + slow + random.normal()));
    }
    rows.absorb(count_row<std::uint32_t>{0, first, e, i});
    first += static_cast<std::int64_t>(n) + 2;
  }
  return rows;
}
/// A statistic of the same runs, i moved on in a circle through all bins.
template <class S>
auto with_shift(count_rows const& rows, std::size_t shift, S s) -> S {
  std::vector<std::uint32_t> all;
  for (auto const& r : rows.runs()) all.insert(all.end(), r.i.begin(), r.i.end());
  std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shift), all.end());
  auto from = all.begin();
  for (auto const& r : rows.runs()) {
    std::vector<std::uint32_t> const i(from, from + std::ssize(r.i));
    s.absorb(count_row<std::uint32_t>{0, r.first, r.e, i});
    from += std::ssize(r.i);
  }
  return s;
}
auto same_or_nan(double a, double b) -> bool { return a == b || (std::isnan(a) && std::isnan(b) && reason_of(a) == reason_of(b)); }
}  // namespace

TEST_CASE("shifted_bins: each draw is r and the peak's lag of the bins shifted, with gaps and without, for any size of counts") {
  auto undefined_lags = 0, defined_lags = 0;
  for (auto const& lengths : std::vector<std::vector<std::size_t>>{{200}, {60, 1, 100, 4, 3, 40}, {25, 26}})
    for (std::uint32_t const scale : {1u, 50u, 9000u}) {
      auto const rows = rows_of(lengths, 3, scale);
      auto const n = static_cast<std::size_t>(rows.bins());
      for (std::int64_t const within : {0, 1, 6, 30}) {
        shifted_bins const null{.at_least = 95ms, .draws = 12, .seed = 4, .within = within};
        auto const found = null(rows, row_of());
        REQUIRE(found.rho.values.size() == 12);
        CHECK(found.lag.values.size() == (within > 0 ? 12u : 0u));
        CHECK(found.rho.distinct == static_cast<std::int64_t>(n) - 19);
        for (std::uint64_t k = 0; k < 12; ++k) {
          auto const shift = null.shift(k, n, 10);
          CHECK(shift >= 10);
          CHECK(shift <= n - 10);
          CHECK(found.rho.values[k] == zero_lag_correlation{}(with_shift(rows, shift, co_moments{}), row_of()));
          if (within == 0) continue;
          auto const lag = peak_lag{.within = within}(with_shift(rows, shift, lag_moments(within)), row_of()).interpolated;
          CHECK(same_or_nan(found.lag.values[k], lag));
          std::isnan(lag) ? ++undefined_lags : ++defined_lags;
        }
      }
    }
  CHECK(undefined_lags > 10);
  CHECK(defined_lags > 10);
}

TEST_CASE("shifted_bins: draws do not depend on how many there are, all shifts come, and a seed says which") {
  auto const rows = rows_of({60}, 1);
  auto const few = shifted_bins{.at_least = 200ms, .draws = 10}(rows, row_of()).rho.values, many = shifted_bins{.at_least = 200ms, .draws = 400}(rows, row_of()).rho.values;
  CHECK(std::equal(few.begin(), few.end(), many.begin()));
  CHECK(few != shifted_bins{.at_least = 200ms, .draws = 10, .seed = 2}(rows, row_of()).rho.values);
  std::set<std::size_t> shifts;
  shifted_bins const null;
  for (std::uint64_t k = 0; k < 400; ++k) shifts.insert(null.shift(k, 60, 20));
  CHECK(shifts.size() == 21);  // 20 … 40
  CHECK(*shifts.begin() == 20);
  CHECK(*shifts.rbegin() == 40);
}

TEST_CASE("shifted_bins: a draw is one shift in time at two scales, to within the wider bin") {
  shifted_bins const null{.at_least = 10s};
  for (std::int64_t const wide : {50, 400, 7000}) {
    auto const fine = null.least_shift(row_of(10)), coarse = null.least_shift(row_of(wide));
    CHECK(fine == 1000);
    CHECK(coarse == static_cast<std::size_t>((10'000 + wide - 1) / wide));
    auto const seconds = 700;  // whole bins of each width
    for (std::uint64_t k = 0; k < 200; ++k) {
      auto const a = 10 * static_cast<std::int64_t>(null.shift(k, static_cast<std::size_t>(seconds * 100), fine));
      auto const b = wide * static_cast<std::int64_t>(null.shift(k, static_cast<std::size_t>(seconds * 1000 / wide), coarse));
      CHECK(std::abs(a - b) <= wide + 10);
    }
  }
}

TEST_CASE("shifted_bins: there are no draws where the recording is too short, a population constant or missing") {
  auto none = [](bin_null const& x) { return x.rho.values.empty() && x.lag.values.empty(); };
  CHECK(none(shifted_bins{.at_least = 310ms}(rows_of({61}, 1), row_of())));
  auto const one = shifted_bins{.at_least = 310ms, .draws = 5}(rows_of({62}, 1), row_of());
  CHECK(one.rho.distinct == 1);
  CHECK(std::ranges::count(one.rho.values, one.rho.values[0]) == 5);
  CHECK(none(shifted_bins{.at_least = 10ms}(rows_of({19}, 1), row_of())));
  CHECK(none(shifted_bins{.at_least = 10ms}(count_rows{}, row_of())));
  CHECK(none(shuffled_bins{}(count_rows{}, row_of())));
  count_rows constant;
  constant.absorb(count_row<std::uint8_t>{0, 0, std::vector<std::uint8_t>(50, 2), std::vector<std::uint8_t>(50, 0)});
  CHECK(none(shifted_bins{.at_least = 10ms}(constant, row_of())));
  CHECK(none(shuffled_bins{}(constant, row_of())));
  CHECK_THROWS_AS((void)(shifted_bins{.within = -1}(constant, row_of())), error);
  CHECK_THROWS_AS((void)(shuffled_bins{.block = 0}(constant, row_of())), error);
}

TEST_CASE("shuffled_bins: blocks as long as a run change nothing, shorter ones keep what is constant within them, and r is near 0 on average") {
  auto const rows = rows_of({80, 40}, 5);
  auto const r = zero_lag_correlation{}(with_shift(rows, 0, co_moments{}), row_of());
  for (auto const x : shuffled_bins{.block = 80, .draws = 20}(rows, row_of()).rho.values) CHECK(x == r);
  for (auto const x : shuffled_bins{.block = INT64_MAX, .draws = 3}(rows, row_of()).rho.values) CHECK(x == r);
  CHECK(r > 0.3);
  over_seeds mean;
  auto const draws = shuffled_bins{.draws = 400}(rows, row_of());
  for (auto const x : draws.rho.values) mean.add(x);
  CHECK(mean.off(0) < 4);
  CHECK(mean.variance() == doctest::Approx(1.0 / 119).epsilon(0.3));  // of a permutation: 1/(n − 1)
  CHECK(draws.rho.distinct == 0);
  CHECK(draws.lag.values.empty());

  // runs of one level each: shuffling within runs cannot change Σei
  count_rows levels;
  levels.absorb(count_row<std::uint8_t>{0, 0, std::vector<std::uint8_t>(30, 1), std::vector<std::uint8_t>(30, 2)});
  levels.absorb(count_row<std::uint8_t>{0, 40, std::vector<std::uint8_t>(30, 5), std::vector<std::uint8_t>(30, 7)});
  for (auto const x : shuffled_bins{.draws = 20}(levels, row_of()).rho.values) CHECK(x == 1);

  // e and i alternate 0, 1: in blocks of two nothing can change, in single bins it does
  count_rows turns;
  std::vector<std::uint8_t> alternate(60);
  for (std::size_t t = 1; t < 60; t += 2) alternate[t] = 1;
  turns.absorb(count_row<std::uint8_t>{0, 0, alternate, alternate});
  for (auto const x : shuffled_bins{.block = 2, .draws = 20}(turns, row_of()).rho.values) CHECK(x == 1);
  for (auto const x : shuffled_bins{.block = 1, .draws = 20}(turns, row_of()).rho.values) CHECK(x < 1);
}
