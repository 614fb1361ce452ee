// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// r and the lag of its peak at every scale, each with what could explain it away: null, corrections over scales, equivalence to zero lag, same-class
/// and label controls, what more cells would give, what slow drift gives.
///
/// This is `honest` for the two headline numbers, faster by whole-bin nulls. Page: docs/explanation/controls.md

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "../balance/high_pass.hpp"
#include "../scales/pyramid.hpp"
#include "controls.hpp"
#include "null_band.hpp"
#include "rho_infinity.hpp"
#include "shifted_bins.hpp"
#include "zero_lag.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

struct balance_control_options {
  std::int64_t draws = 1000;         ///< of the null; 0: none
  std::int64_t control_draws = 100;  ///< of the same-class, rate-matched and label controls; 0: none
  std::chrono::nanoseconds at_least = std::chrono::seconds{10};  ///< the least shift of the default null
  std::int64_t within = 20;          ///< lags in bins either way
  std::chrono::nanoseconds margin = std::chrono::milliseconds{2};  ///< of zero lag; at least one bin
  double level = 0.95;
  std::uint64_t seed = 1;
  work_sharing each = one_by_one;                  ///< `on_threads(n)` of parallel/each.hpp
  std::function<void(double)> progress = nullptr;  ///< told the share that is done, from whatever thread did it and in no order
};

/// What stands beside r at one scale. What is undefined, or was not asked for, is NaN with a reason.
struct scale_controls {
  double rho{};
  null_band null;            ///< of r; p one-sided: as large by chance
  null_band lag_null;        ///< of |lag of the peak| in milliseconds; p one-sided: as near zero by chance. A draw without a peak stands at the largest lag
  lag_equivalence zero_lag;
  interval rho_infinity;     ///< what ensembles of all cells would have
  double high_pass{};        ///< r of the counts less their running mean over ten bins
  control_set controls;
};

namespace detail {
/// r, lag and controls without a null; the draws of the default null where its options are given.
template <class Table, class Width>
auto measure_scale(Table const& table, std::vector<cell> const& cells, Width width, rate_concentration const& kappa, balance_control_options const& o, bool shift) {
  interval_options how;
  how.level = o.level, how.seed = o.seed;
  auto const r = run(table, split(cells) | pyramid(std::vector<Width>{width}).with_units() |
                              measure(name<"rho">{} = zero_lag_correlation{}, name<"lag">{} = peak_lag{.within = o.within}, name<"null">{} = shifted_bins{.at_least = o.at_least, .draws = shift ? o.draws : 0, .seed = o.seed, .within = o.within},
                                      name<"zero">{} = zero_lag_equivalence{.within = o.within, .margin = o.margin, .level = o.level, .seed = o.seed}, name<"infinity">{} = rho_infinity{kappa, how}, name<"fast">{} = high_pass_correlation{}));
  struct found {
    scale_controls value;
    double lag;  // bins
    bin_null null;
    double ms;   // a bin
  };
  auto const none = no_band(reason::not_asked_for);
  return found{{r[name<"rho">{}][0], none, none, r[name<"zero">{}][0], r[name<"infinity">{}][0], r[name<"fast">{}][0], no_controls()}, r[name<"lag">{}][0].interpolated, r[name<"null">{}][0], in_ms(r[name<"scale">{}][0])};
}

/// The nulls of r and of |lag|, corrected over scales.
template <class Found>
void add_bands(std::vector<Found>& all, balance_control_options const& o) {
  std::vector<double> rho, lag;
  std::vector<null_draws> of_rho, of_lag;
  for (auto& f : all) {
    rho.push_back(f.value.rho), lag.push_back(std::abs(f.lag) * f.ms);
    for (auto& x : f.null.lag.values) x = (std::isnan(x) ? static_cast<double>(o.within) : std::abs(x)) * f.ms;
    of_rho.push_back(std::move(f.null.rho)), of_lag.push_back(std::move(f.null.lag));
  }
  if (o.draws == 0) return;
  auto const bands = null_bands(rho, of_rho, alternative::greater, o.level), lag_bands = null_bands(lag, of_lag, alternative::less, o.level);
  for (std::size_t k = 0; k < all.size(); ++k) all[k].value.null = bands[k], all[k].value.lag_null = lag_bands[k];
}

template <class X, scale_set Scales, class Nulls>
auto control_each_scale(X const& x, std::vector<cell> const& cells, Scales const& widths, balance_control_options const& o, bool shift, Nulls const& nulls) -> std::vector<scale_controls> {
  if (o.draws < 0 || o.draws == 1 || o.control_draws < 0 || o.control_draws == 1) throw error("control: at least two draws are needed, or none");
  return with_table(x, [&](auto const& table) {
    using width = std::ranges::range_value_t<Scales>;
    std::vector<std::int64_t> spikes;
    for (unit_index u = 0; u < table.size(); ++u) spikes.push_back(static_cast<std::int64_t>(table[u].size()));
    auto const kappa = rate_concentration::of(spikes, cells);
    std::vector<decltype(measure_scale(table, cells, width{}, kappa, o, shift))> found(std::ranges::size(widths));
    auto const with_controls = o.control_draws > 0;
    auto tell = [&](double from, double share) { return o.progress ? std::function<void(double)>([&o, from, share](double done) { o.progress(from + share * done); }) : nullptr; };
    std::atomic<std::size_t> done{0};
    auto const first = tell(0, with_controls || !shift ? 0.3 : 1);
    o.each(found.size(), [&](std::size_t k) {
      found[k] = measure_scale(table, cells, widths[k], kappa, o, shift);
      if (auto const now = ++done; first) first(static_cast<double>(now) / static_cast<double>(found.size()));
    });
    nulls(table, found, tell(0.3, with_controls ? 0.4 : 0.7));
    add_bands(found, o);
    std::vector<scale_controls> out;
    for (auto& f : found) out.push_back(std::move(f.value));
    if (with_controls) {
      control_options c;
      c.draws = o.control_draws, c.seed = o.seed, c.each = o.each, c.level = o.level, c.progress = tell(shift ? 0.3 : 0.7, shift ? 0.7 : 0.3);
      auto const sets = controls(table, split(cells) | pyramid(widths) | measure(name<"rho">{} = zero_lag_correlation{}), c);
      for (std::size_t k = 0; k < out.size(); ++k) out[k].controls = sets[0][k];
    }
    return out;
  });
}
}  // namespace detail

/// Controls of r and of the lag of its peak, with the default null: inhibition's bins shifted in a circle by 10 s or more.
///
/// Input    a recording that can be read again, one class per unit, the scales
/// Result   one entry per scale; the same for any way of sharing the work. Scales of fewer than 2 m bins of the least shift have no null
/// Promise  the null's: that of `circular_shift`
/// Errors   `error` if classes do not fit, or for a single draw; those of the study
/// Memory   8 bytes a bin of the scales at work, the finest most
/// Cost     per scale a pass, draws × lags multiply-adds a bin; five passes of all scales per control draw
template <class X, scale_set Scales>
auto control(X const& x, std::vector<cell> const& cells, Scales const& widths, balance_control_options const& o = {}) -> std::vector<scale_controls> {
  return detail::control_each_scale(x, cells, widths, o, true, [](auto const&, auto const&, auto const&) {});
}

/// The same with a surrogate of spikes as the null: `control(recording, cells, scales, interval_jitter{.width = 50ms})`.
///
/// Promise  the surrogate's
/// Cost     per draw that of the surrogate, and a pass of all scales
template <class X, scale_set Scales, class S>
auto control(X const& x, std::vector<cell> const& cells, Scales const& widths, S const& null, balance_control_options const& o = {}) -> std::vector<scale_controls> {
  return detail::control_each_scale(x, cells, widths, o, false, [&](auto const& table, auto& found, auto const& progress) {
    if (o.draws == 0) return;
    auto const study = split(cells) | pyramid(widths) | measure(name<"rho">{} = zero_lag_correlation{}, name<"lag">{} = number(peak_lag{.within = o.within}, &peak_lag::value::interpolated));
    auto draws = surrogate_values(table, null, study, {.draws = o.draws, .seed = o.seed, .each = o.each, .progress = progress});
    for (std::size_t k = 0; k < found.size(); ++k) found[k].null = {std::move(draws[0][k]), std::move(draws[1][k])};
  });
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
