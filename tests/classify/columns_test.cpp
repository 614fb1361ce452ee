// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/classify/columns.hpp>
#include <equipoise/classify/kmeans.hpp>
#include <equipoise/classify/mixture.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fixtures.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using ns = std::chrono::nanoseconds;

namespace {
/// 60 units of 10 s: 20 narrow ones of 20 Hz and 40 wide ones of 2 Hz, with some scatter of their shapes.
auto two_populations() -> recording {
  recording r;
  std::vector<std::pair<std::int64_t, unit_index>> spikes;
  for (unit_index u = 0; u < 60; ++u) {
    auto const narrow = u < 20;
    fixtures::model const m{.sigma1 = narrow ? .08 : .15, .tp = (narrow ? .35 : .75) + .004 * static_cast<double>(u % 7), .end_ms = 3};
    auto const w = m.sampled(30'000);
    r.waveforms.values.insert(r.waveforms.values.end(), w.begin(), w.end());
    r.waveforms.samples = w.size(), r.waveforms.rate_hz = 30'000;
    r.units.push_back({.id = 100 + u, .quality = unit_quality::good, .channel = -1, .columns = {}});
    for (int k = 0; k < (narrow ? 200 : 20); ++k) spikes.emplace_back(std::int64_t{k} * (narrow ? 50'000'000 : 500'000'000) + u, u);
  }
  std::sort(spikes.begin(), spikes.end());
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (auto const& [t, u] : spikes) at.push_back(t), unit.push_back(u);
  r.table = spike_table<ns>(std::move(at), std::move(unit), 60, window<ns>{0s, 10s});
  return r;
}
}  // namespace

TEST_CASE("columns: features of shape and of spike trains by name, with the file's numbers") {
  auto const r = two_populations();
  auto const table = features_named(r, {"rate_hz", "trough_to_peak_ms", "log10_rate", "cv"});
  REQUIRE(table.size() == 60);
  CHECK(table.ids[3] == 103);
  CHECK(table.find("rate_hz")->values[0] == 20);
  CHECK(table.find("rate_hz")->values[59] == 2);
  CHECK(std::abs(table.find("log10_rate")->values[59] - std::log10(2)) < 1e-15);
  CHECK(std::abs(table.find("cv")->values[0]) < 1e-9);  // a clock
  CHECK(table.narrow[0] < 0.45);
  CHECK(table.narrow[59] > 0.6);
  for (auto const& c : train_columns) CHECK(is_train_column(c.name));
  CHECK_FALSE(is_train_column("trough_to_peak_ms"));
  CHECK_THROWS_WITH_AS(features_named(r, {"depth"}), doctest::Contains("acg_tau_rise_ms"), error);
  auto silent = r;
  silent.table = spike_table<ns>({}, {}, 60, window<ns>{0s, 10s});
  CHECK_THROWS_WITH_AS(features_named(silent, {"rate_hz"}), doctest::Contains("no spikes"), error);
  CHECK(features_named(silent, {"snr"}).size() == 60);
}

TEST_CASE("columns: classify takes features of either kind, and joins the warnings of the recording") {
  auto const r = two_populations();
  std::vector<cell> truth(60, cell::e);
  std::fill_n(truth.begin(), 20, cell::i);
  for (auto const& features : {std::vector<std::string>{"trough_to_peak_ms"}, {"trough_to_peak_ms", "half_width_ms"}}) CHECK(classify(r, gaussian_mixture{.features = features}).cells == truth);
  CHECK(classify(r, k_means{.features = {"trough_to_peak_ms", "log10_rate"}}).cells == truth);
  CHECK(classify(r, k_means{.features = {"log10_rate"}}).cells == truth);
  auto slow = r;  // the narrow units become the slow ones
  std::vector<unit_index> unit;
  for (auto const u : r.table.unit()) unit.push_back(59 - u);
  slow.table = spike_table<ns>({r.table.at().begin(), r.table.at().end()}, std::move(unit), 60, window<ns>{0s, 10s});
  auto const l = classify(slow, gaussian_mixture{.features = {"trough_to_peak_ms"}});
  CHECK(std::any_of(l.warnings.begin(), l.warnings.end(), [](warning const& w) { return w.code == "fs_slower_than_rs"; }));
}
