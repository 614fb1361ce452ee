// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/nearest_lanes.hpp>
#include <limits>
#include <vector>

#include "../near.hpp"
#include "each_arch.hpp"

using namespace equipoise;

namespace {
auto bits(std::vector<double> const& x) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> out;
  for (auto const v : x) out.push_back(std::bit_cast<std::uint64_t>(v));
  return out;
}
auto numbers(std::uint64_t seed, std::size_t n, double grid) -> std::vector<double> {
  random_stream random(seed);
  std::vector<double> x(n);
  for (auto& v : x) v = grid > 0 ? std::round(random.normal() / grid) * grid : random.normal();
  return x;
}
}  // namespace

TEST_CASE("nearest_lanes: sums over the nearest rows equal the scalar twin bit for bit, with ties between centres as well") {
  auto const sets = testing::each_arch<double>([]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    int wrong = 0;
    for (double const grid : {0.0, 0.5})
      for (std::size_t const d : {1u, 2u, 3u, 6u})
        for (std::size_t const clusters : {1u, 2u, 3u, 5u})
          for (std::size_t const n : {0u, 1u, 7u, 8u, 17u, 1003u}) {
            simd::feature_columns const x(numbers(n + d, n * d, grid), d);
            auto const centres = numbers(clusters, clusters * d, grid);
            std::vector<double> a(simd::nearest_sums_size(d, clusters)), b(a.size());
            simd::nearest_sums<Arch>(x, centres.data(), clusters, a.data());
            simd::nearest_sums_scalar(x, centres.data(), clusters, b.data());
            wrong += bits(a) != bits(b);

            std::vector<double> near_a(n, std::numeric_limits<double>::max()), near_b = near_a;
            for (std::size_t k = 0; k < clusters; ++k) {
              simd::nearest_lowered<Arch>(x, centres.data() + k * d, near_a.data());
              simd::nearest_lowered_scalar(x, centres.data() + k * d, near_b.data());
            }
            wrong += bits(near_a) != bits(near_b);

            for (std::size_t const begin : {0u, 3u}) {
              if (begin > n) continue;
              std::vector<double> away_a(simd::stripes), away_b(simd::stripes);
              simd::distances<Arch>(x, begin, n, centres.data(), away_a.data());
              simd::distances_scalar(x, begin, n, centres.data(), away_b.data(), begin);
              wrong += bits(away_a) != bits(away_b);
            }
          }
    CHECK(wrong == 0);
  });
  CHECK(sets > 0);
}

TEST_CASE("nearest_lanes: sums, distances and the nearest centre of rows worked by hand") {
  std::vector<double> const by_row{0, 0, 3, 4, 6, 8, 10, 10, 3, 4.5};
  simd::feature_columns const x(by_row, 2);
  CHECK(x.rows == 5);
  CHECK(x.column(1)[3] == 10);
  std::vector<double> const centres{0, 0, 6, 8};
  std::vector<double> sums(simd::nearest_sums_size(2, 2));
  simd::nearest_sums<simd::best_arch>(x, centres.data(), 2, sums.data());
  auto const sum = [&](std::size_t k) { return simd::sum_of_stripes(sums.data() + k * simd::stripes); };
  CHECK(sum(0) == 2);  // (0, 0), and (3, 4), which is as near to both
  CHECK(sum(1) == 3);
  CHECK(sum(2) == 4);
  CHECK(sum(3) == 3);  // (6, 8), (10, 10), (3, 4.5)
  CHECK(sum(4) == 19);
  CHECK(sum(5) == 22.5);
  CHECK(sum(6) == 0 + 25 + 0 + 20 + 9 + 12.25);
  std::vector<double> away(simd::stripes);
  simd::distances<simd::best_arch>(x, 0, 3, centres.data(), away.data());
  CHECK(simd::sum_of_stripes(away.data()) == 15);
}
