// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Several analyses over one input in one pass: `fork("a"_n = study, "b"_n = other)`, a product of monoids.

#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../concepts/fold.hpp"
#include "../core/record.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
/// What the parts of a fork take together: the richer of two flows that fit, else void.
template <class A, class B>
using common_flow = std::conditional_t<feeds<A, B>, A, std::conditional_t<feeds<B, A>, B, void>>;
template <class First, class... Rest>
struct fold_flows {
  using type = First;
};
template <class A, class B, class... Rest>
struct fold_flows<A, B, Rest...> : fold_flows<common_flow<A, B>, Rest...> {};
}  // namespace detail

/// Analyses of one input side by side. Made by `fork(…)`; its result is a record of their results.
template <class... Named>
class forked;

template <class... Name, class... A>
class forked<named<Name, A>...> : public analysis_base {
 public:
  using takes = typename detail::fold_flows<typename A::takes...>::type;

  explicit forked(A... analyses) : analyses_(std::move(analyses)...) {}

  template <class... S>
  class state : public state_base {
   public:
    explicit state(S... parts) : parts_(std::move(parts)...) {}
    static auto fields(auto& s) { return std::tie(s.parts_); }

    template <class Item>
      requires(absorbs<S, Item> || ...)
    void absorb(Item const& item) {
      auto one = [&]<class Part>(Part& part) {
        if constexpr (absorbs<Part, Item>) part.absorb(item);
      };
      std::apply([&](auto&... p) { (one(p), ...); }, parts_);
    }
    template <tick T>
    void expect(window<T> w) const {
      std::apply([&](auto const&... p) { (detail::expect(p, w), ...); }, parts_);
    }
    template <tick T>
    void settle(T before) {
      std::apply([&](auto&... p) { (detail::settle(p, before), ...); }, parts_);
    }
    auto merge(state const& o) -> state& {
      [&]<std::size_t... J>(std::index_sequence<J...>) { (std::get<J>(parts_).merge(std::get<J>(o.parts_)), ...); }(std::index_sequence_for<S...>{});
      return *this;
    }
    [[nodiscard]] auto parts() const noexcept -> std::tuple<S...> const& { return parts_; }

   private:
    std::tuple<S...> parts_;
  };

  template <class L>
  [[nodiscard]] auto start(L const& l) const {
    return std::apply([&](auto const&... a) { return state<decltype(a.start(l))...>(a.start(l)...); }, analyses_);
  }
  template <class State>
  [[nodiscard]] auto finish(State const& s) const {
    return [&]<std::size_t... J>(std::index_sequence<J...>) {
      return make_record(named<Name, decltype(std::get<J>(analyses_).finish(std::get<J>(s.parts())))>{std::get<J>(analyses_).finish(std::get<J>(s.parts()))}...);
    }(std::index_sequence_for<A...>{});
  }

  template <class... S>
  [[nodiscard]] auto finish_apart(std::span<state<S...> const* const> parts) const {
    auto one = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
      using of_part = std::tuple_element_t<J, std::tuple<S...>>;
      std::vector<of_part const*> of_one;
      for (auto const* s : parts) of_one.push_back(&std::get<J>(s->parts()));
      return std::get<J>(analyses_).finish_apart(std::span<of_part const* const>(of_one));
    };
    return [&]<std::size_t... J>(std::index_sequence<J...>) {
      return make_record(named<Name, decltype(one(std::integral_constant<std::size_t, J>{}))>{one(std::integral_constant<std::size_t, J>{})}...);
    }(std::index_sequence_for<A...>{});
  }

 private:
  std::tuple<A...> analyses_;
};

/// Several analyses over the same input: `split(cells) | pyramid(scales) | fork("coupling"_n = measure(…), "tails"_n = measure(…))`.
///
/// Result   an analysis whose result is a record with one field per name
/// Errors   at compile time, a sentence for parts that are no analyses, take unlike inputs, or share a name
template <class... Name, analysis... A>
  requires(sizeof...(A) > 0)
auto fork(named<Name, A>... analyses) {
  if constexpr (!detail::distinct<name<"incomplete">, Name...>) {
    static_assert(never<A...>, "equipoise: two parts of a fork have the same name, or one is called as the result's own column (incomplete)");
    return refused{};
  } else if constexpr (std::is_void_v<typename detail::fold_flows<typename A::takes...>::type>) {
    static_assert(never<A...>, "equipoise: the analyses of a fork must take the same input: either each begins with split(…), or split(…) | pyramid(…) stands before the fork");
    return refused{};
  } else {
    return forked<named<Name, A>...>(std::move(analyses.value)...);
  }
}
template <class... Name, class... A>
  requires(!(analysis<A> && ...))
auto fork(named<Name, A>...) {
  static_assert((analysis<A> && ...), "equipoise: each part of a fork must be an analysis that ends in measure(…); write fork(\"a\"_n = …, \"b\"_n = …)");
  return refused{};
}
template <class... X>
  requires(sizeof...(X) > 0 && (!requires { typename X::name_type; } || ...))
auto fork(X...) {
  static_assert(never<X...>, "equipoise: each part of a fork must have a name; write fork(\"a\"_n = …, \"b\"_n = …)");
  return refused{};
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
