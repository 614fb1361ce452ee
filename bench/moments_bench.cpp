// SPDX-License-Identifier: BSL-1.0
// The five sums and the largest count of a row of bytes and of a row of 16-bit counts. Item: one pair of counts.
#include <benchmark/benchmark.h>

#include <equipoise/simd/moments.hpp>

#include "counts.hpp"

namespace {

namespace simd = equipoise::simd;

template <class C, class Work>
void pass(benchmark::State& state, double mean, Work const& work) {
  auto const e = bench::counts<C>(mean, 1), i = bench::counts<C>(mean, 2);
  for (auto _ : state) benchmark::DoNotOptimize(work(e.data(), i.data(), e.size()));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(e.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(2 * sizeof(C) * e.size()));
}
auto const sums = []<class C>(C const* e, C const* i, std::size_t n) { return simd::sums_of_pairs<simd::best_arch>(e, i, n); };
auto const sums_scalar = []<class C>(C const* e, C const* i, std::size_t n) { return simd::pair_sums_scalar(e, i, n); };
auto const largest = []<class C>(C const* e, C const* i, std::size_t n) { return simd::largest_count<simd::best_arch>(e, i, n); };
auto const largest_scalar = []<class C>(C const* e, C const* i, std::size_t n) {
  C most{};
  for (std::size_t k = 0; k < n; ++k) most = std::max({most, e[k], i[k]});
  return most;
};

void BM_sums_of_pairs_u8(benchmark::State& s) { pass<std::uint8_t>(s, 0.2, sums); }
void BM_sums_of_pairs_u8_scalar(benchmark::State& s) { pass<std::uint8_t>(s, 0.2, sums_scalar); }
void BM_sums_of_pairs_u16(benchmark::State& s) { pass<std::uint16_t>(s, 300, sums); }
void BM_sums_of_pairs_u16_scalar(benchmark::State& s) { pass<std::uint16_t>(s, 300, sums_scalar); }
void BM_largest_count_u8(benchmark::State& s) { pass<std::uint8_t>(s, 0.2, largest); }
void BM_largest_count_u8_scalar(benchmark::State& s) { pass<std::uint8_t>(s, 0.2, largest_scalar); }
void BM_largest_count_u16(benchmark::State& s) { pass<std::uint16_t>(s, 300, largest); }
void BM_largest_count_u16_scalar(benchmark::State& s) { pass<std::uint16_t>(s, 300, largest_scalar); }

BENCHMARK(BM_sums_of_pairs_u8)->Name("BM_sums_of_pairs/u8");
BENCHMARK(BM_sums_of_pairs_u8_scalar)->Name("BM_sums_of_pairs_scalar/u8");
BENCHMARK(BM_sums_of_pairs_u16)->Name("BM_sums_of_pairs/u16");
BENCHMARK(BM_sums_of_pairs_u16_scalar)->Name("BM_sums_of_pairs_scalar/u16");
BENCHMARK(BM_largest_count_u8)->Name("BM_largest_count/u8");
BENCHMARK(BM_largest_count_u8_scalar)->Name("BM_largest_count_scalar/u8");
BENCHMARK(BM_largest_count_u16)->Name("BM_largest_count/u16");
BENCHMARK(BM_largest_count_u16_scalar)->Name("BM_largest_count_scalar/u16");

}  // namespace
