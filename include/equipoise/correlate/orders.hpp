// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Surrogates of inter-spike intervals: their order permuted, or spikes dithered as the joint distribution of neighbouring intervals has it.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "surrogate.hpp"
#include "surrogate_times.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The intervals of each unit in random order, or those of each pooled class, within each observed window; an interval across a gap was not observed
/// and is none.
///
/// With `pooled`, all spikes of a class are one train, whose intervals are permuted: its k-th spike still belongs to the unit that its k-th spike
/// belonged to. Units that are neither stay as they are; so do the numbers of spikes, but the units' own intervals do not.
///
/// Preserves  count, first and last spike and multiset of intervals, in each observed window, of each unit; with `pooled` those of each class's train,
///            and each unit's count and the order in which units fire (at equal ticks units stand in ascending order)
/// Destroys   the order of intervals, slow rate changes, all correlation of what is permuted apart: of units, or of the classes
/// Promise    uniform p-values for independent renewal trains only (all orders equally likely); bursts in series or drifting rates are rejected for
///            themselves. Pooled trains of several units are renewal trains only if the units are Poisson
/// Input      `pooled`: empty, or one class per unit
/// Errors     `error` if the classes do not fit the recording
/// Cost       about 50 ns a spike
/// Source     Dehghani 2023, arXiv:2306.11965 (its first surrogate)
struct isi_permutation {
  static constexpr std::string_view name = "isi_permutation";
  std::vector<cell> pooled{};

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<isi_permutation> { return {*this, seed, k}; }

  template <tick T>
  auto operator()(spike_table<T> const& x, draw_key const& key) const -> spike_table<T> {
    if (!pooled.empty()) return by_class(x, key);
    return detail::unit_by_unit(x, [&](unit_index u, std::span<std::int64_t const> train, std::vector<std::int64_t>& out) { permute(train, x.observed(), key.stream(u), out); });
  }

 private:
  template <tick T>
  static void permute(std::span<std::int64_t const> train, epochs<T> const& observed, random_stream random, std::vector<std::int64_t>& out) {
    std::vector<std::int64_t> intervals;
    detail::for_each_stretch(train, observed, [&](std::span<std::int64_t const> spikes, window<T>) {
      intervals.clear();
      for (std::size_t k = 0; k + 1 < spikes.size(); ++k) intervals.push_back(spikes[k + 1] - spikes[k]);
      shuffle(intervals, random);
      auto t = spikes.front();
      out.push_back(t);
      for (auto const i : intervals) out.push_back(t += i);
    });
  }

  template <tick T>
  auto by_class(spike_table<T> const& x, draw_key const& key) const -> spike_table<T> {
    if (pooled.size() != x.size())
      throw error({.where = "isi_permutation", .place = "pooled", .problem = "the classes do not fit the recording", .expected = std::to_string(x.size()) + " cells",
                   .found = std::to_string(pooled.size()), .advice = "give one class per unit, or none to permute each unit's own intervals"});
    std::vector<std::int64_t> at, train;
    std::vector<unit_index> unit;
    for (auto const c : {cell::neither, cell::e, cell::i}) {
      train.clear();
      for (std::size_t k = 0; k < x.spikes(); ++k)
        if (pooled[x.unit()[k]] == c) train.push_back(x.at()[k]), unit.push_back(x.unit()[k]);
      if (c == cell::neither) at = train;
      else permute(std::span<std::int64_t const>(train), x.observed(), key.stream(draw_key::shared - (c == cell::i ? 1 : 0)), at);
    }
    return detail::in_time_order<T>(at, unit, x.size(), x.observed());
  }
};

/// Each spike is moved between its neighbours as often as the unit itself has such pairs of intervals.
///
/// A spike with the intervals a before and b after it, moved by d, makes them a + d and b − d: a walk along an antidiagonal of the joint histogram of
/// successive intervals. Per unit, pairs of intervals below `longest` are counted in squares of `bin`, smoothed by a Gaussian of `smoothing` in
/// both directions and reflected at 0. Spikes of even number move first, then those of odd number, intervals being taken as they stand by then: d is
/// drawn from −J … J in steps of `bin` with the histogram's weight at the middle of the step, then uniform within the step. No interval becomes
/// shorter than the unit's shortest. Where a or b is not below `longest`, d is uniform. The first and last spike of a stretch stay.
///
/// Preserves  each unit's count, first and last spike of each observed window, shortest interval, nearly the distributions of its intervals and of
///            pairs of them; rates that change slower than J
/// Destroys   timing finer than J
/// Promise    none of uniformity: report the measured size
/// Errors     `error` if a width is shorter than a tick, or `longest` is not 2 to 1 000 bins
/// Cost       about 0.2 µs a spike, and (longest/bin)² · smoothing/bin a unit
/// Source     Gerstein 2004, Acta Neurobiol. Exp. 64:203; Louis, Gerstein, Grün, Diesmann 2010, Front. Comput. Neurosci. 4:127
struct joint_isi_dither {
  static constexpr std::string_view name = "joint_isi_dither";
  std::chrono::nanoseconds half_width = std::chrono::milliseconds{20};
  std::chrono::nanoseconds longest = std::chrono::milliseconds{100};
  std::chrono::nanoseconds bin = std::chrono::milliseconds{1};
  std::chrono::nanoseconds smoothing = std::chrono::milliseconds{2};

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<joint_isi_dither> { return {*this, seed, k}; }

  template <tick T>
  auto operator()(spike_table<T> const& x, draw_key const& key) const -> spike_table<T> {
    auto const half = detail::ticks_of<T>(half_width, "joint_isi_dither", "half_width"), w = detail::ticks_of<T>(bin, "joint_isi_dither", "bin");
    auto const bins = detail::ticks_of<T>(longest, "joint_isi_dither", "longest") / w;
    auto const spread = static_cast<double>(detail::ticks_of<T>(smoothing, "joint_isi_dither", "smoothing")) / static_cast<double>(w);
    if (bins < 2 || bins > 1000)
      throw error({.where = "joint_isi_dither", .place = "longest", .problem = "the joint histogram has no usable size", .expected = "2 to 1000 bins", .found = std::to_string(bins),
                   .advice = "choose bin between longest/1000 and longest/2"});
    return detail::unit_by_unit(x, [&](unit_index u, std::span<std::int64_t const> train, std::vector<std::int64_t>& out) {
      pairs seen(bins, w);
      detail::for_each_stretch(train, x.observed(), [&](std::span<std::int64_t const> spikes, window<T>) { seen.count(spikes); });
      if (seen.any) seen.smooth(spread);
      auto random = key.stream(u);
      detail::for_each_stretch(train, x.observed(), [&](std::span<std::int64_t const> spikes, window<T>) {
        auto const first = out.size();
        out.insert(out.end(), spikes.begin(), spikes.end());
        auto const now = std::span(out).subspan(first);
        for (std::size_t const start : {2u, 1u})
          for (auto k = start; k + 1 < now.size(); k += 2) now[k] += seen.step(now[k] - now[k - 1], now[k + 1] - now[k], half, random);
      });
    });
  }

 private:
  /// The joint histogram of the intervals before and after a spike, bins × bins squares of w ticks.
  struct pairs {
    std::int64_t bins, w, shortest = (std::numeric_limits<std::int64_t>::max)();
    std::vector<double> weight, steps{};
    bool any = false;

    pairs(std::int64_t n, std::int64_t width) : bins(n), w(width), weight(static_cast<std::size_t>(n * n)) {}
    [[nodiscard]] auto square(std::int64_t a, std::int64_t b) const noexcept -> std::size_t { return static_cast<std::size_t>(a / w * bins + b / w); }

    void count(std::span<std::int64_t const> spikes) {
      for (std::size_t k = 0; k + 1 < spikes.size(); ++k) shortest = (std::min)(shortest, spikes[k + 1] - spikes[k]);
      for (std::size_t k = 1; k + 1 < spikes.size(); ++k) {
        auto const a = spikes[k] - spikes[k - 1], b = spikes[k + 1] - spikes[k];
        if ((std::max)(a, b) < bins * w) weight[square(a, b)] += 1, any = true;
      }
    }
    /// A Gaussian along the rows, then along the columns; what falls below 0 is reflected, what falls beyond `longest` is lost.
    void smooth(double spread) {
      auto const reach = (std::min)(bins - 1, static_cast<std::int64_t>(std::ceil(4 * spread)));
      std::vector<double> kernel, line(static_cast<std::size_t>(bins));
      for (std::int64_t j = 0; j <= reach; ++j) kernel.push_back(std::exp(-0.5 * static_cast<double>(j * j) / (spread * spread)));
      for (auto const& [along, across] : {std::pair(std::int64_t{1}, bins), std::pair(bins, std::int64_t{1})}) {
        for (std::int64_t row = 0; row < bins; ++row) {
          std::fill(line.begin(), line.end(), 0.0);
          for (std::int64_t k = 0; k < bins; ++k) {
            auto const here = weight[static_cast<std::size_t>(row * across + k * along)];
            if (here == 0) continue;
            for (auto j = -reach; j <= reach; ++j) {
              auto const to = k + j < 0 ? -1 - (k + j) : k + j;
              if (to < bins) line[static_cast<std::size_t>(to)] += here * kernel[static_cast<std::size_t>(j < 0 ? -j : j)];
            }
          }
          for (std::int64_t k = 0; k < bins; ++k) weight[static_cast<std::size_t>(row * across + k * along)] = line[static_cast<std::size_t>(k)];
        }
      }
    }
    /// How far a spike between the intervals a and b moves.
    auto step(std::int64_t a, std::int64_t b, std::int64_t half, random_stream& random) -> std::int64_t {
      auto lo = (std::max)(-half, shortest - a), hi = (std::min)(half, b - shortest);
      auto const limit = bins * w;
      if (a < limit && b < limit) {
        lo = (std::max)(lo, b - limit + 1), hi = (std::min)(hi, limit - 1 - a);
        steps.clear();
        double sum = 0;
        for (auto d = lo; d <= hi; d += w) {
          auto const last = (std::min)(d + w - 1, hi), middle = d + (last - d) / 2;
          steps.push_back(sum += weight[square(a + middle, b - middle)] * static_cast<double>(last - d + 1));
        }
        if (sum > 0) {
          auto const chosen = std::upper_bound(steps.begin(), steps.end(), sum * random.uniform()) - steps.begin();
          lo += (std::min)(chosen, std::ssize(steps) - 1) * w;
          hi = (std::min)(lo + w - 1, hi);
        }
      }
      return lo + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(hi - lo + 1)));
    }
  };
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
