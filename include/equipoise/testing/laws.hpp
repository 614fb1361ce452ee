// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The laws of the fold as checks for anybody's statistic, stage or analysis: random partitions, any order, any bracketing, compared with `==`.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/epochs.hpp"
#include "../core/random.hpp"
#include "../pipeline/run.hpp"
#include "../spikes/spike_table.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What the checks found.
struct law_report {
  int partitions = 0;                 ///< how many random partitions were tried
  std::vector<std::string> broken{};  ///< a sentence for each law that did not hold
  [[nodiscard]] auto holds() const noexcept -> bool { return broken.empty(); }
};

namespace detail {
/// Cuts the observed time at random places, one tick at the finest.
template <tick T>
auto random_parts(epochs<T> const& observed, random_stream& random, std::uint64_t most) -> std::vector<window<T>> {
  std::vector<window<T>> parts;
  for (auto const& w : observed) {
    std::vector<T> cuts{w.begin, w.end};
    for (auto n = random.below(most + 1); n > 0; --n) cuts.push_back(w.begin + T{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(w.length().count()) + 1))});
    std::sort(cuts.begin(), cuts.end());
    for (std::size_t k = 0; k + 1 < cuts.size(); ++k) parts.push_back({cuts[k], cuts[k + 1]});
  }
  return parts;
}
}  // namespace detail

/// Checks that a study's states form a commutative monoid over disjoint stretches of a recording:
/// the state of the whole equals that of random partitions absorbed and merged in random order and bracketing; the empty state is neutral;
/// time absorbed twice is refused and changes nothing.
///
/// Result   a report that lists what does not hold; the same for the same seed
template <analysis A, tick T>
auto check_fold(A const& study, spike_table<T> const& recording, std::uint64_t seed, int partitions = 200) -> law_report {
  law_report report;
  random_stream random(seed);
  equipoise::layout<T> const l{recording.when(), recording.size()};
  event_block<T> const all{recording.when(), recording.at(), recording.unit()};
  auto blame = [&](std::string what) { report.broken.push_back(what + " (partition " + std::to_string(report.partitions) + ", seed " + std::to_string(seed) + ")"); };

  auto whole = study.start(l);
  for (auto const& w : recording.observed()) whole.absorb(all.within(w));

  for (; report.partitions < partitions; ++report.partitions) {
    auto parts = detail::random_parts(recording.observed(), random, 1 + random.below(12));
    shuffle(parts, random);
    using state = decltype(study.start(l));
    std::vector<state> states;
    for (auto n = 1 + random.below(4); n > 0; --n) states.push_back(study.start(l));
    for (auto const& w : parts) states[random.below(states.size())].absorb(all.within(w));
    while (states.size() > 1) {  // any two, either way round
      auto const a = random.below(states.size());
      auto b = random.below(states.size() - 1);
      b += b >= a ? 1u : 0u;
      states[a].merge(states[b]);
      states.erase(states.begin() + static_cast<std::ptrdiff_t>(b));
    }
    if (!(states.front() == whole)) blame("the state of a partition differs from the state of the whole");
  }

  auto neutral = study.start(l);
  neutral.merge(whole);
  if (!(neutral == whole)) blame("empty ⊕ x differs from x");
  auto same = whole;
  same.merge(study.start(l));
  if (!(same == whole)) blame("x ⊕ empty differs from x");

  auto refuses = [&](auto&& act, char const* what) {
    auto changed = whole;
    try {
      act(changed);
      blame(std::string(what) + " the same time twice is not refused");
    } catch (error const&) {
      if (!(changed == whole)) blame(std::string(what) + " the same time twice is refused, but the state has changed");
    }
  };
  refuses([&](auto& s) { s.absorb(all.within(recording.observed().windows().front())); }, "absorbing");
  refuses([&](auto& s) { s.merge(whole); }, "merging");
  return report;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
