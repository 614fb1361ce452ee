// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/classify/waveform_curve.hpp>

#include <boost/math/interpolators/cardinal_cubic_b_spline.hpp>
#include <cmath>
#include <vector>

namespace eq = equipoise;
using eq::detail::waveform_curve;

namespace {
auto cubic(double x) -> double { return ((0.5 * x - 4) * x + 7) * x - 2; }        // maximum and minimum where 1.5 x² − 8 x + 7 = 0
auto cubic_slope(double x) -> double { return (1.5 * x - 8) * x + 7; }
auto samples_of_cubic() -> std::vector<double> {
  std::vector<double> y;
  for (int k = 0; k < 9; ++k) y.push_back(cubic(k));
  return y;
}
}  // namespace

TEST_CASE("waveform_curve: a cubic is its own spline, with exact values, slopes, extrema and inflection") {
  waveform_curve const c(samples_of_cubic(), 4, true);
  for (double x = 0; x <= 8; x += 0.125) {
    CHECK(std::abs(c(x).y - cubic(x)) < 1e-11);
    CHECK(std::abs(c(x).slope - cubic_slope(x)) < 1e-11);
  }
  double found[3] = {-1, -1, -1};
  int n = 0;
  for (auto const& p : c.points())
    if (p.x != std::floor(p.x) && n < 3) found[n++] = p.x;
  REQUIRE(n == 3);
  CHECK(std::abs(found[0] - (8 - std::sqrt(22.0)) / 3) < 1e-10);
  CHECK(std::abs(found[1] - 8.0 / 3) < 1e-10);
  CHECK(std::abs(found[2] - (8 + std::sqrt(22.0)) / 3) < 1e-10);
  for (std::size_t k = 1; k < c.points().size(); ++k) CHECK(c.points()[k - 1].x < c.points()[k].x);
}

TEST_CASE("waveform_curve: values and slopes are those of Boost's spline with the same slopes at its ends") {
  std::vector<double> const y{0.1, -0.3, 0.2, -4, -9, -3, 1, 2.5, 2.75, 2.9, 3.4};
  waveform_curve const c(y, 4, false);
  boost::math::interpolators::cardinal_cubic_b_spline<double> const spline(y.begin(), y.end(), 0.0, 1.0, c(0).slope, c(10).slope);
  for (double x = 0; x <= 10; x += 0.03125) {
    CHECK(std::abs(c(x).y - spline(x)) < 1e-12);
    CHECK(std::abs(c(x).slope - spline.prime(x)) < 1e-12);
  }
}

TEST_CASE("waveform_curve: reversed samples give the reversed curve, so that both ends are treated alike") {
  std::vector<double> y{0.1, -0.3, 0.2, -4, -9, -3, 1, 2.5, 2.75, 2.9, 3.4}, back(y.rbegin(), y.rend());
  waveform_curve const a(y, 10, false), b(back, 10, false);
  REQUIRE(a.points().size() == 101);
  for (std::size_t k = 0; k <= 100; ++k) {
    CHECK(std::abs(a.points()[k].y - b.points()[100 - k].y) < 1e-11);
    CHECK(std::abs(a.points()[k].slope + b.points()[100 - k].slope) < 1e-11);
  }
}

TEST_CASE("waveform_curve: the curve passes through every sample, and a grid of one point a sample is the samples") {
  std::vector<double> const y{0, 1, -7, -2, 4, 3, 3, 8};
  waveform_curve const c(y, 1, false), fine(y, 5, false), refined(y, 5, true);
  REQUIRE(c.points().size() == y.size());
  for (std::size_t k = 0; k < y.size(); ++k) {
    CHECK(c.points()[k].y == y[k]);
    CHECK(fine.points()[5 * k].y == y[k]);
    CHECK(refined(static_cast<double>(k)).y == y[k]);
  }
}

TEST_CASE("waveform_curve: a crossing is the first one met, from either side, and none is −1") {
  waveform_curve const lines(std::vector<double>{4, 2, -2, -6, -2, 0, 4, 0, 4}, 1, false);
  CHECK(lines.crossing(3, -1, -3) == doctest::Approx(2.25).epsilon(1e-12));
  CHECK(lines.crossing(3, +1, -3) == doctest::Approx(3.75).epsilon(1e-12));
  CHECK(lines.crossing(3, +1, 3) == doctest::Approx(5.75).epsilon(1e-12));
  CHECK(lines.crossing(6, +1, 1) == doctest::Approx(6.75).epsilon(1e-12));
  CHECK(lines.crossing(3, -1, 5) == -1);
  CHECK(lines.crossing(8, +1, 0) == -1);
  waveform_curve const refined(samples_of_cubic(), 4, true);
  auto const at = refined.crossing(0, +1, 0.0);  // the first root of the cubic: y(0) = −2, y(1) = 1.5
  CHECK(std::abs(cubic(at)) < 1e-12);
  CHECK(at < 1);
}

TEST_CASE("waveform_curve: the fitted line of a straight line has its slope; of two points there is none") {
  std::vector<double> y;
  for (int k = 0; k < 12; ++k) y.push_back(1000 - 3.5 * k);
  waveform_curve const c(y, 4, false);
  CHECK(std::abs(c.line_slope(2, 9) + 3.5) < 1e-10);
  CHECK(std::abs(c.line_slope(9.5, 40) + 3.5) < 1e-10);  // cut by the window's end
  CHECK(std::isnan(c.line_slope(2, 2.5)));               // 2, 2.25
  CHECK(std::isnan(c.line_slope(11, 20)));
  // least squares by hand: values 0, 0, 3 at 0, 1, 2 → slope 1.5; the point at `to` is not part of it
  CHECK(waveform_curve(std::vector<double>{0, 0, 3, 50, 50}, 1, false).line_slope(0, 3) == doctest::Approx(1.5).epsilon(1e-12));
}
