// SPDX-License-Identifier: BSL-1.0
// An hour of spikes of 100 units divided into excitatory and inhibitory offsets. Item: one spike.
#include <benchmark/benchmark.h>

#include "recording.hpp"

namespace {

using namespace bench;

/// Takes the blocks and does nothing.
struct sink : eq::state_base {
  std::size_t events = 0;
  static auto fields(auto& s) { return std::tie(s.events); }
  auto merge(sink const& o) -> sink& { return events += o.events, *this; }
  void absorb(eq::ei_block<tick> const& b) noexcept { events += b.e.size() + b.i.size(); }
};

void BM_split(benchmark::State& state) {
  auto const& r = h1u100<tick>();
  for (auto _ : state) {
    auto s = eq::split(r.cells).attach(eq::layout<tick>{r.table.when(), r.table.size()}, sink{});
    auto blocks = r.table.blocks();
    while (auto const b = blocks.next()) s.absorb(*b);
    benchmark::DoNotOptimize(s);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(r.table.spikes()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(r.table.spikes()) * 12);
}
/// The scalar twin: a branch and a push per spike.
void BM_split_scalar(benchmark::State& state) {
  auto const& r = h1u100<tick>();
  std::vector<std::uint32_t> e, i;
  for (auto _ : state) {
    auto blocks = r.table.blocks();
    while (auto const b = blocks.next()) {
      e.clear(), i.clear();
      for (std::size_t k = 0; k < b->size(); ++k)
        if (auto const c = r.cells[b->unit[k]]; c != eq::cell::neither) (c == eq::cell::e ? e : i).push_back(static_cast<std::uint32_t>(b->at[k] - b->when.begin.count()));
      benchmark::DoNotOptimize(e.data());
      benchmark::DoNotOptimize(i.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(r.table.spikes()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(r.table.spikes()) * 12);
}

BENCHMARK(BM_split)->Name("BM_split/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_split_scalar)->Name("BM_split_scalar/h1u100")->Unit(benchmark::kMillisecond);

}  // namespace
