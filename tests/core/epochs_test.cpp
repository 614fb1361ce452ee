// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/core/epochs.hpp>
#include <equipoise/core/random.hpp>
#include <set>
#include <string>
#include <vector>

using namespace equipoise;

namespace {
using tk = ticks<10>;
using ticks_of_time = std::set<std::int64_t>;

auto w(std::int64_t begin, std::int64_t end) -> window<tk> { return {tk{begin}, tk{end}}; }

/// The set as its ticks, one by one.
auto brute(epochs<tk> const& e) {
  ticks_of_time s;
  for (auto const& x : e)
    for (auto t = x.begin.count(); t < x.end.count(); ++t) s.insert(t);
  return s;
}
/// Ascending, disjoint, not empty, not touching.
auto canonical(epochs<tk> const& e) -> bool {
  auto last = std::int64_t{-1'000'000};
  for (auto const& x : e) {
    if (x.empty() || x.begin.count() <= last) return false;
    last = x.end.count();
  }
  return true;
}
auto random_epochs(random_stream& random) {
  epochs<tk> e;
  for (auto n = random.below(7); n > 0; --n) {
    auto const begin = static_cast<std::int64_t>(random.below(60)) - 20;
    auto const x = w(begin, begin + static_cast<std::int64_t>(random.below(12)));
    if (!e.overlaps(x)) e.add(x);
  }
  return e;
}
}  // namespace

TEST_CASE("epochs: windows in any order become ascending ones, and those that touch are one") {
  epochs<tk> const e{w(5, 7), w(0, 3), w(7, 9), w(4, 4)};
  REQUIRE(e.size() == 2);
  CHECK(e.windows()[0] == w(0, 3));
  CHECK(e.windows()[1] == w(5, 9));
  CHECK(e.total() == tk{7});
  CHECK(e.hull() == w(0, 9));
  CHECK(epochs<tk>{}.hull() == window<tk>{});
  CHECK(epochs<tk>{}.total() == tk{0});
  CHECK(epochs<tk>{}.empty());
  CHECK(epochs(w(3, 3)).empty());
}

TEST_CASE("epochs: adding joins to the left, to the right, to both, and stands alone") {
  epochs<tk> e{w(0, 2), w(8, 10)};
  e.add(w(4, 5));
  CHECK(e.size() == 3);
  e.add(w(2, 3));
  CHECK(e == epochs<tk>{w(0, 3), w(4, 5), w(8, 10)});
  e.add(w(7, 8));
  CHECK(e == epochs<tk>{w(0, 3), w(4, 5), w(7, 10)});
  e.add(w(5, 7));
  CHECK(e == epochs<tk>{w(0, 3), w(4, 10)});
  e.add(w(-2, 0));
  e.add(w(3, 4));
  CHECK(e == epochs<tk>{w(-2, 10)});
}

TEST_CASE("epochs: time added twice is refused, and nothing changes") {
  epochs<tk> e{w(0, 3), w(5, 9)};
  auto const before = e;
  for (auto const x : {w(2, 4), w(-1, 1), w(3, 6), w(5, 9), w(8, 20), w(-5, 50), w(6, 7)}) {
    CHECK_THROWS_WITH_AS(e.add(x), doctest::Contains("absorbed twice"), error);
    CHECK(e == before);
  }
  CHECK_NOTHROW(e.add(w(7, 7)));
  CHECK(e == before);
}

TEST_CASE("epochs: the constructor names windows that overlap or end before they begin") {
  CHECK_THROWS_WITH_AS((epochs<tk>{w(0, 30), w(20, 40)}),
                       "epochs: two windows share time (0.000000 s to 3.000000 s and 2.000000 s to 4.000000 s); unite them with a | b if that is meant", error);
  CHECK_THROWS_WITH_AS((epochs<tk>{w(10, 0)}), doctest::Contains("ends before it begins (1.000000 s to 0.000000 s)"), error);
}

TEST_CASE("epochs: the algebra is that of sets of ticks, over 400 random pairs") {
  random_stream random(2024);
  for (int trial = 0; trial < 400; ++trial) {
    INFO("trial " << trial);
    auto const a = random_epochs(random), b = random_epochs(random);
    auto const sa = brute(a), sb = brute(b);
    ticks_of_time both, either = sa, only_a;
    for (auto const t : sa) (sb.count(t) != 0 ? both : only_a).insert(t);
    either.insert(sb.begin(), sb.end());
    CHECK(brute(a & b) == both);
    CHECK(brute(a | b) == either);
    CHECK(brute(a - b) == only_a);
    CHECK((canonical(a) && canonical(a & b) && canonical(a | b) && canonical(a - b)));
    CHECK(((a - b) | (a & b)) == a);
    CHECK((a & b) == (b & a));
    CHECK((a | b) == (b | a));
    CHECK((a & a) == a);
    CHECK((a - a).empty());
    CHECK((a | b).total() + (a & b).total() == a.total() + b.total());
    CHECK(a.total() == tk{static_cast<std::int64_t>(sa.size())});
    auto const c = random_epochs(random);
    CHECK((a & (b | c)) == ((a & b) | (a & c)));
    CHECK((a - (b | c)) == ((a - b) & (a - c)));
  }
}

TEST_CASE("epochs: contains, overlaps and restricted agree with the ticks, over 200 random sets") {
  random_stream random(7);
  for (int trial = 0; trial < 200; ++trial) {
    auto const a = random_epochs(random);
    auto const s = brute(a);
    for (std::int64_t t = -25; t < 60; ++t) CHECK(a.contains(tk{t}) == (s.count(t) != 0));
    auto const begin = static_cast<std::int64_t>(random.below(70)) - 30;
    auto const part = w(begin, begin + static_cast<std::int64_t>(random.below(20)));
    auto const lo = s.lower_bound(part.begin.count());
    CHECK(a.overlaps(part) == (lo != s.end() && *lo < part.end.count()));
    ticks_of_time inside;
    for (auto const t : s)
      if (part.contains(tk{t})) inside.insert(t);
    CHECK(brute(restricted(a, part)) == inside);
  }
}

TEST_CASE("epochs: stretches added in any order give the same set") {
  random_stream random(3);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<window<tk>> parts;
    for (std::int64_t t = 0; t < 60;) {
      auto const next = t + 1 + static_cast<std::int64_t>(random.below(6));
      if (random.below(4) != 0) parts.push_back(w(t, next));
      t = next;
    }
    epochs<tk> in_order, shuffled;
    for (auto const& x : parts) in_order.add(x);
    for (auto k = parts.size(); k > 1; --k) std::swap(parts[k - 1], parts[random.below(k)]);
    for (auto const& x : parts) shuffled.add(x);
    CHECK(in_order == shuffled);
  }
}

TEST_CASE("epochs: a table of states is sorted, and knows its labels and their time") {
  epoch_table<tk> const night({{w(20, 30), "sws"}, {w(0, 10), "wake"}, {w(10, 15), "rem"}, {w(30, 50), "wake"}});
  CHECK(night.size() == 4);
  CHECK(night[1].label == "rem");
  CHECK(night.labels() == std::vector<std::string>{"wake", "rem", "sws"});
  CHECK(night.of("wake") == epochs<tk>{w(0, 10), w(30, 50)});
  CHECK(night.of("sws").total() == tk{10});
  CHECK(night.of("nothing").empty());
  CHECK(epoch_table<tk>{}.empty());
}

TEST_CASE("epochs: states that overlap or do not end are errors naming them") {
  CHECK_THROWS_WITH_AS((epoch_table<tk>({{w(0, 10), "wake"}, {w(9, 12), "rem"}})),
                       "epochs: two states overlap: 'wake' (0.000000 to 1.000000 s) and 'rem' (0.900000 to 1.200000 s); a moment can have one state only: correct the table", error);
  CHECK_THROWS_WITH_AS((epoch_table<tk>({{w(5, 5), "rem"}})), doctest::Contains("'rem' (0.500000 to 0.500000 s) does not end after it begins"), error);
}

TEST_CASE("epochs: filled until an instant, the gaps before it are gone and those behind it stay") {
  auto a = epochs<tk>{w(0, 10), w(20, 30), w(40, 50)};
  a.fill_until(tk{10});
  CHECK(a == epochs<tk>{w(0, 10), w(20, 30), w(40, 50)});
  a.fill_until(tk{25});
  CHECK(a == epochs<tk>{w(0, 30), w(40, 50)});
  a.fill_until(tk{35});
  CHECK(a == epochs<tk>{w(0, 35), w(40, 50)});
  epochs<tk> none;
  none.fill_until(tk{5});
  CHECK(none.empty());
}

TEST_CASE("epochs: a whole set is added, or refused before anything changes") {
  auto a = epochs<tk>{w(0, 10), w(20, 30)};
  a.add_all(epochs<tk>{w(10, 15), w(40, 50)});
  CHECK(a == epochs<tk>{w(0, 15), w(20, 30), w(40, 50)});
  auto const before = a;
  CHECK_THROWS_WITH_AS(a.add_all(epochs<tk>{w(60, 70), w(29, 31)}), doctest::Contains("absorbed twice"), error);
  CHECK(a == before);
  CHECK_NOTHROW(a.expect_new(w(30, 40)));
  CHECK_THROWS_AS(a.expect_new(w(14, 16)), error);
}
