// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// One study with every statistic of the library and the units' channels, for tests of what stores and moves whole states.

#include <equipoise/balance/coupling.hpp>
#include <equipoise/balance/distribution.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <equipoise/stats/unit_moments.hpp>
#include <vector>

namespace equipoise::testing {

/// The rows themselves.
struct keep_rows {
  using statistic = count_rows;
  auto operator()(count_rows const& r, row_info const&) const -> std::int64_t { return r.bins(); }
};
/// What single units did.
struct keep_units {
  using statistic = unit_moments;
  auto operator()(unit_moments const& u, row_info const&) const -> std::int64_t { return u.n(); }
};

/// `within` lags, `widths` as scales, pixels of half a second.
inline auto whole_study(std::vector<cell> cells, std::vector<std::chrono::milliseconds> const& widths, std::int64_t within) {
  using namespace std::chrono_literals;
  return split(std::move(cells)) | pyramid(widths).with_units() |
         measure("rho"_n = zero_lag_correlation{}, "lag"_n = correlation_by_lag{.within = within}, "tail"_n = tail_index{}, "rows"_n = keep_rows{}, "trace"_n = trace{.pixel = 500ms}, "units"_n = keep_units{});
}

}  // namespace equipoise::testing
