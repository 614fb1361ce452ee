// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Surrogates that move each spike a little: interval jitter, which keeps the counts of fixed windows, and dither around each spike.

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surrogate.hpp"
#include "surrogate_times.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Every spike is drawn anew, uniform within its window [k·J, (k + 1)·J), windows counted from the recording's origin as bins are.
///
///   t ↦ U[max(⌊t/J⌋ J, b), min((⌊t/J⌋ + 1) J, e)), [b, e) the observed window of t
///
/// Preserves  each unit's count in each window of length J, exactly; so all rates that change slower than J
/// Destroys   timing finer than J, refractory periods included
/// Promise    the exact p of the hypothesis "given the counts, spikes are uniform within windows of J": uniform p-values if rates are constant within the
///            windows. Rates that vary within them are rejected too often (Ornstein–Uhlenbeck rates, τ = 100 ms, J = 20 ms: 8 % at nominal 5 %)
/// Errors     `error` if J is shorter than a tick
/// Cost       linear; about 30 ns a spike, ordering and the table included
/// Source     Amarasingham, Harrison, Hatsopoulos, Geman 2012, J. Neurophysiol. 107:517 (interval jitter)
struct interval_jitter {
  static constexpr std::string_view name = "interval_jitter";
  std::chrono::nanoseconds width = std::chrono::milliseconds{20};

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<interval_jitter> { return {*this, seed, k}; }

  template <tick T>
  auto operator()(spike_table<T> const& x, draw_key const& key) const -> spike_table<T> {
    return detail::spike_by_spike(x, key.seed(), places(x.observed()));
  }
  /// Where a spike at t may go, for times that ascend.
  template <tick T>
  [[nodiscard]] auto places(epochs<T> const& observed) const {
    auto const w = detail::ticks_of<T>(width, "interval_jitter", "width");
    detail::spike_places last{};  // times ascend, so that few spikes need a division
    return [w, last, stretch_of = detail::stretch_finder<T>(observed)](std::int64_t t) mutable -> detail::spike_places {
      if (t >= last.first && t < last.first + last.count) return last;
      auto const& stretch = stretch_of(t);
      auto const into = t % w < 0 ? t % w + w : t % w;
      auto const begin = (std::max)(t - into, stretch.begin.count()), end = stretch.end.count() - t <= w - into ? stretch.end.count() : t - into + w;
      return last = {begin, end - begin, stretch.begin.count(), stretch.end.count()};
    };
  }
};

/// Every spike is moved by a whole number of ticks, uniform in −J … J.
///
/// What would leave the observed window of the spike is reflected at its edge: begin − 1 becomes begin, end becomes end − 1.
/// With a refractory period R, two spikes of one unit come no closer than min(R, the interval they had): spikes of even number first, then those of odd
/// number, each is drawn uniform over what is left of [t − J, t + J] within its window when both neighbours, where they stand by then, keep
/// that distance. The order of a unit's spikes is kept; what is left is never empty, as staying is always possible.
///
/// Preserves  each unit's count; rates that change much slower than J; with R, intervals shorter than R become no shorter
/// Destroys   timing finer than J
/// Promise    none of uniformity: near-null statistics depend on the rates' curvature and on the intervals. Report the measured size;
///            interval_jitter is the one for an exact p
/// Errors     `error` if J is shorter than a tick or R is negative
/// Cost       linear; about 30 ns a spike, ordering and the table included
/// Source     Date, Bienenstock, Geman 1998 (technical report, Brown University); Louis, Gerstein, Grün, Diesmann 2010, Front. Comput. Neurosci. 4:127
struct dither {
  static constexpr std::string_view name = "dither";
  std::chrono::nanoseconds half_width = std::chrono::milliseconds{20};
  std::chrono::nanoseconds refractory{0};

  [[nodiscard]] auto draw(std::uint64_t seed, std::uint64_t k) const -> drawn<dither> { return {*this, seed, k}; }

  template <tick T>
  auto operator()(spike_table<T> const& x, draw_key const& key) const -> spike_table<T> {
    if (auto const least = detail::ticks_of<T>(refractory, "dither", "refractory", 0); least > 0) return apart(x, key, detail::ticks_of<T>(half_width, "dither", "half_width"), least);
    return detail::spike_by_spike(x, key.seed(), places(x.observed()));
  }
  /// Where a spike at t may go, for times that ascend.
  ///
  /// Errors   `error` with a refractory period: where a spike may go depends on its neighbours then
  template <tick T>
  [[nodiscard]] auto places(epochs<T> const& observed) const {
    if (detail::ticks_of<T>(refractory, "dither", "refractory", 0) > 0)
      throw error({.where = "dither", .place = "refractory", .problem = "spikes that keep a distance cannot be moved one by one", .expected = "0 ns", .found = std::to_string(refractory.count()) + " ns", .advice = "draw whole surrogates: recording | dither{…}.draw(seed, k) | study"});
    auto const half = detail::ticks_of<T>(half_width, "dither", "half_width");
    return [half, stretch_of = detail::stretch_finder<T>(observed)](std::int64_t t) mutable -> detail::spike_places {
      auto const& stretch = stretch_of(t);
      return {t - half, 2 * half + 1, stretch.begin.count(), stretch.end.count()};
    };
  }

 private:
  template <tick T>
  static auto apart(spike_table<T> const& x, draw_key const& key, std::int64_t half, std::int64_t least) -> spike_table<T> {
    std::vector<std::uint64_t> words;
    return detail::unit_by_unit(x, [&](unit_index u, std::span<std::int64_t const> train, std::vector<std::int64_t>& out) {
      words.resize(train.size());
      detail::random_words(key.seed(), u, std::span(words));
      auto const first = out.size();
      out.insert(out.end(), train.begin(), train.end());
      auto const now = std::span(out).subspan(first);
      for (std::size_t const parity : {0u, 1u}) {
        detail::stretch_finder<T> stretch_of(x.observed());
        for (auto k = parity; k < train.size(); k += 2) {
          auto const t = train[k];
          auto const& stretch = stretch_of(t);
          auto lo = (std::max)(t - half, stretch.begin.count()), hi = (std::min)(t + half, stretch.end.count() - 1);
          if (k > 0) lo = (std::max)(lo, now[k - 1] + (std::min)(least, t - train[k - 1]));
          if (k + 1 < train.size()) hi = (std::min)(hi, now[k + 1] - (std::min)(least, train[k + 1] - t));
          now[k] = lo + detail::scaled(words[k], hi - lo + 1);
        }
      }
    });
  }
};

/// A surrogate that moves each spike to one of its own places, whatever the others do: a user's own as well.
template <class S, class T = std::chrono::nanoseconds>
concept moves_spike_by_spike = surrogate<S, T> && requires(S const& s, epochs<T> const& observed) {
  { s.places(observed)(std::int64_t{}) } -> std::same_as<detail::spike_places>;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
