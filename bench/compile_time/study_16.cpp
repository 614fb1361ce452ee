// SPDX-License-Identifier: BSL-1.0
// A study of sixteen metrics over five statistics, as a user might write one: what compiling it costs. Measured by run.sh.
#include <equipoise/equipoise.hpp>

namespace eq = equipoise;
using namespace eq::literals;

auto all_metrics(eq::recording const& recording, std::vector<eq::cell> const& cells) {
  return recording | eq::split(cells) | eq::pyramid(eq::log_scales<32>()).with_units()
       | eq::measure("rho"_n = eq::zero_lag_correlation{}, "covariance"_n = eq::covariance{}, "fano"_n = eq::fano_factors{}, "mean"_n = eq::mean_activity{}, "curve"_n = eq::correlation_by_lag{},
                     "peak"_n = eq::peak_lag{}, "centroid"_n = eq::lag_centroid{}, "asymmetry"_n = eq::asymmetry_index{}, "deviation"_n = eq::deviation{}, "relative"_n = eq::relative_deviation{},
                     "active"_n = eq::active_deviation{}, "tail"_n = eq::tail_index{}, "shape"_n = eq::deviation_shape{}, "imbalance"_n = eq::imbalance_index{}, "axis"_n = eq::symmetry_axis{},
                     "trace"_n = eq::trace{});
}

auto coarsest_correlation(eq::recording const& recording, std::vector<eq::cell> const& cells) -> double { return all_metrics(recording, cells)["rho"_n].back(); }
