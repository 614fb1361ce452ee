// SPDX-License-Identifier: BSL-1.0
// Who drives or suppresses whom: 300 units of a cortical array, ten minutes, all 89 700 ordered pairs. From the spikes to the evidence of each unit,
// and its parts. Item: one ordered pair.
#include <benchmark/benchmark.h>

#include <cmath>
#include <equipoise/classify/interaction.hpp>

#include "recording.hpp"

namespace {

using namespace bench;

/// Poisson trains of log-normal rates, median 2 Hz, mean 4 Hz, four units an electrode.
auto array_of(std::size_t units, double seconds) -> eq::recording {
  using ns = std::chrono::nanoseconds;
  eq::random_stream random(300);
  std::vector<eq::spike_vector<ns>> trains;
  eq::recording out;
  eq::window<ns> const when{ns{0}, ns{std::llround(seconds * 1e9)}};
  for (std::size_t u = 0; u < units; ++u) {
    trains.push_back(eq::poisson((std::min)(2 * std::exp(std::sqrt(2 * std::log(2.0)) * random.normal()), 40.0), when, random));
    out.units.push_back({.id = static_cast<std::int64_t>(u), .channel = static_cast<std::int32_t>(u / 4)});
  }
  out.table = eq::table_of(trains);
  return out;
}
auto u300() -> eq::recording const& {
  static auto const made = array_of(300, 600);
  return made;
}
auto ordered_pairs(eq::recording const& r) -> std::int64_t { return static_cast<std::int64_t>(r.size() * (r.size() - 1)); }

void BM_interaction(benchmark::State& state) {
  auto const& r = u300();
  for (auto _ : state) benchmark::DoNotOptimize(eq::interactions(r));
  state.SetItemsProcessed(state.iterations() * ordered_pairs(r));
  state.counters["spikes"] = static_cast<double>(r.table.spikes());
}
void BM_correlograms(benchmark::State& state) {
  auto const& r = u300();
  for (auto _ : state) benchmark::DoNotOptimize(r | eq::correlograms(eq::monosynaptic_options::lags()));
  state.SetItemsProcessed(state.iterations() * ordered_pairs(r));
}
void BM_pairs(benchmark::State& state) {
  auto const& r = u300();
  auto const table = r | eq::correlograms(eq::monosynaptic_options::lags());
  for (auto _ : state) benchmark::DoNotOptimize(eq::monosynaptic_pairs(table));
  state.SetItemsProcessed(state.iterations() * ordered_pairs(r));
}
void BM_read(benchmark::State& state) {
  auto const& r = u300();
  auto const table = r | eq::correlograms(eq::monosynaptic_options::lags());
  for (auto _ : state)
    for (std::size_t i = 0; i < table.size(); ++i)
      for (std::size_t j = 0; j < table.size(); ++j) benchmark::DoNotOptimize(table.counts(i, j));
  state.SetItemsProcessed(state.iterations() * ordered_pairs(r));
}

BENCHMARK(BM_interaction)->Name("BM_interaction/300")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_correlograms)->Name("BM_interaction_correlograms/300")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_read)->Name("BM_interaction_read/300")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_pairs)->Name("BM_interaction_pairs/300")->Unit(benchmark::kMillisecond);

}  // namespace
