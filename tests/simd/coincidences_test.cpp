// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/coincidences.hpp>
#include <vector>

using namespace equipoise;

TEST_CASE("coincidences: a slot says the multiple, and apart from it that a difference lies on one") {
  simd::lag_slots const s{.width = 10, .offset = 5, .reach = 26, .inside = 3, .ties = true};  // edges at 5, 15, 25
  CHECK(s.of(0) == 0);
  CHECK(s.of(4) == 0);
  CHECK(s.of(5) == 3 + 1);
  CHECK(s.of(6) == 1);
  CHECK(s.of(15) == 3 + 2);
  CHECK(s.of(24) == 2);
  CHECK(s.of(25) == 3 + 3);
  CHECK(s.size() == 7);
}

TEST_CASE("coincidences: both ways of counting equal the scalar twin for any width, with ties and simultaneous events, the last of 2^31 too") {
  random_stream random(31);
  for (int trial = 0; trial < 150; ++trial) {
    auto const width = static_cast<std::uint32_t>(trial % 4 == 0 ? 1 + random.below(4) : trial % 4 == 1 ? 1 + random.below(5'000'000) : 1 + random.below(60));
    auto const k = static_cast<std::uint32_t>(1 + random.below(60));
    simd::lag_slots s{.width = width, .offset = trial % 2 == 0 ? 0 : width / 2, .reach = 0, .inside = 0, .ties = trial % 3 != 0};
    s.reach = k * width - s.offset + (s.ties ? 1 : 0), s.inside = k;
    auto const n = random.below(700), from = random.below(n + 1), until = trial % 2 == 0 ? n : random.below(n + 1), rows = 1 + random.below(9);
    auto const extent = (std::min)(std::uint64_t{simd::latest_event} - 1, std::uint64_t{s.reach} * (1 + random.below(20)));
    std::vector<std::uint32_t> at, row, column, unit;
    for (std::size_t j = 0; j < n; ++j) at.push_back(static_cast<std::uint32_t>((trial % 5 == 0 ? simd::latest_event - 1 - extent : 0) + random.below(extent + 1)));
    std::sort(at.begin(), at.end());
    for (std::size_t j = 0; j < n; ++j) {
      unit.push_back(static_cast<std::uint32_t>(random.below(rows)));
      row.push_back(unit.back() * static_cast<std::uint32_t>(rows) * s.size()), column.push_back(unit.back() * s.size());
    }
    at.resize(n + simd::coincidence_padding, ~std::uint32_t{0}), column.resize(n + simd::coincidence_padding);
    std::vector<std::uint32_t> truth(rows * rows * s.size()), pooled(truth), by_row(truth);
    simd::coincidences_scalar(s, at.data(), row.data(), column.data(), n, until, from, truth.data());
    std::size_t told = 0;
    simd::coincidences<simd::best_arch>(s, at.data(), row.data(), column.data(), until, from, pooled.data(), [&](std::size_t m) { told += m; });
    CHECK(pooled == truth);
    std::uint64_t total = 0;
    for (auto const x : truth) total += x;
    CHECK(told == total);
    for (std::uint32_t r = 0; r < rows; ++r) {
      std::vector<std::uint32_t> mine;
      for (std::uint32_t j = 0; j < until; ++j)
        if (unit[j] == r) mine.push_back(j);
      simd::coincidences_of_row<simd::best_arch>(s, at.data(), column.data(), mine.data(), mine.size(), from, by_row.data() + r * rows * s.size(), [](std::size_t) {});
    }
    CHECK(by_row == truth);
  }
}
