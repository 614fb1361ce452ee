// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// One self-contained HTML page from figures, tables and warnings. Nothing is fetched: Vega's code is put in by the caller, and without it
/// the page says so and still shows its tables.

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace report {

/// Text that is safe between tags and in attributes.
inline auto escaped(std::string_view text) -> std::string {
  std::string s;
  for (auto const c : text) switch (c) {
      case '&': s += "&amp;"; break;
      case '<': s += "&lt;"; break;
      case '>': s += "&gt;"; break;
      case '"': s += "&quot;"; break;
      case '\'': s += "&#39;"; break;
      default: s += c;
    }
  return s;
}
/// JSON or code that cannot close the script element it stands in: within strings, "<\/script" is "</script".
inline auto in_script(std::string text) -> std::string {
  for (std::string_view const ends : {"</script", "</SCRIPT", "</Script", "<!--"})
    for (std::size_t at = 0; (at = text.find(ends, at)) != std::string::npos; at += ends.size()) text.insert(at + 1, 1, '\\');
  return text;
}

/// A field of a table: a number to so many significant digits or decimals, or text; undefined numbers are a dash that says why.
struct field {
  std::string text, title{};
  bool number = true;
};
inline auto decimals(double x, int digits) -> field {
  if (std::isnan(x)) return {"–", std::string(to_string(reason_of(x)))};
  char s[64];
  std::snprintf(s, sizeof s, "%.*f", digits, x);
  return {s[0] == '-' ? "−" + std::string(s + 1) : s};
}
inline auto count(std::int64_t n) -> field {
  auto s = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(s.size()) - 3; at > (n < 0 ? 1 : 0); at -= 3) s.insert(static_cast<std::size_t>(at), "\u202f");
  return {std::move(s)};
}
inline auto words(std::string s) -> field { return {std::move(s), {}, false}; }

struct table {
  std::string caption;
  std::vector<std::pair<std::string, std::string>> columns;  ///< heading and its explanation
  std::vector<std::vector<field>> rows;
};
struct picture {
  std::string id, title, caption;  ///< id: a word, unique on the page
  nlohmann::ordered_json specification;
};
struct page {
  std::string title, subtitle;
  std::vector<std::pair<std::string, std::string>> facts;  ///< what was analysed: name, value
  std::vector<std::string> notes;                          ///< sentences on how to read it
  std::vector<warning> warnings;
  std::vector<picture> pictures;
  std::vector<table> tables;
  std::string footer;
};

namespace detail {
inline constexpr auto style = R"css(
:root{color-scheme:light}body{font:15px/1.5 system-ui,sans-serif;color:#222;margin:0 auto;max-width:1180px;padding:1.2rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .3rem}.sub{color:#555;margin:.1rem 0 1rem;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}
.warn{background:#fff6e0;border-left:4px solid #d9a400;padding:.5rem .8rem;margin:1rem 0}.warn ul{margin:.2rem 0;padding-left:1.2rem}
figure{margin:0}figcaption{color:#444;font-size:.9rem;max-width:46rem}.plot{width:100%;min-height:2rem;overflow:hidden}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.88rem}caption{text-align:left;color:#444;padding:.3rem 0}
th,td{padding:.12rem .55rem;text-align:right;white-space:nowrap}th{border-bottom:1px solid #888;font-weight:600;vertical-align:bottom}td.w,th.w{text-align:left}
.scroll th:first-child,.scroll td:first-child{position:sticky;left:0;background:inherit}.scroll tr{background:#fff}
.scroll tbody tr:nth-child(even){background:#f6f6f6}footer{color:#555;font-size:.85rem;margin-top:2rem;border-top:1px solid #ccc;padding-top:.6rem}
#tip{position:fixed;display:none;background:#fff;border:1px solid #888;padding:.25rem .5rem;font-size:.8rem;pointer-events:none;z-index:9;box-shadow:0 1px 4px #0003}
#tip td{padding:0 .3rem;text-align:left}.none{color:#555;font-style:italic}@media print{body{max-width:none}.plot{break-inside:avoid}}
)css";
inline constexpr auto script = R"js(
(() => {
  const plots = [...document.querySelectorAll('.plot')];
  if (typeof vega === 'undefined') return;
  const tip = document.getElementById('tip');
  const show = (handler, event, item, value) => {
    if (value === null || value === undefined || value === '') { tip.style.display = 'none'; return; }
    tip.textContent = '';
    if (typeof value === 'object') {
      const rows = document.createElement('table');
      for (const [k, v] of Object.entries(value)) {
        if (v === '' || v === null) continue;
        const r = rows.insertRow(); r.insertCell().textContent = k; r.insertCell().textContent = v;
      }
      tip.append(rows);
    } else tip.textContent = value;
    tip.style.display = 'block';
    tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 6) + 'px';
    tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 6) + 'px';
  };
  for (const plot of plots) {
    const spec = JSON.parse(document.getElementById(plot.dataset.spec).textContent);
    plot.textContent = '';
    const view = new vega.View(vega.parse(spec), {renderer: 'canvas', container: plot, hover: true}).tooltip(show);
    const fit = () => view.width(Math.max(240, plot.clientWidth)).runAsync();
    fit().catch(e => { plot.textContent = 'This picture cannot be drawn: ' + e.message; });
    let wide = plot.clientWidth;
    new ResizeObserver(() => { if (plot.clientWidth !== wide) { wide = plot.clientWidth; fit(); } }).observe(plot);
  }
})();
)js";
}  // namespace detail

/// The page. `vega` is JavaScript that defines `vega.View` and `vega.parse`; empty if it is not at hand.
///
/// Errors   none
inline auto html(page const& p, std::string_view vega = {}) -> std::string {
  std::string h = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" + escaped(p.title) + "</title>\n<style>" + detail::style + "</style>\n</head>\n<body>\n<h1>" +
                  escaped(p.title) + "</h1>\n<p class=\"sub\">" + escaped(p.subtitle) + "</p>\n<dl>\n";
  for (auto const& [name, value] : p.facts) h += "<dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd>\n";
  h += "</dl>\n";
  if (auto const n = p.warnings.size(); n > 0) h += "<p class=\"warn\"><strong>Before you believe the numbers</strong>, read the <a href=\"#warnings\">" + (n == 1 ? std::string("warning") : std::to_string(n) + " warnings") + "</a> below them.</p>\n";
  for (auto const& n : p.notes) h += "<p>" + escaped(n) + "</p>\n";
  for (auto const& f : p.pictures)
    h += "<h2 id=\"" + escaped(f.id) + "\">" + escaped(f.title) + "</h2>\n<figure><div class=\"plot\" data-spec=\"spec-" + escaped(f.id) + "\"><p class=\"none\">" +
         (vega.empty() ? "The picture is not drawn: this page was written without Vega (Debian: node-vega and esbuild). The numbers stand in the tables below." : "The picture needs JavaScript.") + "</p></div>\n<figcaption>" + escaped(f.caption) +
         "</figcaption></figure>\n<script type=\"application/json\" id=\"spec-" + escaped(f.id) + "\">" + in_script(f.specification.dump()) + "</script>\n";
  for (auto const& t : p.tables) {
    h += "<div class=\"scroll\"><table>\n<caption>" + escaped(t.caption) + "</caption>\n<thead><tr>";
    for (std::size_t c = 0; c < t.columns.size(); ++c)
      h += std::string("<th") + (!t.rows.empty() && c < t.rows[0].size() && !t.rows[0][c].number ? " class=\"w\"" : "") + " title=\"" + escaped(t.columns[c].second) + "\">" + escaped(t.columns[c].first) + "</th>";
    h += "</tr></thead>\n<tbody>\n";
    for (auto const& row : t.rows) {
      h += "<tr>";
      for (auto const& f : row) h += std::string("<td") + (f.number ? "" : " class=\"w\"") + (f.title.empty() ? "" : " title=\"" + escaped(f.title) + "\"") + ">" + escaped(f.text) + "</td>";
      h += "</tr>\n";
    }
    h += "</tbody></table></div>\n";
  }
  if (!p.warnings.empty()) {
    h += "<div class=\"warn\" id=\"warnings\"><strong>Before you believe the numbers</strong><ul>\n";
    for (auto const& w : p.warnings) h += "<li data-code=\"" + escaped(w.code) + "\">" + escaped(w.message) + "</li>\n";
    h += "</ul></div>\n";
  }
  h += "<footer>" + escaped(p.footer) + "</footer>\n<div id=\"tip\"></div>\n";
  if (!vega.empty()) h += "<script>" + in_script(std::string(vega)) + "</script>\n<script>" + detail::script + "</script>\n";
  return h + "</body>\n</html>\n";
}

}  // namespace report
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
