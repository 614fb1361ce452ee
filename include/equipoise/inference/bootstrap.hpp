// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The stationary block bootstrap: recordings drawn from a recording by merging its parts with repetition.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "stretches.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Draws of as many parts as there are, in blocks that begin anywhere and have geometrically distributed lengths; after the last part comes the
/// first again.
///
/// Input    parts, several to a block; the mean length of a block in parts
/// Result   `draw(k)` depends on nothing but the parts, the mean length, the seed, the stream and k
/// Cost     of a draw: a merge per part, and per block a copy if the statistic minds where its bins stand (`relocatable`): each block then gets a
///          place of its own, apart from the others, so that what meets in the draw but not in the recording is not taken for neighbours
/// Source   Politis and Romano 1994, Journal of the American Statistical Association 89:1303
template <class S>
class stationary_bootstrap {
 public:
  /// Errors   `error` if there are no parts, or the mean length is below one part or not finite
  stationary_bootstrap(std::vector<stretch<S>> parts, S blank, double mean_length, std::uint64_t seed, std::uint64_t stream = 0)
      : parts_(std::move(parts)), blank_(std::move(blank)), ends_(1 / mean_length), seed_(seed), stream_(stream) {
    if (parts_.empty()) throw error("stationary_bootstrap: there is nothing to draw from");
    if (!(mean_length >= 1 && std::isfinite(mean_length))) throw error("stationary_bootstrap: the mean length of a block must be at least one part");
  }

  /// Draw number k < 2^32, of the same number of parts as the recording; its bins stand somewhere in [0, end).
  [[nodiscard]] auto draw(std::uint64_t k) const -> stretch<S> {
    random_stream random(seed_, stream_ << 32 | k);
    stretch<S> drawn{blank_, 0, 0, 0};
    auto const n = parts_.size();
    auto from = static_cast<std::size_t>(random.below(n)), to = from;
    for (std::size_t taken = 1; taken < n; ++taken) {
      auto const another = random.uniform() < ends_;
      auto const next = another ? static_cast<std::size_t>(random.below(n)) : (to + 1) % n;
      if (another || next == 0) {
        add(drawn, from, to);
        from = next;
      }
      to = next;
    }
    add(drawn, from, to);
    return drawn;
  }

 private:
  /// Parts from … to as one block.
  void add(stretch<S>& drawn, std::size_t from, std::size_t to) const {
    if constexpr (relocatable<S>) {
      auto block = parts_[from].state;
      for (auto j = from + 1; j <= to; ++j) block.merge(parts_[j].state);
      drawn.state.merge(block.moved(drawn.end - parts_[from].first));
    } else {
      for (auto j = from; j <= to; ++j) drawn.state.merge(parts_[j].state);
    }
    drawn.end += parts_[to].end - parts_[from].first + 1;  // one bin is missing before the next
    for (auto j = from; j <= to; ++j) drawn.bins += parts_[j].bins;
  }

  std::vector<stretch<S>> parts_;
  S blank_;
  double ends_;  // the chance that a block ends after a part
  std::uint64_t seed_, stream_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
