// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/balance/high_pass.hpp>
#include <equipoise/core/random.hpp>
#include <numbers>
#include <utility>
#include <vector>

#include "../over_seeds.hpp"

using namespace equipoise;
using testing::over_seeds;

static_assert(metric<high_pass_correlation>);

namespace {
using series = std::vector<std::uint32_t>;
row_info const row{0, {10, 1, 1000}, {5, 5}, 0};

auto high_pass(series const& e, series const& i, std::int64_t over, std::int64_t at_least = bins_to_report) -> double {
  high_pass_correlation const metric{over, at_least};
  auto s = metric.start(row);
  s.absorb(count_row<std::uint32_t>{0, 0, e, i});
  return metric(s, row);
}
auto plain(series const& e, series const& i) -> double {
  co_moments s;
  s.absorb(count_row<std::uint32_t>{0, 0, e, i});
  return zero_lag_correlation{}(s, row);
}
/// The series less their centred running mean, wherever that is whole, and their correlation about zero.
auto filtered(series const& e, series const& i, std::size_t over) -> double {
  auto const half = over / 2;
  auto less_mean = [&](series const& x, std::size_t t) {
    double sum = 0;
    for (std::size_t k = t - half; k <= t + half; ++k) sum += (over % 2 == 0 && (k == t - half || k == t + half) ? 0.5 : 1.0) * x[k];
    return x[t] - sum / static_cast<double>(over);
  };
  double ee = 0, ii = 0, ei = 0;
  for (auto t = half; t + half < e.size(); ++t) {
    auto const x = less_mean(e, t), y = less_mean(i, t);
    ee += x * x, ii += y * y, ei += x * y;
  }
  return ei / std::sqrt(ee * ii);
}
auto count(double mean, random_stream& random) -> std::uint32_t {  // Poisson
  std::uint32_t n = 0;
  for (auto left = mean - random.exponential(); left > 0; left -= random.exponential()) ++n;
  return n;
}
/// Counts of two populations that share `white` fluctuations and one slow wave of that amplitude.
auto pair(std::size_t n, double white, double wave, std::uint64_t seed) -> std::pair<series, series> {
  random_stream random(seed);
  series e(n), i(n);
  for (std::size_t t = 0; t < n; ++t) {
    auto const mean = 20 + wave * std::sin(2 * std::numbers::pi * static_cast<double>(t) / 1000);
    auto const common = count(white, random);
    e[t] = common + count(mean, random), i[t] = common + count(mean, random);
  }
  return {e, i};
}
}  // namespace

TEST_CASE("high_pass: it is what filtering the series gives but for the ends, for even and odd widths") {
  auto const [e, i] = pair(20'000, 6, 8, 1);
  for (std::int64_t const over : {2, 3, 4, 5, 10, 11, 40}) {
    CAPTURE(over);
    auto const here = high_pass(e, i, over), there = filtered(e, i, static_cast<std::size_t>(over));
    CHECK(there > 0.1);
    CHECK(std::abs(here - there) < static_cast<double>(over) / 20'000);
  }
}

TEST_CASE("high_pass: drift of both populations raises r, and not this") {
  over_seeds apart, drift;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    auto const [e, i] = pair(5000, 0, 8, seed);
    apart.add(high_pass(e, i, 10)), drift.add(plain(e, i));
  }
  CHECK(drift.mean() > 0.55);  // 32/(32 + 20) = 0.615
  CHECK(apart.off(0) < 4);
  CHECK(apart.standard_error() < 0.01);
}

TEST_CASE("high_pass: common fluctuations from bin to bin stay whole: 20 shared of 40 are r = 1/2") {
  over_seeds r;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    auto const [e, i] = pair(5000, 20, 0, seed);
    r.add(high_pass(e, i, 10));
  }
  CHECK(r.off(0.5) < 4);
  CHECK(r.standard_error() < 0.01);
}

TEST_CASE("high_pass: pairs at every lag are asked for, a silent or constant population has no r, and a mean of one bin is refused") {
  auto const [e, i] = pair(60, 6, 0, 1);
  CHECK(std::isfinite(high_pass(e, i, 10, 50)));  // 60 bins have 50 pairs at lag 10
  CHECK(reason_of(high_pass(e, i, 10, 51)) == reason::too_few_bins);
  CHECK(std::isfinite(high_pass(e, i, 11, 50)));
  CHECK(reason_of(high_pass({}, {}, 10)) == reason::too_few_bins);
  CHECK(reason_of(high_pass(e, series(60, 3), 10)) == reason::no_variance);
  high_pass_correlation const metric;
  CHECK(reason_of(metric(metric.start(row), {0, {10, 1, 1000}, {5, 0}, 0})) == reason::empty_population);
  CHECK_THROWS_AS((void)high_pass_correlation{.over = 1}.start(row), error);
}
