// SPDX-License-Identifier: BSL-1.0
// All features of mean waveforms of 48 samples, on the default grid. Item: one waveform. The scalar twin measures one waveform after the other.
#include <benchmark/benchmark.h>

#include <cmath>
#include <equipoise/classify/waveform.hpp>
#include <equipoise/core/random.hpp>

namespace {

// 48 samples at 30 kHz: a trough near sample 20 and an after-potential, of many widths, heights, distances and phases, with noise; every sixteenth
// points upwards, and where the after-potential comes late the window cuts it off.
auto waveforms(std::int64_t n) -> equipoise::waveform_table {
  equipoise::random_stream random(1);
  equipoise::waveform_table table{.values = {}, .samples = 48, .rate_hz = 30'000};
  for (std::int64_t i = 0; i < n; ++i) {
    auto const height = (i % 16 == 7 ? -1 : 1) * 100 * std::exp(0.5 * random.normal());
    auto const trough = 20 + random.normal(), before = trough - 9 + random.normal(), after = trough + (i % 5 == 0 ? 9 + random.normal() : 21 + 3 * random.normal());
    auto const narrow = 2.5 + 1.5 * random.uniform(), wide = 4 + 4 * random.uniform(), peak = 0.15 + 0.35 * random.uniform(), first = 0.15 * random.uniform();
    auto const bump = [](double t, double sd) { return std::exp(-t * t / (2 * sd * sd)); };
    for (int k = 0; k < 48; ++k)
      table.values.push_back(static_cast<float>(height * (-bump(k - trough, narrow) + peak * bump(k - after, wide) + first * bump(k - before, 3.0)) + 1.5 * random.normal()));
  }
  return table;
}

void BM_waveform_features(benchmark::State& state) {
  auto const table = waveforms(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(equipoise::features_of(table).data());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void BM_waveform_features_scalar(benchmark::State& state) {
  auto const table = waveforms(state.range(0));
  auto const plan = equipoise::detail::plan_of({}, table.rate_hz, table.samples);
  equipoise::detail::waveform_memory memory(equipoise::simd::waveform_room<double>(plan));
  for (auto _ : state)
    for (std::size_t k = 0; k < table.size(); ++k) {
      auto const* const row = table[k].data();
      equipoise::simd::waveform_measures<double> r;
      equipoise::simd::measure_waveforms_scalar(plan, &row, memory.data(), r);
      benchmark::DoNotOptimize(r);
    }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_waveform_features)->Arg(10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_waveform_features_scalar)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
