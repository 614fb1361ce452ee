// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <equipoise/core/epochs.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/io/state_payload.hpp>
#include <equipoise/scales/open_bins.hpp>
#include <equipoise/scales/unit_bins.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "folders.hpp"

using namespace equipoise;
namespace walk = equipoise::detail::walk;

namespace {
template <class X>
auto bytes_of(X const& x) -> std::string {
  std::string s;
  walk::write(s, x);
  return s;
}
/// Reads bytes over `started`; all of them must be used up.
template <class X>
auto back(std::string const& bytes, X started) -> X {
  walk::reader in(bytes, 0, bytes.size(), "memory");
  in(started);
  REQUIRE(in.at() == bytes.size());
  return started;
}
template <class X>
auto complaint_of(std::string const& bytes, X started) -> std::string {
  return refusal([&] {
    walk::reader in(bytes, 0, bytes.size(), "memory");
    in(started);
  });
}
template <class X>
void survives(X const& x, X started = {}) {
  CHECK(back(bytes_of(x), started) == x);
  auto const whole = bytes_of(x);
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK(complaint_of(whole.substr(0, n), started).starts_with("memory, byte "));
}
auto raw(std::initializer_list<int> bytes) -> std::string {
  std::string s;
  for (auto b : bytes) s += static_cast<char>(b);
  return s;
}
auto const eight_zeros = std::string(8, '\0');

enum class mood : std::int16_t { low = -2, high = 700 };

/// `scale` is configured and not among the fields; `twice` is a cache of n.
struct counter {
  std::int64_t scale;
  std::int64_t n = 0, twice = 0;
  explicit counter(std::int64_t s) : scale(s) {}
  static auto fields(auto& s) { return std::tie(s.n); }
  static auto setup(auto const& s) { return std::tie("scale", s.scale); }
  auto restored() -> bool { return twice = 2 * n, n >= 0; }
  auto operator==(counter const&) const -> bool = default;
};
auto counted(std::int64_t scale, std::int64_t n) {
  counter c(scale);
  return c.n = n, c.twice = 2 * n, c;
}
/// Lists of counters that grow, in every kind of container.
struct grown {
  std::int64_t scale;
  std::vector<counter> list;
  std::map<std::int64_t, counter> by_number;
  std::optional<counter> perhaps;
  std::vector<std::map<std::string, counter>> nested;
  std::deque<std::int32_t> others;
  explicit grown(std::int64_t s) : scale(s) {}
  static auto fields(auto& s) { return std::tie(s.list, s.by_number, s.perhaps, s.nested, s.others); }
  static auto setup(auto const& s) { return std::tie(s.scale); }
  [[nodiscard]] auto blank() const -> counter { return counter(scale); }
  auto operator==(grown const&) const -> bool = default;
};
/// Configured without saying so: no setup, and a default that differs from what start made.
struct silent {
  std::int64_t limit = 1, n = 0;
  static auto fields(auto& s) { return std::tie(s.n); }
  auto operator==(silent const&) const -> bool = default;
};
}  // namespace

TEST_CASE("state_payload: numbers stand with their lowest byte first, times as their ticks, doubles as their bits") {
  CHECK(bytes_of(std::int8_t{-1}) == "\xFF");
  CHECK(bytes_of(std::uint32_t{0x01020304}) == "\x04\x03\x02\x01");
  CHECK(bytes_of(std::int64_t{-2}) == "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  CHECK(bytes_of(int128{1} << 64) == raw({0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
  CHECK(bytes_of(1.0) == raw({0, 0, 0, 0, 0, 0, 0xF0, 0x3F}));
  CHECK(bytes_of(-2.0f) == raw({0, 0, 0, 0xC0}));
  CHECK(bytes_of(true) == raw({1}));
  CHECK(bytes_of(mood::high) == raw({0xBC, 0x02}));
  CHECK(bytes_of(std::chrono::nanoseconds{258}) == raw({2, 1, 0, 0, 0, 0, 0, 0}));
}

TEST_CASE("state_payload: lists and texts stand after their length, maps in the order of keys, tuples without anything between") {
  CHECK(bytes_of(std::string("ab")) == raw({2, 0, 0, 0, 0, 0, 0, 0, 'a', 'b'}));
  auto const three = raw({3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0xFF, 0xFF});
  CHECK(bytes_of(std::vector<std::int16_t>{1, 2, -1}) == three);  // in one piece where the machine's order is the file's
  CHECK(bytes_of(std::deque<std::int16_t>{1, 2, -1}) == three);   // one by one
  CHECK(bytes_of(std::list<std::int16_t>{1, 2, -1}) == three);
  CHECK(bytes_of(std::vector<bool>{true, false}) == raw({2, 0, 0, 0, 0, 0, 0, 0, 1, 0}));
  CHECK(bytes_of(std::array<std::uint8_t, 3>{7, 8, 9}) == raw({7, 8, 9}));
  CHECK(bytes_of(std::pair(std::uint8_t{1}, std::tuple(std::uint8_t{2}, false))) == raw({1, 2, 0}));
  CHECK(bytes_of(std::map<std::int8_t, std::uint8_t>{{1, 4}, {-1, 3}}) == raw({2, 0, 0, 0, 0, 0, 0, 0, 0xFF, 3, 1, 4}));
  CHECK(bytes_of(std::set<std::uint8_t>{9, 3}) == raw({2, 0, 0, 0, 0, 0, 0, 0, 3, 9}));
  CHECK(bytes_of(std::optional<std::uint8_t>{}) == raw({0}));
  CHECK(bytes_of(std::optional<std::uint8_t>{5}) == raw({1, 5}));
  CHECK(bytes_of(open_bin{1, 2, 3, 4}).size() == 32);
}

TEST_CASE("state_payload: every kind of value comes back, also over a value that was there") {
  using limits = std::numeric_limits<std::int64_t>;
  survives(std::tuple(std::int8_t{-128}, std::uint64_t{0} - 1, limits::min(), limits::max(), true, mood::low, 'x'));
  survives(std::tuple(int128{-3} << 100, uint128{0} - 1));
  survives(std::tuple(0.1, -1e-310, std::numeric_limits<double>::infinity(), 1.5f));
  survives(std::string("zero \0 within", 13), std::string("before"));
  survives(std::vector<double>{1, 2}, {3, 4, 5});
  survives(std::vector<bool>{true, false, true}, {false});
  survives(std::deque<std::string>{"a", "", "c"}, {"x", "y", "z", "w"});
  survives(std::list<std::int64_t>{1, 2}, {1, 2, 3});
  survives(std::map<std::string, std::vector<std::int32_t>>{{"a", {1}}, {"b", {}}}, {{"b", {5}}, {"c", {6}}});
  survives(std::set<std::pair<std::int64_t, std::int64_t>>{{1, 2}, {1, 3}}, {{0, 0}});
  survives(std::optional<std::string>{"there"});
  survives(std::optional<std::string>{}, std::optional<std::string>{"before"});
  survives(std::array<std::optional<std::int16_t>, 3>{1, std::nullopt, 3});
  survives(epochs<ticks<1'000>>{{ticks<1'000>{-5}, ticks<1'000>{4}}, {ticks<1'000>{9}, ticks<1'000>{12}}});
  CHECK(reason_of(back(bytes_of(undefined(reason::no_spikes)), 0.0)) == reason::no_spikes);  // the payload of a NaN too
}

TEST_CASE("state_payload: statistics of the library come back, and take more as if nothing had happened") {
  random_stream random(3);
  std::int64_t turn = 0;
  auto absorb = [&](auto&... states) {
    std::vector<std::uint32_t> e(300), i(300);
    for (auto& x : e) x = static_cast<std::uint32_t>(random.below(random.below(20) == 0 ? 200 : 5));
    for (auto& x : i) x = static_cast<std::uint32_t>(random.below(4));
    auto const first = 300 * (turn += 1 + static_cast<std::int64_t>(random.below(2)));  // next to the last row, or after a gap
    (states.absorb(count_row<std::uint32_t>{0, first, e, i}), ...);
  };
  auto check = [&](auto started) {
    auto state = started;
    for (int k = 0; k < 10; ++k) absorb(state);
    auto again = back(bytes_of(state), started);
    CHECK(again == state);
    CHECK(bytes_of(again) == bytes_of(state));
    absorb(state, again);
    CHECK(again == state);
    auto more = started;
    absorb(more);
    CHECK(again.merge(more) == state.merge(more));
  };
  check(lag_moments(20, true));
  check(lag_moments(3));
  check(joint_histogram());
  check(count_rows());
  check(grouped_rows(7));
}

TEST_CASE("state_payload: tables that are equal by content have the same bytes, whatever came first") {
  pair_table forward, backward;
  for (std::uint32_t k = 1; k <= 500; ++k) forward.add(70 + k, 3 * k, k), backward.add(571 - k, 3 * (501 - k), 501 - k);
  REQUIRE(forward == backward);
  CHECK(bytes_of(forward) == bytes_of(backward));
  auto const again = back(bytes_of(forward), pair_table());
  CHECK(again == forward);
  CHECK(again.count(71, 3) == 1);
  CHECK(names(complaint_of(raw({1, 0, 0, 0, 0, 0, 0, 0}) + eight_zeros + eight_zeros, pair_table()), {"byte 0", "contents"}));  // a pair (0, 0)
  CHECK(names(complaint_of(raw({2, 0, 0, 0, 0, 0, 0, 0}) + raw({1, 0, 0, 0, 9, 0, 0, 0}) + eight_zeros + raw({1, 0, 0, 0, 8, 0, 0, 0}) + eight_zeros, pair_table()), {"byte 0", "contents"}));
}

TEST_CASE("state_payload: lists of configured states grow by blanks and keep what is not in their fields") {
  grown state(30);
  state.list = {counted(30, 1), counted(30, 2)};
  state.by_number.emplace(5, counted(30, 50));
  state.perhaps = counted(30, 7);
  state.nested.resize(2);
  state.nested[1].emplace("rem", counted(30, 9));
  state.others = {1, 2, 3};
  auto const again = back(bytes_of(state), grown(30));
  CHECK(again == state);  // scale and twice included
  CHECK(back(bytes_of(grown(30)), state) == grown(30));
}

TEST_CASE("state_payload: what start made and does not say stays, as it is read over and never made anew") {
  std::vector<std::pair<std::string, silent>> started{{"a", {.limit = 10}}, {"b", {.limit = 20}}};
  auto state = started;
  state[0].second.n = 3, state[1].second.n = 4;
  CHECK(back(bytes_of(state), started) == state);
  std::map<int, silent> by_key{{1, {.limit = 7}}, {2, {.limit = 8}}};
  auto counted_by_key = by_key;
  counted_by_key[2].n = 5;
  CHECK(back(bytes_of(counted_by_key), by_key) == counted_by_key);
}

TEST_CASE("state_payload: lists of configured states that cannot be made must be as long as start made them") {
  std::vector<counter> const two{counted(3, 1), counted(3, 2)}, three(3, counter(3));
  CHECK(back(bytes_of(two), std::vector<counter>(2, counter(3))) == two);
  CHECK(names(complaint_of(bytes_of(two), three), {"memory, byte 0", "another length", "expected 3", "found 2", "start the state"}));
  CHECK(names(complaint_of(bytes_of(std::optional(counter(3))), std::optional<counter>()), {"byte 0", "expected 0", "found 1"}));
  std::map<std::string, counter> const ab{{"a", counted(3, 1)}, {"b", counted(3, 2)}};
  CHECK(back(bytes_of(ab), std::map<std::string, counter>{{"a", counter(3)}, {"b", counter(3)}}) == ab);
  CHECK(names(complaint_of(bytes_of(ab), std::map<std::string, counter>{{"a", counter(3)}, {"c", counter(3)}}), {"byte 25", "a key differs"}));  // after length, key, 8 bytes of n
}

TEST_CASE("state_payload: absurd lengths are refused before anything is allocated") {
  auto const huge = raw({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F});
  auto const refused = [&](auto x) { return names(complaint_of(huge + eight_zeros, x), {"byte 0", "longer than what follows", "found 9223372036854775807", "damaged"}); };
  CHECK(refused(std::string()));
  CHECK(refused(std::vector<std::int64_t>()));
  CHECK(refused(std::vector<std::string>()));
  CHECK(refused(std::deque<std::pair<std::int64_t, double>>()));
  CHECK(refused(std::map<std::int64_t, std::int64_t>()));
  CHECK(refused(std::set<std::int64_t>()));
  CHECK(refused(pair_table()));
  CHECK(names(complaint_of(huge, std::vector<no_unit_bins>(3)), {"expected 3"}));  // elements without a byte are not counted out
  CHECK(names(complaint_of(raw({3, 0, 0, 0, 0, 0, 0, 0}) + eight_zeros + eight_zeros, std::vector<std::int64_t>()), {"expected at most 2 elements, found 3"}));
}

TEST_CASE("state_payload: bytes that no state writes are refused") {
  CHECK(names(complaint_of(raw({2}), false), {"byte 0", "neither true nor false", "found 2"}));
  CHECK(names(complaint_of(raw({3, 1}), std::optional<bool>()), {"byte 0", "neither true nor false"}));
  CHECK(names(complaint_of(raw({2, 0, 0, 0, 0, 0, 0, 0, 5, 4}), std::set<std::uint8_t>()), {"byte 9", "do not ascend"}));
  CHECK(names(complaint_of(raw({2, 0, 0, 0, 0, 0, 0, 0, 5, 0, 5, 0}), std::map<std::uint8_t, bool>()), {"byte 10", "do not ascend"}));
  CHECK(names(complaint_of(bytes_of(std::int64_t{-1}), counter(1)), {"byte 0", "do not belong together"}));
  CHECK(complaint_of(bytes_of(lag_moments(4)), lag_moments(4)).empty());
  CHECK(names(complaint_of(bytes_of(lag_moments(4)), lag_moments(5)), {"do not belong together"}));  // five slots instead of six
  CHECK(names(complaint_of(bytes_of(lag_moments(4, true)), lag_moments(4)), {"do not belong together"}));
  CHECK(names(complaint_of(bytes_of(std::tuple(std::uint32_t{8}, std::vector<std::int64_t>(63), pair_table())), joint_histogram()), {"do not belong together"}));
  CHECK(names(complaint_of(bytes_of(std::tuple(std::uint32_t{12}, std::vector<std::int64_t>(144), pair_table())), joint_histogram()), {"do not belong together"}));
}
