// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/io/tensor.hpp>
#include <equipoise/spikes/spike_vector.hpp>
#include <vector>

using namespace equipoise;

TEST_CASE("tensor: columns of a record, widths in milliseconds, undefined values with their reason") {
  auto const r = make_record("scale"_n = std::vector<bin_width>{{30, 1, 30'000}, {300, 1, 30'000}}, "rho"_n = std::vector<double>{0.5, undefined(reason::too_few_bins)}, "bins"_n = std::vector<std::int64_t>{7, 3});
  auto const a = to_tensor(r, "scale"_n, "rho"_n, "bins"_n);
  CHECK(a.shape(0) == 2);
  CHECK(a.shape(1) == 3);
  CHECK(a(0, 0) == 1.0);
  CHECK(a(1, 0) == 10.0);
  CHECK(a(0, 1) == 0.5);
  CHECK(reason_of(a(1, 1)) == reason::too_few_bins);
  CHECK(a(1, 2) == 3.0);
  CHECK_THROWS_AS(to_tensor(make_record("a"_n = std::vector<double>{1}, "b"_n = std::vector<double>{1, 2}), "a"_n, "b"_n), error);
}

TEST_CASE("tensor: a run of bins, and scales over one another with gaps") {
  std::vector<std::uint8_t> const fine{1, 2, 3, 4}, later{9}, coarse{30, 40};
  count_rows a, b;
  a.absorb(count_row<std::uint8_t>{0, 2, fine, fine});   // bins 2 … 5
  a.absorb(count_row<std::uint8_t>{0, 7, later, later});  // 6 is a gap
  b.absorb(count_row<std::uint8_t>{1, 1, coarse, coarse});  // bins 1, 2 of three times the width: fine bins 3 … 8
  auto const run = to_tensor(a.runs()[0]);
  CHECK(run.shape(1) == 4);
  CHECK(run(0, 3) == 4);
  std::vector<count_rows> const rows{a, b};
  std::vector<bin_width> const widths{{10, 1, 1000}, {30, 1, 1000}};
  auto const all = to_tensor(rows, widths, &count_rows::run::i);
  REQUIRE(all.shape(1) == 6);  // fine bins 2 … 7
  CHECK(all(0, 0) == 1.0);
  CHECK(std::isnan(all(0, 4)));
  CHECK(all(0, 5) == 9.0);
  CHECK(std::isnan(all(1, 0)));
  CHECK(all(1, 1) == 30.0);
  CHECK(all(1, 3) == 30.0);
  CHECK(all(1, 4) == 40.0);
}

TEST_CASE("tensor: waveforms keep their rows; users' arrays are looked at, not copied") {
  waveform_table const w{.values = {1, 2, 3, 4, 5, 6}, .samples = 3, .rate_hz = 30'000};
  auto const a = to_tensor(w);
  CHECK(a.shape(0) == 2);
  CHECK(a(1, 0) == 4.0F);
  xt::xtensor<std::int64_t, 1> const times{3, 5, 8};
  auto const raw = span_of(times);
  CHECK(raw.data() == times.data());
  using tk = ticks<1000>;
  spike_span<tk> const train(raw, {tk{0}, tk{10}});
  CHECK(train.raw().data() == times.data());
  CHECK(train.size() == 3);
}
