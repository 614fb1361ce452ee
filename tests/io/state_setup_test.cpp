// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/concepts/balance.hpp>
#include <equipoise/io/state_setup.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace equipoise;
namespace walk = equipoise::detail::walk;

namespace {
enum class vigilance : std::uint8_t { wake, rem };
struct plain {
  std::int32_t a{};
  double b{};
  static auto fields(auto& s) { return std::tie(s.a, s.b); }
};
struct nothing {
  static auto fields(auto&) { return std::tie(); }
};
// [region blank]
struct counter {  // configured with a width, which is not among its fields
  std::int64_t width, n = 0;
  explicit counter(std::int64_t w) : width(w) {}
  static auto fields(auto& s) { return std::tie(s.n); }
  static auto setup(auto const& s) { return std::tie("width", s.width); }
};
struct panes {  // counters by pane, more and more of them
  std::int64_t width;
  std::map<std::int64_t, counter> all{};
  static auto fields(auto& s) { return std::tie(s.all); }
  auto blank() const -> counter { return counter(width); }
};
// [endregion blank]
}  // namespace

TEST_CASE("state_setup: the setup tells what start has configured, whatever the state has counted since") {
  CHECK(walk::setup_text(plain{1, 2}).empty());
  CHECK(walk::setup_text(counter(30)) == "width 30");
  CHECK(walk::setup_text(std::tuple(counter(30), plain{}, counter(7))) == "width 30; width 7");
  CHECK(walk::setup_text(std::vector{counter(3), counter(3), counter(4), counter(3)}) == "[2 of (width 3); (width 4); (width 3)]");
  CHECK(walk::setup_text(std::map<std::string, counter>{{"rem", counter(1)}, {"wake", counter(2)}}) == "[('rem': width 1); ('wake': width 2)]");
  CHECK(walk::setup_text(std::optional(counter(2))) == "(width 2)");
  CHECK(walk::setup_text(std::optional<counter>()) == "none");
  CHECK(walk::setup_text(std::vector<nothing>(3)) == "[3]");

  panes p{5};
  CHECK(walk::setup_text(p) == "each (width 5)");
  p.all.emplace(3, counter(5));
  CHECK(walk::setup_text(p) == "each (width 5)");
  CHECK(walk::setup_text(lag_moments(20, true)) == "lags 20 true");
  CHECK(walk::setup_text(grouped_rows(33)) == "groups of 33");
}

namespace {
template <class V>
auto printed(V const& v) -> std::string {
  std::string s;
  walk::print(s, v);
  return s;
}
struct labelled {
  std::vector<cell> cells;
  static auto fields(auto&) { return std::tie(); }
  static auto setup(auto const& s) { return std::tie("cells", s.cells); }
};
}  // namespace

TEST_CASE("state_setup: values of a setup are written for reading") {
  CHECK(printed("lags") == "lags");
  CHECK(printed(std::string("slow-wave")) == "'slow-wave'");
  CHECK(printed(std::vector<std::uint8_t>{1, 255}) == "[1 255]");
  CHECK(printed(std::vector<bool>{true, false}) == "[true false]");
  CHECK(printed(std::vector<int>{}) == "[]");
  CHECK(printed(vigilance::rem) == "1");
  CHECK(printed(0.1) == "0.1");
  CHECK(printed(ticks<30'000>{-4}) == "-4x1/30000s");
  CHECK(printed(window<ticks<1'000>>{ticks<1'000>{2}, ticks<1'000>{5}}) == "(2x1/1000s 5x1/1000s)");
  CHECK(printed(std::optional<int>{}) == "none");
  CHECK(printed(std::tuple(1, std::pair(2, true))) == "(1 (2 true))");
  CHECK(printed(counter(8)) == "(width 8)");
}

TEST_CASE("state_setup: of a long setup the beginning is told, and the sum differs with any of the rest") {
  labelled a{std::vector<cell>(1'000, cell::e)};
  auto b = a;
  b.cells[900] = cell::i;
  auto const text = walk::setup_text(a);
  CHECK(text.starts_with("cells [1 1 1 1 "));
  CHECK(text.size() < 260);
  CHECK(text.find("(2007 characters, sum ") != std::string::npos);  // "cells [", 1 000 digits, 999 blanks, "]"
  CHECK(text != walk::setup_text(b));
  CHECK(walk::setup_text(labelled{a.cells}) == text);
}
