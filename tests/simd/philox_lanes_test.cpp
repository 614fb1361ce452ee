// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <equipoise/simd/philox_lanes.hpp>
#include <vector>

using namespace equipoise;

namespace {
/// An instruction set that no kernel knows: the portable one.
struct no_arch {};

template <class Arch>
auto lanes(simd::octet<Arch> const& x) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> v(8);
  x.store(v.data());
  return v;
}
template <class Arch>
void operations() {
  using octet = simd::octet<Arch>;
  random_stream random(8);
  for (int trial = 0; trial < 50; ++trial) {
    std::uint64_t x[8], y[8], z[8];
    for (int k = 0; k < 8; ++k) x[k] = random(), y[k] = random(), z[k] = random.below(2) == 0 ? y[k] : random();
    auto const a = octet::load(x), b = octet::load(y), c = octet::load(z);
    auto const n = static_cast<unsigned>(random.below(64));
    for (std::size_t k = 0; k < 8; ++k) {
      CHECK(lanes(a)[k] == x[k]);
      CHECK(lanes(octet::of(y[0]))[k] == y[0]);
      CHECK(lanes(a + b)[k] == x[k] + y[k]);
      CHECK(lanes(a - b)[k] == x[k] - y[k]);
      CHECK(lanes(product(a, b))[k] == (x[k] % (1ull << 32)) * (y[k] % (1ull << 32)));
      CHECK(lanes(exclusive_or(a, b, c))[k] == (x[k] ^ y[k] ^ z[k]));
      CHECK(lanes(least(a, b))[k] == (std::min)(x[k], y[k]));
      CHECK(lanes(a >> n)[k] == x[k] >> n);
      CHECK(lanes(add_if_equal(a, b, c, c))[k] == (y[k] == z[k] ? x[k] + z[k] : x[k]));
    }
  }
}
template <class Arch>
void known_words() {
  for (auto const seed : {std::uint64_t{0}, 0x0123456789ABCDEFu, ~std::uint64_t{0}})
    for (auto const stream : {std::uint64_t{0}, std::uint64_t{77}, 0xFEDCBA9876543210u})
      for (auto const first : {0u, 1234u, ~0u - 63}) {
        simd::philox_octet<Arch> by_one[4], by_many[4];
        simd::philox_keys<Arch> keys[4];
        std::uint64_t seeds[32];
        for (std::uint32_t k = 0; k < 32; ++k) seeds[k] = seed + k;
        for (std::uint32_t j = 0; j < 4; ++j) {
          by_one[j] = simd::philox_octet<Arch>::consecutive(first + 8 * j, stream), by_many[j] = simd::philox_octet<Arch>::same(first, stream);
          keys[j] = simd::philox_keys<Arch>::load(seeds + 8 * j);
        }
        std::vector<std::size_t> rounds;
        simd::philox_rounds(by_one, simd::philox_keys<Arch>::of(seed), [&](std::size_t n) { rounds.push_back(n); });
        CHECK(rounds == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
        simd::philox_rounds(by_many, keys);
        auto key = [](std::uint64_t s) { return std::array{static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(s >> 32)}; };
        auto equal = [](simd::philox_octet<Arch> const& x, std::size_t lane, std::array<std::uint32_t, 4> const& w) {
          auto low = [lane](simd::octet<Arch> const& o) { return static_cast<std::uint32_t>(lanes(o)[lane]); };
          return low(x.a) == w[0] && low(x.b) == w[1] && low(x.c) == w[2] && low(x.d) == w[3];
        };
        auto const s = key(stream);
        for (std::uint32_t k = 0; k < 32; ++k) {
          CHECK(equal(by_one[k / 8], k % 8, philox({first + k, 0, s[0], s[1]}, key(seed))));
          CHECK(equal(by_many[k / 8], k % 8, philox({first, 0, s[0], s[1]}, key(seed + k))));
        }
      }
}
}  // namespace

TEST_CASE("philox_lanes: each operation is that of its lanes, on the best instruction set and on none") {
  operations<simd::best_arch>();
  operations<no_arch>();
}

TEST_CASE("philox_lanes: the words are Philox's, for counters side by side and for seeds side by side") {
  known_words<simd::best_arch>();
  known_words<no_arch>();
}

TEST_CASE("philox_lanes: a quotient by multiplication is the quotient") {
  random_stream random(5);
  auto check = [](std::uint32_t d, std::uint32_t x) {
    simd::quotient const q(d);
    return q.of(x) == x / d && lanes(q.of(simd::octet<simd::best_arch>::of(x | std::uint64_t{99} << 32)))[3] == x / d && lanes(q.of(simd::octet<no_arch>::of(x)))[0] == x / d;
  };
  std::uint32_t const most = (1u << 31) - 1;
  auto wrong = 0;
  for (auto const d : {1u, 2u, 3u, 5u, 7u, 30u, 300u, 641u, 65'536u, 65'537u, 1u << 30, (1u << 30) + 1, most - 1, most}) {
    for (auto const multiple : {0u, 1u, most / d / 2, most / d})
      for (std::uint32_t around = 0; around < 3; ++around)
        if (auto const x = std::uint64_t{multiple} * d + around - 1; x <= most) wrong += !check(d, static_cast<std::uint32_t>(x));
    wrong += !check(d, most);
    for (int n = 0; n < 200; ++n) wrong += !check(d, static_cast<std::uint32_t>(random() >> 33));
  }
  for (int n = 0; n < 5000; ++n) wrong += !check(1 + static_cast<std::uint32_t>(random() >> 33 >> random.below(31)) % most, static_cast<std::uint32_t>(random() >> 33));
  CHECK(wrong == 0);
}
