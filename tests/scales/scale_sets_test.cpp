// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <equipoise/scales/scale_sets.hpp>
#include <ranges>
#include <vector>

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
static_assert(scale_set<scales> && std::same_as<std::ranges::range_value_t<scales>, std::chrono::nanoseconds>);

namespace eq = equipoise;
// [region scale_set]
constexpr std::array widths{1ms, 10ms, 100ms};  // any random-access range of durations
auto const steps = std::views::iota(1, 6) | std::views::transform([](int k) { return eq::ticks<30'000>{30 * k}; });
static_assert(eq::scale_set<decltype(widths)> && eq::scale_set<decltype(steps)>);
// [endregion scale_set]

auto ms(std::chrono::nanoseconds w) { return static_cast<double>(w.count()) * 1e-6; }
}  // namespace

TEST_CASE("log_scales: the default is the study's set of 32 scales") {
  // 66.69, 298.9, 1339 and 6003 ms are printed in figure 1C of arXiv 2306.11965; these have the digits of e^{0.3 k} ms; each holds to half of its last digit.
  auto const s = log_scales();
  REQUIRE(s.size() == 32);
  CHECK(s[0] == 1ms);
  CHECK(s[1] == 1'349'859ns);  // e^0.3 = 1.349858807576003
  CHECK(std::abs(ms(s[14]) - 66.686) < 5e-4);
  CHECK(std::abs(ms(s[19]) - 298.867) < 5e-4);
  CHECK(std::abs(ms(s[24]) - 1339.43) < 5e-3);
  CHECK(std::abs(ms(s[29]) - 6002.91) < 5e-3);
  CHECK(std::abs(ms(s[31]) - 10938.0) < 0.05);
  for (std::size_t k = 1; k < s.size(); ++k) CHECK(std::abs(std::log(ms(s[k]) / ms(s[k - 1])) - 0.3) < 2e-6);
  CHECK(s == log_scales<32>(1ms, 0.3));
  CHECK(s == log_scales(32, 1ms, 0.3));
}

TEST_CASE("log_scales: another first width, step and number") {
  auto const s = log_scales<4>(2ms, std::log(2.0));
  CHECK(s == scales{2ms, 4ms, 8ms, 16ms});
  CHECK(log_scales(1, 5ms, 0.1) == scales{5ms});
  CHECK_THROWS_AS((void)log_scales(0, 1ms, 0.3), error);
  CHECK_THROWS_AS((void)log_scales(3, 1ms, 0.0), error);
  CHECK_THROWS_AS((void)log_scales(3, 1ms, -0.3), error);
  CHECK_THROWS_AS((void)log_scales(3, 0ms, 0.3), error);
  CHECK_THROWS_AS((void)log_scales(3, 1ms, std::nan("")), error);
  CHECK_THROWS_WITH_AS((void)log_scales(100, 1ms, 1.0), doctest::Contains("not usable"), error);  // e^99 ms
}

TEST_CASE("geometric: both ends are included and the ratio is constant") {
  auto const s = geometric(1ms, 1s, 4);
  CHECK(s == scales{1ms, 10ms, 100ms, 1s});
  auto const t = geometric(3ms, 10'938ms, 17);
  CHECK(t[0] == 3ms);
  CHECK(t[16] == 10'938ms);
  for (std::size_t k = 1; k < t.size(); ++k) CHECK(std::abs(ms(t[k]) / ms(t[k - 1]) - std::pow(3646.0, 1.0 / 16)) < 1e-5);
  CHECK(geometric(1ms, 2ms, 2) == scales{1ms, 2ms});
  CHECK_THROWS_AS((void)geometric(1ms, 2ms, 1), error);
  CHECK_THROWS_AS((void)geometric(2ms, 1ms, 3), error);
  CHECK_THROWS_AS((void)geometric(0ms, 1ms, 3), error);
  CHECK_THROWS_AS((void)geometric(1ns, 3ns, 10), error);  // no ten whole nanoseconds between
}

TEST_CASE("dyadic: every width is twice the one before") {
  CHECK(dyadic(5ms, 4) == scales{5ms, 10ms, 20ms, 40ms});
  CHECK(dyadic(1ns, 62)[61] == std::chrono::nanoseconds{std::int64_t{1} << 61});
  CHECK_THROWS_AS((void)dyadic(1ms, 60), error);
  CHECK_THROWS_AS((void)dyadic(1ns, 64), error);
  CHECK_THROWS_AS((void)dyadic(0ms, 3), error);
  CHECK_THROWS_AS((void)dyadic(-1ms, 3), error);
  CHECK_THROWS_AS((void)dyadic(1ms, 0), error);
}

TEST_CASE("scales: explicit widths must be positive and increase") {
  CHECK(scales{1ms, 10ms, 3s}.size() == 3);
  CHECK(scales{1ms, 10ms}[1] == 10ms);
  CHECK_THROWS_WITH_AS(scales(std::vector<std::chrono::nanoseconds>{}), "scales: at least one scale is needed", error);
  CHECK_THROWS_WITH_AS((scales{1ms, 1ms}),
                       "scales, scale 1: widths must increase (expected more than 1000000 ns, found 1000000 ns); sort them and leave out repetitions", error);
  CHECK_THROWS_AS((scales{2ms, 1ms}), error);
  CHECK_THROWS_WITH_AS((scales{0ms}), doctest::Contains("scale 0: a bin must be longer than nothing"), error);
  CHECK_THROWS_AS((scales{-1ms, 1ms}), error);
}

TEST_CASE("scales: any random-access range of durations is a scale set") {
  CHECK(scales(std::vector<std::chrono::nanoseconds>(widths.begin(), widths.end())) == geometric(1ms, 100ms, 3));
  CHECK(steps[4] == 5ms);  // 150 ticks of 30 kHz
}

TEST_CASE("scales: snapped widths are the nearest whole multiples, without repetitions") {
  CHECK(scales{1ms, 1'400us, 1'500us, 2'600us, 10'499us}.snapped_to(1ms) == scales{1ms, 2ms, 3ms, 10ms});
  CHECK(scales{1us, 3us}.snapped_to(1ms) == scales{1ms});
  auto const s = log_scales().snapped_to(1ms);
  for (auto const w : s) CHECK(w % 1ms == 0ns);
  CHECK(s[s.size() - 1] == 10'938ms);
  CHECK_THROWS_AS((void)scales{1ms}.snapped_to(0ms), error);
}
