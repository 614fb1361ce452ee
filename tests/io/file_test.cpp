// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <equipoise/io/file.hpp>
#include <fstream>
#include <string>
#include <thread>

#include "folders.hpp"

using namespace equipoise;

TEST_CASE("file: all bytes of a file, zeros and line ends included") {
  test_folder const f;
  using namespace std::string_literals;
  auto const bytes = "a\0b\r\n\n\xff"s;
  CHECK(read_bytes(f.text("odd", bytes)) == bytes);
  CHECK(read_bytes(f.text("empty", "")).empty());
  std::string large(200'001, 'x');  // more than three parts of the buffer
  large[65'536] = 'y', large.back() = 'z';
  CHECK(read_bytes(f.text("large", large)) == large);
}

TEST_CASE("file: a pipe is read until its end") {
  test_folder const f;
  auto const pipe = f.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::string const sent(100'000, 'p');
  std::thread writer([&] { std::ofstream(pipe, std::ios::binary) << sent; });
  auto const got = read_bytes(pipe);
  writer.join();
  CHECK(got == sent);
}

TEST_CASE("file: what cannot be read is an error that names it") {
  test_folder const f;
  CHECK(names(refusal([&] { (void)read_bytes(f.path("absent.npy")); }), {f.path("absent.npy"), "cannot be opened"}));
  CHECK(names(refusal([&] { (void)read_bytes(f.path()); }), {f.path(), "folder"}));
  CHECK(names(refusal([&] { (void)read_bytes(""); }), {"cannot be opened"}));
}
