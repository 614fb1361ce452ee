// SPDX-License-Identifier: BSL-1.0
// A study of sixteen metrics over three statistics, with the headers it needs: what compiling it costs. Measured by run.sh.
#include <equipoise/balance/coupling.hpp>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/balance/distribution.hpp>
#include <equipoise/balance/symmetry.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/recording.hpp>
#include <equipoise/spikes/split.hpp>
#include <vector>

namespace eq = equipoise;
using namespace eq::literals;

auto all_metrics(eq::recording const& recording, std::vector<eq::cell> const& cells) {
  return recording | eq::split(cells) | eq::pyramid(eq::log_scales<32>())
       | eq::measure("rho"_n = eq::zero_lag_correlation{}, "covariance"_n = eq::covariance{}, "fano"_n = eq::fano_factors{}, "mean"_n = eq::mean_activity{}, "curve"_n = eq::correlation_by_lag{},
                     "far"_n = eq::correlation_by_lag{.within = 40}, "peak"_n = eq::peak_lag{}, "centroid"_n = eq::lag_centroid{}, "asymmetry"_n = eq::asymmetry_index{}, "deviation"_n = eq::deviation{},
                     "relative"_n = eq::relative_deviation{}, "tail"_n = eq::tail_index{}, "shape"_n = eq::deviation_shape{}, "imbalance"_n = eq::imbalance_index{},
                     "peak_normalised"_n = eq::peak_normalised_deviation{}, "axis"_n = eq::symmetry_axis{});
}

auto coarsest_correlation(eq::recording const& recording, std::vector<eq::cell> const& cells) -> double { return all_metrics(recording, cells)["rho"_n].back(); }
