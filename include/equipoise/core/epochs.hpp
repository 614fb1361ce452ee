// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Sets of time: disjoint windows with interval algebra, and epochs that carry a label (brain states).
///
/// `epochs` is both what users write (restrict the recording to these stretches) and what states of the fold keep (which time was absorbed).

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "error.hpp"
#include "time.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A set of time as ascending, disjoint, non-empty windows; windows that touch are one.
///
/// Laws     a & b, a | b, a − b are those of sets of ticks; (a − b) | (a & b) == a; total(a | b) + total(a & b) == total(a) + total(b)
/// Cost     every operation linear in the windows; `add` in order O(1)
template <tick T>
class epochs {
 public:
  using tick_type = T;

  epochs() = default;
  epochs(window<T> w) { add(w); }
  /// Windows in any order. Errors: `error` if one ends before it begins or two share time.
  epochs(std::initializer_list<window<T>> windows) : epochs(std::span<window<T> const>(windows.begin(), windows.size())) {}
  explicit epochs(std::span<window<T> const> windows) {
    std::vector<window<T>> sorted(windows.begin(), windows.end());
    std::sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.begin < b.begin; });
    for (auto const& w : sorted) {
      if (w.end < w.begin) throw error("epochs: a window ends before it begins (" + text(w) + ")");
      if (overlaps(w)) throw error("epochs: two windows share time (" + text(windows_.back()) + " and " + text(w) + "); unite them with a | b if that is meant");
      add(w);
    }
  }

  static auto fields(auto& s) { return std::tie(s.windows_); }
  [[nodiscard]] auto windows() const noexcept -> std::span<window<T> const> { return windows_; }
  [[nodiscard]] auto begin() const noexcept { return windows_.begin(); }
  [[nodiscard]] auto end() const noexcept { return windows_.end(); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return windows_.size(); }
  [[nodiscard]] auto empty() const noexcept -> bool { return windows_.empty(); }
  auto operator==(epochs const&) const -> bool = default;

  /// The sum of the windows' lengths.
  [[nodiscard]] auto total() const noexcept -> T {
    T sum{};
    for (auto const& w : windows_) sum += w.length();
    return sum;
  }
  /// From the first begin to the last end; empty at the origin if there is no window.
  [[nodiscard]] auto hull() const noexcept -> window<T> { return empty() ? window<T>{} : window<T>{windows_.front().begin, windows_.back().end}; }
  [[nodiscard]] auto contains(T t) const noexcept -> bool {
    auto const at = first_ending_after(t);
    return at != windows_.end() && at->begin <= t;
  }
  [[nodiscard]] auto overlaps(window<T> w) const noexcept -> bool {
    if (w.empty()) return false;
    auto const at = first_ending_after(w.begin);
    return at != windows_.end() && at->begin < w.end;
  }

  /// Adds time that is not yet in the set. An empty window changes nothing.
  ///
  /// Errors   `error`, and the set unchanged, if the window shares time with it
  void add(window<T> w) {
    if (w.empty()) return;
    if (!windows_.empty() && windows_.back().end == w.begin) {  // in order: the common case
      windows_.back().end = w.end;
      return;
    }
    expect_new(w);
    auto const at = windows_.begin() + (first_ending_after(w.begin) - windows_.cbegin());
    auto const joins_left = at != windows_.begin() && std::prev(at)->end == w.begin;
    auto const joins_right = at != windows_.end() && at->begin == w.end;
    if (joins_left && joins_right) {
      std::prev(at)->end = at->end;
      windows_.erase(at);
    } else if (joins_left) {
      std::prev(at)->end = w.end;
    } else if (joins_right) {
      at->begin = w.begin;
    } else {
      windows_.insert(at, w);
    }
  }

  /// Adds all time of another set.
  ///
  /// Errors   `error`, and the set unchanged, if the two share time
  void add_all(epochs const& more) {
    for (auto const& w : more) expect_new(w);
    for (auto const& w : more) add(w);
  }
  /// Errors: `error` if the window shares time with the set.
  void expect_new(window<T> w) const {
    if (overlaps(w)) throw error("equipoise: the same time was absorbed twice (" + text(w) + "); each stretch of a recording may enter a state once");
  }
  /// From its begin to t, the set is one window: what lay between is not to be waited for. Nothing changes if the set begins at t or later.
  void fill_until(T t) {
    if (!empty() && windows_.front().begin < t && windows_.front().end < t) *this = *this | epochs(window<T>{windows_.front().begin, t});
  }

  friend auto operator&(epochs const& a, epochs const& b) -> epochs { return combine(a.around(b), b.around(a), [](bool x, bool y) { return x && y; }); }
  friend auto operator|(epochs const& a, epochs const& b) -> epochs { return combine(a.windows(), b.windows(), [](bool x, bool y) { return x || y; }); }
  friend auto operator-(epochs const& a, epochs const& b) -> epochs { return combine(a.windows(), b.windows(), [](bool x, bool y) { return x && !y; }); }

 private:
  static auto text(window<T> w) -> std::string { return std::to_string(in_seconds(w.begin)) + " s to " + std::to_string(in_seconds(w.end)) + " s"; }

  [[nodiscard]] auto first_ending_after(T t) const noexcept {
    return std::upper_bound(windows_.begin(), windows_.end(), t, [](T a, window<T> const& w) { return a < w.end; });
  }

  /// The windows that reach into the hull of another set, so that a short stretch of a long night is cut out quickly.
  [[nodiscard]] auto around(epochs const& o) const noexcept -> std::span<window<T> const> {
    auto const hull = o.hull();
    auto const from = first_ending_after(hull.begin);
    auto const to = std::lower_bound(from, windows_.end(), hull.end, [](window<T> const& w, T end) { return w.begin < end; });
    return {from, to};
  }

  /// Walks the edges of both sets in time order; `keep(in a, in b)` says which stretches stay.
  template <class Keep>
  static auto combine(std::span<window<T> const> a, std::span<window<T> const> b, Keep keep) -> epochs {
    std::vector<std::pair<T, int>> edges;  // (time, which set changes)
    edges.reserve(2 * (a.size() + b.size()));
    for (auto const& w : a) edges.insert(edges.end(), {{w.begin, 0}, {w.end, 0}});
    for (auto const& w : b) edges.insert(edges.end(), {{w.begin, 1}, {w.end, 1}});
    std::sort(edges.begin(), edges.end());
    epochs result;
    bool in[2] = {false, false};
    for (std::size_t k = 0; k < edges.size(); ++k) {
      auto& side = in[edges[k].second];
      side = !side;
      if (k + 1 < edges.size() && keep(in[0], in[1])) result.add({edges[k].first, edges[k + 1].first});
    }
    return result;
  }

  std::vector<window<T>> windows_;
};

template <tick T>
epochs(window<T>) -> epochs<T>;

/// The part of `a` inside `w`.
template <tick T>
auto restricted(epochs<T> const& a, window<T> w) -> epochs<T> {
  return a & epochs<T>(w);
}

/// A stretch of time with the name of what went on: "wake", "slow-wave".
template <tick T>
struct epoch {
  window<T> when;
  std::string label;
  auto operator==(epoch const&) const -> bool = default;
};

/// Labelled epochs in time order, no two of which share time.
///
/// Errors   the constructor throws `error` naming both epochs if two overlap, or one ends before it begins
template <tick T>
class epoch_table {
 public:
  using tick_type = T;

  epoch_table() = default;
  explicit epoch_table(std::vector<epoch<T>> rows) : rows_(std::move(rows)) {
    std::sort(rows_.begin(), rows_.end(), [](auto const& a, auto const& b) { return a.when.begin < b.when.begin; });
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      if (rows_[k].when.end <= rows_[k].when.begin) throw error("epochs: " + text(rows_[k]) + " does not end after it begins");
      if (k > 0 && rows_[k].when.begin < rows_[k - 1].when.end)
        throw error("epochs: two states overlap: " + text(rows_[k - 1]) + " and " + text(rows_[k]) + "; a moment can have one state only: correct the table");
    }
  }

  [[nodiscard]] auto begin() const noexcept { return rows_.begin(); }
  [[nodiscard]] auto end() const noexcept { return rows_.end(); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return rows_.size(); }
  [[nodiscard]] auto empty() const noexcept -> bool { return rows_.empty(); }
  [[nodiscard]] auto operator[](std::size_t k) const noexcept -> epoch<T> const& { return rows_[k]; }
  auto operator==(epoch_table const&) const -> bool = default;

  /// The distinct labels, in order of first appearance.
  [[nodiscard]] auto labels() const -> std::vector<std::string> {
    std::vector<std::string> names;
    for (auto const& r : rows_)
      if (std::find(names.begin(), names.end(), r.label) == names.end()) names.push_back(r.label);
    return names;
  }
  /// All time with that label; empty if there is none.
  [[nodiscard]] auto of(std::string_view label) const -> epochs<T> {
    epochs<T> result;
    for (auto const& r : rows_)
      if (r.label == label) result.add(r.when);
    return result;
  }

 private:
  static auto text(epoch<T> const& e) -> std::string {
    return "'" + e.label + "' (" + std::to_string(in_seconds(e.when.begin)) + " to " + std::to_string(in_seconds(e.when.end)) + " s)";
  }
  std::vector<epoch<T>> rows_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
