// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/simd/lane.hpp>
#include <vector>

#include "each_arch.hpp"

using namespace equipoise;

TEST_CASE("lane: sums and largest of lanes equal a loop, for signed and unsigned lanes") {
  auto check = []<class Arch, class T>(Arch, T step) {
    CAPTURE(Arch::name());
    std::vector<T> x;
    for (std::size_t k = 0; k < simd::width<Arch, T>; ++k) x.push_back(static_cast<T>(static_cast<T>(k * 37) * step));
    std::int64_t sum = 0;
    T most = x[0];
    for (auto const v : x) sum += static_cast<std::int64_t>(v), most = v > most ? v : most;
    auto const b = simd::batch<Arch, T>::load_unaligned(x.data());
    CHECK(simd::sum_of_lanes<Arch>(b) == sum);
    CHECK(simd::largest_of_lanes<Arch>(b) == most);
  };
  auto const sets = testing::each_arch([&](auto arch) { check(arch, std::int32_t{-1000}), check(arch, std::int16_t{-3}), check(arch, std::uint8_t{7}), check(arch, std::int64_t{1} << 40); });
  CHECK(sets > 0);
}

TEST_CASE("lane: counts are widened without sign, from any address") {
  auto check = []<class Arch, class C>(Arch, C most) {
    CAPTURE(Arch::name());
    std::vector<C> x;
    for (std::size_t k = 0; k < simd::width<Arch, std::int32_t> + 1; ++k) x.push_back(static_cast<C>(most - static_cast<C>(k)));
    alignas(64) std::int32_t out[simd::width<Arch, std::int32_t>];
    simd::load_wide<Arch>(x.data() + 1).store_aligned(out);
    for (std::size_t k = 0; k < simd::width<Arch, std::int32_t>; ++k) CHECK(out[k] == static_cast<std::int32_t>(x[k + 1]));
  };
  testing::each_arch([&](auto arch) { check(arch, std::uint8_t{255}), check(arch, std::uint16_t{65'535}), check(arch, std::int16_t{100}), check(arch, std::int32_t{2'000'000'000}); });
}
