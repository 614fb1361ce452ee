// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// `|` and `compose`: stages, analyses, partitions and sources become a study, and a study runs.
///
///   stage | analysis, partition | analysis → analysis        stage | stage → stage
///   source | analysis → result                               source | stage, source | partition → waits for an analysis
///
/// An order that cannot be meant is a compile error with a sentence.

#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "run.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// stage | analysis: a study. Its state is the stage's, which feeds the analysis' state.
template <class S, class A>
struct chain : analysis_base {
  using takes = typename S::takes;
  S first;
  A rest;

  chain(S s, A a) : first(std::move(s)), rest(std::move(a)) {}
  template <class L>
  auto start(L const& l) const {
    return first.attach(l, rest.start(first.layout_after(l)));
  }
  /// A stage may have a word of its own in the result: `finish(state, rest)`; else the result is that of the analysis.
  template <class State>
  auto finish(State const& s) const {
    if constexpr (requires { first.finish(s, rest); }) return first.finish(s, rest);
    else return rest.finish(s.down);
  }
  /// The result over several states, each with means of its own (see by_state).
  template <class State>
  auto finish_apart(std::span<State const* const> parts) const {
    if constexpr (requires { first.finish_apart(parts, rest); }) {
      return first.finish_apart(parts, rest);
    } else {
      using down = std::remove_cvref_t<decltype(parts[0]->down)>;
      std::vector<down const*> downs;
      for (auto const* s : parts) downs.push_back(&s->down);
      return rest.finish_apart(std::span<down const* const>(downs));
    }
  }
};

/// stage | stage, waiting for an analysis.
template <class S, class R>
struct stages : stage_base {
  using takes = typename S::takes;
  using gives = typename R::gives;
  S first;
  R rest;
  stages(S s, R r) : first(std::move(s)), rest(std::move(r)) {}
};

/// partition | stage or partition | partition, waiting for an analysis.
template <class P, class R>
struct divided : partition_base {
  P first;
  R rest;
  divided(P p, R r) : first(std::move(p)), rest(std::move(r)) {}
};

namespace detail {
template <class>
inline constexpr bool is_stages = false;
template <class S, class R>
inline constexpr bool is_stages<stages<S, R>> = true;
template <class>
inline constexpr bool is_divided = false;
template <class P, class R>
inline constexpr bool is_divided<divided<P, R>> = true;
}  // namespace detail

/// source | stage, waiting for an analysis; holds a temporary source, refers to any other.
template <class Source, class R>
struct fed : pipes::composes {
  Source source;  // a value or a reference
  R rest;
  fed(Source&& s, R r) : source(std::forward<Source>(s)), rest(std::move(r)) {}
};

namespace pipes {

template <stage S, analysis A>
constexpr auto operator|(S s, A a) {
  if constexpr (!feeds<typename S::gives, typename A::takes>) {
    static_assert(never<S, A>, "equipoise: the left side does not give what the right side takes (events -> split -> pyramid -> measure; metrics of single units need pyramid(…).with_units())");
    return refused{};
  } else if constexpr (detail::is_stages<S>) {
    return std::move(s.first) | (std::move(s.rest) | std::move(a));
  } else {
    return chain<S, A>(std::move(s), std::move(a));
  }
}

template <stage S, stage R>
constexpr auto operator|(S s, R r) {
  if constexpr (!feeds<typename S::gives, typename R::takes>) {
    static_assert(never<S, R>, "equipoise: the left side does not give what the right side takes (events -> split -> pyramid -> measure)");
    return refused{};
  } else {
    return stages<S, R>(std::move(s), std::move(r));
  }
}

template <partition P, analysis A>
constexpr auto operator|(P p, A a) {
  if constexpr (detail::is_divided<P>) {  // what follows the partition takes the analysis first
    return std::move(p.first) | (std::move(p.rest) | std::move(a));
  } else if constexpr (!std::same_as<typename A::takes, events>) {
    static_assert(never<P, A>, "equipoise: a partition divides events by time, so a whole study follows it: by_state(epochs) | split(…) | pyramid(…) | measure(…)");
    return refused{};
  } else {
    return p.over(std::move(a));
  }
}

template <partition P, class R>
  requires stage<R> || partition<R>
constexpr auto operator|(P p, R r) {
  if constexpr (detail::is_divided<P>) return divided<decltype(p.first), decltype(std::move(p.rest) | std::move(r))>(std::move(p.first), std::move(p.rest) | std::move(r));
  else return divided<P, R>(std::move(p), std::move(r));
}

template <class Source, analysis A>
  requires detail::source_like<Source>
auto operator|(Source&& source, A const& a) {
  return run(std::forward<Source>(source), a);
}

template <class Source, class R>
  requires detail::source_like<Source> && (stage<R> || partition<R>)
auto operator|(Source&& source, R r) {
  return fed<Source, R>(std::forward<Source>(source), std::move(r));
}

template <class Source, class R, class X>
  requires stage<X> || partition<X>
auto operator|(fed<Source, R> f, X x) {
  return fed<Source, decltype(std::move(f.rest) | std::move(x))>(std::forward<Source>(f.source), std::move(f.rest) | std::move(x));
}

template <class Source, class R, analysis A>
auto operator|(fed<Source, R> f, A const& a) {
  return std::forward<Source>(f.source) | (std::move(f.rest) | a);
}

// The orders that cannot be meant.

template <analysis A, class R>
  requires stage<R> || partition<R> || analysis<R>
constexpr auto operator|(A const&, R const&) {
  static_assert(never<A, R>, "equipoise: nothing follows an analysis; write source | [partition |] split(…) | pyramid(…) | measure(…), and fork(…) for several analyses of one input");
  return refused{};
}

template <stage S, partition P>
constexpr auto operator|(S const&, P const&) {
  static_assert(never<S, P>, "equipoise: a partition (by_state, sliding) divides time, so it stands left of every stage: by_state(epochs) | split(…) | pyramid(…) | measure(…)");
  return refused{};
}

template <class L, class X>
  requires(std::derived_from<L, composes> && (metric<X> || scale_set<X>))
constexpr auto operator|(L const&, X const&) {
  if constexpr (metric<X>) static_assert(never<L, X>, "equipoise: a metric stands in measure(…), under a name: split(…) | pyramid(…) | measure(\"rho\"_n = zero_lag_correlation{})");
  else static_assert(never<L, X>, "equipoise: scales stand in pyramid(…): split(…) | pyramid(scales) | measure(…)");
  return refused{};
}

template <class X, class R>
  requires(std::derived_from<R, analysis_base> || std::derived_from<R, stage_base>) && (!detail::source_like<X>) && (!std::derived_from<std::remove_cvref_t<X>, composes>)
constexpr auto operator|(X const&, R const&) {
  static_assert(never<X, R>, "equipoise: what stands left of the study is not a source of events; it needs layout() and next(), or blocks() that gives such a source");
  return refused{};
}

}  // namespace pipes

/// `compose(a, b, c)` is `a | b | c`.
template <class First, class... Rest>
constexpr auto compose(First first, Rest... rest) {
  return (std::move(first) | ... | std::move(rest));
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
