// SPDX-License-Identifier: BSL-1.0
// The statistics on rows already binned, each with its scalar twin.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "recording.hpp"

namespace {

using namespace bench;

auto bins() -> std::int64_t {
  std::int64_t n = 0;
  for (auto const& scale : rows())
    for (auto const& r : scale) n += static_cast<std::int64_t>(r.e8.size() + r.e16.size());
  return n;
}
/// Multiply-adds of 41 lags on all scales.
auto multiply_adds() -> std::int64_t {
  std::int64_t n = 0;
  for (auto const& scale : rows()) {
    std::int64_t length = 0;
    for (auto const& r : scale) length += static_cast<std::int64_t>(r.e8.size() + r.e16.size());
    for (std::int64_t lag = -20; lag <= 20; ++lag) n += std::max<std::int64_t>(0, length - std::abs(lag));
  }
  return n;
}

template <class Make>
void statistic(benchmark::State& state, std::int64_t items, Make make) {
  auto const& all = rows();
  for (auto _ : state)
    for (auto const& scale : all) {
      auto s = make();
      absorb_all(scale, s);
      benchmark::DoNotOptimize(s);
    }
  state.SetItemsProcessed(state.iterations() * items);
  state.SetBytesProcessed(state.iterations() * bins() * 2);
}

void BM_lag_moments(benchmark::State& s) {
  statistic(s, multiply_adds(), [] { return eq::lag_moments(20); });
}
void BM_co_moments(benchmark::State& s) {
  statistic(s, bins(), [] { return eq::co_moments{}; });
}
void BM_joint_histogram(benchmark::State& s) {
  statistic(s, bins(), [] { return eq::joint_histogram{}; });
}

/// Rows of one scale after one another, widened: what the scalar twins run on.
auto series(std::vector<binned_row> const& scale) -> std::pair<std::vector<std::uint16_t>, std::vector<std::uint16_t>> {
  std::pair<std::vector<std::uint16_t>, std::vector<std::uint16_t>> x;
  for (auto const& r : scale) {
    x.first.insert(x.first.end(), r.e8.begin(), r.e8.end()), x.first.insert(x.first.end(), r.e16.begin(), r.e16.end());
    x.second.insert(x.second.end(), r.i8.begin(), r.i8.end()), x.second.insert(x.second.end(), r.i16.begin(), r.i16.end());
  }
  return x;
}
template <class Work>
void scalar(benchmark::State& state, std::int64_t items, Work work) {
  std::vector<std::pair<std::vector<std::uint16_t>, std::vector<std::uint16_t>>> all;
  for (auto const& scale : rows()) all.push_back(series(scale));
  for (auto _ : state)
    for (auto const& [e, i] : all) work(e, i);
  state.SetItemsProcessed(state.iterations() * items);
}
void BM_lag_moments_scalar(benchmark::State& s) {
  scalar(s, multiply_adds(), [](auto const& e, auto const& i) {
    auto const n = e.size();
    std::int64_t out[41]{};
    for (std::size_t lag = 0; lag <= 20 && lag < n; ++lag) {
      eq::simd::lagged_products_scalar(e.data(), i.data() + lag, n - lag, out + 20 + lag, 1);
      eq::simd::lagged_products_scalar(i.data(), e.data() + lag, n - lag, out + 20 - lag, 1);
    }
    benchmark::DoNotOptimize(out);
  });
}
void BM_co_moments_scalar(benchmark::State& s) {
  scalar(s, bins(), [](auto const& e, auto const& i) { benchmark::DoNotOptimize(eq::simd::pair_sums_scalar(e.data(), i.data(), e.size())); });
}
void BM_joint_histogram_scalar(benchmark::State& s) {
  std::vector<std::int64_t> table(256 * 256);
  scalar(s, bins(), [&](auto const& e, auto const& i) {
    for (std::size_t k = 0; k < e.size(); ++k) ++table[std::size_t{std::min<std::uint16_t>(e[k], 255)} * 256 + std::min<std::uint16_t>(i[k], 255)];
    benchmark::DoNotOptimize(table.data());
  });
}

BENCHMARK(BM_lag_moments)->Name("BM_lag_moments/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_lag_moments_scalar)->Name("BM_lag_moments_scalar/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_co_moments)->Name("BM_co_moments/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_co_moments_scalar)->Name("BM_co_moments_scalar/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_joint_histogram)->Name("BM_joint_histogram/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_joint_histogram_scalar)->Name("BM_joint_histogram_scalar/h1u100")->Unit(benchmark::kMillisecond);

}  // namespace
