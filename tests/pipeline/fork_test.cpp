// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/fork.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/co_moments.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <equipoise/stats/unit_moments.hpp>
#include <equipoise/testing/laws.hpp>
#include <string_view>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<1'000>;

namespace {
/// The statistic itself, so that results can be compared with ==.
template <class S>
struct keep {
  using statistic = S;
  auto operator()(S const& s, row_info const&) const -> S { return s; }
};
auto plain() { return measure("s"_n = keep<co_moments>{}); }
auto of_units() { return measure("s"_n = keep<joint_histogram>{}, "units"_n = keep<unit_moments>{}); }
scales const fine{2ms, 5ms}, coarse{40ms, 100ms};

auto rows_of(std::vector<cell> const& cells, scales const& w) { return split(cells) | pyramid(w).with_units(); }
auto fork_of_rows(std::vector<cell> const& cells) { return rows_of(cells, fine) | fork("a"_n = plain(), "b"_n = of_units()); }
auto fork_of_studies(std::vector<cell> const& cells) {
  return fork("fine"_n = rows_of(cells, fine) | plain(), "both"_n = fork_of_rows(cells), "coarse"_n = rows_of(cells, coarse) | of_units());
}

using of_plain = decltype(fork("a"_n = plain(), "b"_n = plain()));
using of_both = decltype(fork("a"_n = plain(), "b"_n = of_units()));
using of_studies = decltype(fork_of_studies({}));
static_assert(analysis<of_plain> && analysis<of_both> && analysis<of_studies>);
static_assert(!stage<of_plain> && !partition<of_plain> && !stage<of_studies>);
static_assert(std::same_as<of_plain::takes, counts>);
static_assert(std::same_as<of_both::takes, unit_counts>, "one part that needs units asks for them");
static_assert(std::same_as<decltype(fork("b"_n = of_units(), "a"_n = plain()))::takes, unit_counts>, "in whatever order");
static_assert(std::same_as<of_studies::takes, events>);

auto recording(std::uint64_t seed) {
  return testing::random_recording<tk>(seed, {.units = 6, .length = 6'000, .spikes = 1'500, .gaps = seed % 2 == 1, .begin = seed % 3 == 0 ? -500 : 0});
}
}  // namespace

TEST_CASE("fork: each part has the result of its own run, of rows and of events alike") {
  auto const [table, cells] = recording(3);
  auto const alone = table | rows_of(cells, fine) | plain();
  auto const units = table | rows_of(cells, coarse) | of_units();
  auto const r = table | fork_of_rows(cells);
  CHECK(r["a"_n]["s"_n] == alone["s"_n]);
  CHECK(r["a"_n]["bins"_n] == alone["bins"_n]);
  CHECK(r["b"_n]["bins"_n] == alone["bins"_n]);
  CHECK(r["incomplete"_n] == alone["incomplete"_n]);
  CHECK(r.names() == std::array<std::string_view, 3>{"a", "b", "incomplete"});

  auto const s = table | fork_of_studies(cells);
  CHECK(s["fine"_n]["s"_n] == alone["s"_n]);
  CHECK(s["both"_n]["a"_n]["s"_n] == alone["s"_n]);
  CHECK(s["both"_n]["b"_n]["units"_n] == r["b"_n]["units"_n]);
  CHECK(s["coarse"_n]["s"_n] == units["s"_n]);
  CHECK(s["coarse"_n]["units"_n] == units["units"_n]);
  CHECK(s["coarse"_n]["incomplete"_n] == units["incomplete"_n]);
  CHECK(s["coarse"_n]["scale"_n][1].count == 100);
  CHECK_FALSE(s["coarse"_n]["units"_n] == r["b"_n]["units"_n]);
}

TEST_CASE("fork: the laws hold for forks of rows over 240 partitions") {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    auto const [table, cells] = recording(seed);
    auto const report = check_fold(fork_of_rows(cells), table, seed, 30);
    for (auto const& what : report.broken) MESSAGE(what);
    CHECK(report.holds());
  }
}

TEST_CASE("fork: the laws hold for forks of studies, and forks in forks, over 240 partitions") {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    auto const [table, cells] = recording(seed);
    auto const report = check_fold(fork_of_studies(cells), table, seed, 30);
    for (auto const& what : report.broken) MESSAGE(what);
    CHECK(report.holds());
  }
}
