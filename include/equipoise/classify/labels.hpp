// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Classes of cells by name, labels that the user supplies, and what must be said of any split into two groups.
///
/// In come classes or names of classes; out goes a `labelling` with its warnings.

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "../spikes/recording.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The name of a class in files: "E", "I", "none".
constexpr auto to_string(cell c) noexcept -> std::string_view { return c == cell::e ? "E" : c == cell::i ? "I" : "none"; }

/// The class that a file's word means: E, RS, I, FS or none, in any case; nothing for any other word.
inline auto cell_named(std::string_view name) -> std::optional<cell> {
  std::string word(name);
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (word == "e" || word == "rs") return cell::e;
  if (word == "i" || word == "fs") return cell::i;
  if (word == "none") return cell::neither;
  return std::nullopt;
}

/// How many units are on each side.
struct cell_counts {
  std::int64_t excitatory{}, inhibitory{}, unclassified{};
  auto operator==(cell_counts const&) const -> bool = default;
};
inline auto counts_of(labelling const& cells) noexcept -> cell_counts { return {cells.count(cell::e), cells.count(cell::i), cells.count(cell::neither)}; }

/// Mean rate of each unit over the observed time, in Hz; NaN if nothing was observed.
inline auto rates_hz(recording const& from) -> std::vector<double> {
  auto const seconds = in_seconds(from.table.observed().total());
  std::vector<double> out;
  out.reserve(from.size());
  for (unit_index u = 0; u < from.size(); ++u) out.push_back(seconds > 0 ? static_cast<double>(raw(from[u]).size()) / seconds : undefined(reason::not_available));
  return out;
}

namespace detail {

inline auto number(double x, char const* format = "%.3g") -> std::string {
  std::array<char, 40> text{};
  return {text.data(), static_cast<std::size_t>((std::max)(0, std::snprintf(text.data(), text.size(), format, x)))};
}

inline auto median(std::vector<double> x) -> double {
  if (x.empty()) return undefined(reason::empty_population);
  auto const middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  return x.size() % 2 != 0 ? *middle : (*middle + *std::max_element(x.begin(), middle)) / 2;
}

}  // namespace detail

/// Median rate of the units of one class, in Hz; NaN if there are none.
inline auto median_rate_hz(labelling const& cells, cell which, std::span<double const> rates_hz) -> double {
  std::vector<double> group;
  for (std::size_t u = 0; u < (std::min)(cells.cells.size(), rates_hz.size()); ++u)
    if (cells.cells[u] == which) group.push_back(rates_hz[u]);
  return detail::median(std::move(group));
}

/// What a reader must know of the two groups before believing a balance between them.
///
/// Input    rates in Hz, one per unit; empty where they are not known
/// Result   "no_excitatory_units", "no_inhibitory_units", "few_excitatory_units" and "few_inhibitory_units" (under 5), "fs_slower_than_rs"
/// Errors   `error` if rates_hz is neither empty nor one per unit
inline auto group_warnings(labelling const& cells, std::span<double const> rates_hz = {}) -> std::vector<warning> {
  if (!rates_hz.empty() && rates_hz.size() != cells.cells.size())
    throw error({.where = "labels", .place = {}, .problem = "one rate per unit is needed", .expected = std::to_string(cells.cells.size()),
                 .found = std::to_string(rates_hz.size()), .advice = {}});
  std::vector<warning> out;
  auto const n = counts_of(cells);
  auto const few = [&](std::int64_t count, std::string const& name) {
    if (count == 0) out.push_back({"no_" + name + "_units", "no unit is " + name + ", so that there is no balance to measure; check the labels or the cut"});
    else if (count < 5)
      out.push_back({"few_" + name + "_units", "only " + std::to_string(count) + " of " + std::to_string(cells.cells.size()) + " units are " + name +
                                                   "; each of them weighs heavily on every number: repeat the analysis without each in turn"});
  };
  few(n.excitatory, "excitatory");
  few(n.inhibitory, "inhibitory");
  if (auto const rs = median_rate_hz(cells, cell::e, rates_hz), fs = median_rate_hz(cells, cell::i, rates_hz); fs < rs)
    out.push_back({"fs_slower_than_rs",
                   "the inhibitory units fire slower than the excitatory ones (medians " + detail::number(fs) + " Hz and " + detail::number(rs) +
                     " Hz), while in cortex fast-spiking cells fire several times faster; the classes are doubtful: look at the waveforms, or give labels"});
  return out;
}

/// Labels that the user knows to be right: one class per unit, in the order of the recording.
///
/// Result   method "given", not putative; confidence NaN, since none was stated
inline auto given_labels(std::vector<cell> cells) -> labelling {
  labelling out{.cells = std::move(cells), .confidence = {}, .method = "given", .putative = false, .warnings = {}};
  out.confidence.assign(out.cells.size(), undefined(reason::not_available));
  out.warnings = group_warnings(out);
  return out;
}

/// Labels by the file's numbers of the units, as a table of labels has them. Units without a label are neither.
///
/// Input    `also_known`: numbers of units that the file lists but the recording left out; a label for one of them is not an error
/// Errors   `error` naming the number, if a label is for a unit that is nowhere; if a unit has two different labels
inline auto given_labels(recording const& of, std::span<std::pair<std::int64_t, cell> const> labels, std::span<std::int64_t const> also_known = {}) -> labelling {
  std::map<std::int64_t, std::size_t> row;
  for (std::size_t u = 0; u < of.units.size(); ++u) row.emplace(of.units[u].id, u);
  std::vector<cell> cells(of.size(), cell::neither);
  std::map<std::int64_t, cell> seen;
  for (auto const& [id, c] : labels) {
    auto const at = row.find(id);
    if (at == row.end() && std::find(also_known.begin(), also_known.end(), id) == also_known.end())
      throw error({.where = "labels", .place = "unit " + std::to_string(id), .problem = "the recording has no such unit", .expected = {},
                   .found = std::to_string(of.size()) + " units" + (of.source.empty() ? "" : " in " + of.source),
                   .advice = "label units by the numbers of the file's own tables"});
    if (auto const [first, fresh] = seen.emplace(id, c); !fresh && first->second != c)
      throw error({.where = "labels", .place = "unit " + std::to_string(id), .problem = "two different classes for one unit",
                   .expected = std::string(to_string(first->second)), .found = std::string(to_string(c)), .advice = "keep one of them"});
    if (at != row.end()) cells[at->second] = c;
  }
  auto out = given_labels(std::move(cells));
  out.warnings = group_warnings(out, rates_hz(of));
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
