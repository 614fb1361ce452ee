// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <equipoise/core/random.hpp>
#include <equipoise/correlate/tiling.hpp>
#include <equipoise/spikes/spike_vector.hpp>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../golden.hpp"
#include "../random_recording.hpp"
#include "../simd/each_arch.hpp"

using namespace equipoise;

namespace {
using tk = ticks<30'000>;
using trains = std::vector<std::vector<std::int64_t>>;

static_assert(std::regular<spike_time_tiling<tk>> && std::regular<tiled_pair<tk>>);
static_assert(std::same_as<decltype(tiling(recording{}, std::chrono::milliseconds{5})), spike_time_tiling<std::chrono::nanoseconds>>);
static_assert(std::same_as<decltype(tiling(spike_vector<tk>{}, spike_span<tk>{}, std::chrono::milliseconds{5})), tiled_pair<tk>>);
template <class A, class B>
concept tiled_together = requires(A const& a, B const& b) { tiling(a, b, std::chrono::seconds{1}); };
static_assert(tiled_together<spike_vector<tk>, spike_span<tk>> && !tiled_together<spike_vector<tk>, spike_vector<ticks<24'000>>>);  // one clock
template <class T>
concept takes_floating_dt = requires(spike_table<T> const& t) { tiling(t, 0.005); };
static_assert(!takes_floating_dt<tk>);

auto of(std::int64_t begin, std::int64_t end) -> window<tk> { return {tk{begin}, tk{end}}; }
auto train(std::vector<std::int64_t> at, std::int64_t begin, std::int64_t end) -> spike_vector<tk> { return {std::move(at), of(begin, end)}; }
auto table_of(trains const& units, epochs<tk> observed) -> spike_table<tk> {
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (std::size_t u = 0; u < units.size(); ++u) at.insert(at.end(), units[u].begin(), units[u].end()), unit.insert(unit.end(), units[u].size(), static_cast<unit_index>(u));
  return spike_table<tk>::sorted(std::move(at), std::move(unit), units.size(), std::move(observed));
}

/// By the definition: every spike against every other, and every tick of observed time against every spike; within one window.
auto slowly(spike_table<tk> const& table, unit_index a, unit_index b, std::int64_t dt) -> tiled_pair<tk> {
  tiled_pair<tk> sum;
  for (auto const& w : table.observed()) {
    auto within = [&](unit_index u) {
      std::vector<std::int64_t> x;
      for (auto const s : table[u].raw())
        if (w.contains(tk{s})) x.push_back(s);
      return x;
    };
    auto coincident = [&](auto const& x, auto const& y) { return std::count_if(x.begin(), x.end(), [&](auto s) { return std::any_of(y.begin(), y.end(), [&](auto o) { return std::abs(s - o) <= dt; }); }); };
    auto tiled = [&](auto const& x) {
      std::int64_t n = 0;
      for (auto t = w.begin.count(); t < w.end.count(); ++t) n += std::any_of(x.begin(), x.end(), [&](auto s) { return s - dt <= t && t + 1 <= s + dt; });
      return tk{n};
    };
    auto const x = within(a), y = within(b);
    sum.spikes_a += std::ssize(x), sum.spikes_b += std::ssize(y), sum.observed += w.length();
    sum.coincident_a += coincident(x, y), sum.coincident_b += coincident(y, x);
    sum.tiled_a += tiled(x), sum.tiled_b += tiled(y);
  }
  return sum;
}
/// The formula as it is printed.
auto printed(tiled_pair<tk> const& p) -> double {
  auto const pa = static_cast<double>(p.coincident_a) / static_cast<double>(p.spikes_a), pb = static_cast<double>(p.coincident_b) / static_cast<double>(p.spikes_b);
  auto const ta = static_cast<double>(p.tiled_a.count()) / static_cast<double>(p.observed.count()), tb = static_cast<double>(p.tiled_b.count()) / static_cast<double>(p.observed.count());
  auto term = [](double x, double t) { return x * t == 1 ? 1.0 : (x - t) / (1 - x * t); };
  return (term(pa, tb) + term(pb, ta)) / 2;
}
}  // namespace

TEST_CASE("tiling: an example worked by hand, as a pair and in a population") {
  auto const a = train({20, 50, 80}, 0, 100), b = train({25, 95}, 0, 100);  // 10 s at 10 ticks a second, dt 1 s
  auto const pair = tiling(a, b, tk{10});
  CHECK(pair == tiled_pair<tk>{3, 2, 1, 1, tk{60}, tk{35}, tk{100}});
  CHECK(pair.coincident_share_a() == 1.0 / 3);
  CHECK(pair.coincident_share_b() == 0.5);
  CHECK(pair.tiled_share_a() == 0.6);
  CHECK(pair.tiled_share_b() == 0.35);
  // ½ [(1/3 − 7/20)/(1 − 7/60) + (1/2 − 3/5)/(1 − 3/10)] = ½ [−1/53 − 1/7] = −30/371
  CHECK(std::abs(pair.coefficient() + 30.0 / 371) < 1e-16);
  auto const all = tiling(table_of({{20, 50, 80}, {25, 95}}, of(0, 100)), tk{10});
  CHECK(all.pair(0, 1) == pair);
  CHECK(all(0, 1) == pair.coefficient());
  CHECK(all.size() == 2);
  CHECK(all.within() == tk{10});
  CHECK(all.observed() == tk{100});
}

TEST_CASE("tiling: dt is included, one tick more is not; with dt 0 only equal ticks coincide and tiles have no length") {
  auto const table = table_of({{100}, {150}}, of(0, 1'000));
  CHECK(tiling(table, tk{50}).coincident(0, 1) == 1);
  CHECK(tiling(table, tk{50}).coincident(1, 0) == 1);
  CHECK(tiling(table, tk{49}).coincident(0, 1) == 0);
  CHECK(tiling(table, tk{49}).coincident(1, 0) == 0);
  auto const together = tiling(table_of({{10, 20, 20, 30}, {20, 40}}, of(0, 100)), tk{0});
  CHECK(together.coincident(0, 1) == 2);
  CHECK(together.coincident(1, 0) == 1);
  CHECK(together.tiled(0) == tk{0});
  CHECK(together(0, 1) == 0.5);
}

TEST_CASE("tiling: closed forms") {
  SUBCASE("identical trains give 1") {
    std::vector<std::int64_t> const at{3, 50, 51, 51, 700};
    CHECK(tiling(train(at, 0, 1'000), train(at, 0, 1'000), tk{5}).coefficient() == 1);
  }
  SUBCASE("without a coincidence: −(T_A + T_B)/2") {
    auto const p = tiling(train({100, 300}, 0, 1'000), train({500, 700, 900}, 0, 1'000), tk{20});
    CHECK(p.coefficient() == -(0.08 + 0.12) / 2);
  }
  SUBCASE("all time within dt: every share is 1, and so is the coefficient") {
    auto const p = tiling(train({40}, 0, 100), train({60}, 0, 100), tk{1'000});
    CHECK(p.tiled_a == p.observed);
    CHECK(p.coefficient() == 1);
  }
  SUBCASE("one train covers all time, the other not: half of 0 and half of (P − T)/(1 − P T)") {
    auto const p = tiling(train({10, 30, 50, 70, 90}, 0, 100), train({50}, 0, 100), tk{10});  // P_A 1/5, T_A 1, P_B 1, T_B 1/5
    CHECK(p.coefficient() == 0.5);
  }
  SUBCASE("tiles are merged, and cut at the window's ends") {
    auto const p = tiling(train({0, 4, 99}, 0, 100), train({50}, 0, 100), tk{5});
    CHECK(p.tiled_a == tk{9 + 6});
    CHECK(p.tiled_b == tk{10});
  }
}

TEST_CASE("tiling: a silent unit has no coefficient, and says why; so has time that nobody observed") {
  auto const all = tiling(table_of({{10}, {}, {12}}, of(0, 100)), tk{5});
  for (unit_index const u : {0u, 1u, 2u}) {
    CHECK(reason_of(all(u, 1)) == reason::no_spikes);
    CHECK(reason_of(all(1, u)) == reason::no_spikes);
  }
  CHECK(all(0, 0) == 1);
  CHECK(all.pair(0, 1).coincident_share_a() == 0);
  CHECK(reason_of(all.pair(0, 1).coincident_share_b()) == reason::no_spikes);
  CHECK(reason_of(all.pair(0, 1).tiled_share_a()) == reason::none);
  auto const nothing = tiling(spike_table<tk>({}, {}, 2, epochs<tk>{}), tk{5});
  CHECK(reason_of(nothing(0, 0)) == reason::no_spikes);
  CHECK(reason_of(nothing.pair(0, 1).tiled_share_a()) == reason::no_spikes);
  CHECK(tiling(spike_table<tk>{}, tk{5}).size() == 0);
}

TEST_CASE("tiling: a gap is never spanned; windows that touch are one; parts of the time add up") {
  trains const units{{95, 310}, {105, 303}, {98}};
  auto const whole = tiling(table_of(units, of(0, 400)), tk{10});
  auto const touching = tiling(table_of(units, {of(0, 100), of(100, 400)}), tk{10});
  auto const gap = tiling(table_of(units, {of(0, 100), of(101, 400)}), tk{10});
  CHECK(whole == touching);
  CHECK(whole.coincident(0, 1) == 2);
  CHECK(gap.coincident(0, 1) == 1);
  CHECK(gap.coincident(0, 2) == 1);
  CHECK(whole.tiled(0) == tk{40});
  CHECK(gap.tiled(0) == tk{15 + 20});
  CHECK(gap.tiled(1) == tk{14 + 20});
  CHECK(gap.observed() == tk{399});

  auto const table = table_of(units, {of(0, 100), of(101, 400)});
  auto const first = tiling(table, tk{10}, epochs(of(0, 100))), second = tiling(table, tk{10}, epochs(of(100, 500)));
  CHECK(first.observed() + second.observed() == gap.observed());
  for (unit_index i = 0; i < 3; ++i) {
    CHECK(first.tiled(i) + second.tiled(i) == gap.tiled(i));
    for (unit_index j = 0; j < 3; ++j) {
      CHECK(first.coincident(i, j) + second.coincident(i, j) == gap.coincident(i, j));
      CHECK(tiling(table[i], table[j], tk{10}, table.observed()) == gap.pair(i, j));
    }
  }
}

TEST_CASE("tiling: all pairs of random recordings equal the definition, with ties, gaps and edges, for any dt and on every instruction set") {
  int wrong = 0, pairs = 0, sets = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    random_stream random(seed, 3);
    auto const length = static_cast<std::int64_t>(40 + random.below(400));
    testing::recording_shape const shape{.units = 1 + random.below(6), .length = length, .spikes = random.below(160), .gaps = random.below(2) == 0, .begin = static_cast<std::int64_t>(random.below(3)) * 1'000 - 1'000};
    auto const table = testing::random_recording<tk>(seed, shape).first;
    for (auto const dt : {std::int64_t{0}, std::int64_t{1}, static_cast<std::int64_t>(random.below(20)), length / 4, 3 * length}) {
      auto const all = tiling(table, tk{dt});
      sets += testing::each_arch([&](auto arch) { wrong += spike_time_tiling<tk>(arch, table, tk{dt}, table.observed()) != all; });
      for (unit_index i = 0; i < table.size(); ++i)
        for (unit_index j = 0; j < table.size(); ++j, ++pairs) {
          auto const p = slowly(table, i, j, dt);
          auto const rho = all(i, j);
          wrong += all.pair(i, j) != p;
          wrong += tiling(table[i], table[j], tk{dt}, table.observed()) != p;
          wrong += p.spikes_a == 0 || p.spikes_b == 0 ? reason_of(rho) != reason::no_spikes : !(std::abs(rho - printed(p)) < 1e-13 && rho >= -1 && rho <= 1);
          wrong += reason_of(rho) == reason::none && (rho != all(j, i) || (i == j && rho != 1));
        }
    }
  }
  CHECK(wrong == 0);
  CHECK(pairs > 2'000);
  CHECK(sets >= 300);
}

TEST_CASE("tiling: more units than registers and more spikes than a byte counts: as one pair after the other, on every instruction set") {
  for (std::size_t const units : {64u, 65u, 130u}) {
    random_stream random(units);
    std::vector<std::int64_t> at;
    std::vector<unit_index> unit;
    for (std::int64_t t = 0; t < 60'000; t += static_cast<std::int64_t>(random.below(4))) at.push_back(t), unit.push_back(static_cast<unit_index>(random.below(3) == 0 ? random.below(units) : random.below(3)));
    spike_table<tk> const table(std::move(at), std::move(unit), units, epochs<tk>{of(0, 20'000), of(20'000, 60'004)});
    auto const all = tiling(table, tk{40});
    int wrong = 0;
    testing::each_arch([&](auto arch) { wrong += spike_time_tiling<tk>(arch, table, tk{40}, table.observed()) != all; });
    for (unit_index i = 0; i < units; i += 7)
      for (unit_index j = 0; j < units; ++j) wrong += tiling(table[i], table[j], tk{40}) != all.pair(i, j);
    CHECK(wrong == 0);
    CHECK(all.spikes(0) > 2'000);
  }
}

TEST_CASE("tiling: times near the ends of 64 bits and a dt beyond them do not overflow") {
  auto const most = (std::numeric_limits<std::int64_t>::max)();
  for (auto const begin : {-most, most - 1'000}) {
    auto const table = table_of({{begin, begin + 10, begin + 500}, {begin + 12, begin + 999}}, of(begin, begin + 1'000));
    auto const near = tiling(table, tk{5}), far = tiling(table, tk{most});
    CHECK(near.pair(0, 1) == tiled_pair<tk>{3, 2, 1, 1, tk{5 + 10 + 10}, tk{10 + 6}, tk{1'000}});
    CHECK(far.pair(0, 1) == tiled_pair<tk>{3, 2, 3, 2, tk{1'000}, tk{1'000}, tk{1'000}});
    CHECK(tiling(table[0], table[1], tk{5}) == near.pair(0, 1));
    CHECK(tiling(table[0], table[1], tk{most}) == far.pair(0, 1));
  }
  tiled_pair<tk> const ages{4'000'000'000, 4'000'000'000, 3'999'999'999, 3'999'999'999, tk{most - 1}, tk{most - 1}, tk{most}};
  CHECK(std::abs(ages.coefficient() + 1) < 1e-8);  // 1 − T is nothing beside T − P
}

TEST_CASE("tiling: independent trains have a mean of 0 whatever their rates; shared spikes raise it") {
  random_stream random(21);
  trains units(40);
  for (std::size_t u = 0; u < units.size(); ++u)
    for (std::int64_t t = 0; t < 600'000; ++t)
      if (random.below(u % 2 == 0 ? 600 : 6'000) == 0) units[u].push_back(t);
  auto const all = tiling(table_of(units, of(0, 600'000)), tk{150});
  double sum = 0, squares = 0;
  int n = 0;
  for (unit_index i = 0; i < 40; ++i)
    for (unit_index j = 0; j < i; ++j, ++n) sum += all(i, j), squares += all(i, j) * all(i, j);
  auto const mean = sum / n, error_of_mean = std::sqrt(squares / n / n);
  CHECK(error_of_mean < 0.003);
  CHECK(std::abs(mean) < 4 * error_of_mean);
  for (std::size_t k = 0; k < units[0].size(); k += 2) units[1].push_back(units[0][k]);
  std::sort(units[1].begin(), units[1].end());
  CHECK(tiling(table_of(units, of(0, 600'000)), tk{150})(0, 1) > 0.5);
}

namespace {
/// A population of the user's own.
struct cells {
  std::vector<spike_vector<tk>> units;
  auto size() const { return units.size(); }
  auto operator[](unit_index u) const -> spike_vector<tk> const& { return units[u]; }
  auto when() const { return units.front().when(); }
};
/// One that brings its own blocks, short ones, and a gap.
struct cells_with_blocks {
  spike_table<tk> table;
  auto size() const { return table.size(); }
  auto operator[](unit_index u) const { return table[u]; }
  auto when() const { return table.when(); }
  auto blocks() const { return table.blocks(tk{7}); }
};
}  // namespace

TEST_CASE("tiling: any population, and a recording, as its table") {
  static_assert(population<cells> && !replayable<cells> && replayable<cells_with_blocks>);
  auto const table = testing::random_recording<tk>(9, {.units = 5}).first;
  cells mine;
  for (unit_index u = 0; u < 5; ++u) mine.units.emplace_back(std::vector<std::int64_t>(table[u].raw().begin(), table[u].raw().end()), table.when());
  CHECK(tiling(mine, tk{12}) == tiling(table, tk{12}));
  auto const part = epochs<tk>{of(100, 900), of(1'000, 1'500)};
  CHECK(tiling(mine, tk{12}, part) == tiling(table, tk{12}, part));
  auto const torn = testing::random_recording<tk>(4, {.units = 5, .gaps = true}).first;
  CHECK(torn.observed().size() > 1);
  CHECK(tiling(cells_with_blocks{torn}, tk{12}) == tiling(torn, tk{12}));

  using ns = std::chrono::nanoseconds;
  recording r;
  r.table = spike_table<ns>({1, 5'000'001}, {0, 1}, 2, window<ns>{ns{0}, ns{10'000'000}});
  CHECK(tiling(r, std::chrono::milliseconds{5}).coincident(0, 1) == 1);
  CHECK(tiling(r, std::chrono::milliseconds{5}) == tiling(r.table, ns{5'000'000}));
}

TEST_CASE("tiling: refuses a negative dt, and trains of different windows without a time that both share") {
  auto const a = train({5}, 0, 100), b = train({30}, 20, 120);
  CHECK_THROWS_AS((void)tiling(a, a, tk{-1}), error);
  CHECK_THROWS_AS((void)tiling(table_of({{5}}, of(0, 10)), tk{-1}), error);
  CHECK_THROWS_AS((void)tiling(a, b, tk{1}), error);
  auto const shared = tiling(a, b, tk{1}, epochs(intersection(when(a), when(b))));
  CHECK(shared == tiled_pair<tk>{0, 1, 0, 0, tk{0}, tk{2}, tk{80}});
}

TEST_CASE("tiling: the example of the reference page") {
  namespace eq = equipoise;
  auto const night = testing::random_recording<tk>(2, {.units = 6, .length = 30'000, .gaps = true}).first;
  std::string printed_lines;
  // [region tiling]
  auto const together = eq::tiling(night, std::chrono::milliseconds{5});  // all pairs
  for (eq::unit_index i = 0; i < together.size(); ++i)
    for (eq::unit_index j = 0; j < i; ++j)
      if (together(i, j) > 0.1) printed_lines += std::to_string(i) + " with " + std::to_string(j) + ": " + std::to_string(together(i, j)) + "\n";

  auto const one = eq::tiling(night[0], night[1], std::chrono::milliseconds{5}, night.observed());  // one pair: the same numbers
  auto const share = one.coincident_share_a();                                                      // P_A, and the rest of the formula
  // [endregion tiling]
  CHECK(one == together.pair(0, 1));
  CHECK(share == static_cast<double>(one.coincident_a) / static_cast<double>(one.spikes_a));
  CHECK(std::count(printed_lines.begin(), printed_lines.end(), '\n') <= 15);
}

TEST_CASE("tiling: equals an exact computation by other means (tests/data/golden/PROVENANCE.md)") {
  auto const table = testing::golden_recording();
  for (int const ms : {5, 50}) {
    auto const expected = testing::golden<double>("sttc_exact_" + std::to_string(ms) + "ms");
    REQUIRE(expected.size() == 400);
    auto const all = tiling(table, std::chrono::milliseconds{ms});
    double largest = 0, sum = 0;
    for (unit_index i = 0; i < 20; ++i)
      for (unit_index j = 0; j < 20; ++j) largest = std::max(largest, std::abs(all(i, j) - expected[i * 20 + j])), sum += all(i, j);
    CHECK(largest < 1e-12);
    CHECK(sum > 20);
  }
}
