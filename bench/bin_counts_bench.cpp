// SPDX-License-Identifier: BSL-1.0
// Counting a minute of 300 spikes a second at 30 kHz in bins: few spikes a bin (1 ms), and many (100 ms). Item: one spike.
#include <benchmark/benchmark.h>

#include <equipoise/simd/bin_counts.hpp>

#include "counts.hpp"

namespace {

namespace simd = equipoise::simd;
constexpr std::uint64_t extent = 60 * 30'000;
constexpr std::size_t spikes = 60 * 300;

template <class Count>
void count(benchmark::State& state, std::uint64_t width, Count const& into) {
  auto const bins = static_cast<std::size_t>(extent / width);
  std::vector<std::uint8_t> out(bins);
  for (auto _ : state) {
    into(width, out.data(), bins);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(spikes));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(spikes * 4 + bins));
}
void vectorised(benchmark::State& state, std::uint64_t width) {
  simd::event_index index;
  index.build(bench::offsets(spikes, extent), 0, extent);
  count(state, width, [&](std::uint64_t w, std::uint8_t* out, std::size_t bins) { simd::bin_counts<simd::best_arch>(index, 0, w, out, bins); });
}
void scalar(benchmark::State& state, std::uint64_t width) {
  auto const at = bench::offsets(spikes, extent);
  count(state, width, [&](std::uint64_t w, std::uint8_t* out, std::size_t bins) { simd::bin_counts_scalar(std::span<std::uint32_t const>(at), std::uint64_t{0}, w, out, bins); });
}
void BM_bin_counts_1ms(benchmark::State& s) { vectorised(s, 30); }
void BM_bin_counts_1ms_scalar(benchmark::State& s) { scalar(s, 30); }
void BM_bin_counts_100ms(benchmark::State& s) { vectorised(s, 3000); }
void BM_bin_counts_100ms_scalar(benchmark::State& s) { scalar(s, 3000); }
/// What one block pays before its first scale.
void BM_event_index(benchmark::State& state) {
  auto const at = bench::offsets(spikes, extent);
  simd::event_index index;
  for (auto _ : state) {
    index.build(at, 0, extent);
    benchmark::DoNotOptimize(index);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(spikes));
}

BENCHMARK(BM_bin_counts_1ms)->Name("BM_bin_counts/1ms");
BENCHMARK(BM_bin_counts_1ms_scalar)->Name("BM_bin_counts_scalar/1ms");
BENCHMARK(BM_bin_counts_100ms)->Name("BM_bin_counts/100ms");
BENCHMARK(BM_bin_counts_100ms_scalar)->Name("BM_bin_counts_scalar/100ms");
BENCHMARK(BM_event_index)->Name("BM_event_index/60s");

}  // namespace
