// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/correlate/rates.hpp>

#include "../over_seeds.hpp"
#include "surrogate_kit.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;
using tk = ms_ticks;

TEST_CASE("poisson_like: counts are Poisson numbers about the true count, per unit and per observed stretch") {
  auto const observed = epochs<tk>{{tk{0}, tk{300}}, {tk{310}, tk{600}}};
  tick_list at;
  for (std::int64_t t = 5; t < 300; t += 30) at.push_back(t);   // 10 spikes
  for (std::int64_t t = 315; t < 600; t += 12) at.push_back(t); // 24 spikes
  spike_table<tk> const x(at, std::vector<unit_index>(at.size(), 1), 2, observed);
  over_seeds first, second;
  for (std::uint64_t k = 0; k < 4000; ++k) {
    auto const s = x | poisson_like{.sigma = 20ms}.draw(1, k);
    CHECK(s[0].empty());
    auto n = counts_by_stretch(s);
    first.add(n[{0, 1}]), second.add(n[{310, 1}]);
  }
  CHECK(first.off(10) < 4);
  CHECK(second.off(24) < 4);
  CHECK(std::abs(first.variance() / 10 - 1) < 4 * std::sqrt(2.0 / 4000));
  CHECK(std::abs(second.variance() / 24 - 1) < 4 * std::sqrt(2.0 / 4000));
}

TEST_CASE("poisson_like: the rate around a spike is a Gaussian, reflected at the edge of the window") {
  spike_table<tk> const x({100}, {0}, 1, window<tk>{tk{100}, tk{10'000}});
  over_seeds distance, square;
  std::int64_t within = 0, all = 0;
  for (std::uint64_t k = 0; k < 8000; ++k) {
    auto const s = x | poisson_like{.sigma = 50ms}.draw(1, k);
    for (auto const t : s[0].raw()) {
      auto const d = static_cast<double>(t - 100) + 0.5;  // ticks d ≥ 0 and −1 − d fall together
      distance.add(d), square.add(d * d);
      within += d < 50, ++all;
    }
  }
  CHECK(distance.off(50 * std::sqrt(2 / std::acos(-1.0))) < 4);
  CHECK(square.off(2500) < 4);
  CHECK(std::abs(static_cast<double>(within) / static_cast<double>(all) - 0.6827) < 0.03);
}

TEST_CASE("poisson_like: the interval distribution is not kept") {
  tick_list at;
  for (std::int64_t t = 0; t < 100'000; t += 50) at.push_back(t);
  spike_table<tk> const clock(at, std::vector<unit_index>(at.size(), 0), 1, window<tk>{tk{0}, tk{100'000}});
  auto const s = clock | poisson_like{.sigma = 100ms}.draw(1, 0);
  over_seeds interval;
  for (std::size_t k = 1; k < s.spikes(); ++k) interval.add(static_cast<double>(s.at()[k] - s.at()[k - 1]));
  auto const cv = std::sqrt(interval.variance()) / interval.mean();
  CHECK(std::abs(cv - 1) < 0.1);
}

TEST_CASE("poisson_like: a width below a tick is refused") {
  CHECK_THROWS_WITH_AS((recordings()[0] | poisson_like{.sigma = 1us}.draw(1, 0)), doctest::Contains("poisson_like, sigma: too short for the clock"), error);
}
