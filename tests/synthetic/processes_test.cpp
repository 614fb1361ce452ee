// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/synthetic/processes.hpp>
#include <limits>
#include <numbers>
#include <vector>

#include "../over_seeds.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using testing::over_seeds;

namespace {
using tk = ticks<30'000>;
constexpr window<tk> observed{1s, 101s};  // does not begin at 0
constexpr int seeds = 32;

/// Counts in the whole bins of w seconds from the window's begin.
auto counts(spike_vector<tk> const& train, tk w) -> std::vector<double> {
  std::vector<double> n(static_cast<std::size_t>(train.when().length() / w));
  for (auto const t : train.raw())
    if (auto const bin = static_cast<std::size_t>((tk{t} - train.when().begin) / w); bin < n.size()) n[bin] += 1;
  return n;
}
/// Variance of counts about the mean that the rate gives, over that mean: unbiased, also with few bins.
auto fano(spike_vector<tk> const& train, tk w, double rate_hz) -> double {
  auto const mean = rate_hz * in_seconds(w);
  double sum = 0;
  auto const n = counts(train, w);
  for (auto const x : n) sum += (x - mean) * (x - mean);
  return sum / mean / static_cast<double>(n.size());
}
/// Rate over the first 4 ms of 100 trains: `draw(window, random)`.
auto early_rate(std::uint64_t seed, auto draw) -> double {
  double n = 0;
  for (std::uint64_t k = 0; k < 100; ++k) {
    random_stream random(seed, k + 1);
    n += static_cast<double>(draw(window<tk>{0s, 4ms}, random).size());
  }
  return n / 100 / 0.004;
}
auto cv(spike_vector<tk> const& train) -> double {
  over_seeds intervals;  // one pass over the intervals
  for (std::size_t k = 1; k < train.size(); ++k) intervals.add(in_seconds(train[k] - train[k - 1]));
  return std::sqrt(intervals.variance()) / intervals.mean();
}
/// Means over neighbouring intervals a, b: CV2 of 2|a − b|/(a + b), LV of 3((a − b)/(a + b))².
struct local_variation {
  over_seeds cv2, lv;
  explicit local_variation(spike_vector<tk> const& train) {
    for (std::size_t k = 2; k < train.size(); ++k) {
      auto const a = in_seconds(train[k - 1] - train[k - 2]), b = in_seconds(train[k] - train[k - 1]), x = (a - b) / (a + b);
      cv2.add(2 * std::abs(x)), lv.add(3 * x * x);
    }
  }
};
}  // namespace

TEST_CASE("processes: a Poisson train has its rate, CV 1, and Fano factor 1 in bins of every width") {
  over_seeds rate, irregularity, f[4];
  tk const widths[] = {3ms, 50ms, 1s, 10s};
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    random_stream random(seed);
    auto const train = poisson(20, observed, random);
    rate.add(train.rate_hz()), irregularity.add(cv(train));
    for (int k = 0; k < 4; ++k) f[k].add(fano(train, widths[k], 20));
  }
  CHECK(rate.off(20) < 4);
  CHECK(rate.standard_error() < 0.15);  // √(20/100 s/32) = 0.08
  CHECK(irregularity.off(1) < 4);
  for (auto const& x : f) CHECK(x.off(1) < 4);
}

TEST_CASE("processes: a gamma renewal train has its rate from the first bin on, CV 1/√k, and Fano factor 1/k + (1 − 1/k²)/(6νT)") {
  for (double const k : {0.5, 2.0, 4.0}) {
    over_seeds rate, start, irregularity, cv2, lv, f[3];
    tk const widths[] = {500ms, 2s, 5s};
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      random_stream random(seed);
      auto const train = gamma_renewal(k, 25, observed, random);
      rate.add(train.rate_hz()), irregularity.add(cv(train));
      if (k > 1) {  // below 1, intervals within a tick are too many
        local_variation const local(train);
        cv2.add(local.cv2.mean()), lv.add(local.lv.mean());
      }
      for (int j = 0; j < 3; ++j) f[j].add(fano(train, widths[j], 25));
      start.add(early_rate(seed, [k](auto first, auto& fresh) { return gamma_renewal(k, 25, first, fresh); }));
    }
    CAPTURE(k);
    CHECK(rate.off(25) < 4);
    CHECK(start.off(25) < 4);
    CHECK(irregularity.off(1 / std::sqrt(k)) < 4);
    CHECK(irregularity.standard_error() < 0.01);
    if (k > 1) {
      // a/(a + b) is Beta(k, k): E|2x − 1| = 2^{1 − 2k}/(k B(k, k)) and E(2x − 1)² = 1/(2k + 1)
      CHECK(cv2.off(std::exp2(2 - 2 * k) / k * std::exp(std::lgamma(2 * k) - 2 * std::lgamma(k))) < 4);
      CHECK(lv.off(3 / (2 * k + 1)) < 4);
      CHECK(cv2.standard_error() < 0.005);
      CHECK(lv.standard_error() < 0.005);
    }
    for (int j = 0; j < 3; ++j) CHECK(f[j].off(1 / k + (1 - 1 / (k * k)) / (6 * 25 * in_seconds(widths[j]))) < 4);
    CHECK(f[0].off(1) > 20);  // and not that of Poisson spikes
  }
}

TEST_CASE("processes: a dead time keeps the rate, lowers CV to 1 − rate·dead, and no interval is shorter") {
  over_seeds rate, start, irregularity;
  tk shortest = 1s;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    random_stream random(seed);
    auto const train = refractory_poisson(40, tk{10ms}, observed, random);
    rate.add(train.rate_hz()), irregularity.add(cv(train));
    start.add(early_rate(seed, [](auto first, auto& fresh) { return refractory_poisson(40, tk{10ms}, first, fresh); }));
    for (std::size_t k = 1; k < train.size(); ++k) shortest = std::min(shortest, train[k] - train[k - 1]);
  }
  CHECK(rate.off(40) < 4);
  CHECK(start.off(40) < 4);
  CHECK(irregularity.off(0.6) < 4);
  CHECK(shortest >= tk{10ms});
  CHECK(shortest < tk{11ms});
}

TEST_CASE("processes: a Cox train follows its rate, in steps and by thinning") {
  over_seeds low, high, thinned_low, thinned_high;
  rate_steps<tk> steps{0s, 10s, {99, 5, 40, 0, 20, 5, 40, 0, 20, 5, 40, 0}};  // the first and the last are partly outside
  auto const part = [](spike_vector<tk> const& x, tk from, tk to) {
    double n = 0;
    for (auto const t : x.raw()) n += from <= tk{t} && tk{t} < to;
    return n / in_seconds(to - from);
  };
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    random_stream random(seed);
    auto const a = cox(steps, window<tk>{10s, 105s}, random);
    low.add(part(a, 10s, 20s)), high.add(part(a, 20s, 30s));
    CHECK(part(a, 30s, 40s) == 0);
    auto const wave = [](tk t) { return 20 * (1 + std::sin(2 * std::numbers::pi * in_seconds(t))); };
    auto const b = cox(wave, 40, observed, random);
    double up = 0, down = 0;
    for (auto const t : b.raw()) (t % tk{1s}.count() < tk{500ms}.count() ? up : down) += 1;
    thinned_high.add(up / 50), thinned_low.add(down / 50);
  }
  CHECK(low.off(5) < 4);
  CHECK(high.off(40) < 4);
  CHECK(thinned_high.off(20 * (1 + 2 / std::numbers::pi)) < 4);  // the mean of sin over its upper half is 2/π
  CHECK(thinned_low.off(20 * (1 - 2 / std::numbers::pi)) < 4);
}

TEST_CASE("processes: a common source puts every shared spike into both trains, the delay apart, also across the window's ends") {
  for (tk const delay : {tk{7ms}, tk{-7ms}, tk{0}}) {
    random_stream random(5);
    auto const [e, i] = common_source<tk>{.shared_hz = 200, .e_hz = 0, .i_hz = 0, .delay = delay}.trains(observed, random);
    std::vector<std::int64_t> from_e, from_i;
    for (auto const t : e.raw())
      if (observed.contains(tk{t} + delay)) from_e.push_back((tk{t} + delay).count());
    for (auto const t : i.raw())
      if (observed.contains(tk{t} - delay)) from_i.push_back(t);
    CHECK(from_e == from_i);
    CHECK(from_e.size() > 19'000);
    over_seeds margin;  // spikes of the delayed train before any of the other could have caused them: 7 ms of 200 Hz
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      random_stream more(seed);
      auto const pair = common_source<tk>{.shared_hz = 200, .e_hz = 0, .i_hz = 0, .delay = delay}.trains({0s, 1s}, more);
      double n = 0;
      for (auto const t : (delay > tk{0} ? pair.i : pair.e).raw()) n += tk{t} < tk{7ms};
      margin.add(n);
    }
    CHECK(margin.off(1.4) < 4);
  }
}

TEST_CASE("processes: the pair with a common slow drive has its rates and the drive's variance of counts, for steps far below its correlation time and far above") {
  for (tk const step : {tk{1ms}, tk{400ms}}) {
    over_seeds e_rate, i_rate, spread;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      random_stream random(seed);
      auto const pair = ou_cox<tk>{.e_hz = 100, .i_hz = 40, .sigma = 0.3, .tau = 100ms, .delay = 400ms, .step = step}.trains(observed, random);
      e_rate.add(pair.e.rate_hz()), i_rate.add(pair.i.rate_hz());
      spread.add(fano(pair.e, 400ms, 100));
    }
    // Var/mean = 1 + 2 μ σ² τ² (w/τ − 1 + e^{−w/τ})/w with μ = 100/s, σ = .3, τ = .1 s, w = .4 s: 1 + 0.45·(3 + e^{−4})
    CHECK(e_rate.off(100) < 4);
    CHECK(i_rate.off(40) < 4);
    CHECK(spread.off(1 + 0.45 * (3 + std::exp(-4.0))) < 4);
    CHECK(spread.standard_error() < 0.05);
  }
}

TEST_CASE("processes: one seed one train, another stream an independent one") {
  auto const draw = [](std::uint64_t seed, std::uint64_t stream) {
    random_stream random(seed, stream);
    return gamma_renewal(2, 50, observed, random);
  };
  CHECK(draw(1, 2) == draw(1, 2));
  CHECK(draw(1, 2) != draw(2, 2));
  over_seeds r;  // correlation of counts of two streams of one seed: mean 0, variance 1/(n − 1)
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    random_stream a(seed, 0), b(seed, 1);
    auto const x = counts(poisson(20, observed, a), 100ms), y = counts(poisson(20, observed, b), 100ms);
    double xy = 0;
    for (std::size_t k = 0; k < x.size(); ++k) xy += (x[k] - 2) * (y[k] - 2);
    r.add(xy / static_cast<double>(x.size()) / 2);
  }
  CHECK(r.off(0) < 4);
  CHECK(r.standard_error() < 0.01);  // 1/√(1000 · 32) = .0056
}

TEST_CASE("processes: trains become a table, in their order") {
  spike_vector<tk> const a({30'000, 40'000, 40'000}, observed), b({30'000, 35'000}, observed);
  auto const table = table_of(std::vector{a, b, a});
  CHECK(table.size() == 3);
  CHECK(table.spikes() == 8);
  CHECK(table.when() == observed);
  std::vector<unit_index> const units{0, 1, 2, 1, 0, 0, 2, 2};
  CHECK(std::equal(table.unit().begin(), table.unit().end(), units.begin(), units.end()));
  CHECK(table_of(ei_trains<tk>{a, b})[1].size() == 2);
  CHECK_THROWS_WITH_AS(table_of(std::vector{a, spike_vector<tk>({}, {0s, 1s})}), doctest::Contains("train 1"), error);
  CHECK_THROWS_AS(table_of(std::vector<spike_vector<tk>>{}), error);
}

TEST_CASE("processes: what cannot be drawn is refused, a rate of 0 is silence") {
  random_stream random(1);
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(poisson(0, observed, random).empty());
  CHECK(gamma_renewal(2, 0, observed, random).empty());
  CHECK(poisson(10, window<tk>{}, random).empty());
  CHECK_THROWS_AS(poisson(-1, observed, random), error);
  CHECK_THROWS_AS(poisson(nan, observed, random), error);
  CHECK_THROWS_AS(gamma_renewal(0, 1, observed, random), error);
  CHECK_THROWS_AS(refractory_poisson(100, tk{10ms}, observed, random), error);
  CHECK_THROWS_AS(refractory_poisson(100, tk{-1ms}, observed, random), error);
  CHECK_THROWS_AS(cox(rate_steps<tk>{0s, 1s, {1, 2}}, observed, random), error);
  CHECK_THROWS_AS(cox(rate_steps<tk>{0s, 200s, {-1}}, observed, random), error);
  CHECK_THROWS_AS(cox([](tk) { return 50.0; }, 40, observed, random), error);
  CHECK_THROWS_AS((void)(ou_cox<tk>{.e_hz = 1, .i_hz = 1, .sigma = 0.2, .tau = tk{0}, .delay = {}, .step = 1ms}.trains(observed, random)), error);
}
