// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// r_∞, the correlation that ensembles of all cells would have, with its interval; refused where the recorded cells do not tell it.

#include <cmath>

#include "../balance/subsampling.hpp"
#include "interval.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The subsampling-corrected correlation c_EI/√(c_EE c_II) of `subsampling`, with an interval by the jackknife over blocks.
///
/// Refused with `reason::unstable` where c_EE or c_II is not above zero or its interval includes zero: the root of a small denominator is then any
/// number. Values somewhat above 1 are sampling error; far above 1 they say that E and I share more than each shares within itself.
///
/// Input    statistic blocked<population_moments>, so `pyramid(…).with_units()`; the concentrations of `rate_concentration::of`
/// Result   an `interval`; estimate NaN with a reason where refused, lo and hi where there are fewer than 20 blocks too: without an interval of the
///          denominators nothing can be promised
/// Errors   `error` for a level that is none
/// Source   as `subsampling`
struct rho_infinity {
  using statistic = blocked<population_moments>;
  rate_concentration concentration{};
  interval_options options{};

  auto operator()(statistic const& s, row_info const& row) const -> interval {
    if (!(options.level > 0 && options.level < 1)) throw error("rho_infinity: the level must lie between 0 and 1, as in 0.95");
    auto of = [&](double subsampling::value::*which) {
      auto o = options;
      o.method = interval_method::jackknife;
      return detail::interval_of(s, row, o, false, [&](population_moments const& x, std::int64_t bins) {
        auto part = row;
        part.bins = bins;
        return subsampling{concentration}(x, part).*which;
      });
    };
    for (auto const c : {&subsampling::value::c_ee, &subsampling::value::c_ii}) {
      auto shared = of(c);
      if (shared.lo > 0) continue;
      auto const why = std::isnan(shared.lo) ? detail::unusable(shared.lo) : reason::unstable;
      shared.estimate = undefined(why == reason::none ? reason::unstable : why);
      return detail::no_interval(shared, reason_of(shared.estimate));
    }
    return of(&subsampling::value::rho_infinity);
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
