// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/synthetic/fixtures.hpp>

using namespace equipoise;

TEST_CASE("fixtures: a modulated population has the rates asked for, one seed one recording") {
  using tk = ticks<30'000>;
  double e = 0, i = 0;
  int const seeds = 8;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    auto const [table, cells] = modulated_population<tk>{.seconds = 300}.recording(seed);
    CHECK(table.size() == 100);
    CHECK(table.when().end == tk{300 * 30'000});
    for (unit_index u = 0; u < 100; ++u) (cells[u] == cell::e ? e : i) += table[u].rate_hz();
  }
  // the mean of 80 · 8 lognormal rates of mean 2 Hz: SD of a rate 2 √(e^.64 − 1) = 1.89, SE 1.89/√640 = .075; of 160 of mean 8: .60
  CHECK(std::abs(e / (80 * seeds) - 2) < 4 * 0.085);
  CHECK(std::abs(i / (20 * seeds) - 8) < 4 * 0.65);
  auto const a = modulated_population<tk>{.seconds = 10}.recording(3).first, b = modulated_population<tk>{.seconds = 10}.recording(3).first, c = modulated_population<tk>{.seconds = 10}.recording(4).first;
  CHECK(std::equal(a.at().begin(), a.at().end(), b.at().begin(), b.at().end()));
  CHECK_FALSE(std::equal(a.at().begin(), a.at().end(), c.at().begin(), c.at().end()));
  CHECK_THROWS_AS((void)modulated_population<tk>{.rate_e_hz = 0}.recording(1), error);
}
