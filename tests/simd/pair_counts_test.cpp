// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/pair_counts.hpp>
#include <vector>

using namespace equipoise;
using arch = simd::best_arch;

TEST_CASE("pair_counts: both ways equal the scalar twin, for every length, alignment, side and size of counts") {
  random_stream random(8);
  int wrong = 0;
  for (std::size_t const side : {8u, 16u, 64u})
    for (std::uint64_t const common : {1u, 4u, 5u, 8u})
      for (std::size_t const n : {0u, 1u, 31u, 32u, 63u, 64u, 65u, 700u, 40'000u})
        for (bool const mostly_small : {true, false}) {
          auto const shift = random.below(3);
          std::vector<std::uint8_t> e(n + shift), i(n + shift);
          for (auto* x : {&e, &i})
            for (auto& v : *x) v = static_cast<std::uint8_t>(random.below(50) == 0 ? random.below(side) : random.below(common));
          std::vector<std::int64_t> a(side * side, 3), b(side * side, 3);
          simd::pair_counts<arch>(e.data() + shift, i.data() + shift, n, mostly_small, a.data(), side);
          simd::pair_counts_scalar(e.data() + shift, i.data() + shift, n, b.data(), side);
          wrong += a != b;
        }
  CHECK(wrong == 0);
}
