// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/waveform_lanes_stretches.hpp>
#include <limits>
#include <vector>

using namespace equipoise;
using curve = simd::detail::waveform_stretches<0, double>;

namespace {

constexpr std::size_t n = 30, factor = 5;

/// A curve, and its points one by one.
struct fixture {
  simd::waveform_plan plan{n, factor};
  std::vector<double> memory = std::vector<double>(curve::room(plan));
  curve c{plan, memory.data()};
  std::vector<double> y, m;

  explicit fixture(std::uint64_t seed) {
    random_stream random(seed);
    std::vector<float> w(n);
    for (auto& v : w) v = static_cast<float>(std::round(10 * random.normal()));
    auto const* const row = w.data();
    c.load(&row, [](double) {});
    auto const lowest = c.fill(-1.0);
    for (std::size_t k = 0; k + 1 < n; ++k)
      c.points(c.stretch_at(static_cast<double>(k)), [&](double place, double value, double slope) {
        if (place == static_cast<double>(y.size())) y.push_back(value), m.push_back(slope);  // the sample between two stretches once
      });
    REQUIRE(y.size() == (n - 1) * factor + 1);
    for (std::size_t k = 0; k < n; ++k) CHECK(y[k * factor] == -static_cast<double>(w[k]));
    CHECK(std::abs(lowest - *std::min_element(y.begin(), y.end())) < 1e-12);
  }
};

}  // namespace

TEST_CASE("waveform_stretches: tables hold the extremes of each stretch") {
  fixture const x(1);
  double off = 0;
  for (std::size_t k = 0; k + 1 < n; ++k) {
    auto const from = static_cast<std::ptrdiff_t>(k * factor), to = from + static_cast<std::ptrdiff_t>(factor) + 1;
    auto const [low, high] = std::minmax_element(x.y.begin() + from, x.y.begin() + to);
    auto const [flat, steep] = std::minmax_element(x.m.begin() + from, x.m.begin() + to);
    off = (std::max)({off, std::abs(x.c.at(simd::detail::top, k) - *high), std::abs(x.c.at(simd::detail::bottom, k) - *low), std::abs(x.c.at(simd::detail::steepest, k) - *steep),
                      std::abs(x.c.at(simd::detail::flattest, k) - *flat)});
  }
  CHECK(off == 0);
}

TEST_CASE("waveform_stretches: extremes between two places of a stretch, the first of equals") {
  fixture const x(2);
  for (std::size_t k = 0; k + 1 < n; ++k)
    for (std::size_t a = 0; a <= factor; ++a)
      for (auto b = a; b <= factor; ++b) {
        auto const from = static_cast<std::ptrdiff_t>(k * factor + a), to = static_cast<std::ptrdiff_t>(k * factor + b) + 1;
        auto const s = x.c.stretch_at(static_cast<double>(k) + 0.5);
        auto const high = x.c.extreme<true>(s, static_cast<double>(from), static_cast<double>(to - 1)), fall = x.c.extreme<false, true>(s, static_cast<double>(from), static_cast<double>(to - 1));
        auto const expected = std::max_element(x.y.begin() + from, x.y.begin() + to);
        CHECK(high.y == *expected);
        CHECK(high.place == static_cast<double>(expected - x.y.begin()));
        CHECK(fall.place == static_cast<double>(std::min_element(x.m.begin() + from, x.m.begin() + to) - x.m.begin()));
      }
}

TEST_CASE("waveform_stretches: a passage lies on the line between the two points that hold the level") {
  fixture const x(3);
  std::size_t found = 0;
  for (std::size_t k = 0; k + 1 < n; ++k)
    for (double const level : {-7.3, 0.2, 6.1}) {
      auto const s = x.c.stretch_at(static_cast<double>(k));
      auto const start = static_cast<double>(k * factor);
      double right = -1, left = -1;
      for (auto j = (k + 1) * factor; j > k * factor; --j)
        if (x.y[j] >= level) right = static_cast<double>(j);
      for (auto j = k * factor; j < (k + 1) * factor; ++j)
        if (x.y[j] <= level) left = static_cast<double>(j);
      auto const r = x.c.pass<true, true>(s, start, level);
      auto const l = x.c.pass<false, false>(s, start + factor, level);
      CHECK(r.place == right);
      CHECK(l.place == left);
      auto const at = [&](double where, std::ptrdiff_t off) { return x.y[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(where) + off)]; };
      if (right >= 0 && at(right, -1) < level) CHECK(r.x == doctest::Approx(right - 1 + (level - at(right, -1)) / (at(right, 0) - at(right, -1))).epsilon(1e-12)), ++found;
      if (left >= 0 && at(left, 1) > level) CHECK(l.x == doctest::Approx(left + 1 - (level - at(left, 1)) / (at(left, 0) - at(left, 1))).epsilon(1e-12)), ++found;
    }
  CHECK(found > 20);
}

TEST_CASE("waveform_stretches: a fitted line has the least-squares slope of its points, up to the window's end") {
  fixture const x(4);
  for (std::size_t const from : {0u, 3u, 7u, 60u, 111u})
    for (std::size_t const points : {2u, 3u, 5u, 34u}) {
      auto const end = from + points;
      auto const slope = x.c.line(x.c.stretch_at(static_cast<double>(from) / factor), static_cast<double>(from), x.c.stretch_at(static_cast<double>(end) / factor), static_cast<double>(points));
      if (points < 3) {
        CHECK(std::isnan(slope));
        continue;
      }
      double sx = 0, sy = 0, sxx = 0, sxy = 0;
      for (auto j = from; j < end; ++j) {
        auto const t = static_cast<double>(j - from);
        sx += t, sy += x.y[j], sxx += t * t, sxy += t * x.y[j];
      }
      auto const count = static_cast<double>(points);
      CHECK(std::abs(slope - (count * sxy - sx * sy) / (count * sxx - sx * sx)) < 1e-9);
    }
}

TEST_CASE("waveform_stretches: the reach of lanes, and loops in both orders") {
  auto const r = curve::reach_of(3.7);
  CHECK(r.begin == 3);
  CHECK(r.end == 4);
  fixture const x(5);
  std::vector<double> seen;
  x.c.forward({2, 5}, [&](std::size_t k, double index) { seen.push_back(index), CHECK(index == static_cast<double>(k)); });
  x.c.backward({2, 5}, [&](std::size_t k, double index) { seen.push_back(index), CHECK(index == static_cast<double>(k)); });
  CHECK(seen == std::vector<double>{2, 3, 4, 4, 3, 2});
}
