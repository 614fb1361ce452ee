// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <equipoise/io/csv.hpp>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "folders.hpp"

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
using ns = std::chrono::nanoseconds;
using cells = std::vector<cell>;

/// Units 3, 8, 12 and 40; 99 was left out as noise.
auto four_units() -> recording {
  recording r;
  for (std::int64_t const id : {3, 8, 12, 40}) r.units.push_back({.id = id, .quality = unit_quality::good, .channel = -1, .columns = {}});
  r.dropped_ids = {99};
  r.source = "session";
  r.table = spike_table<ns>({1, 2, 3, 4}, {0, 1, 2, 3}, 4, window<ns>{0ns, 10ns});
  return r;
}
auto why_labels(test_folder const& f, std::string_view text) -> std::string {
  auto const path = f.text("labels.csv", text);
  return refusal([&] { (void)read_labels_csv(path, four_units()); });
}
auto why_epochs(test_folder const& f, std::string_view text) -> std::string {
  auto const path = f.text("states.csv", text);
  return refusal([&] { (void)read_epochs_csv(path); });
}
auto why_spikes(test_folder const& f, std::string_view text, spikes_csv_options const& o = {}) -> std::string {
  auto const path = f.text("spikes.csv", text);
  return refusal([&] { (void)read_spikes_csv(path, o); });
}
auto codes(recording const& r) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (auto const& w : r.warnings) all.push_back(w.code);
  return all;
}
}  // namespace

TEST_CASE("labels: classes in any case and order; a unit without a row is neither") {
  test_folder const f;
  cells const expected{cell::e, cell::i, cell::neither, cell::i};
  for (auto const* text : {"unit,class\n3,E\n8,I\n40,I\n", "unit,class\n40,fs\n3,rs\n8,i\n12,None\n", "class\tunit\nRS\t3\nFS\t8\nNONE\t12\nFs\t40\n",
                           "unit,class\r\n3,e\r\n8,FS\r\n40,I\r\n",
                           "\xEF\xBB\xBFunit,class\n3,E\n8,I\n40,I", "\"unit\",\"class\",\"note\"\n\"3\",\"E\",\"a, b\"\n8, I ,\n 40 ,\"i\",x\n"}) {
    CAPTURE(text);
    auto const l = read_labels_csv(f.text("labels.csv", text), four_units());
    CHECK(l.cells == expected);
    CHECK(l.method == "given");
    CHECK_FALSE(l.putative);
  }
}

TEST_CASE("labels: the file may be a pipe") {
  test_folder const f;
  auto const pipe = f.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(pipe) << "unit,class\n3,E\n8,I\n"; });
  auto const l = read_labels_csv(pipe, four_units());
  writer.join();
  CHECK(l.cells == cells{cell::e, cell::i, cell::neither, cell::neither});
}

TEST_CASE("labels: a unit that was left out as noise may have one, and it changes nothing") {
  test_folder const f;
  CHECK(read_labels_csv(f.text("labels.csv", "unit,class\n99,E\n3,E\n"), four_units()).cells == cells{cell::e, cell::neither, cell::neither, cell::neither});
}

TEST_CASE("labels: what is wrong is an error that names the file and the row") {
  test_folder const f;
  CHECK(names(why_labels(f, "unit,class\n3,E\n8,pyramidal\n"), {"labels.csv", "row 3", "'pyramidal'", "E, I, RS, FS or none"}));
  CHECK(names(why_labels(f, "unit,class\n3,\n"), {"labels.csv", "row 2", "unknown class"}));
  CHECK(names(why_labels(f, "unit,class\n3,E\n8,I\n3,E\n"), {"labels.csv", "row 4", "unit 3", "row 2"}));  // also when both agree
  CHECK(names(why_labels(f, "unit,class\n3,E\n7,I\n"), {"labels.csv", "unit 7", "no such unit"}));
  CHECK(names(why_labels(f, "unit,class\n3.5,E\n"), {"labels.csv", "row 2", "whole number"}));
  CHECK(names(why_labels(f, "unit,label\n3,E\n"), {"labels.csv", "'class'", "'unit', 'label'"}));
  CHECK(names(why_labels(f, "id,class\n3,E\n"), {"labels.csv", "'unit'"}));
  CHECK(names(why_labels(f, ""), {"labels.csv", "empty"}));
  CHECK(names(refusal([&] { (void)read_labels_csv(f.path("absent.csv"), four_units()); }), {"absent.csv"}));
}

TEST_CASE("epochs: states in time order whatever the order of rows, seconds to the nearest nanosecond") {
  test_folder const f;
  auto const t = read_epochs_csv(f.text("states.csv", "begin_s,end_s,state\n100.25,200.000000001,\"slow wave, deep\"\n0,100.25,wake\n300,400,wake\n"));
  REQUIRE(t.size() == 3);  // touching is not overlapping
  CHECK(t[0] == epoch<ns>{{0s, 100'250ms}, "wake"});
  CHECK(t[1] == epoch<ns>{{100'250ms, 200s + 1ns}, "slow wave, deep"});
  CHECK(t[2].when.begin == 300s);
  CHECK(t.labels() == std::vector<std::string>{"wake", "slow wave, deep"});
  CHECK(read_epochs_csv(f.text("none.csv", "begin_s,end_s,state\n")).empty());
}

TEST_CASE("epochs: what is wrong is an error that names the file") {
  test_folder const f;
  CHECK(names(why_epochs(f, "begin_s,end_s,state\n0,10,wake\n9.5,20,rem\n"), {"states.csv", "'wake'", "'rem'", "overlap"}));
  CHECK(names(why_epochs(f, "begin_s,end_s,state\n10,5,wake\n"), {"states.csv", "row 2", "'wake'", "does not end after it begins", "correct"}));
  CHECK(names(why_epochs(f, "begin_s,end_s,state\n0,1,rem\n5,5,wake\n"), {"states.csv", "row 3"}));
  CHECK(names(why_epochs(f, "begin_s,end_s,state\n0,1,\n"), {"states.csv", "row 2", "name"}));
  CHECK(names(why_epochs(f, "begin_s,end_s,state\n0,x,wake\n"), {"states.csv", "row 2", "'end_s'", "'x'"}));
  CHECK(names(why_epochs(f, "begin_s,end_s,state\n0,1e300,wake\n"), {"states.csv", "row 2"}));
  CHECK(names(why_epochs(f, "begin_s,end_s\n0,1\n"), {"states.csv", "'state'"}));
}

TEST_CASE("spikes: seconds and samples; units are the numbers of the file in ascending order") {
  test_folder const f;
  auto const r = read_spikes_csv(f.text("spikes.csv", "unit,time_s\n12,0.5\n-3,0.500000001\n12,2\n"), {.rate_hz = {}, .begin = {}, .end = 10s, .sort = false});
  REQUIRE(r.size() == 2);
  CHECK(r.units[0].id == -3);
  CHECK(r.units[1].id == 12);
  CHECK(std::vector<std::int64_t>(r.table.at().begin(), r.table.at().end()) == std::vector<std::int64_t>{500'000'000, 500'000'001, 2'000'000'000});
  CHECK(std::vector<unit_index>(r.table.unit().begin(), r.table.unit().end()) == std::vector<unit_index>{1, 0, 1});
  CHECK(r.when() == window<ns>{0ns, 10s});
  CHECK(r.warnings.empty());
  CHECK(r.spikes_in_file == 3);
  CHECK(r.units_in_file == 2);
  CHECK(r.format == "csv");
  auto const s = read_spikes_csv(f.text("samples.csv", "sample\tunit\n1\t0\n2\t0\n30000\t1\n"), {.rate_hz = 30000, .begin = {}, .end = 2s, .sort = false});
  CHECK(std::vector<std::int64_t>(s.table.at().begin(), s.table.at().end()) == std::vector<std::int64_t>{33'333, 66'666, 1'000'000'000});  // floor of 33 333.3 and 66 666.6
  CHECK(s.rate_hz == 30000);
}

TEST_CASE("spikes: the column of units may be called unit_id, and blanks around names do not count") {
  test_folder const f;
  for (auto const* text : {"unit_id,time_s\n4,0.5\n9,1\n", " unit , time_s\n4,0.5\n9,1\n"}) {
    auto const r = read_spikes_csv(f.text("spikes.csv", text), {.rate_hz = {}, .begin = {}, .end = 10s, .sort = false});
    REQUIRE(r.size() == 2);
    CHECK(r.units[1].id == 9);
  }
}

TEST_CASE("spikes: 11 205 real spikes have the times and units that the rows say") {
  auto const path = std::string(EQUIPOISE_TEST_DATA "/phy/spikes.csv");
  auto const r = read_spikes_csv(path, {.rate_hz = {}, .begin = {}, .end = 20s, .sort = false});
  CHECK(r.table.spikes() == 11'205);
  CHECK(r.size() == 177);
  CHECK(r.table.at()[0] == 6'600'000);  // the file's first row: 104,0.006600000
  CHECK(r.units[r.table.unit()[0]].id == 104);
  CHECK(r.table.at().back() == 19'998'600'000);  // its last: 169,19.998600000
  CHECK(r.units[r.table.unit().back()].id == 169);
}

TEST_CASE("spikes: without an end the last spike is taken, with a warning") {
  test_folder const f;
  auto const r = read_spikes_csv(f.text("spikes.csv", "unit,time_s\n1,0.5\n1,2\n"));
  CHECK(r.when() == window<ns>{0ns, 2s + 1ns});
  CHECK(codes(r) == std::vector<std::string>{"no_extent"});
  auto const none = read_spikes_csv(f.text("none.csv", "unit,time_s\n"));
  CHECK(none.size() == 0);
  CHECK(none.table.spikes() == 0);
}

TEST_CASE("spikes: unsorted rows are refused, or sorted and counted if asked for") {
  test_folder const f;
  auto const* text = "unit,time_s\n1,3\n2,1\n1,2\n2,0.5\n";
  CHECK(names(why_spikes(f, text), {"spikes.csv", "row 3", "not ascending"}));
  auto const r = read_spikes_csv(f.text("spikes.csv", text), {.rate_hz = {}, .begin = {}, .end = 10s, .sort = true});
  CHECK(std::vector<std::int64_t>(r.table.at().begin(), r.table.at().end()) == std::vector<std::int64_t>{500'000'000, 1'000'000'000, 2'000'000'000, 3'000'000'000});
  CHECK(std::vector<unit_index>(r.table.unit().begin(), r.table.unit().end()) == std::vector<unit_index>{1, 1, 0, 0});
  REQUIRE(codes(r) == std::vector<std::string>{"unsorted_times"});
  CHECK(names(r.warnings[0].message, {"2 rows"}));
}

TEST_CASE("spikes: what is wrong is an error that names the file and, where there is one, the row") {
  test_folder const f;
  CHECK(names(why_spikes(f, "unit,time\n1,1\n"), {"spikes.csv", "'time_s'", "'unit', 'time'"}));
  CHECK(names(why_spikes(f, "id,time_s\n1,1\n"), {"spikes.csv", "'unit'"}));
  CHECK(names(why_spikes(f, "unit,sample\n1,1\n"), {"spikes.csv", "sampling rate"}));
  CHECK(names(why_spikes(f, "unit,sample\n1,1.5\n", {.rate_hz = 30000, .begin = {}, .end = {}, .sort = false}), {"spikes.csv", "row 2", "whole number"}));
  CHECK(names(why_spikes(f, "unit,time_s\n1,1\n1,abc\n"), {"spikes.csv", "row 3", "'abc'"}));
  CHECK(names(why_spikes(f, "unit,time_s\n1,1\n1,nan\n"), {"spikes.csv", "row 3"}));
  CHECK(names(why_spikes(f, "unit,time_s\n1,1e300\n"), {"spikes.csv", "row 2"}));
  CHECK(names(why_spikes(f, "unit,time_s\n1,-0.1\n1,1\n"), {"spikes.csv", "row 2", "outside", "'-0.1'"}));
  CHECK(names(why_spikes(f, "unit,sample\n1,1\n1,9223372036854775807\n", {.rate_hz = 0.5, .begin = {}, .end = {}, .sort = false}), {"spikes.csv", "row 3"}));
  CHECK(names(why_spikes(f, "unit,time_s\n1,1\n1,5\n", {.rate_hz = {}, .begin = {}, .end = 3s, .sort = false}), {"spikes.csv", "row 3", "outside"}));
}
