// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/io/npz.hpp>
#include <string>
#include <vector>

using namespace equipoise;

namespace {
auto file(char const* name) -> std::string { return std::string(EQUIPOISE_TEST_DATA "/npy/") + name; }
}  // namespace

TEST_CASE("npz: stored members are right, also with zip64 headers that leave sizes blank") {
  std::vector<std::uint64_t> const three{1, 5, 4'294'967'303};
  auto const stored = read_npz(file("stored.npz"));
  CHECK(as_vector<std::uint64_t>(stored.at("t")) == three);
  CHECK(as_vector<double>(stored.at("x")) == std::vector<double>{0, 1, 2});
  CHECK(as_vector<std::uint64_t>(read_npz(file("zip64_streamed.npz")).at("t")) == three);
}

TEST_CASE("npz: a compressed member is refused, and the sentence says how to save it") {
  CHECK_THROWS_WITH_AS(read_npz(file("deflated.npz")), doctest::Contains("np.savez instead"), error);
  CHECK_THROWS_WITH_AS(read_npz(file("u64_1d.npy")), doctest::Contains("not an .npz"), error);
}

TEST_CASE("npz: no cut and no flipped byte of an archive crashes the reader") {
  for (auto const* name : {"stored.npz", "zip64_streamed.npz"}) {
    auto const whole = read_bytes(file(name));
    for (std::size_t n = 0; n < whole.size(); ++n) CHECK_THROWS_AS(parse_npz(whole.substr(0, n), "cut"), error);
    random_stream random(2);
    for (int k = 0; k < 5000; ++k) {
      auto bytes = whole;
      for (auto flips = 1 + random.below(4); flips > 0; --flips) bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
      try {
        (void)parse_npz(bytes, "flipped");
      } catch (error const&) {
      }
    }
  }
}

TEST_CASE("npz: members that share their bytes are refused, as few bytes could ask for any memory") {
  auto const whole = read_bytes(file("stored.npz"));
  auto const directory = whole.find("PK\x01\x02"), next = whole.find("PK\x01\x02", directory + 4), end = whole.rfind("PK\x05\x06");
  auto entry = whole.substr(directory, next - directory);
  auto bytes = whole.substr(0, directory);
  for (char k = 0; k < 50; ++k) {
    entry[46] = static_cast<char>('0' + k);  // 50 names for the first member
    bytes += entry;
  }
  auto tail = whole.substr(end);
  tail[8] = tail[10] = 50;
  CHECK_THROWS_WITH_AS(parse_npz(bytes + tail, "shared"), doctest::Contains("larger together"), error);
}
