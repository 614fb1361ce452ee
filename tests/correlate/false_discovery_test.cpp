// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <equipoise/core/error.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/correlate/false_discovery.hpp>
#include <vector>

using namespace equipoise;

TEST_CASE("false_discovery: worked by hand, with ties, out of order, and with a test that could not be made") {
  // m = 5: sorted .001 .01 .01 .03 .9 → m p/j: .005 .025 .016667 .0375 .9; least from the right: .005 .016667 .016667 .0375 .9
  std::vector<double> const p{0.03, 0.01, undefined(reason::no_variance), 0.9, 0.001, 0.01};
  auto const q = false_discovery(p);
  REQUIRE(q.size() == 6);
  CHECK(q[0] == doctest::Approx(0.0375).epsilon(1e-12));
  CHECK(q[1] == doctest::Approx(0.05 / 3).epsilon(1e-12));
  CHECK(q[5] == q[1]);
  CHECK(q[3] == doctest::Approx(0.9).epsilon(1e-12));
  CHECK(q[4] == doctest::Approx(0.005).epsilon(1e-12));
  CHECK(std::isnan(q[2]));
  CHECK(reason_of(q[2]) == reason::no_variance);
}

TEST_CASE("false_discovery: the fifteen p-values of Benjamini and Hochberg (1995): four rejections at 0.05") {
  std::vector<double> const p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000};
  auto const q = false_discovery(p);
  CHECK(std::count_if(q.begin(), q.end(), [](double x) { return x <= 0.05; }) == 4);
  CHECK(q[3] == doctest::Approx(15 * 0.0095 / 4).epsilon(1e-12));
  CHECK(q[14] == 1);
}

TEST_CASE("false_discovery: q keeps the order of p, is never below it nor above 1, and equals it where all p are equal") {
  random_stream random(1);
  for (std::size_t n = 1; n < 40; ++n) {
    std::vector<double> p(n);
    for (auto& x : p) x = std::pow(random.uniform(), 3);
    auto const q = false_discovery(p);
    for (std::size_t a = 0; a < n; ++a) {
      CHECK(q[a] >= p[a] * (1 - 1e-12));
      CHECK(q[a] <= 1);
      for (std::size_t b = 0; b < n; ++b) CHECK((p[a] >= p[b] || q[a] <= q[b]));
      // straight from the definition: the smallest share of false rejections among thresholds at or above p
      auto least = 1.0;
      for (auto const t : p)
        if (t >= p[a]) least = (std::min)(least, static_cast<double>(n) * t / static_cast<double>(std::count_if(p.begin(), p.end(), [t](double x) { return x <= t; })));
      CHECK(q[a] == doctest::Approx(least).epsilon(1e-12));
    }
  }
  for (auto const x : false_discovery(std::vector<double>(7, 0.2))) CHECK(x == doctest::Approx(0.2).epsilon(1e-12));
  CHECK(false_discovery({}).empty());
}
