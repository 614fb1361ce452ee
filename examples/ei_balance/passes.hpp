// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// From a recording, or from parts that were measured elsewhere, to everything that is reported: one pass, on threads, that can be interrupted.

#include <chrono>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/balance/distribution.hpp>
#include <equipoise/balance/symmetry.hpp>
#include <equipoise/core/epochs.hpp>
#include <equipoise/inference/interval.hpp>
#include <equipoise/scales/open_bins.hpp>
#include <equipoise/spikes/recording.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <functional>
#include <string>
#include <vector>

/// Everything measured at one scale.
struct scale_result {
  equipoise::bin_width width;
  std::int64_t bins{};
  equipoise::incomplete_bins incomplete{};
  equipoise::mean_activity::value mean{};
  double rho{};
  equipoise::interval rho_interval{};
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

/// What is followed from window to window.
struct window_scale {
  equipoise::bin_width width;
  std::int64_t bins{};
  double rho{};
  double deviation_relative{};  ///< SD of e/ē − i/ī, floor included
};
struct window_result {
  double begin_s{}, end_s{}, seconds{};
  std::vector<window_scale> scales;
};

/// What the pass is set up for: parts of one recording must agree in it to be merged.
struct setup {
  std::vector<equipoise::cell> cells;
  std::vector<std::chrono::nanoseconds> widths;
  std::int64_t lags{};
  std::chrono::nanoseconds pixel{};         ///< of the traces
  equipoise::epoch_table<std::chrono::nanoseconds> states{};
  std::chrono::nanoseconds window{}, hop{};  ///< nought: no windows
};

/// How the pass is run.
struct running {
  std::size_t threads = 0;  ///< 0: as many as there are processors
  std::string checkpoint{};
  bool resume = false;
  std::chrono::nanoseconds every = std::chrono::seconds{5};
  std::string note{};       ///< kept in the checkpoint: what `merge` must know to go on without the recording
  std::function<void(double)> progress{};
};

struct measured {
  equipoise::epochs<std::chrono::nanoseconds> done;  ///< the time that was absorbed
  std::vector<scale_result> scales;
  std::vector<equipoise::grouped_rows> traces;       ///< one per scale
  std::vector<state_result> states;
  std::vector<window_result> windows;
};

/// One pass over the part of a recording that was asked for.
///
/// Errors   `error` from the reader's blocks, from a checkpoint that is damaged or of another setup
auto measure(equipoise::recording const& of, equipoise::epochs<std::chrono::nanoseconds> const& asked, setup const& how, running const& run) -> measured;

/// What parts of a recording, measured by `measure` with a checkpoint each, give together.
///
/// Errors   `error` for files that cannot be read, are damaged or of another setup, and for parts that share time
auto merge_parts(std::vector<std::string> const& checkpoints, equipoise::window<std::chrono::nanoseconds> extent, std::size_t units, setup const& how) -> measured;
