// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What a state is made of, read from its type: what can be stored and how, and the schema of the fields.
///
/// A type offers, for itself:
///   static auto fields(auto& s)        what counts, as a std::tie of members; all that is needed in most cases
///   static auto setup(auto const& s)   what `start` configured, as a std::tie; a checkpoint of another setup is refused. Text may stand in
///                                      it for readers: std::tie("lags", s.within_)
///   auto blank() const                 an element as `start` would make it: lists of that type, in its fields, grow by copies of it
///   auto restored() -> bool            called when its fields have been read; rebuilds what lies outside them; false if they do not fit the setup
///   auto contents() const, auto assign(contents) -> bool   instead of fields, for what is equal only by content: a plain value of it, in
///                                      one order, and back; false for what cannot be its contents
///
/// Page     docs/reference/checkpoint.md

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../core/config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
namespace walk {

struct no_blank {};

template <class X>
concept has_fields = requires(X& x) { X::fields(x); };
template <class X>
concept has_setup = requires(X const& x) { X::setup(x); };
template <class X>
concept has_blank = requires(X const& x) { x.blank(); };
template <class X>
concept has_contents = requires(X& x, X const& c) {
  { x.assign(c.contents()) } -> std::same_as<bool>;
};
template <has_contents X>
using contents_of = std::remove_cvref_t<decltype(std::declval<X const&>().contents())>;
template <has_blank X>
using blank_of = std::remove_cvref_t<decltype(std::declval<X const&>().blank())>;

template <class>
inline constexpr bool is_duration = false;
template <class R, class P>
inline constexpr bool is_duration<std::chrono::duration<R, P>> = true;
template <class>
inline constexpr bool is_optional = false;
template <class X>
inline constexpr bool is_optional<std::optional<X>> = true;
template <class X>
inline constexpr bool is_array = std::is_bounded_array_v<X>;
template <class X, std::size_t N>
inline constexpr bool is_array<std::array<X, N>> = true;

template <class X>
concept integer = std::integral<X> || std::same_as<X, int128> || std::same_as<X, uint128>;
template <class X>
concept floating = std::same_as<X, float> || std::same_as<X, double>;
template <class X>
concept tuple_like = !is_array<X> && requires { std::tuple_size<X>::value; };
template <class X>
concept ordered_map = requires(X& x, typename X::key_type const& k, typename X::key_compare) { x.try_emplace(k), x.extract(k); };
template <class X>
concept ordered_set = requires(X& x, typename X::key_type const& k, typename X::key_compare) {
  { x.insert(k).second } -> std::convertible_to<bool>;
} && !ordered_map<X>;
template <class X>
concept sequence = requires(X& x, typename X::value_type v) { x.push_back(std::move(v)), x.pop_back(), x.size(), x.begin(), x.end(); };

template <class X>
using element_of = std::ranges::range_value_t<X>;


/// What can be stored; everything in this header decides in this order.
template <class X>
concept class_like = has_contents<X> || has_fields<X>;
template <class X>
concept storable = class_like<X> || integer<X> || floating<X> || std::is_enum_v<X> || is_duration<X> || std::same_as<X, std::string> || is_array<X> || tuple_like<X> || is_optional<X> || ordered_map<X> ||
                   ordered_set<X> || sequence<X>;
template <class Tuple, class F>
void each_of(Tuple&& t, F&& f) {
  [&]<std::size_t... J>(std::index_sequence<J...>) { (f(std::get<J>(t)), ...); }(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<Tuple>>>{});
}
/// Members of a class with fields, or of a pair or tuple: f(member) for each.
template <class X, class F>
void members(X& x, F&& f) {
  if constexpr (has_fields<std::remove_const_t<X>>) each_of(std::remove_const_t<X>::fields(x), f);
  else each_of(x, f);
}
template <class X>
auto tuple_of() {
  if constexpr (has_fields<X>) return std::type_identity<decltype(X::fields(std::declval<X&>()))>{};
  else return std::type_identity<X>{};
}
/// Their types: f.template operator()<M>() for each.
template <class X, class F>
constexpr void member_types(F&& f) {
  using all = typename decltype(tuple_of<X>())::type;
  [&]<std::size_t... J>(std::index_sequence<J...>) { (f.template operator()<std::remove_cvref_t<std::tuple_element_t<J, all>>>(), ...); }(std::make_index_sequence<std::tuple_size_v<all>>{});
}

/// The first type within X that cannot be stored, as a std::type_identity; of void if there is none.
template <class X>
auto culprit();
template <class First, class... Rest>
auto first_culprit() {
  using found = decltype(culprit<First>());
  if constexpr (sizeof...(Rest) == 0 || !std::same_as<found, std::type_identity<void>>) return found{};
  else return first_culprit<Rest...>();
}
template <class X>
auto culprit() {
  if constexpr (!storable<X>) return std::type_identity<X>{};
  else if constexpr (has_contents<X>) return culprit<contents_of<X>>();
  else if constexpr (has_fields<X> || tuple_like<X>) {
    return []<std::size_t... J>(std::index_sequence<J...>) {
      if constexpr (sizeof...(J) == 0) return std::type_identity<void>{};
      else return first_culprit<std::remove_cvref_t<std::tuple_element_t<J, typename decltype(tuple_of<X>())::type>>...>();
    }(std::make_index_sequence<std::tuple_size_v<typename decltype(tuple_of<X>())::type>>{});
  } else if constexpr (std::same_as<X, std::string>) return std::type_identity<void>{};
  else if constexpr (is_duration<X>) return culprit<typename X::rep>();
  else if constexpr (ordered_map<X>) return first_culprit<typename X::key_type, typename X::mapped_type>();
  else if constexpr (is_optional<X>) return culprit<typename X::value_type>();
  else if constexpr (is_array<X> || ordered_set<X> || sequence<X>) return culprit<element_of<X>>();
  else return std::type_identity<void>{};
}
/// The sentence for a type of which a part cannot be stored; the compiler names that part.
template <class Part>
consteval void explain() {
  static_assert(std::is_void_v<Part>, "equipoise: this type cannot be stored; give it `static auto fields(auto& s) { return std::tie(s.a, s.b); }`, or contents() and assign(…) if it is equal by content only");
}

/// The fewest bytes that a value of X takes: a count that asks for more than is left is refused before anything is allocated.
template <class X>
constexpr auto least() -> std::size_t {
  if constexpr (has_contents<X>) return least<contents_of<X>>();
  else if constexpr (has_fields<X> || tuple_like<X>) {
    std::size_t sum = 0;
    member_types<X>([&]<class M>() { sum += least<M>(); });
    return sum;
  } else if constexpr (is_array<X>) return sizeof(X) / sizeof(element_of<X>) * least<element_of<X>>();
  else if constexpr (is_duration<X>) return least<typename X::rep>();
  else if constexpr (std::same_as<X, bool> || is_optional<X>) return 1;
  else if constexpr (integer<X> || floating<X> || std::is_enum_v<X>) return sizeof(X);
  else return 8;  // the length of a list or a text
}

template <class X, class Blank>
constexpr auto needs_start() -> bool;
/// Whether a list may be longer or shorter than in the started state: its elements are copies of the blank, or need no configuration.
/// Elements that take no bytes could be counted at no cost, and are not.
template <class X, class Blank>
inline constexpr bool can_be_made = std::same_as<X, Blank> || (!needs_start<X, Blank>() && least<X>() > 0);

/// Whether a value of X has to come from `start`, as something in it is configured.
template <class X, class Blank = no_blank>
constexpr auto needs_start() -> bool {
  if constexpr (has_contents<X>) return !std::default_initializable<X>;
  else if constexpr (has_fields<X> || tuple_like<X>) {
    bool any = !std::default_initializable<X> || has_setup<X> || has_blank<X>;
    member_types<X>([&]<class M>() { any = any || needs_start<M, std::conditional_t<has_fields<X>, no_blank, Blank>>(); });
    return any;
  } else if constexpr (is_array<X>) return needs_start<element_of<X>, Blank>();
  else if constexpr (ordered_map<X>) return !can_be_made<typename X::mapped_type, Blank>;
  else if constexpr (is_optional<X> || sequence<X>) return !can_be_made<typename X::value_type, Blank>;
  else return false;
}

/// The types of all fields on one line.
template <class X>
void schema(std::string& out) {
  if constexpr (has_contents<X>) schema<contents_of<X>>(out);
  else if constexpr (has_fields<X> || tuple_like<X>) {
    char separator = '(';
    member_types<X>([&]<class M>() { out += separator, separator = ',', schema<M>(out); });
    out += separator == '(' ? "()" : ")";
  } else if constexpr (is_array<X>) {
    out += std::to_string(sizeof(X) / sizeof(element_of<X>)) + '*';
    schema<element_of<X>>(out);
  } else if constexpr (is_duration<X>) {
    schema<typename X::rep>(out);
    out += "x" + std::to_string(X::period::num) + '/' + std::to_string(X::period::den) + 's';
  } else if constexpr (std::same_as<X, bool>) out += "bool";
  else if constexpr (std::is_enum_v<X>) schema<std::underlying_type_t<X>>(out);
  else if constexpr (integer<X>) out += (static_cast<X>(-1) < static_cast<X>(1) && !std::same_as<X, char> ? 'i' : 'u') + std::to_string(8 * sizeof(X));
  else if constexpr (floating<X>) out += 'f' + std::to_string(8 * sizeof(X));
  else if constexpr (std::same_as<X, std::string>) out += "text";
  else if constexpr (is_optional<X>) out += '?', schema<typename X::value_type>(out);
  else if constexpr (ordered_map<X>) out += '{', schema<typename X::key_type>(out), out += ':', schema<typename X::mapped_type>(out), out += '}';
  else if constexpr (ordered_set<X>) out += '{', schema<typename X::key_type>(out), out += '}';
  else if constexpr (sequence<X>) out += '[', schema<typename X::value_type>(out), out += ']';
  else static_assert(never<X>, "a type that explain() lets pass");
}

}  // namespace walk
}  // namespace detail

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
