// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/inference/effective_bins.hpp>
#include <vector>

#include "../over_seeds.hpp"

using namespace equipoise;
using testing::over_seeds;

static_assert(metric<effective_bins> && metric<correlation_interval>);

namespace {
using series = std::vector<std::uint16_t>;
row_info const row{.scale = 0, .width = {10, 1, 1'000}, .sizes = {3, 3}, .bins = 0};

auto of(std::int64_t within, series const& e, series const& i) -> lag_moments {
  lag_moments s(within, true);
  s.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return s;
}
/// Sums of `over` neighbours of uniform counts: ρ(j) = 1 − j/over.
auto smooth(random_stream& random, std::size_t n, std::size_t over) -> series {
  series raw, out;
  for (std::size_t k = 0; k < n + over - 1; ++k) raw.push_back(static_cast<std::uint16_t>(random.below(7)));
  for (std::size_t k = 0; k < n; ++k) {
    std::uint16_t sum = 0;
    for (std::size_t j = 0; j < over; ++j) sum = static_cast<std::uint16_t>(sum + raw[k + j]);
    out.push_back(sum);
  }
  return out;
}
}  // namespace

TEST_CASE("effective_bins: worked by hand") {
  // e = i = 0 0 1 1: mean ½, variance ¼; lag 1: pairs (0,0) (0,1) (1,1), Σ(x − ½)(y − ½) = ¼ − ¼ + ¼, over 3 and ¼: ρ = ⅓;
  // lag 2: (0,1) (0,1), ρ = −1; lag 3: (0,1), ρ = −1. Σ ρ²(1 − j/4) = 1/12 + ½ + ¼ = 5/6; 4/(1 + 5/3) = 1.5
  series const x{0, 0, 1, 1};
  CHECK(effective_bins{.within = 3, .at_least = 2}(of(3, x, x), row) == doctest::Approx(1.5).epsilon(1e-12));
  CHECK(effective_bins{.within = 9, .at_least = 2}(of(9, x, x), row) == doctest::Approx(1.5).epsilon(1e-12));  // lags without pairs
  CHECK(effective_bins{.within = 1, .at_least = 2}(of(3, x, x), row) == doctest::Approx(4 / (1 + 1.0 / 6)).epsilon(1e-12));
  series const y{1, 1, 0, 0}, z{1, 0, 1, 0};
  CHECK(effective_bins{.within = 3, .at_least = 2}(of(3, x, y), row) == doctest::Approx(1.5).epsilon(1e-12));  // ρ_I is the same
  // z: ρ = −1 1 −1; Σ ρ_E ρ_I (1 − j/4) = −¼ − ½ + ¼: the sum would give more bins than there are
  CHECK(effective_bins{.within = 3, .at_least = 2}(of(3, x, z), row) == 4);
}

TEST_CASE("effective_bins: sums of neighbours are worth what Bartlett's formula says, and correlate by chance as much as so many bins") {
  for (std::size_t const over : {1u, 2u, 5u}) {
    double sum = 0;
    for (std::size_t j = 1; j < over; ++j) sum += std::pow(1 - static_cast<double>(j) / static_cast<double>(over), 2);
    auto const theory = 2'000 / (1 + 2 * sum);  // 2 000, 1 333, 588
    over_seeds n, r;
    int covered = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      random_stream random(seed);
      auto const e = smooth(random, 2'000, over), i = smooth(random, 2'000, over);
      auto const s = of(20, e, i);
      n.add(effective_bins{.within = 20}(s, row));
      auto const sure = correlation_interval{.within = 20}(s, row);
      CHECK(sure.effective_bins == effective_bins{.within = 20}(s, row));
      CHECK(std::atanh(sure.hi) - std::atanh(sure.estimate) == doctest::Approx(1.959963985 / std::sqrt(sure.effective_bins - 3)).epsilon(1e-8));
      r.add(std::atanh(sure.estimate));
      covered += sure.contains(0);
    }
    CAPTURE(over);
    CHECK(n.mean() == doctest::Approx(theory).epsilon(0.03));
    CHECK(r.variance() * theory == doctest::Approx(1).epsilon(4 * std::sqrt(2.0 / 300)));
    CHECK(covered > 300 * 0.95 - 4 * std::sqrt(300 * 0.95 * 0.05));
    CHECK(covered < 300);
  }
}

TEST_CASE("correlation_interval: what is undefined says why") {
  series const flat(40, 3), x = [] {
    random_stream random(1);
    return smooth(random, 40, 1);
  }();
  auto why = [](correlation_interval const& m, lag_moments const& s, row_info const& info) { return reason_of(m(s, info).lo); };
  auto nobody = row;
  nobody.sizes.e = 0;
  CHECK(why({.within = 5}, of(5, x, flat), row) == reason::no_variance);
  CHECK(why({.within = 5}, of(5, x, x), row) == reason::no_influence);  // r = 1
  CHECK(why({.within = 5}, of(5, x, x), nobody) == reason::empty_population);
  CHECK(why({.within = 5}, lag_moments(5, true), row) == reason::too_few_bins);
  CHECK(reason_of(effective_bins{.within = 5}(of(5, x, flat), row)) == reason::no_variance);
  CHECK(reason_of(effective_bins{.within = 5}(lag_moments(5, true), row)) == reason::too_few_bins);
  series const few{0, 0, 1, 1}, other{0, 1, 1, 1};
  CHECK(why({.within = 3, .at_least = 2}, of(3, few, other), row) == reason::too_few_bins);  // worth fewer than four
}
