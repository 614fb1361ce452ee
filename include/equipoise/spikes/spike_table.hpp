// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// All spikes of a recording, in time order and by unit: the in-memory model that every reader fills. Models `population` and `replayable`.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "blocks.hpp"
#include "spike_vector.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Columns of times and units, ascending in time, with the time that was observed.
///
/// Shape    spikes() rows; units 0 … size() − 1, of which some may be silent
/// Errors   the constructor throws `error` if the columns differ in length, a unit is out of range, times are not ascending or lie outside the
///          observed time; `sorted` is the way to build a table from unsorted columns knowingly
template <tick T>
class spike_table {
 public:
  using tick_type = T;

  spike_table() = default;
  spike_table(std::vector<std::int64_t> at, std::vector<unit_index> unit, std::size_t units, epochs<T> observed)
      : at_(std::move(at)), unit_(std::move(unit)), observed_(std::move(observed)), units_(units) {
    check();
    group();
  }
  spike_table(std::vector<std::int64_t> at, std::vector<unit_index> unit, std::size_t units, window<T> when)
      : spike_table(std::move(at), std::move(unit), units, epochs<T>(when)) {}

  /// Sorts the columns by time first (stable, so equal times keep their order).
  static auto sorted(std::vector<std::int64_t> at, std::vector<unit_index> unit, std::size_t units, epochs<T> observed) -> spike_table {
    if (at.size() == unit.size() && !std::is_sorted(at.begin(), at.end())) {
      std::vector<std::size_t> order(at.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return at[a] < at[b]; });
      std::vector<std::int64_t> times(at.size());
      std::vector<unit_index> owners(unit.size());
      for (std::size_t k = 0; k < order.size(); ++k) times[k] = at[order[k]], owners[k] = unit[order[k]];
      at = std::move(times), unit = std::move(owners);
    }
    return spike_table(std::move(at), std::move(unit), units, std::move(observed));
  }

  /// Units, silent ones included.
  [[nodiscard]] auto size() const noexcept -> std::size_t { return units_; }
  [[nodiscard]] auto spikes() const noexcept -> std::size_t { return at_.size(); }
  /// Times in ticks, ascending; and the unit of each.
  [[nodiscard]] auto at() const noexcept -> std::span<std::int64_t const> { return at_; }
  [[nodiscard]] auto unit() const noexcept -> std::span<unit_index const> { return unit_; }
  [[nodiscard]] auto when() const noexcept -> window<T> { return observed_.hull(); }
  [[nodiscard]] auto observed() const noexcept -> epochs<T> const& { return observed_; }
  [[nodiscard]] auto layout() const noexcept -> equipoise::layout<T> { return {when(), units_}; }
  /// The train of one unit, without a copy. Precondition: u < size().
  [[nodiscard]] auto operator[](unit_index u) const noexcept -> spike_span<T> {
    return {std::span(by_unit_).subspan(first_[u], first_[u + 1] - first_[u]), when()};
  }

  /// A pass over all observed time, in blocks.
  [[nodiscard]] auto blocks(T length = std::chrono::round<T>(std::chrono::seconds{30})) const -> column_blocks<T> { return {at_, unit_, units_, observed_, length}; }
  /// A pass over the observed part of `when` only; the bins' origin does not move.
  [[nodiscard]] auto blocks(epochs<T> const& when, T length = std::chrono::round<T>(std::chrono::seconds{30})) const -> column_blocks<T> {
    return {at_, unit_, units_, observed_ & when, length};
  }

 private:
  void check() const {
    if (at_.size() != unit_.size())
      throw error({.where = "spike_table", .place = {}, .problem = "times and units differ in length", .expected = std::to_string(at_.size()) + " units", .found = std::to_string(unit_.size()), .advice = "give one unit per spike"});
    if (auto const k = std::is_sorted_until(at_.begin(), at_.end()); k != at_.end())
      throw error({.where = "spike_table", .place = "spike " + std::to_string(k - at_.begin()), .problem = "times are not ascending", .expected = "at least " + std::to_string(*std::prev(k)), .found = std::to_string(*k),
                   .advice = "validate(…) counts such places; spike_table::sorted(…) sorts"});
    if (auto const k = std::find_if(unit_.begin(), unit_.end(), [&](unit_index u) { return u >= units_; }); k != unit_.end())
      throw error({.where = "spike_table", .place = "spike " + std::to_string(k - unit_.begin()), .problem = "a unit that is not there", .expected = "less than " + std::to_string(units_), .found = std::to_string(*k), .advice = {}});
    std::size_t k = 0;  // both ascend: one walk
    for (auto const& w : observed_) {
      if (k < at_.size() && at_[k] < w.begin.count()) break;
      while (k < at_.size() && at_[k] < w.end.count()) ++k;
    }
    if (k < at_.size())
      throw error({.where = "spike_table", .place = "spike " + std::to_string(k), .problem = "a spike lies outside the observed time", .expected = {}, .found = std::to_string(in_seconds(T{at_[k]})) + " s",
                   .advice = "give the extent of the recording, not that of its first spikes"});
  }
  void group() {  // counting sort: stable, linear
    first_.assign(units_ + 1, 0);
    for (auto const u : unit_) ++first_[u + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    by_unit_.resize(at_.size());
    auto next = first_;
    for (std::size_t k = 0; k < at_.size(); ++k) by_unit_[next[unit_[k]]++] = at_[k];
  }

  std::vector<std::int64_t> at_, by_unit_;
  std::vector<unit_index> unit_;
  std::vector<std::size_t> first_;
  epochs<T> observed_;
  std::size_t units_ = 0;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
