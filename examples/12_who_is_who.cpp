// SPDX-License-Identifier: BSL-1.0
// Who is E and who is I, by three classifiers and by the connections of the units; and how far the balance hangs on it.
// Usage: 12_who_is_who [FOLDER], a phy/Kilosort folder with mean waveforms; the bundled recording when none is named.
#include <cstdio>
#include <exception>
#include <equipoise/classify/interaction_combine.hpp>
#include <equipoise/classify/kmeans.hpp>
#include <equipoise/classify/mixture.hpp>
#include <equipoise/classify/threshold.hpp>
#include <equipoise/equipoise.hpp>
#include <equipoise/inference/relabel.hpp>
#include <equipoise/io/phy.hpp>

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;

namespace {
void print(char const* name, eq::labelling const& cells) {
  auto const n = eq::counts_of(cells);
  std::printf("%-12s %4lld RS %4lld FS %4lld neither\n", name, static_cast<long long>(n.excitatory), static_cast<long long>(n.inhibitory), static_cast<long long>(n.unclassified));
}
}  // namespace

auto main(int argc, char** argv) -> int try {
  auto const recording = eq::read_phy(argc > 1 ? argv[1] : "examples/data/rat_prefrontal_T224_2019_12_18");

  // [region classify]
  eq::gaussian_mixture const mixture{.confidence = 0.95, .features = {"trough_to_peak_ms"}};
  auto const found = mixture.explain(eq::features_named(recording, mixture.features));
  auto const cells = eq::classify(recording, mixture);  // the same, with the warnings of the recording
  print("threshold", eq::classify(recording, eq::threshold{.trough_to_peak_ms = 0.428}));
  print("k-means", eq::classify(recording, eq::k_means{.features = {"trough_to_peak_ms"}}));
  print("mixture", cells);
  std::printf("BIC of one, two, three Gaussians: %.0f %.0f %.0f; dip p = %.3f; the probability of FS is one half at %.3f ms\n\n", found.bic[0], found.bic[1], found.bic[2], found.dip.p, found.cut_ms);
  // [endregion classify]

  // [region evidence]
  auto const evidence = eq::interactions(recording);
  auto const agreement = eq::functional_consistency(evidence.units, cells);
  auto const by_both = eq::combine(cells, evidence.units);
  // [endregion evidence]
  print("and pairs", by_both);
  std::printf("connections from RS: %lld excitatory, %lld inhibitory; from FS: %lld and %lld; %.0f %% agree, by chance %.0f %%, Fisher's exact p = %.2g\n\n", static_cast<long long>(agreement.from_e[0]), static_cast<long long>(agreement.from_e[1]),
              static_cast<long long>(agreement.from_i[0]), static_cast<long long>(agreement.from_i[1]), 100 * agreement.score, 100 * agreement.by_chance, agreement.fisher_p);

  // [region relabel]
  auto const study = eq::split(cells.cells) | eq::pyramid(eq::scales{10ms, 100ms, 1s}) | eq::measure("rho"_n = eq::zero_lag_correlation{});
  auto const uncertain = eq::over_labels(study, recording, eq::relabel(cells, 100, 1));
  // [endregion relabel]
  std::printf("    scale       r   by time 95 %%       by labels 95 %%\n");
  auto right = found.refused.empty();
  for (auto const& [scale, rho] : eq::rows(uncertain["scale"_n], uncertain["rho"_n])) {
    std::printf("%6.0f ms  %6.3f   %6.3f … %6.3f   %6.3f … %6.3f\n", eq::in_ms(scale), rho.value, rho.sampling.lo, rho.sampling.hi, rho.labels.lo, rho.labels.hi);
    right = right && rho.labels.lo <= rho.labels.mean && rho.labels.mean <= rho.labels.hi;
  }
  for (auto const& w : by_both.warnings) std::printf("warning: %s\n", w.message.c_str());
  return right ? 0 : 1;
} catch (std::exception const& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
