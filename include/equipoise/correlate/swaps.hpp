// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Surrogates that leave every train as it is and exchange what stands for what: labels among units, trials within a unit.

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "surrogate.hpp"
#include "surrogate_times.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// One draw of labels, a function of cells: `cells | drawn`.
class drawn_labels {
 public:
  drawn_labels(std::vector<std::int64_t> strata, draw_key key) : strata_(std::move(strata)), key_(key) {}

  auto operator()(std::vector<cell> cells) const -> std::vector<cell> {
    if (!strata_.empty() && strata_.size() != cells.size())
      throw error({.where = "label_swap", .place = "strata", .problem = "one number per unit is needed", .expected = std::to_string(cells.size()), .found = std::to_string(strata_.size()), .advice = {}});
    std::map<std::int64_t, std::vector<std::size_t>> groups;
    for (std::size_t u = 0; u < cells.size(); ++u)
      if (cells[u] != cell::neither) groups[strata_.empty() ? 0 : strata_[u]].push_back(u);
    for (auto const& [stratum, units] : groups) {
      auto random = key_.stream(static_cast<std::uint64_t>(stratum));
      for (auto k = units.size(); k > 1; --k) std::swap(cells[units[k - 1]], cells[units[random.below(k)]]);
    }
    return cells;
  }
  /// A labelling's cells dealt anew; its method says so, and there is no confidence.
  auto operator()(labelling const& labels) const -> labelling {
    return {.cells = (*this)(labels.cells), .confidence = std::vector<double>(labels.cells.size(), undefined(reason::not_available)), .method = "label_swap of " + labels.method, .putative = true, .warnings = {}};
  }
  friend auto operator|(std::vector<cell> const& cells, drawn_labels const& d) -> std::vector<cell> { return d(cells); }
  friend auto operator|(labelling const& labels, drawn_labels const& d) -> labelling { return d(labels); }

 private:
  std::vector<std::int64_t> strata_;
  draw_key key_;
};

/// E and I are dealt anew among the units that are either, the numbers of each kept: `cells | label_swap{}.draw(seed, k)` gives cells, not spikes.
///
/// With `strata`, one number per unit, labels are exchanged only among units of the same number: rate classes, electrodes, shanks.
///
/// Preserves  all spikes, pooled activity, the numbers of E and I (in each stratum), the units that are neither
/// Destroys   which unit is E and which I
/// Promise    uniform p-values for exchangeable units only: units that differ in rate are not (E of 2 and I of 10 Hz: 52 %; mixed: 28 % at nominal 5 %). Match the rates by
///            `strata`, or call the result descriptive. It asks whether the split into E and I matters; mirrored activity of any two random halves
///            is expected under global co-modulation
/// Errors     `error` if strata are neither empty nor one per unit
/// Source     a permutation test (Fisher 1935, The Design of Experiments)
struct label_swap {
  static constexpr std::string_view name = "label_swap";
  std::vector<std::int64_t> strata{};

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn_labels { return {strata, draw_key(seed, k, name)}; }
};

/// Which trial a unit's spikes stand in is permuted, for each unit by itself; the time since the trial's begin is kept.
///
/// Preserves  each unit's count and its average over trials at each time since their begin; its intervals within trials; spikes outside the trials
/// Destroys   what units share within a trial beyond the average
/// Promise    uniform p-values if trials are independent and identically distributed; excitability that drifts over trials is rejected for itself
/// Input      trials of equal length, none of which overlap, all observed
/// Errors     `error` if they are not
/// Source     Perkel, Gerstein, Moore 1967, Biophys. J. 7:419 (shuffling of trials)
template <tick T>
struct trial_shuffle {
  static constexpr std::string_view name = "trial_shuffle";
  std::vector<window<T>> trials{};

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<trial_shuffle> { return {*this, seed, k}; }

  template <tick U>
  auto operator()(spike_table<U> const& x, draw_key const& key) const -> spike_table<U> {
    static_assert(std::is_same_v<T, U>, "equipoise: trials are given in another tick than the recording's");
    auto const sorted = in_order(x.observed());
    std::vector<std::size_t> to(sorted.size());
    return detail::unit_by_unit(x, [&](unit_index u, std::span<std::int64_t const> train, std::vector<std::int64_t>& out) {
      auto random = key.stream(u);
      for (std::size_t k = 0; k < to.size(); ++k) to[k] = k;
      shuffle(to, random);
      std::size_t trial = 0;
      for (auto const t : train) {
        while (trial < sorted.size() && sorted[trial].end.count() <= t) ++trial;
        auto const inside = trial < sorted.size() && sorted[trial].begin.count() <= t;
        out.push_back(inside ? t - sorted[trial].begin.count() + sorted[to[trial]].begin.count() : t);
      }
    });
  }

 private:
  [[nodiscard]] auto in_order(epochs<T> const& observed) const -> std::vector<window<T>> {
    auto sorted = trials;
    std::sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.begin < b.begin; });
    for (std::size_t k = 1; k < sorted.size(); ++k)
      if (sorted[k].length() != sorted[0].length())
        throw error({.where = "trial_shuffle", .place = "the trial at " + std::to_string(in_seconds(sorted[k].begin)) + " s", .problem = "trials are not of equal length",
                     .expected = std::to_string(in_seconds(sorted[0].length())) + " s", .found = std::to_string(in_seconds(sorted[k].length())) + " s", .advice = "cut all trials to the shortest"});
    if (auto const unseen = epochs<T>(std::span<window<T> const>(sorted)) - observed; !unseen.empty())  // overlaps are refused by `epochs`
      throw error({.where = "trial_shuffle", .place = {}, .problem = "part of a trial was not observed", .expected = {}, .found = std::to_string(in_seconds(unseen.hull().begin)) + " s is outside the observed time",
                   .advice = "leave trials out that reach into a gap"});
    return sorted;
  }
};
template <tick T>
trial_shuffle(std::vector<window<T>>) -> trial_shuffle<T>;

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
