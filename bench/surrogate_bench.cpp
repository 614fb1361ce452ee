// SPDX-License-Identifier: BSL-1.0
// Surrogates by the thousand, on one thread: the correlogram of one pair and the correlation of the ensembles, draw by draw. Item: one surrogate.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <equipoise/correlate/correlogram.hpp>
#include <equipoise/correlate/correlogram_draws.hpp>
#include <equipoise/inference/correlation_draws.hpp>
#include <equipoise/inference/shifted_bins.hpp>

#include "recording.hpp"

namespace {

using namespace bench;
using namespace std::chrono_literals;

constexpr std::size_t draws = 1000;

/// The unit whose number of spikes is nearest to n.
auto unit_of(std::int64_t n) -> eq::unit_index {
  auto const& x = h1u100<tick>().table;
  eq::unit_index best = 0;
  auto distance = [&](eq::unit_index u) { return std::abs(static_cast<std::int64_t>(x[u].size()) - n); };
  for (eq::unit_index u = 1; u < x.size(); ++u)
    if (distance(u) < distance(best)) best = u;
  return best;
}
auto const lags = eq::half_open{50ms, 1ms};
auto const by_25ms = eq::dither{.half_width = 25ms};
auto const by_50ms = eq::dither{.half_width = 50ms};

void pair(benchmark::State& state) {
  auto const& x = h1u100<tick>().table;
  auto const moved = unit_of(9562), fixed = unit_of(29486);
  for (auto _ : state) benchmark::DoNotOptimize(eq::correlogram_draws(x, lags, moved, fixed, by_25ms, 1, draws));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(draws));
}
/// The scalar twin: one surrogate at a time, spike by spike, sorted and counted.
void pair_scalar(benchmark::State& state) {
  auto const& x = h1u100<tick>().table;
  auto const moved = unit_of(9562), fixed = unit_of(29486);
  auto const s = eq::realised_bins<eq::half_open>::in<tick>(lags);
  auto const there = x[fixed].raw();
  std::uint64_t k = 0;
  for (auto _ : state) {
    eq::random_stream random(eq::draw_key(1, k++, eq::dither::name).seed(), moved);
    std::vector<std::int64_t> at, count(s.bins());
    auto places = by_25ms.places(x.observed());
    std::uint64_t both = 0;
    for (std::size_t j = 0; auto const t : x[moved].raw()) both = j++ % 2 == 0 ? random() : both >> 32, at.push_back(places(t).at(static_cast<std::uint32_t>(both)));
    std::sort(at.begin(), at.end());
    auto const reach = 50 * s.width();
    for (auto low = there.begin(); auto const t : at) {
      while (low != there.end() && *low < t - reach) ++low;
      for (auto other = low; other != there.end() && *other < t + reach; ++other) ++count[static_cast<std::size_t>((*other - t + reach) / s.width())];
    }
    benchmark::DoNotOptimize(count.data());
  }
  state.SetItemsProcessed(state.iterations());
}

void ensemble(benchmark::State& state) {
  auto const& r = h1u100<tick>();
  for (auto _ : state) benchmark::DoNotOptimize(eq::correlation_draws(r.table, r.cells, 10ms, eq::cell::e, by_50ms, 1, draws));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(draws));
}
/// The scalar twin: one surrogate at a time, spike by spike into bins.
void ensemble_scalar(benchmark::State& state) {
  auto const& r = h1u100<tick>();
  auto const w = std::chrono::round<tick>(10ms).count();
  auto const bins = static_cast<std::size_t>(r.table.when().length().count() / w);
  std::vector<std::uint8_t> e(bins + 1), i(bins + 1);
  for (std::size_t k = 0; k < r.table.spikes(); ++k)
    if (r.cells[r.table.unit()[k]] == eq::cell::i) ++i[static_cast<std::size_t>(r.table.at()[k] / w)];
  std::uint64_t k = 0;
  for (auto _ : state) {
    std::fill(e.begin(), e.end(), std::uint8_t{});
    auto const seed = eq::draw_key(1, k++, eq::dither::name).seed();
    for (eq::unit_index u = 0; u < r.table.size(); ++u) {
      if (r.cells[u] != eq::cell::e) continue;
      eq::random_stream random(seed, u);
      auto places = by_50ms.places(r.table.observed());
      std::uint64_t both = 0;
      for (std::size_t j = 0; auto const t : r.table[u].raw()) both = j++ % 2 == 0 ? random() : both >> 32, ++e[static_cast<std::size_t>(places(t).at(static_cast<std::uint32_t>(both)) / w)];
    }
    benchmark::DoNotOptimize(eq::simd::pair_sums_scalar(e.data(), i.data(), bins));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(pair)->Name("BM_surrogate_pair_dither/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(pair_scalar)->Name("BM_surrogate_pair_dither_scalar/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(ensemble)->Name("BM_surrogate_ensemble_r/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(ensemble_scalar)->Name("BM_surrogate_ensemble_r_scalar/h1u100")->Unit(benchmark::kMillisecond);

/// The default null, whole bins shifted in a circle: rows at 10 ms, kept, then r of 1 000 shifts. Item: one surrogate.
void ensemble_r_shift(benchmark::State& state) {
  using namespace eq::literals;
  auto const& r = h1u100<tick>();
  struct rows_themselves {
    using statistic = eq::count_rows;
    auto operator()(eq::count_rows const& s, eq::row_info const&) const -> eq::count_rows { return s; }
  };
  auto const kept = r.table | (eq::split(r.cells) | eq::pyramid(eq::scales{10ms}) | eq::measure("rows"_n = rows_themselves{}));
  eq::row_info const row{0, kept["scale"_n][0], {80, 20}, kept["bins"_n][0]};
  for (auto _ : state) benchmark::DoNotOptimize(eq::shifted_bins{.draws = static_cast<std::int64_t>(draws)}(kept["rows"_n][0], row));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(draws));
}
}  // namespace
BENCHMARK(ensemble_r_shift)->Name("BM_surrogate_ensemble_r_shift/h1u100")->Unit(benchmark::kMillisecond);
