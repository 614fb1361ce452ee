// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Tables of text, separated by tabs or commas: quoted fields, CRLF, byte-order marks; numbers with the place where they fail.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/time.hpp"
#include "file.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace detail {
/// What f gives; an error on the way says the file, and the place in it, first.
template <class F>
auto placed(std::string const& path, std::string const& place, F&& f) {
  try {
    return f();
  } catch (error const& e) {
    throw error({.where = path, .place = place, .problem = e.what(), .expected = {}, .found = {}, .advice = {}});
  }
}
}  // namespace detail

/// A table with named columns, as text.
struct text_table {
  std::string source;
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;  ///< each as long as `names`
  std::vector<std::size_t> lines;              ///< the line of the file each row began in, from 1

  /// The column of that name; nothing if there is none.
  [[nodiscard]] auto column(std::string_view name) const -> std::optional<std::size_t> {
    for (std::size_t k = 0; k < names.size(); ++k)
      if (names[k] == name) return k;
    return std::nullopt;
  }
  /// The column of that name. Errors: `error` that lists the columns there are.
  [[nodiscard]] auto need(std::string_view name) const -> std::size_t {
    if (auto const k = column(name)) return *k;
    std::string found;
    for (auto const& n : names) found += (found.empty() ? "'" : ", '") + n + "'";
    throw error({.where = source, .place = "row 1", .problem = "no column '" + std::string(name) + "'", .expected = {}, .found = found, .advice = "name the columns in the first row"});
  }
  [[nodiscard]] auto place(std::size_t row) const -> std::string { return "row " + std::to_string(lines[row]); }

  /// A field as a number. Errors: `error` with the row, the column and what stood there.
  template <class T>
  [[nodiscard]] auto number(std::size_t row, std::size_t column) const -> T {
    auto const& text = rows[row][column];
    auto const from = text.find_first_not_of(' ');
    auto const to = text.find_last_not_of(' ');
    T x{};
    auto const* const first = text.data() + (from == std::string::npos ? 0 : from);
    auto const* const last = text.data() + (to == std::string::npos ? 0 : to + 1);
    auto const [end, problem] = std::from_chars(first, last, x);
    auto bad = problem != std::errc{} || end != last;
    if constexpr (std::is_floating_point_v<T>) bad = bad || !std::isfinite(x);
    if (bad)
      throw error({.where = source, .place = place(row), .problem = "column '" + names[column] + "' is not " + (std::is_floating_point_v<T> ? "a number" : "a whole number"), .expected = {}, .found = "'" + text + "'", .advice = "correct the field"});
    return x;
  }
  /// A field of seconds as a time, to the nearest nanosecond. Errors: `error` with the row, as `number`, and for times beyond 292 years.
  [[nodiscard]] auto time(std::size_t row, std::size_t column) const -> std::chrono::nanoseconds {
    auto const seconds = number<double>(row, column);
    return detail::placed(source, place(row), [&] { return nanoseconds_from_seconds(seconds); });
  }
};

/// A table from text. The separator is a tab if the header's line has one, else a comma, whatever the file is called; empty lines are skipped, and
/// blanks around the columns' names.
///
/// Errors   `error` if there is no header, a quoted field does not end, or a row has another number of fields than the header
inline auto parse_table(std::string_view text, std::string const& source) -> text_table {
  text_table t;
  t.source = source;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  auto const head = text.substr((std::min)(text.find_first_not_of("\r\n "), text.size()));  // the first line that is not empty
  auto const separator = head.substr(0, head.find_first_of("\r\n")).find('\t') != std::string_view::npos ? '\t' : ',';
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    auto const begun = line;
    std::vector<std::string> fields(1);
    auto quoted = false, was_quoted = false;
    for (; at < text.size(); ++at) {
      auto const c = text[at];
      if (c == '\n') ++line;
      if (quoted && c == '"' && at + 1 < text.size() && text[at + 1] == '"') fields.back() += '"', ++at;
      else if (c == '"' && (quoted || fields.back().empty())) quoted = !quoted, was_quoted = true;
      else if (!quoted && c == separator) fields.emplace_back();
      else if (!quoted && (c == '\n' || c == '\r')) break;
      else fields.back() += c;
    }
    if (quoted) throw error({.where = source, .place = "row " + std::to_string(begun), .problem = "a quoted field does not end", .expected = {}, .found = {}, .advice = "close the quotes"});
    if (at < text.size() && text[at] == '\r') {
      ++at;
      ++line;
      if (at < text.size() && text[at] == '\n') ++at;
    } else {
      ++at;
    }
    if (fields.size() == 1 && fields[0].find_first_not_of(' ') == std::string::npos && !was_quoted) continue;
    if (t.names.empty()) {
      for (auto& f : fields) f.erase(0, (std::min)(f.find_first_not_of(' '), f.size())), f.erase(f.find_last_not_of(' ') + 1);
      t.names = std::move(fields);
      continue;
    }
    if (fields.size() != t.names.size())
      throw error({.where = source, .place = "row " + std::to_string(begun), .problem = "another number of fields than the header", .expected = std::to_string(t.names.size()), .found = std::to_string(fields.size()), .advice = "quote fields that contain the separator"});
    t.rows.push_back(std::move(fields));
    t.lines.push_back(begun);
  }
  if (t.names.empty()) throw error({.where = source, .place = {}, .problem = "the table is empty", .expected = "a header row", .found = {}, .advice = {}});
  return t;
}

/// The table in a file or pipe.
inline auto read_table(std::string const& path) -> text_table { return parse_table(read_bytes(path), path); }

/// Columns of numbers as CSV: 17 significant digits, undefined values left empty, names quoted where they must be.
///
/// Errors   `error` if names and columns differ in number, or the columns in length
inline auto csv_text(std::span<std::string const> names, std::span<std::vector<double> const> columns) -> std::string {
  if (names.size() != columns.size()) throw error("csv: " + std::to_string(names.size()) + " names for " + std::to_string(columns.size()) + " columns");
  std::string text;
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (c > 0) text += ',';
    if (names[c].find_first_of(",\"\t\r\n") == std::string::npos) text += names[c];
    else {
      text += '"';
      for (auto const x : names[c]) text.append(x == '"' ? 2 : 1, x);
      text += '"';
    }
  }
  text += '\n';
  for (std::size_t r = 0; !columns.empty() && r < columns[0].size(); ++r) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].size() != columns[0].size()) throw error("csv: columns '" + names[0] + "' and '" + names[c] + "' differ in length");
      if (c > 0) text += ',';
      if (!std::isfinite(columns[c][r])) continue;
      char number[32];
      auto const [end, problem] = std::to_chars(number, number + sizeof number, columns[c][r], std::chars_format::general, 17);
      text.append(number, end);
    }
    text += '\n';
  }
  return text;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
