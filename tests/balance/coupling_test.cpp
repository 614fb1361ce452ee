// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/core/random.hpp>
#include <utility>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using testing::near;

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
/// Σ over pairs (x_t − mean of x)(y_{t + lag} − mean of y) and the number of pairs, by the definition.
struct products {
  double sum = 0, pairs = 0;
};
auto products_at(row const& x, row const& y, std::int64_t lag) -> products {
  auto const n = static_cast<double>(x.size());
  double mx = 0, my = 0;
  for (std::size_t k = 0; k < x.size(); ++k) mx += x[k] / n, my += y[k] / n;
  products p;
  for (std::int64_t t = 0; t < std::ssize(x); ++t)
    if (t + lag >= 0 && t + lag < std::ssize(y)) p.sum += (x[static_cast<std::size_t>(t)] - mx) * (y[static_cast<std::size_t>(t + lag)] - my), p.pairs += 1;
  return p;
}
/// The unbiased estimator, by the definition.
auto slowly(row const& e, row const& i, std::int64_t lag) -> double {
  auto const p = products_at(e, i, lag);
  return p.sum / p.pairs * static_cast<double>(e.size()) / std::sqrt(products_at(e, e, 0).sum * products_at(i, i, 0).sum);
}
/// Uneven counts, of which those of I follow those of E by `late` bins.
auto followers(std::uint64_t seed, std::size_t n, std::size_t late) -> std::pair<row, row> {
  random_stream random(seed);
  row drive(n + late), e, i;
  for (auto& d : drive) d = static_cast<std::uint16_t>(random.below(12));
  for (std::size_t k = 0; k < n; ++k) e.push_back(static_cast<std::uint16_t>(drive[k + late] + random.below(4))), i.push_back(static_cast<std::uint16_t>(drive[k] + random.below(6)));
  return {e, i};
}
}  // namespace

TEST_CASE("zero_lag_correlation: worked by hand") {
  // e = 1 2 3 4, i = 2 1 4 3: means 2.5 and 2.5, Σ(e − ē)(i − ī) = 3, Σ(e − ē)² = Σ(i − ī)² = 5
  CHECK(zero_lag_correlation{.at_least = 4}(moments({1, 2, 3, 4}, {2, 1, 4, 3}), one_ms) == near(0.6, 1e-15));
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
  CHECK(covariance{.at_least = 2}(s, one_ms) == near(1.0, 1e-15));
  CHECK(covariance{.population = true, .at_least = 2}(s, one_ms) == near(0.75, 1e-15));
  CHECK(fano_factors{.at_least = 2}(s, one_ms).e == near(1.25 / 2.5, 1e-15));
  CHECK(fano_factors{.at_least = 2}(s, one_ms).i == near(1.25 / 2.5, 1e-15));
  CHECK(fano_factors{.at_least = 2}(moments({0, 4, 2, 2}, {1, 1, 1, 1}), one_ms).e == near(2.0 / 2, 1e-15));
  CHECK(fano_factors{.at_least = 2}(moments({0, 4, 2, 2}, {1, 1, 1, 1}), one_ms).i == 0.0);
  CHECK(mean_activity{}(s, one_ms).e == near(2.5 / 4, 1e-15));
  CHECK(mean_activity{}(s, one_ms).i == near(2.5 / 2, 1e-15));
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
    CHECK(correlation_by_lag{4, lag_estimator::biased, 2}.at(s, one_ms, lag) == near(sum / std::sqrt(ve * vi), 1e-12));
    CHECK(correlation_by_lag{4, lag_estimator::unbiased, 2}.at(s, one_ms, lag) == near(sum / pairs * n / std::sqrt(ve * vi), 1e-12));
    CHECK(correlation_by_lag{4, lag_estimator::pearson, 2}.at(s, one_ms, lag) == near(xy / std::sqrt(xx * yy), 1e-12));
  }
}

TEST_CASE("correlation_by_lag: C(lag; E, I) is C(−lag; I, E)") {
  auto const e = wave(200, 0), i = wave(200, 3);
  auto const a = correlation_by_lag{10}(lagged(e, i, 10), one_ms), b = correlation_by_lag{10}(lagged(i, e, 10), one_ms);
  for (std::size_t k = 0; k < a.size(); ++k) CHECK(std::abs(a[k] - b[a.size() - 1 - k]) < 1e-12);
}

TEST_CASE("coupling: a value takes 20 bins, at each lag 20 pairs of bins") {
  auto const [e, i] = followers(4, 20, 0);
  row const a(e.begin(), e.end() - 1), b(i.begin(), i.end() - 1);
  CHECK(bins_to_report == 20);
  CHECK(bins_for_p == 50);
  auto const enough = moments(e, i), few = moments(a, b);
  CHECK(zero_lag_correlation{}(enough, one_ms) == near(slowly(e, i, 0), 1e-12));
  CHECK(reason_of(zero_lag_correlation{}(few, one_ms)) == reason::too_few_bins);
  CHECK(covariance{}(enough, one_ms) == near(products_at(e, i, 0).sum / 19, 1e-12));
  CHECK(reason_of(covariance{}(few, one_ms)) == reason::too_few_bins);
  CHECK(fano_factors{}(enough, one_ms).i > 0);
  CHECK(reason_of(fano_factors{}(few, one_ms).e) == reason::too_few_bins);
  CHECK(reason_of(fano_factors{}(few, one_ms).i) == reason::too_few_bins);
  CHECK(reason_of(mean_activity{}(moments({}, {}), one_ms).e) == reason::too_few_bins);
  auto const [long_e, long_i] = followers(4, 25, 0);
  auto const c = correlation_by_lag{.within = 8}(lagged(long_e, long_i, 8), one_ms);
  for (std::int64_t lag = -8; lag <= 8; ++lag) {
    auto const x = c[static_cast<std::size_t>(lag + 8)];
    if (std::abs(lag) <= 5) CHECK(std::abs(x - slowly(long_e, long_i, lag)) < 1e-12);
    else CHECK(reason_of(x) == reason::too_few_bins);
  }
  CHECK(reason_of(peak_lag{.within = 3}(lagged(a, b, 3), one_ms).correlation) == reason::too_few_bins);
  CHECK(reason_of(peak_lag{.within = 3}(lagged(a, b, 3), one_ms).interpolated) == reason::too_few_bins);
  CHECK(reason_of(lag_centroid{.within = 3}(lagged(a, b, 3), one_ms)) == reason::too_few_bins);
  CHECK(reason_of(asymmetry_index{.over = 3ms}(lagged(a, b, 3), one_ms)) == reason::too_few_bins);
  CHECK(reason_of(asymmetry_index{.over = 6ms}(lagged(long_e, long_i, 6), one_ms)) == reason::too_few_bins);
  CHECK(std::isfinite(asymmetry_index{.over = 5ms}(lagged(long_e, long_i, 5), one_ms)));
}

TEST_CASE("coupling: a population that never varies, or has nobody, gives no lag either") {
  auto const [e, i] = followers(5, 200, 0);
  row const still(200, 3);
  for (auto const estimator : {lag_estimator::unbiased, lag_estimator::biased, lag_estimator::pearson}) {
    CHECK(reason_of(correlation_by_lag{2, estimator}.at(lagged(still, i, 2), one_ms, 1)) == reason::no_variance);
    CHECK(reason_of(correlation_by_lag{2, estimator}.at(lagged(e, still, 2), one_ms, 0)) == reason::no_variance);
  }
  CHECK(reason_of(peak_lag{.within = 2}(lagged(e, still, 2), one_ms).correlation) == reason::no_variance);
  CHECK(reason_of(lag_centroid{.within = 2}(lagged(e, still, 2), one_ms)) == reason::no_variance);
  CHECK(reason_of(asymmetry_index{.over = 2ms}(lagged(e, still, 2), one_ms)) == reason::no_variance);
  auto nobody = one_ms;
  nobody.sizes.e = 0;
  CHECK(reason_of(peak_lag{.within = 2}(lagged(e, i, 2), nobody).correlation) == reason::empty_population);
  CHECK(reason_of(fano_factors{}(moments(e, i), nobody).e) == reason::empty_population);
  CHECK(reason_of(mean_activity{}(moments(e, i), nobody).e) == reason::empty_population);
}

TEST_CASE("peak_lag: inhibition that follows by three bins peaks at +3, placed by the parabola through the definition's values") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto const [e, i] = followers(seed, 2000, 3);
    auto const peak = peak_lag{.within = 8}(lagged(e, i, 8), one_ms);
    CHECK(peak.bins == 3);
    auto const before = slowly(e, i, 2), at = slowly(e, i, 3), after = slowly(e, i, 4);
    CHECK(std::abs(peak.correlation - at) < 1e-12);
    CHECK(std::abs(peak.interpolated - (3 + (before - after) / (2 * (before - 2 * at + after)))) < 1e-10);
    CHECK(peak_lag{.within = 8}(lagged(i, e, 8), one_ms).bins == -3);
  }
}

TEST_CASE("peak_lag: the parabola is exact for a parabola, ties go to the smaller lag, an edge has no parabola") {
  std::vector<double> c;
  for (int lag = -5; lag <= 5; ++lag) c.push_back(1 - 0.01 * (lag - 1.3) * (lag - 1.3));
  CHECK(peak_lag::of(c).bins == 1);
  CHECK(peak_lag::of(c).interpolated == near(1.3, 1e-12));
  CHECK(peak_lag::of(c).correlation == near(1 - 0.01 * 0.09, 1e-15));
  CHECK(peak_lag::of({0.5, 0.1, 0.2, 0.1, 0.5}).bins == 2);  // a tie of ±2: the positive one
  CHECK(reason_of(peak_lag::of({0.5, 0.1, 0.2, 0.1, 0.5}).interpolated) == reason::peak_at_edge);
  CHECK(peak_lag::of({0.1, 0.3, 0.2, 0.3, 0.1}).bins == 1);
  CHECK(peak_lag::of({0.1, 0.3, 0.3, 0.2, 0.1}).bins == 0);
  CHECK(peak_lag::of({0.1, 0.3, 0.3, 0.2, 0.1}).interpolated == near(-0.5, 1e-12));  // between the two that tie, and no further
  CHECK(peak_lag::of({0.2, 0.2, 0.2}).bins == 0);
  CHECK(peak_lag::of({0.2, 0.2, 0.2}).interpolated == 0.0);  // flat: no parabola
  CHECK(peak_lag::of({-0.3, -0.2, -0.4}).bins == 0);         // the largest, whatever its sign
  CHECK(reason_of(peak_lag::of({0.5}).interpolated) == reason::peak_at_edge);
  for (auto const& edge : {std::vector{0.1, 0.2, 0.9}, {0.9, 0.2, 0.1}}) CHECK(reason_of(peak_lag::of(edge).interpolated) == reason::peak_at_edge);
}

TEST_CASE("peak_lag, lag_centroid: beside a lag without enough pairs there is nothing to compare with") {
  auto const none = undefined(reason::too_few_bins);
  CHECK(reason_of(peak_lag::of({none, 0.1, 0.2, 0.5, none}).interpolated) == reason::peak_at_edge);
  CHECK(peak_lag::of({none, 0.1, 0.2, 0.5, none}).bins == 1);
  CHECK(reason_of(lag_centroid::of({none, 0.1, 0.2, 0.5, none})) == reason::peak_at_edge);
  CHECK(reason_of(lag_centroid::of({none, 0.4, 0.5, 0.1, none})) == reason::peak_at_edge);
  CHECK(lag_centroid::of({none, 0.1, 0.5, 0.1, none}) == 0.0);
  CHECK(peak_lag::of({none, 0.1, 0.5, 0.1, none}).interpolated == 0.0);
}

TEST_CASE("lag_centroid: the mass of the contiguous half maximum") {
  // half height 0.4: lags 0, 1, 2 exceed it (0.5, 0.8, 0.6); lag −2 does too, but is not contiguous
  CHECK(lag_centroid::of({0.1, 0.5, 0.2, 0.5, 0.8, 0.6, 0.1}) == near((0 * 0.5 + 1 * 0.8 + 2 * 0.6) / 1.9, 1e-12));
  CHECK(lag_centroid::of({0.1, 0.4, 0.8, 0.5, 0.1}) == near(0.5 / 1.3, 1e-12));  // half the height is not above half the height
  CHECK(reason_of(lag_centroid::of({-0.1, -0.2, -0.1})) == reason::no_positive_peak);
  CHECK(reason_of(lag_centroid::of({0.1, 0.5, 0.8, 0.7, 0.6})) == reason::peak_at_edge);
}

TEST_CASE("lag_centroid: of counts, by the definition") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    auto const [x, y] = followers(seed, 3000, 2);
    row e, i;  // sums of three neighbours: a peak several bins wide
    for (std::size_t k = 2; k < x.size(); ++k) e.push_back(static_cast<std::uint16_t>(x[k] + x[k - 1] + x[k - 2])), i.push_back(static_cast<std::uint16_t>(y[k] + y[k - 1] + y[k - 2]));
    double most = 0, sum = 0, moment = 0;
    for (std::int64_t lag = -8; lag <= 8; ++lag) most = std::max(most, slowly(e, i, lag));
    for (std::int64_t lag = -8; lag <= 8; ++lag)
      if (auto const c = slowly(e, i, lag); c > most / 2) sum += c, moment += static_cast<double>(lag) * c;
    CHECK(std::abs(lag_centroid{.within = 8}(lagged(e, i, 8), one_ms) - moment / sum) < 1e-11);
    CHECK(std::abs(moment / sum - 2) < 0.5);
  }
}

TEST_CASE("asymmetry_index: by the definition, of either sign, and refusal where bins are too wide") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    auto const [e, i] = followers(seed, 3000, 2);
    double difference = 0, total = 0;
    for (std::int64_t lag = 1; lag <= 5; ++lag) {
      auto const after = slowly(e, i, lag), before = slowly(e, i, -lag);
      difference += after - before, total += std::abs(after) + std::abs(before);
    }
    CHECK(difference / total > 0.5);
    CHECK(std::abs(asymmetry_index{.over = 5ms}(lagged(e, i, 5), one_ms) - difference / total) < 1e-12);
    CHECK(std::abs(asymmetry_index{.over = 5ms}(lagged(i, e, 5), one_ms) + difference / total) < 1e-12);
  }
  auto wide = one_ms;
  wide.width = {20'000'000, 1, 1'000'000'000};
  CHECK(asymmetry_index{}.bins(wide) == 0);
  CHECK(reason_of(asymmetry_index{}(lagged(wave(100, 0), wave(100, 0), 0), wide)) == reason::unresolved);
  CHECK(asymmetry_index{}.bins(one_ms) == 10);
  CHECK(reason_of(asymmetry_index{}(lagged(wave(100, 0), wave(100, 0), 9), one_ms)) == reason::unresolved);  // fewer lags than ten bins
}
