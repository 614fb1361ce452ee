// SPDX-License-Identifier: BSL-1.0
// Windows that advance by half a second over an hour, overlapping 2, 10 and 100 times. Item: one hop.
#include <benchmark/benchmark.h>

#include "recording.hpp"

namespace {

using namespace bench;
using namespace std::chrono_literals;

/// What is followed in windows: r and the lag of the peak at 32 scales.
auto followed(std::vector<eq::cell> const& cells) {
  using namespace eq::literals;
  return eq::split(cells) | eq::pyramid(eq::log_scales<32>()) | eq::measure("rho"_n = eq::zero_lag_correlation{}, "lag"_n = eq::peak_lag{.within = 20});
}

void BM_sliding(benchmark::State& state) {
  auto const& r = h1u100<tick>();
  auto const length = 500ms * state.range(0);
  auto const study = eq::sliding(std::chrono::milliseconds(length), 500ms) | followed(r.cells);
  std::size_t windows = 0;
  for (auto _ : state) windows = eq::run(r.table, study).size();
  state.SetItemsProcessed(state.iterations() * 7'200);
  state.counters["windows"] = static_cast<double>(windows);
}
/// The twin: every window on its own, from the spikes.
void BM_sliding_anew(benchmark::State& state) {
  auto const& r = h1u100<tick>();
  auto const length = std::chrono::round<tick>(500ms * state.range(0)), hop = std::chrono::round<tick>(500ms);
  auto const study = followed(r.cells);
  for (auto _ : state)
    for (auto t = tick{0}; t + length <= r.table.when().end; t += 60 * hop)  // one window in sixty
      benchmark::DoNotOptimize(eq::run(eq::within(r.table, eq::epochs<tick>(eq::window<tick>{t, t + length})), study));
  state.SetItemsProcessed(state.iterations() * 7'200 / 60);
}

BENCHMARK(BM_sliding)->Arg(2)->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_sliding_anew)->Arg(2)->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace
