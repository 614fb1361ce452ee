// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/classify/waveform.hpp>
#include <equipoise/core/random.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../near.hpp"
#include "fixtures.hpp"

namespace eq = equipoise;
using eq::waveform_flag;
using equipoise::testing::near;
using fixtures::model;

namespace {

constexpr auto nan_f = std::numeric_limits<float>::quiet_NaN();
constexpr double fwhm = 2.3548200450309493;  // 2 sqrt(2 ln 2)

constexpr auto fields = sizeof(eq::simd::waveform_measures<double>) / sizeof(double);

/// All numbers of a waveform, as bits.
auto bits(eq::waveform_features const& f) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> out;
  for (double const v : {f.step_ms, f.baseline_uv, f.trough_ms, f.trough_uv, f.peak_ms, f.peak_uv, f.first_peak_uv, f.trough_to_peak_ms, f.half_peak_width_ms, f.trough_half_width_ms,
                         f.peak_to_trough_ms, f.asymmetry, f.repolarization_uv_per_ms, f.repolarization_fit_uv_per_ms, f.recovery_uv_per_ms, f.repolarization_ms, f.half_decay_ms, f.amplitude_uv, f.snr})
    out.push_back(std::bit_cast<std::uint64_t>(v));
  return out;
}

auto quantile(std::vector<double> x, double q) -> double {
  auto const k = static_cast<std::size_t>(std::ceil(q * static_cast<double>(x.size()))) - 1;
  std::sort(x.begin(), x.end());
  return x[k];
}

/// Noise-free models at several phases of the sampling grid, the trough and the peak `separation` times the wider SD apart.
template <class F>
void each_model(double separation, F f) {
  for (double const s1 : {0.08, 0.12, 0.2})
    for (double const s2 : {0.1, 0.2, 0.3})
      for (double const a : {0.2, 0.5})
        for (double const phase : {0.0, 0.0041, 0.0167, 0.0257}) {
          auto const tp = separation * (std::max)(s1, s2), at = 0.6 + 5 * s1 + phase;
          f(model{.sigma1 = s1, .sigma2 = s2, .tp = tp, .A = a, .at_ms = at, .end_ms = at + tp + 4.5 * s2});
        }
}

}  // namespace

TEST_CASE("waveform: the trough-to-peak time of an analytic waveform is found to 1 µs by refinement, and within a grid step without") {
  each_model(5, [](model const& m) {
    auto const w = m.sampled(30'000);
    auto const f = eq::features_of(w, 30'000, {.refine = true});
    CHECK(std::abs(f.trough_to_peak_ms - m.tp) < 1e-3);
    CHECK(std::abs(f.trough_ms - m.at_ms) < 1e-3);
    CHECK(f.flags == 0);
    CHECK(f.step_ms == 0);
    auto const grid = eq::features_of(w, 30'000);
    CHECK(grid.step_ms == near(1.0 / 120, 1e-12));
    CHECK(std::abs(grid.trough_to_peak_ms - m.tp) < 1.0 / 120 + 1e-3);
  });
}

TEST_CASE("waveform: where trough and after-potential overlap, extrema and widths are those of the sum") {
  each_model(4, [](model const& m) {
    auto const slope = [&](double t) { return m.slope(t); };
    auto const v = fixtures::root(slope, -m.sigma1 / 2, m.sigma1 / 2), p = fixtures::root(slope, m.tp - m.sigma2 / 2, m.tp + m.sigma2 / 2);
    auto const f = eq::features_of(m.sampled(30'000), 30'000, {.refine = true});
    CHECK(std::abs(f.trough_to_peak_ms - (p - v)) < 1e-3);
    auto const half_height = [&](double t) { return m(t) - m(p) / 2; };
    auto const width = fixtures::root(half_height, p, p + 3 * m.sigma2) - fixtures::root(half_height, p - 2 * m.sigma2, p);
    CHECK(f.half_peak_width_ms == near(width, 0.01));
  });
}

TEST_CASE("waveform: widths, slopes and times of an analytic waveform agree with their closed forms") {
  for (bool const refine : {false, true})
    each_model(5, [&](model const& m) {
      auto const f = eq::features_of(m.sampled(30'000), 30'000, {.refine = refine});
      CHECK(f.trough_half_width_ms == near(fwhm * m.sigma1, 0.01));
      CHECK(f.half_peak_width_ms == near(fwhm * m.sigma2, 0.01));
      CHECK(f.half_decay_ms == near(fwhm * m.sigma2 / 2, refine ? 0.01 : 0.06));
      CHECK(f.trough_uv == near(-m.height, 0.005));
      CHECK(f.peak_uv == near(m.height * m.A, 0.005));
      CHECK(f.amplitude_uv == near(m.height * (1 + m.A), 0.005));
      CHECK(f.repolarization_uv_per_ms == near(m.height * std::exp(-0.5) / m.sigma1, 0.02));  // at t = σ₁
      CHECK(std::abs(f.repolarization_ms - m.sigma2) < (refine ? 0.02 * m.sigma2 : 2.0 / 120));                   // inflection of a Gaussian
    });
}

TEST_CASE("waveform: a first peak before the trough gives peak-to-trough time and asymmetry in closed form") {
  for (bool const refine : {false, true})
    for (double const before : {0.15, 0.6})  // its height, over that of the trough; the second peak has 0.3
      for (double const phase : {0.0, 0.011, 0.021}) {
        // three Gaussians so far apart that none is felt at the others' extrema: 8 SD
        model const second{.sigma1 = 0.1, .sigma2 = 0.2, .tp = 1.6, .A = 0.3, .at_ms = 2.2 + phase, .end_ms = 2.2 + phase + 1.6 + 0.9};
        auto w = second.sampled(30'000);
        for (std::size_t k = 0; k < w.size(); ++k) {
          auto const t = static_cast<double>(k) / 30 - (second.at_ms - 1.2);
          w[k] += static_cast<float>(100 * before * std::exp(-t * t / (2 * 0.15 * 0.15)));
        }
        auto const f = eq::features_of(w, 30'000, {.refine = refine});
        CHECK_FALSE(f.has(waveform_flag::positive_going));
        CHECK(std::abs(f.peak_to_trough_ms - 1.2) < (refine ? 1e-3 : 1.0 / 120 + 1e-3));
        CHECK(std::abs(f.trough_to_peak_ms - 1.6) < (refine ? 1e-3 : 1.0 / 120 + 1e-3));
        CHECK(f.first_peak_uv == near(100 * before, 0.002));
        CHECK(f.asymmetry == near((0.3 - before) / (0.3 + before), 0.005));
      }
}

TEST_CASE("waveform: features do not depend on scale, offset or rate") {
  each_model(5, [](model m) {
    auto const f = eq::features_of(m.sampled(30'000), 30'000, {.refine = true});
    auto const fast = eq::features_of(m.sampled(100'000), 100'000, {.refine = true}), fast_grid = eq::features_of(m.sampled(100'000), 100'000);
    CHECK(std::abs(fast.trough_to_peak_ms - f.trough_to_peak_ms) < 1e-3);
    CHECK(std::abs(fast_grid.trough_to_peak_ms - f.trough_to_peak_ms) <= 0.0101);
    CHECK(std::abs(fast.half_peak_width_ms - f.half_peak_width_ms) < 0.005);
    CHECK(std::abs(fast.trough_half_width_ms - f.trough_half_width_ms) < 0.005);
    for (double const offset : {-15.0, 15.0, 400.0}) {
      m.height = 250, m.offset = offset;
      // an offset larger than the spike needs the zero line that goes with it
      auto const g = eq::features_of(m.sampled(30'000), 30'000, {.refine = true, .zero = offset > 100 ? eq::zero_line::baseline : eq::zero_line::raw});
      CHECK(std::abs(g.trough_to_peak_ms - f.trough_to_peak_ms) < 1e-3);
      CHECK(g.half_peak_width_ms == near(f.half_peak_width_ms, 0.002));
      CHECK(g.trough_half_width_ms == near(f.trough_half_width_ms, 0.002));
      CHECK(g.amplitude_uv == near(2.5 * f.amplitude_uv, 1e-4));
      CHECK(g.baseline_uv == near(offset, 0.01));
      CHECK(g.flags == 0);
    }
  });
}

TEST_CASE("waveform: a positive-going waveform is measured upside down and flagged") {
  model const m;
  auto const f = eq::features_of(m.sampled(30'000), 30'000);
  auto w = m.sampled(30'000);
  for (auto& v : w) v = -v;
  auto g = eq::features_of(w, 30'000);
  CHECK(g.has(waveform_flag::positive_going));
  CHECK_FALSE(f.has(waveform_flag::positive_going));
  CHECK(g.trough_to_peak_ms == f.trough_to_peak_ms);
  CHECK(g.half_peak_width_ms == f.half_peak_width_ms);
  CHECK(g.trough_uv == f.trough_uv);
  CHECK(eq::flag_names(g) == std::vector<std::string_view>{"positive_going"});
  // equal heights: max > −min does not hold
  CHECK_FALSE(eq::features_of(std::vector<float>{0, 0, 0, -5, -2, 5, 2, 0, 0, 0}, 30'000).has(waveform_flag::positive_going));
}

TEST_CASE("waveform: the a/b ratio, the first peak and the baseline, worked by hand on samples") {
  // at 10 kHz a sample is 0.1 ms: baseline 1 (two quiet samples), first peak 1 + 2 at 0.4 ms, trough 1 − 10 at 0.6 ms, second peak 1 + 6 at 0.9 ms
  std::vector<float> const w{1, 1, 1, 1, 3, 1, -9, -3, 5, 7, 5, 3, 1, 1};
  auto const f = eq::features_of(w, 10'000, {.upsampling = 1, .baseline_ms = 0.2}, 2.0);
  CHECK(f.baseline_uv == 1);
  CHECK(f.trough_ms == near(0.6, 1e-9));
  CHECK(f.trough_uv == -10);
  CHECK(f.first_peak_uv == 2);
  CHECK(f.peak_uv == 6);
  CHECK(f.trough_to_peak_ms == near(0.3, 1e-9));
  CHECK(f.peak_to_trough_ms == near(0.2, 1e-9));
  CHECK(f.asymmetry == near(0.5, 1e-9));                        // (6 − 2) / (6 + 2)
  CHECK(f.trough_half_width_ms == near(0.4 / 3, 1e-9));         // −4 is crossed at samples 5.5 and 6 + 5/6
  CHECK(f.half_peak_width_ms == near(0.2625, 1e-9));            // 4 is crossed at samples 7.875 and 10.5
  CHECK(f.half_decay_ms == near(0.15, 1e-9));
  CHECK(f.recovery_uv_per_ms == near(-16, 1e-9));               // 7, 5, 3, 1, 1: −1.6 a sample
  CHECK(std::isnan(f.repolarization_fit_uv_per_ms));                 // two samples before the return to the baseline
  CHECK(f.amplitude_uv == 16);
  CHECK(f.snr == near(4, 1e-9));                                // 16 / (2 · 2)
  CHECK(std::isnan(eq::features_of(w, 10'000).snr));
}

TEST_CASE("waveform: a window that ends on the rise gives a lower bound and says so") {
  model m;
  m.end_ms = m.at_ms + m.tp - 0.3;
  auto const f = eq::features_of(m.sampled(30'000), 30'000);
  CHECK(f.has(waveform_flag::truncated));
  CHECK(f.has(waveform_flag::no_second_half_crossing));
  CHECK(std::isnan(f.half_peak_width_ms));
  CHECK(f.trough_to_peak_ms > 0.65);
  CHECK(f.trough_to_peak_ms < m.tp);
  // the peak in sight, the fall not
  m.end_ms = m.at_ms + m.tp + 0.1;
  auto const g = eq::features_of(m.sampled(30'000), 30'000);
  CHECK_FALSE(g.has(waveform_flag::truncated));
  CHECK(g.has(waveform_flag::no_second_half_crossing));
  CHECK(std::isnan(g.half_decay_ms));
  CHECK(std::abs(g.trough_to_peak_ms - m.tp) < 1.0 / 120 + 1e-3);
}

TEST_CASE("waveform: a window that starts inside the spike has no baseline, and keeps its polarity") {
  model m;
  m.at_ms = 0.2;
  auto const f = eq::features_of(m.sampled(30'000), 30'000);
  CHECK(f.has(waveform_flag::no_baseline));
  CHECK_FALSE(f.has(waveform_flag::positive_going));
  CHECK(f.baseline_uv == 0);
  CHECK(std::abs(f.trough_to_peak_ms - m.tp) < 1.0 / 120 + 1e-3);
  m.at_ms = -0.1;  // the trough itself is cut off
  auto const g = eq::features_of(m.sampled(30'000), 30'000);
  CHECK(g.has(waveform_flag::trough_at_edge));
  CHECK(g.has(waveform_flag::no_trough_crossing));
  CHECK(std::isnan(g.trough_half_width_ms));
  CHECK(eq::reason_of(g.peak_to_trough_ms) == eq::reason::not_available);  // nothing before the first sample
  CHECK(eq::reason_of(g.first_peak_uv) == eq::reason::not_available);
  CHECK(std::isnan(g.asymmetry));
}

TEST_CASE("waveform: two deep troughs are flagged, two shallow ones are not") {
  for (double const depth : {0.7, 0.3}) {
    model const a, b{.A = 0, .height = 100 * depth, .at_ms = a.at_ms - 0.6, .end_ms = a.end_ms};
    auto w = a.sampled(30'000);
    auto const second = b.sampled(30'000);
    for (std::size_t k = 0; k < w.size(); ++k) w[k] += second[k];
    auto const f = eq::features_of(w, 30'000);
    CHECK(f.has(waveform_flag::multi_trough) == (depth > 0.5));
    CHECK(std::abs(f.trough_ms - a.at_ms) < 0.01);
  }
}

TEST_CASE("waveform: the sorter's alignment keeps the search near the spike") {
  model const a{.height = 60, .at_ms = 1.0, .end_ms = 4.5}, b{.height = 100, .at_ms = 3.0, .end_ms = 4.5};
  auto w = a.sampled(30'000);
  auto const later = b.sampled(30'000);
  for (std::size_t k = 0; k < w.size(); ++k) w[k] += later[k];
  CHECK(std::abs(eq::features_of(w, 30'000).trough_ms - 3.0) < 0.01);
  CHECK(std::abs(eq::features_of(w, 30'000, {.alignment_ms = 1.1}).trough_ms - 1.0) < 0.01);
}

TEST_CASE("waveform: what has no shape has flags and no numbers") {
  auto const alone = [](std::vector<float> const& w, waveform_flag flag) {
    auto const f = eq::features_of(w, 30'000);
    return f.has(flag) && f.unusable() && std::isnan(f.trough_to_peak_ms) && std::isnan(f.amplitude_uv) && eq::flag_names(f).size() == 1;
  };
  CHECK(alone(std::vector<float>(40, 0.0f), waveform_flag::flat));
  CHECK(alone(std::vector<float>(40, -3.5f), waveform_flag::flat));
  CHECK(alone({}, waveform_flag::missing));
  CHECK(alone(std::vector<float>(40, nan_f), waveform_flag::missing));
  CHECK(alone({0, 0, -1, -5, 1, 2, 0}, waveform_flag::too_short));
  auto w = model{}.sampled(30'000);
  w[20] = nan_f;
  CHECK(alone(w, waveform_flag::has_nan));
  w[20] = std::numeric_limits<float>::infinity();
  CHECK(alone(w, waveform_flag::has_nan));
  w = model{}.sampled(30'000);
  w[0] = nan_f;
  CHECK(alone(w, waveform_flag::has_nan));
  CHECK(eq::reason_of(eq::waveform_features{}.trough_to_peak_ms) == eq::reason::not_available);
}

TEST_CASE("waveform: padding with NaN at the end changes nothing") {
  auto const w = model{}.sampled(30'000);
  auto padded = w;
  padded.resize(w.size() + 17, nan_f);
  auto const f = eq::features_of(w, 30'000), g = eq::features_of(padded, 30'000);
  CHECK(g.flags == f.flags);
  CHECK(g.trough_to_peak_ms == f.trough_to_peak_ms);
  CHECK(g.half_peak_width_ms == f.half_peak_width_ms);
  CHECK(g.recovery_uv_per_ms == f.recovery_uv_per_ms);
}

TEST_CASE("waveform: a table with rows of different lengths gives the bits of its rows, whatever stands beside them") {
  std::string const folder = EQUIPOISE_TEST_DATA "/waveforms/";
  auto table = fixtures::read_waveforms(folder + "cells_uV.npy", 30'000);  // 53 rows of three lengths
  std::vector<double> sd(table.size());
  for (std::size_t k = 0; k < sd.size(); ++k) sd[k] = 1 + static_cast<double>(k);
  std::fill_n(table.values.begin() + 30 * 82, 82, 4.0f);      // flat
  table.values[17 * 82 + 5] = nan_f;                          // not a number inside
  std::fill_n(table.values.begin() + 5 * 82 + 6, 76, nan_f);  // too short
  std::fill_n(table.values.begin() + 3 * 82, 82, nan_f);      // missing
  for (eq::waveform_options const& o : {eq::waveform_options{}, eq::waveform_options{.upsampling = 1}, eq::waveform_options{.upsampling = 10, .alignment_ms = 0.9},
                                        eq::waveform_options{.baseline_ms = 0, .zero = eq::zero_line::baseline}, eq::waveform_options{.refine = true}}) {
    auto const all = eq::features_of(table, o, sd);
    REQUIRE(all.size() == table.size());
    std::size_t wrong = 0, unusable = 0;
    for (std::size_t k = 0; k < all.size(); ++k) {
      auto const one = eq::features_of(table[k], 30'000, o, sd[k]);
      wrong += all[k].id != static_cast<std::int64_t>(k) || all[k].flags != one.flags || bits(all[k]) != bits(one);
      unusable += all[k].unusable();
    }
    CHECK(wrong == 0);
    CHECK(unusable == 4);
  }
}

TEST_CASE("waveform: lanes measure what a search point by point over the curve finds") {
  std::string const folder = EQUIPOISE_TEST_DATA "/waveforms/";
  std::size_t compared = 0, wrong = 0;
  double off = 0;
  std::vector<eq::waveform_table> tables(2, {.values = {}, .samples = 40, .rate_hz = 30'000});
  eq::random_stream random(1);
  for (int k = 0; k < 400 * 40; ++k) tables[0].values.push_back(static_cast<float>(random.normal())), tables[1].values.push_back(static_cast<float>(std::round(2 * random.normal())));
  for (auto const* const file : {"macaque_pmd.npy", "reference_100x48.npy", "T182_2018_06_06_M2_uV.npy", "T224_2020_01_16_uV.npy"}) tables.push_back(fixtures::read_waveforms(folder + file, 30'000));
  for (auto const& table : tables) {
    for (eq::waveform_options const& o : {eq::waveform_options{}, eq::waveform_options{.upsampling = 1}, eq::waveform_options{.upsampling = 5, .search_ms = 0.11, .alignment_ms = 0.61}}) {
      auto const plan = eq::detail::plan_of(o, 30'000, table.samples);
      for (std::size_t k = 0; k < table.size(); ++k) {
        auto const* const row = table[k].data();
        eq::detail::waveform_memory memory(eq::simd::waveform_room<double>(plan));
        eq::simd::waveform_measures<double> lanes, points;
        eq::simd::measure_waveforms_scalar(plan, &row, memory.data(), lanes);
        if (lanes.usable <= 0) continue;
        eq::simd::detail::waveform_lanes<0, double> one(plan, memory.data());
        one.orient(&row, points);
        std::vector<double> y(table.samples);
        for (std::size_t j = 0; j < y.size(); ++j) y[j] = points.polarity * one.sample(j);
        eq::detail::measure_curve(eq::detail::waveform_curve(y, static_cast<int>(plan.factor), false), plan, one.alignment(), points);
        auto const a = std::bit_cast<std::array<double, fields>>(lanes), b = std::bit_cast<std::array<double, fields>>(points);
        for (std::size_t q = 0; q + 1 < fields; ++q) {  // the last, the dips, by more than one or not
          ++compared;
          if (std::isnan(a[q]) || std::isnan(b[q])) wrong += std::isnan(a[q]) != std::isnan(b[q]);
          else off = (std::max)(off, std::abs(a[q] - b[q]) / (points.amplitude + std::abs(b[q])));
        }
        wrong += (lanes.dips > 1) != (points.dips > 1);
      }
    }
  }
  CHECK(compared > 60'000);
  CHECK(wrong == 0);
  CHECK(off < 1e-10);
}

TEST_CASE("waveform: where equal samples compete, turning the waveform over changes nothing but the flag") {
  std::vector<float> w{1, 2, 1, 2, 1, 2, 1, 2, -9, -9, -9, -2, 3, 3, 2, 1, 0.5, 0.25, 0.5, 0.25};  // clipped
  auto const f = eq::features_of(w, 30'000);
  for (auto& v : w) v = -v;
  auto g = eq::features_of(w, 30'000);
  CHECK(g.has(waveform_flag::positive_going));
  g.flags = f.flags;
  CHECK(bits(g) == bits(f));
}

TEST_CASE("waveform: a trough that is not below the baseline has neither a width nor a return to the baseline") {
  // the alignment keeps the search on a rising flank above the baseline 0
  std::vector<float> const w{0, 0, 0, 0, 0, 0, 0, 0, -90, -20, 10, 20, 30, 40, 50, 60, 50, 40, 30, 20, 10, 0, 0, 0};
  for (bool const refine : {false, true}) {
    auto const f = eq::features_of(w, 10'000, {.refine = refine, .baseline_ms = 0.4, .search_ms = 0.1, .alignment_ms = 1.2});
    CHECK(f.trough_uv > 0);
    CHECK(f.has(waveform_flag::no_trough_crossing));
    CHECK_FALSE(f.has(waveform_flag::multi_trough));
    CHECK(eq::reason_of(f.trough_half_width_ms) == eq::reason::not_available);
    CHECK(eq::reason_of(f.repolarization_fit_uv_per_ms) == eq::reason::not_available);
    CHECK(f.peak_uv == near(60, 0.02));
  }
}

TEST_CASE("waveform: the grid has at least 100 kHz by default") {
  CHECK(eq::upsampling_factor({}, 30'000) == 4);
  CHECK(eq::upsampling_factor({}, 29'999.953846153847) == 4);
  CHECK(eq::upsampling_factor({}, 20'000) == 5);
  CHECK(eq::upsampling_factor({}, 1e3 / 0.05) == 5);
  CHECK(eq::upsampling_factor({}, 10'000) == 10);
  CHECK(eq::upsampling_factor({}, 250'000) == 1);
  CHECK(eq::upsampling_factor({.upsampling = 7}, 30'000) == 7);
}

TEST_CASE("waveform: rates, options and tables that make no sense are refused with a sentence") {
  auto const w = model{}.sampled(30'000);
  CHECK_THROWS_WITH_AS(eq::features_of(w, 0), doctest::Contains("no usable sampling rate"), eq::error);
  CHECK_THROWS_WITH_AS(eq::features_of(w, std::nan("")), doctest::Contains("no usable sampling rate"), eq::error);
  CHECK_THROWS_WITH_AS(eq::features_of(w, 30'000, {.upsampling = -1}), doctest::Contains("upsampling out of range"), eq::error);
  CHECK_THROWS_WITH_AS(eq::features_of(w, 30'000, {.search_ms = 0}), doctest::Contains("search_ms"), eq::error);
  CHECK_THROWS_WITH_AS(eq::features_of(w, 30'000, {.alignment_ms = std::nan("")}), doctest::Contains("alignment_ms"), eq::error);
  eq::waveform_table const ragged{.values = std::vector<float>(10), .samples = 3, .rate_hz = 30'000};
  CHECK_THROWS_WITH_AS(eq::features_of(ragged), doctest::Contains("not rectangular"), eq::error);
  eq::waveform_table const two{.values = std::vector<float>(20), .samples = 10, .rate_hz = 30'000};
  CHECK_THROWS_WITH_AS(eq::features_of(two, {}, std::vector<double>{1.0}), doctest::Contains("one residual SD per waveform"), eq::error);
  CHECK(eq::features_of(two).size() == 2);
  CHECK(eq::features_of(two)[1].id == 1);
  CHECK(eq::features_of(eq::waveform_table{}).empty());
}

TEST_CASE("waveform: on the samples themselves, times equal numpy's and widths and slopes those of SpikeInterface") {
  std::string const folder = EQUIPOISE_TEST_DATA "/waveforms/";
  auto const all = eq::features_of(fixtures::read_waveforms(folder + "reference_100x48.npy", 30'000), {.upsampling = 1, .baseline_ms = 0});
  auto const basic = fixtures::read_rows(folder + "reference_basic.csv"), si = fixtures::read_rows(folder + "reference_spikeinterface.csv");
  REQUIRE(all.size() == 100);
  REQUIRE(basic.size() == 100);
  REQUIRE(si.size() == 100);
  for (std::size_t k = 0; k < all.size(); ++k) {
    auto const number = [&](auto const& rows, std::size_t column) { return std::stod(rows[k][column]); };
    auto const& f = all[k];
    CHECK(std::abs(f.trough_ms * 30 - number(basic, 0)) < 1e-9);
    CHECK(std::abs(f.trough_to_peak_ms * 30 - number(basic, 1)) < 1e-9);
    CHECK(std::abs(f.trough_half_width_ms * 30 - number(basic, 3)) < 1e-6);
    CHECK(std::abs(f.trough_to_peak_ms - number(si, 0) * 1e3) < 1e-9);
    CHECK(f.repolarization_fit_uv_per_ms == near(number(si, 3) / 1e3, 1e-6));
    CHECK(f.recovery_uv_per_ms == near(number(si, 4) / 1e3, 1e-6));
  }
}

TEST_CASE("waveform: on a tenfold grid, widths agree with those of an independently resampled waveform to a tenth of a sample") {
  std::string const folder = EQUIPOISE_TEST_DATA "/waveforms/";
  auto const all = eq::features_of(fixtures::read_waveforms(folder + "reference_100x48.npy", 30'000), {.upsampling = 10, .baseline_ms = 0});
  auto const si = fixtures::read_rows(folder + "reference_spikeinterface.csv");
  std::vector<double> time, trough, peak;  // differences in ms; the other tool resamples by filtering and counts whole grid steps
  for (std::size_t k = 0; k < all.size(); ++k) {
    time.push_back(std::abs(all[k].trough_to_peak_ms - std::stod(si[k][5]) * 1e3));
    trough.push_back(std::abs(all[k].trough_half_width_ms - std::stod(si[k][6]) * 1e3));
    if (auto const width = std::stod(si[k][7]); !std::isnan(width)) peak.push_back(std::abs(all[k].half_peak_width_ms - width * 1e3));
  }
  auto const tenth = 1.0 / 300 + 1e-6;
  CHECK(quantile(time, 0.5) <= tenth);
  CHECK(quantile(time, 0.9) <= 2 * tenth);
  CHECK(quantile(trough, 0.9) <= tenth);
  CHECK(peak.size() > 95);
  CHECK(quantile(peak, 0.5) <= tenth);
  CHECK(quantile(peak, 0.9) <= 2 * tenth);
}

TEST_CASE("waveform: trough-to-peak times of labelled cells are those that CellExplorer stored") {
  std::string const folder = EQUIPOISE_TEST_DATA "/waveforms/";
  auto const table = fixtures::read_waveforms(folder + "cells_uV.npy", 30'000);
  auto const cells = fixtures::read_rows(folder + "cells.csv");
  REQUIRE(cells.size() == 53);
  REQUIRE(table.size() == 53);
  std::vector<double> on_grid, tenfold, refined;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    auto const rate = 1e3 / std::stod(cells[k][12]), stored = std::stod(cells[k][6]);
    auto const differs = [&](eq::waveform_options const& o) { return std::abs(eq::features_of(table[k], rate, o).trough_to_peak_ms - stored); };
    on_grid.push_back(differs({}));
    tenfold.push_back(differs({.upsampling = 10}));
    refined.push_back(differs({.refine = true}));
  }
  CHECK(quantile(on_grid, 0.5) < 1e-5);   // stored with six digits
  CHECK(quantile(on_grid, 0.9) < 1e-5);
  CHECK(quantile(tenfold, 0.5) < 0.0034);
  CHECK(quantile(tenfold, 0.9) < 0.01);
  CHECK(quantile(refined, 0.9) < 0.01);
}
