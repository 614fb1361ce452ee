// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The rows themselves, kept: for what needs time order (images, traces, hidden Markov models, whole-bin surrogates).

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "../concepts/fold.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A statistic: all complete bins in time order, as runs without gaps.
///
/// Bound    counts of up to 2^32 − 1 a bin, as rows have them
/// Memory   8 bytes a bin: 115 MB for one hour at 1 ms over 32 scales; choose coarser scales for long recordings
class count_rows : public state_base {
 public:
  /// Consecutive bins first, first + 1, …
  struct run {
    std::int64_t first{};
    std::vector<std::uint32_t> e, i;
    static auto fields(auto& s) { return std::tie(s.first, s.e, s.i); }
    [[nodiscard]] auto end() const noexcept -> std::int64_t { return first + static_cast<std::int64_t>(e.size()); }
    auto operator==(run const&) const -> bool = default;
  };
  static auto fields(auto& s) { return std::tie(s.runs_); }

  /// Ascending; there is at least one bin between two runs.
  [[nodiscard]] auto runs() const noexcept -> std::span<run const> { return runs_; }
  [[nodiscard]] auto bins() const noexcept -> std::int64_t {
    std::int64_t sum = 0;
    for (auto const& r : runs_) sum += static_cast<std::int64_t>(r.e.size());
    return sum;
  }

  template <class C>
  void absorb(count_row<C> const& r) {
    add(r.first, r.e, r.i);
  }
  auto merge(count_rows const& o) -> count_rows& {
    for (auto const& x : o.runs_) add(x.first, std::span(x.e), std::span(x.i));
    return *this;
  }
  /// The same counts, every bin that many bins later: so that resampling can place a stretch anew.
  [[nodiscard]] auto moved(std::int64_t bins) const -> count_rows {
    auto copy = *this;
    for (auto& r : copy.runs_) r.first += bins;
    return copy;
  }

 private:
  template <class C>
  void add(std::int64_t first, std::span<C const> e, std::span<C const> i) {
    auto at = std::lower_bound(runs_.begin(), runs_.end(), first, [](run const& x, std::int64_t f) { return x.end() < f; });
    if (at == runs_.end() || at->end() != first) at = runs_.insert(at, run{first, {}, {}});
    append(*at, e, i);
    if (auto const next = std::next(at); next != runs_.end() && next->first == at->end()) {
      append(*at, std::span<std::uint32_t const>(next->e), std::span<std::uint32_t const>(next->i));
      runs_.erase(next);
    }
  }
  template <class C>
  static void append(run& to, std::span<C const> e, std::span<C const> i) {
    to.e.insert(to.e.end(), e.begin(), e.end());
    to.i.insert(to.i.end(), i.begin(), i.end());
  }
  std::vector<run> runs_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
