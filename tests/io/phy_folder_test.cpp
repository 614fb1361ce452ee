// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <equipoise/io/phy_folder.hpp>
#include <map>
#include <string>
#include <vector>

#include "folders.hpp"

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
using ns = std::chrono::nanoseconds;
using strings = std::vector<std::string>;
auto params(test_folder const& f, std::string_view text) { return detail::read_params(f.text("params.py", text)); }
auto tables(test_folder const& f) { return detail::read_cluster_tables(f.path()); }
auto extent(test_folder const& f, std::string_view text) {
  f.text("recording_extent.tsv", text);
  return detail::read_extent(f.path());
}
auto samples(test_folder const& f, std::string_view text) {
  auto const p = params(f, text);
  return detail::raw_samples(f.path(), p, f.path("params.py"));
}
}  // namespace

TEST_CASE("params.py: keys in any case, comments, blank lines, CRLF and no last line end") {
  test_folder const f;
  for (auto const* text : {"sample_rate = 30000.\nhp_filtered = False", "SAMPLE_RATE=30000\r\nHP_Filtered =False\r\n",
                           "# sample_rate = 1\n\n  Sample_Rate\t=  3e4  # Hz\nhp_filtered = False # no\n",
                           "import os\nsample_rate = 30000.0\nprint(1)\nhp_filtered = False\n"}) {
    CAPTURE(text);
    auto const p = params(f, text);
    CHECK(detail::python_number(p, "sample_rate", "params.py") == 30000.0);
    CHECK(p.at("hp_filtered") == "False");
  }
  CHECK(params(f, "").empty());
  CHECK(params(f, "no assignment here").empty());
}

TEST_CASE("params.py: the two real files") {
  auto const ks2 = detail::read_params(EQUIPOISE_TEST_DATA "/phy/ks2/params.py");
  CHECK(detail::python_number(ks2, "sample_rate", "") == 30000.0);
  CHECK(detail::python_strings(ks2.at("dat_path")) == strings{"rec.dat"});
  auto const ks4 = detail::read_params(EQUIPOISE_TEST_DATA "/phy/ks4/params.py");
  CHECK(detail::python_number(ks4, "sample_rate", "") == 29999.953846153847);
  CHECK(detail::python_strings(ks4.at("dat_path")) == strings{"/a/b.ap.bin"});
  CHECK(detail::python_number(ks4, "n_channels_dat", "") == 385.0);
}

TEST_CASE("params.py: strings of all sorts and lists of them") {
  CHECK(detail::python_strings("'a b.dat'") == strings{"a b.dat"});
  CHECK(detail::python_strings("r\"C:\\data\\x.dat\"") == strings{"C:\\data\\x.dat"});
  CHECK(detail::python_strings("['a', \"b's\"]") == strings{"a", "b's"});
  CHECK(detail::python_strings("['open").empty());
  CHECK(detail::python_strings("30000").empty());
  test_folder const f;
  CHECK(detail::python_strings(params(f, "dat_path = 'a#b.dat'\n").at("dat_path")) == strings{"a#b.dat"});
  CHECK(detail::python_strings(params(f, "dat_path = 'a.dat'  # was 'b.dat'\n").at("dat_path")) == strings{"a.dat"});
  CHECK(detail::python_strings(params(f, "dat_path = ['a.dat',\n  'b.dat']\nsample_rate = 1\n").at("dat_path")) == strings{"a.dat", "b.dat"});  // a list over two lines
}

TEST_CASE("params.py: a rate in quotes is a rate; nonsense is an error that names the file and the line's key") {
  test_folder const f;
  CHECK(detail::python_number(params(f, "sample_rate = '30000'\n"), "sample_rate", "") == 30000.0);
  CHECK(detail::python_number(params(f, "sample_rate = \"25000.5\" # Hz\n"), "sample_rate", "") == 25000.5);
  CHECK_FALSE(detail::python_number(params(f, "rate = 1\n"), "sample_rate", "").has_value());
  auto why = [&](std::string_view text) {
    auto const p = params(f, text);
    return refusal([&] { (void)detail::python_number(p, "sample_rate", f.path("params.py")); });
  };
  CHECK(names(why("sample_rate = fast\n"), {f.path("params.py"), "sample_rate", "'fast'"}));
  CHECK(names(why("sample_rate = \n"), {"params.py", "sample_rate"}));
  CHECK(names(why("sample_rate = 30 * 1000\n"), {"params.py", "'30 * 1000'"}));  // arithmetic would have to be executed
}

TEST_CASE("params.py: nothing in it is executed") {
  test_folder const f;
  auto const p = params(f, "__import__('os').system('touch " + f.path("executed") + "')\nx = open('" + f.path("executed") + "', 'w')\nsample_rate = 30000\n");
  CHECK(detail::python_number(p, "sample_rate", "") == 30000.0);
  CHECK_FALSE(std::filesystem::exists(f.path("executed")));
}

TEST_CASE("cluster tables: the header KSLabel in cluster_group.tsv means quality as much as group does") {
  test_folder const f;
  f.text("cluster_group.tsv", "cluster_id\tKSLabel\n0\tgood\n1\tmua\n2\tnoise\n3\tGOOD\n4\t\n");
  auto const t = tables(f);
  CHECK(t.quality(0) == unit_quality::good);
  CHECK(t.quality(1) == unit_quality::mua);
  CHECK(t.quality(2) == unit_quality::noise);
  CHECK(t.quality(3) == unit_quality::good);
  CHECK(t.quality(4) == unit_quality::unsorted);
  CHECK(t.quality(5) == unit_quality::unsorted);  // in no table
  CHECK(t.warnings.empty());
}

TEST_CASE("cluster tables: cluster_info's group comes before cluster_group's, that before KSLabel") {
  test_folder const f;
  f.text("cluster_KSLabel.tsv", "cluster_id\tKSLabel\n1\tgood\n2\tgood\n3\tgood\n4\tmua\n");
  f.text("cluster_group.tsv", "cluster_id\tgroup\n1\tmua\n2\tmua\n4\t\n");
  f.text("cluster_info.tsv", "cluster_id\tgroup\tdepth\n1\tnoise\t10.5\n2\t\t20\n3\t\t30\n4\t\t\n");
  auto const t = tables(f);
  CHECK(t.quality(1) == unit_quality::noise);  // cluster_info
  CHECK(t.quality(2) == unit_quality::mua);    // its cell is empty: cluster_group
  CHECK(t.quality(3) == unit_quality::good);   // neither: KSLabel
  CHECK(t.quality(4) == unit_quality::mua);
  CHECK(t.columns.at(1).at("depth") == "10.5");
  CHECK(t.columns.at(1).at("cluster_group.group") == "mua");
  CHECK(t.columns.at(4).count("depth") == 0);
}

TEST_CASE("cluster tables: a label that is no judgement falls through to the next") {
  test_folder const f;
  f.text("cluster_KSLabel.tsv", "cluster_id\tKSLabel\n1\tgood\n2\tmua\n");
  f.text("cluster_group.tsv", "cluster_id\tgroup\n1\tpyramidal\n2\tunsorted\n");
  auto const t = tables(f);
  CHECK(t.quality(1) == unit_quality::good);
  CHECK(t.quality(2) == unit_quality::unsorted);  // the curator said so
}

TEST_CASE("cluster tables: `id` of old phy, commas in a .tsv, tabs in a .csv, CRLF") {
  test_folder const f;
  f.text("cluster_group.csv", "id\tgroup\r\n7\tgood\r\n8\tnoise\r\n");
  f.text("cluster_Amplitude.tsv", "cluster_id,Amplitude\n7,12.5\n9,3\n");
  auto const t = tables(f);
  CHECK(t.quality(7) == unit_quality::good);
  CHECK(t.quality(8) == unit_quality::noise);
  CHECK(t.columns.at(7).at("Amplitude") == "12.5");
  CHECK(t.columns.at(9).at("Amplitude") == "3");
}

TEST_CASE("cluster tables: a column `id` beside cluster_id is a column like any other") {
  test_folder const f;
  f.text("cluster_info.tsv", "id\tcluster_id\tgroup\n100\t7\tgood\n");
  CHECK(tables(f).quality(7) == unit_quality::good);
  CHECK(tables(f).columns.at(7).at("id") == "100");
}

TEST_CASE("cluster tables: rows without a number, as phy leaves them after merges, are passed over and counted") {
  test_folder const f;
  f.text("cluster_group.tsv", "cluster_id\tgroup\n1\tgood\n\t\n  \tmua\n2\tmua\n");
  auto const t = tables(f);
  CHECK(t.columns.size() == 2);
  REQUIRE(t.warnings.size() == 1);
  CHECK(t.warnings[0].code == "rows_without_cluster_id");
  CHECK(names(t.warnings[0].message, {"cluster_group.tsv", "2 rows"}));
}

TEST_CASE("cluster tables: a table without cluster_id is left alone, with a warning; files of other names are none") {
  test_folder const f;
  f.text("cluster_group.tsv", "cluster_id\tgroup\n1\tgood\n");
  f.text("cluster_metrics.csv", ",isi,snr\n0,0.1,5\n");
  f.text("metrics.csv", "broken \"table\n1,2,3");
  f.text("cluster_notes.txt", "1,2\n3");
  auto const t = tables(f);
  CHECK(t.columns.size() == 1);
  REQUIRE(t.warnings.size() == 1);
  CHECK(t.warnings[0].code == "table_without_cluster_id");
  CHECK(names(t.warnings[0].message, {"cluster_metrics.csv"}));
}

TEST_CASE("cluster tables: an empty table is passed over with a warning, as writers leave them behind") {
  test_folder const f;
  f.text("cluster_group.tsv", "cluster_id\tgroup\n1\tgood\n");
  f.text("cluster_notes.csv", "");
  auto const t = tables(f);
  CHECK(t.quality(1) == unit_quality::good);
  REQUIRE(t.warnings.size() == 1);
  CHECK(names(t.warnings[0].message, {"cluster_notes.csv"}));
}

TEST_CASE("cluster tables: damaged ones are errors that name the file and the row") {
  test_folder const f;
  f.text("cluster_group.tsv", "cluster_id\tgroup\n1\tgood\nx\tmua\n");
  CHECK(names(refusal([&] { (void)tables(f); }), {"cluster_group.tsv", "row 3", "'x'"}));
  f.text("cluster_group.tsv", "cluster_id\tgroup\n1\tgood\textra\n");
  CHECK(names(refusal([&] { (void)tables(f); }), {"cluster_group.tsv", "row 2"}));
}

TEST_CASE("extent: recording_extent.tsv, tabs or commas; damaged ones are errors that name it") {
  test_folder const f;
  CHECK_FALSE(detail::read_extent(f.path()).has_value());
  CHECK(extent(f, "begin_s\tend_s\n0.5\t600\n") == window<ns>{500ms, 600s});
  CHECK(extent(f, "end_s,begin_s\n600,0\n") == window<ns>{0s, 600s});
  CHECK(names(refusal([&] { extent(f, "begin_s\tend_s\n600\t0\n"); }), {"recording_extent.tsv", "row 2", "ends before it begins"}));
  CHECK(names(refusal([&] { extent(f, "begin_s\tend_s\n5\t5\n"); }), {"recording_extent.tsv"}));
  CHECK(names(refusal([&] { extent(f, "begin_s\tend_s\n"); }), {"recording_extent.tsv", "one row"}));
  CHECK(names(refusal([&] { extent(f, "begin_s\tend_s\n0\t1\n1\t2\n"); }), {"recording_extent.tsv", "one row", "2"}));
  CHECK(names(refusal([&] { extent(f, "end_s\n5\n"); }), {"recording_extent.tsv", "'begin_s'"}));
  CHECK(names(refusal([&] { extent(f, "begin_s\tend_s\n0\tlate\n"); }), {"recording_extent.tsv", "row 2", "'late'"}));
  CHECK(names(refusal([&] { extent(f, "begin_s\tend_s\n0\t1e300\n"); }), {"recording_extent.tsv"}));
}

TEST_CASE("raw file: its size over channels and bytes of a sample, after the offset; several files add up") {
  test_folder const f;
  f.text("a.dat", std::string(4 * 2 * 100, '\0'));
  f.text("b.dat", std::string(4 * 2 * 50 + 3, '\0'));  // cut within a sample
  std::string const four = "n_channels_dat = 4\ndtype = 'int16'\noffset = 0\n";
  CHECK(samples(f, "dat_path = 'a.dat'\n" + four) == 100);
  CHECK(samples(f, "dat_path = r'" + f.path("a.dat") + "'\n" + four) == 100);
  CHECK(samples(f, "dat_path = ['a.dat', \"b.dat\"]\n" + four) == 150);
  CHECK(samples(f, "dat_path = 'a.dat'\nn_channels_dat = 4\n") == 100);  // int16 is phy's own default
  CHECK(samples(f, "dat_path = 'a.dat'\nn_channels_dat = 4\ndtype = 'float32'\n") == 50);
  CHECK(samples(f, "dat_path = 'a.dat'\nn_channels_dat = 4\ndtype = np.uint8\n") == 200);
  CHECK(samples(f, "dat_path = 'a.dat'\nn_channels_dat = 4\ndtype = 'int16'\noffset = 80\n") == 90);
}

TEST_CASE("raw file: where it is absent, elsewhere or makes no sense, nothing is known") {
  test_folder const f;
  f.text("a.dat", std::string(800, '\0'));
  std::string const four = "n_channels_dat = 4\ndtype = 'int16'\n";
  CHECK_FALSE(samples(f, "dat_path = 'gone.dat'\n" + four).has_value());
  CHECK_FALSE(samples(f, "dat_path = ['a.dat', 'gone.dat']\n" + four).has_value());
  CHECK_FALSE(samples(f, "dat_path = []\n" + four).has_value());
  CHECK_FALSE(samples(f, four).has_value());
  CHECK_FALSE(samples(f, "dat_path = 'a.dat'\n").has_value());
  CHECK_FALSE(samples(f, "dat_path = 'a.dat'\nn_channels_dat = 0\n").has_value());
  CHECK_FALSE(samples(f, "dat_path = 'a.dat'\nn_channels_dat = 4\ndtype = 'text'\n").has_value());
  CHECK_FALSE(samples(f, "dat_path = 'a.dat'\n" + four + "offset = 5000\n").has_value());
  CHECK_FALSE(samples(f, "dat_path = ''\n" + four).has_value());
  for (auto const* odd : {"1e300", "-1e300", "nan", "inf", "2.5"}) {  // no conversion may overflow
    CAPTURE(odd);
    CHECK_FALSE(samples(f, "dat_path = 'a.dat'\nn_channels_dat = " + std::string(odd) + "\n").has_value());
    CHECK_FALSE(samples(f, "dat_path = 'a.dat'\n" + four + "offset = " + odd + "\n").has_value());
  }
}
