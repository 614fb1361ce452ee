// SPDX-License-Identifier: BSL-1.0
// Two .npy columns, times and units, to a table in time order and by unit; the bytes are in memory, so that no disk is timed. Item: one spike.
#include <benchmark/benchmark.h>

#include <equipoise/io/npy.hpp>

#include "recording.hpp"

namespace {

using namespace bench;

void BM_load(benchmark::State& state) {
  auto const& r = h1u100<tick>();
  auto const times = eq::npy_bytes(r.table.at(), {r.table.spikes()}), units = eq::npy_bytes(r.table.unit(), {r.table.spikes()});
  for (auto _ : state) {
    eq::spike_table<tick> const table(eq::as_vector<std::int64_t>(eq::parse_npy(times, "times.npy")), eq::as_vector<eq::unit_index>(eq::parse_npy(units, "units.npy")), r.table.size(), r.table.when());
    benchmark::DoNotOptimize(table.spikes());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(r.table.spikes()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(times.size() + units.size()));
}

BENCHMARK(BM_load)->Name("BM_load/h1u100")->Unit(benchmark::kMillisecond);

}  // namespace
