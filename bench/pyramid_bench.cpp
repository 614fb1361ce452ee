// SPDX-License-Identifier: BSL-1.0
// The pyramid of 32 scales over both populations. Item: one spike at one scale.
#include <benchmark/benchmark.h>

#include "recording.hpp"

namespace {

using namespace bench;
using namespace eq::literals;

/// Takes rows and only counts bins: what binning alone costs.
struct nothing : eq::state_base {
  std::int64_t bins = 0;
  static auto fields(auto& s) { return std::tie(s.bins); }
  auto merge(nothing const& o) -> nothing& { return bins += o.bins, *this; }
  template <class C>
  void absorb(eq::count_row<C> const& r) noexcept {
    bins += static_cast<std::int64_t>(r.size());
  }
};
struct bins_only {
  using statistic = nothing;
  auto operator()(nothing const& s, eq::row_info const&) const -> std::int64_t { return s.bins; }
};
struct joint_n {
  using statistic = eq::joint_histogram;
  auto operator()(statistic const& s, eq::row_info const&) const -> std::int64_t { return s.count(0, 0); }
};

template <eq::tick T, class Measurement>
void pass(benchmark::State& state, Measurement const& measurement) {
  auto const& r = h1u100<T>();
  auto const study = eq::split(r.cells) | eq::pyramid(eq::log_scales<32>()) | measurement;
  for (auto _ : state) {
    auto s = eq::start(study, eq::layout<T>{r.table.when(), r.table.size()});
    auto blocks = r.table.blocks(std::chrono::round<T>(std::chrono::seconds{60}));
    while (auto const b = blocks.next()) s.absorb(*b);
    benchmark::DoNotOptimize(s);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(r.table.spikes()) * 32);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(r.table.spikes()) * 12);
}

void BM_pyramid_counts(benchmark::State& s) { pass<tick>(s, eq::measure("n"_n = bins_only{})); }
void BM_pyramid_counts_ns(benchmark::State& s) { pass<std::chrono::nanoseconds>(s, eq::measure("n"_n = bins_only{})); }
void BM_pyramid_co_moments(benchmark::State& s) { pass<tick>(s, eq::measure("n"_n = bins_only{}, "rho"_n = eq::zero_lag_correlation{})); }
void BM_pyramid_all(benchmark::State& s) { pass<tick>(s, eq::measure("n"_n = bins_only{}, "rho"_n = eq::zero_lag_correlation{}, "lag"_n = eq::peak_lag{.within = 20}, "joint"_n = joint_n{})); }
void BM_pyramid_with_units(benchmark::State& s) {
  auto const& r = h1u100<tick>();
  auto const study = eq::split(r.cells) | eq::pyramid(eq::log_scales<32>()).with_units() | eq::measure("active"_n = eq::active_deviation{});
  for (auto _ : s) benchmark::DoNotOptimize(eq::run(r.table, study));
  s.SetItemsProcessed(s.iterations() * static_cast<std::int64_t>(r.table.spikes()) * 32);
}

/// The scalar twin: one 64-bit division per spike and scale.
void BM_pyramid_counts_scalar(benchmark::State& state) {
  auto const& r = h1u100<tick>();
  std::vector<std::uint32_t> trains[2];
  for (std::size_t k = 0; k < r.table.spikes(); ++k)
    if (auto const c = r.cells[r.table.unit()[k]]; c != eq::cell::neither) trains[c == eq::cell::i].push_back(static_cast<std::uint32_t>(r.table.at()[k]));
  auto const length = static_cast<std::uint64_t>(r.table.when().end.count());
  std::vector<std::uint32_t> out(length / 30 + 1);
  for (auto _ : state)
    for (auto const& train : trains)
      for (auto const w : eq::log_scales<32>()) {
        auto const ticks = static_cast<std::uint64_t>(std::chrono::round<tick>(w).count());
        eq::simd::bin_counts_scalar(std::span<std::uint32_t const>(train), std::uint64_t{0}, ticks, out.data(), static_cast<std::size_t>(length / ticks + 1));
        benchmark::DoNotOptimize(out.data());
      }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(trains[0].size() + trains[1].size()) * 32);
}

BENCHMARK(BM_pyramid_counts)->Name("BM_pyramid_counts/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_pyramid_counts_scalar)->Name("BM_pyramid_counts_scalar/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_pyramid_counts_ns)->Name("BM_pyramid_counts_ns/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_pyramid_co_moments)->Name("BM_pyramid_co_moments/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_pyramid_all)->Name("BM_pyramid_all/h1u100")->Unit(benchmark::kMillisecond);
BENCHMARK(BM_pyramid_with_units)->Name("BM_pyramid_with_units/h1u100")->Unit(benchmark::kMillisecond);

}  // namespace
