// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The delete-block jackknife: how a value changes when one block of the recording is left out, and what that says of its standard error.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "stretches.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// each(j, state): the state of all parts but part j, for every j in turn.
///
/// Errors   those of merging
/// Cost     three merges and a copy per part, memory for a state per part
template <class S, class Each>
void leave_one_out(std::vector<stretch<S>> const& parts, S const& blank, Each&& each) {
  std::vector<S> rest(parts.size(), blank);  // of the parts that follow
  for (auto j = parts.size(); j > 1; --j) {
    rest[j - 2] = rest[j - 1];
    rest[j - 2].merge(parts[j - 1].state);
  }
  auto before = blank;
  for (std::size_t j = 0; j < parts.size(); ++j) {
    rest[j].merge(before);
    each(j, static_cast<S const&>(rest[j]));
    before.merge(parts[j].state);
  }
}

/// What leaving out blocks says of an estimate.
struct jackknife_error {
  double standard_error{};
  double degrees_of_freedom{};  ///< of the t distribution of (estimate − truth) / standard_error
  double neighbours{};          ///< correlation of the influences of neighbouring blocks: well above 0 where blocks are too short
};

/// The standard error of an estimate from its values with one of G blocks left out, blocks in the order of time.
///
///   influence of block j:  f_j = (θ̃_j − θ_J)/√(h_j − 1),  θ̃_j = h_j θ − (h_j − 1) θ_(−j),  h_j = n/n_j,  θ_J = Σ_j θ̃_j/h_j
///   plain:                 SE² = Σ f_j² / G, with G − 1 degrees of freedom
///   of the B slowest:      SE² = (G − 1)/G · (1/B) Σ_{k=1}^{B} p_k²,  p_k = √(2/G) Σ_j f_j cos(π k (j + ½)/G), with B degrees of freedom
///
/// The two are the same for blocks of one size and B = G − 1. Fewer components look only at fluctuations that are slow against a block, so that
/// correlation between neighbouring blocks, which the plain form takes for independence, enters in full.
///
/// Input    `left_out` and `bins` per block, at least two; components 0 for the plain form, else B, G − 1 at most
/// Errors   none
/// Cost     O(G·B)
/// Source   Busing, Meijer and van der Leeden 1999, Statistics and Computing 9:3 (blocks of unequal size); Müller 2007, Journal of Econometrics
///          141:1331, and Lazarus, Lewis, Stock and Watson 2018, Journal of Business & Economic Statistics 36:541 (cosine components, t_B)
inline auto jackknife(double estimate, std::span<double const> left_out, std::span<std::int64_t const> bins, std::int64_t components) -> jackknife_error {
  auto const blocks = left_out.size();
  auto const g = static_cast<double>(blocks);
  double n = 0, mean = 0;
  for (auto const m : bins) n += static_cast<double>(m);
  std::vector<double> f(blocks);
  for (std::size_t j = 0; j < blocks; ++j) {
    auto const h = n / static_cast<double>(bins[j]);
    f[j] = (h - 1) * (estimate - left_out[j]);  // θ̃_j − θ: exactly 0 where leaving the block out changes nothing
    mean += f[j] / h;
  }
  double squares = 0, products = 0;
  for (std::size_t j = 0; j < blocks; ++j) {
    f[j] = (f[j] - mean) / std::sqrt(n / static_cast<double>(bins[j]) - 1);
    squares += f[j] * f[j];
    if (j > 0) products += f[j] * f[j - 1];
  }
  jackknife_error e{std::sqrt(squares / g), g - 1, squares > 0 ? products / squares : 0};
  if (components > 0) {
    auto const slowest = (std::min)(components, static_cast<std::int64_t>(blocks) - 1);
    double sum = 0;
    for (std::int64_t k = 1; k <= slowest; ++k) {
      double p = 0;
      for (std::size_t j = 0; j < blocks; ++j) p += f[j] * std::cos(std::numbers::pi * static_cast<double>(k) * (static_cast<double>(j) + 0.5) / g);
      sum += p * p;
    }
    e.degrees_of_freedom = static_cast<double>(slowest);
    e.standard_error = std::sqrt((g - 1) / g * 2 / g * sum / e.degrees_of_freedom);
  }
  return e;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
