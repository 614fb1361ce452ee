// SPDX-License-Identifier: BSL-1.0
#include "passes.hpp"

#include <algorithm>
#include <equipoise/io/checkpoint.hpp>
#include <equipoise/parallel/threads.hpp>
#include <equipoise/pipeline/by_state.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/fork.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/pipeline/optionally.hpp>
#include <equipoise/pipeline/sliding.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/blocks.hpp>
#include <equipoise/spikes/split.hpp>
#include <filesystem>
#include <optional>
#include <tuple>

using namespace equipoise;
using namespace std::chrono_literals;
using ns = std::chrono::nanoseconds;

namespace {

constexpr auto at_once = 60s;  // of the recording between two looks at the clock, while there is a checkpoint

/// The study: the whole, each state and each window, in one pass.
auto study_of(setup const& how) {
  auto const whole = split(how.cells) | pyramid(how.widths).with_units()
                   | measure("mean"_n = mean_activity{}, "rho"_n = zero_lag_correlation{}, "rho_interval"_n = with_interval(zero_lag_correlation{}), "curve"_n = correlation_by_lag{.within = how.lags}, "peak"_n = peak_lag{.within = how.lags},
                             "centroid"_n = lag_centroid{.within = how.lags}, "asymmetry"_n = asymmetry_index{}, "deviation"_n = deviation{}, "shape"_n = deviation_shape{}, "imbalance"_n = imbalance_index{}, "active"_n = active_deviation{},
                             "tail"_n = tail_index{}, "peak_normalised"_n = peak_normalised_deviation{}, "symmetry"_n = symmetry_axis{}, "fano"_n = fano_factors{}, "trace"_n = trace{.pixel = how.pixel});
  auto const windows = [&] {
    return sliding(how.window, how.hop) | split(how.cells) | pyramid(how.widths)
         | measure("rho"_n = zero_lag_correlation{}, "deviation"_n = relative_deviation{.floor_removed = false});
  };
  return fork("whole"_n = whole, "states"_n = optionally(how.states.empty() ? std::nullopt : std::optional(by_state(how.states) | whole)), "windows"_n = optionally(how.window == 0ns ? std::nullopt : std::optional(windows())));
}
using study = decltype(study_of(setup{}));
using state = state_of<study, ns>;

/// A pass under way: what is in the state, and the state. What a checkpoint holds.
struct pass : state_base {
  epochs<ns> done;
  state absorbed;
  explicit pass(state s) : absorbed(std::move(s)) {}
  static auto fields(auto& s) { return std::tie(s.done, s.absorbed); }
  void add(epochs<ns> const& when, state const& more) {
    absorbed.merge(more);
    done.add_all(when);
  }
};

template <class Record>
auto rows_of(Record const& r) -> std::vector<scale_result> {
  std::vector<scale_result> out;
  for (std::size_t k = 0; k < r["scale"_n].size(); ++k)
    out.push_back({r["scale"_n][k], r["bins"_n][k], r["incomplete"_n][k], r["mean"_n][k], r["rho"_n][k], r["rho_interval"_n][k], r["curve"_n][k], r["peak"_n][k], r["centroid"_n][k], r["asymmetry"_n][k], r["deviation"_n][k], r["shape"_n][k],
                   r["imbalance"_n][k], r["active"_n][k], r["tail"_n][k], r["peak_normalised"_n][k], r["symmetry"_n][k], r["fano"_n][k]});
  return out;
}

auto finished(study const& what, pass const& p) -> measured {
  auto const r = what.finish(p.absorbed);
  measured m{.done = p.done, .scales = rows_of(r["whole"_n]), .traces = r["whole"_n]["trace"_n], .states = {}, .windows = {}};
  if (r["states"_n])
    for (auto const& [label, seconds, result] : *r["states"_n]) m.states.push_back({label, seconds, rows_of(result)});
  if (r["windows"_n])
    for (auto const& [when, seconds, result] : *r["windows"_n]) {
      window_result w{in_seconds(when.begin), in_seconds(when.end), seconds, {}};
      for (std::size_t k = 0; k < result["scale"_n].size(); ++k) w.scales.push_back({result["scale"_n][k], result["bins"_n][k], result["rho"_n][k], result["deviation"_n][k]});
      m.windows.push_back(std::move(w));
    }
  return m;
}

/// The first `length` of a set of time.
auto beginning(epochs<ns> const& all, ns length) -> epochs<ns> {
  auto const total = all.total();
  if (total <= length) return all;
  epochs<ns> first;
  for (auto const& w : all) {
    auto const take = (std::min)(length, w.length());
    first.add({w.begin, w.begin + take});
    length -= take;
    if (length <= 0ns) break;
  }
  return first;
}

}  // namespace

auto measure(recording const& of, epochs<ns> const& asked, setup const& how, running const& run) -> measured {
  auto const what = study_of(how);
  pass p(what.start(layout<ns>{of.when(), of.size()}));
  if (run.resume && std::filesystem::exists(run.checkpoint)) read_checkpoint(run.checkpoint, p);
  if (!(p.done - asked).empty())
    throw error({.where = run.checkpoint, .place = {}, .problem = "the checkpoint holds time that was not asked for", .expected = {}, .found = std::to_string(in_seconds((p.done - asked).hull().begin)) + " s and on", .advice = "resume with the same --begin and --end"});
  auto const all = in_seconds(asked.total());
  auto saved = std::chrono::steady_clock::now();
  for (auto left = asked - p.done; !left.empty(); left = asked - p.done) {
    auto const before = in_seconds(p.done.total());
    auto const now = run.checkpoint.empty() ? left : beginning(left, static_cast<std::int64_t>((std::max)(std::size_t{1}, run.threads)) * ns(at_once));
    auto const share_of_all = in_seconds(now.total()) / all;
    p.add(now, parallel_state(within(of, now), what, run.threads, {.progress = [&](double part) {
            if (run.progress) run.progress(before / all + part * share_of_all);
          }}));
    if (!run.checkpoint.empty() && std::chrono::steady_clock::now() - saved >= run.every) {
      write_checkpoint(run.checkpoint, p, run.note);
      saved = std::chrono::steady_clock::now();
    }
  }
  if (!run.checkpoint.empty()) write_checkpoint(run.checkpoint, p, run.note);
  return finished(what, p);
}

auto merge_parts(std::vector<std::string> const& checkpoints, window<ns> extent, std::size_t units, setup const& how) -> measured {
  auto const what = study_of(how);
  auto const blank = what.start(layout<ns>{extent, units});
  pass whole(blank);
  for (auto const& path : checkpoints) {
    pass part(blank);
    read_checkpoint(path, part);
    if (auto const twice = whole.done & part.done; !twice.empty())
      throw error({.where = path, .place = {}, .problem = "shares time with a part before it", .expected = {}, .found = std::to_string(in_seconds(twice.hull().begin)) + " to " + std::to_string(in_seconds(twice.hull().end)) + " s", .advice = "each stretch of a recording may be merged once"});
    whole.add(part.done, part.absorbed);
  }
  return finished(what, whole);
}
