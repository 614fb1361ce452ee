// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/correlate/jitters.hpp>
#include <equipoise/inference/control.hpp>
#include <equipoise/parallel/each.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/synthetic/fixtures.hpp>
#include <vector>

using namespace equipoise;
using namespace equipoise::literals;
using namespace std::chrono_literals;

namespace {
using tick = ticks<30'000>;
scales const widths{5ms, 50ms, 500ms, 8s};
auto const made = modulated_population<tick>{.units_e = 12, .units_i = 4, .seconds = 90}.recording(3);
auto const& table = made.first;
auto const& cells = made.second;

auto same(double a, double b) -> bool { return a == b || (std::isnan(a) && std::isnan(b)); }
void check_same(null_band const& a, null_band const& b) {
  CHECK(same(a.mean, b.mean));
  CHECK(same(a.sd, b.sd));
  CHECK(same(a.lo, b.lo));
  CHECK(same(a.hi, b.hi));
  CHECK(same(a.p, b.p));
  CHECK(same(a.q, b.q));
  CHECK(same(a.p_max, b.p_max));
  CHECK(a.draws == b.draws);
}
}  // namespace

TEST_CASE("control: what stands beside r is what the metrics and drivers give one by one, at all scales") {
  balance_control_options const o{.draws = 60, .control_draws = 5, .at_least = 4s, .within = 6, .seed = 9};
  auto const all = control(table, cells, widths, o);
  REQUIRE(all.size() == 4);
  std::vector<std::int64_t> spikes;
  for (unit_index u = 0; u < table.size(); ++u) spikes.push_back(static_cast<std::int64_t>(table[u].size()));
  interval_options how;
  how.seed = 9;
  auto const r = table | split(cells) | pyramid(widths).with_units()
               | measure("rho"_n = zero_lag_correlation{}, "lag"_n = number(peak_lag{.within = 6}, &peak_lag::value::interpolated), "null"_n = shifted_bins{.at_least = 4s, .draws = 60, .seed = 9, .within = 6},
                         "infinity"_n = rho_infinity{rate_concentration::of(spikes, cells), how}, "fast"_n = high_pass_correlation{});
  std::vector<null_draws> rho, lag;
  std::vector<double> lags;
  for (std::size_t k = 0; k < 4; ++k) {
    auto const ms = in_ms(r["scale"_n][k]);
    rho.push_back(r["null"_n][k].rho);
    lag.push_back(r["null"_n][k].lag);
    for (auto& x : lag.back().values) x = std::isnan(x) ? 6 * ms : std::abs(x) * ms;
    lags.push_back(std::abs(r["lag"_n][k]) * ms);
  }
  auto const bands = null_bands(r["rho"_n], rho), lag_bands = null_bands(lags, lag, alternative::less);
  control_options c;
  c.draws = 5, c.seed = 9;
  auto const sets = controls(table, split(cells) | pyramid(widths) | measure("rho"_n = zero_lag_correlation{}), c);
  for (std::size_t k = 0; k < 4; ++k) {
    CAPTURE(k);
    CHECK(same(all[k].rho, r["rho"_n][k]));
    check_same(all[k].null, bands[k]);
    check_same(all[k].lag_null, lag_bands[k]);
    CHECK(same(all[k].rho_infinity.estimate, r["infinity"_n][k].estimate));
    CHECK(same(all[k].rho_infinity.lo, r["infinity"_n][k].lo));
    CHECK(same(all[k].high_pass, r["fast"_n][k]));
    CHECK(same(all[k].controls.same_class.mean, sets[0][k].same_class.mean));
    CHECK(same(all[k].controls.rate_matched.hi, sets[0][k].rate_matched.hi));
    CHECK(all[k].zero_lag.margin_ms == doctest::Approx((std::max)(2.0, in_ms(r["scale"_n][k]))).epsilon(1e-12));
  }
  CHECK(all[1].null.draws == 60);
  CHECK(all[3].null.draws == 0);  // 11 bins: r itself is undefined
  CHECK(reason_of(all[3].null.mean) == reason::too_few_bins);
}

TEST_CASE("control: a surrogate of spikes can be the null, and neither threads nor the order of scales change a bit") {
  balance_control_options o{.draws = 20, .control_draws = 3, .within = 5, .seed = 2};
  interval_jitter const jitter{.width = 100ms};
  auto const one = control(table, cells, widths, jitter, o);
  double last = 0;
  o.progress = [&](double done) { last = (std::max)(last, done); };
  o.each = [](std::size_t n, std::function<void(std::size_t)> const& f) {
    for (auto k = n; k-- > 0;) f(k);
  };
  auto const backwards = control(table, cells, widths, jitter, o);
  CHECK(last == doctest::Approx(1));
  o.progress = nullptr, o.each = on_threads(2);
  auto const threads = control(table, cells, widths, jitter, o);
  auto const draws = surrogate_values(table, jitter, split(cells) | pyramid(widths) | measure("rho"_n = zero_lag_correlation{}), {.draws = 20, .seed = 2});
  auto const bands = null_bands(std::vector{one[0].rho, one[1].rho, one[2].rho, one[3].rho}, draws[0]);
  for (std::size_t k = 0; k < 4; ++k) {
    check_same(one[k].null, backwards[k].null), check_same(one[k].null, threads[k].null), check_same(one[k].null, bands[k]);
    check_same(one[k].lag_null, threads[k].lag_null);
    CHECK(same(one[k].controls.label_swap.sd, threads[k].controls.label_swap.sd));
    CHECK(same(one[k].zero_lag.lag.lo, threads[k].zero_lag.lag.lo));
  }
}

TEST_CASE("control: what was not asked for is undefined and says so") {
  auto const none = control(table, cells, widths, {.draws = 0, .control_draws = 0});
  for (auto const& s : none) {
    CHECK(std::isnan(s.null.p));
    CHECK(std::isnan(s.lag_null.p));
    CHECK(reason_of(s.controls.same_class.mean) == reason::not_asked_for);
    CHECK(reason_of(s.null.p) == reason::not_asked_for);
  }
  CHECK(!std::isnan(none[1].rho));
  CHECK(!std::isnan(none[1].zero_lag.lag.estimate));
  CHECK_THROWS_AS(control(table, std::vector<cell>(3, cell::e), widths), error);
  CHECK_THROWS_AS(control(table, cells, widths, {.draws = 1}), error);
}
