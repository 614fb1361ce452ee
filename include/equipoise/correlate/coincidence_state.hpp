// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The state behind correlograms: pairs of spikes by both rows and the slot of their difference, over stretches of consecutive time.
///
/// Stretches keep their first and last events; where two become neighbours the pairs across the seam are added. Pairs never span a gap.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "../concepts/fold.hpp"
#include "../core/epochs.hpp"
#include "../simd/coincidences.hpp"
#include "carrying_table.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace detail {

/// A row per unit that takes part; `none` for the others.
inline constexpr std::uint32_t no_row = ~std::uint32_t{0};

/// Tables above this many bytes are filled row by row, so that the part in use stays in the cache; and the events looked at together then.
inline constexpr std::size_t table_in_cache = std::size_t{6} << 20, events_together = std::size_t{1} << 19;

/// Events of one stretch near one of its ends.
struct fringe_events {
  std::vector<std::int64_t> at;
  std::vector<std::uint32_t> row;
  static auto fields(auto& s) { return std::tie(s.at, s.row); }
  auto operator==(fringe_events const&) const -> bool = default;
};
}  // namespace detail

/// Pairs of events by (row of the earlier, row of the later, slot of the difference). Made by `correlograms`.
///
/// Memory   rows² × slots × 4 bytes, and per stretch of consecutive time the events within reach of its ends
template <tick T>
class coincidence_state : public state_base {
 public:
  coincidence_state(std::shared_ptr<std::vector<std::uint32_t> const> row_of, std::size_t rows, simd::lag_slots slots)
      : row_of_(std::move(row_of)), slots_(slots), spikes_(rows), table_(size_of(rows, slots)) {}
  static auto fields(auto& s) { return std::tie(s.spikes_, s.runs_, s.settled_, s.table_); }
  static auto setup(auto const& s) { return std::tie("rows", *s.row_of_, "slots", s.slots_.width, s.slots_.offset, s.slots_.reach); }
  [[nodiscard]] auto restored() const -> bool { return table_.size() == spikes_.size() * spikes_.size() * slots_.size(); }

  void expect(window<T> w) const {
    auto const at = std::lower_bound(runs_.begin(), runs_.end(), w.begin.count(), [](run const& r, std::int64_t t) { return r.end <= t; });
    if (at != runs_.end() && at->begin < w.end.count()) throw error("correlograms: part of that time has been absorbed already");
  }
  void absorb(event_block<T> const& b) {
    if (b.when.empty()) return;
    expect(b.when);
    auto rest = b;
    while (rest.size() > detail::events_together && rest.at[detail::events_together] > rest.at[0]) {  // cut between two ticks
      T const cut{rest.at[detail::events_together]};
      piece(rest.within({rest.when.begin, cut}));
      rest = rest.within({cut, rest.when.end});
    }
    piece(rest);
  }
  auto merge(coincidence_state const& o) -> coincidence_state& {
    if (*row_of_ != *o.row_of_ || !(slots_ == o.slots_)) throw error("correlograms: states of other units or bins cannot be merged");
    for (auto const& r : o.runs_) expect({T{r.begin}, T{r.end}});
    std::transform(spikes_.begin(), spikes_.end(), o.spikes_.begin(), spikes_.begin(), std::plus{});
    table_.add(o.table_);
    settled_.insert(settled_.end(), o.settled_.begin(), o.settled_.end());
    std::sort(settled_.begin(), settled_.end());
    for (auto const& r : o.runs_) {
      auto at = place(r.begin);
      if (at != runs_.end() && at->end == r.begin) join(*at, r);
      else at = runs_.insert(at, r);
      close(at);
    }
    return *this;
  }
  /// Stretches that end before `before` will not grow any more: only their lengths are kept.
  void settle(T before) {
    auto const end = std::find_if(runs_.begin(), runs_.end(), [&](run const& r) { return r.end >= before.count(); });
    for (auto r = runs_.begin(); r != end; ++r) settled_.push_back(r->end - r->begin);
    std::sort(settled_.begin(), settled_.end());
    runs_.erase(runs_.begin(), end);
  }

  [[nodiscard]] auto rows() const noexcept -> std::size_t { return spikes_.size(); }
  [[nodiscard]] auto spikes() const noexcept -> std::vector<std::int64_t> const& { return spikes_; }
  [[nodiscard]] auto table() const& noexcept -> detail::carrying_table const& { return table_; }
  [[nodiscard]] auto table() && noexcept -> detail::carrying_table { return std::move(table_); }
  /// The lengths of all stretches of consecutive time, in ticks, ascending.
  [[nodiscard]] auto stretches() const -> std::vector<std::int64_t> {
    auto all = settled_;
    for (auto const& r : runs_) all.push_back(r.end - r.begin);
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  struct run {
    std::int64_t begin{}, end{};
    detail::fringe_events head, tail;  // within reach of its ends
    static auto fields(auto& s) { return std::tie(s.begin, s.end, s.head, s.tail); }
    auto operator==(run const&) const -> bool = default;
  };

  void piece(event_block<T> const& b) {
    auto const begin = b.when.begin.count(), end = b.when.end.count();
    auto at = place(begin);
    if (at == runs_.end() || at->end != begin) at = runs_.insert(at, run{.begin = begin, .end = begin, .head = {}, .tail = {}});
    // [the run's tail | the block's events that take part]
    auto const n = at->tail.at.size() + b.size();
    auto* const times = detail::working<run, std::int64_t>(n + 1);
    auto* const rows = detail::working<run, std::uint32_t>(n + 1);
    auto m = at->tail.at.size();
    std::copy(at->tail.at.begin(), at->tail.at.end(), times), std::copy(at->tail.row.begin(), at->tail.row.end(), rows);
    auto const fresh = m;
    for (std::size_t k = 0; k < b.size(); ++k) {
      auto const row = (*row_of_)[b.unit[k]];
      times[m] = b.at[k], rows[m] = row;
      m += static_cast<std::size_t>(row != detail::no_row);
    }
    for (auto k = fresh; k < m; ++k) ++spikes_[rows[k]];
    count(times, rows, m, m, fresh);
    std::span const new_times(times + fresh, m - fresh);
    std::span const new_rows(rows + fresh, m - fresh);
    extend(*at, new_times, new_rows, new_times, new_rows, end);
    close(at);
  }

  static auto size_of(std::size_t rows, simd::lag_slots const& slots) -> std::size_t {
    if (rows > 0 && rows * slots.size() > (std::numeric_limits<std::uint32_t>::max)() / rows) throw error("correlograms: the table would have more than 2^32 counts; take fewer units or bins");
    return rows * rows * slots.size();
  }
  auto place(std::int64_t begin) -> typename std::vector<run>::iterator {
    return std::lower_bound(runs_.begin(), runs_.end(), begin, [](run const& x, std::int64_t t) { return x.end < t; });
  }
  void close(typename std::vector<run>::iterator at) {
    if (auto const next = std::next(at); next != runs_.end() && next->begin == at->end) {
      join(*at, *next);
      runs_.erase(next);
    }
  }
  void join(run& a, run const& b) {
    auto const n = a.tail.at.size() + b.head.at.size();
    std::vector<std::int64_t> times(a.tail.at);
    times.insert(times.end(), b.head.at.begin(), b.head.at.end());
    std::vector<std::uint32_t> rows(a.tail.row);
    rows.insert(rows.end(), b.head.row.begin(), b.head.row.end());
    count(times.data(), rows.data(), n, a.tail.at.size(), a.tail.at.size());
    extend(a, b.head.at, b.head.row, b.tail.at, b.tail.row, b.end);
  }
  using ticks_of_events = std::span<std::int64_t const>;
  using rows_of_events = std::span<std::uint32_t const>;
  /// What follows a run, up to `end`: its events near its begin, and those near its end.
  void extend(run& r, ticks_of_events early, rows_of_events early_row, ticks_of_events late, rows_of_events late_row, std::int64_t end) {
    if (r.end - r.begin < slots_.reach) {
      auto const take = std::lower_bound(early.begin(), early.end(), r.begin + slots_.reach) - early.begin();
      r.head.at.insert(r.head.at.end(), early.begin(), early.begin() + take), r.head.row.insert(r.head.row.end(), early_row.begin(), early_row.begin() + take);
    }
    r.end = end;
    auto const first = end - std::int64_t{slots_.reach};  // what lies before is out of reach of what may follow
    auto const old = std::lower_bound(r.tail.at.begin(), r.tail.at.end(), first) - r.tail.at.begin();
    r.tail.at.erase(r.tail.at.begin(), r.tail.at.begin() + old), r.tail.row.erase(r.tail.row.begin(), r.tail.row.begin() + old);
    auto const skip = std::lower_bound(late.begin(), late.end(), first) - late.begin();
    r.tail.at.insert(r.tail.at.end(), late.begin() + skip, late.end()), r.tail.row.insert(r.tail.row.end(), late_row.begin() + skip, late_row.end());
  }

  /// Pairs of the events 0 … until − 1 with later ones from `from` to n − 1.
  void count(std::int64_t const* times, std::uint32_t const* rows, std::size_t n, std::size_t until, std::size_t from) {
    auto const reach = std::int64_t{slots_.reach};
    for (std::size_t done = from; done < n;) {  // chunks of new events, with the earlier ones within reach before them
      auto const base = times[done] - reach;
      auto const first = static_cast<std::size_t>(std::lower_bound(times, times + done, base + 1) - times);
      auto const most = (std::min)(n, done + detail::events_together);
      auto const last = static_cast<std::size_t>(std::lower_bound(times + done, times + most, base + std::int64_t{simd::latest_event}) - times);
      if (until > first) count_chunk(times + first, rows + first, last - first, (std::min)(until, last) - first, done - first, base);
      done = last;
    }
  }
  void count_chunk(std::int64_t const* times, std::uint32_t const* rows, std::size_t n, std::size_t until, std::size_t from, std::int64_t base) {
    auto const width = static_cast<std::uint32_t>(slots_.size());
    auto const all = static_cast<std::uint32_t>(this->rows());
    auto* const at = detail::working<coincidence_state, std::uint32_t>(3 * n + 2 * simd::coincidence_padding);
    auto* const column = at + n + simd::coincidence_padding;
    auto* const other = column + n + simd::coincidence_padding;
    std::transform(times, times + n, at, [base](std::int64_t t) { return static_cast<std::uint32_t>(t - base); });
    std::fill_n(at + n, simd::coincidence_padding, ~std::uint32_t{0});
    std::transform(rows, rows + n, column, [width](std::uint32_t r) { return r * width; });
    std::fill_n(column + n, simd::coincidence_padding, 0u);
    auto tell = [this](std::size_t found) { table_.expect(found); };
    if (table_.size() * sizeof(std::uint32_t) <= detail::table_in_cache) {
      std::transform(rows, rows + n, other, [width, all](std::uint32_t r) { return r * width * all; });
      simd::coincidences<simd::best_arch>(slots_, at, other, column, until, from, table_.data(), tell);
      return;
    }
    auto* const begin = detail::working<coincidence_state, std::size_t>(all + 1);  // events by row: counted, then listed
    std::fill_n(begin, all + 1, std::size_t{0});
    for (std::size_t k = 0; k < until; ++k) ++begin[rows[k] + 1];
    std::partial_sum(begin, begin + all + 1, begin);
    for (std::size_t k = 0; k < until; ++k) other[begin[rows[k]]++] = static_cast<std::uint32_t>(k);
    for (std::size_t r = 0; r < all; ++r) {
      auto const first = r == 0 ? 0 : begin[r - 1];
      simd::coincidences_of_row<simd::best_arch>(slots_, at, column, other + first, begin[r] - first, from, table_.data() + r * all * width, tell);
    }
  }

  std::shared_ptr<std::vector<std::uint32_t> const> row_of_;  // of each unit
  simd::lag_slots slots_;
  std::vector<std::int64_t> spikes_;   // of each row
  std::vector<run> runs_;              // ascending; neighbours are joined
  std::vector<std::int64_t> settled_;  // lengths, ascending
  detail::carrying_table table_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
