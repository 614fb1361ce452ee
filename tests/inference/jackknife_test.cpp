// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/inference/jackknife.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <numeric>
#include <vector>

#include "../over_seeds.hpp"

using namespace equipoise;
using testing::over_seeds;

namespace {
/// Of a mean: all block means and sizes, and what is left when one is left out.
auto of_mean(std::vector<double> const& mean, std::vector<std::int64_t> const& bins, std::int64_t components) -> jackknife_error {
  double n = 0, sum = 0;
  for (std::size_t j = 0; j < mean.size(); ++j) n += static_cast<double>(bins[j]), sum += mean[j] * static_cast<double>(bins[j]);
  std::vector<double> left_out;
  for (std::size_t j = 0; j < mean.size(); ++j) left_out.push_back((sum - mean[j] * static_cast<double>(bins[j])) / (n - static_cast<double>(bins[j])));
  return jackknife(sum / n, left_out, bins, components);
}
}  // namespace

TEST_CASE("leave_one_out: each state is the merge of all other parts, in the order of the parts") {
  random_stream random(1);
  blocked<lag_moments> s(lag_moments(5, true));
  std::vector<std::uint16_t> e(3'000), i(3'000);
  for (auto* x : {&e, &i})
    for (auto& c : *x) c = static_cast<std::uint16_t>(random.below(9));
  s.absorb(count_row<std::uint16_t>{0, -100, e, i});
  for (std::int64_t const most : {1, 2, 3, 20, 90}) {
    auto const parts = stretches(s, most);
    std::size_t next = 0;
    leave_one_out(parts, s.blank().state, [&](std::size_t j, lag_moments const& rest) {
      CHECK(j == next++);
      auto slowly = s.blank().state;
      for (std::size_t k = 0; k < parts.size(); ++k)
        if (k != j) slowly.merge(parts[k].state);
      CHECK(rest == slowly);
      CHECK(rest.n() == s.bins() - parts[j].bins);
    });
    CHECK(next == parts.size());
  }
}

TEST_CASE("jackknife: of a mean it is the textbook's standard error, for blocks of one size") {
  std::vector<double> const x{3, 1, 4, 1, 5, 9, 2, 6};
  std::vector<std::int64_t> const ten(8, 10);
  auto const e = of_mean(x, ten, 0);
  CHECK(e.standard_error == doctest::Approx(std::sqrt(52.875 / 7 / 8)).epsilon(1e-12));  // Σ(x − 3.875)² = 52.875
  CHECK(e.degrees_of_freedom == 7);
  // deviations −.875 −2.875 .125 −2.875 1.125 5.125 −1.875 2.125: products of neighbours
  CHECK(e.neighbours == doctest::Approx((.875 * 2.875 - 2.875 * .125 - .125 * 2.875 - 2.875 * 1.125 + 1.125 * 5.125 - 5.125 * 1.875 - 1.875 * 2.125) / 52.875).epsilon(1e-12));
}

TEST_CASE("jackknife: all components are the plain form, more than there are are all, for blocks of one size") {
  random_stream random(4);
  for (std::size_t const g : {2u, 3u, 20u, 57u}) {
    std::vector<double> x;
    for (std::size_t k = 0; k < g; ++k) x.push_back(random.normal());
    std::vector<std::int64_t> const size(g, 7);
    auto const plain = of_mean(x, size, 0), all = of_mean(x, size, static_cast<std::int64_t>(g) - 1), more = of_mean(x, size, 1'000);
    CHECK(all.standard_error == doctest::Approx(plain.standard_error).epsilon(1e-10));
    CHECK(all.degrees_of_freedom == plain.degrees_of_freedom);
    CHECK(more.standard_error == all.standard_error);
  }
}

TEST_CASE("jackknife: blocks of unequal size, worked by hand") {
  // of a mean θ̃_j is the mean of block j; blocks of 1 and 3 bins with means 8 and 0: θ = 2, h = 4 and 4/3
  auto const e = of_mean({8, 0}, {1, 3}, 0);
  CHECK(e.standard_error == doctest::Approx(std::sqrt((36.0 / 3 + 4.0 / (1.0 / 3)) / 2)).epsilon(1e-12));
}

TEST_CASE("jackknife: one component is the slowest, worked by hand") {
  // G = 2, blocks of one size: f = (x₁ − x₂)/2 · (1, −1), p = f₁·2·cos(π/4), SE² = ½ · p²
  auto const e = of_mean({5, 1}, {6, 6}, 1);
  CHECK(e.standard_error == doctest::Approx(2).epsilon(1e-12));
  CHECK(e.degrees_of_freedom == 1);
}

TEST_CASE("jackknife: the slowest components see correlation between neighbouring blocks, which the plain form does not") {
  over_seeds plain, slow, mean, near;
  constexpr std::size_t g = 128;
  constexpr double keep = 0.4;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    random_stream random(seed);
    std::vector<double> x;
    auto now = random.normal();
    for (std::size_t k = 0; k < g; ++k) x.push_back(now), now = keep * now + std::sqrt(1 - keep * keep) * random.normal();
    std::vector<std::int64_t> const one(g, 1);
    auto const a = of_mean(x, one, 0), b = of_mean(x, one, 16);
    plain.add(a.standard_error * a.standard_error * g), slow.add(b.standard_error * b.standard_error * g), near.add(a.neighbours);
    mean.add(std::accumulate(x.begin(), x.end(), 0.0) / g);
  }
  auto const long_run = (1 + keep) / (1 - keep);  // 2.33 times the variance of a block, up to 1/G
  CHECK(mean.variance() * g == doctest::Approx(long_run).epsilon(0.25));  // 400 seeds: 7 % SD
  CHECK(plain.mean() == doctest::Approx(1).epsilon(0.04));
  CHECK(slow.mean() > 0.88 * long_run);
  CHECK(slow.mean() < long_run);
  CHECK(near.mean() == doctest::Approx(keep).epsilon(0.08));
}
