// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What stands in a phy/Kilosort folder: params.py, cluster tables, extent. Parsed, never executed.

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../spikes/recording.hpp"
#include "npy.hpp"
#include "table.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace detail {

inline auto lowered(std::string_view text) -> std::string {
  std::string s(text);
  for (auto& c : s) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return s;
}
inline auto trimmed(std::string_view s) -> std::string_view {
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.front())) != 0) s.remove_prefix(1);
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back())) != 0) s.remove_suffix(1);
  return s;
}

/// `key = value` lines of params.py, keys in lower case; a list may go on over several lines. Comments and whatever is no assignment are passed over.
inline auto parse_params(std::string_view text) -> std::map<std::string, std::string> {
  std::map<std::string, std::string> values;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string line;
  char quote = 0;
  auto depth = 0;
  auto ends = [&] {
    if (auto const equals = line.find('='); equals != std::string::npos) values[lowered(trimmed(std::string_view(line).substr(0, equals)))] = trimmed(std::string_view(line).substr(equals + 1));
    line.clear(), quote = 0, depth = 0;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto const c = text[at];
    if (quote == 0 && c == '#') at = (std::min)(text.find('\n', at), text.size()) - 1;
    else if (c == '\n' && depth <= 0) ends();
    else {
      line += c;
      if (c == '\n' || c == quote) quote = 0;
      else if (quote != 0) continue;
      else if (c == '\'' || c == '"') quote = c;
      else if (c == '[' || c == '(') ++depth;
      else if (c == ']' || c == ')') --depth;
    }
  }
  ends();
  return values;
}
inline auto read_params(std::string const& path) -> std::map<std::string, std::string> { return parse_params(read_bytes(path)); }
/// The strings in 'a', r"a", ['a', 'b'].
inline auto python_strings(std::string_view value) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (std::size_t at = 0; (at = value.find_first_of("'\"", at)) != std::string_view::npos;) {
    auto const end = value.find(value[at], at + 1);
    if (end == std::string_view::npos) break;
    all.emplace_back(value.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return all;
}
inline auto python_number(std::map<std::string, std::string> const& params, std::string const& key, std::string const& path) -> std::optional<double> {
  auto const at = params.find(key);
  if (at == params.end()) return std::nullopt;
  double x = 0;
  std::string_view v = at->second;
  if (v.size() > 1 && (v.front() == '\'' || v.front() == '"') && v.back() == v.front()) v = v.substr(1, v.size() - 2);
  if (auto const [end, problem] = std::from_chars(v.data(), v.data() + v.size(), x); problem != std::errc{} || end != v.data() + v.size())
    throw error({.where = path, .place = {}, .problem = key + " is not a number", .expected = {}, .found = "'" + at->second + "'", .advice = "correct the line, as in " + key + " = 30000."});
  return x;
}

/// What the cluster tables say of each cluster.
struct cluster_tables {
  std::map<std::int64_t, std::map<std::string, std::string>> columns;
  std::vector<warning> warnings;
  bool any = false;

  /// The curator's judgement: cluster_info's group, cluster_group's group, KSLabel, in this order; unsorted if none.
  [[nodiscard]] auto quality(std::int64_t id) const -> unit_quality {
    auto const at = columns.find(id);
    if (at == columns.end()) return unit_quality::unsorted;
    for (auto const* name : {"group", "cluster_group.group", "KSLabel"})
      if (auto const c = at->second.find(name); c != at->second.end()) {
        auto const word = lowered(trimmed(c->second));
        if (word == "good") return unit_quality::good;
        if (word == "mua") return unit_quality::mua;
        if (word == "noise") return unit_quality::noise;
        if (word == "unsorted") return unit_quality::unsorted;
      }
    return unit_quality::unsorted;
  }
};

/// Reads cluster_info, cluster_group and every other cluster_* table of the folder. A column stands under its own name; where two tables have
/// the same column, that of cluster_info is kept and the other stands under "table.column".
inline auto read_cluster_tables(std::filesystem::path const& folder) -> cluster_tables {
  cluster_tables t;
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    auto const name = entry.path().filename().string();
    if (name.starts_with("cluster_") && (name.ends_with(".tsv") || name.ends_with(".csv"))) files.push_back(entry.path());
  }
  auto rank = [](std::filesystem::path const& p) { return std::pair(p.stem() == "cluster_info" ? 0 : p.stem() == "cluster_group" ? 1 : 2, p.filename().string()); };
  std::sort(files.begin(), files.end(), [&](auto const& a, auto const& b) { return rank(a) < rank(b); });
  for (auto const& file : files) {
    auto const bytes = read_bytes(file.string());
    if (trimmed(bytes).empty()) {
      t.warnings.push_back({"empty_table", file.filename().string() + " is empty and was not used"});
      continue;
    }
    auto const table = parse_table(bytes, file.string());
    auto const stem = file.stem().string();
    auto const id = table.column("cluster_id") ? table.column("cluster_id") : table.column("id");
    if (!id) {
      t.warnings.push_back({"table_without_cluster_id", file.filename().string() + " has no column cluster_id and was not used"});
      continue;
    }
    std::int64_t blank = 0;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      if (trimmed(table.rows[r][*id]).empty()) {
        ++blank;
        continue;
      }
      auto& to = t.columns[table.number<std::int64_t>(r, *id)];
      t.any = true;
      for (std::size_t c = 0; c < table.names.size(); ++c) {
        if (c == *id || trimmed(table.rows[r][c]).empty()) continue;
        auto const fresh = to.emplace(table.names[c], table.rows[r][c]).second;
        if (!fresh || (stem == "cluster_group" && table.names[c] == "group")) to.emplace(stem + "." + table.names[c], table.rows[r][c]);
      }
    }
    if (blank > 0) t.warnings.push_back({"rows_without_cluster_id", file.filename().string() + " has " + std::to_string(blank) + " rows with an empty cluster_id, which were passed over (phy leaves such rows after merges)"});
  }
  return t;
}

/// `recording_extent.tsv`: begin_s and end_s in one row, this library's own small file beside the folder's others.
inline auto read_extent(std::filesystem::path const& folder) -> std::optional<window<std::chrono::nanoseconds>> {
  auto const path = folder / "recording_extent.tsv";
  if (!std::filesystem::exists(path)) return std::nullopt;
  auto const t = read_table(path.string());
  auto const begin = t.need("begin_s"), end = t.need("end_s");
  if (t.rows.size() != 1) throw error({.where = path.string(), .place = {}, .problem = "another number of rows than one", .expected = "one row", .found = std::to_string(t.rows.size()), .advice = {}});
  window<std::chrono::nanoseconds> const w{t.time(0, begin), t.time(0, end)};
  if (w.empty()) throw error({.where = path.string(), .place = t.place(0), .problem = "the recording ends before it begins", .expected = {}, .found = {}, .advice = "correct begin_s and end_s"});
  return w;
}

/// The length of the raw file in samples, if params.py names it and it is there.
inline auto raw_samples(std::filesystem::path const& folder, std::map<std::string, std::string> const& params, std::string const& params_path) -> std::optional<std::int64_t> {
  auto whole = [&](std::string const& key, double low) -> std::optional<std::int64_t> {
    auto const x = python_number(params, key, params_path);
    return x && *x >= low && *x < 0x1p53 && std::trunc(*x) == *x ? std::optional(static_cast<std::int64_t>(*x)) : std::nullopt;
  };
  auto const dat = params.find("dat_path");
  auto const channels = whole("n_channels_dat", 1), offset = params.contains("offset") ? whole("offset", 0) : 0;
  if (dat == params.end() || !channels || !offset) return std::nullopt;
  auto const type = params.find("dtype");
  auto const name = type == params.end() ? std::string("int16") : lowered(type->second);
  auto const item = name.find("16") != std::string::npos ? 2 : name.find("32") != std::string::npos ? 4 : name.find("64") != std::string::npos ? 8 : name.find('8') != std::string::npos ? 1 : 0;
  if (item == 0) return std::nullopt;
  std::int64_t samples = 0;
  auto const paths = python_strings(dat->second);
  for (auto const& p : paths) {
    std::error_code problem;
    auto const full = std::filesystem::path(p).is_absolute() ? std::filesystem::path(p) : folder / p;
    auto const size = std::filesystem::file_size(full, problem);
    if (problem) return std::nullopt;
    samples += (std::max)(std::int64_t{0}, static_cast<std::int64_t>(size) - *offset) / (item * *channels);
  }
  return paths.empty() || samples <= 0 ? std::nullopt : std::optional(samples);
}

}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
