// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <equipoise/io/atomic_file.hpp>
#include <equipoise/io/file.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "folders.hpp"

#if __has_include(<sys/resource.h>)
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#endif

using namespace equipoise;
namespace fs = std::filesystem;

namespace {
/// The files of a folder, as one text.
auto listing(test_folder const& folder) -> std::string {
  std::vector<std::string> names;
  for (auto const& f : fs::directory_iterator(folder.path())) names.push_back(f.path().filename().string());
  std::sort(names.begin(), names.end());
  std::string all;
  for (auto const& n : names) all += n + " ";
  return all;
}
auto both_ways(void (*check)(void (*replace)(std::string const&, std::string_view))) {
  check(replace_file);
  check(detail::replace_portably);
}
}  // namespace

TEST_CASE("atomic_file: a file is made or replaced whole, and nothing is left beside it") {
  both_ways([](auto replace) {
    test_folder const folder;
    auto const path = folder.path("night.state");
    std::string const large(1'000'000, 'x'), zeros(3, '\0');
    for (auto const& bytes : {large, std::string("short"), zeros, std::string()}) {
      replace(path, bytes);
      CHECK(read_bytes(path) == bytes);
      CHECK(listing(folder) == "night.state ");
    }
    folder.text("night.state.part", std::string(100, '?'));  // what a killed run has left is used again
    replace(path, "new");
    CHECK(read_bytes(path) == "new");
    CHECK(listing(folder) == "night.state ");
  });
}

TEST_CASE("atomic_file: what cannot be written is a sentence, and what was there is unchanged") {
  both_ways([](auto replace) {
    test_folder const folder;
    auto const missing = folder.path("none/night.state");
    CHECK(names(refusal([&] { replace(missing, "x"); }), {missing, "cannot be created", "No such file", "check the folder"}));
    auto const file = folder.text("file", "text");
    CHECK(names(refusal([&] { replace(file + "/night.state", "x"); }), {"cannot be created", "Not a directory"}));
    CHECK(read_bytes(file) == "text");
    fs::create_directory(folder.path("busy"));
    CHECK(names(refusal([&] { replace(folder.path("busy"), "x"); }), {"busy", "cannot be put in place", "directory"}));
    CHECK(listing(folder) == "busy file ");
  });
}

TEST_CASE("atomic_file: a reader at any moment finds the old bytes or the new ones") {
  test_folder const folder;
  auto const path = folder.path("night.state");
  std::string const a(50'000, 'a'), b(80'000, 'b');
  replace_file(path, a);
  std::atomic<bool> done = false;
  int torn = 0, reads = 0;
  std::thread reader([&] {
    for (; !done || reads == 0; ++reads)
      if (auto const bytes = read_bytes(path); bytes != a && bytes != b) ++torn;
  });
  for (int k = 0; k < 60; ++k) replace_file(path, k % 2 == 0 ? b : a);
  done = true;
  reader.join();
  CHECK(reads > 0);
  CHECK(torn == 0);
}

#if __has_include(<sys/resource.h>)
TEST_CASE("atomic_file: where there is no more room the sentence says so, and the old bytes stay") {
  auto const before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
  test_folder const folder;
  auto const path = folder.path("night.state");
  replace_file(path, "old");
  for (auto replace : {&replace_file, &detail::replace_portably})
    for (auto const size : {std::size_t{100'000}, std::size_t{900}}) {  // the smaller one lies in a buffer until the file is closed
      auto small = old;
      small.rlim_cur = 500;
      REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
      auto const said = refusal([&] { replace(path, std::string(size, 'x')); });
      setrlimit(RLIMIT_FSIZE, &old);
      CHECK(names(said, {path, "cannot be written", "File too large", "make room"}));
      CHECK(read_bytes(path) == "old");
      CHECK(listing(folder) == "night.state ");
    }
  std::signal(SIGXFSZ, before);
}

TEST_CASE("atomic_file: two writers of one path do not mix") {
  test_folder const folder;
  auto const path = folder.path("night.state");
  {
    detail::part_file first(path);
    first.write("first");
    CHECK(names(refusal([&] { replace_file(path, "second"); }), {path, "being written by another program", "a file of its own"}));
    first.place();
    CHECK(read_bytes(path) == "first");
    replace_file(path, "second");  // the first has its place; it no longer holds the name
  }
  CHECK(read_bytes(path) == "second");
  {
    detail::part_file given_up(path);
    given_up.write("never");
  }
  CHECK(read_bytes(path) == "second");
  CHECK(listing(folder) == "night.state ");
}

TEST_CASE("atomic_file: a link in the place of the part is not followed, and the mask for new files holds") {
  test_folder const folder;
  auto const path = folder.path("night.state"), precious = folder.text("precious", "kept");
  fs::create_symlink(precious, path + ".part");
  CHECK(names(refusal([&] { replace_file(path, "x"); }), {path, "cannot be created"}));
  CHECK(read_bytes(precious) == "kept");
  fs::remove(path + ".part");
  auto const mask = umask(027);
  replace_file(path, "x");
  umask(mask);
  CHECK(fs::status(path).permissions() == fs::perms(0640));
}
#endif
