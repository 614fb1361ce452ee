// SPDX-License-Identifier: BSL-1.0
#pragma once
// Units whose features are drawn from known Gaussians: half-peak width and trough-to-peak time, as Fig. 3C of Peyrache et al. 2012, PNAS 109:1731, shows them.

#include <cstdint>
#include <vector>

#include <equipoise/classify/waveform.hpp>
#include <equipoise/core/random.hpp>

namespace fixtures {

struct simulated_units {
  std::vector<equipoise::waveform_features> units;
  std::vector<equipoise::cell> truth;  // neither: ambiguous

  void add(double trough_to_peak_ms, double half_peak_width_ms, equipoise::cell kind) {
    equipoise::waveform_features f;
    f.id = static_cast<std::int64_t>(units.size()), f.trough_to_peak_ms = trough_to_peak_ms, f.half_peak_width_ms = half_peak_width_ms;
    units.push_back(f), truth.push_back(kind);
  }
};

/// FS ~ N((.28, .50), (.03, .06)), RS ~ N((.72, .70), (.05, .06)); ambiguous ones with trough-to-peak times uniform on .38 … .58 ms.
inline auto two_kinds(std::uint64_t seed, int fs = 46, int rs = 190, int ambiguous = 0) -> simulated_units {
  equipoise::random_stream random(seed, 77);
  simulated_units out;
  for (int k = 0; k < fs; ++k) {
    auto const t = .28 + .03 * random.normal(), w = .50 + .06 * random.normal();
    out.add(t, w, equipoise::cell::i);
  }
  for (int k = 0; k < rs; ++k) {
    auto const t = .72 + .05 * random.normal(), w = .70 + .06 * random.normal();
    out.add(t, w, equipoise::cell::e);
  }
  for (int k = 0; k < ambiguous; ++k) {
    auto const t = .38 + .20 * random.uniform(), w = .60 + .08 * random.normal();
    out.add(t, w, equipoise::cell::neither);
  }
  return out;
}
/// One Gaussian.
inline auto one_kind(std::uint64_t seed, int n) -> simulated_units {
  equipoise::random_stream random(seed, 78);
  simulated_units out;
  for (int k = 0; k < n; ++k) {
    auto const t = .62 + .08 * random.normal(), w = .65 + .07 * random.normal();
    out.add(t, w, equipoise::cell::e);
  }
  return out;
}

}  // namespace fixtures
