// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/io/npy.hpp>
#include <limits>
#include <string>
#include <vector>

using namespace equipoise;

namespace {
auto file(char const* name) -> std::string { return std::string(EQUIPOISE_TEST_DATA "/npy/") + name; }
auto refusal(std::string const& path) -> std::string {
  try {
    (void)read_npy(path);
  } catch (error const& e) {
    return e.what();
  }
  return {};
}
auto refusal_of(std::string const& bytes) -> std::string {
  try {
    (void)parse_npy(bytes, "test");
  } catch (error const& e) {
    return e.what();
  }
  return {};
}
/// A version 1 file with that header dictionary.
auto with_header(std::string header, std::string const& data) -> std::string {
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() % 256);
  bytes += static_cast<char>(header.size() / 256);
  return bytes + header + data;
}
}  // namespace

TEST_CASE("npy: every file that numpy wrote is right") {
  std::vector<std::uint64_t> const three{1, 5, 4'294'967'303};
  for (auto const* name : {"u64_1d.npy", "u64_1n.npy", "u64_n1.npy", "u64_big_endian.npy", "v2_header.npy"}) CHECK(as_vector<std::uint64_t>(read_npy(file(name))) == three);
  CHECK(as_vector<std::int64_t>(read_npy(file("i32.npy"))) == std::vector<std::int64_t>{-1, 0, 3});
  CHECK(as_vector<std::uint8_t>(read_npy(file("bool.npy"))) == std::vector<std::uint8_t>{1, 0});
  CHECK(as_vector<double>(read_npy(file("scalar0d.npy"))) == std::vector<double>{3.5});
  CHECK(as_vector<double>(read_npy(file("empty_f64.npy"))).empty());
  auto const odd = as_vector<double>(read_npy(file("f64_nan.npy")));
  CHECK(odd[0] == 0.1);
  CHECK(std::isnan(odd[1]));
  CHECK(odd[2] == std::numeric_limits<double>::infinity());
  auto const fortran = read_npy(file("f32_fortran_2x3.npy"));
  CHECK(fortran.fortran);
  CHECK(as_dense<double>(fortran).values == std::vector<double>{0, 1, 2, 3, 4, 5});
  CHECK(as_dense<double>(fortran).shape == std::vector<std::size_t>{2, 3});
  CHECK(read_npy(file("unicode_U4.npy")).kind == 'U');
  CHECK_THROWS_AS(as_vector<double>(read_npy(file("unicode_U4.npy"))), error);
}

TEST_CASE("npy: what cannot be read is refused with a sentence that says what to do") {
  CHECK(refusal(file("truncated.npy")).find("shorter than its header says") != std::string::npos);
  CHECK(refusal(file("notnpy.npy")).find("not a .npy file") != std::string::npos);
  CHECK(refusal(file("object_pickled_reject.npy")).find("pickled") != std::string::npos);
  CHECK(refusal(file("nowhere.npy")).find("cannot be opened") != std::string::npos);
  CHECK(refusal(EQUIPOISE_TEST_DATA).find("is a folder") != std::string::npos);
  CHECK(refusal_of(with_header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", "12345678")).find("structured") != std::string::npos);
  CHECK(refusal_of(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 8), }", "")).find("absurd") != std::string::npos);
  CHECK(refusal_of(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", "")).find("fit 64 bits") != std::string::npos);
  CHECK(refusal_of(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }", "12345678")).find("shorter") != std::string::npos);
  CHECK(refusal_of(with_header("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", std::string(16, 'x'))).find("'<f16'") != std::string::npos);
  CHECK(refusal_of(with_header("{'descr': '<f8', 'shape': (1,), }", "12345678")).find("lacks") != std::string::npos);
  CHECK(refusal_of(with_header("{'descr': '<f8', 'fortran_order': Perhaps, 'shape': (1,), }", "12345678")).find("True or False") != std::string::npos);
  CHECK(refusal_of(std::string("\x93NUMPY\x07\x00\x01\x00 ", 11)).find("unknown version") != std::string::npos);
}

TEST_CASE("npy: keys in any order, double quotes, Python 2 lengths, old 16-byte padding") {
  double const x[] = {1.5, -2.5};
  std::string const data(reinterpret_cast<char const*>(x), sizeof x);
  CHECK(as_vector<double>(parse_npy(with_header("{\"shape\": (2L,), 'fortran_order': False, \"descr\": '<f8'}", data), "test")) == std::vector<double>{1.5, -2.5});
}

TEST_CASE("npy: conversion is lossless or refused") {
  auto refused = [](auto as, std::string const& type, std::string const& data) {
    auto const a = parse_npy(with_header("{'descr': '" + type + "', 'fortran_order': False, 'shape': (1,), }", data), "test");
    try {
      (void)as(a);
    } catch (error const&) {
      return true;
    }
    return false;
  };
  auto bytes = [](auto x) { return std::string(reinterpret_cast<char const*>(&x), sizeof x); };
  auto u8 = [](npy_array const& a) { return as_vector<std::uint8_t>(a); };
  auto i64 = [](npy_array const& a) { return as_vector<std::int64_t>(a); };
  CHECK(refused(u8, "<i4", bytes(std::int32_t{-1})));
  CHECK(refused(u8, "<i4", bytes(std::int32_t{256})));
  CHECK_FALSE(refused(u8, "<i4", bytes(std::int32_t{255})));
  CHECK(refused(i64, "<f8", bytes(0.5)));
  CHECK(refused(i64, "<f8", bytes(std::nan(""))));
  CHECK(refused(i64, "<f8", bytes(9223372036854775808.0)));
  CHECK_FALSE(refused(i64, "<f8", bytes(-9223372036854775808.0)));
  CHECK(refused(i64, "<u8", bytes(std::uint64_t{1} << 63)));
  CHECK_THROWS_AS(as_vector<double>(read_npy(file("f32_fortran_2x3.npy"))), error);
}

TEST_CASE("npy: half precision, against the definition") {
  std::uint16_t const half[] = {0x3C00, 0xC000, 0x3555, 0x7BFF, 0x0001, 0x8000, 0x7C00, 0x0400};  // 1, −2, ≈1/3, 65504, 2^−24, −0, ∞, 2^−14
  auto const v = as_vector<double>(parse_npy(with_header("{'descr': '<f2', 'fortran_order': False, 'shape': (8,), }", std::string(reinterpret_cast<char const*>(half), sizeof half)), "test"));
  CHECK(v == std::vector<double>{1, -2, 0.333251953125, 65504, std::ldexp(1.0, -24), -0.0, std::numeric_limits<double>::infinity(), std::ldexp(1.0, -14)});
}

TEST_CASE("npy: Fortran order in three axes; what is written is read back") {
  std::vector<std::int32_t> stored;  // element (i, j, k) = 100 i + 10 j + k, the first index fastest
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) stored.push_back(100 * i + 10 * j + k);
  auto const a = parse_npy(with_header("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3, 4), }", std::string(reinterpret_cast<char const*>(stored.data()), stored.size() * 4)), "test");
  auto const d = as_dense<int>(a);
  CHECK(d.values[0 * 12 + 2 * 4 + 3] == 23);
  CHECK(d.values[1 * 12 + 0 * 4 + 1] == 101);
  auto const again = parse_npy(npy_bytes<int>(d.values, {2, 3, 4}), "test");
  CHECK(as_dense<int>(again).values == d.values);
  CHECK(again.shape == std::vector<std::size_t>{2, 3, 4});
  CHECK((npy_bytes<int>(d.values, {2, 3, 4}).size() - 24 * 4) % 64 == 0);
}

TEST_CASE("npy: no cut and no flipped byte of a file crashes the reader") {
  std::vector<double> const x{1, 2, 3, 4, 5, 6};
  auto const whole = npy_bytes<double>(x, {2, 3});
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK_THROWS_AS(parse_npy(whole.substr(0, n), "cut"), error);
  random_stream random(9);
  for (int k = 0; k < 5000; ++k) {
    auto bytes = whole;
    for (auto flips = 1 + random.below(4); flips > 0; --flips) bytes[random.below(128)] = static_cast<char>(random.below(256));
    try {
      (void)as_dense<double>(parse_npy(bytes, "flipped"));
    } catch (error const&) {
    }
  }
}
