// SPDX-License-Identifier: BSL-1.0
// How often surrogates reject where there is nothing to be found, as the table of docs/reference/surrogates.md: calibration [RECORDINGS [DRAWS]]
#include "../../tests/correlate/calibration.hpp"

#include <cstdio>
#include <cstdlib>

using namespace equipoise;
using namespace equipoise::testing;

auto main(int argc, char** argv) -> int {
  auto const recordings = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000, draws = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 99;
  if (recordings < 10 || draws < 19) return std::fprintf(stderr, "calibration [RECORDINGS [DRAWS]]: at least 10 recordings and 19 draws\n"), 1;
  auto const cases = null_cases();
  std::printf("%llu recordings of each kind, %llu draws\n\n", static_cast<unsigned long long>(recordings), static_cast<unsigned long long>(draws));
  std::printf("| surrogate | recordings | statistic | promised | p ≤ .05, %% | p ≤ .01, %% | ties at random, p ≤ .05, %% | uniformity, p |\n|---|---|---|---|--:|--:|--:|--:|\n");
  for (std::size_t k = 0; k < cases.size(); ++k) {
    auto const& c = cases[k];
    std::fprintf(stderr, "%zu of %zu: %s, %s\n", k + 1, cases.size(), c.surrogate.c_str(), c.condition.c_str());
    auto const x = calibrate(c, k, recordings, draws);
    auto const uniformity = kolmogorov_p(x.untied);
    std::printf("| %s | %s | %s | %s | %.1f | %.1f | %.1f ", c.surrogate.c_str(), c.condition.c_str(), c.statistic.c_str(), c.known == promise::uniform ? "uniform" : "–", 100 * calibrated::share(x.p, 0.05),
                100 * calibrated::share(x.p, 0.01), 100 * calibrated::share(x.untied, 0.05));
    if (uniformity < 1e-4) std::printf("| < 0.0001 |\n");
    else std::printf("| %.2g |\n", uniformity);
    std::fflush(stdout);
  }
  auto const families_of_each = 4 * recordings;
  std::printf("\n%llu families of each kind\n\n| 32 tests | false share of the discoveries, %% | standard error |\n|---|--:|--:|\n", static_cast<unsigned long long>(families_of_each));
  struct {
    char const* name;
    std::size_t effects;
    double correlation;
  } const families[] = {{"independent, all null", 0, 0}, {"independent, 8 strong effects", 8, 0}, {"correlated by .5, all null", 0, 0.5}, {"correlated by .5, 8 strong effects", 8, 0.5}};
  for (auto const& f : families) {
    auto const x = false_shares(f.effects, f.correlation, families_of_each);
    std::printf("| %s | %.1f | %.1f |\n", f.name, 100 * x.mean(), 100 * x.standard_error());
  }
}
