// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The values of a state as bytes, and read back into a started state: every length is checked before anything is allocated.
///
/// Little-endian on every machine; doubles as their bits; lists, texts and maps as a 64-bit count and their elements, maps in the order of
/// their keys; bool and the presence of an optional as one byte, 0 or 1. No names, no padding.

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../core/error.hpp"
#include "state_walk.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
namespace walk {

/// Numbers whose memory is their form in a file on a machine that is little-endian, as nearly all are.
template <class E>
inline constexpr bool as_in_memory = std::endian::native == std::endian::little && (std::integral<E> || floating<E>) && !std::same_as<E, bool>;
template <class X>
inline constexpr bool in_one_piece = false;
template <sequence X>
inline constexpr bool in_one_piece<X> = std::ranges::contiguous_range<X> && as_in_memory<typename X::value_type>;

/// Little-endian, lowest byte first.
inline void put_number(std::string& out, std::uint64_t x, std::size_t bytes) {
  for (std::size_t k = 0; k < bytes; ++k) out += static_cast<char>(x >> (8 * k) & 0xFF);
}

template <class X>
void write(std::string& out, X const& x) {
  if constexpr (has_contents<X>) write(out, x.contents());
  else if constexpr (has_fields<X> || tuple_like<X>) members(x, [&](auto const& m) { write(out, m); });
  else if constexpr (is_duration<X>) write(out, x.count());
  else if constexpr (std::is_enum_v<X>) write(out, static_cast<std::underlying_type_t<X>>(x));
  else if constexpr (integer<X> && sizeof(X) == 16) put_number(out, static_cast<std::uint64_t>(x), 8), put_number(out, static_cast<std::uint64_t>(x >> 64), 8);
  else if constexpr (integer<X>) put_number(out, static_cast<std::uint64_t>(x), sizeof(X));
  else if constexpr (floating<X>) put_number(out, std::bit_cast<std::conditional_t<sizeof(X) == 4, std::uint32_t, std::uint64_t>>(x), sizeof(X));
  else if constexpr (std::same_as<X, std::string>) put_number(out, x.size(), 8), out += x;
  else if constexpr (is_optional<X>) {
    write(out, x.has_value());
    if (x) write(out, *x);
  } else if constexpr (is_array<X>) {
    for (auto const& e : x) write(out, e);
  } else if constexpr (in_one_piece<X>) {
    put_number(out, x.size(), 8);
    if (!x.empty()) out.append(reinterpret_cast<char const*>(std::data(x)), x.size() * sizeof(typename X::value_type));
  } else if constexpr (ordered_map<X> || ordered_set<X> || sequence<X>) {
    put_number(out, x.size(), 8);
    for (auto const& e : x) write(out, static_cast<typename X::value_type const&>(e));
  } else static_assert(never<X>, "a type that explain() lets pass");
}

/// Reads what `write` wrote into a copy of a started state. Throws `error` at the byte where something cannot be.
class reader {
 public:
  reader(std::string_view all, std::size_t from, std::size_t to, std::string_view where) : all_(all), at_(from), end_(to), where_(where) {}

  template <class X>
  void operator()(X& x) {
    read(x, no_blank{});
  }
  [[nodiscard]] auto number(std::size_t bytes) -> std::uint64_t {
    auto const from = take(bytes);
    std::uint64_t x = 0;
    for (auto k = bytes; k-- > 0;) x = x << 8 | static_cast<unsigned char>(from[k]);
    return x;
  }
  [[nodiscard]] auto text() -> std::string_view { return take(count(1)); }
  [[nodiscard]] auto at() const noexcept -> std::size_t { return at_; }

  [[noreturn]] void fail(std::size_t at, std::string problem, std::string expected, std::string found, std::string advice) const {
    throw error({.where = std::string(where_), .place = "byte " + std::to_string(at), .problem = std::move(problem), .expected = std::move(expected), .found = std::move(found), .advice = std::move(advice)});
  }

 private:
  [[noreturn]] void damaged(std::size_t at, std::string problem, std::string expected, std::string found) const {
    fail(at, std::move(problem), std::move(expected), std::move(found), "the bytes are damaged: resume from an older checkpoint, or begin anew");
  }
  auto take(std::size_t n) -> std::string_view {
    if (n > end_ - at_) damaged(at_, "the bytes end too early", std::to_string(n) + " more", std::to_string(end_ - at_));
    at_ += n;
    return all_.substr(at_ - n, n);
  }
  /// The length of a list, of elements that take at least that many bytes each.
  auto count(std::size_t least) -> std::size_t {
    auto const place = at_;
    auto const n = number(8);
    if (auto const most = least == 0 ? n : (end_ - at_) / least; n > most) damaged(place, "a list is longer than what follows", "at most " + std::to_string(most) + " elements", std::to_string(n));
    return static_cast<std::size_t>(n);
  }
  auto flag() -> bool {
    auto const x = number(1);
    if (x > 1) damaged(at_ - 1, "neither true nor false", "0 or 1", std::to_string(x));
    return x == 1;
  }
  void same_length(std::size_t place, std::size_t started, std::size_t n) const {
    if (n != started) fail(place, "a list has another length than in the state that was started", std::to_string(started), std::to_string(n), "start the state from the study and the layout that the checkpoint was made with");
  }
  template <class E, class Blank>
  static auto made(Blank const& blank) -> E {
    if constexpr (std::same_as<E, Blank>) return blank;
    else return E{};
  }

  /// `blank` is that of the class whose fields are read.
  template <class X, class Blank>
  void read(X& x, Blank const& blank) {
    if constexpr (has_contents<X>) {
      auto const place = at_;
      contents_of<X> all{};
      read(all, no_blank{});
      if (!x.assign(std::move(all))) damaged(place, "the contents of a table cannot be those", {}, {});
    } else if constexpr (has_fields<X>) {
      auto const place = at_;
      auto own = [&](auto const& b) { members(x, [&](auto& m) { read(m, b); }); };
      if constexpr (has_blank<X>) own(blank_of<X>(x.blank()));
      else own(no_blank{});
      if constexpr (requires { x.restored(); })
        if (!x.restored()) damaged(place, "these fields do not belong together", {}, {});
    } else if constexpr (tuple_like<X>) members(x, [&](auto& m) { read(m, blank); });
    else if constexpr (is_duration<X>) {
      typename X::rep r{};
      read(r, blank);
      x = X{r};
    } else if constexpr (std::is_enum_v<X>) {
      std::underlying_type_t<X> u{};
      read(u, blank);
      x = static_cast<X>(u);
    } else if constexpr (std::same_as<X, bool>) x = flag();
    else if constexpr (integer<X> && sizeof(X) == 16) {
      auto const low = number(8);
      x = static_cast<X>(static_cast<uint128>(number(8)) << 64 | low);
    } else if constexpr (integer<X>) x = static_cast<X>(number(sizeof(X)));
    else if constexpr (floating<X>) x = std::bit_cast<X>(static_cast<std::conditional_t<sizeof(X) == 4, std::uint32_t, std::uint64_t>>(number(sizeof(X))));
    else if constexpr (std::same_as<X, std::string>) x = text();
    else if constexpr (is_optional<X>) optional(x, blank);
    else if constexpr (is_array<X>) {
      for (auto& e : x) read(e, blank);
    } else if constexpr (in_one_piece<X>) {
      using element = typename X::value_type;
      x.resize(count(sizeof(element)));
      auto const from = take(x.size() * sizeof(element));
      if (!x.empty()) std::memcpy(std::data(x), from.data(), from.size());
    } else if constexpr (ordered_map<X>) map(x, blank);
    else if constexpr (ordered_set<X>) set(x);
    else list(x, blank);
  }

  template <class X, class Blank>
  void optional(X& x, Blank const& blank) {
    using value = typename X::value_type;
    auto const place = at_;
    auto const there = flag();
    if constexpr (can_be_made<value, Blank>) {
      if (!there) x.reset();
      else if (!x) x.emplace(made<value>(blank));
    } else same_length(place, x.has_value(), there);
    if (there) read(*x, blank);
  }

  /// Elements that `start` has made are read into, so that they keep what is not in their fields.
  template <class X, class Blank>
  void list(X& x, Blank const& blank) {
    using value = typename X::value_type;
    auto const place = at_;
    auto const n = count(least<value>());
    auto one = [&](auto&& e) {
      if constexpr (std::same_as<value, bool>) e = flag();  // std::vector<bool> has no references
      else read(e, blank);
    };
    if constexpr (can_be_made<value, Blank>) {
      while (x.size() > n) x.pop_back();
      for (auto&& e : x) one(e);
      if constexpr (requires { x.reserve(n); }) x.reserve(n);
      while (x.size() < n) {
        x.push_back(made<value>(blank));
        one(x.back());
      }
    } else {
      same_length(place, x.size(), n);
      for (auto&& e : x) one(e);
    }
  }

  template <class X, class Blank>
  void map(X& x, Blank const& blank) {
    using value = typename X::mapped_type;
    auto const place = at_;
    auto const n = count(least<typename X::key_type>() + least<value>());
    if constexpr (can_be_made<value, Blank>) {
      X started(x.key_comp());
      std::swap(started, x);
      for (std::size_t k = 0; k < n; ++k) {
        auto key = next_key(x, [](auto const& entry) -> auto const& { return entry.first; });
        auto old = started.extract(key);
        auto at = old.empty() ? x.emplace_hint(x.end(), std::move(key), made<value>(blank)) : x.insert(x.end(), std::move(old));
        read(at->second, blank);
      }
    } else {
      same_length(place, x.size(), n);
      for (auto& [started, v] : x) {
        auto const here = at_;
        typename X::key_type key{};
        read(key, no_blank{});
        if (x.key_comp()(key, started) || x.key_comp()(started, key)) fail(here, "a key differs from that of the state that was started", {}, {}, "start the state from the study and the layout that the checkpoint was made with");
        read(v, blank);
      }
    }
  }
  template <class X>
  void set(X& x) {
    x.clear();
    for (auto n = count(least<typename X::key_type>()); n > 0; --n) x.insert(x.end(), next_key(x, std::identity{}));
  }
  /// Keys ascend: equal states have equal bytes.
  template <class X, class Key>
  auto next_key(X const& x, Key key_of) -> typename X::key_type {
    auto const place = at_;
    typename X::key_type key{};
    read(key, no_blank{});
    if (!x.empty() && !x.key_comp()(key_of(*x.rbegin()), key)) damaged(place, "the keys of a map do not ascend", {}, {});
    return key;
  }

  std::string_view all_;
  std::size_t at_, end_;
  std::string_view where_;
};

}  // namespace walk
}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
