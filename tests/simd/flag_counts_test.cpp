// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/flag_counts.hpp>
#include <vector>

#include "each_arch.hpp"

using namespace equipoise;

TEST_CASE("flag_counts: rows equal the scalar twin, for every length and alignment, and nothing behind the row is touched") {
  random_stream random(3);
  int wrong = 0, sets = 0;
  for (std::size_t const n : {0u, 1u, 15u, 16u, 17u, 63u, 64u, 65u, 128u, 400u})
    for (std::size_t const shift : {0u, 1u, 5u}) {
      std::vector<std::uint8_t> flags(n + shift + 64), row(n + shift + 64);
      for (auto& f : flags) f = static_cast<std::uint8_t>(random.below(2));
      for (auto& r : row) r = static_cast<std::uint8_t>(random.below(255));
      auto expected = row;
      simd::add_flags_scalar(expected.data() + shift, flags.data() + shift, n);
      sets += testing::each_arch([&]<class Arch>(Arch) {
        auto mine = row;
        simd::add_flags<Arch>(mine.data() + shift, flags.data() + shift, n);
        wrong += mine != expected;
      });
    }
  CHECK(wrong == 0);
  CHECK(sets >= 30);
}

TEST_CASE("flag_counts: a row takes as many flags as it promises, and is empty once drained") {
  std::size_t const n = 70;
  testing::each_arch([&]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    std::vector<std::uint8_t> row(n), flags(n, 1);
    flags[3] = 0;
    std::vector<std::int64_t> sums(n, 1'000), expected(n, 1'000 + 2 * 255);
    expected[3] = 1'000;
    for (int pass = 0; pass < 2; ++pass) {
      for (int k = 0; k < simd::most_flags; ++k) simd::add_flags<Arch>(row.data(), flags.data(), n);
      simd::drain_flags(row.data(), n, sums.data());
    }
    CHECK(sums == expected);
    CHECK(row == std::vector<std::uint8_t>(n));
  });
}
