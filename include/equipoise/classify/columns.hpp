// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Features of a recording's units by name, of the shape and of the spike train: what a classifier of feature tables asks for, and `classify` with it.

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "classify.hpp"
#include "features.hpp"
#include "train_features.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A number of train_features by its name.
struct train_column {
  std::string_view name;
  double (*value)(train_features const&);
};
/// Rates spread over decades, so that clusters are sought in their logarithm.
inline constexpr std::array train_columns{
  train_column{"rate_hz", [](train_features const& f) { return f.rate_hz; }},
  train_column{"log10_rate", [](train_features const& f) { return f.rate_hz > 0 ? std::log10(f.rate_hz) : undefined(reason::no_spikes); }},
  train_column{"burst_fraction", [](train_features const& f) { return f.burst_fraction; }},
  train_column{"burst_index", [](train_features const& f) { return f.burst_index; }},
  train_column{"cv", [](train_features const& f) { return f.cv; }},
  train_column{"cv2", [](train_features const& f) { return f.cv2; }},
  train_column{"local_variation", [](train_features const& f) { return f.local_variation; }},
  train_column{"refractory_share", [](train_features const& f) { return f.refractory_share; }},
  train_column{"acg_tau_rise_ms", [](train_features const& f) { return f.acg.tau_rise_ms; }},
  train_column{"acg_tau_decay_ms", [](train_features const& f) { return f.acg.tau_decay_ms; }},
  train_column{"acg_rise_z", [](train_features const& f) { return f.acg.rise_z; }},
};

/// Whether a name is that of a spike train's feature.
constexpr auto is_train_column(std::string_view name) noexcept -> bool {
  return std::any_of(train_columns.begin(), train_columns.end(), [&](train_column const& c) { return c.name == name; });
}

/// The features of a recording's units that have these names: those of waveforms and those of spike trains, in this order.
///
/// Input    `all`: features of its waveforms, where they are at hand
/// Errors   `error` for a name that is neither, with those that are; if there are no waveforms
/// Cost     spike trains are read only if one of their features is asked for
inline auto features_named(recording const& of, std::vector<waveform_features> const& all, std::vector<std::string> const& names) -> feature_table {
  std::vector<std::string> shapes;
  auto trains = false;
  for (auto const& name : names) {
    if (is_shape_feature(name)) shapes.push_back(name);
    else if (is_train_column(name)) trains = true;
    else {
      std::string known;
      for (auto const& f : shape_features) known += (known.empty() ? "" : ", ") + std::string(f.name);
      for (auto const& f : train_columns) known += ", " + std::string(f.name);
      throw error({.where = "features", .place = name, .problem = "there is no such feature", .expected = known, .found = name, .advice = {}});
    }
  }
  if (trains && of.table.spikes() == 0)
    throw error({.where = "features", .place = {}, .problem = "features of spike trains were asked for, and there are no spikes", .expected = {}, .found = {}, .advice = "take features of waveforms"});
  auto out = table_of(all, shapes);
  if (trains) {
    auto const by_unit = train_features_of(of);
    for (auto const& name : names) {
      auto const which = std::find_if(train_columns.begin(), train_columns.end(), [&](train_column const& c) { return c.name == name; });
      if (which == train_columns.end()) continue;
      std::vector<double> values;
      for (auto const& f : by_unit) values.push_back(which->value(f));
      out.add(name, std::move(values));
    }
  }
  return out;
}

inline auto features_named(recording const& of, std::vector<std::string> const& names, waveform_options const& options = {}) -> feature_table { return features_named(of, features_of(of, options), names); }

/// Labels the units of a recording by any features that the classifier names.
///
/// Errors   `error` if the recording has no waveforms, with advice; what the classifier throws
template <class Classifier>
  requires classifier_of<Classifier, std::vector<waveform_features>> && classifier_of<Classifier, feature_table> && requires(Classifier const& c) { { c.features } -> std::convertible_to<std::vector<std::string>>; }
auto classify(recording const& of, Classifier const& classifier, waveform_options const& options = {}) -> labelling {
  auto const all = features_of(of, options);
  return with_warnings(classifier(features_named(of, all, classifier.features)), of, all);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
