// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/parallel/each.hpp>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace equipoise;

TEST_CASE("each: every piece is done exactly once, for any number of threads and pieces, and the results are those of one_by_one") {
  for (std::size_t const threads : {0u, 1u, 2u, 3u, 8u})
    for (std::size_t const n : {0u, 1u, 2u, 7u, 1000u}) {
      std::vector<std::atomic<int>> times(n);
      std::vector<std::uint64_t> shared(n), alone(n);
      auto value = [](std::size_t k) { return random_stream(1, k)(); };
      work_sharing const how = on_threads(threads);
      how(n, [&](std::size_t k) { ++times[k], shared[k] = value(k); });
      one_by_one(n, [&](std::size_t k) { alone[k] = value(k); });
      CHECK(std::all_of(times.begin(), times.end(), [](auto const& t) { return t == 1; }));
      CHECK(shared == alone);
    }
}

TEST_CASE("each: pieces really are done side by side") {
  std::atomic<int> arrived{0};
  on_threads(2)(2, [&](std::size_t) {  // each waits for the other, which one thread alone could never do
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
  });
  CHECK(arrived == 2);
}

TEST_CASE("each: the exception of a piece comes to the caller when all threads have stopped, and what was not begun is not done") {
  for (std::size_t const threads : {1u, 2u, 4u}) {
    on_threads const how(threads);
    std::atomic<std::size_t> running{0}, done{0};
    std::string said;
    try {
      how(100'000, [&](std::size_t k) {
        ++running;
        if (k == 5) {
          --running;
          throw std::runtime_error("piece 5");
        }
        std::this_thread::yield();
        ++done, --running;
      });
    } catch (std::runtime_error const& e) {
      said = e.what();
    }
    CHECK(said == "piece 5");
    CHECK(running == 0);
    CHECK(done < 99'999);
    if (threads == 1) CHECK(done == 5);
  }
}

TEST_CASE("each: when every piece fails one exception is kept, and an absurd number of threads is cut down") {
  auto const fail = [](std::size_t k) { throw std::out_of_range(std::to_string(k)); };
  CHECK_THROWS_AS(on_threads(4)(50, fail), std::out_of_range);
  std::atomic<int> done{0};
  on_threads const many((std::numeric_limits<std::size_t>::max)());
  many(3, [&](std::size_t) { ++done; });
  CHECK(done == 3);
}
