// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Who is E and who is I: from the options to classes, and to what a reader wants to see of how they came about.

#include <equipoise/classify/interaction.hpp>
#include <equipoise/classify/kmeans.hpp>
#include <equipoise/classify/mixture.hpp>
#include <equipoise/classify/modes.hpp>
#include <equipoise/classify/train_features.hpp>
#include <equipoise/spikes/recording.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"

struct identification {
  std::string classifier;                                  ///< as --classifier names it
  std::vector<equipoise::waveform_features> features;      ///< empty without waveforms
  std::vector<equipoise::train_features> trains;           ///< empty without spikes
  std::optional<double> cut_ms;                            ///< between FS and RS, by the trough-to-peak time
  std::optional<equipoise::mixture_classification> mixture;  ///< each where it was asked for
  std::optional<equipoise::k_means_classification> clusters;
  std::vector<double> narrow;                              ///< trough-to-peak times of the units that were measured, in ms
  equipoise::dip_result dip{};
  std::optional<equipoise::two_modes> modes;
  std::optional<equipoise::interaction_survey> connections;  ///< where --evidence or --pairs asked for them
};

/// Labels the units of a recording as the options say.
auto identify(options const& o, equipoise::recording const& of, equipoise::labelling& cells) -> identification;

/// ei_balance cells: `write` gets the CSV, `write_json` the JSON if it is asked for. Returns the exit code.
struct cell_outputs {
  std::function<void(std::string const&)> csv, json;
};
auto write_cells(options const& o, cell_outputs const& write) -> int;
/// What the classifier found, as JSON.
auto cells_json(equipoise::recording const& of, equipoise::labelling const& cells, identification const& how, std::vector<equipoise::warning> const& warnings) -> std::string;
/// The numbers of each unit.
auto cells_csv(equipoise::recording const& of, equipoise::labelling const& cells, identification const& how) -> std::string;
