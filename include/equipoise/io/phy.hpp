// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// phy/Kilosort folders (Kilosort 1 to 4, before and after curation) and ALF folders → a recording in nanoseconds.
///
/// How-to   docs/how-to/read_your_data.md

#include <algorithm>
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
  std::optional<std::chrono::nanoseconds> end{};   ///< the end of the recording, where the folder does not say it; cuts it off otherwise
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

}  // namespace detail

/// What a folder holds, without need of a rate, labels or waveforms.
struct phy_summary {
  std::int64_t spikes{}, kept_spikes{};
  std::size_t units{}, kept_units{}, silent_units{};
  std::map<std::string, dropped_count> dropped{};
  std::optional<double> rate_hz{};
  std::int64_t first{}, last{};                      ///< of all spikes, in samples (nanoseconds for ALF times)
  std::optional<std::pair<double, double>> extent_s{};
};

/// Counts what a folder holds and what `read_phy` would keep.
///
/// Errors   `error` as `read_phy`, for files that are missing, damaged or of different lengths
inline auto inspect_phy(std::string const& path, phy_options const& options = {}) -> phy_summary {
  detail::phy_spikes const f(path);
  phy_summary s;
  std::vector<std::int64_t> ids;
  detail::count_dropped(f, options, s.dropped, ids);
  s.spikes = s.kept_spikes = std::ssize(f.samples), s.units = s.kept_units = f.ids.size(), s.rate_hz = f.rate_hz(options);
  for (auto const& [why, n] : s.dropped) s.kept_spikes -= n.spikes, s.kept_units -= static_cast<std::size_t>(n.units);
  std::set<std::int64_t> const firing(f.cluster.begin(), f.cluster.end());
  s.silent_units = f.ids.size() - firing.size();
  if (!f.samples.empty()) s.first = *std::min_element(f.samples.begin(), f.samples.end()), s.last = *std::max_element(f.samples.begin(), f.samples.end());
  if (auto const w = detail::read_extent(f.folder)) s.extent_s = {in_seconds(w->begin), in_seconds(w->end)};
  else if (auto const n = detail::raw_samples(f.folder, f.params, (f.folder / "params.py").string()); n && s.rate_hz) s.extent_s = {0.0, static_cast<double>(*n) / *s.rate_hz};
  return s;
}

/// Reads a folder. Units are the kept clusters in ascending order of their numbers, silent ones of the cluster tables included.
///
/// Extent   `recording_extent.tsv` (begin_s, end_s), else the size of the raw file that params.py names, else `options.end`, else the last spike
///          plus one tick, with a warning. `options.end` cuts a known extent short
/// Result   times in nanoseconds, floor(sample · 10⁹ / rate); waveforms as read_waveforms gives them; counts of what was dropped, by reason
/// Errors   `error` for a folder without spikes, damaged files, times that are negative or not ascending, a missing rate (ALF times in seconds without waveforms need
///          none), an `end` that is not after the begin
inline auto read_phy(std::string const& path, phy_options const& options = {}) -> recording {
  using ns = std::chrono::nanoseconds;
  detail::phy_spikes f(path);
  auto const rate = f.rate_hz(options);
  auto const shapes = options.waveforms && (std::filesystem::exists(f.folder / "mean_waveform_uV.npy") || std::filesystem::exists(f.folder / "templates.npy"));
  if (!rate && (shapes || !f.in_nanoseconds)) throw error({.where = "phy: " + path, .place = {}, .problem = "the sampling rate is not known", .expected = "sample_rate in params.py", .found = {}, .advice = "give it: --rate-hz 30000, or phy_options{.rate_hz = 30000}"});
  auto const clock = detail::placed("phy: " + path, {}, [&] { return sample_clock(rate.value_or(1e9)); });  // seconds need no rate
  recording r;
  r.source = path, r.format = f.in_nanoseconds || f.times_file == "spikes.samples.npy" ? "alf" : "phy", r.rate_hz = rate.value_or(0);
  r.spikes_in_file = std::ssize(f.samples), r.units_in_file = f.ids.size(), r.warnings = f.tables.warnings;
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

  auto const where = "phy: " + (f.folder / f.times_file).string();
  std::int64_t unsorted = 0;
  for (std::size_t k = 0; k < f.samples.size(); ++k) {
    if (f.samples[k] < 0) throw error({.where = where, .place = "spike " + std::to_string(k), .problem = "a negative time", .expected = "0 or more", .found = std::to_string(f.samples[k]), .advice = "shift the times so that the recording begins at 0"});
    if (k == 0 || f.samples[k] >= f.samples[k - 1]) continue;
    ++unsorted;
    if (!options.sort) throw error({.where = where, .place = "spike " + std::to_string(k), .problem = "times are not ascending", .expected = "at least " + std::to_string(f.samples[k - 1]), .found = std::to_string(f.samples[k]), .advice = "sort times and clusters together, or ask for it: phy_options{.sort = true}"});
  }
  if (unsorted > 0) r.warnings.push_back({"unsorted_times", std::to_string(unsorted) + " spikes stood before the one above them; they were sorted as asked"});

  auto const time = [&](std::int64_t sample) { return f.in_nanoseconds ? ns{sample} : clock(sample); };
  auto const latest = detail::placed(where, {}, [&] {  // times too large for 64 bits are found here
    if (f.samples.empty()) return ns{0};
    auto const last = *std::max_element(f.samples.begin(), f.samples.end());
    if (last == (std::numeric_limits<std::int64_t>::max)()) throw error("a time of " + std::to_string(last) + " is none; is the file damaged?");
    return time(last + 1);
  });
  auto extent = detail::read_extent(f.folder);
  if (!extent && rate)
    if (auto const n = detail::raw_samples(f.folder, f.params, (f.folder / "params.py").string())) extent = window<ns>{ns{0}, clock(*n)};
  if (extent && options.end && *options.end > extent->end) r.warnings.push_back({"end_after_extent", "the end asked for lies after the end of the recording (" + std::to_string(in_seconds(extent->end)) + " s), which was taken"});
  if (options.end && *options.end <= (extent ? extent->begin : ns{0}))
    throw error({.where = "phy: " + path, .place = {}, .problem = "the end that was given does not come after the recording's begin", .expected = "more than " + std::to_string(in_seconds(extent ? extent->begin : ns{0})) + " s",
                 .found = std::to_string(in_seconds(*options.end)) + " s", .advice = {}});
  if (extent && options.end) extent->end = (std::min)(extent->end, *options.end);
  else if (options.end) extent = window<ns>{ns{0}, *options.end};
  if (!extent) {
    extent = window<ns>{ns{0}, latest};
    r.warnings.push_back({"no_extent", "the folder does not say when the recording ended; its last spike was taken (" + std::to_string(in_seconds(latest)) + " s): give --end, or a file recording_extent.tsv with begin_s and end_s"});
  }

  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::size_t k = 0; k < f.samples.size(); ++k) {
    auto const u = unit_of.find(f.cluster[k]);
    if (u == unit_of.end()) continue;
    auto const t = time(f.samples[k]);
    if (!extent->contains(t)) {
      ++r.dropped[t < extent->begin ? "before_extent" : options.end && *options.end == extent->end ? "after_end" : "after_extent"].spikes;
      continue;
    }
    at.push_back(t.count()), unit.push_back(u->second);
  }
  if (auto const n = r.dropped.find("after_extent"); n != r.dropped.end())
    r.warnings.push_back({"spikes_after_extent", std::to_string(n->second.spikes) + " spikes lie after the end of the recording and were dropped; is the extent right?"});
  r.table = spike_table<ns>::sorted(std::move(at), std::move(unit), kept.size(), *extent);
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
