// SPDX-License-Identifier: BSL-1.0
#include "nulls.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <equipoise/correlate/jitters.hpp>
#include <equipoise/correlate/orders.hpp>
#include <equipoise/correlate/rates.hpp>
#include <equipoise/correlate/shifts.hpp>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/parallel/each.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/blocks.hpp>
#include <mutex>

using namespace equipoise;
using namespace std::chrono_literals;
using ns = std::chrono::nanoseconds;

namespace {

auto shown(ns d) -> std::string {
  auto const s = in_seconds(d);
  char text[64];
  std::snprintf(text, sizeof text, s >= 1 ? "%.6g s" : s >= 1e-3 ? "%.6g ms" : "%.6g us", s >= 1 ? s : s >= 1e-3 ? s * 1e3 : s * 1e6);
  return text;
}
/// Threads report one at a time.
class serial_progress {
 public:
  explicit serial_progress(std::function<void(double)> const& to) : to_(to) {}
  [[nodiscard]] auto function() const -> std::function<void(double)> {
    return [this](double done) {
      std::lock_guard const lock(mutex_);
      to_(done);
    };
  }

 private:
  std::function<void(double)> const& to_;
  mutable std::mutex mutex_;
};
auto const no_promise = std::string("its p-values need not be uniform: their size was measured, see the reference of surrogates");

}  // namespace

auto nulls_of(recording const& of, epochs<ns> const& asked, std::vector<cell> const& cells, std::vector<ns> const& widths, options const& o, std::function<void(double)> const& progress) -> nulls {
  nulls n;
  n.with_controls = o.controls;
  if (o.surrogates == 0 && !o.controls) {
    n.reason = "no null was asked for (--surrogates 0)";
    return n;
  }
  serial_progress const tell(progress);
  balance_control_options how{.draws = o.surrogates, .control_draws = o.controls ? 100 : 0, .within = o.lags, .seed = o.seed, .each = on_threads(o.threads)};
  how.progress = tell.function();
  auto const part = within(of, asked);
  auto const width = o.null_width.value_or(o.null == "shift" || o.null == "shift-units" ? ns{10s} : ns{20ms});
  auto against = [&](auto const& surrogate, std::string name, std::string promise) {
    n.name = std::move(name), n.promise = std::move(promise);
    n.scales = control(part, cells, widths, surrogate, how);
  };
  if (o.null == "shift") {
    how.at_least = width;
    n.name = "circular shift of inhibition by " + shown(width) + " or more";
    n.promise = "uniform p-values if the populations are independent and stationary and the recording is much longer than they remember; a trend in both is rejected for itself";
    n.scales = control(part, cells, widths, how);
  } else if (o.null == "shift-units") {
    against(circular_shift_units{.at_least = width}, "circular shift of each unit by " + shown(width) + " or more", "uniform p-values if all units are independent and stationary: it asks whether units are aligned at all, not whether E and I are");
  } else if (o.null == "jitter") {
    against(interval_jitter{.width = width}, "interval jitter in windows of " + shown(width), "exact p-values for rates that are constant within the windows");
  } else if (o.null == "dither") {
    against(dither{.half_width = width}, "dither of each spike by up to " + shown(width) + " either way", no_promise);
  } else if (o.null == "isi") {
    against(isi_permutation{}, "inter-spike intervals in random order", "uniform p-values for independent renewal trains only");
  } else if (o.null == "joint-isi") {
    against(joint_isi_dither{.half_width = width}, "joint-interval dither by up to " + shown(width) + " either way", no_promise);
  } else {
    against(poisson_like{.sigma = width}, "Poisson spikes of each unit's rate, smoothed by " + shown(width), no_promise);
  }
  for (auto const& s : n.scales) n.draws = (std::max)(n.draws, s.null.draws);
  n.computed = n.draws > 0;
  if (!n.computed) n.reason = o.surrogates == 0 ? "no null was asked for (--surrogates 0)" : "no scale has a value that could be held against a null, or the time is shorter than twice the least shift of " + shown(width);
  return n;
}

auto over_labels_of(recording const& of, epochs<ns> const& asked, labelling const& cells, std::vector<ns> const& widths, options const& o, std::function<void(double)> const& progress) -> std::vector<label_interval> {
  if (o.relabel == 0 || cells.posterior_i.empty() || std::all_of(cells.posterior_i.begin(), cells.posterior_i.end(), [](double p) { return std::isnan(p); })) return {};
  serial_progress const tell(progress);
  auto const study = split(cells.cells) | pyramid(scales(widths)) | measure("rho"_n = zero_lag_correlation{});
  return label_intervals(study, within(of, asked), relabel(cells, o.relabel, o.seed), {.each = on_threads(o.threads), .progress = tell.function()})[0];
}
