// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A surrogate is a source adaptor: `recording | circular_shift{…}.draw(seed, k) | study`. Here are the adaptor, the key of a draw, and p-values.
///
/// In comes a recording that can be read again, out goes a `spike_table` of the same units, observed time and tick. The surrogates themselves stand
/// in shifts.hpp, jitters.hpp, rates.hpp, orders.hpp, swaps.hpp and thinning.hpp; page: docs/reference/surrogates.md.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/random.hpp"
#include "../core/record.hpp"
#include "../spikes/population_blocks.hpp"
#include "../spikes/spike_table.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The randomness of draw `draw` of one surrogate: a stream of numbers for each unit, and `shared` for what all units have in common.
///
/// Streams of different draws, units, seeds and surrogates have nothing to do with one another, nor with the streams of the same seed that a
/// synthetic recording was made from. Nothing depends on threads or on the order of draws.
class draw_key {
 public:
  static constexpr std::uint64_t shared = ~std::uint64_t{0};

  constexpr draw_key(std::uint64_t seed, std::uint64_t draw, std::string_view surrogate) noexcept : seed_(mixed(mixed(seed ^ hash(surrogate)) + draw)) {}
  /// The seed of this draw's streams.
  [[nodiscard]] constexpr auto seed() const noexcept -> std::uint64_t { return seed_; }
  [[nodiscard]] constexpr auto stream(std::uint64_t unit) const noexcept -> random_stream { return random_stream(seed_, unit); }

 private:
  static constexpr auto hash(std::string_view text) noexcept -> std::uint64_t {  // FNV-1a
    std::uint64_t h = 0xCBF29CE484222325u;
    for (auto const c : text) h = (h ^ static_cast<std::uint64_t>(static_cast<unsigned char>(c))) * 0x100000001B3u;
    return h;
  }
  static constexpr auto mixed(std::uint64_t x) noexcept -> std::uint64_t {  // the finaliser of splitmix64: a bijection
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
  }
  std::uint64_t seed_;
};

/// A way of making surrogates: a `name`, and a call that gives other spikes for the same units and the same observed time.
///
/// Laws     s(x, key) depends on x and key only; (s(x, key)).observed() == x.observed(), and of size() likewise
template <class S, class T = std::chrono::nanoseconds>
concept surrogate = std::copy_constructible<S> && requires(S const& s, spike_table<T> const& x, draw_key const& key) {
  { S::name } -> std::convertible_to<std::string_view>;
  { s(x, key) } -> std::same_as<spike_table<T>>;
};

namespace detail {
template <class>
inline constexpr bool is_spike_table = false;
template <tick T>
inline constexpr bool is_spike_table<spike_table<T>> = true;

/// What a surrogate can be made from.
template <class X>
concept readable_again = replayable<X> || population<X>;

/// All spikes of something that can be read again.
template <class X>
auto read_whole(X const& x) {
  auto pass = [&] {
    if constexpr (replayable<X>) return x.blocks();
    else return blocks_of(x);
  }();
  using T = typename decltype(pass)::tick_type;
  auto const l = pass.layout();
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  epochs<T> observed;
  while (auto const block = pass.next()) {
    auto const& b = expect_sound(*block, l.units);
    at.insert(at.end(), b.at.begin(), b.at.end());
    unit.insert(unit.end(), b.unit.begin(), b.unit.end());
    observed.add(b.when);
  }
  return spike_table<T>(std::move(at), std::move(unit), l.units, std::move(observed));
}

/// Calls f with the table of spikes behind x, without a copy where there is one.
template <class X, class F>
auto with_table(X const& x, F const& f) {
  if constexpr (is_spike_table<X>) return f(x);
  else if constexpr (requires { requires is_spike_table<std::remove_cvref_t<decltype(x.table)>>; }) return f(x.table);  // `recording`
  else return f(read_whole(x));
}
}  // namespace detail

/// Draw k of a surrogate, waiting for a source: `source | drawn` is a `spike_table`, which any study takes.
///
/// Input    a `recording`, a `spike_table`, anything `replayable`, or a `population`
/// Result   a table that owns its spikes, in time order; observed time, units and tick are those of the source
/// Errors   those of the surrogate, and of the source where a user's own is read
template <class S>
class drawn {
 public:
  constexpr drawn(S s, std::uint64_t seed, std::uint64_t k) : surrogate_(std::move(s)), key_(seed, k, S::name) {}
  [[nodiscard]] auto key() const noexcept -> draw_key { return key_; }

  template <class X>
  auto operator()(X const& x) const {
    if constexpr (detail::readable_again<X>) {
      return detail::with_table(x, [&](auto const& table) { return surrogate_(table, key_); });
    } else {
      static_assert(!event_source<X> || never<X>,
                    "equipoise: a surrogate needs the whole recording, and a live source can be read only once; read it into a spike_table first");
      static_assert(event_source<X> || never<X>,
                    "equipoise: a surrogate stands right behind the recording it is made from: recording | surrogate.draw(seed, k) | study");
      return refused{};
    }
  }

 private:
  S surrogate_;
  draw_key key_;
};

/// `recording | surrogate.draw(seed, k)`. Found by its right side only.
template <class X, class S>
  requires(!std::same_as<X, refused>)
auto operator|(X const& x, drawn<S> const& draw) {
  return draw(x);
}

/// Which draws count as extreme as what was observed.
enum class alternative : std::uint8_t { greater, less, two_sided };

/// How rare the observed value is among draws under the null hypothesis:
///
///   p = (1 + #{T_s ≥ T}) / (1 + S), S draws; less: #{T_s ≤ T}; two-sided: min(1, 2 min(greater, less))
///
/// The observed value counts as one draw, so that p is never 0 and P(p ≤ α) ≤ α whenever it and the draws are exchangeable.
/// Result   1/(S + 1) … 1; NaN if the observed value is NaN; 1 without draws
/// Errors   none; a draw that is NaN counts as extreme, which errs on the safe side
/// Source   Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39; Davison and Hinkley 1997, Bootstrap Methods, ch. 4
inline auto p_value(double observed, std::span<double const> draws, alternative side = alternative::greater) noexcept -> double {
  if (std::isnan(observed)) return observed;
  std::int64_t above = 1, below = 1;
  for (auto const t : draws) {
    above += !(t < observed);
    below += !(t > observed);
  }
  auto const all = 1 + static_cast<double>(draws.size());
  switch (side) {
    case alternative::greater: return static_cast<double>(above) / all;
    case alternative::less: return static_cast<double>(below) / all;
    case alternative::two_sided: break;
  }
  return (std::min)(1.0, 2 * static_cast<double>((std::min)(above, below)) / all);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
