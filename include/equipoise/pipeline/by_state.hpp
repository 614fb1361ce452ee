// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A study for each brain state: `recording | by_state(hypnogram) | split(cells) | pyramid(scales) | measure(…)`.

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/epochs.hpp"
#include "partition.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// How epochs of one label become one result.
struct epoch_options {
  bool own_means = false;  ///< each epoch keeps means of its own (metrics with `apart`): slow drift between epochs is no co-fluctuation
  bool anchored = false;   ///< bins are counted from each epoch's begin, instead of the recording's origin
};

/// A study divided by brain state. Made by `by_state(…) | study`.
template <analysis A, tick D>
class state_division : public analysis_base {
 public:
  using takes = events;

  state_division(std::vector<epoch<D>> epochs, epoch_options how, A study) : epochs_(std::move(epochs)), how_(how), study_(std::move(study)) {}

  /// One state per epoch, and the time absorbed, in epochs or between them.
  template <tick T, class S>
  class state : public state_base {
   public:
    state(std::vector<window<T>> when, std::vector<S> parts) : when_(std::move(when)), parts_(std::move(parts)) {}
    static auto fields(auto& s) { return std::tie(s.seen_, s.parts_); }
    static auto setup(auto const& s) { return std::tie("epochs", s.when_); }

    void expect(window<T> w) const { seen_.expect_new(w); }
    void absorb(event_block<T> const& b) {
      seen_.add(b.when);
      auto k = std::upper_bound(when_.begin(), when_.end(), b.when.begin, [](T t, window<T> const& w) { return t < w.end; }) - when_.begin();
      for (auto at = static_cast<std::size_t>(k); at < when_.size() && when_[at].begin < b.when.end; ++at)
        if (auto const w = intersection(b.when, when_[at]); !w.empty()) parts_[at].absorb(b.within(w));
    }
    auto merge(state const& o) -> state& {
      if (when_ != o.when_) throw error("by_state: states of different epochs cannot be merged");
      seen_.add_all(o.seen_);
      for (std::size_t k = 0; k < parts_.size(); ++k) parts_[k].merge(o.parts_[k]);
      return *this;
    }

    void settle(T before) {
      seen_.fill_until(before);
      for (auto& p : parts_) detail::settle(p, before);
    }

    /// The state of epoch k, in time order: for means over epochs, and for permutations of labels.
    [[nodiscard]] auto parts() const noexcept -> std::vector<S> const& { return parts_; }
    [[nodiscard]] auto when() const noexcept -> std::vector<window<T>> const& { return when_; }
    /// Time of epoch k that was absorbed.
    [[nodiscard]] auto absorbed(std::size_t k) const -> T { return restricted(seen_, when_[k]).total(); }

   private:
    std::vector<window<T>> when_;
    std::vector<S> parts_;
    epochs<T> seen_;
  };

  template <tick T>
  [[nodiscard]] auto start(layout<T> const& l) const {
    std::vector<window<T>> when;
    std::vector<state_of<A, T>> parts;
    for (auto const& e : epochs_) {
      auto part = l;
      when.push_back(detail::realised<T>(e.when));
      part.when = intersection(l.when, when.back());
      if (how_.anchored) part.anchor = {when.back().begin, std::ssize(when)};
      parts.push_back(study_.start(part));
    }
    return state<T, state_of<A, T>>(std::move(when), std::move(parts));
  }

  /// Result   a `part_table` by label, in order of first appearance
  template <tick T, class S>
  [[nodiscard]] auto finish(state<T, S> const& s) const {
    using result = decltype(study_.finish(s.parts()[0]));
    std::vector<part_row<std::string, result>> rows;
    for (auto const& label : labels()) {
      std::vector<S const*> of_label;
      T total{};
      for (std::size_t k = 0; k < epochs_.size(); ++k)
        if (epochs_[k].label == label) of_label.push_back(&s.parts()[k]), total += s.absorbed(k);
      rows.push_back({label, in_seconds(total), joined(std::span<S const* const>(of_label))});
    }
    return part_table<std::string, result>(std::move(rows));
  }

  [[nodiscard]] auto labels() const -> std::vector<std::string> { return epoch_table<D>(epochs_).labels(); }
  [[nodiscard]] auto live() const {
    auto inner = detail::live_form(study_);
    return state_division<decltype(inner), D>(epochs_, how_, std::move(inner));
  }

  /// The result of any choice of epochs' states: those of a label, or of a permutation of labels.
  template <class S>
  [[nodiscard]] auto joined(std::span<S const* const> parts) const {
    if (how_.own_means) {
      if constexpr (requires { study_.finish_apart(parts); }) return study_.finish_apart(parts);
      else throw error("by_state: means of their own need a study that ends in measure(…), or an analysis with finish_apart(parts)");
    }
    auto whole = *parts[0];
    for (auto const* p : parts.subspan(1)) whole.merge(*p);
    return study_.finish(whole);
  }

 private:
  std::vector<epoch<D>> epochs_;
  epoch_options how_;
  A study_;
};

/// A partition by labelled epochs, one state an epoch, joined by label in `finish`. Time outside the epochs is absorbed by no state.
///
/// Bins never span an epoch's end or a gap; epochs of one label that touch (a night scored in pages of 30 s) count as one epoch.
///
/// Result   of the study: a `part_table<std::string, …>`; `table["slow-wave"]["rho"_n]`
/// Errors   `error` if two epochs overlap (from `epoch_table`) or there is none
template <tick D>
class by_state : public partition_base {
 public:
  explicit by_state(epoch_table<D> const& table, epoch_options how = {}) : how_(how) {
    if (table.empty()) throw error("by_state: there are no epochs; give at least one labelled window");
    for (auto const& e : table) {
      if (!epochs_.empty() && epochs_.back().label == e.label && epochs_.back().when.end == e.when.begin) epochs_.back().when.end = e.when.end;
      else epochs_.push_back(e);
    }
  }
  /// Each epoch keeps means of its own.
  [[nodiscard]] auto own_means() const -> by_state {
    auto p = *this;
    return p.how_.own_means = true, p;
  }
  /// Bins are counted from each epoch's begin.
  [[nodiscard]] auto anchored_at_epoch() const -> by_state {
    auto p = *this;
    return p.how_.anchored = true, p;
  }
  template <analysis A>
  [[nodiscard]] auto over(A study) const -> state_division<A, D> {
    return {epochs_, how_, std::move(study)};
  }

 private:
  std::vector<epoch<D>> epochs_;
  epoch_options how_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
