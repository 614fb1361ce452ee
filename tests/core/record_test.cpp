// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <equipoise/core/record.hpp>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

using namespace equipoise;
using namespace equipoise::literals;

namespace {
static_assert(std::same_as<decltype("rho"_n), name<"rho">>);
static_assert(!std::same_as<decltype("rho"_n), decltype("rhO"_n)>);
static_assert(decltype("rho"_n)::text() == "rho");
static_assert(decltype("rho"_n)::text().size() == 3);
static_assert(std::same_as<decltype("rho"_n = 1.5), named<name<"rho">, double>>);
static_assert(is_record<decltype(make_record("a"_n = 1))> && !is_record<int> && !is_record<named<name<"a">, int>>);
static_assert(decltype(make_record("a"_n = 1))::contains("a"_n) && !decltype(make_record("a"_n = 1))::contains("b"_n));

/// What a refused expression gives swallows what follows, on both sides.
static_assert(std::same_as<decltype(refused{} | 3), refused> && std::same_as<decltype(3 | refused{}), refused> && std::same_as<decltype(refused{} | refused{}), refused>);
}  // namespace

TEST_CASE("record: values of different types stand under their names") {
  auto const r = make_record("n"_n = 3, "mean"_n = 0.5, "who"_n = std::string("cell 7"));
  CHECK(r["n"_n] == 3);
  CHECK(r["mean"_n] == 0.5);
  CHECK(r["who"_n] == "cell 7");
  static_assert(std::same_as<decltype(r["n"_n]), int const&>);
  static_assert(std::same_as<decltype(r["who"_n]), std::string const&>);
  CHECK(r.names() == std::array<std::string_view, 3>{"n", "mean", "who"});
}

TEST_CASE("record: a field is a reference into the record, not a copy") {
  auto const r = make_record("rows"_n = std::vector<int>{1, 2, 3});
  CHECK(&r["rows"_n] == &r["rows"_n]);
  CHECK(r["rows"_n].data() == r["rows"_n].data());
}

TEST_CASE("record: each visits names and values in order") {
  std::string seen;
  make_record("b"_n = 1, "a"_n = 2.5).each([&](std::string_view n, auto const& v) { seen += std::string(n) + "=" + std::to_string(static_cast<int>(2 * v)) + ";"; });
  CHECK(seen == "b=2;a=5;");
}

TEST_CASE("record: with adds a field and leaves the others") {
  auto const small = make_record("a"_n = 1);
  auto const r = small.with("b"_n = std::string("x"));
  CHECK(r["a"_n] == 1);
  CHECK(r["b"_n] == "x");
  CHECK(r.names() == std::array<std::string_view, 2>{"a", "b"});
}

TEST_CASE("record: equality is that of all fields") {
  CHECK(make_record("a"_n = 1, "b"_n = 2.0) == make_record("a"_n = 1, "b"_n = 2.0));
  CHECK_FALSE(make_record("a"_n = 1, "b"_n = 2.0) == make_record("a"_n = 1, "b"_n = 2.5));
  CHECK_FALSE(make_record("a"_n = 0, "b"_n = 2.0) == make_record("a"_n = 1, "b"_n = 2.0));
}

TEST_CASE("record: values that can only be moved are held") {
  auto const r = make_record("p"_n = std::make_unique<int>(4));
  CHECK(*r["p"_n] == 4);
}

TEST_CASE("record: rows go along columns of different types, as far as the shortest") {
  std::vector<int> const scale{1, 2, 3};
  std::vector<double> rho{0.5, 0.25};
  auto const table = rows(scale, rho);
  CHECK(table.size() == 2);
  int n = 0;
  double sum = 0;
  for (auto const [s, r] : table) n += s, sum += r;
  CHECK(n == 3);
  CHECK(sum == 0.75);
  rho[0] = 4;  // columns are referred to
  CHECK(std::get<1>(*table.begin()) == 4);
  CHECK(&std::get<0>(*table.begin()) == &scale[0]);
  CHECK(rows(std::vector<int>{}, scale).size() == 0);
}
