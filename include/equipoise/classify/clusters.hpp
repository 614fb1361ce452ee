// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What classifiers by clusters share: which columns and units take part in a fit, which cluster is FS, and what a lower bound may say. Feature table → rows.

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "features.hpp"
#include "labels.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The columns and units of a table that a fit can use.
struct cluster_rows {
  std::vector<std::string> names;   ///< the columns that remained
  std::vector<std::vector<double>> columns;  ///< their values, one per unit
  std::vector<std::size_t> units;   ///< those with all of them
  std::vector<double> values;       ///< units × names, row by row
  std::vector<double> narrow;       ///< of those units
  std::vector<warning> warnings;
};

namespace detail {

/// Columns that more than a fifth of the measured units lack are left out, with a warning.
///
/// Input    `wanted`: names, or none for all columns
/// Errors   `error` for a name that the table lacks, and if nothing remains
inline auto rows_of(feature_table const& table, std::span<std::string const> wanted, std::string_view who) -> cluster_rows {
  constexpr double may_lack = 0.2;
  cluster_rows out;
  std::vector<feature_table::column const*> columns;
  if (wanted.empty())
    for (auto const& c : table.columns) columns.push_back(&c);
  for (auto const& name : wanted) {
    auto const* const c = table.find(name);
    if (c == nullptr) throw error({.where = std::string(who), .place = "features", .problem = "the table has no such column", .expected = {}, .found = name, .advice = "add it, or leave it out of `features`"});
    columns.push_back(c);
  }
  auto const usable = [&](feature_table::column const& c) {
    std::size_t measured = 0, lacking = 0;
    for (std::size_t u = 0; u < table.size(); ++u)
      if (table.units[u] == standing::measured) ++measured, lacking += std::isfinite(c.values[u]) ? 0 : 1;
    if (static_cast<double>(lacking) <= may_lack * static_cast<double>(measured)) return true;
    out.warnings.push_back({"feature_left_out", c.name + " is not known of " + std::to_string(lacking) + " of " + std::to_string(measured) + " units (is the window of the waveforms too short?) and was left out of the classification"});
    return false;
  };
  std::vector<feature_table::column const*> kept;
  for (auto const* c : columns)
    if (usable(*c)) kept.push_back(c);
  if (kept.empty())
    throw error({.where = std::string(who), .place = "features", .problem = "no feature is known of enough units", .expected = "one that four fifths of the units have", .found = {},
                 .advice = "choose other features, or give labels"});
  for (auto const* c : kept) out.names.push_back(c->name), out.columns.push_back(c->values);
  for (std::size_t u = 0; u < table.size(); ++u) {
    if (table.units[u] != standing::measured) continue;
    auto complete = true;
    for (auto const& c : out.columns) complete = complete && std::isfinite(c[u]);
    if (!complete) continue;
    out.units.push_back(u), out.narrow.push_back(table.narrow[u]);
    for (auto const& c : out.columns) out.values.push_back(c[u]);
  }
  return out;
}

/// Mean and SD of a number within two clusters, by weights of the first.
struct two_means {
  double mean[2]{}, sd[2]{};
};
inline auto two_means_of(std::span<double const> values, std::span<double const> first) -> two_means {
  two_means out;
  for (auto const k : {0, 1}) {
    double n = 0, sum = 0, squares = 0;
    auto const w = [&](std::size_t i) { return k == 0 ? first[i] : 1 - first[i]; };
    for (std::size_t i = 0; i < values.size(); ++i) n += w(i), sum += w(i) * values[i];
    out.mean[k] = sum / n;
    for (std::size_t i = 0; i < values.size(); ++i) squares += w(i) * (values[i] - out.mean[k]) * (values[i] - out.mean[k]);
    out.sd[k] = std::sqrt(squares / n);
  }
  return out;
}

/// What a lower bound of the trough-to-peak time allows: RS above the cut, nothing below.
inline auto class_of_bound(double at_least, double cut) noexcept -> cell { return at_least > cut ? cell::e : cell::neither; }

/// "trough_to_peak_ms, half_width_ms"
inline auto joined(std::vector<std::string> const& names) -> std::string {
  std::string out;
  for (auto const& n : names) out += (out.empty() ? "" : ", ") + n;
  return out;
}

}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
