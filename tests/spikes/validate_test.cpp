// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <equipoise/core/random.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <equipoise/spikes/validate.hpp>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
using tk = ticks<1000>;
using columns = std::vector<std::int64_t>;
using owners = std::vector<unit_index>;

auto check(columns const& at, owners const& unit, std::size_t units, epochs<tk> const& observed) {
  return validate(std::span<std::int64_t const>(at), std::span<unit_index const>(unit), units, observed);
}
auto codes(validation_report const& r) {
  std::vector<std::string> out;
  for (auto const& w : r.warnings()) out.push_back(w.code);
  return out;
}
epochs<tk> const two_seconds{window<tk>{tk{0}, tk{2000}}};

/// Trains of somebody else: nothing is checked when they are made.
struct loose_population {
  using tick_type = tk;
  std::vector<columns> trains;
  window<tk> span{tk{0}, tk{2000}};
  auto size() const { return trains.size(); }
  auto operator[](unit_index u) const { return spike_span<tk>(trains[u], span); }
  auto when() const { return span; }
};
static_assert(population<loose_population> && !spike_train<loose_population>);
}  // namespace

TEST_CASE("validate: clean columns are ok and give no warning") {
  auto const r = check({0, 5, 5, 1999}, {0, 1, 0, 1}, 2, two_seconds);
  CHECK(r.ok());
  CHECK(r.warnings().empty());
  CHECK(r.spikes == 4);
  CHECK(r.units == 2);
  CHECK(r.simultaneous == finding{1, 1, 1, 5});  // the two spikes at 5: normal; the higher unit counts as the second
}

TEST_CASE("validate: every fault is counted with its first place") {
  //                      0   1  2   3   4   5     6   7
  auto const r = check({10, 20, 15, 20, -3, 2000, 400, 400}, {0, 1, 1, 1, 0, 2, 0, 7}, 4, two_seconds);
  CHECK_FALSE(r.ok());
  CHECK(r.spikes == 8);
  CHECK(r.unsorted == finding{3, 2, 1, 15});       // 20 → 15, 20 → −3, 2000 → 400
  CHECK(r.restarts == finding{1, 6, 0, 400});      // 1.6 s back
  CHECK(r.negative == finding{1, 4, 0, -3});
  CHECK(r.out_of_window == finding{2, 4, 0, -3});  // −3 and 2000
  CHECK(r.duplicate == finding{1, 3, 1, 20});
  CHECK(r.unknown_unit == finding{1, 7, 7, 400});
  CHECK(r.simultaneous.count == 0);                // a unit that is not there coincides with nobody
  CHECK(r.empty == finding{1, 0, 3, 0});
  CHECK(r.unpaired.count == 0);
  CHECK_FALSE(r.by_unit);
  CHECK(codes(r) == std::vector<std::string>{"unknown_units", "unsorted_times", "clock_restarts", "negative_times", "out_of_window", "duplicate_spikes", "empty_units"});
  auto const said = r.warnings()[1].message;
  CHECK(said == "3 of 8 spikes come earlier than the one before (first: spike 2, unit 1, tick 15); find out why before sorting with spike_table::sorted(…)");
}

TEST_CASE("validate: columns of different length are reported, and what pairs up is looked at") {
  auto const r = check({5, 3, 9}, {0}, 1, two_seconds);
  CHECK(r.unpaired == finding{2, 1, 0, 3});
  CHECK(r.unsorted.count == 0);  // 3 has no unit
  CHECK(r.spikes == 3);
  CHECK_FALSE(r.ok());
  CHECK(check({5}, {0, 1}, 2, two_seconds).unpaired == finding{1, 1, 1, 0});
}

TEST_CASE("validate: a column that lists unit after unit is not taken for a clock that restarts") {
  auto const r = check({100, 1900, 50, 1800, 60}, {0, 0, 1, 1, 2}, 3, two_seconds);
  CHECK(r.by_unit);
  CHECK(r.unsorted.count == 2);
  CHECK(r.restarts.count == 0);
  CHECK(codes(r) == std::vector<std::string>{"listed_by_unit"});
  auto const reset = check({100, 1900, 50, 1800}, {0, 0, 0, 0}, 1, two_seconds);
  CHECK_FALSE(reset.by_unit);
  CHECK(reset.restarts == finding{1, 2, 0, 50});
}

TEST_CASE("validate: the tolerance decides what is a restart") {
  columns const at{500, 400, 300};
  owners const unit{0, 0, 0};
  auto const count = [&](tk tolerance) { return validate(std::span<std::int64_t const>(at), std::span<unit_index const>(unit), 1, two_seconds, tolerance).restarts.count; };
  CHECK(count(tk{99}) == 2);
  CHECK(count(tk{100}) == 0);
  CHECK(restart_tolerance<tk> == tk{1000});
  CHECK(restart_tolerance<std::chrono::nanoseconds> == 1s);
}

TEST_CASE("validate: negative times inside the window are counted but no fault") {
  auto const r = check({-5, 5}, {0, 0}, 1, epochs<tk>(window<tk>{tk{-10}, tk{10}}));
  CHECK(r.ok());
  CHECK(r.negative.count == 1);
  CHECK(r.warnings().empty());
}

TEST_CASE("validate: gaps between epochs were not observed") {
  auto const r = check({5, 10, 15, 20}, {0, 0, 0, 0}, 1, epochs<tk>{{tk{0}, tk{10}}, {tk{15}, tk{20}}});
  CHECK(r.out_of_window == finding{2, 1, 0, 10});
}

TEST_CASE("validate: extremes of the tick do not overflow") {
  constexpr auto least = (std::numeric_limits<std::int64_t>::min)(), most = (std::numeric_limits<std::int64_t>::max)();
  auto const r = check({most, least}, {0, 0}, 1, two_seconds);
  CHECK(r.restarts == finding{1, 1, 0, least});
  CHECK(r.out_of_window.count == 2);
  CHECK(check({}, {}, 0, two_seconds).ok());
}

TEST_CASE("validate: trains over foreign memory, and trains that own") {
  columns const raw{10, 30, 30, 20};
  auto const r = validate(spike_span<tk>(raw, {tk{15}, tk{40}}));
  CHECK(r.unsorted == finding{1, 3, 0, 20});
  CHECK(r.duplicate == finding{1, 2, 0, 30});
  CHECK(r.out_of_window == finding{1, 0, 0, 10});
  CHECK(r.units == 1);
  CHECK(validate(spike_vector<tk>({1, 2}, {tk{0}, tk{10}})).ok());
  CHECK(validate(spike_vector<tk>({}, {tk{0}, tk{10}})).empty.count == 1);
}

TEST_CASE("validate: populations are looked at train by train") {
  loose_population const p{{{10, 20, 2500}, {}, {20, 5}}};
  auto const r = validate(p);
  CHECK(r.spikes == 5);
  CHECK(r.units == 3);
  CHECK(r.unsorted == finding{1, 1, 2, 5});
  CHECK(r.restarts.count == 0);
  CHECK(r.out_of_window == finding{1, 2, 0, 2500});
  CHECK(r.simultaneous == finding{1, 0, 2, 20});
  CHECK(r.empty == finding{1, 0, 1, 0});
  CHECK(validate(p, tk{14}).restarts == finding{1, 1, 2, 5});
  CHECK(validate(spike_table<tk>({1, 2, 2}, {0, 1, 0}, 2, window<tk>{tk{0}, tk{3}})).ok());
}

TEST_CASE("validate: counts equal those of a slow look at 200 random columns") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_stream random(seed);
    columns at;
    owners unit;
    for (auto n = random.below(60); n > 0; --n) at.push_back(static_cast<std::int64_t>(random.below(60)) - 10), unit.push_back(static_cast<unit_index>(random.below(5)));
    if (seed % 3 == 0) std::sort(at.begin(), at.end());
    auto const r = check(at, unit, 4, epochs<tk>(window<tk>{tk{-5}, tk{45}}));
    std::int64_t unsorted = 0, negative = 0, outside = 0, unknown = 0, repeated = 0, together = 0;
    std::map<std::int64_t, std::map<unit_index, std::int64_t>> ticks_of;
    for (std::size_t k = 0; k < at.size(); ++k) {
      unsorted += k > 0 && at[k] < at[k - 1];
      negative += at[k] < 0;
      outside += at[k] < -5 || at[k] >= 45;
      unknown += unit[k] >= 4;
      if (unit[k] < 4) ++ticks_of[at[k]][unit[k]];
    }
    owners fired;
    for (auto const& [t, who] : ticks_of) {
      together += static_cast<std::int64_t>(who.size()) - 1;
      for (auto const& [u, n] : who) repeated += n - 1, fired.push_back(u);
    }
    std::sort(fired.begin(), fired.end());
    auto const silent = 4 - (std::unique(fired.begin(), fired.end()) - fired.begin());
    CHECK(r.unsorted.count == unsorted);
    CHECK(r.negative.count == negative);
    CHECK(r.out_of_window.count == outside);
    CHECK(r.unknown_unit.count == unknown);
    CHECK(r.duplicate.count == repeated);
    CHECK(r.simultaneous.count == together);
    CHECK(r.empty.count == silent);
  }
}
