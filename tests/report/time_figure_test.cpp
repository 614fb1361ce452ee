// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/report/time_figure.hpp>
#include <string>
#include <vector>

using namespace equipoise;

TEST_CASE("time_figure: the image has a cell per value, fine scales on top, and a scale symmetric about 0") {
  std::vector<image_cell> const cells{{0, 0, 1, 0.5}, {0, 1, 2, -3.2}, {1, 0, 2, 1.25}};
  std::vector<double> const widths{1, 2000};
  std::vector<trace_point> const traces{{0.5, 1, -1}, {1.5, -1, 1}};
  std::vector<figure::state_bar> const states{{0, 1, "wake"}};
  auto const spec = figure::balance_image(cells, widths, traces, states, 0, 2, 4);
  CHECK(spec["data"][0]["values"].size() == 3);
  CHECK(spec["data"][0]["values"][1] == figure::json::array({0, 1.0, 2.0, -3.2}));
  auto const& colour = spec["scales"][2]["domain"];
  CHECK(colour[0].get<double>() == -4);
  CHECK(colour[4].get<double>() == 4);
  CHECK(spec["scales"][1]["range"][0] == 0);  // scale 0 at the top
  CHECK(spec["data"][2]["values"][0]["l"] == "wake");
  CHECK(spec["axes"][1]["title"] == "Activity (z)");
  CHECK(spec["axes"][2]["title"].get<std::string>().starts_with("Time (s)"));
}

TEST_CASE("time_figure: without a limit, the colours reach the 99.5 % quantile of the deviations") {
  std::vector<image_cell> cells;
  for (int k = 0; k < 1000; ++k) cells.push_back({0, k + 0.0, k + 1.0, k == 7 ? 100.0 : 1.9});
  CHECK(figure::balance_image(cells, std::vector{1.0}, {}, {}, 0, 1000)["scales"][2]["domain"][4].get<double>() == 2);
}

TEST_CASE("time_figure: r in windows is drawn on a scale from -1 to 1 in other colours than E and I; what is undefined is left out") {
  std::vector<figure::window_cell> const cells{{0, 0, 1, 0.12345}, {1, 0, 1, undefined(reason::too_few_bins)}, {1, 1, 2, -0.5}};
  auto const spec = figure::coupling_image(cells, std::vector{1.0, 2000.0}, 0, 2);
  CHECK(spec["data"][0]["values"] == figure::json::array({figure::json::array({0, 0.0, 1.0, 0.123}), figure::json::array({1, 1.0, 2.0, -0.5})}));
  CHECK(spec["scales"][2]["domain"] == figure::json::array({-1, -0.5, 0, 0.5, 1}));
  for (auto const& colour : spec["scales"][2]["range"]) CHECK((colour != figure::blue && colour != figure::red));
  CHECK(spec["scales"][1]["range"][0] == 0);  // scale 0 at the top
  CHECK(spec["axes"][0]["title"] == "Bin width (ms)");
}

TEST_CASE("time_figure: the mirrored histogram is relative to each population's mean, I below the axis") {
  std::vector<mirrored_bar> const bars{{0, 1, 1, 10}, {1, 2, 3, 30}};
  auto const rows = figure::mirror(bars, 0, 2)["data"][0]["values"];
  CHECK(rows[0]["up"] == 0.5);
  CHECK(rows[1]["up"] == 1.5);
  CHECK(rows[0]["down"] == -0.5);
  CHECK(rows[1]["ihz"] == 30);
}

TEST_CASE("time_figure: the raster colours rows by class") {
  std::vector<figure::raster_row> const rows{{"7", cell::e, 0.5}, {"9", cell::i, 12}};
  std::vector<figure::raster_spike> const spikes{{1.25, 0}, {1.5, 1}};
  auto const spec = figure::raster(spikes, rows, 1, 2);
  CHECK(spec["data"][0]["values"][1] == figure::json::array({1.5, 1}));
  for (auto const& s : spec["signals"])
    if (s["name"] == "units") {
      CHECK(s["value"][0]["c"] == figure::blue);
      CHECK(s["value"][1]["c"] == figure::red);
    }
  for (auto const& s : spec["signals"])
    if (s["name"] == "span") CHECK(s["value"] == figure::json::array({1.0, 2.0}));
}
