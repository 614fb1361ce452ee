// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// From the options to everything that ei_balance reports.

#include <equipoise/balance/coupling.hpp>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/balance/distribution.hpp>
#include <equipoise/balance/symmetry.hpp>
#include <equipoise/classify/waveform.hpp>
#include <equipoise/core/epochs.hpp>
#include <equipoise/inference/leverage.hpp>
#include <equipoise/io/phy.hpp>
#include <equipoise/scales/open_bins.hpp>
#include <equipoise/spikes/recording.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"

/// Everything measured at one scale.
struct scale_result {
  equipoise::bin_width width;
  std::int64_t bins{};
  equipoise::incomplete_bins incomplete{};
  equipoise::mean_activity::value mean{};
  double rho{};
  std::vector<double> curve{};  ///< C(ℓ), −lags … lags
  equipoise::peak_lag::value peak{};
  double centroid{}, asymmetry{};
  equipoise::deviations deviation{};
  equipoise::shape shape{};
  equipoise::imbalance imbalance{};
  equipoise::active_fractions active{};
  double tail_index{}, peak_normalised{};
  equipoise::symmetry symmetry{};
  equipoise::fano_factors::value fano{};
};

struct state_result {
  std::string name;
  double seconds{};
  std::vector<scale_result> scales;
};

struct analysis_result {
  equipoise::recording recording;
  equipoise::window<std::chrono::nanoseconds> when;              ///< what was analysed
  std::int64_t spikes{};                                         ///< in it, of the units kept
  equipoise::labelling cells;
  std::vector<equipoise::waveform_features> features;            ///< empty without waveforms
  std::optional<double> cut_ms;
  equipoise::epoch_table<std::chrono::nanoseconds> states;
  std::vector<scale_result> scales;
  std::vector<state_result> by_state;
  std::vector<equipoise::grouped_rows> traces;                   ///< one per scale, for the report
  std::vector<equipoise::warning> warnings;
};

/// Loads, labels and analyses. `progress` is told what is going on.
auto analyse(options const& o, std::function<void(std::string const&)> const& progress) -> analysis_result;

/// What the options say of reading: quality, rate, window.
auto reading(options const& o) -> equipoise::phy_options;

auto to_json(analysis_result const& r) -> std::string;
auto to_csv(analysis_result const& r) -> std::string;
auto to_page(analysis_result const& r) -> std::string;
void print(analysis_result const& r, options const& o);
/// ei_balance info: what the folder holds; `write` gets the JSON if it is asked for. Returns the exit code.
auto print_info(options const& o, std::function<void(std::string const&)> const& write) -> int;
auto to_json(equipoise::phy_summary const& s, std::string const& source) -> std::string;
