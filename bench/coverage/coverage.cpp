// SPDX-License-Identifier: BSL-1.0
// How often intervals hold the truth, as the tables of docs/explanation/uncertainty.md: coverage [RECORDINGS [DRAWS]]
#include "../../tests/inference/coverage.hpp"

#include <cstdio>
#include <cstdlib>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/inference/effective_bins.hpp>
#include <string>

using namespace equipoise;
using namespace equipoise::testing;

namespace {

std::uint64_t recordings = 2'000;
std::int64_t draws = 200;

void row(simulated const& what) {
  auto const drive = what.sigma > 0 ? "drive, τ " + std::to_string(static_cast<int>(what.tau_ms)) + " ms" : std::string("shared spikes");
  std::printf("| %s | %g s | %g ms | %.3f ", drive.c_str(), what.seconds, what.width_ms, what.rho());
}
void cell_of(coverage const& c) {
  if (c.undefined == c.made) std::printf("| – ");
  else std::printf("| %.1f%s ", 100 * c.share(), c.undefined > 0 ? (" (" + std::to_string(c.undefined) + " undefined)").c_str() : "");
}

/// One row per kind of recording: all methods, for r.
void methods(char const* title, std::vector<simulated> const& kinds) {
  std::printf("\n%s\n\n| populations | length | bins | r | blocks | default | plain jackknife | bootstrap SE | percentile | Bartlett | width, default | width, plain |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n", title);
  zero_lag_correlation const rho;
  auto const m = measure("default"_n = with_interval(rho), "plain"_n = with_interval(rho, {.components = 0}), "se"_n = with_interval(rho, {.method = interval_method::bootstrap_se, .draws = draws}),
                         "percentile"_n = with_interval(rho, {.method = interval_method::percentile, .draws = draws}), "bartlett"_n = correlation_interval{});
  for (auto const& what : kinds) {
    coverage standard, plain, se, percentile, bartlett;
    simulate(what, recordings, m, [&](auto const& b) {
      standard.add(b["default"_n][0], what.rho()), plain.add(b["plain"_n][0], what.rho()), se.add(b["se"_n][0], what.rho());
      percentile.add(b["percentile"_n][0], what.rho()), bartlett.add(b["bartlett"_n][0], what.rho());
    });
    row(what);
    std::printf("| %.0f ", standard.mean_blocks());
    for (auto const* c : {&standard, &plain, &se, &percentile, &bartlett}) cell_of(*c);
    std::printf("| %.3f | %.3f |\n", standard.mean_width(), plain.mean_width());
    std::fflush(stdout);
  }
}

/// Other numbers, by their defaults, and lags by the jackknife too. A tenth of the recordings: lags are bootstrapped.
void numbers() {
  std::printf("\nOther numbers\n\n| populations | length | bins | r | relative deviation | asymmetry | lag of the peak | centroid | lag, jackknife | centroid, jackknife | width of lag, bins |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  interval_options const by_jackknife{.method = interval_method::jackknife}, by_draws{.draws = draws};
  peak_lag const peak;
  lag_centroid const centre;
  auto const m = measure("deviation"_n = with_interval(deviation{}, &deviations::relative), "asymmetry"_n = with_interval(asymmetry_index{}), "peak"_n = with_interval(peak, &peak_lag::value::interpolated, by_draws),
                         "centre"_n = with_interval(centre, by_draws), "peak_j"_n = with_interval(peak, &peak_lag::value::interpolated, by_jackknife), "centre_j"_n = with_interval(centre, by_jackknife));
  for (auto const& what : {simulated{.seconds = 60, .width_ms = 10, .hz = 400, .sigma = 0.3, .tau_ms = 20, .delay_ms = 20}, simulated{.seconds = 60, .width_ms = 10, .hz = 400, .sigma = 0.3, .delay_ms = 20},
                           simulated{.seconds = 60, .width_ms = 10, .hz = 100, .sigma = 0.3, .delay_ms = 20}, simulated{.seconds = 60, .width_ms = 5, .hz = 400, .sigma = 0.3, .tau_ms = 20},
                           simulated{.seconds = 60, .width_ms = 1, .hz = 40, .shared_hz = 20}}) {
    coverage deviations, asymmetry, lag, centroid, lag_j, centroid_j;
    auto const truth = what.delay_ms / what.width_ms;
    simulate(what, recordings / 10, m, [&](auto const& b) {
      deviations.add(b["deviation"_n][0], what.relative_deviation()), lag.add(b["peak"_n][0], truth), centroid.add(b["centre"_n][0], truth);
      lag_j.add(b["peak_j"_n][0], truth), centroid_j.add(b["centre_j"_n][0], truth);
      if (what.delay_ms == 0) asymmetry.add(b["asymmetry"_n][0], 0);
    });
    row(what);
    cell_of(deviations);
    if (asymmetry.made > 0) cell_of(asymmetry);
    else std::printf("| ");
    for (auto const* c : {&lag, &centroid, &lag_j, &centroid_j}) cell_of(*c);
    std::printf("| %.2f |\n", lag.mean_width());
    std::fflush(stdout);
  }
}

}  // namespace

auto main(int argc, char** argv) -> int {
  if (argc > 1) recordings = std::strtoull(argv[1], nullptr, 10);
  if (argc > 2) draws = std::strtoll(argv[2], nullptr, 10);
  if (recordings < 10 || draws < 2) return std::fprintf(stderr, "coverage [RECORDINGS [DRAWS]]: at least 10 recordings and 2 draws\n"), 1;
  std::printf("%llu recordings of each kind, %lld draws; percent of the intervals of level 95 %% that hold the truth\n", static_cast<unsigned long long>(recordings), static_cast<long long>(draws));
  methods("50 blocks and more", many_blocks());
  methods("20 to 49 blocks", some_blocks());
  methods("Drives as slow as the blocks are long, and slower", slow_drives());
  numbers();
}
