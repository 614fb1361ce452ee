// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/report/html.hpp>
#include <string>

using namespace equipoise;

namespace {
auto has(std::string const& text, std::string const& part) -> bool { return text.find(part) != std::string::npos; }
auto sample() -> report::page {
  report::page p;
  p.title = "Balance <script>alert(1)</script>";
  p.subtitle = "/data/\"quoted\" & more";
  p.facts = {{"Kept", "5 spikes"}};
  p.notes = {"A note."};
  p.warnings = {{"few_cells", "only <2> cells"}};
  p.pictures.push_back({"coupling", "r", "A caption.", {{"title", "</script><b>"}}});
  p.tables.push_back({"All scales", {{"bin (ms)", "width"}, {"r", "correlation"}, {"state", ""}}, {{report::decimals(1.35, 2), report::decimals(undefined(reason::too_few_bins), 3), report::words("wake")}}});
  p.footer = "end";
  return p;
}
}  // namespace

TEST_CASE("html: hostile text is escaped, also inside specifications") {
  auto const h = report::html(sample(), "var vega = '</script>';");
  CHECK_FALSE(has(h, "<script>alert"));
  CHECK(has(h, "&lt;script&gt;alert(1)"));
  CHECK(has(h, "only &lt;2&gt; cells"));
  CHECK(has(h, "&quot;quoted&quot; &amp; more"));
  CHECK_FALSE(has(h, "</script><b>"));
  CHECK(has(h, "<\\/script><b>"));
  CHECK(has(h, "var vega = '<\\/script>'"));
}

TEST_CASE("html: every value stands in a table; what is undefined is a dash that says why") {
  auto const h = report::html(sample());
  CHECK(has(h, "<td>1.35</td>"));
  CHECK(has(h, "<td title=\"too few complete bins at this scale\">–</td>"));
  CHECK(has(h, "<td class=\"w\">wake</td>"));
}

TEST_CASE("html: warnings stand below the numbers, and the top of the page leads to them") {
  auto p = sample();
  auto const one = report::html(p);
  CHECK(one.find("read the <a href=\"#warnings\">warning</a>") < one.find("<figure>"));
  CHECK(one.find("id=\"warnings\"") > one.find("</table>"));
  p.warnings.push_back({"more", "another"});
  CHECK(has(report::html(p), "2 warnings</a>"));
  p.warnings.clear();
  CHECK_FALSE(has(report::html(p), "#warnings"));
}

TEST_CASE("html: nothing is fetched, and without Vega the page says so") {
  auto const without = report::html(sample()), with = report::html(sample(), "var vega = {};");
  CHECK(has(without, "written without Vega"));
  CHECK_FALSE(has(with, "written without Vega"));
  for (auto const* h : {&without, &with})
    for (auto const* fetches : {"src=", "<link", "@import", "url(", "fetch("}) CHECK_FALSE(has(*h, fetches));
  CHECK(has(without, "<html lang=\"en\">"));
}

TEST_CASE("html: numbers are written for readers") {
  CHECK(report::decimals(-0.5, 2).text == "−0.50");
  CHECK(report::count(1234567).text == "1\u202f234\u202f567");
  CHECK(report::count(-1234).text == "-1\u202f234");
  CHECK(report::count(12).text == "12");
}
