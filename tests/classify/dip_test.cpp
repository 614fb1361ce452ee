// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <equipoise/classify/dip.hpp>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;

namespace {
// "statfaculty" of R's package diptest 0.76-0: ratings of 63 faculties, the example of Hartigan and Hartigan 1985; dip and p as it prints them.
std::vector<double> const faculty{30, 33, 35, 36, 37, 37, 39, 39, 39, 39, 39, 40, 40, 40, 40, 41, 42, 43, 43, 43, 44, 44, 45, 45, 46, 46, 47, 47, 48, 48, 48, 49,
                                  50, 50, 51, 52, 52, 53, 53, 53, 53, 53, 54, 54, 57, 57, 59, 60, 60, 60, 61, 61, 61, 61, 62, 62, 62, 62, 63, 66, 70, 72, 72};

auto ramp(std::size_t n, double from, double to) -> std::vector<double> {
  std::vector<double> x(n);
  for (std::size_t k = 0; k < n; ++k) x[k] = from + (to - from) * static_cast<double>(k + 1) / static_cast<double>(n + 1);
  return x;
}
}  // namespace

TEST_CASE("dip: that of the example of its paper") {
  auto const d = dip_test(faculty, {.draws = 20'000});
  CHECK(d.dip == near(0.05952381, 1e-7));
  CHECK(std::abs(d.p - 0.08672336) < 0.008);  // an interpolated table of theirs; 4 standard errors of our draws
  CHECK(d.n == 63);
}

TEST_CASE("dip: equal to diptest's in 84 samples of 4 to 40 values: uniform, normal, bimodal, skewed, U-shaped, and with few distinct values") {
  std::ifstream in(EQUIPOISE_TEST_DATA "/classify_trains/dip_cases.txt");
  std::string line;
  auto cases = 0;
  for (; std::getline(in, line); ++cases) {
    std::istringstream words(line);
    double truth = 0;
    words >> truth;
    std::vector<double> x;
    for (double v = 0; words >> v;) x.push_back(v);
    CAPTURE(line);
    CHECK(std::abs(dip_statistic(x).dip - truth) < 1e-11);
    for (auto& v : x) v = -3 * v;  // the dip knows neither scale nor direction
    std::reverse(x.begin(), x.end());
    CHECK(std::abs(dip_statistic(x).dip - truth) < 1e-11);
  }
  CHECK(cases == 84);
}

TEST_CASE("dip: closed forms") {
  CHECK(dip_statistic(ramp(300, 0, 1)).dip == near(1.0 / 600, 1e-12));              // as unimodal as can be
  CHECK(dip_statistic({1, 1, 1, 1, 1, 2, 2, 2, 2, 2}).dip == near(0.25, 1e-12));    // two atoms: the largest dip there is
  CHECK(dip_statistic({0, 3, 3, 3, 3, 3, 3, 3, 7}).dip == near(1.0 / 18, 1e-12));   // an atom at the mode costs nothing
  auto two = ramp(50, 0, 1), more = ramp(50, 100, 101);                             // two far groups: nearly two atoms
  two.insert(two.end(), more.begin(), more.end());
  auto const d = dip_statistic(two);
  CHECK(d.dip > 0.24);
  CHECK(d.dip < 0.25);
  CHECK(((d.modal_to < 1.01 && d.modal_from >= 0) || d.modal_from > 99.9));
}

TEST_CASE("dip: the modal interval holds the mode of one group beside a smaller one") {
  auto x = ramp(80, 10, 11), few = ramp(20, 14, 15);
  x.insert(x.end(), few.begin(), few.end());
  auto const d = dip_statistic(x);
  CHECK(d.modal_from >= 10);
  CHECK(d.modal_to <= 11);
}

TEST_CASE("dip: the draws have the quantiles that diptest tabulates from a million samples") {
  struct row {
    std::size_t n;
    std::array<double, 5> at;  // 0.1, 0.5, 0.9, 0.95, 0.99 of qDiptab
  };
  std::array<double, 5> const level{0.1, 0.5, 0.9, 0.95, 0.99};
  for (auto const& r : {row{10, {0.07796621, 0.09778176, 0.13046215, 0.13961140, 0.15968416}}, row{50, {0.03772800, 0.04885116, 0.06491363, 0.07027379, 0.08119984}},
                        row{200, {0.01979176, 0.02558436, 0.03399678, 0.03684184, 0.04268648}}, row{1000, {0.009097756, 0.011743901, 0.015614806, 0.016934397, 0.019608026}}}) {
    auto const draws = r.n > 500 ? 1000u : 4000u;
    detail::uniform_order draw(r.n);
    detail::dip_walk walk;
    std::array<int, 5> below{};
    for (std::uint64_t k = 0; k < draws; ++k) {
      walk(draw(random_stream(7, k)));
      for (std::size_t q = 0; q < 5; ++q) below[q] += walk.twice_n_dip / (2 * static_cast<double>(r.n)) <= r.at[q] ? 1 : 0;
    }
    for (std::size_t q = 0; q < 5; ++q) {
      CAPTURE(r.n);
      CAPTURE(level[q]);
      CHECK(std::abs(below[q] / double(draws) - level[q]) < 3.5 * std::sqrt(level[q] * (1 - level[q]) / draws));
    }
  }
}

TEST_CASE("dip: uniform draws are ascending, and those that a sort of the same words gives") {
  for (std::size_t n : {1u, 2u, 4u, 63u, 2000u}) {
    detail::uniform_order draw(n);
    auto const found = draw(random_stream(5, n));
    random_stream again(5, n);
    std::vector<double> truth(n);
    for (auto& u : truth) u = again.uniform();
    std::sort(truth.begin(), truth.end());
    CHECK(found == truth);
  }
}

TEST_CASE("dip: p as diptest interpolates it, from draws of the same size and from scaled ones") {
  std::vector<double> logistic;  // two logistic distributions, far apart
  for (auto const u : ramp(150, 0, 1)) logistic.push_back(std::log(u / (1 - u))), logistic.push_back(std::log(u / (1 - u)) + 60);
  CHECK(dip_test(logistic).p == near(1.0 / 2001, 1e-12));
  CHECK(dip_test(ramp(300, 0, 1)).p == 1.0);  // no dip is smaller

  struct row {
    double gap, dip, p;  // diptest 0.76-0
  };
  for (auto const& r : {row{1.02, 0.005097960816, 0.5778754}, row{1.025, 0.006292604909, 0.222478}, row{1.04, 0.009807615415, 0.002632813}}) {
    auto wide = ramp(2500, 0, 1), more = ramp(2500, r.gap, r.gap + 1);
    wide.insert(wide.end(), more.begin(), more.end());
    auto const d = dip_test(wide);
    CHECK(std::abs(d.dip - r.dip) < 1e-11);
    CHECK(std::abs(d.p - r.p) < 4 * std::sqrt(r.p * (1 - r.p) / 2000));
  }
}

TEST_CASE("dip: the same seed gives the same p, another a p within its error, more draws a finer one") {
  auto const a = dip_test(faculty), b = dip_test(faculty), c = dip_test(faculty, {.seed = 2});
  CHECK(a.p == b.p);
  CHECK(a.p != c.p);
  CHECK(std::abs(a.p - c.p) < 0.03);
  CHECK(dip_test(faculty, {.draws = 1}).p >= 0.5);
  auto const k = a.p * 2001;
  CHECK(std::abs(k - std::round(k)) < 1e-9);
}

TEST_CASE("dip: undefined with a reason, or refused with a sentence") {
  auto const few = dip_test({1, 2, 3}), same = dip_test({2, 2, 2, 2, 2});
  CHECK(reason_of(few.dip) == reason::not_available);
  CHECK(reason_of(few.p) == reason::not_available);
  CHECK(reason_of(same.p) == reason::no_spread);
  CHECK(reason_of(same.modal_from) == reason::no_spread);
  CHECK(few.n == 3);
  CHECK(reason_of(dip_statistic(faculty).p) == reason::not_asked_for);
  CHECK_THROWS_WITH_AS(dip_test({1, 2, undefined(reason::not_available), 4, 5}), doctest::Contains("value 2: not a finite number"), error);
  CHECK_THROWS_AS(dip_test({1, 2, std::numeric_limits<double>::infinity(), 4, 5}), error);
  CHECK_THROWS_WITH_AS(dip_test(faculty, {.draws = 0}), doctest::Contains("needs draws"), error);
}
