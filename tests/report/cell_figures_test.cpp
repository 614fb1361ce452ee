// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <equipoise/report/cell_figures.hpp>
#include <numbers>
#include <span>
#include <string>
#include <vector>

using namespace equipoise;
using figure::json;

namespace {

/// The data set or scale of that name.
auto named(json const& list, std::string const& name) -> json const& {
  for (auto const& one : list)
    if (one["name"] == name) return one;
  throw error("no " + name);
}
/// All tooltips of a specification, however deep.
void collect_tooltips(json const& at, std::vector<std::string>& out) {
  if (at.is_object() && at.contains("tooltip") && at["tooltip"].contains("signal")) out.push_back(at["tooltip"]["signal"]);
  if (at.is_structured())
    for (auto const& one : at) collect_tooltips(one, out);
}
figure::plane_axes const axes{"Trough-to-peak time (ms)", "Width (ms)"};

}  // namespace

TEST_CASE("cell figures: E is blue and I red; bounds are triangles; units without a trough-to-peak time are not drawn") {
  std::vector<figure::plane_point> const units{{"3", 0.3, 0.2, cell::i, ""}, {"4", 0.7, undefined(reason::not_available), cell::e, "truncated", true}, {"5", undefined(reason::not_available), 0.1, cell::neither, "flat"}};
  auto const spec = figure::plane(units, axes, 0.425);
  auto const& rows = named(spec["data"], "u")["values"];
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["k"] == "I");
  CHECK(rows[0]["s"] == "circle");
  CHECK(rows[1]["s"] == "triangle-right");
  CHECK(rows[1]["y"].is_null());
  auto const& classes = named(spec["scales"], "class");
  CHECK(classes["domain"] == json::array({"E", "I", "neither"}));
  CHECK(classes["range"] == json::array({figure::blue, figure::red, figure::grey}));
  CHECK(spec["axes"][0]["title"] == "Trough-to-peak time (ms); triangles: at least this");
  CHECK(spec["axes"][1]["title"] == "Width (ms)");
  CHECK(figure::plane(std::span(units).first(1), axes, 0.425)["axes"][0]["title"] == "Trough-to-peak time (ms)");
  auto const& cut = named(spec["data"], "cut")["values"];
  REQUIRE(cut.size() == 2);  // in the histogram and in the plane
  CHECK((cut[0]["x"] == 0.425 && cut[1]["x"] == 0.425));
  auto const plain = figure::plane(units, axes, std::nullopt);
  CHECK(named(plain["data"], "cut")["values"].empty());
  CHECK(named(plain["data"], "rings")["values"].empty());
  CHECK(named(plain["data"], "modes")["values"].empty());
}

TEST_CASE("cell figures: the posterior fades the fill and colours the ring") {
  std::vector<figure::plane_point> const units{{"1", 0.3, 0.2, cell::i, "", false, 1.0}, {"2", 0.3, 0.2, cell::e, "", false, 0.0}, {"3", 0.4, 0.2, cell::neither, "", false, 0.7}, {"4", 0.4, 0.2, cell::neither, "", false, 0.3},
                                               {"5", 0.4, 0.2, cell::e, "", false, 0.9}, {"6", 0.4, 0.2, cell::e, ""}, {"7", 0.4, 0.2, cell::neither, "", false, 0.5}};
  auto const spec = figure::plane(units, axes, std::nullopt);
  auto const& rows = named(spec["data"], "u")["values"];
  std::vector<std::string> rings;
  for (auto const& row : rows) rings.push_back(row["r"]);
  CHECK(rings == std::vector<std::string>{"I", "E", "I", "E", "I", "E", "neither"});
  CHECK(rows[0]["o"] == rows[1]["o"]);
  CHECK(rows[0]["o"].get<double>() > 0.6);  // sure
  CHECK(rows[2]["o"].get<double>() < 0.2);  // undecided: nearly hollow
  CHECK(rows[4]["o"].get<double>() < 0.2);  // called E against the posterior
  CHECK(rows[2]["p"] == 0.7);
  CHECK(rows[5]["p"].is_null());
  CHECK(rows[5]["o"] == 0.7);
}

TEST_CASE("cell figures: the points of an ellipse lie at the Mahalanobis distance asked for") {
  for (auto const& e : {figure::plane_ellipse{0.3, 0.2, 4, 0, 1, cell::i, 0.5}, {0, 0, 1, 0, 9, cell::e, 0.5}, {0.6, 0.3, 0.0144, 0.0036, 0.0025, cell::e, 0.7}, {-1, 2, 2, -1.2, 1, cell::e, 0.5}, {0, 0, 1, 0, 1, cell::e, 1}})
    for (auto const sd : {1.0, 2.0}) {
      auto const line = figure::ellipse_line(e, sd);
      REQUIRE(line.size() == 73);
      CHECK(line.front() == line.back());
      auto const determinant = e.xx * e.yy - e.xy * e.xy;
      double twice_area = 0;
      for (std::size_t k = 0; k < line.size(); ++k) {
        auto const u = line[k][0] - e.x, v = line[k][1] - e.y;
        CHECK((e.yy * u * u - 2 * e.xy * u * v + e.xx * v * v) / determinant == doctest::Approx(sd * sd).epsilon(1e-10));
        if (k > 0) twice_area += line[k - 1][0] * line[k][1] - line[k][0] * line[k - 1][1];
      }
      // An inscribed polygon of 72 points at equal steps of the angle: π becomes 36 sin(π/36). So it goes round once.
      CHECK(twice_area / 2 == doctest::Approx(36 * std::sin(std::numbers::pi / 36) * sd * sd * std::sqrt(determinant)).epsilon(1e-9));
    }
}

TEST_CASE("cell figures: ellipses that are lines, undefined or impossible") {
  for (auto const& p : figure::ellipse_line({0, 0, 1, 2, 4, cell::e, 1}, 1)) CHECK(p[1] == doctest::Approx(2 * p[0]));  // correlation 1
  for (auto const& p : figure::ellipse_line({3, 4, 0, 0, 0, cell::e, 1}, 2)) CHECK(p == std::array{3.0, 4.0});
  CHECK(figure::ellipse_line({0, 0, undefined(reason::not_available), 0, 1, cell::e, 1}, 1).empty());
  CHECK_THROWS_AS(figure::ellipse_line({0, 0, 1, 1.1, 1, cell::e, 1}, 1), error);
  CHECK_THROWS_AS(figure::ellipse_line({0, 0, -1, 0, 1, cell::e, 1}, 1), error);
}

TEST_CASE("cell figures: the plane has room for all points, ellipses, the cut and the modes, from zero unless a unit is below it") {
  std::vector<figure::plane_point> const units{{"1", 0.3, 0.2, cell::i, ""}, {"2", 0.7, 0.4, cell::e, ""}};
  std::vector<figure::plane_ellipse> const ellipses{{0.3, 0.2, 0.0625, 0, 0.01, cell::i, 0.25}, {0.7, 0.3, 0.01, 0, 0.04, cell::e, 0.75}};
  auto spec = figure::plane(units, axes, std::nullopt, ellipses);
  CHECK(named(spec["scales"], "x")["domain"] == json::array({0.0, 0.9}));  // 0.3 − 2 · 0.25 is below zero; 0.7 + 2 · 0.1
  CHECK(named(spec["scales"], "y")["domain"] == json::array({0.0, 0.7}));
  auto const& rings = named(spec["data"], "rings")["values"];
  CHECK(rings.size() == 2 * 2 * 73);
  CHECK(rings[0]["k"] == "I");
  CHECK(rings[0]["w"] == 0.25);
  CHECK(rings[0]["x"] == 0.55);      // 1 SD along the longer axis
  CHECK(rings[73]["sd"] == 2);
  CHECK(rings[73]["x"] == 0.8);
  spec = figure::plane(units, axes, 1.2, ellipses, std::array{0.3, 0.45, 1.3});
  CHECK(named(spec["scales"], "x")["domain"] == json::array({0.0, 1.3}));
  auto const& modes = named(spec["data"], "modes")["values"];
  REQUIRE(modes.size() == 3);
  CHECK((modes[0]["tip"] == "lower mode" && modes[1]["what"] == "fewest" && modes[2]["x"] == 1.3));
  std::vector<figure::plane_point> const below{{"1", -0.5, 0.2, cell::i, ""}};
  CHECK(named(figure::plane(below, axes, std::nullopt, std::vector<figure::plane_ellipse>{{-0.5, 0.2, 0.25, 0, 0.01, cell::i, 1}})["scales"], "x")["domain"] == json::array({-1.5, 0.5}));
  CHECK(named(figure::plane({}, axes, std::nullopt)["scales"], "x")["domain"] == json::array({0, 1}));
}

TEST_CASE("cell figures: the histogram reaches the largest value, in at most a hundred bins or so") {
  for (auto const largest : {0.7, 1.5, 2.9, 40.0}) {
    std::vector<figure::plane_point> const units{{"1", 0.3, 0.2, cell::i, ""}, {"2", largest, 0.4, cell::e, ""}};
    auto const spec = figure::plane(units, axes, std::nullopt);
    auto const& bin = named(spec["data"], "bins")["transform"][0];
    auto const step = bin["step"].get<double>();
    CHECK(bin["extent"][0] == 0);
    CHECK(bin["extent"][1].get<double>() > largest);
    CHECK(largest / step <= 100);
    CHECK((step == 0.025 || largest / step > 50));
  }
}

TEST_CASE("cell figures: titles become keys of a tooltip, quoted, and no tooltip has a computed key") {
  std::vector<figure::plane_point> const units{{"1", 0.3, 0.2, cell::i, ""}};
  std::vector<std::string> tips;
  collect_tooltips(figure::plane(units, {"a \"time\" isn't (ms)", "b\\"}, 0.4, {}, std::array{0.2, 0.3, 0.4}), tips);
  REQUIRE(tips.size() >= 5);
  bool found = false;
  for (auto const& t : tips) {
    CHECK(t.find("{[") == std::string::npos);
    CHECK(t.find(", [") == std::string::npos);
    found |= t.find(R"key("a \"time\" isn't (ms)": )key") != std::string::npos && t.find(R"("b\\": )") != std::string::npos;
  }
  CHECK(found);
}

TEST_CASE("cell figures: the trough is the smallest sample less than a step from time zero") {
  CHECK(figure::trough_depth({"1", cell::e, -2, 1, {-9, 0, -4, 1}}) == 4);  // at zero; the deeper one is elsewhere
  CHECK(figure::trough_depth({"1", cell::e, -1.5, 1, {-9, -2, -3, -9}}) == 3);
  CHECK(figure::trough_depth({"1", cell::e, -1, 1, {-9, -2, -9}}) == 2);
  CHECK(std::isnan(figure::trough_depth({"1", cell::e, -1, 1, {0, 2, 0}})));
  CHECK(std::isnan(figure::trough_depth({"1", cell::e, 2, 1, {-1, -2}})));
  CHECK(std::isnan(figure::trough_depth({"1", cell::e, 0, 1, {}})));
  CHECK(figure::trough_depth({"1", cell::e, -0.5, 1, {undefined(reason::not_available), -2}}) == 2);
  CHECK_THROWS_AS(figure::trough_depth({"1", cell::e, 0, 0, {-1}}), error);
  CHECK_THROWS_AS(figure::trough_depth({"1", cell::e, undefined(reason::not_available), 1, {-1}}), error);
}

TEST_CASE("cell figures: class means, worked by hand") {
  std::vector<figure::waveform_line> const units{
    {"1", cell::e, -1, 1, {0, -2, 1, 1}},           // 0 −1 ½ ½
    {"2", cell::e, -1, 1, {2, -10, 10}},            // 0.2 −1 1, and no more
    {"3", cell::i, -1, 0.5, {0, -2, -4, 4, 2}},     // the finest grid: 0 −½ −1 1 ½
    {"4", cell::i, -0.25, 0.5, {-1, -1, 1}},        // at −0.25, 0.25, 0.75: −1 −1 1; on the grid −1 at 0, 0 at 0.5
    {"5", cell::neither, -1, 1, {1, 5, 1}},         // no trough
  };
  auto const means = figure::class_waveforms(units);
  REQUIRE(means.size() == 2);
  auto const &e = means[0], &i = means[1];
  CHECK((e.kind == cell::e && e.units == 2 && i.kind == cell::i && i.units == 2));
  CHECK((e.begin_ms == -1 && e.step_ms == 0.5));
  auto const root = std::sqrt(2.0);  // the SD of two values is their distance over √2
  std::vector<double> const e_mean{0.1, -0.45, -1, -0.125, 0.75, 0.5, 0.5}, e_sd{0.2 / root, 0.1 / root, 0, 0.25 / root, 0.5 / root};
  std::vector<double> const i_mean{0, -0.5, -1, 0.5, 0.5}, i_sd{undefined(reason::not_available), undefined(reason::not_available), 0, 1 / root, undefined(reason::not_available)};
  REQUIRE((e.mean.size() == 7 && e.sd.size() == 7 && i.mean.size() == 7));  // −1 … 2 by ½
  for (std::size_t k = 0; k < 7; ++k) CHECK(e.mean[k] == doctest::Approx(e_mean[k]));
  for (std::size_t k = 0; k < 5; ++k) CHECK(e.sd[k] == doctest::Approx(e_sd[k]).epsilon(1e-9));
  CHECK((std::isnan(e.sd[5]) && std::isnan(e.sd[6])));  // one of two units
  for (std::size_t k = 0; k < 5; ++k) CHECK(i.mean[k] == doctest::Approx(i_mean[k]));
  for (std::size_t k = 0; k < 5; ++k) CHECK((std::isnan(i_sd[k]) ? std::isnan(i.sd[k]) : i.sd[k] == doctest::Approx(i_sd[k])));
  CHECK((std::isnan(i.mean[5]) && std::isnan(i.mean[6])));  // none
}

TEST_CASE("cell figures: less than half of a class make no mean; samples that are missing do not count") {
  auto const nan = undefined(reason::not_available);
  std::vector<figure::waveform_line> const units{{"1", cell::e, 0, 1, {-1, 1, 3}}, {"2", cell::e, 0, 1, {-1, 0, nan}}, {"3", cell::e, 0, 1, {-2, 4}}};
  auto const means = figure::class_waveforms(units);
  REQUIRE(means.size() == 1);
  CHECK(means[0].mean[1] == doctest::Approx(1));
  CHECK(means[0].sd[1] == doctest::Approx(1));  // of 1, 0 and 2
  CHECK(std::isnan(means[0].mean[2]));          // one of three
  CHECK(figure::class_waveforms({}).empty());
  std::vector<figure::waveform_line> const mad{{"1", cell::e, 0, 1e-9, {-1, 1, 3}}, {"2", cell::e, 0, 1, {-1, 0}}};
  CHECK_THROWS_AS(figure::class_waveforms(mad), error);
}

TEST_CASE("cell figures: mean waveforms are scaled, neither class lies beneath, and of many units some are drawn") {
  std::vector<figure::waveform_line> units{{"a", cell::e, -1, 1, {0, -4, 1}}, {"b", cell::neither, -1, 1, {0, -2, 400}}, {"c", cell::i, -1, 1, {0, 2, 0}}, {"d", cell::i, -1, 1, {undefined(reason::not_available), -3, 1}}};
  auto const spec = figure::mean_waveforms(units, figure::class_waveforms(units));
  auto const& rows = named(spec["data"], "units")["values"];
  REQUIRE(rows.size() == 3);  // c has no trough
  CHECK((rows[0]["u"] == "b" && rows[1]["u"] == "a" && rows[2]["u"] == "d"));
  CHECK(rows[1]["v"] == json::array({0.0, -1.0, 0.25}));
  CHECK(rows[2]["v"][0].is_null());
  CHECK(rows[2]["v"][2] == 0.3333);
  CHECK(named(spec["data"], "classes")["values"][0]["k"] == "neither");
  CHECK(named(spec["scales"], "x")["domain"] == json::array({-1.0, 1.0}));
  CHECK(named(spec["scales"], "y")["domain"] == json::array({-1.05, 1.5}));  // one wild unit does not flatten the others
  CHECK(named(spec["scales"], "class")["domain"] == json::array({"E", "I", "neither"}));
  CHECK(named(spec["signals"], "counts")["value"]["I"] == 1);
  CHECK(spec["axes"][0]["title"] == "Time from the trough (ms)");
  CHECK(spec["axes"][1]["title"] == "Relative to the trough's depth");

  CHECK(figure::drawn_lines(units) == std::vector<std::size_t>{0, 1, 3});
  CHECK(figure::drawn_lines(units, 2) == std::vector<std::size_t>{0, 1});
  units.assign(1000, {"a", cell::e, -1, 1, {0, -4, 1}});
  auto const drawn = figure::drawn_lines(units);
  REQUIRE(drawn.size() == 400);
  for (std::size_t k = 0; k < drawn.size(); ++k) CHECK(drawn[k] == k * 5 / 2);  // every 2.5th
  CHECK(named(figure::mean_waveforms(units, {})["data"], "units")["values"].size() == 400);
}
