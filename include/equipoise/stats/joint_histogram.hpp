// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// How often each pair of counts (e, i) occurred: all that is static and pooled follows from it.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

#include "../concepts/fold.hpp"
#include "../simd/moments.hpp"
#include "../simd/pair_counts.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Occurrences of large pairs in an open-addressing table; equal by content, whatever the order of insertion.
class pair_table {
 public:
  void add(std::uint32_t e, std::uint32_t i, std::int64_t n) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    auto& s = slots_[find(key(e, i))];
    if (s.key == 0) s.key = key(e, i), ++used_;
    s.n += n;
  }
  /// Occurrences of one pair; 0 if it never occurred.
  [[nodiscard]] auto count(std::uint32_t e, std::uint32_t i) const noexcept -> std::int64_t { return slots_.empty() ? 0 : slots_[find(key(e, i))].n; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return used_; }
  /// f(e, i, n) in ascending order of (e, i), so that floating sums over it do not depend on the order of merging.
  template <class F>
  void each(F&& f) const {
    for (auto const& s : sorted()) f(static_cast<std::uint32_t>(s.key >> 32), static_cast<std::uint32_t>(s.key), s.n);
  }
  void merge(pair_table const& o) {
    for (auto const& s : o.slots_)
      if (s.key != 0) add(static_cast<std::uint32_t>(s.key >> 32), static_cast<std::uint32_t>(s.key), s.n);
  }
  /// (e, i, n) in ascending order of (e, i): what a checkpoint keeps of the table.
  [[nodiscard]] auto contents() const -> std::vector<std::tuple<std::uint32_t, std::uint32_t, std::int64_t>> {
    std::vector<std::tuple<std::uint32_t, std::uint32_t, std::int64_t>> all;
    each([&](std::uint32_t e, std::uint32_t i, std::int64_t n) { all.emplace_back(e, i, n); });
    return all;
  }
  /// Takes contents back. Result: false if they do not ascend from beyond (0, 0), as those of a table do.
  [[nodiscard]] auto assign(std::vector<std::tuple<std::uint32_t, std::uint32_t, std::int64_t>> const& all) -> bool {
    *this = {};
    for (std::uint64_t last = 0; auto const& [e, i, n] : all) {
      if (key(e, i) <= last) return false;
      last = key(e, i);
      add(e, i, n);
    }
    return true;
  }
  friend auto operator==(pair_table const& a, pair_table const& b) -> bool {
    return a.used_ == b.used_ && std::all_of(a.slots_.begin(), a.slots_.end(), [&](slot const& s) { return s.key == 0 || b.slots_[b.find(s.key)].n == s.n; });
  }

 private:
  struct slot {
    std::uint64_t key{};  // e << 32 | i; 0 is free, as the pair (0, 0) is small
    std::int64_t n{};
  };
  static auto key(std::uint32_t e, std::uint32_t i) noexcept -> std::uint64_t { return std::uint64_t{e} << 32 | i; }
  [[nodiscard]] auto sorted() const -> std::vector<slot> {
    std::vector<slot> out;
    out.reserve(used_);
    std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(out), [](slot const& s) { return s.key != 0; });
    std::sort(out.begin(), out.end(), [](slot const& a, slot const& b) { return a.key < b.key; });
    return out;
  }
  [[nodiscard]] auto find(std::uint64_t k) const noexcept -> std::size_t {
    auto h = k ^ (k >> 32);
    h *= 0x9E3779B97F4A7C15u;
    auto at = static_cast<std::size_t>(h ^ (h >> 29)) & (slots_.size() - 1);
    while (slots_[at].key != 0 && slots_[at].key != k) at = (at + 1) & (slots_.size() - 1);
    return at;
  }
  void grow() {
    std::vector<slot> old((std::max)(std::size_t{64}, 2 * slots_.size()));
    std::swap(old, slots_);
    for (auto const& s : old)
      if (s.key != 0) slots_[find(s.key)] = s;
  }
  std::vector<slot> slots_;
  std::size_t used_ = 0;
};

/// A statistic: the joint histogram of excitatory and inhibitory counts.
///
/// Bound    64-bit occurrences of pairs of 32-bit counts
/// Memory   8 bytes a cell of a square up to 64 × 64, and 16 to 32 bytes per distinct pair beyond: at most one per bin
class joint_histogram : public state_base {
 public:
  static auto fields(auto& s) { return std::tie(s.side_, s.square_, s.large_); }
  /// Whether fields that were read back are a square.
  [[nodiscard]] auto restored() const noexcept -> bool {
    return (side_ == 0 || (side_ <= largest_side && side_ == side_for(side_ - 1))) && square_.size() == std::size_t{side_} * side_;
  }

  template <class C>
  void absorb(count_row<C> const& r) {
    auto const most = static_cast<std::uint32_t>(simd::largest_count<simd::best_arch>(r.e.data(), r.i.data(), r.size()));
    if (most < largest_side) {
      if (most >= side_) grow(side_for(most));
      if constexpr (sizeof(C) == 1) {
        auto const s = simd::sums_of_pairs<simd::best_arch>(r.e.data(), r.i.data(), r.size());
        auto const mostly_small = s.e + s.i <= 2 * static_cast<std::int64_t>(r.size());
        simd::pair_counts<simd::best_arch>(r.e.data(), r.i.data(), r.size(), mostly_small, square_.data(), side_);
      } else {
        simd::pair_counts_scalar(r.e.data(), r.i.data(), r.size(), square_.data(), side_);
      }
    } else {
      for (std::size_t k = 0; k < r.size(); ++k) add(r.e[k], r.i[k], 1);
    }
  }
  auto merge(joint_histogram const& o) -> joint_histogram& {
    if (o.side_ > side_) grow(o.side_);
    for (std::size_t e = 0; e < o.side_; ++e)
      for (std::size_t i = 0; i < o.side_; ++i) square_[e * side_ + i] += o.square_[e * o.side_ + i];
    large_.merge(o.large_);
    return *this;
  }

  /// f(e, i, n) for each pair that occurred, the same order for equal histograms.
  template <class F>
  void each(F&& f) const {
    for (std::uint32_t e = 0; e < side_; ++e)
      for (std::uint32_t i = 0; i < side_; ++i)
        if (auto const n = square_[e * side_ + i]; n != 0) f(e, i, n);
    large_.each(f);
  }
  /// Occurrences of one pair.
  [[nodiscard]] auto count(std::uint32_t e, std::uint32_t i) const noexcept -> std::int64_t {
    return (std::max)(e, i) >= largest_side ? large_.count(e, i) : (std::max)(e, i) < side_ ? square_[std::size_t{e} * side_ + i] : 0;
  }
  /// Bins in all.
  [[nodiscard]] auto n() const -> std::int64_t {
    std::int64_t sum = 0;
    each([&](auto, auto, std::int64_t n) { sum += n; });
    return sum;
  }
  /// The share of bins for which f(e, i) holds, e and i as 64-bit integers; NaN if there are none.
  template <class F>
  [[nodiscard]] auto fraction(F&& f) const -> double {
    std::int64_t yes = 0, all = 0;
    each([&](std::int64_t e, std::int64_t i, std::int64_t n) { all += n, yes += f(e, i) ? n : 0; });
    return all == 0 ? undefined(reason::too_few_bins) : static_cast<double>(yes) / static_cast<double>(all);
  }

 private:
  static constexpr std::uint32_t largest_side = 64;
  static auto side_for(std::uint32_t most) noexcept -> std::uint32_t {
    std::uint32_t s = 8;
    while (s <= most) s *= 2;
    return s;
  }
  void grow(std::uint32_t to) {
    std::vector<std::int64_t> bigger(std::size_t{to} * to);
    for (std::size_t e = 0; e < side_; ++e) std::copy_n(square_.data() + e * side_, side_, bigger.data() + e * to);
    square_ = std::move(bigger), side_ = to;
  }
  void add(std::uint32_t e, std::uint32_t i, std::int64_t n) {
    auto const most = (std::max)(e, i);
    if (most >= largest_side) return large_.add(e, i, n);
    if (most >= side_) grow(side_for(most));
    square_[std::size_t{e} * side_ + i] += n;
  }

  std::uint32_t side_ = 0;             // 0, 8, 16, 32, 64: the least that holds the small counts seen
  std::vector<std::int64_t> square_;  // side × side
  pair_table large_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
