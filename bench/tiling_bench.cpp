// SPDX-License-Identifier: BSL-1.0
// Spike time tiling coefficients of all pairs of an hour of 100 units, dt 5 ms: pooled, and pair by pair. Item: one pair.
#include <benchmark/benchmark.h>

#include <chrono>

#include "recording.hpp"

namespace {

using namespace bench;
constexpr std::chrono::milliseconds dt{5};

/// Work gives the coefficient of every pair i > j.
template <class Work>
void all_pairs(benchmark::State& state, Work const& work) {
  auto const& table = h1u100<tick>().table;
  auto const units = static_cast<eq::unit_index>(table.size());
  for (auto _ : state) {
    double sum = 0;
    work(table, [&](auto const& coefficient) {
      for (eq::unit_index i = 0; i < units; ++i)
        for (eq::unit_index j = 0; j < i; ++j) sum += coefficient(i, j);
    });
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(units) * (units - 1) / 2);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(table.spikes()) * 12);
}

void BM_tiling_all_pairs(benchmark::State& state) {
  all_pairs(state, [](auto const& table, auto const& each) { each(eq::tiling(table, dt)); });
}
/// The scalar twin: two cursors per pair.
void BM_tiling_all_pairs_scalar(benchmark::State& state) {
  all_pairs(state, [](auto const& table, auto const& each) { each([&](eq::unit_index i, eq::unit_index j) { return eq::tiling(table[i], table[j], dt, table.observed()).coefficient(); }); });
}

BENCHMARK(BM_tiling_all_pairs)->Name("BM_tiling_all_pairs/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_tiling_all_pairs_scalar)->Name("BM_tiling_all_pairs_scalar/h1u100")->Unit(benchmark::kMillisecond);

}  // namespace
