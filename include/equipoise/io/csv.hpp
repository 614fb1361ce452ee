// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// CSV in: labels of units, brain states, spikes. Each error names the file, the row and what stood there.

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../classify/labels.hpp"
#include "../core/epochs.hpp"
#include "../spikes/recording.hpp"
#include "table.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Classes given by the user: columns `unit,class`, class E, I, RS, FS or none in any case. The path may be a pipe.
///
/// Result   a labelling, method "given", not putative; units without a label are neither
/// Errors   `error` for a class that is none of these, a unit labelled twice, a unit that is nowhere in the recording. A unit that the file lists
///          but that has no spikes or was left out as noise may have a label
inline auto read_labels_csv(std::string const& path, recording const& of) -> labelling {
  auto const t = read_table(path);
  auto const unit = t.need("unit"), kind = t.need("class");
  std::vector<std::pair<std::int64_t, cell>> labels;
  std::map<std::int64_t, std::size_t> seen;
  for (std::size_t r = 0; r < t.rows.size(); ++r) {
    auto const id = t.number<std::int64_t>(r, unit);
    auto word = t.rows[r][kind];
    std::erase_if(word, [](unsigned char c) { return std::isspace(c) != 0; });
    auto const c = cell_named(word);
    if (!c) throw error({.where = path, .place = t.place(r), .problem = "an unknown class", .expected = "E, I, RS, FS or none", .found = "'" + t.rows[r][kind] + "'", .advice = "write one of these, or leave the row out"});
    if (auto const [at, fresh] = seen.emplace(id, r); !fresh)
      throw error({.where = path, .place = t.place(r), .problem = "unit " + std::to_string(id) + " has a label already", .expected = "one row per unit", .found = "another in " + t.place(at->second), .advice = "keep one of the two rows"});
    labels.emplace_back(id, *c);
  }
  return detail::placed(path, {}, [&] { return given_labels(of, labels, of.dropped_ids); });
}

/// Brain states: columns `begin_s,end_s,state`, seconds rounded to the nearest nanosecond.
///
/// Errors   `error` if a number cannot be read, a state has no name or does not end after it begins, or two overlap
inline auto read_epochs_csv(std::string const& path) -> epoch_table<std::chrono::nanoseconds> {
  auto const t = read_table(path);
  auto const begin = t.need("begin_s"), end = t.need("end_s"), state = t.need("state");
  std::vector<epoch<std::chrono::nanoseconds>> rows;
  for (std::size_t r = 0; r < t.rows.size(); ++r) {
    rows.push_back({{t.time(r, begin), t.time(r, end)}, t.rows[r][state]});
    if (rows.back().when.empty())
      throw error({.where = path, .place = t.place(r), .problem = "state '" + rows.back().label + "' does not end after it begins", .expected = "end_s above " + t.rows[r][begin], .found = t.rows[r][end], .advice = "correct begin_s and end_s"});
    if (rows.back().label.empty()) throw error({.where = path, .place = t.place(r), .problem = "a state without a name", .expected = {}, .found = {}, .advice = "name it in the column state"});
  }
  return detail::placed(path, {}, [&] { return epoch_table<std::chrono::nanoseconds>(std::move(rows)); });
}

/// Spikes: columns `unit,time_s`, or `unit,sample` with a rate; `unit` may be called `unit_id`. Rows in any order of units; times of the whole file
/// ascending unless `sort`.
struct spikes_csv_options {
  std::optional<double> rate_hz{};                       ///< of `sample`
  std::optional<std::chrono::nanoseconds> begin{}, end{}; ///< the extent; without `end`, the last spike plus one tick, with a warning
  bool sort = false;                                     ///< sort unsorted rows, and say how many were out of place
};

/// Result   a recording without waveforms; units in ascending order of their numbers
/// Errors   `error` for missing columns, unreadable numbers, unsorted rows, spikes outside the extent
inline auto read_spikes_csv(std::string const& path, spikes_csv_options const& options = {}) -> recording {
  auto const t = read_table(path);
  auto const unit = t.column("unit_id") ? t.need("unit_id") : t.need("unit");
  auto const sample = t.column("sample");
  if (sample && !options.rate_hz) throw error({.where = path, .place = "row 1", .problem = "times are samples, and no sampling rate was given", .expected = {}, .found = {}, .advice = "give the rate in Hz, or write a column time_s"});
  auto const time = sample ? *sample : t.need("time_s");
  recording r;
  r.source = path, r.format = "csv", r.rate_hz = options.rate_hz.value_or(0);
  std::vector<std::int64_t> at, ids;
  std::int64_t unsorted = 0;
  auto const clock = sample ? std::optional(sample_clock(*options.rate_hz)) : std::nullopt;
  for (std::size_t k = 0; k < t.rows.size(); ++k) {
    auto const n = clock ? t.number<std::int64_t>(k, time) : 0;
    at.push_back((clock ? detail::placed(path, t.place(k), [&] { return (*clock)(n); }) : t.time(k, time)).count());
    ids.push_back(t.number<std::int64_t>(k, unit));
    if (k > 0 && at[k] < at[k - 1]) {
      ++unsorted;
      if (!options.sort) throw error({.where = path, .place = t.place(k), .problem = "times are not ascending", .expected = {}, .found = {}, .advice = "sort the rows by time, or ask for it with sort"});
    }
  }
  auto known = ids;
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  std::vector<unit_index> units;
  for (auto const id : ids) units.push_back(static_cast<unit_index>(std::lower_bound(known.begin(), known.end(), id) - known.begin()));
  for (auto const id : known) r.units.push_back({.id = id, .quality = unit_quality::unsorted, .channel = -1, .columns = {}});
  auto const begin = options.begin.value_or(std::chrono::nanoseconds{0});
  auto const last = at.empty() ? begin : std::chrono::nanoseconds{*std::max_element(at.begin(), at.end()) + 1};
  if (unsorted > 0) r.warnings.push_back({"unsorted_times", std::to_string(unsorted) + " rows stood before the time of the row above; they were sorted as asked"});
  if (!options.end) r.warnings.push_back({"no_extent", "the file does not say when the recording ended; its last spike was taken: give the end"});
  r.spikes_in_file = std::ssize(at), r.units_in_file = known.size();
  window<std::chrono::nanoseconds> const when{begin, options.end.value_or((std::max)(last, begin))};
  for (std::size_t k = 0; k < at.size(); ++k)
    if (!when.contains(std::chrono::nanoseconds{at[k]}))
      throw error({.where = path, .place = t.place(k), .problem = "a spike lies outside the recording", .expected = std::to_string(in_seconds(when.begin)) + " to " + std::to_string(in_seconds(when.end)) + " s",
                   .found = "'" + t.rows[k][time] + "'", .advice = "give the extent of the recording (begin, end)"});
  r.table = spike_table<std::chrono::nanoseconds>::sorted(std::move(at), std::move(units), known.size(), when);
  return r;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
