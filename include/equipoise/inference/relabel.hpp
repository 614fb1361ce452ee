// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A label is uncertain, and so is the balance: classes drawn from their posteriors, and any study run over the draws.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../core/random.hpp"
#include "interval.hpp"
#include "quantile.hpp"
#include "repeated.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Draws of the classes of all units. Each unit is inhibitory with its posterior probability, else excitatory, apart from the others.
///
/// Units that were left undecided are dealt as well. A unit without a posterior keeps its class. The mixture behind the posteriors is taken as it was
/// fitted: how uncertain its means and covariances are is not in the draws.
/// Result   draw k of a unit depends on the seed, the unit and k only
/// Errors   `error` for a posterior outside 0 … 1, for fewer than two draws, and for a labelling that has no posteriors but is putative
class relabel {
 public:
  relabel(std::vector<double> const& posterior_i, std::int64_t draws = 200, std::uint64_t seed = 1) : relabel(std::vector(posterior_i.size(), cell::neither), posterior_i, draws, seed) {}
  relabel(labelling const& cells, std::int64_t draws = 200, std::uint64_t seed = 1)
      : relabel(cells.cells, cells.posterior_i.empty() ? std::vector(cells.cells.size(), undefined(reason::not_available)) : cells.posterior_i, draws, seed) {
    if (cells.posterior_i.empty() && cells.putative)
      throw error({.where = "relabel", .place = {}, .problem = "the labels have no posteriors", .expected = "labels of a classifier that gives probabilities", .found = cells.method,
                   .advice = "classify with gaussian_mixture, or give the posteriors"});
  }

  [[nodiscard]] auto size() const noexcept -> std::int64_t { return draws_; }
  [[nodiscard]] auto operator[](std::int64_t draw) const -> std::vector<cell> {
    auto cells = kept_;
    for (std::size_t u = 0; u < cells.size(); ++u)
      if (!std::isnan(posterior_[u])) cells[u] = random_stream(seed_, static_cast<std::uint64_t>(u) << 32 | static_cast<std::uint64_t>(draw)).uniform() < posterior_[u] ? cell::i : cell::e;
    return cells;
  }

 private:
  relabel(std::vector<cell> kept, std::vector<double> posterior, std::int64_t draws, std::uint64_t seed) : kept_(std::move(kept)), posterior_(std::move(posterior)), draws_(draws), seed_(seed) {
    if (draws < 2 || draws > 0xFFFF'FFFF) throw error("relabel: 2 to 2^32 draws are needed");
    if (kept_.size() != posterior_.size()) throw error("relabel: one posterior per unit is needed");
    for (std::size_t u = 0; u < posterior_.size(); ++u)
      if (auto const p = posterior_[u]; p < 0 || p > 1)
        throw error({.where = "relabel", .place = "unit " + std::to_string(u), .problem = "not a probability", .expected = "0 to 1, or NaN where there is none", .found = std::to_string(p), .advice = {}});
  }
  std::vector<cell> kept_;
  std::vector<double> posterior_;
  std::int64_t draws_;
  std::uint64_t seed_;
};

/// How a number scatters over draws of the labels.
struct label_interval {
  double mean{}, sd{};
  double lo{}, hi{};       ///< quantiles of the draws, (1 ∓ level)/2
  std::int64_t draws{};    ///< in which it was defined
  std::int64_t undefined{};  ///< in which it was not: a population was empty, say
};
/// A number at one scale, how sure the sampled time and how sure the labels make it.
struct relabelled_value {
  double value{};               ///< with the labels of the study
  interval sampling{};          ///< as if they were certain
  label_interval labels{};
};
struct relabel_options {
  double level = 0.95;
  interval_options interval{};     ///< `level` above holds for it
  work_sharing each = one_by_one;  ///< `on_threads(n)` of parallel/each.hpp
  std::function<void(double)> progress = nullptr;
};

namespace detail {
inline auto label_interval_of(std::vector<double> values, double level) -> label_interval {
  label_interval out;
  auto const all = std::ssize(values);
  std::erase_if(values, [](double x) { return std::isnan(x); });
  out.draws = std::ssize(values), out.undefined = all - out.draws;
  if (out.draws < 2) {
    out.mean = out.sd = out.lo = out.hi = undefined(reason::not_available);
    return out;
  }
  auto const n = static_cast<double>(out.draws);
  out.lo = quantile(values, (1 - level) / 2), out.hi = quantile(values, (1 + level) / 2);  // sorts: the sums below do not depend on the order of the draws
  for (auto const x : values) out.mean += x / n;
  for (auto const x : values) out.sd += (x - out.mean) * (x - out.mean) / (n - 1);
  out.sd = std::sqrt(out.sd);
  return out;
}
}  // namespace detail

/// How every number of a study scatters over draws of the labels.
///
/// Input    a study `split(cells) | … | measure(…)` whose metrics are numbers; a recording that can be read again
/// Result   [metric][scale]; the same for any way of sharing the work
/// Errors   a sentence at compile time for a study that has no numbers or no cells; `error` if the labels are not one per unit
/// Cost     the study once per different draw of the labels, of which sure posteriors give few
template <class A, class X>
auto label_intervals(A const& study, X const& x, relabel const& labels, relabel_options const& o = {}) -> std::vector<std::vector<label_interval>> {
  detail::explain_numbers<A>();
  return detail::with_table(x, [&](auto const& table) {
    std::map<std::vector<cell>, std::size_t> place;
    std::vector<std::size_t> of_draw;
    std::vector<std::vector<cell>> different;
    for (std::int64_t k = 0; k < labels.size(); ++k) {
      auto cells = labels[k];
      auto const [at, fresh] = place.emplace(cells, different.size());
      if (fresh) different.push_back(std::move(cells));
      of_draw.push_back(at->second);
    }
    std::vector<std::vector<values_by_scale>> found(different.size());
    std::atomic<std::size_t> done{0};
    o.each(different.size(), [&](std::size_t k) {
      found[k] = detail::numbers_on(table, relabelled(study, different[k]));
      if (auto const now = ++done; o.progress) o.progress(static_cast<double>(now) / static_cast<double>(different.size()));
    });
    std::vector<std::vector<label_interval>> out(detail::numbers_of_study<A>::count);
    for (std::size_t m = 0; m < out.size(); ++m)
      for (std::size_t s = 0; s < found[0][m].size(); ++s) {
        std::vector<double> draws;
        for (auto const k : of_draw) draws.push_back(found[k][m][s]);
        out[m].push_back(detail::label_interval_of(std::move(draws), o.level));
      }
    return out;
  });
}

/// A study over draws of the labels: `over_labels(study, recording, relabel(cells, 200, 1))`.
///
/// Input    as `label_intervals`
/// Result   a record: "scale", "bins", and under each metric's name a `relabelled_value` per scale; the same for any way of sharing the work
/// Promise  `labels` says how far the number hangs on who is E and who is I, if the posteriors are right. It stands beside the sampling interval and is no
///          part of it: where one is much the wider, that is what to mend
/// Errors   those of `label_intervals`
/// Cost     that of `label_intervals`, and the study once with intervals
template <class A, class X>
auto over_labels(A const& study, X const& x, relabel const& labels, relabel_options const& o = {}) {
  auto const by_labels = label_intervals(study, x, labels, o);
  using numbers = detail::numbers_of_study<A>;
  return detail::with_table(x, [&](auto const& table) {
    auto const plain = run(table, study);
    auto const values = numbers::columns(plain);
    auto how = o.interval;
    how.level = o.level;
    auto const intervals = numbers::interval_columns(run(table, detail::with_last(study, numbers::with_intervals(detail::last_of(study), how))));
    auto merged = numbers::record_of([&](std::size_t m) {
      std::vector<relabelled_value> column;
      for (std::size_t s = 0; s < values[m].size(); ++s) column.push_back({values[m][s], intervals[m][s], by_labels[m][s]});
      return column;
    });
    return merged.with(name<"scale">{} = plain[name<"scale">{}]).with(name<"bins">{} = plain[name<"bins">{}]);
  });
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
