// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <vector>

using namespace equipoise;
using namespace std::chrono_literals;

static_assert(metric<zero_lag_correlation> && metric<covariance> && metric<fano_factors> && metric<mean_activity>);
static_assert(metric<correlation_by_lag> && metric<peak_lag> && metric<lag_centroid> && metric<asymmetry_index>);

namespace {
using row = std::vector<std::uint16_t>;
auto moments(row const& e, row const& i) -> co_moments {
  co_moments s;
  s.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return s;
}
auto lagged(row const& e, row const& i, std::int64_t within) -> lag_moments {
  lag_moments s(within);
  s.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return s;
}
auto const one_ms = row_info{.scale = 0, .width = {1'000'000, 1, 1'000'000'000}, .sizes = {4, 2}, .bins = 0};
auto wave(std::size_t n, std::size_t shift) -> row {
  row x;
  for (std::size_t k = 0; k < n; ++k) x.push_back(static_cast<std::uint16_t>(10 + 8 * std::sin(0.3 * (static_cast<double>(k) - static_cast<double>(shift)))));
  return x;
}
}  // namespace

TEST_CASE("zero_lag_correlation: worked by hand") {
  // e = 1 2 3 4, i = 2 1 4 3: means 2.5 and 2.5, Σ(e − ē)(i − ī) = 3, Σ(e − ē)² = Σ(i − ī)² = 5
  CHECK(zero_lag_correlation{.at_least = 4}(moments({1, 2, 3, 4}, {2, 1, 4, 3}), one_ms) == doctest::Approx(0.6).epsilon(1e-15));
  CHECK(zero_lag_correlation{.at_least = 2}(moments({1, 2, 3}, {10, 20, 30}), one_ms) == 1.0);
  CHECK(zero_lag_correlation{.at_least = 2}(moments({1, 2, 3}, {3, 2, 1}), one_ms) == -1.0);
}

TEST_CASE("zero_lag_correlation: what is undefined is NaN and says why") {
  auto why = [](row const& e, row const& i, row_info const& r = one_ms) { return reason_of(zero_lag_correlation{}(moments(e, i), r)); };
  CHECK(why(row(19, 1), row(19, 1)) == reason::too_few_bins);
  CHECK(why(row(20, 1), row(20, 1)) == reason::no_variance);
  auto nobody = one_ms;
  nobody.sizes.i = 0;
  CHECK(why(row(20, 1), row(20, 0), nobody) == reason::empty_population);
}

TEST_CASE("covariance, Fano factors, mean activity: worked by hand") {
  auto const s = moments({1, 2, 3, 4}, {2, 1, 4, 3});
  CHECK(covariance{.at_least = 2}(s, one_ms) == doctest::Approx(1.0));
  CHECK(covariance{.population = true, .at_least = 2}(s, one_ms) == doctest::Approx(0.75));
  CHECK(fano_factors{.at_least = 2}(s, one_ms).e == doctest::Approx(1.25 / 2.5));
  CHECK(mean_activity{}(s, one_ms).e == doctest::Approx(2.5 / 4));
  CHECK(mean_activity{}(s, one_ms).i == doctest::Approx(2.5 / 2));
  CHECK(reason_of(fano_factors{.at_least = 2}(moments({0, 0}, {1, 1}), one_ms).e) == reason::no_spikes);
}

TEST_CASE("correlation_by_lag: three estimators against their definitions") {
  row const e{3, 1, 4, 1, 5, 9, 2, 6, 5, 3}, i{2, 7, 1, 8, 2, 8, 1, 8, 2, 8};
  auto const n = static_cast<double>(e.size());
  double me = 0, mi = 0, ve = 0, vi = 0;
  for (std::size_t k = 0; k < e.size(); ++k) me += e[k] / n, mi += i[k] / n;
  for (std::size_t k = 0; k < e.size(); ++k) ve += (e[k] - me) * (e[k] - me), vi += (i[k] - mi) * (i[k] - mi);
  auto const s = lagged(e, i, 4);
  for (std::int64_t lag = -4; lag <= 4; ++lag) {
    double sum = 0, pairs = 0, pe = 0, pi = 0;
    auto each = [&](auto f) {
      for (std::int64_t t = 0; t < 10; ++t)
        if (t + lag >= 0 && t + lag < 10) f(static_cast<double>(e[static_cast<std::size_t>(t)]), static_cast<double>(i[static_cast<std::size_t>(t + lag)]));
    };
    each([&](double x, double y) { sum += (x - me) * (y - mi), pairs += 1, pe += x, pi += y; });
    double xy = 0, xx = 0, yy = 0;
    each([&](double x, double y) { xy += (x - pe / pairs) * (y - pi / pairs), xx += (x - pe / pairs) * (x - pe / pairs), yy += (y - pi / pairs) * (y - pi / pairs); });
    CHECK(correlation_by_lag{4, lag_estimator::biased, 2}.at(s, one_ms, lag) == doctest::Approx(sum / std::sqrt(ve * vi)).epsilon(1e-13));
    CHECK(correlation_by_lag{4, lag_estimator::unbiased, 2}.at(s, one_ms, lag) == doctest::Approx(sum / pairs * n / std::sqrt(ve * vi)).epsilon(1e-13));
    CHECK(correlation_by_lag{4, lag_estimator::pearson, 2}.at(s, one_ms, lag) == doctest::Approx(xy / std::sqrt(xx * yy)).epsilon(1e-13));
  }
}

TEST_CASE("correlation_by_lag: C(lag; E, I) is C(−lag; I, E)") {
  auto const e = wave(200, 0), i = wave(200, 3);
  auto const a = correlation_by_lag{10}(lagged(e, i, 10), one_ms), b = correlation_by_lag{10}(lagged(i, e, 10), one_ms);
  for (std::size_t k = 0; k < a.size(); ++k) CHECK(a[k] == doctest::Approx(b[a.size() - 1 - k]).epsilon(1e-12));
}

TEST_CASE("peak_lag: inhibition that follows by three bins peaks at +3") {
  auto const s = lagged(wave(2000, 0), wave(2000, 3), 8);
  auto const peak = peak_lag{.within = 8}(s, one_ms);
  CHECK(peak.bins == 3);
  CHECK(peak.interpolated == doctest::Approx(3).epsilon(0.02));
  CHECK(peak.correlation > 0.99);
}

TEST_CASE("peak_lag: the parabola is exact for a parabola, ties go to the smaller lag, an edge has no parabola") {
  std::vector<double> c;
  for (int lag = -5; lag <= 5; ++lag) c.push_back(1 - 0.01 * (lag - 1.3) * (lag - 1.3));
  CHECK(peak_lag::of(c).bins == 1);
  CHECK(peak_lag::of(c).interpolated == doctest::Approx(1.3).epsilon(1e-12));
  CHECK(peak_lag::of({0.5, 0.1, 0.2, 0.1, 0.5}).bins == 2);  // a tie of ±2: the positive one
  CHECK(reason_of(peak_lag::of({0.5, 0.1, 0.2, 0.1, 0.5}).interpolated) == reason::peak_at_edge);
  CHECK(peak_lag::of({0.1, 0.3, 0.2, 0.3, 0.1}).bins == 1);
  CHECK(peak_lag::of({0.1, 0.3, 0.3, 0.2, 0.1}).bins == 0);
}

TEST_CASE("lag_centroid: the mass of the contiguous half maximum") {
  // half height 0.4: lags 0, 1, 2 exceed it (0.5, 0.8, 0.6); lag −2 does too, but is not contiguous
  CHECK(lag_centroid::of({0.1, 0.5, 0.2, 0.5, 0.8, 0.6, 0.1}) == doctest::Approx((0 * 0.5 + 1 * 0.8 + 2 * 0.6) / 1.9));
  CHECK(reason_of(lag_centroid::of({-0.1, -0.2, -0.1})) == reason::no_positive_peak);
  CHECK(reason_of(lag_centroid::of({0.1, 0.5, 0.8, 0.7, 0.6})) == reason::peak_at_edge);
}

TEST_CASE("asymmetry_index: sign, range, and refusal where bins are too wide") {
  auto const after = asymmetry_index{.over = 5ms}(lagged(wave(3000, 0), wave(3000, 2), 5), one_ms);
  auto const before = asymmetry_index{.over = 5ms}(lagged(wave(3000, 2), wave(3000, 0), 5), one_ms);
  CHECK(after > 0.2);
  CHECK(before == doctest::Approx(-after).epsilon(1e-9));
  auto wide = one_ms;
  wide.width = {20'000'000, 1, 1'000'000'000};
  CHECK(asymmetry_index{}.bins(wide) == 0);
  CHECK(reason_of(asymmetry_index{}(lagged(wave(100, 0), wave(100, 0), 0), wide)) == reason::unresolved);
  CHECK(asymmetry_index{}.bins(one_ms) == 10);
}
