// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What the command line of ei_balance says.

#include <chrono>
#include <cstdint>
#include <equipoise/scales/scale_sets.hpp>
#include <optional>
#include <string>
#include <vector>

struct options {
  std::string recording;
  bool info = false;  ///< ei_balance info: counts only

  std::string labels, states;                       ///< CSV files; empty: none
  std::string classifier;                           ///< mixture, kmeans, threshold or labels
  std::optional<double> threshold_ms;               ///< cut between FS and RS
  double confidence = 0.95;                         ///< of the mixture
  std::vector<std::string> features;                ///< by which mixture and k-means tell cells apart; empty: theirs
  bool wide_interneurons = false;                   ///< RS units whose autocorrelogram rises slowly are I
  bool evidence = false;                            ///< connections of the units count as evidence of their class
  std::int64_t relabel = 100;                       ///< draws of the labels from their posteriors; 0: none
  bool good_only = false;                           ///< --quality good
  std::optional<double> rate_hz;
  std::vector<std::chrono::nanoseconds> widths{};   ///< --widths, else the logarithmic set
  std::int64_t scales = 32;
  std::chrono::nanoseconds first = std::chrono::milliseconds{1};
  double step = 0.3;
  std::int64_t lags = 20;                           ///< bins either way, at every scale
  std::optional<std::chrono::nanoseconds> begin, end;
  std::uint64_t seed = 1;
  std::int64_t surrogates = 1000;                   ///< draws of the null; 0: none
  std::string null = "shift";                       ///< which surrogate
  std::optional<std::chrono::nanoseconds> null_width; ///< least shift, window, half-width or smoothing; else the surrogate's own
  bool controls = false;                            ///< same-class, rate-matched and label controls
  bool pairs = false;                               ///< correlograms and tiling coefficients of pairs of units

  std::chrono::nanoseconds window{}, hop{};         ///< sliding windows; nought: none
  std::size_t threads = 0;                          ///< 0: one a processor
  std::string checkpoint;                           ///< file; empty: none
  bool resume = false;
  std::chrono::nanoseconds checkpoint_every = std::chrono::seconds{5};
  struct {
    bool wanted = false;                            ///< ei_balance correlogram
    std::chrono::nanoseconds within = std::chrono::milliseconds{50}, bin = std::chrono::milliseconds{1};
    bool half_open = false;
    std::string out;
  } correlogram{};
  struct {
    bool wanted = false;                            ///< ei_balance cells
    std::string waveforms;                          ///< .npy instead of a recording
  } cells{};
  std::vector<std::string> parts;                   ///< ei_balance merge: checkpoints

  std::string json, report, csv;                    ///< files to write; empty: none, "-": standard output
  bool quiet = false;
  std::vector<std::string> unused;                  ///< options that others made idle, as sentences
};

/// Reads the command line. Returns an exit code if there is nothing left to do (help, a usage error).
auto parse(int argc, char** argv, options& into) -> std::optional<int>;

/// The scales asked for. Errors: those of the scale sets.
auto scales_of(options const& o) -> equipoise::scales;
