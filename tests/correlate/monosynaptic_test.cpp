// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <equipoise/correlate/correlogram.hpp>
#include <equipoise/correlate/monosynaptic.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/run.hpp>
#include <vector>

#include "../near.hpp"
#include "monosynaptic_kit.hpp"

using namespace equipoise;
using testing::drawn_correlogram;
using testing::drawn_pair;
using testing::near;
using count_list = std::vector<std::int64_t>;

namespace {
/// Of so many drawn pairs, the share that is found.
struct found {
  double excitatory = 0, inhibitory = 0, underpowered = 0, transmission = 0;
};
auto find(drawn_pair const& pair, int pairs, std::uint64_t seed, monosynaptic_options const& options = {}) -> found {
  monosynaptic_test const test(301, 0.4, options);
  random_stream random(seed);
  found f;
  for (int k = 0; k < pairs; ++k) {
    auto const e = test(drawn_correlogram(pair, random), std::llround(pair.rate_hz * 1'200));
    f.excitatory += e.excitatory / double(pairs), f.inhibitory += e.inhibitory / double(pairs), f.underpowered += e.underpowered / double(pairs);
    f.transmission += e.transmission_probability / pairs;
  }
  MESSAGE(pair.rate_hz << " Hz, gained " << pair.gained << ", kept " << pair.kept << ": exc " << f.excitatory << ", inh " << f.inhibitory << ", underpowered " << f.underpowered << ", transmission " << f.transmission);
  return f;
}
auto flat(std::int64_t n) -> count_list { return count_list(301, n); }
}  // namespace

TEST_CASE("monosynaptic: windows, levels and the inflation of the defaults are those of the literature") {
  monosynaptic_test const test(301, 0.4);
  CHECK(test.bonferroni() == 20);
  CHECK(monosynaptic_test(301, 0.4, {.without_both_sides = false}).inflation() == near(0.236, 0.003));
  CHECK(test.inflation() > 0.236);  // fewer bins predict, from further away
  CHECK(count_list(test.post().begin(), test.post().end()) == count_list{152, 153, 154, 155, 156, 157, 158, 159, 160});
  auto const lags = realised_bins<centred>::in<ticks<30'000>>(monosynaptic_options::lags());
  CHECK(lags.bins() == 301);
  CHECK(lags.width() == 12);
}

TEST_CASE("monosynaptic: a flat correlogram is nothing, and its numbers are those of the Poisson distribution") {
  monosynaptic_test const test(301, 0.4);
  auto const e = test(flat(30), 9'600);
  CHECK_FALSE(e.excitatory);
  CHECK_FALSE(e.inhibitory);
  CHECK_FALSE(e.underpowered);
  CHECK(e.pooled_count == 270);
  CHECK(e.pooled_predicted == near(270, 1e-12));
  CHECK(std::abs(e.pooled_z) < 1e-12);
  CHECK(std::abs(e.transmission_probability) < 1e-12);
  CHECK(e.p_causal == near(poisson_upper_mid_p(30, 30), 1e-12));
  CHECK(e.pooled_p == near(negative_binomial_lower_mid_p(270, 270, test.inflation()), 1e-9));
  auto const bins = test.by_bin(flat(30));
  for (std::size_t k = 0; k < 301; ++k) {
    CHECK(bins.p_above[k] + bins.p_below[k] == near(1, 1e-12));
    CHECK(bins.upper[k] == poisson_upper_quantile(0.00005, 30));
    CHECK(bins.lower[k] == poisson_lower_quantile(0.00005, 30));
  }
}

TEST_CASE("monosynaptic: one bin decides at the quantile, and counts before the spike take it back") {
  monosynaptic_test const test(301, 0.4);
  auto x = flat(30);
  hollowed_predictor const predict(hollowed_kernel{}, 301);
  std::int64_t n = 30;
  do x[154] = ++n;
  while (static_cast<double>(n) <= poisson_upper_quantile(0.00005, predict(x)[154]));
  auto const e = test(x, 9'600);
  CHECK(e.excitatory);
  CHECK(e.p_excitation == near(20 * poisson_upper_mid_p(n, predict(x)[154]), 1e-10));
  CHECK(e.transmission_probability == near(static_cast<double>(n - 30) / 9'600, 1e-9));
  x[154] = n - 1;
  CHECK_FALSE(test(x, 9'600).excitatory);
  n += 10;
  x[154] = n, x[147] = n;  // as many at −1.2 ms, and enough for what they add to the prediction
  CHECK_FALSE(test(x, 9'600).excitatory);
  CHECK(test(x, 9'600).p_causal == near(poisson_upper_mid_p(n, static_cast<double>(n)), 1e-12));
  CHECK(monosynaptic_test(301, 0.4, {.causal = causal_rule::none})(x, 9'600).excitatory);
  CHECK_FALSE(monosynaptic_test(301, 0.4, {.causal = causal_rule::mid_p, .causal_alpha = 0.0026})(x, 9'600).excitatory);
}

TEST_CASE("monosynaptic: bins in a row are asked for in a row") {
  monosynaptic_test const two(301, 0.4, {.consecutive_excitation = 2}), one(301, 0.4);
  auto x = flat(30);
  x[153] = x[155] = 80;
  CHECK(one(x, 1'000).excitatory);
  CHECK_FALSE(two(x, 1'000).excitatory);
  x[154] = 80;
  CHECK(two(x, 1'000).excitatory);
  x[153] = x[154] = 30, x[155] = 30, x[151] = x[161] = 90;  // just outside of the window
  CHECK_FALSE(one(x, 1'000).excitatory);
}

TEST_CASE("monosynaptic: the pooled test predicts the window without it, and the per-bin test asks for the smallest bin") {
  auto x = flat(30);
  for (std::size_t k = 152; k <= 160; ++k) x[k] = 15;
  monosynaptic_test const test(301, 0.4);
  auto const e = test(x, 9'600);
  CHECK(e.inhibitory);
  CHECK_FALSE(e.excitatory);
  CHECK(e.pooled_predicted == near(270, 1e-12));
  CHECK(e.pooled_z == near(-135 / std::sqrt(270 * (1 + test.inflation())), 1e-10));
  CHECK(e.transmission_probability == near(-135.0 / 9'600, 1e-10));
  monosynaptic_options per_bin{.inhibition = inhibition_rule::per_bin};
  CHECK_FALSE(monosynaptic_test(301, 0.4, per_bin)(x, 9'600).inhibitory);  // 15 of a prediction that the trough itself pulls down
  x[155] = 2;
  CHECK(monosynaptic_test(301, 0.4, per_bin)(x, 9'600).inhibitory);
  // Six of nine bins before the spike are empty: 2 is no small count of their mean 10, but one of their largest, 30.
  for (std::size_t k = 142; k < 148; ++k) x[k] = 0;
  CHECK_FALSE(monosynaptic_test(301, 0.4, per_bin)(x, 9'600).inhibitory);
  per_bin.trough = trough_reference::max_before;
  CHECK(monosynaptic_test(301, 0.4, per_bin)(x, 9'600).inhibitory);
}

TEST_CASE("monosynaptic: where no count could be inhibition it says so, and what loss could be seen where one could") {
  monosynaptic_test const test(301, 0.4);
  auto const kappa = test.inflation();
  // ½ (1 + κ)^(−μ/κ) = .001 at μ = κ ln 500 / ln(1 + κ): no inhibition can be seen below, it can in 9 bins of 1
  auto const least = kappa * std::log(500.0) / std::log1p(kappa);
  CHECK(least > 5);
  CHECK(least < 9);
  auto sparse = flat(0);
  for (std::size_t k = 0; k < 301; k += 2) sparse[k] = 1;
  CHECK(test(sparse, 1'000).underpowered);
  CHECK(reason_of(test(sparse, 1'000).detectable_loss) == reason::not_available);
  CHECK_FALSE(test(flat(1), 1'000).underpowered);
  CHECK(test(flat(1), 1'000).detectable_loss == 1);
  auto const loss = test(flat(30), 9'600).detectable_loss;
  auto const most = std::llround(270 * (1 - loss));
  CHECK(negative_binomial_lower_mid_p(most, 270, kappa) < 0.001);
  CHECK(negative_binomial_lower_mid_p(most + 1, 270, kappa) >= 0.001);
  monosynaptic_test const per_bin(301, 0.4, {.bonferroni_ms = 0, .inhibition = inhibition_rule::per_bin});
  CHECK(per_bin(flat(6), 1'000).underpowered);  // −ln .001 = 6.9
  CHECK_FALSE(per_bin(flat(7), 1'000).underpowered);
  auto const silent = test(flat(0), 0);
  CHECK(silent.underpowered);
  CHECK_FALSE(silent.excitatory);
  CHECK_FALSE(silent.inhibitory);
  CHECK(reason_of(silent.transmission_probability) == reason::no_spikes);
}

TEST_CASE("monosynaptic: the pooled p and the loss that could be seen are those of the negative binomial, for few counts and for many") {
  monosynaptic_test const test(301, 0.4);
  auto const kappa = test.inflation();
  for (std::int64_t const n : {1, 3, 12, 30, 56, 57, 80, 700}) {
    auto x = flat(n);
    for (auto const k : test.post()) x[k] = n * 2 / 3;
    auto const e = test(x, 9'600);
    CAPTURE(n);
    CHECK(e.pooled_predicted == near(9.0 * static_cast<double>(n), 1e-12));
    CHECK(e.pooled_p == near(negative_binomial_lower_mid_p(e.pooled_count, e.pooled_predicted, kappa), 1e-11));
    REQUIRE_FALSE(e.underpowered);
    auto const most = std::llround(9.0 * static_cast<double>(n) * (1 - e.detectable_loss));
    CHECK(negative_binomial_lower_mid_p(most, 9.0 * static_cast<double>(n), kappa) < 0.001);
    CHECK(negative_binomial_lower_mid_p(most + 1, 9.0 * static_cast<double>(n), kappa) >= 0.001);
  }
}

TEST_CASE("monosynaptic: the shadow of one electrode is undefined, and its counts count nowhere") {
  monosynaptic_test const test(301, 0.4, {}, true);
  auto x = flat(30);
  for (std::size_t k = 148; k <= 152; ++k) x[k] = 0;  // bins that overlap ±.8 ms
  auto const e = test(x, 9'600);
  CHECK_FALSE(e.inhibitory);
  CHECK(e.pooled_count == 240);
  CHECK(e.pooled_predicted == near(240, 1e-12));
  CHECK(monosynaptic_test(301, 0.4)(x, 9'600).pooled_count == 240);
  auto const bins = test.by_bin(x);
  for (std::size_t k = 0; k < 301; ++k) {
    CHECK(std::isnan(bins.p_above[k]) == (k >= 148 && k <= 152));
    if (!std::isnan(bins.predicted[k])) CHECK(bins.predicted[k] == near(30, 1e-12));
  }
  for (std::size_t k = 148; k <= 152; ++k) x[k] = 10'000;
  auto const again = test(x, 9'600);
  CHECK(again.p_excitation == e.p_excitation);
  CHECK(again.pooled_p == e.pooled_p);
}

TEST_CASE("monosynaptic: independent trains are rarely called connected") {
  for (auto const rate_hz : {2.0, 8.0}) {
    auto const f = find({.rate_hz = rate_hz}, 400, 1);
    CHECK(f.excitatory <= 0.0025);
    CHECK(f.inhibitory <= 4 / 400.0);  // more than 4 of 400 at .0013: 1 in 4 000
    auto const per_bin = find({.rate_hz = rate_hz}, 400, 2, {.inhibition = inhibition_rule::per_bin});
    CHECK(per_bin.inhibitory <= 0.0025);
  }
}

TEST_CASE("monosynaptic: trains whose rates go up and down together within a tenth of a second are rarely called connected") {
  int excitatory = 0, inhibitory = 0, pairs = 0;
  for (std::uint64_t r = 0; r < 8; ++r) {
    random_stream random(20, r);
    auto const table = testing::table_of_trains(testing::co_modulation{.rate_hz = 8, .tau_ms = 100}.trains(8, 1'200, random), 1'200) | correlograms(monosynaptic_options::lags());
    monosynaptic_test const test(table.bins(), table.width_s() * 1e3);
    for (std::size_t i = 0; i < 8; ++i)
      for (std::size_t j = 0; j < 8; ++j)
        if (i != j) {
          auto const e = test(table.counts(i, j), table.spikes(i));
          excitatory += e.excitatory, inhibitory += e.inhibitory, ++pairs;
        }
  }
  CHECK(pairs == 448);
  CHECK(excitatory <= 2);  // half a per cent
  CHECK(inhibitory <= 5);  // more than 5 of 448 at .002: 1 in 2 500
}

TEST_CASE("monosynaptic: finds added spikes of 3 % and says how many they are") {
  for (auto const rate_hz : {2.0, 8.0}) {
    auto const f = find({.rate_hz = rate_hz, .gained = 0.03}, 400, 3);
    CHECK(f.excitatory >= 0.95);
    CHECK(f.transmission == near(0.03, 0.03));
  }
  CHECK(find({.rate_hz = 8, .gained = 0.01}, 400, 4).excitatory < 0.6);
}

TEST_CASE("monosynaptic: pooled, a loss of half the spikes is found at 8 Hz, at 2 Hz rarely; bin by bin it is hardly seen") {
  CHECK(find({.rate_hz = 8, .kept = 0.5}, 300, 5).inhibitory >= 0.99);
  CHECK(find({.rate_hz = 2, .kept = 0.5}, 300, 6).inhibitory < 0.35);
  CHECK(find({.rate_hz = 8, .kept = 0.5}, 300, 7, {.inhibition = inhibition_rule::per_bin}).inhibitory < 0.5);
}

TEST_CASE("monosynaptic: a strong synapse in one direction is no inhibition in the other, if its peak predicts nothing there") {
  monosynaptic_test const test(301, 0.4), window_only(301, 0.4, {.without_both_sides = false});
  random_stream random(8);
  int called = 0, called_window_only = 0;
  for (int k = 0; k < 200; ++k) {
    auto x = drawn_correlogram({.rate_hz = 8, .gained = 0.03}, random);
    std::reverse(x.begin(), x.end());
    called += test(x, 9'600).inhibitory, called_window_only += window_only(x, 9'600).inhibitory;
  }
  CHECK(called <= 3);  // more than 3 of 200 at .0013: 1 in 7 000
  CHECK(called_window_only > 100);
}

TEST_CASE("monosynaptic: what does not fit is refused") {
  CHECK_THROWS_AS(monosynaptic_test(300, 0.4), error);
  CHECK_THROWS_AS(monosynaptic_test(301, 0), error);
  CHECK_THROWS_AS(monosynaptic_test(31, 0.4), error);  // kernel of 77 taps
  CHECK_THROWS_AS(monosynaptic_test(301, 0.4, {.post_from_ms = 70, .post_to_ms = 80}), error);
  CHECK_THROWS_AS(monosynaptic_test(301, 0.4, {.kernel_width_ms = 0.8}), error);  // nothing beyond the window to predict it from
  CHECK_THROWS_AS(monosynaptic_test(301, 0.4, {.alpha = 0}), error);
  CHECK_THROWS_AS(monosynaptic_test(301, 0.4, {.consecutive_excitation = 0}), error);
  CHECK_THROWS_AS((void)monosynaptic_test(301, 0.4)(count_list(300), 1), error);
}
