// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The vocabulary of balance: classes of cells and labellings, scale sets, metrics, classifiers.
///
/// Pages    docs/reference/metric.md, docs/reference/scale_set.md, docs/reference/classifier.md

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <ranges>
#include <string>
#include <vector>

#include "fold.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The side of the balance a unit is counted on. RS units are putative E, FS units putative I.
enum class cell : std::uint8_t { neither, e, i };

/// Which unit belongs where, and how sure that is.
struct labelling {
  std::vector<cell> cells;         ///< one per unit
  std::vector<double> confidence;  ///< one per unit, 0 … 1; NaN where the method gives none
  std::string method;              ///< "threshold 0.425 ms", "given"
  bool putative = true;            ///< false only when the user supplies the classes as known
  std::vector<warning> warnings;   ///< what a reader must know before believing it
  std::vector<double> posterior_i{};  ///< probability of being inhibitory, one per unit; NaN where a unit has none; empty where the method gives none

  [[nodiscard]] auto count(cell c) const noexcept -> std::int64_t { return std::count(cells.begin(), cells.end(), c); }
};

/// Temporal scales: strictly increasing durations.
template <class R>
concept scale_set = std::ranges::random_access_range<R> && tick<std::ranges::range_value_t<R>>;

/// A pure function of a named sufficient statistic: `using statistic = co_moments;` and one `operator()`.
///
/// Optional: `start(row_info) -> statistic`, an empty statistic configured for the metric's parameters.
template <class M>
concept metric = std::copy_constructible<M> && requires { typename M::statistic; } && accumulates<typename M::statistic, counts>
  && requires(M const& m, typename M::statistic const& s, row_info const& row) {
       { m(s, row) } -> std::copyable;
     };

/// Features of units to a labelling.
template <class C, class Features>
concept classifier_of = requires(C const& c, Features const& f) {
  { c(f) } -> std::same_as<labelling>;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
