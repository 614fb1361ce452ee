// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The controls that could explain a number away: the same study between two groups of one class, and with labels dealt at random.
///
/// Two random halves of any co-modulated population mirror each other. What of r is not found between two groups of excitatory cells is what
/// inhibition adds.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../correlate/swaps.hpp"
#include "../correlate/thinning.hpp"
#include "quantile.hpp"
#include "repeated.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A value over draws of a control.
struct control_band {
  double mean{}, sd{}, lo{}, hi{};  ///< of the control: mean, spread and central share of the draws
  double reference{};               ///< mean of the value between the same excitatory cells and inhibition; for label_swap the value itself
  double p{};                       ///< share of draws at least as large as their reference, the reference counted in; descriptive, see `controls`
  std::int64_t draws{};             ///< those in which both are defined: a lag has no peak now and then
};

/// The controls of one metric at one scale.
struct control_set {
  control_band same_class;    ///< as many E cells as there are I cells, against the other E cells
  control_band rate_matched;  ///< E cells with as many spikes as inhibition has, against the other E cells
  control_band label_swap;    ///< E and I dealt at random among all cells of either
};

namespace detail {
/// What was not asked for.
inline auto no_controls() -> control_set {
  auto const x = undefined(reason::not_asked_for);
  control_band const none{x, x, x, x, x, x, 0};
  return {none, none, none};
}

/// Draws of one control: value and reference of each metric at each scale.
struct paired_values {
  std::vector<values_by_scale> value, reference;
};
inline auto control_band_of(std::vector<paired_values> const& draws, std::size_t metric, std::size_t scale, double level) -> control_band {
  std::vector<double> values;
  double sum = 0, references = 0, at_least = 1;
  auto why = undefined(reason::not_available);
  for (auto const& d : draws) {
    auto const v = d.value[metric][scale], r = d.reference[metric][scale];
    if (std::isnan(v) || std::isnan(r)) why = std::isnan(v) ? v : r;
    else values.push_back(v), sum += v, references += r, at_least += v >= r ? 1 : 0;
  }
  auto const n = static_cast<double>(values.size());
  if (values.size() < 2) return {why, why, why, why, why, why, static_cast<std::int64_t>(values.size())};
  control_band b{sum / n, 0, 0, 0, references / n, at_least / (1 + n), static_cast<std::int64_t>(values.size())};
  double squares = 0;
  for (auto const v : values) squares += (v - b.mean) * (v - b.mean);
  b.sd = std::sqrt(squares / (n - 1));
  b.lo = quantile(values, (1 - level) / 2), b.hi = quantile(values, (1 + level) / 2);
  return b;
}

/// One draw of a group of E cells that stands in for I: cells with the group as I, and the same other E cells with I itself.
struct stand_in {
  std::vector<cell> control, reference;
};
/// `enough(units so far, spikes so far, spikes of the next unit)` says whether the group is complete.
template <class Enough>
auto stand_in_for_i(std::vector<cell> const& cells, std::vector<std::int64_t> const& spikes, random_stream random, Enough const& enough) -> stand_in {
  std::vector<std::size_t> e;
  for (std::size_t u = 0; u < cells.size(); ++u)
    if (cells[u] == cell::e) e.push_back(u);
  shuffle(e, random);
  stand_in s{cells, cells};
  for (auto& c : s.control)
    if (c == cell::i) c = cell::neither;
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < e.size() && !enough(k, sum, spikes[e[k]]); ++k) s.control[e[k]] = cell::i, s.reference[e[k]] = cell::neither, sum += spikes[e[k]];
  return s;
}
}  // namespace detail

/// What controls are drawn with.
struct control_options : draw_options {
  double level = 0.95;
};

/// Same-class, rate-matched and label-swap controls of every metric of a study of cells.
///
///   same class     P ⊂ E of n_I cells at random: the study of (E∖P, P), and for reference of (E∖P, I)
///   rate matched   P ⊂ E, cells at random until the next would take its spikes further from those of I, or from half of E's where I has more; the
///                  larger of P and I is thinned to the smaller: (E∖P, P) and (E∖P, I) then have one noise floor
///   label swap     labels dealt among E and I, numbers kept: the study of the dealt labels, and for reference of the true ones
///
/// Result   [metric][scale]; the same for any way of sharing the work. NaN with a reason where the study is, and for the first two unless n_E ≥ 2 n_I
///          and n_I ≥ 1
/// Promise  descriptive: draws share the cells, so that `p` is no test unless units are exchangeable (label_swap)
/// Errors   `error` for fewer than two draws; those of the study
/// Cost     per draw five runs of the study and a thinning
/// Source   science of co-modulation: Renart et al. 2010, Science 327:587; label swap: a permutation test
template <class X, study_of_cells A>
auto controls(X const& x, A const& study, control_options const& o = {}) -> std::vector<std::vector<control_set>> {
  detail::explain_numbers<A>();
  if (o.draws < 2) throw error("controls: at least two draws are needed");
  return detail::with_table(x, [&](auto const& table) {
    auto const& cells = study.first.cells();
    auto const truth = detail::numbers_on(table, study);  // first, as it refuses classes that do not fit
    std::vector<std::int64_t> spikes;
    std::int64_t of_e = 0, of_i = 0;
    std::size_t n_e = 0, n_i = 0;
    for (unit_index u = 0; u < table.size(); ++u) {
      spikes.push_back(static_cast<std::int64_t>(table[u].size()));
      if (cells[u] == cell::e) of_e += spikes.back(), ++n_e;
      if (cells[u] == cell::i) of_i += spikes.back(), ++n_i;
    }
    auto const possible = n_i >= 1 && n_e >= 2 * n_i;
    auto const target = (std::min)(of_i, of_e / 2);
    auto const n = static_cast<std::size_t>(o.draws);
    std::vector<detail::paired_values> same(n), matched(n), swapped(n);
    std::atomic<std::size_t> done{0};
    auto nothing = truth;
    for (auto& column : nothing) std::fill(column.begin(), column.end(), undefined(reason::not_available));

    o.each(n, [&](std::size_t k) {
      same[k] = matched[k] = {nothing, nothing};
      if (possible) {
        auto s = detail::stand_in_for_i(cells, spikes, draw_key(o.seed, k, "same_class").stream(draw_key::shared), [&](std::size_t units, std::int64_t, std::int64_t) { return units == n_i; });
        same[k] = {detail::numbers_on(table, relabelled(study, s.control)), detail::numbers_on(table, relabelled(study, s.reference))};
        s = detail::stand_in_for_i(cells, spikes, draw_key(o.seed, k, "rate_matched").stream(draw_key::shared),
                                   [&](std::size_t, std::int64_t sum, std::int64_t next) { return sum > 0 && std::abs(sum - target) < std::abs(sum + next - target); });
        std::int64_t group = 0;
        for (std::size_t u = 0; u < cells.size(); ++u) group += s.control[u] == cell::i ? spikes[u] : 0;
        auto thinned = [&](std::vector<cell> const& which, double keep) {
          auto const again = relabelled(study, which);
          if (keep >= 1) return detail::numbers_on(table, again);
          std::vector<double> share(cells.size(), 1.0);
          for (std::size_t u = 0; u < cells.size(); ++u)
            if (which[u] == cell::i) share[u] = keep;
          return detail::numbers_on(table | thinning{share}.draw(o.seed, k), again);
        };
        auto const least = static_cast<double>((std::min)(group, of_i));
        if (least > 0) matched[k] = {thinned(s.control, least / static_cast<double>(group)), thinned(s.reference, least / static_cast<double>(of_i))};
      }
      swapped[k] = {detail::numbers_on(table, relabelled(study, cells | label_swap{}.draw(o.seed, k))), truth};
      if (auto const now = ++done; o.progress) o.progress(static_cast<double>(now) / static_cast<double>(n));
    });

    std::vector<std::vector<control_set>> out(truth.size());
    for (std::size_t m = 0; m < truth.size(); ++m)
      for (std::size_t s = 0; s < truth[m].size(); ++s)
        out[m].push_back({detail::control_band_of(same, m, s, o.level), detail::control_band_of(matched, m, s, o.level), detail::control_band_of(swapped, m, s, o.level)});
    return out;
  });
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
