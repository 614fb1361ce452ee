// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Named heterogeneous results: `"rho"_n = value`, `result["rho"_n]`; a misspelt name is a compile error that says so.

#include <algorithm>
#include <array>
#include <boost/hana/at_key.hpp>
#include <boost/hana/map.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/type.hpp>
#include <compare>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

#include "config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A string that can be a template argument.
template <std::size_t N>
struct fixed_string {
  char text[N]{};
  consteval fixed_string(char const (&s)[N]) { std::copy_n(s, N, text); }
  [[nodiscard]] constexpr auto view() const noexcept -> std::string_view { return {text, N - 1}; }
  auto operator<=>(fixed_string const&) const = default;
};

/// A value with the type of its name.
template <class Name, class V>
struct named {
  using name_type = Name;
  using value_type = V;
  V value;
};

/// A name; `"rho"_n` makes one, `"rho"_n = value` a named value.
template <fixed_string S>
struct name {
  static constexpr auto text() noexcept -> std::string_view { return S.view(); }
  template <class V>
  constexpr auto operator=(V value) const -> named<name, V> {
    return {std::move(value)};
  }
};

inline namespace literals {
template <fixed_string S>
consteval auto operator""_n() -> name<S> {
  return {};
}
}  // namespace literals

namespace detail {
/// No two of the names are one.
template <class... Name>
inline constexpr bool distinct = true;
template <class First, class... Rest>
inline constexpr bool distinct<First, Rest...> = !(std::same_as<First, Rest> || ...) && distinct<Rest...>;
}  // namespace detail

/// What a refused expression gives: it swallows every `|` that follows, so that the sentence of the refusal stays the only error.
struct refused {
  template <class X>
  friend constexpr auto operator|(refused, X const&) -> refused {
    return {};
  }
  template <class X>
    requires(!std::same_as<X, refused>)
  friend constexpr auto operator|(X const&, refused) -> refused {
    return {};
  }
};

/// Values of different types under names: a result.
///
/// Result   `r["name"_n]` is a reference to the value; a name that is not there is a compile error
/// Cost     none at run time: names are types
template <class... Named>
class record;

template <class... Name, class... V>
class record<named<Name, V>...> {
  static_assert(detail::distinct<Name...>, "equipoise: two fields of a record have the same name");
  using map_type = decltype(boost::hana::make_map(boost::hana::make_pair(boost::hana::type_c<Name>, std::declval<V>())...));

 public:
  explicit record(V... values) : values_(boost::hana::make_map(boost::hana::make_pair(boost::hana::type_c<Name>, std::move(values))...)) {}

  /// The names, in order.
  static constexpr auto names() -> std::array<std::string_view, sizeof...(Name)> { return {Name::text()...}; }

  template <fixed_string S>
  static constexpr auto contains(name<S>) -> bool {
    return (std::same_as<Name, name<S>> || ...);
  }

  template <fixed_string S>
  auto operator[](name<S>) const -> decltype(auto) {
    if constexpr (contains(name<S>{})) return (values_[boost::hana::type_c<name<S>>]);
    else static_assert(never<name<S>>, "equipoise: this record has no field of that name; its type lists the names it has");
  }

  /// Calls f(text of the name, value) for each, in order.
  template <class F>
  void each(F&& f) const {
    (f(Name::text(), values_[boost::hana::type_c<Name>]), ...);
  }

  /// This record and one more field.
  template <class More, class W>
  [[nodiscard]] auto with(named<More, W> more) const -> record<named<Name, V>..., named<More, W>> {
    static_assert(!(std::same_as<Name, More> || ...), "equipoise: the record has a field of that name already");
    return record<named<Name, V>..., named<More, W>>(values_[boost::hana::type_c<Name>]..., std::move(more.value));
  }

  friend auto operator==(record const& a, record const& b) -> bool {
    return ((a.values_[boost::hana::type_c<Name>] == b.values_[boost::hana::type_c<Name>]) && ...);
  }

 private:
  map_type values_;
};

template <class T>
inline constexpr bool is_record = false;
template <class... Named>
inline constexpr bool is_record<record<Named...>> = true;

/// A record from named values: `make_record("n"_n = 3, "mean"_n = 0.5)`.
template <class... Name, class... V>
auto make_record(named<Name, V>... fields) -> record<named<Name, V>...> {
  return record<named<Name, V>...>(std::move(fields.value)...);
}

/// Columns side by side: `for (auto [scale, rho] : rows(result["scale"_n], result["rho"_n]))`. As many rows as the shortest column.
///
/// The columns are referred to, not copied: they must outlive the range.
template <class... Column>
class rows {
 public:
  explicit rows(Column const&... columns) : columns_(columns...), size_((std::min)({std::size(columns)...})) {}

  class iterator {
   public:
    using value_type = std::tuple<typename Column::value_type const&...>;
    using difference_type = std::ptrdiff_t;
    iterator(std::tuple<Column const&...> const* columns, std::size_t at) : columns_(columns), at_(at) {}
    auto operator*() const -> value_type {
      return std::apply([this](auto const&... c) { return value_type(c[at_]...); }, *columns_);
    }
    auto operator++() -> iterator& { return ++at_, *this; }
    auto operator==(iterator const& o) const -> bool { return at_ == o.at_; }

   private:
    std::tuple<Column const&...> const* columns_;
    std::size_t at_;
  };
  [[nodiscard]] auto begin() const -> iterator { return {&columns_, 0}; }
  [[nodiscard]] auto end() const -> iterator { return {&columns_, size_}; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

 private:
  std::tuple<Column const&...> columns_;
  std::size_t size_;
};
template <class... Column>
rows(Column const&...) -> rows<Column...>;

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
