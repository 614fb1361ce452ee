// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/core/random.hpp>
#include <equipoise/io/crc64.hpp>
#include <string>

using namespace equipoise;

namespace {
static_assert(crc64("123456789") == 0x995DC9BBDF1939FAu, "the check value of CRC-64/XZ");
static_assert(crc64("") == 0);
static_assert(crc64("6789", crc64("12345")) == crc64("123456789"));

/// The definition: polynomial division, bit by bit, of the polynomial as the standard writes it, bits of each byte from the lowest on.
auto by_division(std::string const& bytes) {
  auto remainder = ~std::uint64_t{0};  // its highest bit is the power 63
  for (auto const c : bytes)
    for (int bit = 0; bit < 8; ++bit) {
      auto const in = static_cast<std::uint64_t>(static_cast<unsigned char>(c) >> bit & 1);
      auto const carry = (remainder >> 63 ^ in) != 0;
      remainder = remainder << 1 ^ (carry ? 0x42F0E1EBA9EA3693u : 0);
    }
  std::uint64_t reflected = 0;
  for (int bit = 0; bit < 64; ++bit) reflected = reflected << 1 | (remainder >> bit & 1);
  return ~reflected;
}
auto random_bytes(random_stream& random, std::size_t n) {
  std::string s(n, '\0');
  for (auto& c : s) c = static_cast<char>(random.below(256));
  return s;
}
}  // namespace

TEST_CASE("crc64: the tables give what division bit by bit gives, at every length and from every cut") {
  random_stream random(1);
  for (std::size_t n = 0; n < 100; ++n) {
    auto const bytes = random_bytes(random, n);
    auto const sum = by_division(bytes);
    CHECK(crc64(bytes) == sum);
    auto const cut = random.below(n + 1);
    CHECK(crc64(std::string_view(bytes).substr(cut), crc64(std::string_view(bytes).substr(0, cut))) == sum);
  }
}

TEST_CASE("crc64: a flipped bit and a burst of 64 bits are always found") {
  random_stream random(2);
  auto const bytes = random_bytes(random, 200);
  for (std::size_t k = 0; k < 8 * bytes.size(); ++k) {
    auto flipped = bytes;
    flipped[k / 8] = static_cast<char>(flipped[k / 8] ^ (1 << k % 8));
    CHECK(crc64(flipped) != crc64(bytes));
  }
  for (int k = 0; k < 1000; ++k) {
    auto burst = bytes;
    burst.replace(random.below(bytes.size() - 8), 8, random_bytes(random, 8));
    if (burst != bytes) CHECK(crc64(burst) != crc64(bytes));
  }
}
