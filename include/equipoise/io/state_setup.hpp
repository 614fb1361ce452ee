// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The configuration of a state as text: the `setup` of each type along its fields. Fields do not hold it, and a state that goes on with other
/// scales, labels or lags of the same number would be silently wrong.

#include <charconv>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "crc64.hpp"
#include "state_walk.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
namespace walk {

template <class X>
concept label = std::is_bounded_array_v<X> && std::same_as<std::remove_cv_t<std::remove_extent_t<X>>, char>;

template <class X, class Blank = no_blank>
auto setup_text(X const& x) -> std::string;

/// A value of a setup, for reading and for comparing.
template <class V>
void print(std::string& out, V const& v) {
  if constexpr (label<V>) out += std::string_view(v);
  else if constexpr (std::convertible_to<V, std::string_view>) (out += '\'') += std::string_view(v), out += '\'';
  else if constexpr (std::same_as<V, bool>) out += v ? "true" : "false";
  else if constexpr (is_duration<V>) print(out, v.count()), out += "x" + std::to_string(V::period::num) + '/' + std::to_string(V::period::den) + 's';
  else if constexpr (std::is_enum_v<V>) print(out, static_cast<std::underlying_type_t<V>>(v));
  else if constexpr (std::integral<V>) out += std::to_string(v);
  else if constexpr (floating<V>) {
    char text[32];
    out.append(text, std::to_chars(text, text + sizeof text, v).ptr);
  } else if constexpr (is_optional<V>) {
    if (v) print(out, *v);
    else out += "none";
  } else if constexpr (std::ranges::input_range<V const>) {
    char separator = '[';
    for (auto const& e : v) out += separator, separator = ' ', print(out, static_cast<element_of<V const> const&>(e));
    out += separator == '[' ? "[]" : "]";
  } else if constexpr (tuple_like<V> || (has_fields<V> && !needs_start<V>())) {
    char separator = '(';
    members(v, [&](auto const& m) { out += separator, separator = ' ', print(out, m); });
    out += separator == '(' ? "()" : ")";
  } else if constexpr (has_fields<V>) out += '(' + setup_text(v) + ')';  // a state: its own setup, not what it has counted
  else static_assert(never<V>, "equipoise: a value in setup(…) must be a number, a text, a time, or a list, tuple or class with fields of such");
}

/// The values of one setup on one line; of long ones the beginning, and a checksum that stands for the rest.
template <class X>
auto setup_of(X const& x) -> std::string {
  std::string line;
  each_of(X::setup(x), [&](auto const& v) { line += line.empty() ? "" : " ", print(line, v); });
  constexpr std::size_t longest = 240;
  if (line.size() <= longest) return line;
  char sum[20];
  auto const end = std::to_chars(sum, sum + sizeof sum, crc64(line), 16).ptr;
  return line.substr(0, longest - 40) + "… (" + std::to_string(line.size()) + " characters, sum " + std::string(sum, end) + ")";
}

/// The configuration along the fields of x; empty where there is none. Lists that can grow are told by their blank: so that a state that has
/// grown and one that was just started read the same.
template <class X, class Blank>
auto setup_text(X const& x) -> std::string {
  std::string out;
  [[maybe_unused]] auto add = [&](std::string const& part) {
    if (!part.empty()) out += (out.empty() ? "" : "; ") + part;
  };
  if constexpr (!needs_start<X, Blank>() || has_contents<X>) return out;
  else if constexpr (has_fields<X>) {
    if constexpr (has_setup<X>) add(setup_of(x));
    if constexpr (has_blank<X>) {
      add("each (" + setup_text(static_cast<blank_of<X> const&>(x.blank())) + ")");
      members(x, [&]<class M>(M const& m) { add(setup_text<M, blank_of<X>>(m)); });
    } else {
      members(x, [&]<class M>(M const& m) { add(setup_text<M>(m)); });
    }
  } else if constexpr (tuple_like<X>) {
    members(x, [&]<class M>(M const& m) { add(setup_text<M, Blank>(m)); });
  } else if constexpr (is_optional<X>) {
    add(x ? "(" + setup_text<typename X::value_type, Blank>(*x) + ")" : "none");
  } else {  // equal neighbours once: "[30 of (lags 20 false)]"
    std::string last;
    std::size_t same = 0;
    auto put = [&] {
      if (same > 0) add(last.empty() ? std::to_string(same) : (same > 1 ? std::to_string(same) + " of (" : "(") + last + ")");
    };
    for (auto const& e : x) {
      std::string text;
      if constexpr (ordered_map<X>) print(text, e.first), text += ": " + setup_text<typename X::mapped_type, Blank>(e.second);
      else text = setup_text<element_of<X>, Blank>(e);
      if (same > 0 && text != last) put(), same = 0;
      last = std::move(text), ++same;
    }
    put();
    out = '[' + out + ']';
  }
  return out;
}

}  // namespace walk
}  // namespace detail

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
