// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/report/pictures.hpp>
#include <vector>

using namespace equipoise;

namespace {
auto rows(std::int64_t group, std::vector<std::uint8_t> const& e, std::vector<std::uint8_t> const& i, std::int64_t first = 0) -> grouped_rows {
  grouped_rows s(group);
  s.absorb(count_row<std::uint8_t>{0, first, e, i});
  return s;
}
auto const tenth = bin_width{100, 1, 1000};  // 0.1 s
}  // namespace

TEST_CASE("pictures: a cell of the image is the mean over its bins of z(E) − z(I)") {
  auto const groups = rows(2, {4, 6, 2, 8}, {1, 1, 3, 3});
  scale_trace const t{tenth, &groups, 5, 2, 2, 1};  // means 5 and 2, SD 2 and 1
  auto const cells = deviation_image(std::vector{t});
  REQUIRE(cells.size() == 2);
  CHECK(cells[0].begin_s == doctest::Approx(0));
  CHECK(cells[0].end_s == doctest::Approx(0.2));
  CHECK(cells[0].deviation == doctest::Approx(0.0 / 2 - (1.0 - 2) / 1));
  CHECK(cells[1].deviation == doctest::Approx((5.0 - 5) / 2 - (3.0 - 2) / 1));
  CHECK(deviation_image(std::vector{t}, true)[1].deviation == doctest::Approx(1));
}

TEST_CASE("pictures: gaps and populations that never vary leave no cell") {
  grouped_rows gap(1);
  std::vector<std::uint8_t> const one{3};
  gap.absorb(count_row<std::uint8_t>{0, 0, one, one});
  gap.absorb(count_row<std::uint8_t>{0, 2, one, one});
  CHECK(deviation_image(std::vector{scale_trace{tenth, &gap, 1, 1, 1, 1}}).size() == 2);
  CHECK(deviation_image(std::vector{scale_trace{tenth, &gap, 1, 0, 1, 1}}).empty());
}

TEST_CASE("pictures: the multiscale trace has mean 0 and SD 1, and follows the activity") {
  auto const fine = rows(1, {0, 0, 0, 0, 9, 9, 9, 9}, {1, 0, 1, 0, 1, 0, 1, 0}), coarse = rows(1, {0, 18}, {1, 1});
  std::vector<scale_trace> const scales{{tenth, &fine, 4.5, 4.5, 0.5, 0.5}, {bin_width{400, 1, 1000}, &coarse, 9, 9, 1, 1}};
  auto const points = multiscale_trace(scales, 0, 0.8, 8);
  REQUIRE(points.size() == 8);
  double sum = 0, squares = 0;
  for (auto const& p : points) sum += p.e, squares += p.e * p.e;
  CHECK(sum == doctest::Approx(0));
  CHECK(squares / 8 == doctest::Approx(1));
  CHECK(points[0].e == doctest::Approx(-1));
  CHECK(points[7].e == doctest::Approx(1));
}

TEST_CASE("pictures: rates per cell of the mirrored histogram, worked by hand") {
  auto const groups = rows(2, {4, 6, 2, 8}, {1, 1, 3, 3}, 10);
  auto const bars = mirrored_histogram({tenth, &groups, 0, 0, 0, 0}, {5, 2});
  REQUIRE(bars.size() == 2);
  CHECK(bars[0].begin_s == doctest::Approx(1.0));
  CHECK(bars[0].e_hz == doctest::Approx(10 / 0.2 / 5));
  CHECK(bars[1].i_hz == doctest::Approx(6 / 0.2 / 2));
}
