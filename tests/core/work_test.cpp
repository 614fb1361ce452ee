// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstddef>
#include <equipoise/core/work.hpp>
#include <functional>
#include <stdexcept>
#include <vector>

using namespace equipoise;

TEST_CASE("work: one_by_one calls every piece once and in order, and none of none") {
  std::vector<std::size_t> called;
  work_sharing const how = one_by_one;
  how(5, [&](std::size_t k) { called.push_back(k); });
  CHECK(called == std::vector<std::size_t>{0, 1, 2, 3, 4});
  how(0, [&](std::size_t k) { called.push_back(k); });
  CHECK(called.size() == 5);
}

TEST_CASE("work: an exception ends one_by_one, and a lambda is a way of sharing too") {
  std::size_t called = 0;
  auto const third_fails = [&](std::size_t k) {
    ++called;
    if (k == 2) throw std::runtime_error("third");
  };
  CHECK_THROWS_AS(one_by_one(5, third_fails), std::runtime_error);
  CHECK(called == 3);
  work_sharing const backwards = [](std::size_t n, std::function<void(std::size_t)> const& f) {
    while (n > 0) f(--n);
  };
  std::vector<std::size_t> order;
  backwards(3, [&](std::size_t k) { order.push_back(k); });
  CHECK(order == std::vector<std::size_t>{2, 1, 0});
}
