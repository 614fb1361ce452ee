// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Rows thinned for pictures: sums of counts over groups of consecutive bins, so that memory follows the picture and not the recording.

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "../concepts/fold.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A statistic: per group of `size` bins (group g holds bins g·size … g·size + size − 1) the bins seen and their counts.
///
/// Bound    sums of 32-bit counts in 64 bits: no recording reaches it
/// Memory   24 bytes a group between the first and the last seen
class grouped_rows : public state_base {
 public:
  struct group {
    std::int64_t bins{}, e{}, i{};  ///< complete bins in the group, and their sums
    static auto fields(auto& s) { return std::tie(s.bins, s.e, s.i); }
    auto operator==(group const&) const -> bool = default;
  };

  explicit grouped_rows(std::int64_t size = 1) : size_(size) {
    if (size < 1) throw error("grouped_rows: a group needs at least one bin");
  }
  static auto fields(auto& s) { return std::tie(s.first_, s.groups_); }
  static auto setup(auto const& s) { return std::tie("groups of", s.size_); }

  [[nodiscard]] auto size() const noexcept -> std::int64_t { return size_; }
  /// The number of the first group, and all groups from it on; a group without bins lies in a gap.
  [[nodiscard]] auto first() const noexcept -> std::int64_t { return first_; }
  [[nodiscard]] auto groups() const noexcept -> std::span<group const> { return groups_; }

  template <class C>
  void absorb(count_row<C> const& r) {
    if (r.size() == 0) return;
    auto const last = r.first + static_cast<std::int64_t>(r.size()) - 1;
    cover(floor_div(r.first, size_), floor_div(last, size_));
    for (std::size_t k = 0; k < r.size();) {
      auto const g = floor_div(r.first + static_cast<std::int64_t>(k), size_);
      auto const end = (std::min)(r.size(), static_cast<std::size_t>((g + 1) * size_ - r.first));
      auto& to = groups_[static_cast<std::size_t>(g - first_)];
      to.bins += static_cast<std::int64_t>(end - k);
      for (; k < end; ++k) to.e += r.e[k], to.i += r.i[k];
    }
  }
  auto merge(grouped_rows const& o) -> grouped_rows& {
    if (o.size_ != size_) throw error("grouped_rows: states of different group sizes cannot be merged");
    if (o.groups_.empty()) return *this;
    cover(o.first_, o.first_ + static_cast<std::int64_t>(o.groups_.size()) - 1);
    for (std::size_t k = 0; k < o.groups_.size(); ++k) {
      auto& to = groups_[k + static_cast<std::size_t>(o.first_ - first_)];
      to.bins += o.groups_[k].bins, to.e += o.groups_[k].e, to.i += o.groups_[k].i;
    }
    return *this;
  }

 private:
  void cover(std::int64_t from, std::int64_t to) {
    if (groups_.empty()) first_ = from;
    if (from < first_) {
      groups_.insert(groups_.begin(), static_cast<std::size_t>(first_ - from), group{});
      first_ = from;
    }
    if (auto const need = static_cast<std::size_t>(to - first_ + 1); need > groups_.size()) groups_.resize(need);
  }

  std::int64_t size_;
  std::int64_t first_ = 0;
  std::vector<group> groups_;
};

/// E and I over time at one scale, in pixels: `"trace"_n = trace{.pixel = 500ms}`.
///
/// Result   the groups, each as many whole bins as fit a pixel best, at least one
struct trace {
  using statistic = grouped_rows;
  std::chrono::nanoseconds pixel = std::chrono::seconds{1};
  [[nodiscard]] auto start(row_info const& row) const -> statistic {
    return grouped_rows((std::max)(std::int64_t{1}, static_cast<std::int64_t>(static_cast<double>(pixel.count()) * 1e-9 / row.width.seconds() + 0.5)));
  }
  auto operator()(statistic const& s, row_info const&) const -> grouped_rows { return s; }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
