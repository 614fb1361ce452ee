// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A study for each group of units: `recording | by_key(shank_of_unit) | split(cells) | pyramid(scales) | measure(…)`.

#include <algorithm>
#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../core/epochs.hpp"
#include "partition.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A study divided by groups of units. Made by `by_key(…) | study`.
template <analysis A, class Key>
class key_division : public analysis_base {
 public:
  using takes = events;

  key_division(std::vector<Key> of_unit, A study) : of_unit_(std::move(of_unit)), keys_(of_unit_), study_(std::move(study)) {
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  }

  /// One state per key; all absorb the same time, each the events of its own units.
  template <tick T, class S>
  class state : public state_base {
   public:
    state(std::shared_ptr<std::vector<unit_index> const> group, std::vector<S> parts) : group_(std::move(group)), parts_(std::move(parts)) {}
    static auto fields(auto& s) { return std::tie(s.seen_, s.parts_); }
    static auto setup(auto const& s) { return std::tie("groups", *s.group_); }

    void expect(window<T> w) const { seen_.expect_new(w); }
    /// Events by group, in time order within each: counted, then laid out.
    void absorb(event_block<T> const& b) {
      seen_.add(b.when);
      auto const n = b.size();
      auto const& group = *group_;
      auto* const at = detail::working<state, std::int64_t>(n);
      auto* const unit = detail::working<state, unit_index>(n);
      auto* const end = detail::working<state, std::size_t>(parts_.size() + 1);
      std::fill_n(end, parts_.size() + 1, std::size_t{0});
      for (std::size_t k = 0; k < n; ++k) ++end[group[b.unit[k]] + 1];
      for (std::size_t g = 0; g < parts_.size(); ++g) end[g + 1] += end[g];  // now where each group begins; moved on to its end below
      for (std::size_t k = 0; k < n; ++k) {
        auto const to = end[group[b.unit[k]]]++;
        at[to] = b.at[k], unit[to] = b.unit[k];
      }
      for (std::size_t g = 0; g < parts_.size(); ++g) {
        auto const from = g == 0 ? 0 : end[g - 1];
        parts_[g].absorb(event_block<T>{b.when, {at + from, end[g] - from}, {unit + from, end[g] - from}});
      }
    }
    auto merge(state const& o) -> state& {
      if (*group_ != *o.group_) throw error("by_key: states of different groups cannot be merged");
      seen_.add_all(o.seen_);
      for (std::size_t g = 0; g < parts_.size(); ++g) parts_[g].merge(o.parts_[g]);
      return *this;
    }
    void settle(T before) {
      seen_.fill_until(before);
      for (auto& p : parts_) detail::settle(p, before);
    }

    /// The state of each key, ascending.
    [[nodiscard]] auto parts() const noexcept -> std::vector<S> const& { return parts_; }
    [[nodiscard]] auto seen() const noexcept -> epochs<T> const& { return seen_; }

   private:
    std::shared_ptr<std::vector<unit_index> const> group_;  // of each unit
    std::vector<S> parts_;
    epochs<T> seen_;
  };

  template <tick T>
  [[nodiscard]] auto start(layout<T> const& l) const {
    if (l.units != of_unit_.size())
      throw error({.where = "by_key", .place = {}, .problem = "the keys do not fit the recording", .expected = std::to_string(l.units) + " units", .found = std::to_string(of_unit_.size()) + " keys", .advice = "give one key per unit, silent units included"});
    std::vector<unit_index> group;
    for (auto const& key : of_unit_) group.push_back(static_cast<unit_index>(std::lower_bound(keys_.begin(), keys_.end(), key) - keys_.begin()));
    std::vector<state_of<A, T>> parts;
    for (std::size_t g = 0; g < keys_.size(); ++g) {
      std::vector<bool> members(l.units);
      for (std::size_t u = 0; u < l.units; ++u) members[u] = group[u] == g && l.has(u);
      auto part = l;
      part.members = std::make_shared<std::vector<bool> const>(std::move(members));
      parts.push_back(study_.start(part));
    }
    return state<T, state_of<A, T>>(std::make_shared<std::vector<unit_index> const>(std::move(group)), std::move(parts));
  }

  /// Result   a `part_table` by key, ascending
  template <tick T, class S>
  [[nodiscard]] auto finish(state<T, S> const& s) const {
    using result = decltype(study_.finish(s.parts()[0]));
    std::vector<part_row<Key, result>> rows;
    for (std::size_t g = 0; g < keys_.size(); ++g) rows.push_back({keys_[g], in_seconds(s.seen().total()), study_.finish(s.parts()[g])});
    return part_table<Key, result>(std::move(rows));
  }
  [[nodiscard]] auto live() const {
    auto inner = detail::live_form(study_);
    return key_division<decltype(inner), Key>(of_unit_, std::move(inner));
  }

 private:
  std::vector<Key> of_unit_, keys_;
  A study_;
};

/// A partition by a key of each unit: electrode group, shank, layer, area. Populations of a part are the units of its key.
///
/// Result   of the study: a `part_table<Key, …>`, one row a key, ascending
/// Errors   `error` from `start` if there is not one key per unit
template <std::totally_ordered Key>
class by_key : public partition_base {
 public:
  explicit by_key(std::vector<Key> of_unit) : of_unit_(std::move(of_unit)) {}
  template <analysis A>
  [[nodiscard]] auto over(A study) const -> key_division<A, Key> {
    return {of_unit_, std::move(study)};
  }

 private:
  std::vector<Key> of_unit_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
