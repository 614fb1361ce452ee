// SPDX-License-Identifier: BSL-1.0
// A study over data that are never held whole: what memory it takes for one hour and for eight. Item: one spike.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <vector>

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
/// 1 000 units of 50 Hz each in blocks of 10 ms, 32 scales and 41 lags: what an array gives a laboratory's computer. Item: one spike. One
/// iteration is a minute; `worst_absorb_us` is the longest that any block took, over all iterations.
void BM_stream_1000units(benchmark::State& state) {
  constexpr std::int64_t units = 1'000, block_ticks = 300, blocks = 6'000;
  eq::random_stream random(7);
  std::vector<std::int64_t> at;
  std::vector<eq::unit_index> unit;
  for (double t = 0; t < static_cast<double>(blocks * block_ticks); t += random.exponential() * 30'000 / (50.0 * units)) {
    at.push_back(static_cast<std::int64_t>(t));
    unit.push_back(static_cast<eq::unit_index>(random.below(units)));
  }
  std::vector<eq::cell> cells(units, eq::cell::e);
  std::fill(cells.begin() + 800, cells.end(), eq::cell::i);
  eq::event_block<tick> const minute{{tick{0}, tick{blocks * block_ticks}}, at, unit};
  std::vector<eq::event_block<tick>> parts;
  for (std::int64_t b = 0; b < blocks; ++b) parts.push_back(minute.within({tick{b * block_ticks}, tick{(b + 1) * block_ticks}}));

  auto live = eq::stream(eq::split(cells) | eq::pyramid(eq::log_scales<32>()) | eq::measure("rho"_n = eq::zero_lag_correlation{}, "lag"_n = eq::peak_lag{.within = 20}), eq::layout<tick>{{tick{0}, (tick::max)()}, units});
  std::vector<std::int64_t> later(at.size());
  double worst = 0;
  std::int64_t minutes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto const shift = minutes++ * blocks * block_ticks;
    std::transform(at.begin(), at.end(), later.begin(), [shift](std::int64_t t) { return t + shift; });
    state.ResumeTiming();
    for (auto const& p : parts) {
      auto const from = static_cast<std::size_t>(p.at.data() - at.data());
      auto const begun = std::chrono::steady_clock::now();
      live.absorb({{p.when.begin + tick{shift}, p.when.end + tick{shift}}, std::span(later).subspan(from, p.at.size()), p.unit});
      if (minutes > 1) worst = std::max(worst, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count());  // after warm-up
    }
  }
  benchmark::DoNotOptimize(live.result());
  state.SetItemsProcessed(minutes * static_cast<std::int64_t>(at.size()));
  state.counters["worst_absorb_us"] = worst;
  state.counters["blocks"] = static_cast<double>(minutes * blocks);
  state.counters["times_real_time"] = benchmark::Counter(static_cast<double>(minutes) * 60, benchmark::Counter::kIsRate);
}

BENCHMARK(BM_stream_1000units)->Name("BM_stream/1000units")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_streamed_study)->Name("BM_streamed_study/8h")->Unit(benchmark::kMillisecond);

}  // namespace
