// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A study in windows that advance: `recording | sliding(5s, 500ms) | split(cells) | pyramid(scales) | measure(…)`.
///
/// Time is cut into panes of one hop, each with a state of its own; a window is the merge of its panes. A queue of two stacks makes that
/// about three merges a hop, however much the windows overlap.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/epochs.hpp"
#include "partition.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
/// Merges of consecutive panes from … to − 1 for windows that only advance: suffixes of the older panes, and one sum of the newer. States are
/// assigned to, not made anew, so that their memory serves again. A cache: a copy of it is empty.
template <class S>
class pane_queue {
 public:
  pane_queue() = default;
  pane_queue(pane_queue const&) noexcept {}
  pane_queue(pane_queue&&) noexcept = default;
  auto operator=(pane_queue const&) noexcept -> pane_queue& { return forget(), *this; }
  auto operator=(pane_queue&&) noexcept -> pane_queue& = default;
  ~pane_queue() = default;

  void forget() noexcept { older_.clear(), newer_.reset(), joined_.reset(); }

  /// The merge of panes from … to − 1, valid until the next call. `pane(k)` gives a pointer, null where there is nothing. Windows that step back
  /// start anew.
  template <class Pane>
  auto joined(std::int64_t from, std::int64_t to, S const& blank, Pane const& pane) -> S const& {
    if (!newer_ || from < from_ || to < to_) middle_ = from, to_ = to;  // anew
    for (; to_ < to; ++to_)
      if (auto const* p = pane(to_)) newer_->merge(*p);
    if (from >= middle_) {  // the older panes are gone: turn the newer over, the oldest suffix last
      auto const n = static_cast<std::size_t>(to - from);
      older_.resize(n, blank);
      for (std::size_t j = 0; j < n; ++j) {
        if (j == 0) older_[0] = blank;
        else older_[j] = older_[j - 1];
        if (auto const* p = pane(to - 1 - static_cast<std::int64_t>(j))) older_[j].merge(*p);
      }
      middle_ = to;
      newer_ = blank;
    }
    from_ = from;
    joined_ = middle_ > from ? older_[static_cast<std::size_t>(middle_ - from) - 1] : blank;
    joined_->merge(*newer_);
    return *joined_;
  }

 private:
  std::vector<S> older_;    // merges of panes k … middle_ − 1, for k from middle_ − 1 down to where they were turned over
  std::optional<S> newer_;  // of panes middle_ … to_ − 1; nothing: the queue is empty
  std::optional<S> joined_;
  std::int64_t from_ = 0, middle_ = 0, to_ = 0;
};
}  // namespace detail

/// A study in sliding windows. Made by `sliding(…) | study`; `Latest` keeps the panes of the latest window only.
template <analysis A, tick D, bool Latest>
class window_division : public analysis_base {
 public:
  using takes = events;

  window_division(D length, D hop, A study) : length_(length), hop_(hop), study_(std::move(study)) {}

  /// One state a pane that was touched, ascending; pane k covers [k·hop, (k + 1)·hop) from where bins are counted.
  template <tick T, class S>
  class state : public state_base {
   public:
    struct pane : state_base {
      std::int64_t index{};
      T absorbed{};
      S part;
      pane(std::int64_t k, S blank) : index(k), part(std::move(blank)) {}
      static auto fields(auto& s) { return std::tie(s.index, s.absorbed, s.part); }
    };

    state(T anchor, T hop, std::int64_t panes, S blank) : anchor_(anchor), hop_(hop), length_(panes), blank_(std::move(blank)) {}
    static auto fields(auto& s) { return std::tie(s.begin_, s.seen_, s.panes_); }
    static auto setup(auto const& s) { return std::tie("hop", s.hop_, "hops a window", s.length_, s.anchor_); }
    /// An element for a list of panes that is restored.
    [[nodiscard]] auto blank() const -> pane { return pane(0, blank_); }

    void expect(window<T> w) const { seen_.expect_new(w); }
    void absorb(event_block<T> const& b) {
      if (b.when.empty()) return;
      seen_.add(b.when);
      begin_ = (std::min)(begin_, b.when.begin);
      for (auto k = floor_div((b.when.begin - anchor_).count(), hop_.count()); start_of(k) < b.when.end; ++k) {
        auto const w = intersection(b.when, window<T>{start_of(k), start_of(k + 1)});
        if (!panes_.empty() && k < panes_.back().index) queue_.forget();
        auto& p = at(k);
        p.absorbed += w.length();
        p.part.absorb(b.within(w));
      }
      drop_old();
    }
    auto merge(state const& o) -> state& {
      if (hop_ != o.hop_ || length_ != o.length_ || anchor_ != o.anchor_) throw error("sliding: states of different windows cannot be merged");
      seen_.add_all(o.seen_);
      begin_ = (std::min)(begin_, o.begin_);
      queue_.forget();
      for (auto const& p : o.panes_) {
        auto& mine = at(p.index);
        mine.absorbed += p.absorbed;
        mine.part.merge(p.part);
      }
      drop_old();
      return *this;
    }

    void settle(T before) {
      seen_.fill_until(before);
      for (auto& p : panes_)
        if (start_of(p.index) < before) detail::settle(p.part, (std::min)(before, start_of(p.index + 1)));
      queue_.forget();
    }

    /// Calls f(window, time absorbed in it, merged state) for each window within the time absorbed that has any, ascending.
    template <class F>
    void each(F&& f) const {
      detail::pane_queue<S> queue;
      for (auto k = ceil_div((begin_ - anchor_).count(), hop_.count()); k + length_ <= complete();) {
        auto const p = place(k);
        if (p == panes_.end()) return;
        if (p->index >= k + length_) {  // a gap wider than a window
          k = p->index - length_ + 1;
          continue;
        }
        T total{};
        for (auto q = p; q != panes_.end() && q->index < k + length_; ++q) total += q->absorbed;
        f(window<T>{start_of(k), start_of(k + length_)}, total, queue.joined(k, k + length_, blank_, [this](std::int64_t i) { return find(i); }));
        ++k;
      }
    }
    /// The merged state of the latest window within the time absorbed; empty before there is one.
    [[nodiscard]] auto latest() const -> S const& {
      auto const to = complete();
      if (panes_.empty() || start_of(to - length_) < begin_) return blank_;
      return queue_.joined(to - length_, to, blank_, [this](std::int64_t i) { return find(i); });
    }
    [[nodiscard]] auto panes() const noexcept -> std::vector<pane> const& { return panes_; }

   private:
    [[nodiscard]] auto start_of(std::int64_t k) const noexcept -> T { return anchor_ + hop_ * k; }
    [[nodiscard]] auto complete() const noexcept -> std::int64_t { return floor_div((seen_.hull().end - anchor_).count(), hop_.count()); }
    [[nodiscard]] auto place(std::int64_t k) const {
      return std::lower_bound(panes_.begin(), panes_.end(), k, [](pane const& p, std::int64_t i) { return p.index < i; });
    }
    [[nodiscard]] auto find(std::int64_t k) const -> S const* {
      auto const p = place(k);
      return p != panes_.end() && p->index == k ? &p->part : nullptr;
    }
    auto at(std::int64_t k) -> pane& {
      if (!panes_.empty() && panes_.back().index == k) return panes_.back();
      auto const p = panes_.begin() + (place(k) - panes_.cbegin());
      return p != panes_.end() && p->index == k ? *p : *panes_.insert(p, pane(k, blank_));
    }
    /// What lies before the latest window goes; whichever part of a recording drops it, the whole would have dropped it too.
    void drop_old() {
      if constexpr (Latest) {
        auto const first = complete() - length_;
        panes_.erase(panes_.begin(), panes_.begin() + (place(first) - panes_.cbegin()));
        if (!seen_.empty() && seen_.windows().front().begin < start_of(first)) seen_ = restricted(seen_, {start_of(first), seen_.hull().end});
      }
    }

    T anchor_, hop_;
    std::int64_t length_;  // panes a window
    S blank_;
    T begin_ = (T::max)();  // of all time absorbed
    epochs<T> seen_;
    std::vector<pane> panes_;
    mutable detail::pane_queue<S> queue_;
  };

  template <tick T>
  [[nodiscard]] auto start(layout<T> const& l) const {
    auto const hop = std::chrono::round<T>(hop_);
    if (hop <= T{}) throw error("sliding: the hop is shorter than a tick of this recording; take a longer one");
    return state<T, state_of<A, T>>(l.anchor.at, hop, length_ / hop_, study_.start(l));
  }

  /// Result   a `part_table` by window, ascending; of `live()`, the study's result for the latest window
  template <tick T, class S>
  [[nodiscard]] auto finish(state<T, S> const& s) const {
    if constexpr (Latest) {
      return study_.finish(s.latest());
    } else {
      using result = decltype(study_.finish(s.latest()));
      std::vector<part_row<window<T>, result>> rows;
      rows.reserve(s.panes().size());
      s.each([&](window<T> w, T total, S const& merged) { rows.push_back({w, in_seconds(total), study_.finish(merged)}); });
      return part_table<window<T>, result>(std::move(rows));
    }
  }

  /// The form for data that arrive without end: only the panes of the latest window are kept, and `finish` gives its result.
  [[nodiscard]] auto live() const {
    auto inner = detail::live_form(study_);
    return window_division<decltype(inner), D, true>(length_, hop_, std::move(inner));
  }

 private:
  D length_, hop_;
  A study_;
};

/// A partition into windows of `length` that advance by `hop`, from where bins are counted: [0, length), [hop, hop + length), …
///
/// Windows that the time absorbed does not reach around are left out; a window with a gap says how many seconds it has.
///
/// Result   of the study: a `part_table<window<T>, …>`, each row what the study gives for that window alone; under `stream`, the result of the
///          latest window
/// Errors   `error` unless the window is a whole number of hops
/// Cost     about three merges a hop, whatever the overlap. Memory: a state a hop; under `stream`, those of one window
template <tick D>
class sliding : public partition_base {
 public:
  sliding(D length, D hop) : length_(length), hop_(hop) {
    if (hop <= D{} || length < hop || length % hop != D{})
      throw error({.where = "sliding", .place = {}, .problem = "the window must be a whole number of hops", .expected = {}, .found = std::to_string(in_ms(length)) + " ms in hops of " + std::to_string(in_ms(hop)) + " ms", .advice = "lengthen the window to the next multiple of the hop"});
  }
  template <analysis A>
  [[nodiscard]] auto over(A study) const -> window_division<A, D, false> {
    return {length_, hop_, std::move(study)};
  }

 private:
  D length_, hop_;
};
template <tick A, tick B>
sliding(A, B) -> sliding<std::common_type_t<A, B>>;

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
