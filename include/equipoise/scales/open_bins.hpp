// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The incomplete bins of one scale: {bin → counts, covered ticks}. What makes the pyramid commutative.
///
/// A stretch of time covers part of a bin; the counts and the covered ticks are added, in any order; a bin whose coverage reaches its width is
/// complete. No bin needs to know its neighbours.

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "../core/config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Part of a bin: its counts and how many of its ticks have been seen.
struct open_bin {
  std::int64_t bin{}, e{}, i{}, covered{};
  static auto fields(auto& s) { return std::tie(s.bin, s.e, s.i, s.covered); }
  auto operator==(open_bin const&) const -> bool = default;
};

/// What was left out at one scale: bins that were never covered whole, with the spikes in them.
struct incomplete_bins {
  std::int64_t bins{}, e{}, i{};
  static auto fields(auto& s) { return std::tie(s.bins, s.e, s.i); }
  auto operator+=(incomplete_bins const& o) noexcept -> incomplete_bins& { return bins += o.bins, e += o.e, i += o.i, *this; }
  auto operator==(incomplete_bins const&) const -> bool = default;
};

/// The open bins of one scale, ascending. In order there is one; memory is kept, so that nothing is allocated after warm-up.
class open_bins {
 public:
  static auto fields(auto& s) { return std::tie(s.bins_, s.settled_); }
  [[nodiscard]] auto begin() const noexcept { return bins_.begin(); }
  [[nodiscard]] auto end() const noexcept { return bins_.end(); }
  auto operator==(open_bins const&) const -> bool = default;

  /// Takes the open part of a bin out; an empty part if there is none.
  auto take(std::int64_t bin) -> open_bin {
    if (bins_.empty() || bins_.back().bin < bin) return {bin, 0, 0, 0};
    auto const at = find(bin);
    if (at->bin != bin) return {bin, 0, 0, 0};
    auto const part = *at;
    bins_.erase(at);
    return part;
  }
  /// Puts a part in. Precondition: that bin is not there.
  void keep(open_bin const& part) {
    if (bins_.empty() || bins_.back().bin < part.bin) bins_.push_back(part);
    else bins_.insert(find(part.bin), part);
  }
  /// Bins before `first` will not be completed any more: they are counted and let go of.
  void settle(std::int64_t first) {
    auto const end = find(first);
    for (auto b = bins_.begin(); b != end; ++b) settled_ += {1, b->e, b->i};
    bins_.erase(bins_.begin(), end);
  }
  void merge_settled(open_bins const& o) noexcept { settled_ += o.settled_; }
  /// What was let go of, and what is still open.
  [[nodiscard]] auto left_out() const noexcept -> incomplete_bins {
    auto sum = settled_;
    for (auto const& b : bins_) sum += {1, b.e, b.i};
    return sum;
  }

 private:
  auto find(std::int64_t bin) -> std::vector<open_bin>::iterator {
    return std::lower_bound(bins_.begin(), bins_.end(), bin, [](open_bin const& x, std::int64_t b) { return x.bin < b; });
  }
  std::vector<open_bin> bins_;
  incomplete_bins settled_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
