// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Few recorded cells make r small: variances and covariances of single units, and the correlation that ensembles of all cells would have.

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../stats/population_moments.hpp"
#include "coupling.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// How unequal the rates of a population are: Σ m_j² / (Σ m_j)² over its units, 1/n for equal rates. Of E and of I; undefined until it is told.
struct rate_concentration {
  double e = undefined(reason::not_available), i = undefined(reason::not_available);

  /// Input    spikes per unit and the classes, equally long
  /// Errors   `error` if they are not
  static auto of(std::span<std::int64_t const> spikes, std::span<cell const> cells) -> rate_concentration {
    if (spikes.size() != cells.size()) throw error("rate_concentration: " + std::to_string(spikes.size()) + " counts of spikes but " + std::to_string(cells.size()) + " classes");
    auto one = [&](cell which) {
      double sum = 0, squares = 0;
      for (std::size_t u = 0; u < cells.size(); ++u)
        if (auto const n = static_cast<double>(spikes[u]); cells[u] == which) sum += n, squares += n * n;
      return sum > 0 ? squares / sum / sum : undefined(reason::no_spikes);
    };
    return {one(cell::e), one(cell::i)};
  }
};

/// Mean variance of a unit and mean covariances of pairs of units, in spikes² per bin, and what follows for r.
///
///   c_EE = (Var ΣE − Σ_j v_j)/(n_E (n_E − 1)),  Σ_j v_j = ⟨Σ_j n_j²⟩ − κ_E ⟨ΣE⟩²,  c_EI = Cov(ΣE, ΣI)/(n_E n_I)
///   r_∞ = c_EI/√(c_EE c_II);  r(n_E, n_I) = c_EI/√((v_E/n_E + c_EE (1 − 1/n_E)) (v_I/n_I + c_II (1 − 1/n_I)))
///
/// κ is the rates' concentration over the recording; Σ_j ⟨n_j⟩² is taken from it, which is exact where each unit's share of the spikes is that of the whole
/// recording. In parts where shares shift (epochs, a block left out), c_EE is off by the shift.
/// Result   NaN with a reason: too few bins, populations of fewer than two units, or silent ones, no concentrations given; `rho_infinity` also where c_EE or c_II is not above zero. It may pass
///          1, as the estimates vary; whether it is stable is asked by `rho_infinity` in inference/
/// Errors   none
/// Source   attenuation: Spearman 1904, Am. J. Psychol. 15:72; pair covariances from pooled variances: Schneidman, Berry, Segev, Bialek 2006
struct subsampling {
  using statistic = population_moments;
  struct value {
    double c_ee, c_ii, c_ei;        ///< mean covariance of a pair, spikes²
    double private_e, private_i;    ///< mean variance of a unit, spikes²
    double rho_infinity;
    /// The correlation that n_e and n_i such units would have; NaN with `reason::unstable` where a variance comes out at 0 or below. At least one of each.
    [[nodiscard]] auto rho(double n_e, double n_i) const -> double {
      auto const var_e = private_e / n_e + c_ee * (1 - 1 / n_e), var_i = private_i / n_i + c_ii * (1 - 1 / n_i);
      return var_e > 0 && var_i > 0 ? c_ei / std::sqrt(var_e) / std::sqrt(var_i) : undefined(std::isnan(c_ei) ? reason_of(c_ei) : reason::unstable);
    }
  };
  rate_concentration concentration{};
  std::int64_t at_least = bins_to_report;

  auto operator()(statistic const& s, row_info const& row) const -> value {
    auto const& p = s.pooled();
    auto why = detail::missing(row, p.n(), at_least);
    if (why == reason::none && (row.sizes.e < 2 || row.sizes.i < 2)) why = reason::not_available;
    for (auto const kappa : {concentration.e, concentration.i})
      if (why == reason::none && std::isnan(kappa)) why = reason_of(kappa);
    if (why != reason::none) {
      auto const x = undefined(why);
      return {x, x, x, x, x, x};
    }
    auto const n = static_cast<double>(p.n()), n_e = static_cast<double>(row.sizes.e), n_i = static_cast<double>(row.sizes.i);
    auto privately = [n](std::int64_t squares, std::int64_t sum, double kappa) { return static_cast<double>(squares) / n - kappa * (static_cast<double>(sum) / n) * (static_cast<double>(sum) / n); };
    auto const v_e = privately(s.squares_e(), p.e(), concentration.e), v_i = privately(s.squares_i(), p.i(), concentration.i);
    value v{(static_cast<double>(p.spread_e()) / n / n - v_e) / n_e / (n_e - 1), (static_cast<double>(p.spread_i()) / n / n - v_i) / n_i / (n_i - 1), static_cast<double>(p.spread_ei()) / n / n / n_e / n_i, v_e / n_e, v_i / n_i, 0};
    v.rho_infinity = v.c_ee > 0 && v.c_ii > 0 ? v.c_ei / std::sqrt(v.c_ee) / std::sqrt(v.c_ii) : undefined(reason::unstable);
    return v;
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
