// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/classify/features.hpp>
#include <limits>
#include <string>
#include <vector>

using namespace equipoise;

namespace {
auto unit(std::int64_t id, double trough_to_peak_ms, std::uint32_t flags = 0) -> waveform_features {
  waveform_features f;
  f.id = id, f.trough_to_peak_ms = trough_to_peak_ms, f.flags = flags, f.snr = 10 * trough_to_peak_ms;
  return f;
}
constexpr auto bit(waveform_flag f) -> std::uint32_t { return static_cast<std::uint32_t>(f); }
}  // namespace

TEST_CASE("features: every number of a waveform has a name of its own") {
  for (std::size_t k = 0; k < shape_features.size(); ++k) {
    CHECK(is_shape_feature(shape_features[k].name));
    for (std::size_t j = 0; j < k; ++j) {
      CHECK(shape_features[k].name != shape_features[j].name);
      CHECK(shape_features[k].value != shape_features[j].value);
    }
  }
  CHECK_FALSE(is_shape_feature("rate_hz"));
}

TEST_CASE("features: a table has the columns asked for, in that order, and how far each unit can be trusted") {
  std::vector const all{unit(4, 0.3), unit(9, 0.7, bit(waveform_flag::positive_going)), unit(2, 0.5, bit(waveform_flag::truncated)), unit(3, 0.6, bit(waveform_flag::flat)),
                        unit(5, 0.4, bit(waveform_flag::multi_trough) | bit(waveform_flag::no_baseline))};
  auto table = table_of(all, std::vector<std::string>{"snr", "trough_to_peak_ms"});
  REQUIRE(table.size() == 5);
  REQUIRE(table.columns.size() == 2);
  CHECK(table.columns[0].name == "snr");
  CHECK(table.columns[0].values == std::vector{3.0, 7.0, 5.0, 6.0, 4.0});
  CHECK(table.find("trough_to_peak_ms")->values == std::vector{0.3, 0.7, 0.5, 0.6, 0.4});
  CHECK(table.find("half_width_ms") == nullptr);
  CHECK(table.ids == std::vector<std::int64_t>{4, 9, 2, 3, 5});
  CHECK(table.narrow == table.find("trough_to_peak_ms")->values);
  CHECK(table.units == std::vector{standing::measured, standing::left_out, standing::lower_bound, standing::left_out, standing::measured});
  table.add("depth_mm", {1, 2, 3, 4, 5});
  CHECK(table.find("depth_mm")->values[4] == 5);
  CHECK_THROWS_AS(table.add("short", {1, 2}), error);
  CHECK_THROWS_AS(table.add("snr", {1, 2, 3, 4, 5}), error);
  CHECK_THROWS_WITH_AS(table_of(all, std::vector<std::string>{"witdh"}), doctest::Contains("trough_to_peak_ms, half_width_ms"), error);
}
