// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What surrogates are made of: many random words at once, observed stretches found spike by spike, and new times brought into order.
///
/// Times go in where the spikes of a table stand, in its order; a table of the new times comes out.

#include <algorithm>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../concepts/fold.hpp"
#include "../core/random.hpp"
#include "../spikes/spike_table.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace detail {

/// The first words of `random_stream(seed, stream)`, many counters side by side, so that the compiler makes vectors of them. Words of 32 bits are
/// the halves of its 64-bit words, the lower half first: four to a counter.
///
/// Cost     of 64 bits 1 to 3 ns a word, of 32 bits half of that; one by one 4 to 7 ns
template <class Word>
void random_words(std::uint64_t seed, std::uint64_t stream, std::span<Word> out) {
  static_assert(sizeof(Word) == 4 || sizeof(Word) == 8);
  constexpr std::size_t lanes = 32, each = 16 / sizeof(Word);  // words of a counter
  for (std::size_t done = 0; done < out.size(); done += each * lanes) {
    std::uint32_t a[lanes], b[lanes], c[lanes], d[lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
      auto const position = std::uint64_t{done / each + l};
      a[l] = static_cast<std::uint32_t>(position), b[l] = static_cast<std::uint32_t>(position >> 32);
      c[l] = static_cast<std::uint32_t>(stream), d[l] = static_cast<std::uint32_t>(stream >> 32);
    }
    auto k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round, k0 += philox_weyl_0, k1 += philox_weyl_1)
      for (std::size_t l = 0; l < lanes; ++l) philox_round(a[l], b[l], c[l], d[l], k0, k1);
    Word words[each * lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
      if constexpr (sizeof(Word) == 4) words[4 * l] = a[l], words[4 * l + 1] = b[l], words[4 * l + 2] = c[l], words[4 * l + 3] = d[l];
      else words[2 * l] = std::uint64_t{b[l]} << 32 | a[l], words[2 * l + 1] = std::uint64_t{d[l]} << 32 | c[l];
    }
    std::copy_n(words, (std::min)(out.size() - done, each * lanes), out.begin() + static_cast<std::ptrdiff_t>(done));
  }
}

/// A word of 32 bits for each spike, the words of unit u from stream u, whatever the order of spikes of different units. Lives in a thread's
/// working memory.
class words_by_unit {
 public:
  template <tick T>
  words_by_unit(spike_table<T> const& x, std::uint64_t seed) : words_(working<words_by_unit, std::uint32_t>(x.spikes())), next_(x.size()) {
    std::size_t first = 0;
    for (unit_index u = 0; u < x.size(); ++u) {
      auto const n = x[u].size();
      next_[u] = first;
      random_words(seed, u, std::span(words_ + first, n));
      first += n;
    }
  }
  /// The next word of a unit.
  auto operator()(unit_index u) noexcept -> std::uint32_t { return words_[next_[u]++]; }

 private:
  std::uint32_t* words_;
  std::vector<std::size_t> next_;
};

/// Working memory for a time per spike.
template <tick T>
auto new_times(spike_table<T> const& x) -> std::span<std::int64_t> {
  return {working<spike_table<T>, std::int64_t>(x.spikes()), x.spikes()};
}

/// A word of B bits as a whole number in 0 … n − 1: ⌊word · n / 2^B⌋, whose distribution function is off by less than 2^-B everywhere.
///
/// Single probabilities differ from 1/n by less than n/2^B of themselves. With 32 bits that is much where n is (2 % for 10^8 ticks of a
/// nanosecond), and nothing to a count in bins.
template <std::unsigned_integral Word>
constexpr auto scaled(Word word, std::int64_t n) noexcept -> std::int64_t {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(uint128{word} * static_cast<std::uint64_t>(n) >> std::numeric_limits<Word>::digits));
}

/// A duration in the ticks of a recording, at least `least`.
///
/// Errors   `error` if it is shorter
template <tick T>
auto ticks_of(std::chrono::nanoseconds d, char const* surrogate, char const* what, std::int64_t least = 1) -> std::int64_t {
  auto const n = std::chrono::round<T>(d).count();
  if (n < least)
    throw error({.where = surrogate, .place = what, .problem = "too short for the clock of the recording", .expected = "at least " + std::to_string(least) + (least == 1 ? " tick" : " ticks"),
                 .found = std::to_string(d.count()) + " ns", .advice = {}});
  return n;
}

/// The observed window of each spike, for times that mostly ascend. Precondition: the times asked for are observed.
template <tick T>
class stretch_finder {
 public:
  explicit stretch_finder(epochs<T> const& observed) : windows_(observed.windows()) {}
  auto operator()(std::int64_t t) noexcept -> window<T> const& {
    while (windows_[now_].end.count() <= t) ++now_;
    while (windows_[now_].begin.count() > t) --now_;
    return windows_[now_];
  }

 private:
  std::span<window<T> const> windows_;
  std::size_t now_ = 0;
};

/// A time that left [begin, end) is folded back at the edges, as often as needed: begin − 1 becomes begin, end becomes end − 1.
constexpr auto reflected(std::int64_t t, std::int64_t begin, std::int64_t end) noexcept -> std::int64_t {
  if (begin <= t && t < end) return t;
  auto const length = end - begin;
  auto const x = t - begin < 0 ? -1 - (t - begin) : t - begin;
  auto const folds = x / length;
  return folds % 2 == 0 ? begin + x % length : end - 1 - x % length;
}

/// The places that one spike may be moved to: `count` ticks from `first`, reflected into the observed window [begin, end).
struct spike_places {
  std::int64_t first, count, begin, end;
  [[nodiscard]] constexpr auto at(std::uint32_t word) const noexcept -> std::int64_t { return reflected(first + scaled(word, count), begin, end); }
  /// Whether no place is reflected.
  [[nodiscard]] constexpr auto inside() const noexcept -> bool { return first >= begin && count <= end - first; }
  /// The first and the last time that any place can be, reflected ones included.
  [[nodiscard]] constexpr auto reach() const noexcept -> std::pair<std::int64_t, std::int64_t> {
    auto const last = first + count - 1, before = begin - first, beyond = last - (end - 1);  // how far places lie outside the window
    if (before > end - begin || beyond > end - begin) return {begin, end - 1};              // folded more than once
    auto from = (std::max)(first, begin), to = (std::min)(last, end - 1);
    if (before > 0) from = begin, to = (std::max)(to, begin + before - 1);
    if (beyond > 0) to = end - 1, from = (std::min)(from, end - beyond);
    return {from, to};
  }
  auto operator==(spike_places const&) const -> bool = default;
};

/// New times for spikes of the given units, in any order, become a table. Equal times stand by unit, so that the table is the same in whatever order
/// the times were made.
///
/// Cost     linear: buckets of about two spikes each, by time, then an insertion sort over neighbours; crowded buckets are sorted apart
template <tick T>
auto in_time_order(std::span<std::int64_t const> at, std::span<unit_index const> unit, std::size_t units, epochs<T> const& observed) -> spike_table<T> {
  auto const n = at.size();
  std::vector<std::int64_t> times(n);
  std::vector<unit_index> owners(n);
  if (n > 0) {
    auto const [least, most] = std::minmax_element(at.begin(), at.end());
    auto const from = *least;
    auto const span = static_cast<std::uint64_t>(*most) - static_cast<std::uint64_t>(from);
    auto const shift = (std::max)(0, static_cast<int>(std::bit_width(span)) - static_cast<int>(std::bit_width(n / 2)));
    auto const bucket = [&](std::int64_t t) { return static_cast<std::size_t>((static_cast<std::uint64_t>(t) - static_cast<std::uint64_t>(from)) >> shift); };
    auto const buckets = static_cast<std::size_t>(span >> shift) + 1;
    auto* const next = working<epochs<T>, std::size_t>(buckets + 1);  // where the next spike of each bucket goes; afterwards, where the bucket ends
    std::fill(next, next + buckets + 1, std::size_t{0});
    for (auto const t : at) ++next[bucket(t) + 1];
    std::partial_sum(next, next + buckets + 1, next);
    for (std::size_t k = 0; k < n; ++k) {
      auto const to = next[bucket(at[k])]++;
      times[to] = at[k], owners[to] = unit[k];
    }
    std::vector<std::pair<std::int64_t, unit_index>> crowd;
    for (std::size_t b = 0, begin = 0; b < buckets; begin = next[b++]) {
      auto const end = next[b];
      if (end - begin > 24) {
        crowd.clear();
        for (auto k = begin; k < end; ++k) crowd.emplace_back(times[k], owners[k]);
        std::sort(crowd.begin(), crowd.end());
        for (auto k = begin; k < end; ++k) std::tie(times[k], owners[k]) = crowd[k - begin];
        continue;
      }
      for (auto k = begin + 1; k < end; ++k) {
        auto const t = times[k];
        auto const u = owners[k];
        auto to = k;
        for (; to > begin && (times[to - 1] > t || (times[to - 1] == t && owners[to - 1] > u)); --to) times[to] = times[to - 1], owners[to] = owners[to - 1];
        times[to] = t, owners[to] = u;
      }
    }
  }
  return spike_table<T>(std::move(times), std::move(owners), units, observed);
}

/// A surrogate that moves each spike by itself, wherever others go: `places(t)`, for times that ascend, says where. The word of a spike is the
/// 32-bit word of its number in its unit.
template <tick T, class Places>
auto spike_by_spike(spike_table<T> const& x, std::uint64_t seed, Places places) -> spike_table<T> {
  words_by_unit word(x, seed);
  auto const at = new_times(x);
  for (std::size_t k = 0; k < at.size(); ++k) at[k] = places(x.at()[k]).at(word(x.unit()[k]));
  return in_time_order<T>(at, x.unit(), x.size(), x.observed());
}

/// A surrogate that treats each unit by itself: `renew(old, key, u, out)` appends the new times of unit u, in any order and any number.
template <tick T, class Renew>
auto unit_by_unit(spike_table<T> const& x, Renew renew) -> spike_table<T> {
  thread_local std::vector<std::int64_t> at;
  thread_local std::vector<unit_index> unit;
  at.clear();
  unit.clear();
  for (unit_index u = 0; u < x.size(); ++u) {
    renew(u, x[u].raw(), at);
    unit.resize(at.size(), u);
  }
  return in_time_order<T>(at, unit, x.size(), x.observed());
}

/// Calls f with the part of a train in each observed window that holds spikes: f(spikes, window).
template <tick T, class F>
void for_each_stretch(std::span<std::int64_t const> train, epochs<T> const& observed, F f) {
  auto from = train.begin();
  for (auto const& w : observed) {
    auto const to = std::lower_bound(from, train.end(), w.end.count());
    if (from != to) f(std::span<std::int64_t const>(from, to), w);
    from = to;
  }
}

}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
