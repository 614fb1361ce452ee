// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// phy/Kilosort folders (Kilosort 1 to 4, before and after curation) and ALF folders → a recording in nanoseconds.
///
/// How-to   docs/how-to/read_your_data.md

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "phy_folder.hpp"
#include "phy_templates.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

struct phy_options {
  std::optional<double> rate_hz{};                 ///< instead of params.py's sample_rate
  bool good_only = false;                          ///< keep curated good clusters only; else good, mua and unsorted. Noise is always dropped
  std::optional<std::chrono::nanoseconds> begin{}; ///< leave out what comes before; the bins' origin does not move
  std::optional<std::chrono::nanoseconds> end{};   ///< leave out what comes after; the end of the recording, where the folder does not say it
  bool sort = false;                               ///< sort unsorted times, and say how many were out of place
  bool waveforms = true;                           ///< read mean waveforms or templates
};

namespace detail {

/// The folder's spikes before any choice: times in samples (or nanoseconds), clusters, what the tables say.
struct phy_spikes {
  std::filesystem::path folder;
  std::string times_file;
  std::vector<std::int64_t> samples, cluster;
  bool in_nanoseconds = false;  ///< an ALF folder with times in seconds
  std::map<std::string, std::string> params;
  cluster_tables tables;
  std::vector<std::int64_t> ids;  ///< clusters that have spikes or stand in a table, ascending

  explicit phy_spikes(std::string const& path) : folder(path) {
    namespace fs = std::filesystem;
    std::error_code problem;  // asked for, so that a path too long is an error of ours
    if (!fs::exists(folder, problem)) throw error({.where = path, .place = {}, .problem = "no such folder", .expected = {}, .found = problem ? problem.message() : std::string{}, .advice = "give the path of a phy/Kilosort folder"});
    if (!fs::is_directory(folder, problem)) throw error({.where = path, .place = {}, .problem = "not a folder", .expected = "a phy/Kilosort folder", .found = "a file", .advice = "give the folder that holds spike_times.npy"});
    auto first = [&](std::initializer_list<char const*> names) -> std::string {
      for (auto const* n : names)
        if (fs::exists(folder / n)) return n;
      return {};
    };
    times_file = first({"spike_times.npy", "spikes.samples.npy", "spikes.times.npy"});
    auto const clusters_file = first({"spike_clusters.npy", "spikes.clusters.npy", "spike_templates.npy"});
    if (times_file.empty() || clusters_file.empty())
      throw error({.where = "phy: " + path, .place = {}, .problem = std::string("no file with the spikes' ") + (times_file.empty() ? "times" : "clusters"), .expected = times_file.empty() ? "spike_times.npy" : "spike_clusters.npy or spike_templates.npy",
                   .found = {}, .advice = "is this the folder that Kilosort or phy wrote?"});
    auto const times = read_npy((folder / times_file).string());
    in_nanoseconds = times_file == "spikes.times.npy";
    if (in_nanoseconds)
      for (auto const s : as_vector<double>(times)) samples.push_back(placed((folder / times_file).string(), "spike " + std::to_string(samples.size()), [&] { return nanoseconds_from_seconds(s).count(); }));
    else samples = as_vector<std::int64_t>(times);
    cluster = as_vector<std::int64_t>(read_npy((folder / clusters_file).string()));
    if (cluster.size() != samples.size())
      throw error({.where = "phy: " + (folder / clusters_file).string(), .place = {}, .problem = "times and clusters differ in length", .expected = std::to_string(samples.size()) + " (" + times_file + ")", .found = std::to_string(cluster.size()), .advice = "the files belong to different sortings, or one is damaged"});
    if (auto const p = folder / "params.py"; fs::exists(p)) params = read_params(p.string());
    tables = read_cluster_tables(folder);
    std::set<std::int64_t> all(cluster.begin(), cluster.end());
    for (auto const& [id, columns] : tables.columns) all.insert(id);
    ids.assign(all.begin(), all.end());
  }
  [[nodiscard]] auto rate_hz(phy_options const& o) const -> std::optional<double> { return o.rate_hz ? o.rate_hz : python_number(params, "sample_rate", (folder / "params.py").string()); }
  [[nodiscard]] auto format() const -> char const* { return in_nanoseconds || times_file == "spikes.samples.npy" ? "alf" : "phy"; }
  /// A time of the file in nanoseconds; seconds need no rate.
  [[nodiscard]] auto clock(phy_options const& o) const {
    auto const of_samples = placed("phy: " + folder.string(), {}, [&] { return sample_clock(rate_hz(o).value_or(1e9)); });
    return [of_samples, as_they_are = in_nanoseconds](std::int64_t x) { return as_they_are ? std::chrono::nanoseconds{x} : of_samples(x); };
  }
  [[nodiscard]] auto where() const -> std::string { return "phy: " + (folder / times_file).string(); }
  /// The last spike; −1 without one.
  [[nodiscard]] auto last() const -> std::int64_t {
    auto const x = samples.empty() ? -1 : *std::max_element(samples.begin(), samples.end());
    if (x == (std::numeric_limits<std::int64_t>::max)()) throw error({.where = where(), .place = {}, .problem = "a time of " + std::to_string(x) + " is none", .expected = {}, .found = {}, .advice = "is the file damaged?"});
    return x;
  }
  /// Why a cluster is left out; empty if it is kept.
  [[nodiscard]] auto left_out(std::int64_t id, phy_options const& o) const -> std::string {
    auto const q = tables.quality(id);
    if (q == unit_quality::noise) return "noise";
    if (o.good_only && q != unit_quality::good) return q == unit_quality::mua ? "mua" : "unsorted";
    return {};
  }
};

inline void count_dropped(phy_spikes const& f, phy_options const& o, std::map<std::string, dropped_count>& dropped, std::vector<std::int64_t>& dropped_ids) {
  std::map<std::int64_t, std::string> why;
  for (auto const id : f.ids)
    if (auto const w = f.left_out(id, o); !w.empty()) why[id] = w, ++dropped[w].units, dropped_ids.push_back(id);
  if (!why.empty())
    for (auto const c : f.cluster)
      if (auto const w = why.find(c); w != why.end()) ++dropped[w->second].spikes;
}

/// The time that is read of a folder.
struct phy_extent {
  std::optional<window<std::chrono::nanoseconds>> own{};  ///< the recording's, if the folder tells it
  window<std::chrono::nanoseconds> when{};                ///< what is read

  /// Why a spike is left out; empty if it is read.
  [[nodiscard]] auto left_out(std::chrono::nanoseconds t) const -> char const* {
    if (own && t < own->begin) return "before_extent";
    if (own && t >= own->end) return "after_extent";
    return t < when.begin ? "before_begin" : t >= when.end ? "after_end" : "";
  }
};

/// `recording_extent.tsv`, else the options' end, else the size of the raw file, else the last spike; then cut to the options' begin and end.
template <class Clock>
auto extent_of(phy_spikes const& f, phy_options const& o, std::optional<double> rate_hz, Clock const& time, std::vector<warning>& warnings) -> phy_extent {
  using ns = std::chrono::nanoseconds;
  auto seconds = [](ns t) { return std::to_string(in_seconds(t)) + " s"; };
  phy_extent e{.own = read_extent(f.folder), .when = {}};
  if (e.own && o.end && *o.end > e.own->end) warnings.push_back({"end_after_extent", "the end asked for lies after the end of the recording (" + seconds(e.own->end) + "), which was taken"});
  if (!e.own && rate_hz)
    if (auto const n = raw_samples(f.folder, f.params, (f.folder / "params.py").string())) {
      auto const end = sample_clock(*rate_hz)(*n);
      if (!o.end) e.own = {ns{0}, end};
      else if (*o.end > end) warnings.push_back({"end_after_raw_file", "the end asked for lies after the end of the raw file (" + seconds(end) + "); it was taken as asked"});
    }
  auto const after_last = placed(f.where(), {}, [&] { return time(f.last() + 1); });  // times too large are found here
  e.when = e.own.value_or(window<ns>{ns{0}, o.end.value_or(after_last)});
  if (!e.own && !o.end) warnings.push_back({"no_extent", "the folder does not say when the recording ended; its last spike was taken (" + seconds(e.when.end) + "): give --end, or a file recording_extent.tsv with begin_s and end_s"});
  auto refuse = [&](char const* problem, std::string expected, ns found) {
    throw error({.where = "phy: " + f.folder.string(), .place = {}, .problem = problem, .expected = std::move(expected), .found = seconds(found), .advice = "ei_balance info prints the recording's extent"});
  };
  if (o.end && *o.end <= e.when.begin) refuse("the end that was given does not come after the recording's begin", "more than " + seconds(e.when.begin), *o.end);
  if (o.begin && *o.begin >= e.when.end) refuse("the begin that was given does not come before the recording's end", "less than " + seconds(e.when.end), *o.begin);
  if (o.begin && *o.begin < e.when.begin) warnings.push_back({"begin_before_extent", "the begin asked for lies before the begin of the recording (" + seconds(e.when.begin) + "), which was taken"});
  if (o.begin && o.end && *o.end <= *o.begin) refuse("the end that was given does not come after the begin that was given", "more than " + seconds(*o.begin), *o.end);
  e.when = {(std::max)(e.when.begin, o.begin.value_or(e.when.begin)), (std::min)(e.when.end, o.end.value_or(e.when.end))};
  return e;
}

}  // namespace detail

/// What a folder holds, without need of a rate, labels or waveforms.
struct phy_summary {
  std::int64_t spikes{}, kept_spikes{};
  std::size_t units{}, kept_units{}, silent_units{};
  std::map<std::string, dropped_count> dropped{};
  std::optional<double> rate_hz{};
  std::int64_t first{}, last{};                                ///< of all spikes, in samples (nanoseconds for ALF times)
  std::int64_t unsorted{}, negative{};                         ///< spikes that `read_phy` refuses
  std::optional<window<std::chrono::nanoseconds>> extent{};    ///< what `read_phy` would read, if that can be told without the last spike
  std::string format{};
  std::vector<warning> warnings{};
};

/// Counts what a folder holds and what `read_phy` would keep. Without a rate, spikes outside the extent are not told apart.
///
/// Errors   `error` as `read_phy`, for files that are missing, damaged or of different lengths
inline auto inspect_phy(std::string const& path, phy_options const& options = {}) -> phy_summary {
  using ns = std::chrono::nanoseconds;
  detail::phy_spikes const f(path);
  phy_summary s;
  std::vector<std::int64_t> ids;
  detail::count_dropped(f, options, s.dropped, ids);
  s.spikes = s.kept_spikes = std::ssize(f.samples), s.units = s.kept_units = f.ids.size(), s.rate_hz = f.rate_hz(options), s.format = f.format(), s.warnings = f.tables.warnings;
  std::set<std::int64_t> const firing(f.cluster.begin(), f.cluster.end());
  s.silent_units = f.ids.size() - firing.size();
  if (!f.samples.empty()) s.first = *std::min_element(f.samples.begin(), f.samples.end()), s.last = f.last();
  for (std::size_t k = 0; k < f.samples.size(); ++k) s.negative += f.samples[k] < 0, s.unsorted += k > 0 && f.samples[k] < f.samples[k - 1];
  if (s.rate_hz || f.in_nanoseconds) {
    auto const clock = f.clock(options);
    auto const e = detail::extent_of(f, options, s.rate_hz, clock, s.warnings);
    if (e.own || options.end) s.extent = e.when;
    detail::placed(f.where(), {}, [&] {
      for (std::size_t k = 0; k < f.samples.size(); ++k)
        if (!std::binary_search(ids.begin(), ids.end(), f.cluster[k]))
          if (auto const* const why = e.left_out(clock(f.samples[k])); *why != 0) ++s.dropped[why].spikes;
    });
  } else if (auto const own = detail::read_extent(f.folder)) s.extent = window<ns>{*own};
  for (auto const& [why, n] : s.dropped) s.kept_spikes -= n.spikes, s.kept_units -= static_cast<std::size_t>(n.units);
  return s;
}

/// Reads a folder. Units are the kept clusters in ascending order of their numbers, silent ones of the cluster tables included.
///
/// Extent   `recording_extent.tsv` (begin_s, end_s), else `options.end`, else the size of the raw file that params.py names, else the last spike
///          plus one tick, with a warning. `options.begin` and `options.end` cut a known extent short
/// Result   times in nanoseconds, floor(sample · 10⁹ / rate); waveforms as read_waveforms gives them; counts of what was dropped, by reason
/// Errors   `error` for a folder without spikes, damaged files, times that are negative or not ascending, a missing rate (ALF times in seconds without waveforms need
///          none), a `begin` and `end` that leave nothing of the recording
inline auto read_phy(std::string const& path, phy_options const& options = {}) -> recording {
  using ns = std::chrono::nanoseconds;
  detail::phy_spikes f(path);
  auto const rate = f.rate_hz(options);
  auto const shapes = options.waveforms && (std::filesystem::exists(f.folder / "mean_waveform_uV.npy") || std::filesystem::exists(f.folder / "templates.npy"));
  if (!rate && (shapes || !f.in_nanoseconds)) throw error({.where = "phy: " + path, .place = {}, .problem = "the sampling rate is not known", .expected = "sample_rate in params.py", .found = {}, .advice = "give it: --rate-hz 30000, or phy_options{.rate_hz = 30000}"});
  auto const clock = f.clock(options);
  recording r;
  r.source = path, r.format = f.format(), r.rate_hz = rate.value_or(0);
  r.spikes_in_file = std::ssize(f.samples), r.units_in_file = f.ids.size(), r.warnings = f.tables.warnings;
  if (auto const said = f.params.find("sample_rate"); options.rate_hz && said != f.params.end()) {
    double own = 0;
    std::from_chars(said->second.data(), said->second.data() + said->second.size(), own);
    if (own != *options.rate_hz) r.warnings.push_back({"rate_overridden", "params.py says sample_rate = " + said->second + "; the rate that was given was taken instead"});
  }
  detail::count_dropped(f, options, r.dropped, r.dropped_ids);

  std::map<std::int64_t, unit_index> unit_of;
  std::vector<std::int64_t> kept;
  for (auto const id : f.ids)
    if (!std::binary_search(r.dropped_ids.begin(), r.dropped_ids.end(), id)) {
      unit_of[id] = static_cast<unit_index>(kept.size());
      kept.push_back(id);
      auto const columns = f.tables.columns.find(id);
      r.units.push_back({.id = id, .quality = f.tables.quality(id), .channel = -1, .columns = columns == f.tables.columns.end() ? std::map<std::string, std::string>{} : columns->second});
    }

  auto const where = f.where();
  std::int64_t unsorted = 0;
  for (std::size_t k = 0; k < f.samples.size(); ++k) {
    if (f.samples[k] < 0) throw error({.where = where, .place = "spike " + std::to_string(k), .problem = "a negative time", .expected = "0 or more", .found = std::to_string(f.samples[k]), .advice = "shift the times so that the recording begins at 0"});
    if (k == 0 || f.samples[k] >= f.samples[k - 1]) continue;
    ++unsorted;
    if (!options.sort) throw error({.where = where, .place = "spike " + std::to_string(k), .problem = "times are not ascending", .expected = "at least " + std::to_string(f.samples[k - 1]), .found = std::to_string(f.samples[k]), .advice = "sort times and clusters together, or ask for it: phy_options{.sort = true}"});
  }
  if (unsorted > 0) r.warnings.push_back({"unsorted_times", std::to_string(unsorted) + " spikes stood before the one above them; they were sorted as asked"});

  auto const extent = detail::extent_of(f, options, rate, clock, r.warnings);
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::size_t k = 0; k < f.samples.size(); ++k) {
    auto const u = unit_of.find(f.cluster[k]);
    if (u == unit_of.end()) continue;
    auto const t = clock(f.samples[k]);  // in range, as the last one is
    if (auto const* const why = extent.left_out(t); *why != 0) {
      ++r.dropped[why].spikes;
      continue;
    }
    at.push_back(t.count()), unit.push_back(u->second);
  }
  if (auto const n = r.dropped.find("after_extent"); n != r.dropped.end())
    r.warnings.push_back({"spikes_after_extent", "dropped as they lie after the end of the recording (" + std::to_string(in_seconds(extent.own->end)) + " s): " + std::to_string(n->second.spikes) + " spikes; is the extent right?"});
  r.table = spike_table<ns>::sorted(std::move(at), std::move(unit), kept.size(), extent.when);
  std::size_t silent = 0, twice = 0;
  for (unit_index u = 0; u < kept.size(); ++u) {
    auto const train = raw(r.table[u]);
    silent += train.empty() ? 1u : 0u;
    for (std::size_t k = 1; k < train.size(); ++k) twice += train[k] == train[k - 1] ? 1u : 0u;
  }
  if (twice > 0) r.warnings.push_back({"duplicate_spikes", std::to_string(twice) + " spikes have the time of the spike of the same unit before them: artefacts of sorting; they are counted"});
  if (silent > 0) r.warnings.push_back({"silent_units", std::to_string(silent) + " of " + std::to_string(kept.size()) + " units have no spike in the recording; they count as cells"});

  if (shapes) {
    auto found = detail::read_waveforms(f.folder, kept, f.ids, f.cluster, r.rate_hz);
    for (std::size_t u = 0; u < found.channel.size(); ++u) r.units[u].channel = found.channel[u];
    r.waveforms = std::move(found.table);
  }
  for (auto& u : r.units)
    for (auto const* name : {"ch", "channel", "electrode"})
      if (auto const c = u.columns.find(name); u.channel < 0 && c != u.columns.end()) {
        std::int32_t n = -1;
        if (auto const [end, problem] = std::from_chars(c->second.data(), c->second.data() + c->second.size(), n); problem == std::errc{}) u.channel = n;
      }
  return r;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
