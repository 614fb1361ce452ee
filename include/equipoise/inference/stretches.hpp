// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Blocks of a recording for resampling: the runs of a `blocked` statistic joined to stretches of nearly equal size. Merges; nothing here sees
/// the data.

#include <cstdint>
#include <vector>

#include "../stats/blocked.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The state of consecutive bins.
template <class S>
struct stretch {
  S state;
  std::int64_t bins{};          ///< how many there are
  std::int64_t first{}, end{};  ///< they lie in [first, end), with gaps
};

/// Consecutive runs joined to at most `most` stretches, of as nearly equal numbers of bins as whole runs allow.
///
/// Result   ascending, none empty; fewer than `most` where there are fewer runs. Gaps do not count: stretches are made of bins, not of time
/// Errors   none; most ≥ 1
/// Cost     a merge per run
template <class S>
auto stretches(blocked<S> const& all, std::int64_t most) -> std::vector<stretch<S>> {
  std::vector<stretch<S>> parts;
  auto const bins = int128{2} * all.bins();
  std::int64_t before = 0, place = -1;
  for (auto const& r : all.runs()) {
    auto const first = r.index * all.run_length(), end = first + all.run_length();
    auto const at = static_cast<std::int64_t>(int128{2 * before + r.bins} * most / bins);  // where the run's middle lies
    if (at == place) {
      parts.back().state.merge(r.state);
      parts.back().bins += r.bins, parts.back().end = end;
    } else {
      parts.push_back({r.state, r.bins, first, end});
    }
    place = at, before += r.bins;
  }
  return parts;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
