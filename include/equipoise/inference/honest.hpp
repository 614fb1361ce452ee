// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Every metric of a study with what a referee asks for: its interval, its null, its controls.
///
///   auto const sure = honest(study, recording, {.draws = 1000, .seed = 1});
///   sure["rho"_n][scale].null.p_max;  sure["rho"_n][scale].controls.same_class.mean

#include <chrono>
#include <cstdint>
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
  std::int64_t control_draws = 100;
  std::uint64_t seed = 1;
  alternative side = alternative::two_sided;
  double level = 0.95;
  interval_options interval{};     ///< `level` and `seed` above hold for it
  work_sharing each = one_by_one;  ///< `on_threads(n)` of parallel/each.hpp
  std::function<void(double)> progress = nullptr;
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
/// Errors   a sentence at compile time for a study that has no numbers or no cells; `error` of the surrogate, of the study, for fewer than two draws
/// Cost     draws × (surrogate + study) + control_draws × five studies + one study with intervals. `shifted_bins` has the null of r for a
///          hundredth of it
template <class A, class X, class S>
auto honest(A const& study, X const& x, S const& null, honest_options const& o = {}) {
  detail::explain_numbers<A>();
  using numbers = detail::numbers_of_study<A>;
  if (o.draws < 2) throw error("honest: at least two draws of the null are needed");
  return detail::with_table(x, [&](auto const& table) {
    auto const plain = run(table, study);
    auto const values = numbers::columns(plain);
    auto how = o.interval;
    how.level = o.level, how.seed = o.seed;
    auto const intervals = run(table, detail::with_last(study, numbers::with_intervals(detail::last_of(study), how)));
    auto part = [&](double from, double share) { return o.progress ? std::function<void(double)>([&o, from, share](double done) { o.progress(from + share * done); }) : nullptr; };
    auto const draws = surrogate_values(table, null, study, {.draws = o.draws, .seed = o.seed, .each = o.each, .progress = part(0, 0.7)});
    control_options c;
    c.draws = o.control_draws, c.seed = o.seed, c.each = o.each, c.progress = part(0.7, 0.3), c.level = o.level;
    auto const sets = controls(table, study, c);

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
