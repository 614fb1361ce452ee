// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/classify/train_features.hpp>
#include <equipoise/correlate/correlogram.hpp>
#include <equipoise/io/phy.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/run.hpp>
#include <equipoise/synthetic/processes.hpp>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "../near.hpp"
#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using testing::near;
using ns = std::chrono::nanoseconds;
using ms = std::chrono::milliseconds;

namespace {
auto time_of(std::vector<window<ms>> const& windows) -> epochs<ms> { return epochs<ms>(std::span<window<ms> const>(windows)); }
auto rat() -> recording const& {
  static auto const r = read_phy(EQUIPOISE_EXAMPLE_DATA "/rat_prefrontal_T224_2019_12_18");
  return r;
}
}  // namespace

TEST_CASE("train features: worked by hand") {
  std::vector<std::int64_t> const at{0, 10, 30, 40, 41, 141};  // intervals 10, 20, 10, 1, 100 ms
  auto const f = train_features_of<ms>(at, epochs<ms>(window<ms>{0ms, 2s}));
  CHECK(f.spikes == 6);
  CHECK(f.intervals == 5);
  CHECK(f.rate_hz == near(3, 1e-12));
  CHECK(f.burst_fraction == near(3.0 / 5, 1e-12));
  CHECK(f.refractory_share == near(1.0 / 5, 1e-12));
  CHECK(f.cv2 == near(2.0 / 4 * (10.0 / 30 + 10.0 / 30 + 9.0 / 11 + 99.0 / 101), 1e-12));
  CHECK(f.local_variation == near(3.0 / 4 * (2.0 / 9 + 81.0 / 121 + 9801.0 / 10201), 1e-12));
  // mean 28.2, deviations −18.2, −8.2, −18.2, −27.2, 71.8: Σ² = 6624.8
  CHECK(f.cv == near(std::sqrt(6624.8 / 4) / 28.2, 1e-12));
  CHECK(reason_of(f.burst_index) == reason::not_available);  // fewer than 100 spikes
  CHECK(reason_of(train_features_of<ms>(at, epochs<ms>(window<ms>{0ms, 2s}), {.acg = {.least_pairs = 1}}).acg.tau_rise_ms) == reason::unresolved);  // ticks of 1 ms
  auto const wide = train_features_of<ms>(at, epochs<ms>(window<ms>{0ms, 2s}), {.burst = 21ms, .refractory = 11ms});
  CHECK(wide.burst_fraction == near(4.0 / 5, 1e-12));
  CHECK(wide.refractory_share == near(3.0 / 5, 1e-12));
}

TEST_CASE("train features: no interval spans a gap, spikes outside the windows do not count") {
  std::vector<std::int64_t> const at{0, 10, 30, 40, 41, 141};
  auto const f = train_features_of<ms>(at, time_of({{0ms, 20ms}, {25ms, 41ms}, {100ms, 164ms}}));  // 0 10 | 30 40 | 141
  CHECK(f.spikes == 5);
  CHECK(f.intervals == 2);
  CHECK(f.rate_hz == near(50, 1e-12));
  CHECK(f.burst_fraction == 1);
  CHECK(f.cv == 0);
  CHECK(reason_of(f.cv2) == reason::not_available);  // no two intervals in a row
}

TEST_CASE("train features: the burst index by hand, of both signs") {
  // a doublet of 4 ms every 200 ms, 60 times: 60 pairs in the bin of 4 ms, nothing at 40–50 ms
  std::vector<std::int64_t> bursts, slow;
  for (std::int64_t k = 0; k < 60; ++k) bursts.push_back(200 * k), bursts.push_back(200 * k + 4);
  epochs<ms> const time(window<ms>{0ms, 100s});
  CHECK(train_features_of<ms>(bursts, time).burst_index == 1);
  // every 45 ms: nothing before 10 ms
  for (std::int64_t k = 0; k < 200; ++k) slow.push_back(45 * k);
  CHECK(train_features_of<ms>(slow, time).burst_index == -1);
  // groups of three at 0, 5, 45 ms: one pair each of 5, 40 and 45 ms: peak 1 bin, base 2/10 of one
  std::vector<std::int64_t> both;
  for (std::int64_t k = 0; k < 60; ++k)
    for (auto const d : {0, 5, 45}) both.push_back(300 * k + d);
  CHECK(train_features_of<ms>(both, time).burst_index == near(0.8, 1e-3));  // 4·10⁻⁴ of the pairs at 45 ms are given back for the edge
}

TEST_CASE("train features: of ten units of a recording as numpy makes them") {
  auto const all = train_features_of(rat(), {.acg_fit = false});
  CHECK(all.size() == rat().size());
  std::ifstream in(EQUIPOISE_TEST_DATA "/classify_trains/train_features.txt");
  std::string line;
  auto units = 0;
  for (; std::getline(in, line); ++units) {
    std::istringstream words(line);
    std::string index;
    std::int64_t unit = 0, spikes = 0;
    double rate = 0, burst = 0, refractory = 0, cv = 0, cv2 = 0, lv = 0;
    words >> unit >> spikes >> rate >> burst >> refractory >> index >> cv >> cv2 >> lv;
    auto const& f = all[static_cast<std::size_t>(unit)];
    CAPTURE(unit);
    CHECK(f.id == unit);
    CHECK(f.spikes == spikes);
    CHECK(f.rate_hz == near(rate, 1e-8));
    CHECK(std::abs(f.burst_fraction - burst) < 1e-8);
    CHECK(std::abs(f.refractory_share - refractory) < 1e-8);
    CHECK(f.cv == near(cv, 1e-7));
    CHECK(f.cv2 == near(cv2, 1e-6));
    CHECK(f.local_variation == near(lv, 1e-6));
    if (index == "nan") CHECK(reason_of(f.burst_index) == reason::not_available);  // no pair of spikes within 10 ms or at 40 to 50 ms
    else CHECK(std::abs(f.burst_index - std::stod(index)) < 1e-4);                  // theirs is not corrected for the edges, 10⁻⁴ of the rate
    CHECK(reason_of(f.acg.tau_rise_ms) == reason::not_asked_for);
  }
  CHECK(units == 10);
}

TEST_CASE("train features: the fit is of the autocorrelogram, and as low as scipy's") {
  std::ifstream in(EQUIPOISE_TEST_DATA "/classify_trains/autocorrelograms.txt");
  std::string line;
  for (int k = 0; std::getline(in, line) && k < 4; ++k) {
    std::istringstream words(line);
    std::int64_t unit = 0, pairs = 0;
    double one = 0, best = 0;
    words >> unit >> pairs >> one >> best;
    auto const f = train_features_of(std::span<std::int64_t const>(raw(rat()[static_cast<unit_index>(unit)])), rat().observed());
    CAPTURE(unit);
    CHECK(f.acg.residual_hz2 == near(best, 0.01));
  }
}

TEST_CASE("train features: counts by lag are those of the correlogram of all pairs, with gaps") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    auto const [table, cells] = testing::random_recording<ticks<30'000>>(seed, {.units = 2, .length = 60'000, .spikes = 900, .gaps = seed % 2 == 0, .begin = -700});
    auto const whole = table | correlograms(half_open{50ms, 1ms});
    auto const halves = table | correlograms(centred{50ms, 500us});
    for (unit_index u = 0; u < 2; ++u) {
      detail::lag_counts<ticks<30'000>> lags;
      for (auto const& w : table.observed()) {
        std::vector<std::int64_t> here;
        for (auto const t : table[u].raw())
          if (w.contains(ticks<30'000>{t})) here.push_back(t);
        lags.add(here);
      }
      auto const a = whole.counts(u, u), b = halves.counts(u, u);
      std::int64_t ties = 0;  // spikes at one time count in both orders there
      for (auto const& x : table[u].raw())
        for (auto const& y : table[u].raw()) ties += &x < &y && x == y ? 1 : 0;
      CHECK(a[50] == lags.whole[0] + ties);
      CHECK(std::equal(lags.whole.begin() + 1, lags.whole.end(), a.begin() + 51));
      CHECK(std::equal(lags.halves.begin() + 1, lags.halves.end(), b.begin() + 101));
    }
  }
}

TEST_CASE("train features: Poisson spikes are neither bursting nor regular, also in many short windows") {
  random_stream random(3);
  auto const train = poisson<ns>(20, window<ns>{0s, 2000s}, random);
  std::vector<window<ns>> cut;
  for (int k = 0; k < 20'000; ++k) cut.push_back({100ms * k, 100ms * k + 80ms});
  for (auto const& time : {epochs<ns>(window<ns>{0s, 2000s}), epochs<ns>(std::span<window<ns> const>(cut))}) {
    auto const f = train_features_of<ns>(train.raw(), time, {.acg = {.rise_threshold_ms = 0}});
    auto const whole = time.size() == 1;
    CHECK(f.rate_hz == near(20, 0.02));
    if (whole) {
      CHECK(f.burst_fraction == near(1 - std::exp(-0.3), 0.02));
      CHECK(f.refractory_share == near(1 - std::exp(-0.04), 0.06));
      CHECK(f.cv == near(1, 0.02));
      CHECK(f.cv2 == near(1, 0.02));
      CHECK(f.local_variation == near(1, 0.02));
    }
    CHECK(std::abs(f.burst_index) < 0.12);  // a noisy peak over a flat base: 800 or 500 pairs a bin
    CHECK(f.acg(10) == near(20, 0.06));     // lags near a window's length are not thinned out
    CHECK(f.acg(48) == near(20, 0.06));
  }
}

TEST_CASE("train features: some epochs give what the spikes in them give") {
  epochs<ns> const some{window<ns>{10s, 130s}, window<ns>{300s, 420s}};
  auto const parts = train_features_of(rat(), some, {.acg_fit = false});
  for (unit_index u : {38u, 130u}) {
    auto const& f = parts[u];
    std::int64_t spikes = 0;
    for (auto const t : raw(rat()[u])) spikes += some.contains(ns{t}) ? 1 : 0;
    CHECK(f.spikes == spikes);
    CHECK(f.rate_hz == near(static_cast<double>(spikes) / 240, 1e-12));
    CHECK(f.intervals == spikes - 2);
  }
  CHECK(reason_of(train_features_of(rat(), epochs<ns>(window<ns>{700s, 800s}))[0].rate_hz) == reason::not_available);  // beyond the recording
}

TEST_CASE("train features: what is undefined says why") {
  epochs<ms> const time(window<ms>{0ms, 10s});
  auto const silent = train_features_of<ms>(std::vector<std::int64_t>{}, time);
  CHECK(silent.rate_hz == 0);
  for (auto const x : {silent.burst_fraction, silent.burst_index, silent.cv, silent.cv2, silent.refractory_share, silent.acg.tau_rise_ms, silent.acg.rise_z}) CHECK(reason_of(x) == reason::no_spikes);
  auto const one = train_features_of<ms>(std::vector<std::int64_t>{5}, time);
  CHECK(reason_of(one.burst_fraction) == reason::not_available);
  // 40 windows of 30 ms: no pair of spikes can be 45 ms apart
  std::vector<window<ms>> cut;
  std::vector<std::int64_t> at;
  for (std::int64_t k = 0; k < 40; ++k) {
    cut.push_back({ms{100 * k}, ms{100 * k + 30}});
    for (auto const d : {0, 3, 9, 20}) at.push_back(100 * k + d);
  }
  auto const shorter = train_features_of<ms>(at, time_of(cut));
  CHECK(reason_of(shorter.burst_index) == reason::unresolved);
  CHECK(reason_of(shorter.acg.tau_decay_ms) == reason::unresolved);
  CHECK(shorter.burst_fraction == 1);
  CHECK_THROWS_WITH_AS(train_features_of<ms>(at, time, {.burst = 0ms}), doctest::Contains("longer than 0"), error);
}
