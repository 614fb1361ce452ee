// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/co_moments.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <equipoise/stats/unit_moments.hpp>
#include <equipoise/testing/laws.hpp>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;

namespace {
using tk = ticks<30'000>;

template <class S>
struct keep {
  using statistic = S;
  auto operator()(S const& s, row_info const&) const -> S { return s; }
};
struct lagged : keep<lag_moments> {
  bool autos = false;
  [[nodiscard]] auto start(row_info const&) const -> lag_moments { return lag_moments(7, autos); }
};
struct grouped : keep<grouped_rows> {
  [[nodiscard]] auto start(row_info const&) const -> grouped_rows { return grouped_rows(5); }
};
auto widths() -> std::vector<tk> { return {tk{3}, tk{17}, tk{100}, tk{777}, tk{5'000}}; }

/// 240 partitions: eight recordings, with and without gaps, from the origin and from before it.
template <class Study>
void holds(Study const& study_of) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    auto const [table, cells] =
        testing::random_recording<tk>(seed, {.units = 6, .length = 6'000, .spikes = 1'500, .gaps = seed % 2 == 1, .begin = seed % 3 == 0 ? -1'000 : 0});
    auto const report = check_fold(study_of(cells), table, seed, 30);
    CHECK(report.partitions == 30);
    for (auto const& what : report.broken) MESSAGE(what);
    CHECK(report.holds());
  }
}
template <class M>
auto plain(M m) {
  return [m](std::vector<cell> const& c) { return split(c) | pyramid(widths()) | measure("s"_n = m); };
}

/// A statistic that can be broken on purpose.
struct breakable : state_base {
  enum class fault : std::uint8_t { none, forgets_a_field, depends_on_order, is_not_neutral };
  static inline fault is = fault::none;
  std::int64_t e = 0, i = 0, latest = 0, rows = is == fault::is_not_neutral ? 1 : 0;
  static auto fields(auto& s) { return std::tie(s.e, s.i, s.latest, s.rows); }
  template <class C>
  void absorb(count_row<C> const& r) {
    for (auto const x : r.e) e += x;
    for (auto const x : r.i) i += x;
    if (is == fault::depends_on_order) latest = 1 + r.first;
  }
  auto merge(breakable const& o) -> breakable& {
    e += o.e, rows += o.rows;
    if (is != fault::forgets_a_field) i += o.i;
    if (o.latest != 0) latest = o.latest;
    return *this;
  }
};

/// An analysis of blocks of either kind: how much time there was. It can be blind for time that comes twice, or refuse it too late.
template <class Flow>
struct extent : analysis_base {
  using takes = Flow;
  enum class fault : std::uint8_t { none, blind, late };
  static inline fault is = fault::none;

  template <tick T>
  struct state : state_base {
    epochs<T> seen;
    std::int64_t length = 0;
    static auto fields(auto& s) { return std::tie(s.seen, s.length); }
    void add(window<T> w) {
      if (is == fault::none) seen.add(w);
      length += w.length().count();
      if (is == fault::late) seen.add(w);
    }
    template <class Block>
    void absorb(Block const& b)
      requires std::same_as<decltype(b.when), window<T>>
    {
      if (!b.when.empty()) add(b.when);
    }
    auto merge(state const& o) -> state& {
      if (is == fault::blind) return length += o.length, *this;
      for (auto const& w : o.seen) add(w);
      return *this;
    }
  };
  template <class L>
  [[nodiscard]] auto start(L const&) const -> state<typename L::tick_type> {
    return {};
  }
  template <class State>
  [[nodiscard]] auto finish(State const& s) const -> std::int64_t {
    return s.length;
  }
};

auto says(law_report const& report, char const* what) -> bool {
  return std::any_of(report.broken.begin(), report.broken.end(), [&](std::string const& s) { return s.find(what) != std::string::npos; });
}
auto small_recording() { return testing::random_recording<tk>(1, {.units = 6, .length = 6'000, .spikes = 1'500, .gaps = false, .begin = 0}); }

/// The reports of an analysis of blocks: sound, blind, late.
template <class Flow, class Study>
void blindness_is_caught(Study const& study) {
  using fault = typename extent<Flow>::fault;
  auto const made = small_recording();
  auto report = [&](fault f) {
    extent<Flow>::is = f;
    auto r = check_fold(study, made.first, 1, 20);
    extent<Flow>::is = fault::none;
    return r;
  };
  CHECK(report(fault::none).holds());
  auto const blind = report(fault::blind);
  CHECK(blind.broken.size() == 2);
  CHECK(says(blind, "absorbing the same time twice is not refused"));
  CHECK(says(blind, "merging the same time twice is not refused"));
  auto const late = report(fault::late);
  CHECK(late.broken.size() == 2);
  CHECK(says(late, "absorbing the same time twice is refused, but the state has changed"));
  CHECK(says(late, "merging the same time twice is refused, but the state has changed"));
}
}  // namespace

TEST_CASE("laws: hold for co_moments over 240 partitions") { holds(plain(keep<co_moments>{})); }
TEST_CASE("laws: hold for lag_moments over 240 partitions") { holds(plain(lagged{})); }
TEST_CASE("laws: hold for lag_moments with autocorrelations over 240 partitions") { holds(plain(lagged{{}, true})); }
TEST_CASE("laws: hold for joint_histogram over 240 partitions") { holds(plain(keep<joint_histogram>{})); }
TEST_CASE("laws: hold for count_rows over 240 partitions") { holds(plain(keep<count_rows>{})); }
TEST_CASE("laws: hold for grouped_rows over 240 partitions") { holds(plain(grouped{})); }
TEST_CASE("laws: hold for unit_moments, and all statistics together, over 240 partitions") {
  holds([](std::vector<cell> const& c) {
    return split(c) | pyramid(widths()).with_units()
         | measure("units"_n = keep<unit_moments>{}, "co"_n = keep<co_moments>{}, "lag"_n = lagged{},
                   "joint"_n = keep<joint_histogram>{}, "rows"_n = keep<count_rows>{}, "groups"_n = grouped{});
  });
}

TEST_CASE("laws: hold for a recording in nanoseconds, cut far below 2^32 ticks and far above") {
  random_stream random(4);
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::int64_t t = 0; t < 60'000'000'000; t += 1 + static_cast<std::int64_t>(random.below(40'000'000))) {
    at.push_back(t);
    unit.push_back(static_cast<unit_index>(random.below(3)));
  }
  using ns = std::chrono::nanoseconds;
  spike_table<ns> const table(at, unit, 3, window<ns>{ns{0}, std::chrono::minutes{1}});
  std::vector<ns> const scales{std::chrono::milliseconds{20}, std::chrono::milliseconds{900}, std::chrono::seconds{11}};
  auto const study = split({cell::e, cell::i, cell::e}) | pyramid(scales) | measure("co"_n = keep<co_moments>{}, "lag"_n = lagged{});
  auto const report = check_fold(study, table, 3, 40);
  CHECK(report.holds());
}

TEST_CASE("laws: hold for blocks of more than 65 536 of the finest bins, which the pyramid cuts, and the rows are those of a plain count") {
  for (bool const gaps : {false, true}) {
    auto const [table, cells] = testing::random_recording<tk>(21, {.units = 6, .length = 2'000'000, .spikes = 20'000, .gaps = gaps, .begin = -50'000});
    std::vector<tk> const fine{tk{3}, tk{17}, tk{777}, tk{88'888}};
    auto const study = split(cells) | pyramid(fine) | measure("co"_n = keep<co_moments>{}, "lag"_n = lagged{}, "joint"_n = keep<joint_histogram>{}, "rows"_n = keep<count_rows>{}, "groups"_n = grouped{});
    auto const report = check_fold(study, table, 5, 30);
    for (auto const& what : report.broken) MESSAGE(what);
    CHECK(report.holds());
    CHECK(std::any_of(table.observed().begin(), table.observed().end(), [](auto const& w) { return w.length() > tk{3 * 65'536}; }));

    auto state = study.start(layout<tk>{table.when(), table.size()});
    event_block<tk> const all{table.when(), table.at(), table.unit()};
    for (auto const& w : table.observed()) state.absorb(all.within(w));
    auto const r = study.finish(state);
    for (std::size_t k = 0; k < fine.size(); ++k) {
      auto const w = fine[k].count();
      std::map<std::int64_t, std::array<std::uint32_t, 2>> count;
      for (std::size_t j = 0; j < table.spikes(); ++j)
        if (auto const c = cells[table.unit()[j]]; c != cell::neither) ++count[floor_div(table.at()[j], w)][c == cell::i];
      std::int64_t wrong = 0, bins = 0, expected = 0;
      for (auto const& o : table.observed()) expected += std::max<std::int64_t>(0, floor_div(o.end.count(), w) - ceil_div(o.begin.count(), w));
      for (auto const& run : r["rows"_n][k].runs())
        for (std::size_t b = 0; b < run.e.size(); ++b, ++bins) {
          auto const found = count.find(run.first + static_cast<std::int64_t>(b));
          auto const truth = found == count.end() ? std::array<std::uint32_t, 2>{} : found->second;
          wrong += run.e[b] != truth[0] || run.i[b] != truth[1];
        }
      CHECK(wrong == 0);
      CHECK(bins == expected);
    }
  }
}

TEST_CASE("laws: a statistic that breaks them is caught, and the report says which law") {
  using fault = breakable::fault;
  auto const made = small_recording();
  auto const study = plain(keep<breakable>{})(made.second);
  auto report = [&](fault f) {
    breakable::is = f;
    auto r = check_fold(study, made.first, 1, 20);
    breakable::is = fault::none;
    return r;
  };
  CHECK(report(fault::none).holds());

  auto const forgetful = report(fault::forgets_a_field);
  CHECK(says(forgetful, "the state of a partition differs from the state of the whole"));
  CHECK(says(forgetful, "empty ⊕ x differs from x"));
  CHECK_FALSE(says(forgetful, "x ⊕ empty differs from x"));

  auto const ordered = report(fault::depends_on_order);
  CHECK(says(ordered, "the state of a partition differs from the state of the whole"));
  CHECK_FALSE(says(ordered, "empty"));

  auto const biased = report(fault::is_not_neutral);
  CHECK(says(biased, "empty ⊕ x differs from x"));
  CHECK(says(biased, "x ⊕ empty differs from x"));
  CHECK_FALSE(says(biased, "twice"));
}

TEST_CASE("laws: an analysis that takes the same time twice is caught, alone and after a stage") {
  blindness_is_caught<events>(extent<events>{});
  blindness_is_caught<ei_events>(split(small_recording().second) | extent<ei_events>{});
}

TEST_CASE("laws: the report is the same for the same seed") {
  auto const made = small_recording();
  breakable::is = breakable::fault::depends_on_order;
  auto report = [&](std::uint64_t seed) { return check_fold(plain(keep<breakable>{})(made.second), made.first, seed, 20).broken; };
  auto const first = report(5);
  CHECK_FALSE(first.empty());
  CHECK(report(5) == first);
  CHECK(report(6) != first);
  breakable::is = breakable::fault::none;
}
