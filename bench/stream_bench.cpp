// SPDX-License-Identifier: BSL-1.0
// A study over data that are never held whole: peak memory after one hour and after eight. Item: one spike.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "recording.hpp"

namespace {

using namespace bench;
using namespace eq::literals;

auto peak_mib() -> double {
  rusage u{};
  getrusage(RUSAGE_SELF, &u);
  return static_cast<double>(u.ru_maxrss) / 1024;
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
    auto items = hours(1);
    auto const one = peak_mib();
    items += hours(8);
    state.counters["peak_MiB_1h"] = one;
    state.counters["peak_MiB_8h"] = peak_mib();
    state.SetItemsProcessed(items);
  }
}
BENCHMARK(BM_streamed_study)->Name("BM_streamed_study/8h")->Unit(benchmark::kMillisecond);

}  // namespace
