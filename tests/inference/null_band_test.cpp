// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/inference/null_band.hpp>
#include <utility>
#include <vector>

using namespace equipoise;

namespace {
std::vector<null_draws> const four{{{1, 2, 3, 4}, 0}, {{4, 2, 0, 2}, 0}};
std::vector<double> const observed{5, 3};
auto p_of(std::vector<double> draws, std::int64_t distinct, double value, alternative side = alternative::greater) -> double {
  return null_bands(std::vector<double>{value}, std::vector<null_draws>{{std::move(draws), distinct}}, side)[0].p;
}
}  // namespace

TEST_CASE("null_band: four draws at two scales, worked by hand") {
  // z of draws: −1.162 −0.387 0.387 1.162 and 1.225 0 −1.225 0, the larger of each 1.225 0 0.387 1.162; z observed 1.936 and 0.612
  auto const b = null_bands(observed, four, alternative::greater, 0.5);
  REQUIRE(b.size() == 2);
  CHECK(b[0].mean == doctest::Approx(2.5));
  CHECK(b[0].sd == doctest::Approx(std::sqrt(5.0 / 3)));
  CHECK(b[1].mean == doctest::Approx(2));
  CHECK(b[1].sd == doctest::Approx(std::sqrt(8.0 / 3)));
  CHECK(b[0].lo == doctest::Approx(1.75));
  CHECK(b[0].hi == doctest::Approx(3.25));
  CHECK(b[1].lo == doctest::Approx(1.5));
  CHECK(b[1].hi == doctest::Approx(2.5));
  CHECK(b[0].p == doctest::Approx(0.2));
  CHECK(b[1].p == doctest::Approx(0.4));
  CHECK(b[0].q == doctest::Approx(0.4));
  CHECK(b[1].q == doctest::Approx(0.4));
  CHECK(b[0].p_max == doctest::Approx(0.2));
  CHECK(b[1].p_max == doctest::Approx(0.6));
  CHECK(b[0].draws == 4);
}

TEST_CASE("null_band: the other sides of the same example") {
  auto const less = null_bands(observed, four, alternative::less);
  CHECK(less[0].p == doctest::Approx(1));
  CHECK(less[1].p == doctest::Approx(0.8));
  CHECK(less[0].p_max == doctest::Approx(1));
  CHECK(less[1].p_max == doctest::Approx(1));  // −z: −0.612 observed, the larger of draws 1.162 0.387 1.225 0
  // |z|: the larger of draws 1.225 0.387 1.225 1.162; none reaches 1.936, but p_max is not below p
  auto const both = null_bands(observed, four, alternative::two_sided);
  CHECK(both[0].p == doctest::Approx(0.4));
  CHECK(both[1].p == doctest::Approx(0.8));
  CHECK(both[0].p_max == doctest::Approx(0.4));
  CHECK(both[1].p_max == doctest::Approx(0.8));
  // as far below all draws as 5 is above them
  auto const below = null_bands(std::vector<double>{0, 3}, four, alternative::two_sided);
  CHECK(below[0].p == doctest::Approx(0.4));
  CHECK(below[0].p_max == doctest::Approx(0.4));
}

TEST_CASE("null_band: where few draws can differ, p is never below what all of them would give") {
  std::vector<double> const nine{1, 1, 1, 2, 2, 2, 3, 3, 3};
  CHECK(p_of(nine, 3, 4) == doctest::Approx(0.25));
  CHECK(p_of(nine, 3, 3) == doctest::Approx(0.5));
  CHECK(p_of(nine, 3, 1) == doctest::Approx(1));
  CHECK(p_of(nine, 3, 0, alternative::less) == doctest::Approx(0.25));
  CHECK(p_of(nine, 3, 4, alternative::two_sided) == doctest::Approx(0.5));
  CHECK(p_of(nine, 3, 2, alternative::two_sided) == doctest::Approx(1));
  CHECK(p_of(nine, 0, 4) == doctest::Approx(0.1));
  CHECK(p_of(nine, 9, 4) == doctest::Approx(0.1));
  auto const b = null_bands(std::vector<double>{4}, std::vector<null_draws>{{nine, 3}});
  CHECK(b[0].p_max == doctest::Approx(0.25));
}

TEST_CASE("null_band: what is undefined stays so and does not count among the scales") {
  auto const nan = undefined(reason::no_variance);
  std::vector<null_draws> const draws{{{1, 2, 3, 4}, 0}, {{1, nan, 3, 4}, 0}, {{1, 2, 3, 4}, 0}, {{}, 0}, {{2, 2, 2, 2}, 0}};
  auto const b = null_bands(std::vector<double>{nan, 5, 5, 5, 3}, draws);
  CHECK(reason_of(b[0].p) == reason::no_variance);
  CHECK(reason_of(b[0].mean) == reason::no_variance);
  CHECK(reason_of(b[0].q) == reason::no_variance);
  CHECK(b[0].draws == 0);
  CHECK(b[1].p == doctest::Approx(0.4));  // the undefined draw counts as extreme
  CHECK(reason_of(b[1].mean) == reason::no_variance);
  CHECK(reason_of(b[1].hi) == reason::no_variance);
  CHECK(std::isnan(b[1].p_max));
  CHECK(b[2].p == doctest::Approx(0.2));
  CHECK(b[2].q == doctest::Approx(0.3));  // of three tests: p 0.2 0.2 0.4
  CHECK(b[2].p_max == doctest::Approx(0.2));
  CHECK(reason_of(b[3].p) == reason::not_available);
  CHECK(b[4].p == doctest::Approx(0.2));
  CHECK(b[4].sd == 0);
  CHECK(std::isnan(b[4].p_max));
  CHECK(null_bands({}, {}).empty());
}

TEST_CASE("null_band: p_max keeps its level over twenty scales that vary together, and p does not") {
  random_stream random(3);
  int by_max = 0, by_any = 0;
  for (int study = 0; study < 300; ++study) {
    std::vector<null_draws> draws(20);
    std::vector<double> value(20);
    auto fill = [&](auto&& put) {
      auto const common = random.normal();
      for (std::size_t s = 0; s < 20; ++s) put(s, static_cast<double>(s + 1) * (0.5 * common + random.normal()));
    };
    fill([&](std::size_t s, double x) { value[s] = x; });
    for (int k = 0; k < 99; ++k) fill([&](std::size_t s, double x) { draws[s].values.push_back(x); });
    auto max_rejects = false, any_rejects = false;
    for (auto const& b : null_bands(value, draws)) max_rejects |= b.p_max <= 0.05, any_rejects |= b.p <= 0.05;
    by_max += max_rejects, by_any += any_rejects;
  }
  CHECK(by_max <= 30);  // 15 expected, SD 3.8
  CHECK(by_max >= 3);
  CHECK(by_any > 100);
}
