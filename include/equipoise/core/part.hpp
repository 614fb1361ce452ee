// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The one way of cutting time among workers: part k of n of a set of time, contiguous, to the tick. Threads, ranks and chunks of work use it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "epochs.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Who of how many: worker `index`, from 0, of `of`.
struct part {
  std::size_t index = 0, of = 1;
  auto operator==(part const&) const -> bool = default;
};

/// A worker's share of observed time: ticks ⌊total·k/n⌋ up to ⌊total·(k+1)/n⌋, counted over the windows one after the other; gaps count nothing.
///
/// Laws     the shares of one n are disjoint, follow one another, and are the whole together; their totals differ by at most one tick
/// Errors   `error` unless index < of
/// Cost     linear in the windows
template <tick T>
auto share(epochs<T> const& observed, part p) -> epochs<T> {
  if (p.index >= p.of) throw error("share: there is no part " + std::to_string(p.index) + " of " + std::to_string(p.of) + " (they are counted from 0)");
  auto edge = [&, total = int128{observed.total().count()}](std::size_t k) { return static_cast<std::int64_t>(total * static_cast<int128>(k) / static_cast<int128>(p.of)); };
  auto const from = edge(p.index), to = edge(p.index + 1);
  epochs<T> mine;
  std::int64_t before = 0;  // ticks in the windows passed
  for (auto const& w : observed) {
    if (before >= to) break;
    auto const n = w.length().count();
    mine.add({w.begin + T{std::clamp(from - before, std::int64_t{0}, n)}, w.begin + T{(std::min)(to - before, n)}});  // nothing, where it is empty
    before += n;
  }
  return mine;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
