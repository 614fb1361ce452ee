// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/simd/lane.hpp>
#include <vector>

using namespace equipoise;
using arch = simd::best_arch;

TEST_CASE("lane: sums and largest of lanes equal a loop, for signed and unsigned lanes") {
  auto check = []<class T>(T, T step) {
    std::vector<T> x;
    for (std::size_t k = 0; k < simd::width<arch, T>; ++k) x.push_back(static_cast<T>(static_cast<T>(k * 37) * step));
    std::int64_t sum = 0;
    T most = x[0];
    for (auto const v : x) sum += static_cast<std::int64_t>(v), most = v > most ? v : most;
    auto const b = simd::batch<arch, T>::load_unaligned(x.data());
    CHECK(simd::sum_of_lanes<arch>(b) == sum);
    CHECK(simd::largest_of_lanes<arch>(b) == most);
  };
  check(std::int32_t{}, std::int32_t{-1000}), check(std::int16_t{}, std::int16_t{-3}), check(std::uint8_t{}, std::uint8_t{7}), check(std::int64_t{}, std::int64_t{1} << 40);
}

TEST_CASE("lane: counts are widened without sign, from any address") {
  auto check = []<class C>(C most) {
    std::vector<C> x;
    for (std::size_t k = 0; k < simd::width<arch, std::int32_t> + 1; ++k) x.push_back(static_cast<C>(most - static_cast<C>(k)));
    alignas(64) std::int32_t out[simd::width<arch, std::int32_t>];
    simd::load_wide<arch>(x.data() + 1).store_aligned(out);
    for (std::size_t k = 0; k < simd::width<arch, std::int32_t>; ++k) CHECK(out[k] == static_cast<std::int32_t>(x[k + 1]));
  };
  check(std::uint8_t{255}), check(std::uint16_t{65'535}), check(std::int16_t{100}), check(std::int32_t{2'000'000'000});
}
