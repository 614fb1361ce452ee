// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Events moved at random, counted where they arrive, draw by draw: in bins of time, or in bins of the distance from fixed neighbours.
///
/// An event goes to one of `count` places in a row, number ⌊word · count / 2^32⌋; its word is the 32-bit word of its own number in the Philox stream
/// (seed of the draw, stream of the event). Integers, the same on every instruction set.

#include <cstddef>
#include <cstdint>

#include "philox_lanes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace simd {

/// Events that are moved together: words 4·counter, 4·counter + 1, … of a stream.
struct moved_group {
  static constexpr std::size_t events = 32;
  std::uint32_t stream = 0, counter = 0;
  auto operator==(moved_group const&) const -> bool = default;
};

/// Where word w of a group stands among its 32 events: eight counters side by side, first words first.
constexpr auto lane_of_word(std::size_t w) noexcept -> std::size_t { return w % 4 * 8 + w / 4; }

/// Events by groups, in bins of time. places[32 g + lane_of_word(w)] is bin · 2^32 + rest: the event's first place lies `rest` behind the bin's begin.
///
/// Bound    rest + count < 2^31
struct moved_events {
  moved_group const* group;
  std::uint64_t const* places;
  std::uint32_t count;
  quotient per_bin;
};

/// How many groups are moved at once: `until − from` must be a multiple.
inline constexpr std::size_t groups_at_once = 4;

/// The scalar twin.
template <class C>
void count_moved_scalar(std::uint64_t seed, moved_events const& x, std::size_t from, std::size_t until, C* bins) noexcept {
  for (auto g = from; g < until; ++g)
    for (std::uint32_t k = 0; k < moved_group::events / 4; ++k) {
      auto const words = philox({x.group[g].counter + k, 0, x.group[g].stream, 0}, {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
      for (std::size_t w = 0; w < 4; ++w) {
        auto const place = x.places[moved_group::events * g + 8 * w + k];
        auto const s = static_cast<std::uint32_t>(std::uint64_t{words[w]} * x.count >> 32);
        ++bins[(place >> 32) + x.per_bin.of(static_cast<std::uint32_t>(place) + s)];
      }
    }
}

/// One draw: every event of the groups from … until − 1 adds one to the bin it arrives in. C counts modulo its range.
///
/// Cost     about 0.5 ns an event while what the groups reach stays in the first-level cache: words and bins in lanes, 0.3 ns, and beside the rounds of
///          the next events the counting of the last ones
template <class Arch, class C>
void count_moved(std::uint64_t seed, moved_events const& x, std::size_t from, std::size_t until, C* bins) noexcept {
  constexpr std::size_t at_once = groups_at_once * moved_group::events, in_a_round = at_once / 8;
  auto const count = octet<Arch>::of(x.count);
  std::uint64_t bin[at_once];
  auto count_last = [&](std::size_t round) {
    if (round < 8)
      for (std::size_t k = 0; k < in_a_round; ++k) ++bins[bin[in_a_round * round + k]];
  };
  for (auto g = from; g < until; g += groups_at_once) {
    philox_octet<Arch> words[groups_at_once];
    for (std::size_t j = 0; j < groups_at_once; ++j) words[j] = philox_octet<Arch>::consecutive(x.group[g + j].counter, x.group[g + j].stream);
    if (g == from) philox_rounds(words, philox_keys<Arch>::of(seed), [](std::size_t) {});
    else philox_rounds(words, philox_keys<Arch>::of(seed), count_last);
    for (std::size_t j = 0; j < groups_at_once; ++j) {
      auto const* const places = x.places + moved_group::events * (g + j);
      auto* const out = bin + moved_group::events * j;
      auto arrive = [&](octet<Arch> const& word, std::size_t k) {
        auto const place = octet<Arch>::load(places + k) + (product(word, count) >> 32);
        ((place >> 32) + x.per_bin.of(place)).store(out + k);
      };
      arrive(words[j].a, 0), arrive(words[j].b, 8), arrive(words[j].c, 16), arrive(words[j].d, 24);
    }
  }
  if (from < until)
    for (auto const b : bin) ++bins[b];
}

/// Bins of the distance y between a fixed neighbour and a moved event: ⌊y / width⌋ for 0 ≤ y < width · bins. With ties, y = q · width, q = 0 … bins,
/// count apart. Entry `bins` of a row takes what is out of reach.
struct distance_bins {
  std::uint32_t width, bins;
  bool ties;

  /// Entries of a row: the bins, what is out of reach, the ties.
  [[nodiscard]] constexpr auto row() const noexcept -> std::size_t { return bins + 1 + (ties ? std::size_t{bins} + 1 : 0); }
  [[nodiscard]] constexpr auto tie(std::size_t q) const noexcept -> std::size_t { return std::size_t{bins} + 1 + q; }
};

/// Events of one stream with fixed neighbours. Events 4·counter[k] … + 3 have the neighbours farthest[first[4 k + w]] … farthest[first[4 k + w + 1] − 1], each
/// given as the distance y from the event's first place; y falls by one from place to place, and below 0 it is out of reach.
///
/// Bound    farthest < 2^31, width · bins < 2^31 − 1
struct moved_pairs {
  std::uint32_t stream, count;
  std::size_t counters;
  std::uint32_t const* counter;
  std::size_t const* first;
  std::uint32_t const* farthest;
};

/// How many draws are counted at once, each in a row of its own, so that rows stay in the first-level cache and never wait for one another.
inline constexpr std::size_t draws_at_once = 32;

/// The scalar twin: one draw.
inline void count_moved_pairs_scalar(std::uint64_t seed, moved_pairs const& x, distance_bins const& b, std::uint32_t* row) noexcept {
  for (std::size_t k = 0; k < x.counters; ++k) {
    auto const words = philox({x.counter[k], 0, x.stream, 0}, {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
    for (std::size_t w = 0; w < 4; ++w)
      for (auto n = x.first[4 * k + w]; n < x.first[4 * k + w + 1]; ++n) {
        auto const s = static_cast<std::uint32_t>(std::uint64_t{words[w]} * x.count >> 32);
        auto const y = x.farthest[n] - s;
        if (s > x.farthest[n] || y > b.width * b.bins || (!b.ties && y == b.width * b.bins)) ++row[b.bins];
        else ++row[b.ties && y % b.width == 0 ? b.tie(y / b.width) : y / b.width];
      }
  }
}

/// `draws_at_once` draws, one to a row. Precondition: with ties, width > 1.
template <class Arch>
void count_moved_pairs(std::uint64_t const* seeds, moved_pairs const& x, distance_bins const& b, std::uint32_t* rows) noexcept {
  constexpr std::size_t octets = draws_at_once / 8;
  quotient const per_bin(b.width);
  auto const count = octet<Arch>::of(x.count), width = octet<Arch>::of(b.width), limit = octet<Arch>::of(std::uint64_t{b.width} * b.bins + (b.ties ? 1 : 0)), first_tie = octet<Arch>::of(b.tie(0));
  octet<Arch> row[octets];
  std::uint64_t entry[draws_at_once];
  for (std::size_t k = 0; k < draws_at_once; ++k) entry[k] = k * b.row();
  for (std::size_t v = 0; v < octets; ++v) row[v] = octet<Arch>::load(entry + 8 * v);
  auto meet = [&](octet<Arch> const (&moved)[octets], std::uint64_t y_first) {
    auto const farthest = octet<Arch>::of(y_first);
    for (std::size_t v = 0; v < octets; ++v) {
      auto const y = least(farthest - moved[v], limit);  // below 0 is far beyond the limit
      auto const q = per_bin.of(y);
      (row[v] + (b.ties ? add_if_equal(q, product(q, width), y, first_tie) : q)).store(entry + 8 * v);
    }
    for (auto const e : entry) ++rows[e];
  };
  for (std::size_t k = 0; k < x.counters; ++k) {
    philox_keys<Arch> keys[octets];
    philox_octet<Arch> words[octets];
    for (std::size_t v = 0; v < octets; ++v) keys[v] = philox_keys<Arch>::load(seeds + 8 * v), words[v] = philox_octet<Arch>::same(x.counter[k], x.stream);
    philox_rounds(words, keys);
    auto each = [&](octet<Arch> philox_octet<Arch>::*word, std::size_t w) {
      octet<Arch> moved[octets];
      for (std::size_t v = 0; v < octets; ++v) moved[v] = product(words[v].*word, count) >> 32;
      for (auto n = x.first[4 * k + w]; n < x.first[4 * k + w + 1]; ++n) meet(moved, x.farthest[n]);
    };
    each(&philox_octet<Arch>::a, 0), each(&philox_octet<Arch>::b, 1), each(&philox_octet<Arch>::c, 2), each(&philox_octet<Arch>::d, 3);
  }
}

}  // namespace simd
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
