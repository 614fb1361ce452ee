// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/classify/labels.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace eq = equipoise;
using eq::cell;

namespace {

/// Units 10, 11, 12, …, one per entry, with so many spikes in 10 s.
auto recording_with(std::vector<int> const& spikes) -> eq::recording {
  std::vector<std::int64_t> at;
  std::vector<eq::unit_index> unit;
  eq::recording r;
  for (std::size_t u = 0; u < spikes.size(); ++u) {
    for (int k = 0; k < spikes[u]; ++k) at.push_back(1'000'000 * (k + 1)), unit.push_back(static_cast<eq::unit_index>(u));
    r.units.push_back({.id = 10 + static_cast<std::int64_t>(u)});
  }
  using ns = std::chrono::nanoseconds;
  r.table = eq::spike_table<ns>::sorted(at, unit, spikes.size(), eq::epochs<ns>(eq::window<ns>{ns{0}, ns{10'000'000'000}}));
  r.source = "made/here";
  return r;
}

auto codes(std::vector<eq::warning> const& all) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto const& w : all) out.push_back(w.code);
  return out;
}

auto of(std::vector<cell> cells) -> eq::labelling { return {.cells = std::move(cells), .confidence = {}, .method = {}, .putative = true, .warnings = {}}; }

}  // namespace

TEST_CASE("labels: every spelling of a class is understood, and nothing else") {
  for (auto const* name : {"E", "e", "RS", "rs", "Rs"}) CHECK(eq::cell_named(name) == cell::e);
  for (auto const* name : {"I", "i", "FS", "fS"}) CHECK(eq::cell_named(name) == cell::i);
  for (auto const* name : {"none", "None", "NONE"}) CHECK(eq::cell_named(name) == cell::neither);
  for (auto const* name : {"", "E ", "excitatory", "x", "nan", "RSFS"}) CHECK_FALSE(eq::cell_named(name).has_value());
  for (auto const c : {cell::e, cell::i, cell::neither}) CHECK(eq::cell_named(eq::to_string(c)) == c);
}

TEST_CASE("labels: counts and median rates are those of the classes") {
  auto const l = of({cell::e, cell::i, cell::e, cell::neither, cell::e, cell::i});
  CHECK(eq::counts_of(l) == eq::cell_counts{.excitatory = 3, .inhibitory = 2, .unclassified = 1});
  auto const rates = eq::rates_hz(recording_with({10, 70, 30, 0, 20, 40}));
  CHECK(rates == std::vector<double>{1, 7, 3, 0, 2, 4});
  CHECK(eq::median_rate_hz(l, cell::e, rates) == 2);
  CHECK(eq::median_rate_hz(l, cell::i, rates) == 5.5);
  CHECK(eq::median_rate_hz(l, cell::neither, rates) == 0);
  CHECK(eq::reason_of(eq::median_rate_hz(of({cell::e}), cell::i, rates)) == eq::reason::empty_population);
}

TEST_CASE("labels: small groups and slow inhibitory units are warned about, with their numbers") {
  std::vector<cell> cells(12, cell::e);
  for (std::size_t k = 0; k < 5; ++k) cells[k] = cell::i;
  CHECK(eq::group_warnings(of(cells)).empty());
  cells[4] = cell::e;  // four inhibitory units left
  auto const few = eq::group_warnings(of(cells));
  REQUIRE(codes(few) == std::vector<std::string>{"few_inhibitory_units"});
  CHECK(few[0].message.find("only 4 of 12 units") != std::string::npos);
  CHECK(codes(eq::group_warnings(of(std::vector<cell>(6, cell::e)))) == std::vector<std::string>{"no_inhibitory_units"});
  CHECK(codes(eq::group_warnings(of(std::vector<cell>(6, cell::i)))) == std::vector<std::string>{"no_excitatory_units"});

  std::vector<cell> even{cell::e, cell::e, cell::e, cell::e, cell::e, cell::i, cell::i, cell::i, cell::i, cell::i};
  CHECK(eq::group_warnings(of(even), std::vector<double>{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}).empty());
  CHECK(eq::group_warnings(of(even), std::vector<double>(10, 1.0)).empty());
  auto const slow = eq::group_warnings(of(even), std::vector<double>{1, 1, 1.25, 9, 9, 2, 2, 0.5, 0.5, 0.5});
  REQUIRE(codes(slow) == std::vector<std::string>{"fs_slower_than_rs"});
  CHECK(slow[0].message.find("0.5 Hz and 1.25 Hz") != std::string::npos);
  CHECK_THROWS_WITH_AS(eq::group_warnings(of(even), std::vector<double>(3)), doctest::Contains("one rate per unit"), eq::error);
}

TEST_CASE("labels: given labels are not putative and carry no confidence") {
  auto const l = eq::given_labels(std::vector<cell>{cell::i, cell::e, cell::neither});
  CHECK_FALSE(l.putative);
  CHECK(l.method == "given");
  CHECK(l.cells == std::vector<cell>{cell::i, cell::e, cell::neither});
  REQUIRE(l.confidence.size() == 3);
  CHECK(std::isnan(l.confidence[0]));
  CHECK(codes(l.warnings) == std::vector<std::string>{"few_excitatory_units", "few_inhibitory_units"});
}

TEST_CASE("labels: labels by number reach their units; an unknown number or two classes for one unit are errors") {
  auto const r = recording_with({5, 0, 50});
  using row = std::pair<std::int64_t, cell>;
  auto const l = eq::given_labels(r, std::vector<row>{{12, cell::i}, {10, cell::e}, {12, cell::i}});
  CHECK(l.cells == std::vector<cell>{cell::e, cell::neither, cell::i});
  CHECK(eq::given_labels(r, std::vector<row>{{11, cell::e}}).cells[1] == cell::e);  // silent, but in the table
  CHECK_THROWS_WITH_AS(eq::given_labels(r, std::vector<row>{{13, cell::e}}), doctest::Contains("unit 13: the recording has no such unit"), eq::error);
  auto const left_out = eq::given_labels(r, std::vector<row>{{13, cell::e}, {10, cell::e}}, std::vector<std::int64_t>{13});
  CHECK(left_out.cells == std::vector<cell>{cell::e, cell::neither, cell::neither});
  CHECK_THROWS_WITH_AS(eq::given_labels(r, std::vector<row>{{12, cell::i}, {12, cell::e}}), doctest::Contains("two different classes"), eq::error);
  // rates are known here, so that slow inhibitory units are seen
  auto const slow = codes(eq::given_labels(r, std::vector<row>{{10, cell::i}, {12, cell::e}}).warnings);
  CHECK(slow == std::vector<std::string>{"few_excitatory_units", "few_inhibitory_units", "fs_slower_than_rs"});
}
