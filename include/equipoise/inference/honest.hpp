// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Every metric of a study with what a referee asks for: its interval, its null, its controls.
///
///   auto const sure = honest(study, recording, {.draws = 1000, .seed = 1});
///   sure["rho"_n][scale].null.p_max;  sure["rho"_n][scale].controls.same_class.mean

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "../correlate/shifts.hpp"
#include "controls.hpp"
#include "null_band.hpp"
#include "repeated.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

struct honest_options {
  circular_shift null{};           ///< its cells are those of the study where none are given
  std::int64_t draws = 1000;       ///< of the null
  std::int64_t control_draws = 100;  ///< 0: no controls
  std::uint64_t seed = 1;
  alternative side = alternative::two_sided;
  double level = 0.95;
  interval_options interval{};     ///< `level` and `seed` above hold for it
  work_sharing each = one_by_one;  ///< `on_threads(n)` of parallel/each.hpp
  std::function<void(double)> progress = nullptr;  ///< told the share that is done, from whatever thread did it and in no order
};

/// A value at one scale, and what is known of it.
struct honest_value {
  double value{};
  equipoise::interval interval{};
  null_band null{};
  control_set controls{};
};

/// A study of cells with any surrogate as the null: `honest(study, recording, dither{.half_width = 20ms}, options)`.
///
/// Input    a study `split(cells) | … | measure(…)` whose metrics are numbers (`number(metric, member)` names one of several); a recording that can be
///          read again
/// Result   a record: "scale", "bins", and under each metric's name an `honest_value` per scale. Draw k is one and the same at all scales, so that
///          p_max and q hold over scales; the same for any way of sharing the work
/// Promise  what the surrogate promises, page docs/reference/surrogates.md; the controls are descriptive
/// Errors   a sentence at compile time for a study that has no numbers or no cells; `error` of the surrogate, of the study, for fewer than two draws,
///          or a single one of the controls
/// Cost     draws × (surrogate + study) + control_draws × five studies + one study with intervals. `shifted_bins` has the null of r for a
///          hundredth of it
template <class A, class X, class S>
auto honest(A const& study, X const& x, S const& null, honest_options const& o = {}) {
  detail::explain_numbers<A>();
  if (o.control_draws == 1 || o.control_draws < 0) throw error("honest: controls need at least two draws, or none");
  using numbers = detail::numbers_of_study<A>;
  if (o.draws < 2) throw error("honest: at least two draws of the null are needed");
  return detail::with_table(x, [&](auto const& table) {
    auto const plain = run(table, study);
    auto const values = numbers::columns(plain);
    auto how = o.interval;
    how.level = o.level, how.seed = o.seed;
    auto const intervals = run(table, detail::with_last(study, numbers::with_intervals(detail::last_of(study), how)));
    auto part = [&](double from, double share) { return o.progress ? std::function<void(double)>([&o, from, share](double done) { o.progress(from + share * done); }) : nullptr; };
    auto draws = surrogate_values(table, null, study, {.draws = o.draws, .seed = o.seed, .each = o.each, .progress = part(0, 0.7)});
    if constexpr (std::is_same_v<S, circular_shift>)  // shifts of less than a bin are hardly different draws
      for (auto& metric : draws)
        for (std::size_t s = 0; s < metric.size(); ++s) {
          auto const least = std::ceil(static_cast<double>(null.at_least.count()) * 1e-9 / plain[name<"scale">{}][s].seconds());
          metric[s].distinct = (std::max)(std::int64_t{1}, plain[name<"bins">{}][s] - 2 * static_cast<std::int64_t>((std::max)(1.0, least)) + 1);
        }
    control_options c;
    c.draws = o.control_draws, c.seed = o.seed, c.each = o.each, c.progress = part(0.7, 0.3), c.level = o.level;
    auto const sets = o.control_draws > 0 ? controls(table, study, c) : std::vector(values.size(), std::vector(values.empty() ? 0 : values[0].size(), detail::no_controls()));

    auto const found = numbers::interval_columns(intervals);
    auto merged = numbers::record_of([&](std::size_t m) {
      auto const bands = null_bands(values[m], draws[m], o.side, o.level);
      std::vector<honest_value> column;
      for (std::size_t s = 0; s < values[m].size(); ++s) column.push_back({values[m][s], found[m][s], bands[s], sets[m][s]});
      return column;
    });
    return merged.with(name<"scale">{} = plain[name<"scale">{}]).with(name<"bins">{} = plain[name<"bins">{}]);
  });
}

/// The same with the default null: inhibition shifted in a circle by 10 s or more.
template <class A, class X>
auto honest(A const& study, X const& x, honest_options const& o = {}) {
  detail::explain_numbers<A>();
  auto null = o.null;
  if constexpr (study_of_cells<A>)
    if (null.cells.empty()) null.cells = study.first.cells();
  return honest(study, x, null, o);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
