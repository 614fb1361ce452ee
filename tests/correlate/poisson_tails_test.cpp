// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/correlate/poisson_tails.hpp>
#include <limits>
#include <string>

#include "../near.hpp"
#include "convolution_golden.hpp"

using namespace equipoise;
using testing::convolution_golden;
using testing::near;

namespace {
/// P(N = n) as a product of n + 1 factors.
auto term(std::int64_t n, long double mean) -> long double {
  auto p = std::exp(-mean);
  for (std::int64_t k = 1; k <= n; ++k) p *= mean / static_cast<long double>(k);
  return p;
}
/// The sums that the tails are, term by term, the smallest terms last.
auto lower_sum(std::int64_t n, long double mean) -> long double {
  auto sum = term(n, mean) / 2;
  for (auto k = n - 1; k >= 0; --k) sum += term(k, mean);
  return sum;
}
auto upper_sum(std::int64_t n, long double mean) -> long double {
  auto sum = term(n, mean) / 2;
  for (auto k = n + 1; k <= n + 1'000; ++k) sum += term(k, mean);
  return sum;
}
/// P(N = n) of the negative binomial of size r and success q, from P(0) = q^r by P(k + 1) = P(k)(1 − q)(k + r)/(k + 1).
auto negative_binomial_term(std::int64_t n, long double r, long double q) -> long double {
  auto p = std::pow(q, r);
  for (std::int64_t k = 0; k < n; ++k) p *= (1 - q) * (static_cast<long double>(k) + r) / static_cast<long double>(k + 1);
  return p;
}
}  // namespace

TEST_CASE("poisson_tails: equal to CellExplorer's p-values, where those still have digits") {
  auto const counts = convolution_golden("input_101x6");
  for (std::string const w : {"10", "11"}) {
    auto const predicted = convolution_golden("pred_W" + w), truth = convolution_golden("p_W" + w);
    for (std::size_t k = 0; k < 101; ++k)
      for (std::size_t c = 0; c < 6; ++c) {
        auto const n = std::llround(counts[c][k]);
        auto const above = poisson_upper_mid_p(n, predicted[c][k]), below = poisson_lower_mid_p(n, predicted[c][k]);
        CHECK(std::abs(above - truth[c][k]) < 1e-12);
        CHECK(above > 0);
        CHECK(below > 0);
        CHECK(above + below == near(1, 1e-13));
      }
  }
}

TEST_CASE("poisson_tails: equal to the sums that they are, no count and means of a thousandth and of hundreds among them") {
  for (auto const mean : {0.001, 0.3, 1.0, 6.9, 25.0, 300.0})
    for (std::int64_t const n : {0, 1, 2, 7, 20, 31, 60, 250, 330, 500}) {
      CAPTURE(mean);
      CAPTURE(n);
      if (auto const truth = static_cast<double>(upper_sum(n, mean)); truth > 1e-300) CHECK(poisson_upper_mid_p(n, mean) == near(truth, 1e-11));
      if (auto const truth = static_cast<double>(lower_sum(n, mean)); truth > 1e-300) CHECK(poisson_lower_mid_p(n, mean) == near(truth, 1e-11));
      auto same = [](double found, long double truth) { return std::abs(found - static_cast<double>(truth)) < 1e-11 * (1 + std::abs(found)); };
      CHECK(same(log10_poisson_upper_mid_p(n, mean), std::log10(upper_sum(n, mean))));
      CHECK(same(log10_poisson_lower_mid_p(n, mean), std::log10(lower_sum(n, mean))));
    }
  CHECK(poisson_upper_mid_p(0, 2) == near(1 - std::exp(-2.0) / 2, 1e-14));
  CHECK(poisson_lower_mid_p(0, 2) == near(std::exp(-2.0) / 2, 1e-14));
  CHECK(poisson_at_least(0, 2) == 1);
  CHECK(poisson_at_least(1, 1e-12) == near(1e-12, 1e-11));  // 1 − e^−μ
  CHECK(poisson_at_most(1, 3) == near(4 * std::exp(-3.0), 1e-14));
}

TEST_CASE("poisson_tails: both sides of a count and the count itself, where terms are added up, where they no longer are, and at the seam") {
  for (auto const mean : {1e-6, 0.02, 0.9, 3.5, 17.0, 31.9, 32.0, 32.1, 64.0, 130.0})
    for (std::int64_t const n : {0, 1, 3, 5, 17, 31, 32, 40, 64, 95, 96, 97, 200}) {
      CAPTURE(mean);
      CAPTURE(n);
      auto const all = poisson_split(n, mean);
      auto const here = term(n, mean), above = upper_sum(n, mean) - here / 2, below = lower_sum(n, mean) - here / 2;
      auto same = [](double found, long double truth) { return truth < 1e-300L || std::abs(found - static_cast<double>(truth)) < 1e-12 * static_cast<double>(truth); };
      CHECK(same(all.here, here));
      CHECK(same(all.above, above));
      if (n > 0) CHECK(same(all.below, below));
      else CHECK(all.below == 0);
      CHECK(all.below + all.here + all.above == near(1, 1e-13));
      for (auto const p : {all.below, all.here, all.above}) CHECK(p >= 0);
      if (n > 0 && all.at_least() > 1e-300) CHECK(poisson_at_least(n, mean) == near(all.at_least(), 1e-12));
      CHECK(poisson_at_most(n, mean) == near(all.at_most(), 1e-12));
    }
  auto const certain = poisson_split(0, 0), impossible = poisson_split(2, 0);
  CHECK(certain.here == 1);
  CHECK(certain.above == 0);
  CHECK(impossible.below == 1);
  CHECK(impossible.at_least() == 0);
}

TEST_CASE("poisson_tails: far out p underflows to 0, never below, and its logarithm goes on") {
  CHECK(poisson_upper_mid_p(2'000, 10) == 0);
  // ln P(N = 2000) = 2000 ln 10 − 10 − ln 2000!; the sum behind it is ½ + 10/2001 + 100/(2001·2002) + …
  auto const factorial = std::lgamma(2001.0L);
  auto const truth = (2000 * std::log(10.0L) - 10 - factorial + std::log(0.5L + 10 / 2001.0L + 100 / (2001.0L * 2002) + 1000 / (2001.0L * 2002 * 2003))) / std::log(10.0L);
  CHECK(log10_poisson_upper_mid_p(2'000, 10) == near(static_cast<double>(truth), 1e-10));
  CHECK(poisson_lower_mid_p(0, 5'000) == 0);
  CHECK(log10_poisson_lower_mid_p(0, 5'000) == near(-(5'000 + std::log(2.0)) / std::log(10.0), 1e-13));
  CHECK(log10_poisson_lower_mid_p(2, 5'000) == near((std::log(0.5 * 5'000.0 * 5'000 / 2 + 5'000 + 1) - 5'000) / std::log(10.0), 1e-13));
  double before = 0;
  for (std::int64_t n = 50; n < 1'000; ++n) {  // across the place where the series takes over
    auto const now = log10_poisson_upper_mid_p(n, 50);
    CHECK(now < before);
    if (n > 60) CHECK(before - now == near(std::log10(static_cast<double>(n) / 50), n < 100 ? 0.35 : 0.1));  // the ratio of neighbours, nearly
    before = now;
  }
}

TEST_CASE("poisson_tails: quantiles stand where the tails cross the level") {
  for (auto const mean : {0.0, 0.001, 0.5, 6.0, 11.0, 276.5, 40'000.0, 1e9})
    for (auto const alpha : {0.3, 0.05, 0.001, 0.00005, 1e-12}) {
      CAPTURE(mean);
      CAPTURE(alpha);
      auto const hi = static_cast<std::int64_t>(poisson_upper_quantile(alpha, mean)), lo = static_cast<std::int64_t>(poisson_lower_quantile(alpha, mean));
      CHECK(poisson_at_least(hi + 1, mean) <= alpha);
      if (hi > 0) CHECK(poisson_at_least(hi, mean) > alpha);
      CHECK(poisson_at_most(lo, mean) >= alpha);
      if (lo > 0) CHECK(poisson_at_most(lo - 1, mean) < alpha);
      CHECK(lo <= hi);
    }
  CHECK(poisson_lower_quantile(0.001, 6.90) == 0);  // −ln .001 = 6.908: below it, no count is rare enough
  CHECK(poisson_lower_quantile(0.001, 6.91) == 1);
  CHECK(poisson_upper_quantile(0.5, 10) == 10);     // P(N ≤ 10) = .583, P(N ≤ 9) = .458
  CHECK(poisson_upper_quantile(0.001, 0) == 0);
}

TEST_CASE("poisson_tails: the negative binomial is the sum of its terms, has the variance it is asked for, and becomes the Poisson distribution") {
  for (auto const mean : {0.4, 6.9, 17.0, 276.0})
    for (auto const kappa : {0.05, 0.236, 2.0}) {
      auto const r = static_cast<long double>(mean) / kappa, q = 1 / (1 + static_cast<long double>(kappa));
      long double first = 0, second = 0, below = 0;
      for (std::int64_t n = 0; n < 900; ++n) {
        auto const p = negative_binomial_term(n, r, q);
        first += static_cast<long double>(n) * p, second += static_cast<long double>(n) * static_cast<long double>(n) * p;
        if (n % 13 == 0 && below > 1e-280L) CHECK(negative_binomial_lower_mid_p(n, mean, kappa) == near(static_cast<double>(below + p / 2), 1e-10));
        if (n == 0) CHECK(negative_binomial_lower_mid_p(0, mean, kappa) == near(static_cast<double>(p / 2), 1e-13));
        below += p;
      }
      CHECK(static_cast<double>(first) == near(mean, 1e-9));
      CHECK(static_cast<double>(second - first * first) == near(mean * (1 + kappa), 1e-8));
    }
  CHECK(negative_binomial_lower_mid_p(9, 17, 0) == poisson_lower_mid_p(9, 17));
  CHECK(negative_binomial_lower_mid_p(9, 17, 1e-7) == near(poisson_lower_mid_p(9, 17), 1e-5));
  CHECK(negative_binomial_lower_mid_p(0, 0, 0.236) == 0.5);
}

TEST_CASE("poisson_tails: the sum of a negative binomial and its incomplete beta function are one, and the count from which it is common is found on the way") {
  for (auto const mean : {0.0, 0.4, 6.9, 27.0, 512.0})
    for (auto const kappa : {0.05, 0.323, 2.0})
      for (auto const alpha : {0.5, 0.05, 0.001, 1e-9}) {
        std::int64_t first = 0;
        auto const p = [&](std::int64_t n) {
          long double below = 0;
          auto const r = static_cast<long double>(mean) / kappa, q = 1 / (1 + static_cast<long double>(kappa));
          for (std::int64_t k = 0; k < n; ++k) below += negative_binomial_term(k, r, q);
          return static_cast<double>(below + negative_binomial_term(n, r, q) / 2);
        };
        while (p(first) < alpha) ++first;
        for (std::int64_t const n : {0, 1, 5, 40, 300, 600}) {
          auto const found = detail::summed_lower_tail(n, mean, kappa, alpha);
          CHECK(found.first_common == first);
          CHECK(found.p == near(p(n), 1e-12));
          // just beyond the seam the other way is taken: p falls as the mean grows, by nothing that could be seen
          if (mean == 512) CHECK(negative_binomial_lower_mid_p(n, std::nextafter(512.0, 513.0), kappa) == near(found.p, 1e-10));
        }
      }
}

TEST_CASE("poisson_tails: what is undefined stays so, and what cannot be is a p of 0") {
  auto const nothing = undefined(reason::not_available);
  for (auto const x : {poisson_at_least(1, nothing), poisson_at_most(1, nothing), poisson_upper_mid_p(1, nothing), poisson_lower_mid_p(1, nothing), log10_poisson_upper_mid_p(1, nothing), poisson_upper_quantile(0.1, nothing), poisson_lower_quantile(0.1, nothing), negative_binomial_lower_mid_p(1, nothing, 0.2)})
    CHECK(reason_of(x) == reason::not_available);
  CHECK(poisson_upper_mid_p(0, 0) == 0.5);
  CHECK(poisson_upper_mid_p(3, 0) == 0);
  CHECK(poisson_lower_mid_p(3, 0) == 1);
  CHECK(log10_poisson_upper_mid_p(3, 0) == -std::numeric_limits<double>::infinity());
  CHECK_THROWS_AS((void)poisson_upper_quantile(0, 1), error);
  CHECK_THROWS_AS((void)poisson_lower_quantile(1, 1), error);
}
