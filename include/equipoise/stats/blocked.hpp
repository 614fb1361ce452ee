// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A statistic kept piecewise, per run of 2^k bins: what resampling needs, so that intervals cost merges and no pass over the data.
///
/// Run j holds bins [j·2^k, (j + 1)·2^k). k is the least for which the bins seen, first to last, fit in 1 024 runs: a function of what was
/// absorbed and of nothing else, so that any partition of a recording gives the same state.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "../concepts/fold.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A statistic that minds where its bins stand and can be told that they stood elsewhere: `moved(bins) → statistic`, the same as if every bin k
/// had been bin k + bins. Resampling with repetition needs it; a statistic without it is taken for one that does not mind.
template <class S>
concept relocatable = requires(S const& s, std::int64_t bins) {
  { s.moved(bins) } -> std::same_as<S>;
};

/// A statistic: S per run of 2^k whole bins, at most 1 024 runs.
///
/// Input    rows of complete bins, in any order; a blank S to copy, where S is configured
/// Memory   1 024 S a scale, and no allocation of its own once that many runs were seen
/// Cost     that of S, in rows cut at multiples of 2^k bins; when k grows, a merge per run
/// Example  `measure("rho"_n = with_interval(zero_lag_correlation{}))` keeps a `blocked<co_moments>` per scale
template <mergeable S>
  requires std::copyable<S>
class blocked : public state_base {
 public:
  static constexpr std::uint64_t most_runs = 1024;
  struct run {
    std::int64_t index{};  ///< holds bins [index·run_length(), (index + 1)·run_length())
    std::int64_t bins{};   ///< how many of them were seen, at least one
    S state;
    static auto fields(auto& r) { return std::tie(r.index, r.bins, r.state); }
    auto operator==(run const&) const -> bool = default;
  };

  blocked()
    requires std::default_initializable<S>
  = default;
  explicit blocked(S blank) : blank_(std::move(blank)) {}
  /// The larger of two configurations; both must be empty.
  [[nodiscard]] auto joined(blocked const& o) const -> blocked
    requires requires(S const& s) {
      { s.joined(s) } -> std::same_as<S>;
    }
  {
    return blocked(blank_.joined(o.blank_));
  }
  static auto fields(auto& s) { return std::tie(s.first_, s.last_, s.doublings_, s.runs_); }

  /// Ascending; only runs with bins.
  [[nodiscard]] auto runs() const noexcept -> std::span<run const> { return runs_; }
  [[nodiscard]] auto run_length() const noexcept -> std::int64_t { return std::int64_t{1} << doublings_; }
  [[nodiscard]] auto bins() const noexcept -> std::int64_t {
    std::int64_t n = 0;
    for (auto const& r : runs_) n += r.bins;
    return n;
  }
  /// A run without bins, S configured: what new runs are copies of.
  [[nodiscard]] auto blank() const -> run { return {0, 0, blank_}; }
  /// Whether fields that were read back are such as absorbing makes them.
  [[nodiscard]] auto restored() const -> bool {
    if (runs_.empty()) return doublings_ == 0 && first_ == 0 && last_ == 0;
    auto fits = [this](int k) { return static_cast<std::uint64_t>(last_ >> k) - static_cast<std::uint64_t>(first_ >> k) < most_runs; };
    if (first_ > last_ || doublings_ < 0 || doublings_ > 62 || !fits(doublings_) || (doublings_ > 0 && fits(doublings_ - 1))) return false;
    auto const sound = [this](run const& r) { return r.bins > 0 && r.bins <= run_length(); };
    auto const ascending = [](run const& a, run const& b) { return a.index < b.index; };
    return std::all_of(runs_.begin(), runs_.end(), sound) && std::adjacent_find(runs_.begin(), runs_.end(), std::not_fn(ascending)) == runs_.end() &&
           runs_.front().index == first_ >> doublings_ && runs_.back().index == last_ >> doublings_;
  }
  /// S of everything, as if it had never been cut.
  [[nodiscard]] auto whole() const -> S {
    auto all = blank_;
    for (auto const& r : runs_) all.merge(r.state);
    return all;
  }

  template <class C>
  void absorb(count_row<C> const& r) {
    cut(r.first, r.size(), [&](run& to, std::int64_t first, std::size_t at, std::size_t n) {
      to.state.absorb(count_row<C>{r.scale, first, r.e.subspan(at, n), r.i.subspan(at, n)});
      to.bins += static_cast<std::int64_t>(n);
    });
  }
  void absorb(unit_row const& r)
    requires absorbs<S, unit_row>
  {
    cut(r.first, r.size(), [&](run& to, std::int64_t first, std::size_t at, std::size_t n) {  // their bins are counted by the row of counts
      to.state.absorb(unit_row{r.scale, first, r.active_e.subspan(at, n), r.active_i.subspan(at, n), r.squares_e.subspan(at, n), r.squares_i.subspan(at, n)});
    });
  }
  auto merge(blocked const& o) -> blocked& {
    blank_.merge(o.blank_);  // nothing but a check: throws, before anything changes, where the two are configured differently
    if (o.runs_.empty()) return *this;
    reach(o.first_, o.last_);
    for (auto const& r : o.runs_) {
      auto& to = at(r.index >> (doublings_ - o.doublings_));
      to.bins += r.bins;
      to.state.merge(r.state);
    }
    return *this;
  }

 private:
  /// Hands over the row in pieces that lie inside one run each: give(run, first bin, offset in the row, bins).
  template <class Give>
  void cut(std::int64_t first, std::size_t n, Give&& give) {
    if (n == 0) return;
    reach(first, first + static_cast<std::int64_t>(n) - 1);
    for (std::size_t k = 0; k < n;) {
      auto const bin = first + static_cast<std::int64_t>(k), index = bin >> doublings_;
      auto const end = (std::min)(n, static_cast<std::size_t>(((index + 1) << doublings_) - first));
      give(at(index), bin, k, end - k);
      k = end;
    }
  }
  /// Extends what was seen to [first, last], and doubles the runs until it fits.
  void reach(std::int64_t first, std::int64_t last) {
    first_ = runs_.empty() ? first : (std::min)(first_, first);
    last_ = runs_.empty() ? last : (std::max)(last_, last);
    auto const before = doublings_;
    while (static_cast<std::uint64_t>(last_ >> doublings_) - static_cast<std::uint64_t>(first_ >> doublings_) >= most_runs) ++doublings_;
    if (auto const by = doublings_ - before; by > 0) coarsen(by);
  }
  void coarsen(int by) {
    auto to = runs_.begin();
    for (auto from = runs_.begin(); from != runs_.end(); ++from) {
      from->index >>= by;
      if (to != runs_.begin() && std::prev(to)->index == from->index) {
        std::prev(to)->bins += from->bins;
        std::prev(to)->state.merge(from->state);
      } else {
        if (to != from) *to = std::move(*from);
        ++to;
      }
    }
    runs_.erase(to, runs_.end());
  }
  /// The run of that index, which is the last one while bins come in order.
  auto at(std::int64_t index) -> run& {
    if (!runs_.empty() && runs_.back().index == index) return runs_.back();
    auto place = runs_.end();
    if (!runs_.empty() && runs_.back().index > index) place = std::lower_bound(runs_.begin(), runs_.end(), index, [](run const& r, std::int64_t k) { return r.index < k; });
    if (place == runs_.end() || place->index != index) place = runs_.insert(place, run{index, 0, blank_});
    return *place;
  }

  S blank_{};
  std::int64_t first_ = 0, last_ = 0;  // bins; meaningful once there is a run
  int doublings_ = 0;                   // k
  std::vector<run> runs_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
