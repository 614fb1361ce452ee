// SPDX-License-Identifier: BSL-1.0
// A study over data that are never held whole: what memory it takes for one hour and for eight. Item: one spike.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "recording.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

using namespace bench;
using namespace eq::literals;

/// A line of Linux's account of this process, in MiB: VmRSS is what it holds, VmHWM the most it held. 0 elsewhere.
auto mib(std::string const& name) -> double {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ':')) return std::atof(line.c_str() + name.size() + 1) / 1024;
  return 0;
}
/// How far memory rose above what was held before.
template <class Work>
auto rise(Work const& work) -> double {
#if defined(__GLIBC__)
  malloc_trim(0);  // what was freed counts as free
#endif
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak starts anew, whatever ran before
  auto const before = mib("VmRSS");
  work();
  return mib("VmHWM") - before;
}

/// Blocks of one second made on the way, 300 spikes each.
auto hours(int n) -> std::int64_t {
  std::vector<eq::cell> cells(100, eq::cell::e);
  std::fill(cells.begin() + 80, cells.end(), eq::cell::i);
  auto const study = eq::split(cells) | eq::pyramid(eq::log_scales<32>()) | eq::measure("rho"_n = eq::zero_lag_correlation{}, "lag"_n = eq::peak_lag{.within = 20}, "tail"_n = eq::tail_index{});
  auto live = eq::stream(study, eq::layout<tick>{{tick{0}, std::chrono::hours{n}}, 100});
  eq::random_stream random(1);
  std::vector<std::int64_t> at(300);
  std::vector<eq::unit_index> unit(300);
  for (std::int64_t s = 0; s < 3600 * n; ++s) {
    for (std::size_t k = 0; k < at.size(); ++k) at[k] = s * 30'000 + static_cast<std::int64_t>(k * 100 + random.below(100)), unit[k] = static_cast<eq::unit_index>(random.below(100));
    live.absorb({{tick{s * 30'000}, tick{(s + 1) * 30'000}}, at, unit});
  }
  benchmark::DoNotOptimize(live);
  return 3600 * n * 300;
}

void BM_streamed_study(benchmark::State& state) {
  for (auto _ : state) {
    std::int64_t items = 0;
    state.counters["rise_MiB_1h"] = rise([&] { items += hours(1); });
    state.counters["rise_MiB_8h"] = rise([&] { items += hours(8); });
    state.SetItemsProcessed(items);
  }
}
BENCHMARK(BM_streamed_study)->Name("BM_streamed_study/8h")->Unit(benchmark::kMillisecond);

}  // namespace
