// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// From the options to everything that ei_balance reports.

#include <equipoise/core/epochs.hpp>
#include <equipoise/inference/leverage.hpp>
#include <equipoise/io/phy.hpp>
#include <equipoise/spikes/recording.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "identify.hpp"
#include "nulls.hpp"
#include "options.hpp"
#include "pairs.hpp"
#include "passes.hpp"

struct analysis_result {
  equipoise::recording recording;
  equipoise::window<std::chrono::nanoseconds> when;              ///< what was analysed
  std::int64_t spikes{};                                         ///< in it, of the units kept
  equipoise::labelling cells;
  identification identified;                                     ///< how they came about
  equipoise::epoch_table<std::chrono::nanoseconds> states;
  measured found;                                                ///< by scale, by state, by window
  nulls controls;                                                ///< beside the scales
  std::vector<equipoise::label_interval> by_labels;              ///< r over draws of the classes, by scale; empty: none
  pair_results pairs;
  std::vector<equipoise::warning> warnings;
};

/// Loads, labels and analyses. `progress` is told what is going on.
auto analyse(options const& o, std::function<void(std::string const&)> const& progress) -> analysis_result;

/// Warnings of states that lie outside of what was analysed.
void warn_of_states(analysis_result& r, equipoise::epochs<std::chrono::nanoseconds> const& analysed);
/// Warnings of scales with too few bins, and of the null that was not computed.
void say_what_is_missing(analysis_result& r);

/// What the options say of reading: quality, rate, window.
auto reading(options const& o) -> equipoise::phy_options;

auto to_json(analysis_result const& r) -> std::string;
auto to_csv(analysis_result const& r) -> std::string;
auto to_page(analysis_result const& r) -> std::string;
void print(analysis_result const& r, options const& o);
/// ei_balance info: what the folder holds; `write` gets the JSON if it is asked for. Returns the exit code.
auto print_info(options const& o, std::function<void(std::string const&)> const& write) -> int;
/// ei_balance correlogram: `write` gets the bytes of the .npy file. Returns the exit code.
auto write_correlogram(options const& o, std::function<void(std::string const&)> const& write) -> int;
auto to_json(equipoise::phy_summary const& s, std::string const& source) -> std::string;
