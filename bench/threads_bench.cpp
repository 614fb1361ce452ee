// SPDX-License-Identifier: BSL-1.0
// A whole study of eight hours and 400 units: on threads (read the wall time), and how its cost grows with the recording. Item: one spike.
#include <benchmark/benchmark.h>

#include <equipoise/parallel/threads.hpp>

#include "recording.hpp"

namespace {

using namespace bench;

void BM_threads(benchmark::State& state) {
  auto const& r = h8u400();
  auto const study = whole_study(r.cells);
  for (auto _ : state) benchmark::DoNotOptimize(eq::run_parallel(r.table, study, static_cast<std::size_t>(state.range(0))));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(r.table.spikes()));
}
/// The first k 64ths of the recording.
void BM_growth(benchmark::State& state) {
  auto const& r = h8u400();
  auto const study = whole_study(r.cells);
  eq::epochs<tick> const when(eq::window<tick>{tick{0}, r.table.when().end / 64 * state.range(0)});
  std::int64_t spikes = 0;
  for (auto blocks = r.table.blocks(when); auto const b = blocks.next();) spikes += static_cast<std::int64_t>(b->size());
  for (auto _ : state) benchmark::DoNotOptimize(eq::run(eq::within(r.table, when), study));
  state.SetItemsProcessed(state.iterations() * spikes);
}

BENCHMARK(BM_threads)->Name("BM_threads/h8u400")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_growth)->Arg(1)->Arg(4)->Arg(16)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
