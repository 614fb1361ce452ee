// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// From a recording to a labelling by any classifier of waveforms, with the warnings that hold for all of them.
///
/// `classify(recording, threshold{})`: features of the mean waveforms → classes → what a reader must know of them.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labels.hpp"
#include "waveform.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Features of each unit of a recording, numbered as its file numbers them.
///
/// Errors   `error` if the recording has no waveforms, or not one per unit
inline auto features_of(recording const& of, waveform_options const& options = {}) -> std::vector<waveform_features> {
  if (of.waveforms.empty() && of.size() > 0)
    throw error({.where = of.source.empty() ? "recording" : of.source, .place = {}, .problem = "no mean waveforms, so cells cannot be classified by their shape",
                 .expected = {}, .found = {}, .advice = "give the classes: --labels FILE with the columns unit,class, or given_labels(…)"});
  if (of.waveforms.size() != of.size())
    throw error({.where = of.source.empty() ? "recording" : of.source, .place = {}, .problem = "not one waveform per unit", .expected = std::to_string(of.size()),
                 .found = std::to_string(of.waveforms.size()), .advice = "give as many rows as there are units, in the same order"});
  auto all = features_of(of.waveforms, options);
  for (std::size_t u = 0; u < (std::min)(all.size(), of.units.size()); ++u) all[u].id = of.units[u].id;
  return all;
}

namespace detail {

/// "3, 7, 12 and 4 more": the first twelve numbers of the units.
template <class Units, class Text>
auto list_of(Units const& units, Text text) -> std::string {
  std::string s;
  std::size_t k = 0;
  for (auto const& u : units) {
    if (k == 12) return s + " and " + std::to_string(units.size() - k) + " more";
    s += (k++ == 0 ? "" : ", ") + text(u);
  }
  return s;
}

}  // namespace detail

/// What the waveforms themselves give cause to say, whatever the classifier.
///
/// Result   "positive_waveforms" (more than a fifth of all), "truncated_waveforms", "unusable_waveforms", "multi_trough_waveforms"
inline auto waveform_warnings(std::span<waveform_features const> all) -> std::vector<warning> {
  auto const with = [&](auto holds) {
    std::vector<std::int64_t> ids;
    for (auto const& f : all)
      if (holds(f)) ids.push_back(f.id);
    return ids;
  };
  auto const list = [](std::vector<std::int64_t> const& ids) { return detail::list_of(ids, [](std::int64_t id) { return std::to_string(id); }); };
  auto const of_all = [&](std::vector<std::int64_t> const& ids) { return std::to_string(ids.size()) + " of " + std::to_string(all.size()) + " waveforms "; };
  std::vector<warning> out;
  if (auto const ids = with([](auto const& f) { return f.has(waveform_flag::positive_going); }); ids.size() * 5 > all.size())
    out.push_back({"positive_waveforms",
                   of_all(ids) + "are positive-going (" + detail::number(100.0 * static_cast<double>(ids.size()) / static_cast<double>(all.size())) +
                     " %) and left unclassified; axons or an inverted channel? The rest may not stand for the whole: check the polarity and the probe's site"});
  if (auto const ids = with([](auto const& f) { return !f.unusable() && f.has(waveform_flag::truncated); }); !ids.empty())
    out.push_back({"truncated_waveforms", of_all(ids) + "end before the peak after the trough (units " + list(ids) +
                                            "); their trough-to-peak time is a lower bound: use longer waveforms if you can"});
  if (auto const ids = with([](auto const& f) { return f.unusable(); }); !ids.empty())
    out.push_back({"unusable_waveforms", of_all(ids) + "are flat, missing, too short or not numbers (units " + list(ids) + ") and left unclassified"});
  if (auto const ids = with([](auto const& f) { return f.has(waveform_flag::multi_trough); }); !ids.empty())
    out.push_back({"multi_trough_waveforms", of_all(ids) + "have more than one deep trough (units " + list(ids) +
                                               "); the deepest was measured: look at them, several cells may be mixed"});
  return out;
}

/// A labelling with what must be said of the waveforms and of its groups as they are now, each warning once.
inline auto with_warnings(labelling cells, recording const& of, std::span<waveform_features const> all) -> labelling {
  auto add = [&](std::vector<warning> more) {
    for (auto& w : more)
      if (std::find(cells.warnings.begin(), cells.warnings.end(), w) == cells.warnings.end()) cells.warnings.push_back(std::move(w));
  };
  std::erase_if(cells.warnings, [](warning const& w) { return w.code == "fs_slower_than_rs" || w.code.ends_with("excitatory_units") || w.code.ends_with("inhibitory_units"); });
  add(waveform_warnings(all)), add(group_warnings(cells, rates_hz(of)));
  return cells;
}

/// Labels the units of a recording by their mean waveforms.
///
/// Result   the classifier's labelling, with a warning added where the inhibitory units fire slower than the excitatory ones
/// Errors   `error` if the recording has no waveforms, with advice; what the classifier throws
/// Example  examples/01_balance_across_scales.cpp
template <classifier_of<std::vector<waveform_features>> Classifier>
auto classify(recording const& of, Classifier const& classifier, waveform_options const& options = {}) -> labelling {
  auto const all = features_of(of, options);
  return with_warnings(classifier(all), of, all);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
