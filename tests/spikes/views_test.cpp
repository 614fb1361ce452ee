// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <equipoise/core/random.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <equipoise/spikes/views.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <type_traits>
#include <vector>

#include "../classify/fixtures.hpp"

namespace mine {
/// A user's train: other names, no members that the library knows.
struct cell_record {
  std::vector<std::int64_t> samples;
  std::int64_t until = 0;
};
}  // namespace mine
template <>
struct equipoise::spike_train_traits<mine::cell_record> {
  using tick_type = ticks<1000>;
  static auto raw(mine::cell_record const& c) noexcept -> std::span<std::int64_t const> { return c.samples; }
  static auto when(mine::cell_record const& c) noexcept -> window<tick_type> { return {tick_type{0}, tick_type{c.until}}; }
};

using namespace equipoise;

namespace {
using tk = ticks<1000>;
using columns = std::vector<std::int64_t>;
constexpr window<tk> second{tk{0}, tk{1000}};

template <class S>
concept has_intervals = requires(S&& s) { intervals(std::forward<S>(s)); };
template <class S>
concept has_bursts = requires(S&& s) { bursts(std::forward<S>(s), tk{5}, std::size_t{3}); };
template <class... S>
concept merges = requires(S&&... s) { merged(std::forward<S>(s)...); };
static_assert(has_intervals<spike_vector<tk> const&> && has_intervals<spike_span<tk>> && has_intervals<mine::cell_record&>);
static_assert(!has_intervals<spike_vector<tk>>);  // its spikes would be gone
static_assert(!has_intervals<columns&>);          // ticks of which clock?
static_assert(has_bursts<spike_vector<tk>&> && !has_bursts<spike_vector<tk>> && !has_bursts<spike_table<tk>&>);
static_assert(merges<spike_vector<tk>&, spike_span<tk>, mine::cell_record const&>);
static_assert(!merges<spike_vector<tk>&, spike_vector<ticks<2000>>&>);  // clocks differ
static_assert(merges<spike_table<tk>&> && !merges<spike_table<tk>>);

static_assert(ranges::random_access_range<decltype(intervals(std::declval<spike_span<tk>>()))> && ranges::view_<decltype(intervals(std::declval<spike_span<tk>>()))>);
static_assert(ranges::sized_range<decltype(intervals(std::declval<spike_span<tk>>()))>);
static_assert(ranges::forward_range<burst_view<tk>> && ranges::view_<burst_view<tk>>);
static_assert(ranges::forward_range<merged_view<tk>> && ranges::view_<merged_view<tk>>);

auto from(columns const& at) { return spike_span<tk>(at, second); }
}  // namespace

TEST_CASE("views: intervals are the differences of consecutive spikes") {
  spike_vector<tk> const train({3, 10, 10, 50}, second);
  CHECK(ranges::to<std::vector>(intervals(train)) == std::vector<tk>{tk{7}, tk{0}, tk{40}});
  CHECK(intervals(train).size() == 3);
  CHECK(intervals(train)[2] == tk{40});
  columns const one{5};
  CHECK(intervals(from(one)).empty());
  auto const longer = [](tk x) { return x > tk{5}; };
  CHECK(ranges::to<std::vector>(intervals(train) | ranges::views::filter(longer)) == std::vector<tk>{tk{7}, tk{40}});
}

TEST_CASE("views: intervals of a user's own type") {
  mine::cell_record const cell{{1, 4, 9}, 10};
  CHECK(ranges::to<std::vector>(intervals(cell)) == std::vector<tk>{tk{3}, tk{5}});
}

TEST_CASE("views: CV, CV2, LV, the shortest and the mean interval of 20 units equal those of scipy and elephant") {
  using sample = ticks<30'000>;
  auto const folder = std::string(EQUIPOISE_TEST_DATA "/golden/");
  std::vector<columns> trains(20);
  for (auto const& [t, u] : fixtures::read_spikes(folder + "in_spike_times.npy", folder + "in_spike_clusters.npy")) trains[static_cast<std::size_t>(u)].push_back(t);
  auto const truth = fixtures::read_rows(folder + "unit_stats.csv");
  REQUIRE(truth.size() == 20);
  for (std::size_t u = 0; u < 20; ++u) {
    CAPTURE(u);
    auto const number = [&](std::size_t column) { return std::stod(truth[u][column]); };
    auto const all = intervals(spike_span<sample>(trains[u], {sample{0}, sample{1'800'000}}));
    auto const n = static_cast<double>(trains[u].size()) - 1;
    REQUIRE(n + 1 == number(1));
    REQUIRE(all.size() + 1 == trains[u].size());
    double mean = 0, squares = 0, cv2 = 0, lv = 0;
    auto shortest = all[0];
    for (auto const x : all) mean += in_seconds(x) / n, shortest = std::min(shortest, x);
    for (auto const x : all) squares += (in_seconds(x) - mean) * (in_seconds(x) - mean) / n;
    for (std::size_t k = 1; k < all.size(); ++k) {
      auto const x = in_seconds(all[k] - all[k - 1]) / in_seconds(all[k] + all[k - 1]);
      cv2 += 2 * std::abs(x) / (n - 1), lv += 3 * x * x / (n - 1);
    }
    CHECK(std::abs(mean / number(3) - 1) < 1e-12);
    CHECK(std::abs(std::sqrt(squares) / mean / number(4) - 1) < 1e-12);
    CHECK(std::abs(cv2 / number(6) - 1) < 1e-12);
    CHECK(std::abs(lv / number(7) - 1) < 1e-12);
    CHECK(std::abs(in_seconds(shortest) - number(12)) < 1e-10);  // a difference of two floating times there
  }
}

TEST_CASE("views: bursts are maximal runs of short intervals") {
  //                0   1   2    3    4    5    6    7    8
  columns const at{10, 14, 18, 100, 200, 205, 210, 215, 221};
  auto const all = [&](tk longest, std::size_t fewest) { return ranges::to<std::vector>(bursts(from(at), longest, fewest)); };
  CHECK(all(tk{5}, 3) == std::vector<burst<tk>>{{0, 3, {tk{10}, tk{19}}}, {4, 4, {tk{200}, tk{216}}}});
  CHECK(all(tk{6}, 3) == std::vector<burst<tk>>{{0, 3, {tk{10}, tk{19}}}, {4, 5, {tk{200}, tk{222}}}});
  CHECK(all(tk{5}, 4) == std::vector<burst<tk>>{{4, 4, {tk{200}, tk{216}}}});
  CHECK(all(tk{3}, 2).empty());
  CHECK(all(tk{1000}, 2) == std::vector<burst<tk>>{{0, 9, {tk{10}, tk{222}}}});
  CHECK(all(tk{5}, 1).size() == 4);
  CHECK(all(tk{5}, 0) == all(tk{5}, 1));
  columns const none;
  CHECK(bursts(from(none), tk{5}).empty());
}

TEST_CASE("views: bursts equal a slow search in 200 random trains, and can be walked twice") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_stream random(seed);
    columns at;
    for (auto n = random.below(40); n > 0; --n) at.push_back(static_cast<std::int64_t>(random.below(300)));
    std::sort(at.begin(), at.end());
    auto const longest = static_cast<std::int64_t>(random.below(12));
    auto const fewest = 1 + random.below(4);
    std::vector<burst<tk>> expected;
    for (std::size_t a = 0; a < at.size(); ++a)  // every pair of ends that is a run, cannot be grown, and is long enough
      for (std::size_t z = a; z < at.size(); ++z) {
        auto run = (a == 0 || at[a] - at[a - 1] > longest) && (z + 1 == at.size() || at[z + 1] - at[z] > longest) && z - a + 1 >= fewest;
        for (auto k = a; run && k < z; ++k) run = at[k + 1] - at[k] <= longest;
        if (run) expected.push_back({a, z - a + 1, {tk{at[a]}, tk{at[z] + 1}}});
      }
    auto const view = bursts(from(at), tk{longest}, fewest);
    CHECK(ranges::to<std::vector>(view) == expected);
    CHECK(ranges::to<std::vector>(view) == expected);
  }
}

TEST_CASE("views: trains of different types merge in time order, the lower unit first") {
  spike_vector<tk> const a({5, 20}, second);
  columns const memory{1, 5, 5};
  mine::cell_record const c{{5, 30}, 100};
  auto const view = merged(a, from(memory), c);
  std::vector<merged_spike<tk>> const expected{{tk{1}, 1}, {tk{5}, 0}, {tk{5}, 1}, {tk{5}, 1}, {tk{5}, 2}, {tk{20}, 0}, {tk{30}, 2}};
  CHECK(ranges::to<std::vector>(view) == expected);
  CHECK(ranges::to<std::vector>(view) == expected);  // again
  auto const copy = view;
  CHECK((*copy.begin()).time == tk{1});
  CHECK(ranges::to<std::vector>(merged(spike_span<tk>{})).empty());
}

TEST_CASE("views: iterators of a merged view are independent of each other") {
  spike_vector<tk> const a({1, 3}, second), b({2}, second);
  auto const view = merged(a, b);
  auto first = view.begin();
  auto second_pass = first;
  ++first;
  CHECK((*first).unit == 1);
  CHECK((*second_pass).unit == 0);
  CHECK(first != second_pass);
  ++second_pass;
  CHECK(first == second_pass);
}

TEST_CASE("views: merging a table's units gives back its columns, over 200 random tables") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_stream random(seed);
    std::vector<std::pair<std::int64_t, unit_index>> spikes;
    for (auto n = random.below(80); n > 0; --n) spikes.emplace_back(static_cast<std::int64_t>(random.below(200)), static_cast<unit_index>(random.below(7)));
    std::sort(spikes.begin(), spikes.end());
    columns at;
    std::vector<unit_index> unit;
    for (auto const& [t, u] : spikes) at.push_back(t), unit.push_back(u);
    spike_table<tk> const table(at, unit, 7, second);
    std::size_t k = 0, wrong = 0;
    for (auto const [time, owner] : merged(table)) {
      wrong += k >= at.size() || time != tk{at[k]} || owner != unit[k];
      ++k;
    }
    CHECK(k == at.size());
    CHECK(wrong == 0);
  }
}
