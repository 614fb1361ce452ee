// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What could explain r away: its null, its controls, what more cells would give, what other labels would; by scale.

#include <chrono>
#include <cstdint>
#include <equipoise/core/epochs.hpp>
#include <equipoise/inference/control.hpp>
#include <equipoise/inference/relabel.hpp>
#include <equipoise/spikes/recording.hpp>
#include <functional>
#include <string>
#include <vector>

#include "options.hpp"

struct nulls {
  bool computed = false;    ///< at some scale at least
  std::int64_t draws = 0;   ///< at scales that have a null
  std::string name;         ///< "circular shift of inhibition by 10 s or more"
  std::string promise;      ///< what its p-values can promise, a sentence
  std::string reason = "merged parts hold no spikes to make surrogates of";  ///< why none was computed
  bool with_controls = false;
  std::vector<equipoise::scale_controls> scales;  ///< one per scale; empty where nothing was computed
};

/// The nulls and controls that the options ask for, of one class per unit, at the given widths.
///
/// Errors   `error` from the surrogate
auto nulls_of(equipoise::recording const& of, equipoise::epochs<std::chrono::nanoseconds> const& asked, std::vector<equipoise::cell> const& cells, std::vector<std::chrono::nanoseconds> const& widths, options const& o, std::function<void(double)> const& progress) -> nulls;

/// r by scale over draws of the classes from their posteriors; empty where the labels have none, or where no draw was asked for.
auto over_labels_of(equipoise::recording const& of, equipoise::epochs<std::chrono::nanoseconds> const& asked, equipoise::labelling const& cells, std::vector<std::chrono::nanoseconds> const& widths, options const& o, std::function<void(double)> const& progress) -> std::vector<equipoise::label_interval>;
