// SPDX-License-Identifier: BSL-1.0
// Two Gaussians in two features, 20 % of the rows in the first: a mixture from 10 starts, k-means from 10 starts, and one expectation step. Item: one row.
#include <benchmark/benchmark.h>

#include <equipoise/classify/mixture_fit.hpp>

namespace {

namespace simd = equipoise::simd;

auto rows(std::int64_t n) -> std::vector<double> {
  equipoise::random_stream random(1);
  std::vector<double> out;
  for (std::int64_t i = 0; i < n; ++i) {
    auto const first = 5 * i < n;
    out.push_back((first ? 0.50 : 0.70) + 0.06 * random.normal());
    out.push_back(first ? 0.28 + 0.03 * random.normal() : 0.72 + 0.05 * random.normal());
  }
  return out;
}

void BM_mixture(benchmark::State& state) {
  auto const x = rows(state.range(0));
  int steps = 0;
  for (auto _ : state) {
    auto const m = equipoise::fit_mixture(x, 2, 2, {.starts = 10});
    steps = m.iterations;
    benchmark::DoNotOptimize(m.log_likelihood);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["steps"] = steps;
}

void BM_k_means(benchmark::State& state) {
  auto const x = rows(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(equipoise::fit_k_means(x, 2, {.starts = 10}).inertia);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void BM_silhouette(benchmark::State& state) {
  auto const x = rows(state.range(0));
  auto const cluster = equipoise::fit_k_means(x, 2, {.starts = 1}).cluster;
  for (auto _ : state) benchmark::DoNotOptimize(equipoise::silhouette(x, 2, cluster).data());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

template <class Step>
void step(benchmark::State& state, Step const& expectation) {
  auto const x = rows(state.range(0));
  simd::feature_columns const columns(x, 2);
  auto const terms = *equipoise::detail::terms_of(equipoise::fit_mixture(x, 2, 2, {.starts = 1}));
  std::vector<double> sums(terms.sums_size());
  for (auto _ : state) {
    expectation(columns, terms, sums.data());
    benchmark::DoNotOptimize(sums.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
void BM_expectation(benchmark::State& state) { step(state, simd::expectation<simd::best_arch>); }
void BM_expectation_scalar(benchmark::State& state) { step(state, simd::expectation_scalar); }

BENCHMARK(BM_mixture)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_k_means)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_silhouette)->Arg(1'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_expectation)->Arg(10'000);
BENCHMARK(BM_expectation_scalar)->Arg(10'000);

}  // namespace
