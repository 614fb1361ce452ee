// SPDX-License-Identifier: BSL-1.0
// How often each pair of counts occurs: in sparse bins (0.2 spikes) and in full ones (8). Item: one pair of counts.
#include <benchmark/benchmark.h>

#include <equipoise/simd/pair_counts.hpp>

#include "counts.hpp"

namespace {

namespace simd = equipoise::simd;
constexpr std::size_t side = 32;

template <class Work>
void pass(benchmark::State& state, double mean, Work const& work) {
  auto const e = bench::counts<std::uint8_t>(mean, 1), i = bench::counts<std::uint8_t>(mean, 2);
  std::vector<std::int64_t> table(side * side);
  for (auto _ : state) {
    work(e, i, table.data());
    benchmark::DoNotOptimize(table.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(e.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(2 * e.size()));
}
using row = std::vector<std::uint8_t>;
auto const scalar = [](row const& e, row const& i, std::int64_t* table) { simd::pair_counts_scalar(e.data(), i.data(), e.size(), table, side); };
template <bool MostlySmall>
auto const vectorised = [](row const& e, row const& i, std::int64_t* table) { simd::pair_counts<simd::best_arch>(e.data(), i.data(), e.size(), MostlySmall, table, side); };

void BM_pair_counts_sparse(benchmark::State& s) { pass(s, 0.2, vectorised<true>); }
void BM_pair_counts_sparse_scalar(benchmark::State& s) { pass(s, 0.2, scalar); }
void BM_pair_counts_full(benchmark::State& s) { pass(s, 8, vectorised<false>); }
void BM_pair_counts_full_scalar(benchmark::State& s) { pass(s, 8, scalar); }

BENCHMARK(BM_pair_counts_sparse)->Name("BM_pair_counts/sparse");
BENCHMARK(BM_pair_counts_sparse_scalar)->Name("BM_pair_counts_scalar/sparse");
BENCHMARK(BM_pair_counts_full)->Name("BM_pair_counts/full");
BENCHMARK(BM_pair_counts_full_scalar)->Name("BM_pair_counts_scalar/full");

}  // namespace
