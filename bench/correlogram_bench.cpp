// SPDX-License-Identifier: BSL-1.0
// Auto- and cross-correlograms of all pairs of units, ±50 ms in bins of 1 ms. Item: one coincidence, each unordered pair of spikes once.
#include <benchmark/benchmark.h>

#include <equipoise/correlate/correlogram.hpp>
#include <numeric>

#include "recording.hpp"

namespace {

using namespace bench;
using namespace std::chrono_literals;

auto const bins = eq::half_open{50ms, 1ms};

/// Unordered coincidences of a table: both orders stand in it but for what only one of the two counts at its edges.
auto coincidences(eq::coincidence_state<tick> const& s) -> std::int64_t {
  std::int64_t n = 0;
  for (std::size_t k = 0; k < s.table().size(); ++k) n += s.table()[k];
  return n;
}
void all_pairs(benchmark::State& state, recording<tick> const& r) {
  auto const study = eq::correlograms(bins);
  auto counted = eq::start(study, r.table.blocks().layout());
  eq::absorb(counted, r.table.blocks());
  for (auto _ : state) benchmark::DoNotOptimize(eq::run(r.table, study));
  state.SetItemsProcessed(state.iterations() * coincidences(counted));
}
/// The scalar twin: the same pass, one pair of spikes after another.
void all_pairs_scalar(benchmark::State& state, recording<tick> const& r) {
  auto const s = eq::realised_bins<eq::half_open>::in<tick>(bins).slots();
  auto const n = r.table.spikes();
  auto const units = static_cast<std::uint32_t>(r.table.size());
  std::vector<std::uint32_t> at(n), row(n), column(n), table(std::size_t{units} * units * s.size());
  for (std::size_t k = 0; k < n; ++k) at[k] = static_cast<std::uint32_t>(r.table.at()[k]), row[k] = r.table.unit()[k] * units * s.size(), column[k] = r.table.unit()[k] * s.size();
  for (auto _ : state) {
    std::fill(table.begin(), table.end(), 0u);
    eq::simd::coincidences_scalar(s, at.data(), row.data(), column.data(), n, n, 0, table.data());
    benchmark::DoNotOptimize(table.data());
  }
  state.SetItemsProcessed(state.iterations() * std::accumulate(table.begin(), table.end(), std::int64_t{0}));
}
void BM_h1u100(benchmark::State& state) { all_pairs(state, h1u100<tick>()); }
void BM_h1u100_scalar(benchmark::State& state) { all_pairs_scalar(state, h1u100<tick>()); }
void BM_m30u400(benchmark::State& state) { all_pairs(state, m30u400()); }
void BM_m30u400_scalar(benchmark::State& state) { all_pairs_scalar(state, m30u400()); }

BENCHMARK(BM_h1u100)->Name("BM_correlogram_all_pairs/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_h1u100_scalar)->Name("BM_correlogram_all_pairs_scalar/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_m30u400)->Name("BM_correlogram_all_pairs/m30u400")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_m30u400_scalar)->Name("BM_correlogram_all_pairs_scalar/m30u400")->Unit(benchmark::kMillisecond);

}  // namespace
