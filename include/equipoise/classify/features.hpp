// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What is known of units, one named column a feature: what classifiers by clusters fit. Shapes of waveforms or columns of the user's own → `feature_table`.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waveform.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// How far a unit's waveform can be trusted by a classifier.
enum class standing : std::uint8_t {
  measured,     ///< takes part in the fit
  lower_bound,  ///< its trough-to-peak time is a lower bound: no part in the fit, and a class only if the bound is beyond the cut
  left_out,     ///< positive-going or unusable: no class
};

/// Numbers of units, a column each.
///
/// Shape    every column, `units` and `narrow` have one value per unit; NaN where a number is not known
struct feature_table {
  struct column {
    std::string name;  ///< with its unit: "trough_to_peak_ms"
    std::vector<double> values;
  };
  std::vector<column> columns;
  std::vector<std::int64_t> ids;  ///< the file's numbers
  std::vector<standing> units;
  std::vector<double> narrow;     ///< small in FS cells, large in RS cells; tells the clusters apart by name: the trough-to-peak time, in ms

  [[nodiscard]] auto size() const noexcept -> std::size_t { return units.size(); }
  [[nodiscard]] auto find(std::string_view name) const noexcept -> column const* {
    auto const at = std::find_if(columns.begin(), columns.end(), [&](column const& c) { return c.name == name; });
    return at == columns.end() ? nullptr : &*at;
  }
  /// Adds a column of the user's own.
  ///
  /// Errors   `error` unless there is one value per unit and no column of that name
  auto add(std::string name, std::vector<double> values) -> feature_table& {
    if (values.size() != size())
      throw error({.where = "feature_table", .place = name, .problem = "one value per unit is needed", .expected = std::to_string(size()), .found = std::to_string(values.size()), .advice = {}});
    if (find(name) != nullptr)
      throw error({.where = "feature_table", .place = name, .problem = "there is such a column already", .expected = {}, .found = {}, .advice = "give it another name"});
    columns.push_back({std::move(name), std::move(values)});
    return *this;
  }
};

/// A number of waveform_features by its name.
struct shape_feature {
  std::string_view name;
  double waveform_features::*value;
};
inline constexpr std::array shape_features{
  shape_feature{"trough_to_peak_ms", &waveform_features::trough_to_peak_ms},
  shape_feature{"half_width_ms", &waveform_features::trough_half_width_ms},
  shape_feature{"half_peak_width_ms", &waveform_features::half_peak_width_ms},
  shape_feature{"peak_to_trough_ms", &waveform_features::peak_to_trough_ms},
  shape_feature{"asymmetry", &waveform_features::asymmetry},
  shape_feature{"repolarization_ms", &waveform_features::repolarization_ms},
  shape_feature{"half_decay_ms", &waveform_features::half_decay_ms},
  shape_feature{"repolarization_uv_per_ms", &waveform_features::repolarization_uv_per_ms},
  shape_feature{"repolarization_fit_uv_per_ms", &waveform_features::repolarization_fit_uv_per_ms},
  shape_feature{"recovery_uv_per_ms", &waveform_features::recovery_uv_per_ms},
  shape_feature{"trough_uv", &waveform_features::trough_uv},
  shape_feature{"peak_uv", &waveform_features::peak_uv},
  shape_feature{"amplitude_uv", &waveform_features::amplitude_uv},
  shape_feature{"snr", &waveform_features::snr},
};

/// Whether a name is that of a waveform's feature.
constexpr auto is_shape_feature(std::string_view name) noexcept -> bool {
  return std::any_of(shape_features.begin(), shape_features.end(), [&](shape_feature const& f) { return f.name == name; });
}

/// How far a classifier can trust a waveform.
constexpr auto standing_of(waveform_features const& f) noexcept -> standing {
  if (f.unusable() || f.has(waveform_flag::positive_going)) return standing::left_out;
  return f.has(waveform_flag::truncated) ? standing::lower_bound : standing::measured;
}

/// Trough-to-peak times of the waveforms that were measured, in ms.
inline auto measured_times(std::span<waveform_features const> all) -> std::vector<double> {
  std::vector<double> out;
  for (auto const& f : all)
    if (standing_of(f) == standing::measured) out.push_back(f.trough_to_peak_ms);
  return out;
}

/// The features of waveforms that have these names, in this order.
///
/// Errors   `error` for a name that is no feature of a waveform, with those that are
inline auto table_of(std::span<waveform_features const> all, std::span<std::string const> names) -> feature_table {
  feature_table out;
  for (auto const& f : all) out.ids.push_back(f.id), out.units.push_back(standing_of(f)), out.narrow.push_back(f.trough_to_peak_ms);
  for (auto const& name : names) {
    auto const which = std::find_if(shape_features.begin(), shape_features.end(), [&](shape_feature const& f) { return f.name == name; });
    if (which == shape_features.end()) {
      std::string known;
      for (auto const& f : shape_features) known += (known.empty() ? "" : ", ") + std::string(f.name);
      throw error({.where = "features", .place = name, .problem = "a waveform has no such feature", .expected = known, .found = name, .advice = {}});
    }
    std::vector<double> values;
    for (auto const& f : all) values.push_back(f.*which->value);
    out.add(name, std::move(values));
  }
  return out;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
