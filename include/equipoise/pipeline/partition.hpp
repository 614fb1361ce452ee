// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What all partitions share: the table of results they give, one row a part.
///
/// A partition decides which state absorbs what: `by_state` and `sliding` divide time, `by_key` divides units. Pages: docs/reference/partition.md

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "stream.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// One part of a recording, and what a study found in it.
template <class Key, class Result>
struct part_row {
  Key key;           ///< a brain state's label, an electrode group, a window
  double seconds{};  ///< time of the part that was absorbed
  Result result;     ///< as the study gives it for a whole recording
};

/// The result of a partition: rows in the order of the parts; `table[key]` finds one.
///
/// Errors   `table[key]` throws `error` that names the keys there are
template <class Key, class Result>
class part_table {
 public:
  using row = part_row<Key, Result>;

  explicit part_table(std::vector<row> rows = {}) : rows_(std::move(rows)) {}
  [[nodiscard]] auto begin() const noexcept { return rows_.begin(); }
  [[nodiscard]] auto end() const noexcept { return rows_.end(); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return rows_.size(); }
  [[nodiscard]] auto empty() const noexcept -> bool { return rows_.empty(); }
  [[nodiscard]] auto rows() const noexcept -> std::vector<row> const& { return rows_; }

  [[nodiscard]] auto contains(Key const& key) const -> bool { return find(key) != rows_.end(); }
  [[nodiscard]] auto operator[](Key const& key) const -> Result const& {
    if (auto const at = find(key); at != rows_.end()) return at->result;
    std::string there;
    for (auto const& r : rows_) there += (there.empty() ? "" : ", ") + text(r.key);
    throw error({.where = "partition", .place = {}, .problem = "there is no part of that name", .expected = there.empty() ? "nothing: there are no parts" : there, .found = text(key), .advice = {}});
  }

 private:
  [[nodiscard]] auto find(Key const& key) const {
    return std::find_if(rows_.begin(), rows_.end(), [&](row const& r) { return r.key == key; });
  }
  static auto text(Key const& key) -> std::string {
    if constexpr (requires(std::ostringstream& o) { o << key; }) {
      std::ostringstream o;
      o << key;
      return o.str();
    } else {
      return "a key";
    }
  }
  std::vector<row> rows_;
};

namespace detail {
/// An instant in a recording's ticks: the first tick at or after it, so that [a, b) holds exactly the ticks t with a ≤ t < b.
template <tick T, tick D>
auto realised(window<D> w) -> window<T> {
  return {std::chrono::ceil<T>(w.begin), std::chrono::ceil<T>(w.end)};
}
}  // namespace detail

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
