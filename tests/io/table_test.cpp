// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/io/table.hpp>
#include <limits>
#include <string>
#include <vector>

#include "folders.hpp"

using namespace equipoise;

namespace {
using strings = std::vector<std::string>;
using grid = std::vector<strings>;
}  // namespace

TEST_CASE("table: the first line decides between tab and comma, not the file's name") {
  test_folder const f;
  auto const tabs = read_table(f.text("cluster_group.csv", "cluster_id\tgroup\n1\ta,b\n"));  // a comma is text there
  CHECK(tabs.names == strings{"cluster_id", "group"});
  CHECK(tabs.rows == grid{{"1", "a,b"}});
  auto const commas = read_table(f.text("cluster_group.tsv", "cluster_id,group\n1,a\tb\n"));
  CHECK(commas.names == strings{"cluster_id", "group"});
  CHECK(commas.rows == grid{{"1", "a\tb"}});
}

TEST_CASE("table: CRLF, a lone CR, a byte-order mark, empty lines and a missing last line end change nothing") {
  grid const rows{{"1", "x"}, {"2", ""}};
  for (auto const* text : {"a,b\n1,x\n2,\n", "a,b\r\n1,x\r\n2,\r\n", "a,b\r1,x\r2,\r", "\xEF\xBB\xBF" "a,b\n1,x\n2,", "\n\na,b\n\n1,x\n   \n2,\n\n"}) {
    CAPTURE(text);
    auto const t = parse_table(text, "test");
    CHECK(t.names == strings{"a", "b"});
    CHECK(t.rows == rows);
  }
}

TEST_CASE("table: the separator is that of the header, also where empty lines stand above it") {
  auto const t = parse_table("\n\ncluster_id\tgroup\n3\tgood\n", "test");
  CHECK(t.names == strings{"cluster_id", "group"});
  CHECK(t.rows == grid{{"3", "good"}});
}

TEST_CASE("table: the separator of a file that ends its lines with CR is that of its first line") {
  auto const t = parse_table("a,b\r1,x\ty\r", "test");
  CHECK(t.names == strings{"a", "b"});
  CHECK(t.rows == grid{{"1", "x\ty"}});
  CHECK(t.place(0) == "row 2");
}

TEST_CASE("table: quoted fields hold separators, quotes and line ends") {
  auto const t = parse_table("id,\"the name\"\n1,\"a, \"\"b\"\"\nc\"\n2,d\"e\n3,\"\"\n", "test");
  CHECK(t.names == strings{"id", "the name"});
  CHECK(t.rows == grid{{"1", "a, \"b\"\nc"}, {"2", "d\"e"}, {"3", ""}});
  CHECK(t.lines == std::vector<std::size_t>{2, 4, 5});  // the first row takes two lines of the file
  CHECK(t.place(1) == "row 4");
}

TEST_CASE("table: columns by name, and a missing one is an error that lists those there are") {
  auto const t = parse_table("cluster_id\tKSLabel\n1\tgood\n", "dir/cluster_group.tsv");
  CHECK(t.column("KSLabel") == 1u);
  CHECK_FALSE(t.column("kslabel").has_value());
  CHECK(t.need("cluster_id") == 0u);
  CHECK(names(refusal([&] { (void)t.need("group"); }), {"dir/cluster_group.tsv", "'group'", "'cluster_id', 'KSLabel'"}));
}

TEST_CASE("table: numbers are read exactly, and what is none is an error with its row and column") {
  auto const t = parse_table("n\n42\n -7 \n1.5\n1e3\nx\n\" \"\nnan\ninf\n9223372036854775808\n3 4\n+5\n", "units.csv");
  CHECK(t.number<std::int64_t>(0, 0) == 42);
  CHECK(t.number<std::int64_t>(1, 0) == -7);
  CHECK(t.number<double>(2, 0) == 1.5);
  CHECK(t.number<double>(3, 0) == 1000.0);
  auto why = [&](std::size_t row) { return refusal([&] { (void)t.number<std::int64_t>(row, 0); }); };
  CHECK(names(why(2), {"units.csv", "row 4", "'n'", "whole number", "'1.5'"}));
  for (std::size_t const row : {3u, 4u, 5u, 8u, 9u}) CHECK(names(why(row), {"units.csv", t.place(row)}));
  for (std::size_t const row : {4u, 5u, 6u, 7u, 9u}) CHECK(names(refusal([&] { (void)t.number<double>(row, 0); }), {"units.csv", t.place(row), "not a number"}));
}

TEST_CASE("table: ragged rows, open quotes and empty files are errors that name the file and the row") {
  CHECK(names(refusal([] { (void)parse_table("a,b\n1,2\n1,2,3\n", "t.csv"); }), {"t.csv", "row 3", "expected 2, found 3"}));
  CHECK(names(refusal([] { (void)parse_table("a,b\n1\n", "t.csv"); }), {"t.csv", "row 2", "expected 2, found 1"}));
  CHECK(names(refusal([] { (void)parse_table("a,b\n1,\"x\ny\n", "t.csv"); }), {"t.csv", "row 2", "quote"}));
  CHECK(names(refusal([] { (void)parse_table("", "t.csv"); }), {"t.csv", "empty"}));
  CHECK(names(refusal([] { (void)parse_table("\n \n", "t.csv"); }), {"t.csv", "empty"}));
  test_folder const f;
  CHECK(names(refusal([&] { (void)read_table(f.path("none.csv")); }), {f.path("none.csv")}));
}

TEST_CASE("table: numbers written as CSV are read back bit for bit; undefined ones are empty fields") {
  strings const head{"x", "y"};
  std::vector<std::vector<double>> const columns{{0.1, 1.0 / 3.0, -2e-300, 1e22}, {1, undefined(reason::no_variance), std::numeric_limits<double>::infinity(), 4}};
  auto const text = csv_text(head, columns);
  auto const t = parse_table(text, "test");
  CHECK(t.names == head);
  REQUIRE(t.rows.size() == 4);
  for (std::size_t r = 0; r < 4; ++r) CHECK(t.number<double>(r, 0) == columns[0][r]);
  CHECK(t.rows[1][1].empty());
  CHECK(t.rows[2][1].empty());
  CHECK(t.number<double>(3, 1) == 4);
  CHECK_THROWS_AS(csv_text(head, std::vector<std::vector<double>>{{1}}), error);
  CHECK_THROWS_AS(csv_text(head, std::vector<std::vector<double>>{{1}, {1, 2}}), error);
  CHECK_THROWS_AS(csv_text(head, std::vector<std::vector<double>>{{1, 2}, {1}}), error);
}

TEST_CASE("table: a name that holds a separator or quotes comes back from CSV as it was") {
  strings const head{"a,b", "say \"x\""};
  auto const t = parse_table(csv_text(head, std::vector<std::vector<double>>{{1}, {2}}), "test");
  CHECK(t.names == head);
}
