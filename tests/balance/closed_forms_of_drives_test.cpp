// SPDX-License-Identifier: BSL-1.0
// Processes whose pair covariances are known in closed form, and that the library has no generator of: telegraph rates, Hawkes clusters; and the
// common source seen by spike times. |mean over seeds − theory| ≤ 4 standard errors.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/correlate/correlogram.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <vector>

#include "../over_seeds.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using testing::over_seeds;

namespace {
using us = ticks<1'000'000>;
std::vector<cell> const pair{cell::e, cell::i};

/// ∬ of the exponential autocovariance: K'' = e^{−|x|/τ}.
auto K(double x, double tau) -> double { return tau * tau * std::exp(-std::abs(x) / tau) + tau * std::abs(x); }

struct second_moments {
  using statistic = co_moments;
  struct value {
    double ee, ii, ei;  // n − 1 in the denominator
  };
  auto operator()(co_moments const& s, row_info const&) const -> value {
    auto const n = static_cast<double>(s.n()), all = n * (n - 1);
    return {static_cast<double>(s.spread_e()) / all, static_cast<double>(s.spread_i()) / all, static_cast<double>(s.spread_ei()) / all};
  }
};
auto poisson_number(double mean, random_stream& random) -> int {
  int n = 0;
  for (auto t = random.exponential(); t < mean; t += random.exponential()) ++n;
  return n;
}
}  // namespace

TEST_CASE("closed forms: two trains with one telegraph rate have the covariance p(1 − p)Δλ² of the exponential with τ = 1/(α + β)") {
  constexpr double up_rate = 40, down_rate = 4, to_down = 4, to_up = 6;  // Hz; leaving the up and the down state
  constexpr double p = to_up / (to_up + to_down), tau = 1 / (to_up + to_down), swing = up_rate - down_rate;
  scales const widths{10ms, 100ms, 1000ms};
  over_seeds ei[3], ee[3];
  for (std::uint64_t seed = 0; seed < 32; ++seed) {
    window<us> const observed{0s, 400s};
    random_stream random(seed);
    std::vector<double> switches;  // s; up before the first if it began up
    auto const began_up = random.uniform() < p;
    auto up = began_up;
    for (double t = 0; t < 400; up = !up) switches.push_back(t += random.exponential() / (up ? to_down : to_up));
    auto rate = [&](us t) {
      auto const passed = std::lower_bound(switches.begin(), switches.end(), in_seconds(t)) - switches.begin();
      return (passed % 2 == 0) == began_up ? up_rate : down_rate;
    };
    auto const e = cox<us>(rate, up_rate, observed, random), i = cox<us>(rate, up_rate, observed, random);
    auto const b = table_of(std::array{e, i}) | split(pair) | pyramid(widths) | measure("moments"_n = second_moments{});
    for (std::size_t k = 0; k < 3; ++k) ei[k].add(b["moments"_n][k].ei), ee[k].add(b["moments"_n][k].ee);
  }
  auto const mean = p * up_rate + (1 - p) * down_rate;
  for (std::size_t k = 0; k < 3; ++k) {
    CAPTURE(k);
    auto const w = in_seconds(widths[k]);
    auto const shared = p * (1 - p) * swing * swing * (2 * K(w, tau) - 2 * K(0, tau));
    CHECK(ei[k].off(shared) < 4);
    CHECK(ee[k].off(mean * w + shared) < 4);
    CHECK(ei[k].standard_error() < 0.05 * shared);
  }
}

TEST_CASE("closed forms: Hawkes clusters have the long-bin covariance (1 − G)⁻¹ diag(λ) (1 − G)⁻ᵀ, and r of .6247") {
  // children of a spike of population a in population b: Poisson of mean G[b][a], exponentially delayed by 2 ms
  constexpr double G[2][2] = {{.5, 0}, {.4, .1}}, immigrants_hz = 10, delay_s = 2e-3;
  over_seeds rho, cov_ee, cov_ii, cov_ei, rates[2];
  for (std::uint64_t seed = 0; seed < 32; ++seed) {
    constexpr double length = 400, before = 1;
    random_stream random(seed, 7);
    struct event {
      double t;
      int population;
    };
    std::vector<event> queue;
    for (int a : {0, 1})
      for (auto t = -before + random.exponential() / immigrants_hz; t < length; t += random.exponential() / immigrants_hz) queue.push_back({t, a});
    std::vector<std::int64_t> spikes[2];
    for (std::size_t k = 0; k < queue.size(); ++k) {
      auto const [t, a] = queue[k];
      if (t >= 0 && t < length) spikes[a].push_back(static_cast<std::int64_t>(t * 1e6));
      for (int b : {0, 1})
        for (auto n = poisson_number(G[b][a], random); n > 0; --n) queue.push_back({t + delay_s * random.exponential(), b});
    }
    std::vector<spike_vector<us>> trains;
    for (auto& s : spikes) {
      std::sort(s.begin(), s.end());
      trains.emplace_back(s, window<us>{0s, us{static_cast<std::int64_t>(length * 1e6)}});
    }
    for (std::size_t a : {0u, 1u}) rates[a].add(static_cast<double>(spikes[a].size()) / length);
    auto const b = table_of(trains) | split(pair) | pyramid(scales{2000ms}) | measure("rho"_n = zero_lag_correlation{}, "moments"_n = second_moments{});
    rho.add(b["rho"_n][0]);
    cov_ee.add(b["moments"_n][0].ee / 2000), cov_ii.add(b["moments"_n][0].ii / 2000), cov_ei.add(b["moments"_n][0].ei / 2000);  // per millisecond
  }
  CHECK(rates[0].off(20) < 4);
  CHECK(rates[1].off(20) < 4);
  CHECK(cov_ee.off(.08) < 4);
  CHECK(cov_ii.off(.04049) < 4);
  CHECK(cov_ei.off(.03556) < 4);
  CHECK(rho.off(.6247) < 4);
  CHECK(rho.standard_error() < .01);
}

TEST_CASE("closed forms: a common source with a delay is a single bin of the correlogram, ν_c T spikes above chance") {
  constexpr double shared = 5, own_e = 10, own_i = 15, seconds = 200;
  over_seeds at_delay, elsewhere, mirrored;
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    window<us> const observed{0s, us{200'000'000}};
    random_stream random(seed, 3);
    std::vector<std::int64_t> e, i;
    auto add = [&](double hz, bool to_e, bool to_i) {
      auto const train = poisson(hz, observed, random);
      for (auto const t : train.raw()) {
        if (to_e) e.push_back(t);
        if (to_i && t + 7'300 < 200'000'000) i.push_back(t + (to_e ? 7'300 : 0));
      }
    };
    add(shared, true, true), add(own_e, true, false), add(own_i, false, true);
    std::sort(e.begin(), e.end()), std::sort(i.begin(), i.end());
    std::vector<spike_vector<us>> const trains{{e, observed}, {i, observed}};
    auto const c = table_of(trains) | correlograms(half_open{50ms, 1ms}, 0, 1);
    auto const forth = c.counts(0, 1), back = c.counts(1, 0);
    at_delay.add(static_cast<double>(forth[57]));  // [7, 8) ms: bins begin at −50
    for (std::size_t b : {20u, 43u, 56u, 58u, 90u}) elsewhere.add(static_cast<double>(forth[b]));
    mirrored.add(static_cast<double>(back[42]));   // [−8, −7)
  }
  auto const chance = (shared + own_e) * (shared + own_i) * seconds * 1e-3;
  CHECK(at_delay.off(shared * seconds + chance) < 4);
  CHECK(mirrored.off(shared * seconds + chance) < 4);
  CHECK(elsewhere.off(chance) < 4);
}
