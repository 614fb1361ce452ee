// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/concepts/fold.hpp>
#include <tuple>
#include <vector>

using namespace equipoise;

namespace {
using tk = ticks<30'000>;
using ns = std::chrono::nanoseconds;

// ---- archetypes ---------------------------------------------------------------------------------------------------------------------------

/// A state of counts: how many bins, how many spikes.
struct least_statistic : state_base {
  std::int64_t bins = 0, spikes = 0;
  int colour = 0;  // configuration: not in `fields`
  static auto fields(auto& s) { return std::tie(s.bins, s.spikes); }
  template <class C>
  void absorb(count_row<C> const& r) {
    bins += static_cast<std::int64_t>(r.size());
    for (auto const c : r.e) spikes += c;
  }
  auto merge(least_statistic const& o) -> least_statistic& {
    bins += o.bins, spikes += o.spikes;
    return *this;
  }
};
struct least_events_state : state_base {
  std::int64_t n = 0;
  static auto fields(auto& s) { return std::tie(s.n); }
  template <tick T>
  void absorb(event_block<T> const& b) {
    n += static_cast<std::int64_t>(b.size());
  }
  auto merge(least_events_state const& o) -> least_events_state& { return n += o.n, *this; }
};
struct least_analysis : analysis_base {
  using takes = events;
  template <tick T>
  auto start(layout<T> const&) const {
    return least_events_state{};
  }
  auto finish(least_events_state const& s) const { return s.n; }
};
struct least_stage : stage_base {
  using takes = events;
  using gives = ei_events;
};
struct least_partition : partition_base {};

static_assert(mergeable<least_statistic> && mergeable<least_events_state>);
static_assert(accumulates<least_statistic, counts> && accumulates<least_events_state, events> && accumulates<least_events_state, events, tk>);
static_assert(!accumulates<least_statistic, events> && !accumulates<least_events_state, counts> && !accumulates<least_statistic, unit_counts>);
static_assert(analysis<least_analysis> && analysis<least_analysis, tk> && stage<least_stage> && partition<least_partition>);
static_assert(!stage<least_analysis> && !partition<least_analysis> && !analysis<least_stage> && !analysis<least_partition>);
static_assert(std::same_as<state_of<least_analysis, tk>, least_events_state>);

// ---- what falls short -------------------------------------------------------------------------------------------------------------------------

struct no_merge : state_base {
  static auto fields(auto&) { return std::tie(); }
};
struct merge_gives_nothing : no_merge {
  void merge(merge_gives_nothing const&) {}
};
struct no_equality {
  auto merge(no_equality const&) -> no_equality& { return *this; }
};
struct without_fields : state_base {
  auto merge(without_fields const&) -> without_fields& { return *this; }
};
static_assert(!mergeable<no_merge> && !mergeable<merge_gives_nothing> && !mergeable<no_equality> && !mergeable<without_fields> && !mergeable<int>);

struct eight_bits_only : state_base {  // a statistic must take 8, 16 and 32 bits
  static auto fields(auto&) { return std::tie(); }
  void absorb(count_row<std::uint8_t> const&) {}
  auto merge(eight_bits_only const&) -> eight_bits_only& { return *this; }
};
static_assert(mergeable<eight_bits_only> && !accumulates<eight_bits_only, counts>);

struct unmarked_analysis {
  using takes = events;
  template <tick T>
  auto start(layout<T> const&) const {
    return least_events_state{};
  }
  auto finish(least_events_state const& s) const { return s.n; }
};
struct endless_analysis : analysis_base {
  using takes = events;
  template <tick T>
  auto start(layout<T> const&) const {
    return least_events_state{};
  }
};
struct untyped_analysis : analysis_base {};
struct halfway_stage : stage_base {
  using takes = events;
};
static_assert(!analysis<unmarked_analysis> && !analysis<endless_analysis> && !analysis<untyped_analysis> && !stage<halfway_stage> && !partition<int>);

// ---- flows ----------------------------------------------------------------------------------------------------------------------------------

static_assert(feeds<events, events> && feeds<unit_counts, counts> && !feeds<counts, unit_counts> && !feeds<events, ei_events> && !feeds<ei_events, counts>);
static_assert(std::same_as<events::layout<tk>, layout<tk>> && std::same_as<ei_events::layout<tk>, ei_layout<tk>> && std::same_as<counts::layout<tk>, row_layout>);
}  // namespace

TEST_CASE("fold: states are equal by their fields, not by their configuration") {
  least_statistic a, b;
  CHECK(a == b);
  b.colour = 3;
  CHECK(a == b);
  b.spikes = 1;
  CHECK_FALSE(a == b);
}

TEST_CASE("fold: part of an e/i block is a view of the same memory, counted from the same origin") {
  std::vector<std::uint32_t> const e{0, 10, 10, 25}, i{9, 24};
  std::vector<unit_index> const eu{1, 2, 3, 4}, iu{5, 6};
  ei_block<tk> const b{{tk{1000}, tk{1030}}, tk{1000}, e, i, eu, iu};
  auto const part = b.within({tk{1010}, tk{1025}});
  CHECK(part.origin == tk{1000});
  CHECK(part.when == window<tk>{tk{1010}, tk{1025}});
  CHECK(part.e.data() == e.data() + 1);
  CHECK(part.e.size() == 2);
  CHECK(part.i.size() == 1);
  CHECK(part.i.front() == 24);
  CHECK(part.e_unit.data() == eu.data() + 1);
  CHECK(part.i_unit.front() == 6);
  ei_block<tk> const bare{{tk{1000}, tk{1030}}, tk{1000}, e, i, {}, {}};
  CHECK(bare.within({tk{1010}, tk{1025}}).e_unit.empty());
  CHECK(bare.within({tk{1010}, tk{1025}}).within({tk{1010}, tk{1011}}).e.size() == 2);
}

TEST_CASE("fold: a block whose origin lies before its window is cut at the right offsets") {
  std::vector<std::uint32_t> const e{100, 150, 199};
  ei_block<tk> const b{{tk{-100}, tk{0}}, tk{-200}, e, {}, {}, {}};
  CHECK(b.within({tk{-100}, tk{-50}}).e.size() == 1);
  CHECK(b.within({tk{-50}, tk{0}}).e.size() == 2);
  CHECK(b.within({tk{-1}, tk{0}}).e.front() == 199);
}

TEST_CASE("fold: a width is read in seconds and milliseconds, correctly rounded") {
  CHECK(bin_width{30, 1, 30'000}.seconds() == 0.001);
  CHECK(in_ms(bin_width{30, 1, 30'000}) == 1.0);
  CHECK(in_ms(bin_width{66'686'331, 1, 1'000'000'000}) == 66.686331);
  CHECK(in_ms(bin_width{25, 16, 390'625}) == 1.024);
  CHECK(bin_width{1, 2, 3} == bin_width{1, 2, 3});
  CHECK_FALSE(bin_width{1, 2, 3} == bin_width{1, 2, 4});
}

TEST_CASE("fold: rows know how many bins they hold") {
  std::vector<std::uint8_t> const c{1, 2, 3};
  CHECK(count_row<std::uint8_t>{0, -2, c, c}.size() == 3);
  std::vector<std::int64_t> const a{1, 2};
  CHECK(unit_row{0, 0, a, a, a, a}.size() == 2);
}
