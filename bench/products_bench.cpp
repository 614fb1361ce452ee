// SPDX-License-Identifier: BSL-1.0
// Sums of products at 21 lags, of bytes and of 16-bit counts. Item: one multiply-add.
#include <benchmark/benchmark.h>

#include <equipoise/simd/products.hpp>

#include "counts.hpp"

namespace {

namespace simd = equipoise::simd;
constexpr std::size_t lags = 21;

template <class V, class Work>
void pass(benchmark::State& state, double mean, Work const& work) {
  auto const x = bench::counts<V>(mean, 1, lags + 2 * simd::row_padding), y = bench::counts<V>(mean, 2, lags + 2 * simd::row_padding);
  auto const most = static_cast<std::uint32_t>(std::max(*std::max_element(x.begin(), x.end()), *std::max_element(y.begin(), y.end())));
  std::vector<std::int64_t> out(lags);
  for (auto _ : state) {
    work(x.data(), y.data(), most, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(lags * bench::row_length));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(2 * sizeof(V) * bench::row_length));
}
auto const vectorised = []<class V>(V const* x, V const* y, std::uint32_t most, std::int64_t* out) { simd::lagged_products<simd::best_arch>(x, y, bench::row_length, most, out, lags); };
auto const scalar = []<class V>(V const* x, V const* y, std::uint32_t, std::int64_t* out) { simd::lagged_products_scalar(x, y, bench::row_length, out, lags); };

void BM_lagged_products_u8(benchmark::State& s) { pass<std::uint8_t>(s, 0.2, vectorised); }
void BM_lagged_products_u8_scalar(benchmark::State& s) { pass<std::uint8_t>(s, 0.2, scalar); }
void BM_lagged_products_i16(benchmark::State& s) { pass<std::int16_t>(s, 300, vectorised); }
void BM_lagged_products_i16_scalar(benchmark::State& s) { pass<std::int16_t>(s, 300, scalar); }

BENCHMARK(BM_lagged_products_u8)->Name("BM_lagged_products/u8");
BENCHMARK(BM_lagged_products_u8_scalar)->Name("BM_lagged_products_scalar/u8");
BENCHMARK(BM_lagged_products_i16)->Name("BM_lagged_products/i16");
BENCHMARK(BM_lagged_products_i16_scalar)->Name("BM_lagged_products_scalar/i16");

}  // namespace
