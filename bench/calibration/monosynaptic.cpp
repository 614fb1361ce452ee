// SPDX-License-Identifier: BSL-1.0
// How often the monosynaptic test declares what is there and what is not, on whole trains, as the table of docs/reference/significance.md:
// monosynaptic [RECORDINGS], 40 of eight units and 20 min if not given.
#include "../../tests/correlate/monosynaptic_kit.hpp"

#include <cstdio>
#include <cstdlib>
#include <equipoise/correlate/monosynaptic_pairs.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/run.hpp>

using namespace equipoise;
using namespace equipoise::testing;

namespace {

constexpr double seconds = 1'200;
constexpr std::size_t units = 8;

struct condition {
  char const* name;
  co_modulation rates;
  double gained = 0, lost = 0;  // by unit 2k + 1 after spikes of unit 2k; both 0: no pair is connected, and all ordered pairs count
};
struct declared {
  std::int64_t pairs = 0, excitatory = 0, inhibitory = 0, per_bin = 0, underpowered = 0;
  double transmission = 0, z = 0, z2 = 0;
};

auto measure(condition const& c, std::uint64_t recordings, std::uint64_t seed) -> declared {
  declared out;
  auto const connected = c.gained > 0 || c.lost > 0;
  for (std::uint64_t r = 0; r < recordings; ++r) {
    random_stream random(seed, r);
    auto trains = c.rates.trains(units, seconds, random);
    for (std::size_t k = 0; connected && k < units; k += 2) trains[k + 1] = c.gained > 0 ? excited(std::move(trains[k + 1]), trains[k], c.gained, random) : inhibited(trains[k + 1], trains[k], c.lost, random);
    auto const table = table_of_trains(trains, seconds) | correlograms(monosynaptic_options::lags());
    auto const pooled = monosynaptic_pairs(table), by_bin = monosynaptic_pairs(table, {.inhibition = inhibition_rule::per_bin});
    for (std::size_t k = 0; k < pooled.pairs.size(); ++k) {
      auto const& [from, to, e, qe, qi] = pooled.pairs[k];
      if (connected && !(from % 2 == 0 && to == from + 1)) continue;
      ++out.pairs, out.excitatory += e.excitatory, out.inhibitory += e.inhibitory, out.per_bin += by_bin.pairs[k].evidence.inhibitory, out.underpowered += e.underpowered;
      out.transmission += e.transmission_probability, out.z += e.pooled_z, out.z2 += e.pooled_z * e.pooled_z;
    }
  }
  return out;
}

}  // namespace

auto main(int argc, char** argv) -> int {
  auto const recordings = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 40;
  if (recordings < 1) return std::fprintf(stderr, "monosynaptic [RECORDINGS]: at least one\n"), 1;
  std::vector<condition> all;
  for (auto const hz : {2.0, 8.0}) {
    all.push_back({"independent", {.rate_hz = hz}});
    for (auto const tau : {100.0, 20.0}) all.push_back({tau > 50 ? "co-modulated, tau 100 ms" : "co-modulated, tau 20 ms", {.rate_hz = hz, .tau_ms = tau}});
    for (auto const gained : {0.01, 0.03}) all.push_back({gained < 0.02 ? "1 % added" : "3 % added", {.rate_hz = hz}, gained});
    all.push_back({"half lost", {.rate_hz = hz}, 0, 0.5});
    all.push_back({"half lost, co-modulated, tau 100 ms", {.rate_hz = hz, .tau_ms = 100}, 0, 0.5});
    all.push_back({"3 % added, co-modulated, tau 100 ms", {.rate_hz = hz, .tau_ms = 100}, 0.03});
  }
  std::printf("| condition | rate, Hz | pairs | excitation, %% | inhibition, pooled, %% | inhibition, per bin, %% | underpowered, %% | transmission | SD of pooled_z |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  for (std::size_t k = 0; k < all.size(); ++k) {
    auto const& c = all[k];
    // of connected pairs there are four in a recording, of others 56
    auto const d = measure(c, c.gained > 0 || c.lost > 0 ? 3 * recordings : recordings, 1'000 + k);
    auto const n = static_cast<double>(d.pairs);
    auto percent = [&](std::int64_t x) { return 100 * static_cast<double>(x) / n; };
    std::printf("| %s | %g | %lld | %.2f | %.2f | %.2f | %.1f | %.4f | %.3f |\n", c.name, c.rates.rate_hz, static_cast<long long>(d.pairs), percent(d.excitatory), percent(d.inhibitory), percent(d.per_bin), percent(d.underpowered), d.transmission / n,
                std::sqrt(d.z2 / n - d.z / n * (d.z / n)));
    std::fflush(stdout);
  }
}
