// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <equipoise/core/random.hpp>
#include <equipoise/core/time.hpp>
#include <limits>
#include <vector>

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
using tk = ticks<30'000>;
using odd = ticks<390'625, 16>;  // 24 414.0625 Hz

static_assert(tick<tk> && tick<odd> && tick<std::chrono::nanoseconds> && tick<std::chrono::milliseconds>);
static_assert(!tick<std::chrono::duration<double>> && !tick<std::chrono::duration<int>> && !tick<double> && !tick<std::int64_t> && !tick<tk const&>);
static_assert(odd{390'625} == 16s && tk{30'000} == 1s);

constexpr auto windows() -> bool {
  window<tk> const w{tk{-5}, tk{10}}, inside_out{tk{3}, tk{1}};
  return w.length() == tk{15} && !w.empty() && w.contains(tk{-5}) && w.contains(tk{9}) && !w.contains(tk{10}) && !w.contains(tk{-6}) && inside_out.empty()
      && !inside_out.contains(tk{2}) && window<tk>{}.empty()
      && intersection(w, {tk{8}, tk{20}}) == window<tk>{tk{8}, tk{10}} && intersection(w, {tk{10}, tk{20}}) == window<tk>{}
      && intersection(w, w) == w;
}
static_assert(windows());

/// floor(k · 10⁹ · den / num) for a rate of num/den Hz, by long division of a 128-bit product: exact, and no part of the library.
auto exact_floor(std::int64_t k, std::uint64_t num, std::uint64_t den) -> std::int64_t {
  __extension__ using wide = __int128;
  auto const product = static_cast<wide>(k) * static_cast<wide>(den) * 1'000'000'000;
  auto const q = product / static_cast<wide>(num), r = product % static_cast<wide>(num);
  return static_cast<std::int64_t>(r < 0 ? q - 1 : q);
}
struct rate {
  double hz;
  std::uint64_t num, den;  ///< the exact value of the double as a fraction
};
}  // namespace

TEST_CASE("time: windows are half open") { CHECK(windows()); }

TEST_CASE("time: durations are read in milliseconds and seconds") {
  CHECK(in_ms(tk{30}) == 1.0);
  CHECK(in_ms(tk{-45}) == -1.5);
  CHECK(in_seconds(odd{390'625}) == 16.0);
  CHECK(in_seconds(1ns) == 1e-9);
}

TEST_CASE("time: floating seconds are rounded to the nearest nanosecond") {
  CHECK(nanoseconds_from_seconds(0.1) == 100'000'000ns);
  CHECK(nanoseconds_from_seconds(-1.2345678917) == -1'234'567'892ns);
  CHECK(nanoseconds_from_seconds(3e-10) == 0ns);
  CHECK(nanoseconds_from_seconds(7e-10) == 1ns);
  CHECK(nanoseconds_from_seconds(1e9) == 1'000'000'000s);
  CHECK_THROWS_AS((void)nanoseconds_from_seconds(std::nan("")), error);
  CHECK_THROWS_AS((void)nanoseconds_from_seconds(std::numeric_limits<double>::infinity()), error);
  CHECK_THROWS_WITH_AS((void)nanoseconds_from_seconds(1e10), doctest::Contains("64-bit nanoseconds"), error);
}

TEST_CASE("time: sample k of a clock is floor(k·10⁹/f) nanoseconds, by hand") {
  sample_clock const thirty(30'000);
  CHECK(thirty(0) == 0ns);
  CHECK(thirty(1) == 33'333ns);   // 33 333.33…
  CHECK(thirty(2) == 66'666ns);
  CHECK(thirty(3) == 100'000ns);  // exact: not 99 999
  CHECK(thirty(-1) == -33'334ns);
  CHECK(thirty(30'000) == 1s);
  CHECK(thirty(-30'000) == -1s);
  CHECK(thirty.rate_hz() == 30'000);
  sample_clock const tdt(24'414.0625);
  CHECK(tdt(1) == 40'960ns);  // exactly 40.96 µs
  CHECK(tdt(25'000'000'000) == 1'024'000s);
  CHECK(sample_clock(1e9)(123'456'789'012) == 123'456'789'012ns);
  CHECK(sample_clock(1e12)(1'999) == 1ns);
  CHECK(sample_clock(0.25)(3) == 12s);
  CHECK(sample_clock(1e-3)(2) == 1'999'999'999'999ns);  // the double nearest to 0.001 lies above it
  CHECK(sample_clock(0.5)(-3) == -6s);
}

TEST_CASE("time: a clock whose rate is a fraction over a power of two agrees with exact rational arithmetic") {
  // Each double is num/den exactly: num = f · 2^s, the smallest s that makes it whole (printed by Python's float.as_integer_ratio).
  std::vector<rate> const rates{{30'000, 30'000, 1},
                                {20'000, 20'000, 1},
                                {24'414.0625, 390'625, 16},
                                {32'552.083333333332, 8'947'848'533'333'333, 274'877'906'944},
                                {29'999.953846153847, 2'061'581'130'411'843, 68'719'476'736},
                                {25'000.25, 100'001, 4},
                                {1'000, 1'000, 1}};
  random_stream random(1);
  for (auto const& f : rates) {
    INFO("rate " << f.hz);
    REQUIRE(static_cast<double>(f.num) / static_cast<double>(f.den) == f.hz);
    sample_clock const clock(f.hz);
    auto wrong = 0;
    // Samples of up to 292 years, as far as the reference stays within 128 bits.
    auto const furthest = static_cast<std::uint64_t>((std::min)({9.2e9 * f.hz, 1.7e38 / 1e9 / static_cast<double>(f.den), 4.6e18}));
    for (int draw = 0; draw < 4'000; ++draw) {
      auto const bits = random.below(60);
      auto const size = (random() >> 4) >> bits;
      auto k = static_cast<std::int64_t>(size % furthest);
      if (draw % 2 == 1) k = -k;
      wrong += clock(k).count() != exact_floor(k, f.num, f.den);
    }
    for (std::int64_t k = -300; k <= 300; ++k) wrong += clock(k).count() != exact_floor(k, f.num, f.den);
    CHECK(wrong == 0);
  }
}

TEST_CASE("time: a sample and a bin edge of whole nanoseconds compare as in exact arithmetic") {
  // k/f < w·n  ⇔  floor(k·10⁹/f) < w·n: at edges where a rounded time would fall on the wrong side.
  sample_clock const clock(30'000);
  for (std::int64_t k = 0; k < 3'000; ++k) {
    auto const bin = floor_div(clock(k).count(), 1'000'000);  // 1 ms
    CHECK(bin == k / 30);
  }
}

TEST_CASE("time: huge sample numbers give an error, unusable rates too") {
  sample_clock const clock(30'000);
  CHECK(clock(std::int64_t{1} << 47).count() == 4'691'249'611'844'266'666);  // 2^47·10⁹/30000, by Python's integers
  CHECK_THROWS_WITH_AS((void)clock(std::int64_t{1} << 48), doctest::Contains("lies beyond 292 years"), error);
  CHECK_THROWS_AS((void)clock((std::numeric_limits<std::int64_t>::max)()), error);
  CHECK_THROWS_AS((void)clock((std::numeric_limits<std::int64_t>::min)()), error);
  CHECK_THROWS_AS((void)sample_clock(1e-3)((std::numeric_limits<std::int64_t>::max)()), error);
  CHECK(sample_clock(1e9)((std::numeric_limits<std::int64_t>::min)()).count() == (std::numeric_limits<std::int64_t>::min)());
  for (double const bad : {0.0, -1.0, 1e13, 1e-4, std::nan(""), std::numeric_limits<double>::infinity()})
    CHECK_THROWS_WITH_AS(sample_clock{bad}, doctest::Contains("sampling rate"), error);
}
