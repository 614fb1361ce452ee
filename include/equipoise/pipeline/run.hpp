// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The four verbs as functions: `start`, `finish`, `run` over a source, and `stream` for data that arrive block by block.

#include <type_traits>
#include <utility>

#include "../concepts/fold.hpp"
#include "../core/record.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
template <class S>
concept source_like = event_source<std::remove_cvref_t<S>> || replayable<std::remove_cvref_t<S>>;

template <class A>
inline constexpr bool takes_events = std::same_as<typename A::takes, events>;

/// One pass over a source.
template <class Source, class A>
auto pass(Source& source, A const& a) {
  auto state = a.start(source.layout());
  while (auto const block = source.next()) state.absorb(*block);
  return a.finish(state);
}
}  // namespace detail

/// The empty state of a study for a recording of that layout. States of equal layouts merge.
template <analysis A, tick T>
auto start(A const& study, layout<T> const& l) {
  return study.start(l);
}

/// The result of a state; pure, may be called at any time.
template <analysis A, class State>
auto finish(A const& study, State const& state) {
  return study.finish(state);
}

/// Runs a study over a source, or over something that can be read again: one pass, every result.
///
/// Result   what the study's `finish` gives: a record for studies that end in measure(…)
/// Errors   those of the source and of `start`
template <class Source, analysis A>
  requires detail::source_like<Source>
auto run(Source&& source, A const& study) {
  if constexpr (!detail::takes_events<A>) {
    static_assert(never<A>, "equipoise: this analysis does not take events; begin it with split(…): source | split(…) | pyramid(…) | measure(…)");
    return refused{};
  } else if constexpr (event_source<std::remove_cvref_t<Source>>) {
    return detail::pass(source, study);
  } else {
    auto blocks = source.blocks();
    return detail::pass(blocks, study);
  }
}

/// A study under way: blocks go in as they arrive, results come out at any time. Made by `stream(study, layout)`.
template <analysis A, tick T>
class live {
 public:
  live(A study, layout<T> const& l) : study_(std::move(study)), state_(study_.start(l)) {}

  void absorb(event_block<T> const& block) { state_.absorb(block); }
  [[nodiscard]] auto result() const { return study_.finish(state_); }
  [[nodiscard]] auto state() const noexcept -> state_of<A, T> const& { return state_; }

 private:
  A study_;
  state_of<A, T> state_;
};

/// The live form of a study. Disjoint blocks may come in any order; the result is the same.
template <analysis A, tick T>
auto stream(A study, layout<T> const& l) -> live<A, T> {
  return {std::move(study), l};
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
