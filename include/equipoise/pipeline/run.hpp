// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The verbs as functions: `start`, `absorb`, `finish`, and `run` over a source. Data that arrive block by block: pipeline/stream.hpp.

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
  auto const l = source.layout();
  auto state = a.start(l);
  while (auto const block = source.next()) state.absorb(expect_sound(*block, l.units));
  return a.finish(std::move(state));  // an analysis may take a large state over
}
}  // namespace detail

/// The empty state of a study for a recording of that layout. States of equal layouts merge.
template <analysis A, tick T>
auto start(A const& study, layout<T> const& l) {
  return study.start(l);
}

/// Absorbs all blocks of a source: `absorb(part, blocks_of(recording, {k, n}))`, on machine k of n. Disjoint stretches may come in any order.
///
/// Result   the state
/// Errors   those of the source; `error` if the state has absorbed part of that time already, or if a block is not what it must be
template <class State, class Source>
  requires event_source<std::remove_cvref_t<Source>>
auto absorb(State& state, Source&& source) -> State& {
  auto const units = source.layout().units;
  while (auto const block = source.next()) state.absorb(detail::expect_sound(*block, units));
  return state;
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
    auto blocks = [&] {
      if constexpr (requires { source.blocks(study.block_length(source.blocks().layout())); }) return source.blocks(study.block_length(source.blocks().layout()));
      else return source.blocks();
    }();
    return detail::pass(blocks, study);
  }
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
