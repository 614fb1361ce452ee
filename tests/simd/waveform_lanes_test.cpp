// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/simd/waveform_lanes.hpp>
#include <limits>
#include <vector>

#include "each_arch.hpp"

using namespace equipoise;

namespace {

constexpr auto fields = sizeof(simd::waveform_measures<double>) / sizeof(double);
using bits = std::array<std::uint64_t, fields>;

/// Noisy spikes of both polarities, noise alone, steps with many equal samples, and rows that hold what is not finite or nothing at all.
auto rows_of(std::size_t n, std::size_t samples, std::uint64_t seed) -> std::vector<float> {
  random_stream random(seed);
  std::vector<float> out;
  for (std::size_t i = 0; i < n; ++i) {
    auto const kind = i % 11;
    auto const length = static_cast<double>(samples), at = length * random.uniform(), wide = 1 + 3 * random.uniform(), later = 2 + length * random.uniform() / 2, offset = 40 * random.normal();
    for (std::size_t k = 0; k < samples; ++k) {
      auto const t = static_cast<double>(k) - at;
      auto v = -100 * std::exp(-t * t / (2 * wide * wide)) + 30 * std::exp(-(t - later) * (t - later) / (8 * wide * wide)) + (kind < 8 ? 2 : 20) * random.normal() + (kind % 3 == 0 ? offset : 0);
      if (kind % 4 == 1) v = -v;
      if (kind % 5 == 2) v = std::round(v / 20) * 20;
      if (kind == 9) v = 5;
      if (kind == 10 && k == samples / 2) v = i % 2 == 0 ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
      out.push_back(static_cast<float>(v));
    }
  }
  return out;
}

/// 64-byte aligned working memory.
struct room {
  explicit room(std::size_t doubles) : held(doubles + 8) {}
  auto data() -> double* { return held.data() + (64 - reinterpret_cast<std::uintptr_t>(held.data()) % 64) / 8; }
  std::vector<double> held;
};

auto plan_of(std::size_t samples, std::size_t factor, int variant) -> simd::waveform_plan {
  simd::waveform_plan p(samples, factor);
  p.baseline = variant == 1 ? 0 : 8, p.least_baseline = 3, p.onset = 6, p.search = variant == 2 ? 2.3 : 7.5, p.recovery = 21;
  p.alignment = variant == 2 ? 9.4 : -1, p.zero = variant == 3 ? 8 : 0;
  return p;
}

}  // namespace

TEST_CASE("waveform_lanes: every lane of every instruction set holds the bits of the scalar twin, also beside lanes without a shape") {
  std::size_t usable = 0, broken = 0;
  auto const sets = testing::each_arch<double>([&]<class Arch>(Arch) {
    CAPTURE(Arch::name());
    using batch = simd::batch<Arch, double>;
    int wrong = 0;
    for (std::size_t const samples : {8u, 9u, 31u, 48u, 61u})
      for (std::size_t const factor : {1u, 4u, 5u})
        for (int variant = 0; variant < 4; ++variant) {
          auto const p = plan_of(samples, factor, variant);
          constexpr std::size_t n = 176;
          auto const values = rows_of(n, samples, samples + factor);
          room memory(simd::waveform_room<batch>(p)), one(simd::waveform_room<double>(p));
          for (std::size_t i = 0; i < n; i += batch::size) {
            std::array<float const*, batch::size> rows;
            for (std::size_t l = 0; l < batch::size; ++l) rows[l] = values.data() + (i + l) * samples;
            simd::waveform_measures<batch> all;
            simd::measure_waveforms<Arch>(p, rows.data(), memory.data(), all);
            for (std::size_t l = 0; l < batch::size; ++l) {
              simd::waveform_measures<double> twin;
              simd::measure_waveforms_scalar(p, &rows[l], one.data(), twin);
              auto const lane = simd::of_lane(all, l);
              if (twin.usable > 0) wrong += std::bit_cast<bits>(lane) != std::bit_cast<bits>(twin), ++usable;
              else wrong += lane.usable != twin.usable, ++broken;
            }
          }
        }
    CHECK(wrong == 0);
  });
  CHECK(sets >= 1);
  CHECK(usable > 4 * broken);
  CHECK(broken > 0);
}

TEST_CASE("waveform_lanes: three lines, worked by hand on samples") {
  // baseline 0; trough −8 at 8, half of it at 7 and 9; peak 4 at 11, half of it at 10 + 0 and 13
  std::vector<float> const w{0, 0, 0, 0, 0, 0, 0, -4, -8, -4, 2, 4, 3, 2, 1, 0};
  simd::waveform_plan p(w.size(), 1);
  p.per_ms = 10, p.baseline = 2, p.least_baseline = 1, p.onset = 2, p.search = 2.5, p.recovery = 4;
  room memory(simd::waveform_room<double>(p));
  auto const* const row = w.data();
  simd::waveform_measures<double> r;
  simd::measure_waveforms_scalar(p, &row, memory.data(), r);
  CHECK(r.usable == 1);
  CHECK(r.polarity == 1);
  CHECK(r.trough == -8);
  CHECK(r.peak == 4);
  CHECK(r.first_peak == 0);
  CHECK(r.edges == 0);
  CHECK(r.dips == 1);
  CHECK(r.amplitude == 12);
  CHECK(r.trough_ms == doctest::Approx(0.8).epsilon(1e-12));
  CHECK(r.trough_to_peak == doctest::Approx(0.3).epsilon(1e-12));
  CHECK(r.peak_to_trough == doctest::Approx(0.8).epsilon(1e-12));  // the first of equals
  CHECK(r.trough_half_width == doctest::Approx(0.2).epsilon(1e-12));
  CHECK(r.half_peak_width == doctest::Approx(0.3).epsilon(1e-12));
  CHECK(r.half_decay == doctest::Approx(0.2).epsilon(1e-12));
  CHECK(r.recovery == doctest::Approx(-10).epsilon(1e-12));  // 4, 3, 2, 1: −1 a sample
  CHECK(std::isnan(r.repolarization_fit));                   // −8, −4: two points
  CHECK(r.asymmetry == 1);
}
