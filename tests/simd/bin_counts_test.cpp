// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/bin_counts.hpp>
#include <vector>

using namespace equipoise;

namespace {
/// Offsets in [base, base + extent), some crowded, some repeated.
auto events(random_stream& random, std::size_t n, std::uint64_t base, std::uint64_t extent) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> at;
  for (std::size_t k = 0; k < n; ++k) at.push_back(static_cast<std::uint32_t>(base + (random.below(3) == 0 ? random.below(extent / 50 + 1) : random.below(extent))));
  std::sort(at.begin(), at.end());
  return at;
}
}  // namespace

TEST_CASE("bin_counts: both ways equal the scalar twin for every width, phase and density, also near 2^32") {
  random_stream random(6);
  int wrong = 0, searched = 0, multiplied = 0;
  for (int trial = 0; trial < 600; ++trial) {
    auto const extent = trial % 3 == 0 ? (std::uint64_t{1} << 32) - random.below(1000) : 1 + random.below(3'000'000);
    auto const base = trial % 3 == 0 ? 0 : random.below(std::uint64_t{1} << 31);
    auto const at = events(random, random.below(3000), base, extent);
    auto const w = std::max<std::uint64_t>(trial % 5 == 0 ? 1 : 2, extent / (1 + random.below(5000)));
    if (extent / w > 4'000'000) continue;
    auto const phase = random.below(w);
    auto const bins = static_cast<std::size_t>((extent - 1 + phase) / w + 1);
    simd::event_index index;
    index.build(at, base, extent);
    std::vector<std::uint32_t> rebased(at), a(bins), b(bins);
    for (auto& t : rebased) t -= static_cast<std::uint32_t>(base);
    simd::bin_counts<simd::best_arch>(index, phase, w, a.data(), bins);
    simd::bin_counts_scalar(std::span<std::uint32_t const>(rebased), phase, w, b.data(), bins);
    wrong += a != b;
    (at.size() < simd::events_per_bin_for_edges * bins ? multiplied : searched) += 1;
  }
  CHECK(wrong == 0);
  CHECK(searched > 50);
  CHECK(multiplied > 50);
}

TEST_CASE("bin_counts: widths of one tick and beyond 2^31, empty rows, and all events in one tick") {
  simd::event_index index;
  std::vector<std::uint32_t> const at{0, 0, 3, 3'000'000'000u, 4'294'967'295u};
  index.build(at, 0, std::uint64_t{1} << 32);
  std::vector<std::uint8_t> out(2);
  simd::bin_counts<simd::best_arch>(index, 0, 2'500'000'000u, out.data(), 2);
  CHECK(out == std::vector<std::uint8_t>{3, 2});
  std::vector<std::uint32_t> const few{1, 1, 4};
  index.build(few, 0, 5);
  std::vector<std::uint8_t> ticks(5);
  simd::bin_counts<simd::best_arch>(index, 0, 1, ticks.data(), 5);
  CHECK(ticks == std::vector<std::uint8_t>{0, 2, 0, 0, 1});
  index.build({}, 0, 100);
  std::vector<std::uint16_t> none(10, 9);
  simd::bin_counts<simd::best_arch>(index, 0, 10, none.data(), 10);
  CHECK(none == std::vector<std::uint16_t>(10, 0));
  std::vector<std::uint32_t> const burst(200, 42);
  index.build(burst, 0, 100);
  simd::bin_counts<simd::best_arch>(index, 0, 10, none.data(), 10);
  CHECK(none[4] == 200);
}

TEST_CASE("bin_counts: blocks of 2^31 ticks and more with few events") {
  for (auto const extent : {std::uint64_t{1} << 31, (std::uint64_t{1} << 32) - 1, std::uint64_t{1} << 32})
    for (auto const& at : {std::vector<std::uint32_t>{}, {0}, {1'999'999'999}, {static_cast<std::uint32_t>(extent - 1)}, {0, static_cast<std::uint32_t>(extent - 1)}, {5, 5, 2'000'000'000}})
      for (std::uint64_t const w : {std::uint64_t{1'000'000}, extent / 2, extent}) {
        CAPTURE(extent);
        CAPTURE(w);
        auto const bins = static_cast<std::size_t>((extent - 1 + 3) / w + 1);
        simd::event_index index;
        index.build(at, 0, extent);
        std::vector<std::uint32_t> a(bins), b(bins);
        simd::bin_counts<simd::best_arch>(index, 3, w, a.data(), bins);
        simd::bin_counts_scalar(std::span<std::uint32_t const>(at), 3, w, b.data(), bins);
        CHECK(a == b);
        CHECK(index.below<simd::best_arch>(extent - 1) == static_cast<std::size_t>(std::count_if(at.begin(), at.end(), [&](std::uint32_t t) { return t < extent - 1; })));
      }
}

TEST_CASE("bin_counts: eight events are compared as the scalar twin compares them") {
  random_stream random(1);
  int wrong = 0;
  for (int k = 0; k < 2000; ++k) {
    std::uint32_t x[simd::event_index::spare];
    for (auto& v : x) v = static_cast<std::uint32_t>(random() >> (random.below(2) * 31 + 1));
    std::sort(std::begin(x), std::end(x));
    auto const t = random.below(2) == 0 ? x[random.below(8)] : static_cast<std::uint32_t>(random());
    wrong += simd::event_index::smaller<simd::best_arch>(x, t) != simd::event_index::smaller_scalar(x, t);
  }
  CHECK(wrong == 0);
}

TEST_CASE("bin_counts: division by multiplication is exact at every boundary") {
  random_stream random(2);
  int wrong = 0;
  for (int k = 0; k < 20'000; ++k) {
    auto const w = 2 + random.below((std::uint64_t{1} << (2 + random.below(29))));
    simd::divider const d(w);
    auto const q = random.below(((std::uint64_t{1} << 32) + w) / w);
    for (auto const t : {q * w, q * w + w - 1}) wrong += simd::divider::serves(w) && t < (std::uint64_t{1} << 32) + w && d(t) != t / w;
  }
  CHECK(wrong == 0);
}
