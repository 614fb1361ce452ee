// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/report/figure.hpp>
#include <string>
#include <vector>

using namespace equipoise;

TEST_CASE("figure: numbers keep six digits, and what is undefined becomes null") {
  CHECK(figure::value(1.0 / 3) == 0.333333);
  CHECK(figure::value(-123456789.0) == -123457000.0);
  CHECK(figure::value(0) == 0);
  CHECK(figure::value(undefined(reason::no_spikes)).is_null());
  CHECK(figure::value(1e-320) == 1e-320);
}

TEST_CASE("figure: coupling separates defined scales from undefined ones, and has axes with units") {
  std::vector<figure::coupling_point> const points{{1, 0.03, 600, {}}, {10, 0.15, 60, {}, 0.1, 0.2}, {10'938, undefined(reason::too_few_bins), 5, "too few"}};
  auto const spec = figure::coupling(points);
  CHECK(spec["data"][0]["values"].size() == 2);
  CHECK(spec["data"][0]["values"][1]["hi"] == 0.2);
  REQUIRE(spec["data"][1]["values"].size() == 1);
  CHECK(spec["data"][1]["values"][0]["why"] == "too few");
  CHECK(spec["scales"][0]["type"] == "log");
  CHECK(spec["axes"][0]["title"] == "Bin width (ms)");
  CHECK(spec["axes"][1]["title"].get<std::string>().find("zero lag") != std::string::npos);
}

TEST_CASE("figure: lag curves run from −within to within, with zero marked") {
  std::vector<figure::lag_curve> const curves{{5, {0.1, 0.2, 0.5, 0.2, 0.1}}, {50, {0, 0, undefined(reason::too_few_bins), 0, 0}}};
  auto const spec = figure::lags(curves);
  auto const& rows = spec["data"][0]["values"];
  REQUIRE(rows.size() == 10);
  CHECK(rows[0]["lag"] == -2);
  CHECK(rows[4]["lag"] == 2);
  CHECK(rows[2]["c"] == 0.5);
  CHECK(rows[7]["c"].is_null());
  CHECK(spec["marks"][0]["encode"]["update"]["x"]["value"] == 0);
  CHECK(spec["axes"][0]["title"].get<std::string>().find("inhibition follows") != std::string::npos);
  for (auto const& colour : spec["scales"][2]["range"]) CHECK((colour != figure::blue && colour != figure::red));  // these mean E and I
}
