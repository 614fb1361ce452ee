// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdint>
#include <equipoise/balance/coherence.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/pipeline/run.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <numbers>
#include <utility>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;

static_assert(metric<coherence> && metric<group_delay>);

namespace {
using row = std::vector<std::uint16_t>;
auto const two_ms = row_info{.scale = 0, .width = {2'000'000, 1, 1'000'000'000}, .sizes = {4, 2}, .bins = 0};

auto lagged(row const& e, row const& i, std::int64_t within) -> lag_moments {
  lag_moments s(within, true);
  s.absorb(count_row<std::uint16_t>{0, 0, e, i});
  return s;
}
/// A Poisson number of small mean (Knuth).
auto poisson_number(double mean, random_stream& random) -> std::uint16_t {
  std::uint16_t n = 0;
  for (auto p = random.uniform(); p > std::exp(-mean); p *= random.uniform()) ++n;
  return n;
}
/// Independent Poisson counts plus shared ones that reach I `late` bins after E: coherence s²/((s + e)(s + i)) at all frequencies, phase −2π f late.
auto shared(std::uint64_t seed, std::size_t n, double s, double e, double i, std::size_t late) -> std::pair<row, row> {
  random_stream random(seed);
  row common(n + late), x(n), y(n);
  for (auto& c : common) c = poisson_number(s, random);
  for (std::size_t t = 0; t < n; ++t) {
    x[t] = static_cast<std::uint16_t>(common[t + late] + poisson_number(e, random));
    y[t] = static_cast<std::uint16_t>(common[t] + poisson_number(i, random));
  }
  return {x, y};
}
/// The definition: Σ over lags with a complex exponential, about the means, over n − pairs_from · |lag|.
auto spectrum(row const& x, row const& y, int within, int m, double pairs_from = 0) -> std::complex<double> {
  auto const n = static_cast<double>(x.size());
  double mx = 0, my = 0;
  for (std::size_t t = 0; t < x.size(); ++t) mx += x[t] / n, my += y[t] / n;
  std::complex<double> sum;
  for (auto lag = -within; lag <= within; ++lag) {
    double c = 0;
    for (int t = 0; t < static_cast<int>(x.size()); ++t)
      if (t + lag >= 0 && t + lag < static_cast<int>(x.size())) c += (x[static_cast<std::size_t>(t)] - mx) * (y[static_cast<std::size_t>(t + lag)] - my) / (n - pairs_from * std::abs(lag));
    auto const u = std::abs(lag) / static_cast<double>(within);
    auto const w = u <= 0.5 ? 1 - 6 * u * u + 6 * u * u * u : 2 * std::pow(1 - u, 3);
    sum += w * c * std::polar(1.0, -std::numbers::pi * m * lag / within);
  }
  return sum;
}
}  // namespace

TEST_CASE("coherence: equals the definition at every frequency") {
  auto const [e, i] = shared(5, 150, 0.8, 0.7, 1.1, 2);
  auto const v = coherence{.within = 12}(lagged(e, i, 12), two_ms);
  REQUIRE(v.coherence.size() == 13);
  double squares = 0;
  for (int lag = -12; lag <= 12; ++lag) {
    auto const u = std::abs(lag) / 12.0, w = u <= 0.5 ? 1 - 6 * u * u + 6 * u * u * u : 2 * std::pow(1 - u, 3);
    squares += w * w;
  }
  CHECK(v.degrees_of_freedom == near(2 * 150 / squares, 1e-12));
  CHECK(v.degrees_of_freedom == near(3.71 * 150 / 12, 1e-3));
  CHECK(v.level_95 == near(1 - std::pow(0.05, 1 / (v.degrees_of_freedom / 2 - 1)), 1e-12));
  for (int m = 0; m <= 12; ++m) {
    auto const at = static_cast<std::size_t>(m);
    auto const ei = spectrum(e, i, 12, m);
    CHECK(v.frequency_hz[at] == doctest::Approx(m / (2 * 12 * 0.002)).epsilon(1e-12));
    CHECK(v.coherence[at] == near(std::norm(ei) / (spectrum(e, e, 12, m).real() * spectrum(i, i, 12, m).real()), 1e-10));
    if (m > 0 && m < 12) CHECK(v.phase_rad[at] == doctest::Approx(std::arg(ei)).epsilon(1e-10));
  }
}

TEST_CASE("coherence: runs apart, and parts with means of their own, pool their products and never pair across") {
  auto const [e, i] = shared(6, 300, 0.8, 0.7, 1.1, 1);
  lag_moments gap(10, true), second(10, true);
  auto const first_e = row(e.begin(), e.begin() + 180), first_i = row(i.begin(), i.begin() + 180), rest_e = row(e.begin() + 180, e.end()), rest_i = row(i.begin() + 180, i.end());
  auto first = lagged(first_e, first_i, 10);
  second.absorb(count_row<std::uint16_t>{0, 0, rest_e, rest_i});
  auto const parts = std::vector<lag_moments const*>{&first, &second};
  auto const v = coherence{.within = 10}.apart(parts, two_ms);
  for (int m = 1; m < 10; ++m) {
    auto pooled = [m](row const& a, row const& b, row const& c, row const& d) { return 180.0 * spectrum(a, b, 10, m) + 120.0 * spectrum(c, d, 10, m); };
    auto const ei = pooled(first_e, first_i, rest_e, rest_i);
    CHECK(v.coherence[static_cast<std::size_t>(m)] ==
          near(std::norm(ei) / (pooled(first_e, first_e, rest_e, rest_e).real() * pooled(first_i, first_i, rest_i, rest_i).real()), 1e-10));
  }
  // a gap in one state: the mean is common, so that moving the runs apart changes pairs across the gap only
  gap.absorb(count_row<std::uint16_t>{0, 0, first_e, first_i});
  gap.absorb(count_row<std::uint16_t>{0, 1000, rest_e, rest_i});
  auto far = gap;
  far.settle(1000);
  CHECK(coherence{.within = 10}(gap, two_ms).coherence == coherence{.within = 10}(far, two_ms).coherence);
  CHECK(coherence{.within = 10}(gap, two_ms).coherence != coherence{.within = 10}(lagged(e, i, 10), two_ms).coherence);
}

TEST_CASE("coherence: identical populations have 1 at every frequency, phase 0; spectra stay in bounds for wild series") {
  auto const [e, i] = shared(7, 500, 1.0, 0.5, 0.5, 0);
  auto const v = coherence{}(lagged(e, e, 50), two_ms);
  for (auto const c : v.coherence) CHECK(c == near(1, 1e-12));
  for (auto const phase : v.phase_rad) CHECK(std::abs(phase) < 1e-12);
  random_stream random(8);
  auto beyond = 0;
  for (std::size_t k = 0; k < 50; ++k) {  // few bins; slow rhythms without noise, of which little power is left at most frequencies, and a large count here and there
    row x(80), y(80);
    for (std::size_t t = 0; t < 80; ++t) {
      x[t] = static_cast<std::uint16_t>(500 + 400 * std::sin(0.01 * static_cast<double>((k + 20) * t)));
      y[t] = static_cast<std::uint16_t>(500 + 400 * std::cos(0.01 * static_cast<double>((k + 20) * t)));
    }
    if (k % 2 == 1) x[random.below(80)] = y[random.below(80)] = 1000;
    auto const wild = coherence{.within = 20}(lagged(x, y, 20), two_ms).coherence;
    for (int m = 0; m <= 20; ++m) {
      auto of = [&](double pairs_from) { return std::norm(spectrum(x, y, 20, m, pairs_from)) / (spectrum(x, x, 20, m, pairs_from).real() * spectrum(y, y, 20, m, pairs_from).real()); };
      CHECK(of(0) <= 1 + 1e-9);
      CHECK(wild[static_cast<std::size_t>(m)] == near(of(0), 1e-8));
      beyond += !(of(1) >= 0 && of(1) <= 1);
    }
  }
  CHECK(beyond > 0);  // divided by the pairs instead of the bins, it would not be a coherence
}

TEST_CASE("coherence: with E and I exchanged it is the same, and the phase and the delay change sign") {
  auto const [e, i] = shared(9, 4000, 1.0, 0.5, 0.7, 3);
  auto const a = coherence{}(lagged(e, i, 50), two_ms), b = coherence{}(lagged(i, e, 50), two_ms);
  for (std::size_t m = 0; m < a.coherence.size(); ++m) {
    CHECK(a.coherence[m] == near(b.coherence[m], 1e-10));
    if (m > 0 && m < 50) CHECK(a.phase_rad[m] == doctest::Approx(-b.phase_rad[m]).epsilon(1e-10));
  }
  for (auto const free : {false, true}) {
    auto const x = group_delay{.free_intercept = free}(lagged(e, i, 50), two_ms), y = group_delay{.free_intercept = free}(lagged(i, e, 50), two_ms);
    CHECK(x.delay_ms == near(-y.delay_ms, 1e-9));
    CHECK(x.standard_error_ms == near(y.standard_error_ms, 1e-9));
    CHECK(x.frequencies == y.frequencies);
  }
}

TEST_CASE("coherence: a common Poisson source has s²/((s + a)(s + b)) at all frequencies, and the phase of its delay") {
  double const s = 1.0, a = 0.5, b = 0.8;
  std::size_t const n = 60'000, late = 4;
  auto const [e, i] = shared(10, n, s, a, b, late);
  auto const v = coherence{.within = 64}(lagged(e, i, 64), two_ms);
  auto const nu = v.degrees_of_freedom;
  auto const truth = s * s / ((s + a) * (s + b));
  auto const seen = truth * std::pow(1 - 6.0 * 16 / 4096 + 6.0 * 64 / 262144, 2);  // the window at the delay
  double mean = 0;
  for (std::size_t m = 1; m < 64; ++m) {
    mean += v.coherence[m] / 63;
    CHECK(std::abs(v.coherence[m] - seen) < 4.5 * std::sqrt(4 / nu * seen) * (1 - seen));  // Var = 2γ²(1 − γ²)²/(ν/2)
    auto const off = std::remainder(v.phase_rad[m] + 2 * std::numbers::pi * v.frequency_hz[m] * 0.002 * late, 2 * std::numbers::pi);
    CHECK(std::abs(off) < 4.5 * std::sqrt((1 - seen) / seen / nu));
  }
  CHECK(std::abs(mean - seen) < 4 * std::sqrt(4 / nu * seen) * (1 - seen) / std::sqrt(63 / 3.71));
}

TEST_CASE("coherence: of independent populations, 5 % of the frequencies exceed the level") {
  double above = 0, all = 0, squares = 0;
  int const seeds = 400;
  auto delays = 0;
  for (int k = 0; k < seeds; ++k) {
    auto const [e, i] = shared(static_cast<std::uint64_t>(1000 + k), 3000, 0, 0.8, 0.5, 0);
    auto const s = lagged(e, i, 30);
    auto const v = coherence{.within = 30}(s, two_ms);
    double here = 0;
    for (std::size_t m = 1; m < 30; ++m) here += v.coherence[m] > v.level_95;
    above += here, all += 29, squares += here * here;
    auto const d = group_delay{.within = 30}(s, two_ms);
    delays += !std::isnan(d.delay_ms);
    if (std::isnan(d.delay_ms)) CHECK(reason_of(d.delay_ms) == reason::not_available);
  }
  auto const share = above / all, error_of_share = std::sqrt((squares - above * above / seeds) / (seeds - 1.0) / seeds) / 29;
  CHECK(std::abs(share - 0.05) < 4 * error_of_share);
  CHECK(error_of_share < 0.006);
  CHECK(delays < 0.05 * seeds + 3 * std::sqrt(0.05 * 0.95 * seeds));
}

TEST_CASE("group_delay: of a common source it is the delay, whole bins or not, within errors that are those over seeds") {
  // delays of 0, 3 and 1.5 bins; in the last case half of the shared counts come 1 bin late and half 2
  for (auto const& [late, split] : {std::pair{0, false}, std::pair{3, false}, std::pair{1, true}})
    for (auto const free : {false, true}) {
      double sum = 0, squares = 0, errors = 0;
      int const seeds = 200;
      for (int k = 0; k < seeds; ++k) {
        auto [e, i] = shared(static_cast<std::uint64_t>(5000 + k), 4000, 0.6, 0.6, 0.6, static_cast<std::size_t>(late));
        if (split) {
          auto const [e2, i2] = shared(static_cast<std::uint64_t>(9000 + k), 4000, 0.6, 0, 0, 2);
          for (std::size_t t = 0; t < e.size(); ++t) e[t] = static_cast<std::uint16_t>(e[t] + e2[t]), i[t] = static_cast<std::uint16_t>(i[t] + i2[t]);
        }
        auto const d = group_delay{.within = 40, .to_hz = 100, .free_intercept = free}(lagged(e, i, 40), two_ms);
        sum += d.delay_ms, squares += d.delay_ms * d.delay_ms, errors += d.standard_error_ms;
      }
      auto const mean = sum / seeds, sd = std::sqrt((squares - seeds * mean * mean) / (seeds - 1)), truth = 2.0 * (split ? 1.5 : late);
      CHECK(std::abs(mean - truth) < 4 * sd / std::sqrt(double{seeds}));
      CHECK(errors / seeds == near(sd, 0.15));
    }
}

TEST_CASE("group_delay: a common rate has phase 0; a free intercept sees through an inverted sign; without coherence there is none") {
  using us = std::chrono::microseconds;
  random_stream random(21);
  auto const pair = ou_cox<us>{.e_hz = 4000, .i_hz = 3000, .sigma = 0.3, .tau = us{20'000}, .delay = us{0}, .step = us{1000}}.trains({us{0}, us{100'000'000}}, random);
  row e(50'000), i(50'000);
  for (auto const t : pair.e.raw()) ++e[static_cast<std::size_t>(t / 2000)];
  for (auto const t : pair.i.raw()) ++i[static_cast<std::size_t>(t / 2000)];
  auto const d = group_delay{.within = 100, .to_hz = 30}(lagged(e, i, 100), two_ms);
  CHECK(d.frequencies >= 8);
  CHECK(d.standard_error_ms < 0.5);
  CHECK(std::abs(d.delay_ms) < 4 * d.standard_error_ms);
  auto const v = coherence{.within = 100}(lagged(e, i, 100), two_ms);
  for (std::size_t m = 1; m <= 8; ++m) CHECK(std::abs(v.phase_rad[m]) < 4 * std::sqrt((1 / v.coherence[m] - 1) / v.degrees_of_freedom));

  auto const [x, y] = shared(22, 8000, 1.0, 0.3, 0.3, 2);
  row inverted;
  for (auto const c : y) inverted.push_back(static_cast<std::uint16_t>(30 - c));
  auto const plain = group_delay{.free_intercept = true}(lagged(x, y, 50), two_ms), mirrored = group_delay{.free_intercept = true}(lagged(x, inverted, 50), two_ms);
  CHECK(plain.delay_ms == near(4, 0.03));
  CHECK(mirrored.delay_ms == near(plain.delay_ms, 1e-6));
  auto const twin = group_delay{}(lagged(x, x, 50), two_ms);
  CHECK(std::abs(twin.delay_ms) < 1e-9);
  CHECK(twin.standard_error_ms < 0.01);
}

TEST_CASE("coherence, group_delay: what is undefined is NaN and says why; too few lags are refused") {
  auto const [e, i] = shared(30, 199, 1.0, 0.3, 0.3, 0);
  auto why = [](row const& x, row const& y, row_info const& r) {
    auto const v = coherence{}(lagged(x, y, 50), r);
    auto const d = group_delay{}(lagged(x, y, 50), r);
    CHECK(v.frequency_hz[50] == near(250, 1e-12));
    CHECK(reason_of(v.coherence[7]) == reason_of(v.phase_rad[7]));
    CHECK(reason_of(v.coherence[7]) == reason_of(d.delay_ms));
    CHECK(reason_of(v.level_95) == reason_of(d.standard_error_ms));
    CHECK(d.frequencies == 0);
    return reason_of(v.coherence[7]);
  };
  CHECK(why(e, i, two_ms) == reason::too_few_bins);  // 4 · 50 are needed
  CHECK(why(row(200, 1), row(200, 1), two_ms) == reason::no_variance);
  auto nobody = two_ms;
  nobody.sizes.e = 0;
  CHECK(why(e, i, nobody) == reason::empty_population);
  auto const [x, y] = shared(31, 2000, 1.0, 0.1, 0.1, 0);
  CHECK(reason_of(group_delay{.from_hz = 20, .to_hz = 24}(lagged(x, y, 50), two_ms).delay_ms) == reason::not_available);  // one frequency
  CHECK_THROWS_WITH_AS((coherence{.within = 1}(lagged(x, y, 1), two_ms)), doctest::Contains("at least two lags"), error);
}

TEST_CASE("coherence: the example of the reference page") {
  namespace eq = equipoise;
  using namespace std::chrono_literals;
  using namespace eq::literals;
  using us = std::chrono::microseconds;
  random_stream random(40);
  auto const night = table_of(common_source<us>{.shared_hz = 60, .e_hz = 40, .i_hz = 40, .delay = 3ms}.trains({us{0}, us{120'000'000}}, random));
  std::vector<cell> const cells{cell::e, cell::i};
  // [region coherence]
  auto const study = eq::split(cells) | eq::pyramid(eq::scales{2ms})
                   | eq::measure("coherence"_n = eq::coherence{.within = 50},  // 100 ms: every 5 Hz, each 19 Hz wide
                                 "delay"_n = eq::group_delay{.within = 50, .to_hz = 100});
  auto const result = night | study;
  auto const& spectrum = result["coherence"_n][0];
  auto const delay = result["delay"_n][0];  // delay.delay_ms ± delay.standard_error_ms
  // [endregion coherence]
  CHECK(spectrum.frequency_hz[1] == near(5, 1e-12));
  CHECK(std::abs(delay.delay_ms - 3) < 4 * delay.standard_error_ms);
  CHECK(delay.standard_error_ms < 0.1);
  CHECK(delay.frequencies == 20);
  // shared spikes fall one or two bins apart, as often the one as the other: the cross-spectrum is that of 1.5 bins times cos(π f · 2 ms)
  auto const truth = 0.36 * std::pow(std::cos(std::numbers::pi * 10 * 0.002), 2);
  CHECK(std::abs(spectrum.coherence[2] - truth) < 4 * std::sqrt(4 / spectrum.degrees_of_freedom * truth) * (1 - truth));
}
