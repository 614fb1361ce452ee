// SPDX-License-Identifier: BSL-1.0
// Whole studies of artificial recordings whose truth is known: |mean over seeds − theory| ≤ 4 standard errors, and identities to 1e-12.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/synthetic/fixtures.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <numeric>
#include <utility>
#include <vector>

#include "../near.hpp"
#include "../over_seeds.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using testing::near;
using testing::over_seeds;

namespace {
using ms = ticks<1'000>;
std::vector<cell> const pair{cell::e, cell::i};

/// Cov(e_t, i_{t + lag}) of counts, about the means of all bins: what correlation_by_lag divides.
struct covariance_by_lag {
  using statistic = lag_moments;
  std::int64_t within;
  [[nodiscard]] auto start(row_info const&) const -> lag_moments { return lag_moments(within); }
  auto operator()(lag_moments const& s, row_info const&) const -> std::vector<double> {
    auto const all = s.at(0);
    auto const n = static_cast<double>(all.n), e = static_cast<double>(all.x) / n, i = static_cast<double>(all.y) / n;
    std::vector<double> c;
    for (auto lag = -within; lag <= within; ++lag) {
      auto const p = s.at(lag);
      c.push_back((static_cast<double>(p.xy) - e * static_cast<double>(p.y) - i * static_cast<double>(p.x)) / static_cast<double>(p.n) + e * i);
    }
    return c;
  }
};
struct rows_themselves {
  using statistic = count_rows;
  auto operator()(count_rows const& s, row_info const&) const -> count_rows { return s; }
};

/// ∬ of the exponential autocovariance: K'' = e^{−|x|/τ}.
auto K(double x, double tau) -> double { return tau * tau * std::exp(-std::abs(x) / tau) + tau * std::abs(x); }
}  // namespace

// ---- independent Poisson spikes -----------------------------------------------------------------------------------------------------------

TEST_CASE("closed forms: independent Poisson ensembles have r of mean 0 and variance 1/(n − 1), at lags too, and Fano factors 1") {
  scales const widths{2ms, 10ms, 50ms, 200ms};
  constexpr std::int64_t within = 5;
  constexpr std::uint64_t seeds = 200;
  over_seeds r[4], fano_e[4], fano_i[4], lagged[2 * within + 1];
  double inside = 0, squares[4] = {};
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    random_stream random(seed);
    window<ms> const observed{0s, 40s};
    auto const table = table_of(std::array{poisson(60, observed, random), poisson(100, observed, random)});
    auto const b = table | split(pair) | pyramid(widths) | measure("rho"_n = zero_lag_correlation{}, "lags"_n = correlation_by_lag{.within = within}, "fano"_n = fano_factors{});
    for (std::size_t k = 0; k < 4; ++k) {
      auto const n = 40e3 / in_ms(b["scale"_n][k]);
      r[k].add(b["rho"_n][k]), squares[k] += b["rho"_n][k] * b["rho"_n][k] * (n - 1);
      auto const unbiased = n / (n - 1);  // the metric divides by n
      fano_e[k].add(b["fano"_n][k].e * unbiased), fano_i[k].add(b["fano"_n][k].i * unbiased);
    }
    for (std::size_t j = 0; j < 2 * within + 1; ++j) {
      lagged[j].add(b["lags"_n][1][j]);
      inside += std::abs(b["lags"_n][1][j]) < 1.96 / std::sqrt(4000.0);
    }
  }
  for (std::size_t k = 0; k < 4; ++k) {
    CAPTURE(k);
    CHECK(r[k].off(0) < 4);
    CHECK(std::abs(squares[k] / seeds - 1) < 4 * std::sqrt(2.0 / seeds));  // (n − 1) r² is χ² with one degree of freedom: SD √2
    CHECK(fano_e[k].off(1) < 4);
    CHECK(fano_i[k].off(1) < 4);
    CHECK(fano_e[k].standard_error() < 0.015);  // √(2/n/200), at most 0.007
  }
  for (auto const& x : lagged) CHECK(x.off(0) < 4);
  constexpr double all = seeds * (2 * within + 1);
  CHECK(std::abs(inside / all - 0.95) < 4 * std::sqrt(0.95 * 0.05 / all));  // the band ±1.96/√n holds 95 %
}

TEST_CASE("closed forms: the deviation per cell of independent Poisson populations has variance (ν_E/N_E + ν_I/N_I)·Δ, a power of 1") {
  // ν: the rate of a unit; the variance of the deviation in Hz then falls as 1/Δ
  constexpr std::size_t units_e = 8, units_i = 2;
  constexpr double rate_e = 3, rate_i = 9;
  auto const widths = dyadic(8ms, 6);
  std::vector<cell> cells(units_e + units_i, cell::e);
  std::fill(cells.begin() + units_e, cells.end(), cell::i);
  over_seeds variance[6], slope;
  for (std::uint64_t seed = 0; seed < 48; ++seed) {
    window<ms> const observed{0s, 120s};
    std::vector<spike_vector<ms>> trains;
    for (std::size_t u = 0; u < cells.size(); ++u) {
      random_stream random(seed, u);
      trains.push_back(poisson(cells[u] == cell::e ? rate_e : rate_i, observed, random));
    }
    auto const b = table_of(trains) | split(cells) | pyramid(widths) | measure("deviation"_n = deviation{});
    double x[6], y[6], mx = 0, my = 0, xy = 0, xx = 0;
    for (std::size_t k = 0; k < 6; ++k) {
      auto const w = in_ms(b["scale"_n][k]) / 1e3, n = std::floor(120 / w), v = b["deviation"_n][k].per_cell * b["deviation"_n][k].per_cell * n / (n - 1);
      variance[k].add(v / ((rate_e / units_e + rate_i / units_i) * w));
      CHECK(b["deviation"_n][k].per_cell_rate_hz == near(b["deviation"_n][k].per_cell / w, 1e-12));
      x[k] = std::log(w), y[k] = std::log(v), mx += x[k] / 6, my += y[k] / 6;
    }
    for (std::size_t k = 0; k < 6; ++k) xy += (x[k] - mx) * (y[k] - my), xx += (x[k] - mx) * (x[k] - mx);
    slope.add(xy / xx);
  }
  for (auto const& v : variance) CHECK(v.off(1) < 4);
  CHECK(slope.off(1) < 4);
  CHECK(slope.standard_error() < 0.01);
}

// ---- a common source with a delay ---------------------------------------------------------------------------------------------------------

TEST_CASE("closed forms: a common source gives ν_c·max(0, w − |d − Lw|) at every width, lag and delay, and exactly nothing beyond") {
  // rates per ms: ν_c = .02, a = b = .03
  constexpr std::int64_t within = 4;
  std::vector<ms> const widths{ms{1}, ms{2}, ms{5}, ms{12}};
  auto const shared = [](double w, double d, double lag) { return 0.02 * std::max(0.0, w - std::abs(d - lag * w)); };
  CHECK(shared(5, 3, 0) == near(0.040, 1e-14));
  CHECK(shared(5, 3, 1) == near(0.060, 1e-14));
  int far = 0, beyond_two = 0, terms = 0;
  for (std::int64_t const d : {0, 3, -7}) {
    over_seeds c[4][2 * within + 1], r[4];
    for (std::uint64_t seed = 0; seed < 32; ++seed) {
      random_stream random(seed);
      auto const table = table_of(common_source<ms>{.shared_hz = 20, .e_hz = 30, .i_hz = 30, .delay = ms{d}}.trains({0s, 250s}, random));
      auto const b = table | split(pair) | pyramid(widths) | measure("rho"_n = zero_lag_correlation{}, "c"_n = covariance_by_lag{within}, "covariance"_n = covariance{.population = true});
      for (std::size_t k = 0; k < 4; ++k) {
        r[k].add(b["rho"_n][k]);
        for (std::size_t j = 0; j < 2 * within + 1; ++j) c[k][j].add(b["c"_n][k][j]);
        CHECK(std::abs(b["covariance"_n][k] - b["c"_n][k][within]) < 1e-12);
      }
    }
    for (std::size_t k = 0; k < 4; ++k) {
      auto const w = static_cast<double>(widths[k].count());
      CAPTURE(d);
      CAPTURE(w);
      for (std::int64_t lag = -within; lag <= within; ++lag) {
        CAPTURE(lag);
        auto const& x = c[k][static_cast<std::size_t>(lag + within)];
        auto const theory = shared(w, static_cast<double>(d), static_cast<double>(lag));
        CHECK(x.off(theory) < 4);
        terms += 1, far += theory > 10 * x.standard_error(), beyond_two += x.off(theory) > 2;
      }
      CHECK(r[k].off(0.4 * std::max(0.0, 1 - std::abs(static_cast<double>(d)) / w)) < 4);
    }
  }
  CHECK(far > 10);                                                          // terms that stand out of the noise
  CHECK(beyond_two < 0.055 * terms + 4 * std::sqrt(0.055 * 0.945 * terms));  // |t| > 2 with 31 degrees of freedom: 5.4 %
}

TEST_CASE("closed forms: the lag of the peak is the delay where the bins resolve it, of either sign") {
  for (std::int64_t const d : {3, -7}) {
    random_stream random(1);
    auto const table = table_of(common_source<ms>{.shared_hz = 20, .e_hz = 30, .i_hz = 30, .delay = ms{d}}.trains({0s, 200s}, random));
    auto const b = table | split(pair) | pyramid(scales{1ms}) | measure("peak"_n = peak_lag{}, "asymmetry"_n = asymmetry_index{});
    CHECK(b["peak"_n][0].bins == d);
    CHECK((b["asymmetry"_n][0] > 0) == (d > 0));
  }
}

// ---- a common slow drive ------------------------------------------------------------------------------------------------------------------

TEST_CASE("closed forms: an Ornstein–Uhlenbeck drive gives its covariances, variances, and the curve of r over scales") {
  // per ms: μ_E = .1, μ_I = .06; σ = .3, τ = 50 ms, d = 10 ms
  constexpr double mu_e = 0.1, mu_i = 0.06, sigma = 0.3, tau = 50, d = 10;
  constexpr std::int64_t within = 2;
  auto const widths = std::vector<ms>{ms{5}, ms{10}, ms{20}, ms{50}, ms{100}, ms{250}, ms{500}, ms{1000}};
  auto const cov = [&](double w, double lag) { return mu_e * mu_i * sigma * sigma * (K(lag * w - d + w, tau) - 2 * K(lag * w - d, tau) + K(lag * w - d - w, tau)); };
  auto const var = [&](double mu, double w) { return mu * w + mu * mu * sigma * sigma * 2 * tau * tau * (w / tau - 1 + std::exp(-w / tau)); };
  // the means are estimated too: the covariances are low by 1/n of the long-run one, here less than a fifth of a standard error
  over_seeds c[8][2 * within + 1], ve[8], vi[8], r[8];
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    random_stream random(seed);
    auto const table = table_of(ou_cox<ms>{.e_hz = 1e3 * mu_e, .i_hz = 1e3 * mu_i, .sigma = sigma, .tau = ms{50}, .delay = ms{10}, .step = ms{5}}.trains({0s, 400s}, random));
    auto const b = table | split(pair) | pyramid(widths) | measure("rho"_n = zero_lag_correlation{}, "c"_n = covariance_by_lag{within}, "fano"_n = fano_factors{}, "mean"_n = mean_activity{});
    for (std::size_t k = 0; k < 8; ++k) {
      auto const n = 400e3 / static_cast<double>(widths[k].count());
      r[k].add(b["rho"_n][k]);
      ve[k].add(b["fano"_n][k].e * b["mean"_n][k].e * n / (n - 1)), vi[k].add(b["fano"_n][k].i * b["mean"_n][k].i * n / (n - 1));
      for (std::size_t j = 0; j < 2 * within + 1; ++j) c[k][j].add(b["c"_n][k][j]);
    }
  }
  int far = 0;
  double before = 0;
  for (std::size_t k = 0; k < 8; ++k) {
    auto const w = static_cast<double>(widths[k].count());
    CAPTURE(w);
    CHECK(ve[k].off(var(mu_e, w)) < 4);
    CHECK(vi[k].off(var(mu_i, w)) < 4);
    for (std::int64_t lag = -within; lag <= within; ++lag) {
      CAPTURE(lag);
      auto const& x = c[k][static_cast<std::size_t>(lag + within)];
      CHECK(x.off(cov(w, static_cast<double>(lag))) < 4);
      far += cov(w, static_cast<double>(lag)) > 10 * x.standard_error();
    }
    auto const curve = cov(w, 0) / std::sqrt(var(mu_e, w) * var(mu_i, w));
    CHECK(r[k].off(curve) < 4);
    CHECK(curve > before);  // rises towards its plateau
    before = curve;
  }
  CHECK(far > 15);
}

TEST_CASE("closed forms: a drive common to both gives a peak at zero lag between populations that never meet") {
  // r about 0.14 at zero lag, 0.78 of that one bin away; the curve is even by construction
  over_seeds interpolated, asymmetry, centroid;
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    random_stream random(seed);
    auto const table = table_of(ou_cox<ms>{.e_hz = 500, .i_hz = 300, .sigma = 0.3, .tau = ms{20}, .delay = ms{0}, .step = ms{1}}.trains({0s, 200s}, random));
    auto const b = table | split(pair) | pyramid(scales{5ms}) | measure("peak"_n = peak_lag{}, "asymmetry"_n = asymmetry_index{}, "centroid"_n = lag_centroid{});
    CHECK(b["peak"_n][0].bins == 0);
    CHECK(b["peak"_n][0].correlation > 0.1);
    interpolated.add(b["peak"_n][0].interpolated), asymmetry.add(b["asymmetry"_n][0]), centroid.add(b["centroid"_n][0]);
  }
  for (auto const* x : {&interpolated, &asymmetry, &centroid}) CHECK(x->off(0) < 4);
  CHECK(interpolated.standard_error() < 0.05);  // bins of 5 ms
  CHECK(asymmetry.standard_error() < 0.02);
}

// ---- renewal ------------------------------------------------------------------------------------------------------------------------------

TEST_CASE("closed forms: Fano factors of gamma renewal spikes fall to 1/k") {
  // k = 4 in E, k = 2 in I, rates 50 and 80 Hz: 1/k + (1 − 1/k²)/(6νT), the rest below 1e-8 from 200 ms on
  scales const widths{200ms, 500ms, 1s, 2s};
  over_seeds e[4], i[4];
  for (std::uint64_t seed = 0; seed < 32; ++seed) {
    random_stream random(seed);
    window<ticks<30'000>> const observed{0s, 100s};
    auto const table = table_of(std::array{gamma_renewal(4, 50, observed, random), gamma_renewal(2, 80, observed, random)});
    auto const b = table | split(pair) | pyramid(widths) | measure("fano"_n = fano_factors{}, "mean"_n = mean_activity{});
    for (std::size_t k = 0; k < 4; ++k) {
      // the variance of n bins about their own mean misses the variance of that mean, Fano(∞)/n here, instead of 1/n of the whole
      auto const w = in_seconds(widths[k]), n = 100 / w, to_rate_e = b["mean"_n][k].e / (50 * w), to_rate_i = b["mean"_n][k].i / (80 * w);
      e[k].add(b["fano"_n][k].e * to_rate_e + (1.0 / 4 + (1 - 1.0 / 16) / (6 * 50 * 100)) / n);
      i[k].add(b["fano"_n][k].i * to_rate_i + (1.0 / 2 + (1 - 1.0 / 4) / (6 * 80 * 100)) / n);
    }
  }
  for (std::size_t k = 0; k < 4; ++k) {
    auto const w = in_seconds(widths[k]);
    CAPTURE(w);
    CHECK(e[k].off(1.0 / 4 + (1 - 1.0 / 16) / (6 * 50 * w)) < 4);
    CHECK(i[k].off(1.0 / 2 + (1 - 1.0 / 4) / (6 * 80 * w)) < 4);
    CHECK(e[k].standard_error() < 0.02);
  }
}

// ---- identities ---------------------------------------------------------------------------------------------------------------------------

TEST_CASE("closed forms: identities of a recording at its scales, to 1e-12") {
  using tk = ticks<30'000>;
  auto const [table, cells] = modulated_population<tk>{.units_e = 12, .units_i = 5, .seconds = 60}.recording(11);
  auto swapped = cells;
  for (auto& c : swapped) c = c == cell::e ? cell::i : cell::e;
  std::vector<tk> const widths{tk{30}, tk{90}, tk{450}, tk{3'150}, tk{31'500}};  // each a whole multiple of the one before
  constexpr std::int64_t within = 6;
  auto const study = pyramid(widths) | measure("rho"_n = zero_lag_correlation{}, "deviation"_n = deviation{}, "c"_n = correlation_by_lag{.within = within}, "rows"_n = rows_themselves{});
  auto const a = table | split(cells) | study, b = table | split(swapped) | study;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    CAPTURE(k);
    auto const& run = a["rows"_n][k].runs();
    REQUIRE(run.size() == 1);
    auto const& e = run[0].e;
    auto const& i = run[0].i;
    auto const n = static_cast<double>(e.size());

    // Σ of the bins is the number of spikes in complete bins
    auto const end = static_cast<std::int64_t>(e.size()) * widths[k].count();
    std::int64_t spikes_e = 0, spikes_i = 0;
    for (std::size_t j = 0; j < table.spikes(); ++j)
      if (table.at()[j] < end) (cells[table.unit()[j]] == cell::e ? spikes_e : spikes_i) += 1;
    CHECK(std::accumulate(e.begin(), e.end(), std::int64_t{0}) == spikes_e);
    CHECK(std::accumulate(i.begin(), i.end(), std::int64_t{0}) == spikes_i);

    // bins of a whole multiple of a width are sums of its bins
    if (k > 0) {
      auto const& fine = a["rows"_n][k - 1].runs()[0];
      auto const times = static_cast<std::size_t>(widths[k] / widths[k - 1]);
      int wrong = 0;
      for (std::size_t bin = 0; bin < e.size(); ++bin) {
        std::int64_t sum_e = 0, sum_i = 0;
        for (std::size_t j = bin * times; j < (bin + 1) * times; ++j) sum_e += fine.e[j], sum_i += fine.i[j];
        wrong += sum_e != e[bin] || sum_i != i[bin];
      }
      CHECK(wrong == 0);
    }

    // SD(z_E − z_I) from the series themselves, and √(2(1 − r))
    long double me = 0, mi = 0, ve = 0, vi = 0, sum = 0, f = 0;
    for (std::size_t t = 0; t < e.size(); ++t) me += e[t] / n, mi += i[t] / n;
    for (std::size_t t = 0; t < e.size(); ++t) ve += (e[t] - me) * (e[t] - me) / n, vi += (i[t] - mi) * (i[t] - mi) / n;
    for (std::size_t t = 0; t < e.size(); ++t) {
      auto const difference = (e[t] - me) / std::sqrt(ve) - (i[t] - mi) / std::sqrt(vi);
      sum += difference * difference / n, f += (e[t] / 12.0L - i[t] / 5.0L) / n;
    }
    auto const z = static_cast<double>(std::sqrt(sum));
    auto const r = a["rho"_n][k];
    CHECK(std::abs(z - std::sqrt(2 * (1 - r))) < 1e-12);
    CHECK(std::abs(a["deviation"_n][k].zscored - z) < 1e-12);
    CHECK(std::abs(a["deviation"_n][k].per_cell_mean - static_cast<double>(f)) < 1e-12);

    // series of unit sum, and the SD of their difference: its mean is 0, as both means are 1/n
    long double sum_e = 0, sum_i = 0, apart = 0;
    for (std::size_t t = 0; t < e.size(); ++t) sum_e += e[t] / static_cast<long double>(spikes_e), sum_i += i[t] / static_cast<long double>(spikes_i);
    CHECK(std::abs(static_cast<double>(sum_e - 1)) < 1e-12);
    CHECK(std::abs(static_cast<double>(sum_i - 1)) < 1e-12);
    for (std::size_t t = 0; t < e.size(); ++t) {
      auto const difference = e[t] / static_cast<long double>(spikes_e) - i[t] / static_cast<long double>(spikes_i);
      apart += difference * difference / n;
    }
    CHECK(a["deviation"_n][k].unit_sum == near(static_cast<double>(std::sqrt(apart)), 1e-12));

    // labels swapped: r stays, the imbalance changes sign, lags turn round
    CHECK(std::abs(b["rho"_n][k] - r) < 1e-12);
    CHECK(b["deviation"_n][k].per_cell_mean == -a["deviation"_n][k].per_cell_mean);
    CHECK(std::abs(b["deviation"_n][k].per_cell - a["deviation"_n][k].per_cell) < 1e-12);
    for (std::size_t j = 0; j < 2 * within + 1; ++j) CHECK(std::abs(a["c"_n][k][j] - b["c"_n][k][2 * within - j]) < 1e-12);
  }
}

TEST_CASE("closed forms: r does not see a gain: every excitatory spike twice, every inhibitory spike three times") {
  using tk = ticks<30'000>;
  auto const [table, cells] = modulated_population<tk>{.units_e = 12, .units_i = 5, .seconds = 60}.recording(12);
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::size_t j = 0; j < table.spikes(); ++j) {
    auto const times = cells[table.unit()[j]] == cell::e ? 2u : 3u;
    at.insert(at.end(), times, table.at()[j]), unit.insert(unit.end(), times, table.unit()[j]);
  }
  spike_table<tk> const louder(at, unit, table.size(), table.when());
  auto const study = split(cells) | pyramid(log_scales<20>()) | measure("rho"_n = zero_lag_correlation{}, "c"_n = correlation_by_lag{.within = 3}, "deviation"_n = deviation{});
  auto const a = table | study, b = louder | study;
  for (std::size_t k = 0; k < 20; ++k) {
    CHECK(std::abs(a["rho"_n][k] - b["rho"_n][k]) < 1e-12);
    for (std::size_t j = 0; j < 7; ++j) CHECK(std::abs(a["c"_n][k][j] - b["c"_n][k][j]) < 1e-12);
    CHECK(std::abs(a["deviation"_n][k].relative - b["deviation"_n][k].relative) < 1e-12);  // relative to their own means
  }
}

TEST_CASE("closed forms: r does not see a constant: a unit that fires once in every bin") {
  random_stream random(3);
  window<ms> const observed{0s, 20s};
  auto const [e, i] = common_source<ms>{.shared_hz = 20, .e_hz = 30, .i_hz = 30, .delay = ms{0}}.trains(observed, random);
  std::vector<std::int64_t> beat;
  for (std::int64_t t = 0; t < 20'000; t += 10) beat.push_back(t + 3);
  std::vector<cell> const cells{cell::e, cell::i, cell::e};
  auto const study = pyramid(scales{10ms, 50ms, 200ms}) | measure("rho"_n = zero_lag_correlation{});
  auto const a = table_of(std::array{e, i}) | split(pair) | study, b = table_of(std::array{e, i, spike_vector<ms>(beat, observed)}) | split(cells) | study;
  for (std::size_t k = 0; k < 3; ++k) CHECK(std::abs(a["rho"_n][k] - b["rho"_n][k]) < 1e-12);
}

TEST_CASE("closed forms: the 32 scales of the study") {
  auto const widths = log_scales<32>();
  auto const at = [&](std::size_t k) { return static_cast<double>(widths[k].count()) / 1e6; };
  CHECK(std::abs(at(14) - 66.686) < 5e-4);  // to half of the last digit given
  CHECK(std::abs(at(19) - 298.867) < 5e-4);
  CHECK(std::abs(at(24) - 1339.43) < 5e-3);
  CHECK(std::abs(at(29) - 6002.91) < 5e-3);
  CHECK(std::abs(at(31) - 10938.0) < 5e-2);
  for (std::size_t k = 1; k < 32; ++k) CHECK(at(k) / at(k - 1) == near(std::exp(0.3), 1e-6));  // whole nanoseconds
}
