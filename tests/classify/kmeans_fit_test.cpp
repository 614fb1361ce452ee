// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/classify/kmeans_fit.hpp>
#include <limits>
#include <string>
#include <vector>

#include "../near.hpp"
#include "fixtures.hpp"

using namespace equipoise;
using testing::near;

namespace {
std::string const folder = EQUIPOISE_TEST_DATA "/classify/";

auto inertia_of(std::vector<double> const& rows, std::size_t d, std::vector<std::int32_t> const& cluster, std::size_t clusters) -> double {
  double sum = 0;
  for (std::size_t k = 0; k < clusters; ++k)
    for (std::size_t f = 0; f < d; ++f) {
      double n = 0, mean = 0;
      for (std::size_t i = 0; i < cluster.size(); ++i)
        if (cluster[i] == static_cast<std::int32_t>(k)) n += 1, mean += rows[i * d + f];
      mean /= n;
      for (std::size_t i = 0; i < cluster.size(); ++i)
        if (cluster[i] == static_cast<std::int32_t>(k)) sum += (rows[i * d + f] - mean) * (rows[i * d + f] - mean);
    }
  return sum;
}

/// Rousseeuw's definition, with all distances looked at one by one.
auto silhouette_by_definition(std::vector<double> const& rows, std::size_t d, std::vector<std::int32_t> const& cluster) -> std::vector<double> {
  auto const n = cluster.size();
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i) {
    double a = 0, b = std::numeric_limits<double>::infinity();
    for (auto const c : std::vector<std::int32_t>{-3, 0, 1, 2, 9}) {
      double sum = 0, m = 0;
      for (std::size_t j = 0; j < n; ++j) {
        if (cluster[j] != c || j == i) continue;
        double q = 0;
        for (std::size_t f = 0; f < d; ++f) q += std::pow(rows[i * d + f] - rows[j * d + f], 2);
        sum += std::sqrt(q), m += 1;
      }
      if (c == cluster[i]) a = m > 0 ? sum / m : -1;
      else if (m > 0) b = std::min(b, sum / m);
    }
    out.push_back(a < 0 ? 0 : (b - a) / std::max(a, b));
  }
  return out;
}
}  // namespace

TEST_CASE("fit_k_means: centres, sizes and inertia are scikit-learn's") {
  auto const x = fixtures::read_numbers(folder + "gmm_input_100x2_ms.csv", 0), truth = fixtures::read_numbers(folder + "kmeans_fit.csv", 1);
  REQUIRE(x.size() == 200);
  REQUIRE(truth.size() == 6);
  auto const fit = fit_k_means(x, 2);
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(fit.centres[2 * k] == near(truth[3 * k], 1e-12));
    CHECK(fit.centres[2 * k + 1] == near(truth[3 * k + 1], 1e-12));
    CHECK(std::count(fit.cluster.begin(), fit.cluster.end(), static_cast<std::int32_t>(k)) == static_cast<long>(truth[3 * k + 2]));
  }
  CHECK(fit.inertia == near(0.84464827647299756, 1e-12));
  CHECK(fit_k_means(x, 2, {.clusters = 3}).inertia == near(0.4383034913852157, 1e-12));  // scikit-learn, 200 starts
}

TEST_CASE("fit_k_means: the labels are those of scikit-learn, and so are the silhouettes") {
  auto const x = fixtures::read_numbers(folder + "gmm_input_100x2_ms.csv", 0);
  for (int const clusters : {2, 3}) {
    auto const truth = fixtures::read_numbers(folder + "silhouette_" + std::to_string(clusters) + ".csv", 1);
    auto const fit = fit_k_means(x, 2, {.clusters = clusters});
    REQUIRE(truth.size() == 200);
    auto const s = silhouette(x, 2, fit.cluster);
    double worst = 0;
    for (std::size_t i = 0; i < 100; ++i) {
      CHECK(fit.cluster[i] == static_cast<std::int32_t>(truth[2 * i]));
      worst = std::max(worst, std::abs(s[i] - truth[2 * i + 1]));
    }
    CHECK(worst < 1e-13);
  }
}

TEST_CASE("silhouette: equals the definition for any labels, dimensions and sizes") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    random_stream random(seed);
    auto const d = 1 + random.below(4), n = 5 + random.below(60);
    std::vector<double> x(n * d);
    for (auto& v : x) v = random.normal();
    std::vector<std::int32_t> cluster(n);
    for (auto& c : cluster) c = std::vector<std::int32_t>{-3, 0, 1, 2}[random.below(4)];
    cluster[n / 2] = 9;  // alone
    cluster[0] = 0, cluster[1] = 1;
    auto const a = silhouette(x, d, cluster), b = silhouette_by_definition(x, d, cluster);
    for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(a[i] - b[i]) < 1e-13);
    CHECK(a[n / 2] == 0);
  }
}

TEST_CASE("silhouette: worked by hand, and undefined for one cluster") {
  std::vector<double> const x{0, 1, 4};
  std::vector<std::int32_t> const two{0, 0, 1}, one{5, 5, 5};
  auto const s = silhouette(x, 1, two);
  CHECK(s[0] == 0.75);  // a = 1, b = 4
  CHECK(s[1] == near(2.0 / 3, 1e-15));
  CHECK(s[2] == 0);
  for (auto const v : silhouette(x, 1, one)) CHECK(reason_of(v) == reason::not_available);
  CHECK(silhouette(std::vector<double>{1, 1, 1, 1}, 1, std::vector<std::int32_t>{0, 0, 1, 1})[2] == 0);  // all distances 0
}

TEST_CASE("fit_k_means: no partition of small sets has a smaller inertia") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    random_stream random(seed, 7);
    auto const d = 1 + random.below(3);
    std::vector<double> x(9 * d);
    for (auto& v : x) v = random.normal();
    auto best = std::numeric_limits<double>::infinity();
    for (unsigned set = 1; set < 511; ++set) {
      std::vector<std::int32_t> cluster(9);
      for (unsigned i = 0; i < 9; ++i) cluster[i] = static_cast<std::int32_t>(set >> i & 1);
      best = std::min(best, inertia_of(x, d, cluster, 2));
    }
    auto const fit = fit_k_means(x, d, {.seed = seed});
    CHECK(fit.inertia == near(best, 1e-12));
    CHECK(inertia_of(x, d, fit.cluster, 2) == near(best, 1e-12));
    CHECK(fit.centres[0] <= fit.centres[d]);
  }
}

TEST_CASE("fit_k_means: one cluster is the mean, and as many clusters as rows are the rows") {
  std::vector<double> const x{1, 5, 2, 2, 6, 8};
  auto const one = fit_k_means(x, 2, {.clusters = 1});
  CHECK(one.centres[0] == 3);
  CHECK(one.centres[1] == 5);
  CHECK(one.inertia == 4 + 1 + 9 + 9 + 9);
  auto const all = fit_k_means(x, 2, {.clusters = 3});
  CHECK(all.centres == x);
  CHECK(all.inertia == 0);
  CHECK(all.cluster == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("fit_k_means: a cluster that loses its rows is seeded again") {
  std::vector<double> const x{0, 1, 10, 11, 20, 21};
  simd::feature_columns const columns(x, 1);
  detail::lloyd work(columns, 3);
  work.centres = {0.5, 15.5, 1000};  // nobody is nearest to the last
  work.run(100, 0);
  work.sort();
  CHECK(work.centres == std::vector<double>{0.5, 10.5, 20.5});
}

TEST_CASE("fit_k_means: the seeds are drawn by squared distance") {
  std::vector<double> const x{0, 1, 3};
  simd::feature_columns const columns(x, 1);
  detail::lloyd work(columns, 2);
  int first = 0, third_after_first = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    random_stream random(seed);
    work.seed(random);
    if (work.centres[0] == 0) ++first, third_after_first += work.centres[1] == 3 ? 1 : 0;
  }
  CHECK(std::abs(first - 20'000 / 3.0) < 4 * std::sqrt(20'000 * 2 / 9.0));
  CHECK(std::abs(third_after_first - 0.9 * first) < 4 * std::sqrt(0.09 * first));  // 9 : 1
}

TEST_CASE("fit_k_means: the same seed gives the same bits, and more starts never a larger inertia") {
  random_stream random(3);
  std::vector<double> x(300);
  for (auto& v : x) v = random.normal();
  auto const a = fit_k_means(x, 3, {.clusters = 6, .starts = 5}), b = fit_k_means(x, 3, {.clusters = 6, .starts = 5});
  CHECK(a.centres == b.centres);
  CHECK(a.cluster == b.cluster);
  CHECK(a.inertia == b.inertia);
  auto before = std::numeric_limits<double>::infinity();
  for (int starts = 1; starts <= 40; starts += 3) {
    auto const now = fit_k_means(x, 3, {.clusters = 6, .starts = starts}).inertia;
    CHECK(now <= before);
    before = now;
  }
}

TEST_CASE("fit_k_means, silhouette: bad input is refused with a sentence") {
  std::vector<double> const x{1, 2, 3, 4, 5, 6};
  CHECK_THROWS_WITH_AS(fit_k_means(x, 0), doctest::Contains("no features"), error);
  CHECK_THROWS_WITH_AS(fit_k_means(x, 4), doctest::Contains("whole rows"), error);
  CHECK_THROWS_WITH_AS(fit_k_means(std::vector<double>{1, 2, 3, NAN}, 2), doctest::Contains("row 1, feature 1"), error);
  CHECK_THROWS_WITH_AS(fit_k_means(x, 1, {.clusters = 0}), doctest::Contains("clusters"), error);
  CHECK_THROWS_WITH_AS(fit_k_means(x, 1, {.starts = 0}), doctest::Contains("starts"), error);
  CHECK_THROWS_WITH_AS(fit_k_means(x, 1, {.iterations = 0}), doctest::Contains("iterations"), error);
  CHECK_THROWS_WITH_AS(fit_k_means(x, 1, {.tolerance = -1}), doctest::Contains("tolerance"), error);
  CHECK_THROWS_WITH_AS(fit_k_means(x, 1, {.clusters = 7}), doctest::Contains("fewer different rows"), error);
  CHECK_THROWS_WITH_AS(fit_k_means(std::vector<double>{1, 1, 2, 2}, 1, {.clusters = 3}), doctest::Contains("found 2"), error);
  CHECK_THROWS_WITH_AS(silhouette(x, 1, std::vector<std::int32_t>{0, 1}), doctest::Contains("one cluster per row"), error);
}
