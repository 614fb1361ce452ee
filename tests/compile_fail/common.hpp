// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <equipoise/balance/coupling.hpp>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/fork.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/joint_histogram.hpp>

using namespace equipoise;
using namespace std::chrono_literals;

inline auto cells() -> std::vector<cell> { return {cell::e, cell::i}; }
inline auto widths() -> scales { return {1ms, 10ms}; }
/// A partition as a user might write it.
struct by_half : partition_base {
  template <analysis A>
  auto over(A a) const -> A {
    return a;
  }
};
