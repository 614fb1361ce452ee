// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/io/phy.hpp>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "folders.hpp"

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
using ns = std::chrono::nanoseconds;
using ints = std::vector<std::int64_t>;
using seen = std::vector<unit_index>;
auto const ks2 = std::string(EQUIPOISE_TEST_DATA "/phy/ks2");
auto const ks4 = std::string(EQUIPOISE_TEST_DATA "/phy/ks4");

auto times(recording const& r) -> ints { return {r.table.at().begin(), r.table.at().end()}; }
auto units(recording const& r) -> seen { return {r.table.unit().begin(), r.table.unit().end()}; }
auto numbers(recording const& r) -> ints {
  ints all;
  for (auto const& u : r.units) all.push_back(u.id);
  return all;
}
/// The warnings of that code, one message after the other.
auto said(recording const& r, std::string const& code) -> std::string {
  std::string all;
  for (auto const& w : r.warnings)
    if (w.code == code) all += w.message;
  return all;
}
auto why(test_folder const& f, phy_options const& o = {}) -> std::string {
  return refusal([&] { (void)read_phy(f.path(), o); });
}
/// A folder at 1000 Hz, so that a sample is a millisecond.
void small(test_folder const& f, ints const& at, ints const& cluster) {
  f.text("params.py", "sample_rate = 1000.");
  f.npy("spike_times.npy", at);
  f.npy("spike_clusters.npy", cluster);
}
constexpr auto ms = std::int64_t{1'000'000};
}  // namespace

TEST_CASE("phy: a Kilosort 2 folder gives the spikes of its truth, times and units") {
  auto const r = read_phy(ks2, {.rate_hz = {}, .good_only = false, .begin = {}, .end = 20s, .sort = false, .waveforms = true});
  auto const truth = read_table(EQUIPOISE_TEST_DATA "/phy/spikes.csv");
  REQUIRE(r.table.spikes() == truth.rows.size());
  CHECK(r.spikes_in_file == 11'205);
  std::size_t wrong = 0;
  for (std::size_t k = 0; k < truth.rows.size(); ++k) {
    auto const sample = std::llround(truth.number<double>(k, 1) * 30000);
    wrong += r.units[r.table.unit()[k]].id != truth.number<std::int64_t>(k, 0) || r.table.at()[k] != sample * 100'000 / 3 ? 1u : 0u;
  }
  CHECK(wrong == 0);
  CHECK(r.when() == window<ns>{0ns, 20s});
  CHECK(r.format == "phy");
  CHECK(r.source == ks2);
  CHECK(r.rate_hz == 30000);
  CHECK(r.dropped.empty());
  CHECK(r.dropped_ids.empty());
}

TEST_CASE("phy: the curated group comes before KSLabel; silent clusters of the tables are units, with a warning") {
  auto const r = read_phy(ks2, {.rate_hz = {}, .good_only = false, .begin = {}, .end = 20s, .sort = false, .waveforms = true});
  CHECK(r.size() == 206);  // 177 fire
  CHECK(r.units_in_file == 206);
  std::map<unit_quality, int> n;
  for (auto const& u : r.units) ++n[u.quality];
  CHECK(n[unit_quality::good] == 160);  // cluster_KSLabel.tsv says 206
  CHECK(n[unit_quality::mua] == 46);
  CHECK(names(said(r, "silent_units"), {"29 of 206"}));
  CHECK(r.waveforms.size() == 206);
  CHECK(r.waveforms.samples == 61);
  for (unit_index u = 0; u < r.size(); ++u) {
    CHECK(r.units[u].channel == (r[u].empty() ? -1 : 0));
    CHECK(std::isnan(r.waveforms[u][0]) == r[u].empty());
  }
}

TEST_CASE("phy: Kilosort 4 types, the header KSLabel, a rate that is no whole number") {
  auto const r = read_phy(ks4);
  CHECK(r.table.spikes() == 11'205);
  CHECK(r.size() == 206);
  CHECK(r.rate_hz == 29999.953846153847);
  // floor(sample · 10⁹ / rate) in exact fractions: samples 198 and 599 958
  CHECK(r.table.at()[0] == 6'600'010);
  CHECK(r.table.at().back() == 19'998'630'767);
  CHECK(names(said(r, "no_extent"), {"19.99"}));  // /a/b.ap.bin is not there
  CHECK(r.when().begin == 0ns);
  CHECK(r.when().end == sample_clock(29999.953846153847)(599'959));
  auto const good = read_phy(ks4, {.rate_hz = {}, .good_only = true, .begin = {}, .end = {}, .sort = false, .waveforms = false});
  CHECK(good.size() == 160);
  CHECK(good.dropped.at("mua").units == 46);
  CHECK(good.dropped_ids.size() == 46);
  CHECK(std::ssize(good.table.at()) + good.dropped.at("mua").spikes == 11'205);
  CHECK(good.waveforms.empty());
}

TEST_CASE("phy: every integer type and shape that sorters write gives the same spikes") {
  auto read = [](auto const& at, auto const& cluster, bool column) {
    test_folder const f;
    f.text("params.py", "sample_rate = 1000.");
    auto const shape = [&](auto const& v) { return column ? std::vector<std::size_t>{v.size(), 1} : std::vector<std::size_t>{v.size()}; };
    f.npy("spike_times.npy", at, shape(at));
    f.npy("spike_clusters.npy", cluster, shape(cluster));
    auto const r = read_phy(f.path());
    return times(r) == ints{1 * ms, 2 * ms, 250 * ms} && numbers(r) == ints{3, 200} && units(r) == seen{1, 0, 1};
  };
  CHECK(read(std::vector<std::uint64_t>{1, 2, 250}, std::vector<std::uint32_t>{200, 3, 200}, true));
  CHECK(read(std::vector<std::int64_t>{1, 2, 250}, std::vector<std::int32_t>{200, 3, 200}, false));
  CHECK(read(std::vector<std::uint32_t>{1, 2, 250}, std::vector<std::uint8_t>{200, 3, 200}, false));
  CHECK(read(std::vector<double>{1, 2, 250}, std::vector<double>{200, 3, 200}, true));
  CHECK(read(std::vector<float>{1, 2, 250}, std::vector<std::int16_t>{200, 3, 200}, true));
}

TEST_CASE("phy: without spike_clusters.npy the templates are the clusters") {
  test_folder const f;
  small(f, {1, 2, 3}, {7, 7, 9});
  f.npy("spike_templates.npy", ints{4, 4, 5});
  CHECK(numbers(read_phy(f.path())) == ints{7, 9});
  f.remove("spike_clusters.npy");
  CHECK(numbers(read_phy(f.path())) == ints{4, 5});
}

TEST_CASE("phy: the rate of the options comes before that of params.py; without either it is asked for") {
  test_folder const f;
  small(f, {1, 2, 3}, {0, 0, 0});
  CHECK(names(said(read_phy(f.path(), {.rate_hz = 500, .good_only = false, .begin = {}, .end = {}, .sort = false, .waveforms = true}), "rate_overridden"), {"sample_rate = 1000."}));
  CHECK(times(read_phy(f.path(), {.rate_hz = 500, .good_only = false, .begin = {}, .end = {}, .sort = false, .waveforms = true})) == ints{2 * ms, 4 * ms, 6 * ms});
  f.text("params.py", "dat_path = 'x'\n");
  CHECK(names(why(f), {f.path(), "sampling rate is not known", "sample_rate", "rate_hz"}));
  f.remove("params.py");
  CHECK(names(why(f), {f.path(), "sampling rate is not known"}));
  CHECK(times(read_phy(f.path(), {.rate_hz = 1000, .good_only = false, .begin = {}, .end = {}, .sort = false, .waveforms = true})) == ints{1 * ms, 2 * ms, 3 * ms});
  CHECK_FALSE(inspect_phy(f.path()).rate_hz.has_value());  // counting needs none
  for (auto const* rate : {"0", "-30000", "nan", "inf"}) {
    CAPTURE(rate);
    f.text("params.py", std::string("sample_rate = ") + rate);
    CHECK(names(why(f), {f.path(), "rate"}));
  }
}

TEST_CASE("phy: noise is dropped and counted, mua and unsorted stay unless only good ones are asked for") {
  test_folder const f;
  small(f, {1, 2, 3, 4, 5, 6, 7}, {0, 1, 2, 3, 1, 1, 2});
  f.text("cluster_group.tsv", "cluster_id\tgroup\n0\tgood\n1\tnoise\n2\tmua\n5\tnoise\n6\tgood\n");  // 3 is in no table; 5 and 6 are silent
  auto const r = read_phy(f.path());
  CHECK(numbers(r) == ints{0, 2, 3, 6});
  CHECK(times(r) == ints{1 * ms, 3 * ms, 4 * ms, 7 * ms});
  CHECK(units(r) == seen{0, 1, 2, 1});
  CHECK(r.dropped == std::map<std::string, dropped_count>{{"noise", {.spikes = 3, .units = 2}}});
  CHECK(r.dropped_ids == ints{1, 5});
  CHECK(r.units[2].quality == unit_quality::unsorted);
  CHECK(names(said(r, "silent_units"), {"1 of 4"}));
  CHECK(r.spikes_in_file == 7);
  CHECK(r.units_in_file == 6);

  phy_options const only{.rate_hz = {}, .good_only = true, .begin = {}, .end = {}, .sort = false, .waveforms = true};
  auto const good = read_phy(f.path(), only);
  CHECK(numbers(good) == ints{0, 6});
  CHECK(good.dropped == std::map<std::string, dropped_count>{{"mua", {.spikes = 2, .units = 1}}, {"noise", {.spikes = 3, .units = 2}},
                                                              {"unsorted", {.spikes = 1, .units = 1}}});

  auto const s = inspect_phy(f.path(), only);
  CHECK(s.dropped == good.dropped);
  CHECK(s.spikes == 7);
  CHECK(s.kept_spikes == 1);
  CHECK(s.units == 6);
  CHECK(s.kept_units == 2);
  CHECK(s.silent_units == 2);
  CHECK(s.first == 1);
  CHECK(s.last == 7);
  CHECK(s.rate_hz == 1000.0);
  CHECK_FALSE(s.extent.has_value());
}

TEST_CASE("phy: the tables' other columns are kept, and a channel among them is the unit's") {
  test_folder const f;
  small(f, {1, 2}, {0, 1});
  f.text("cluster_info.tsv", "cluster_id\tch\tdepth\tgroup\n0\t17\t120.5\tgood\n1\t\t80\tmua\n");
  auto const r = read_phy(f.path());
  CHECK(r.units[0].channel == 17);
  CHECK(r.units[1].channel == -1);
  CHECK(r.units[0].columns.at("depth") == "120.5");
  CHECK(r.warnings.size() == 1);  // no_extent only
}

TEST_CASE("phy: the extent is that of recording_extent.tsv, else of the options, else of the raw file, else the last spike's") {
  test_folder const f;
  small(f, {1, 2, 40}, {0, 0, 0});
  auto const bare = read_phy(f.path());
  CHECK(bare.when() == window<ns>{0ns, 41ms});
  CHECK_FALSE(said(bare, "no_extent").empty());
  auto const given = read_phy(f.path(), {.rate_hz = {}, .good_only = false, .begin = {}, .end = 1s, .sort = false, .waveforms = true});
  CHECK(given.when() == window<ns>{0ns, 1s});
  CHECK(given.warnings.empty());

  f.text("params.py", "sample_rate = 1000.\ndat_path = ['raw.dat']\nn_channels_dat = 2\ndtype = 'int16'\noffset = 0");
  f.text("raw.dat", std::string(std::size_t{500} * 2 * 2, '\0'));
  auto const raw_file = read_phy(f.path());
  CHECK(raw_file.when() == window<ns>{0ns, 500ms});
  CHECK(raw_file.warnings.empty());
  CHECK(inspect_phy(f.path()).extent == window<ns>{0ns, 500ms});
  auto const longer = read_phy(f.path(), {.rate_hz = {}, .good_only = false, .begin = {}, .end = 1s, .sort = false, .waveforms = true});
  CHECK(longer.when() == window<ns>{0ns, 1s});  // the raw file may be one of several
  CHECK(names(said(longer, "end_after_raw_file"), {"0.5"}));

  f.text("recording_extent.tsv", "begin_s\tend_s\n0.002\t0.3\n");
  auto const told = read_phy(f.path());
  CHECK(told.when() == window<ns>{2ms, 300ms});
  CHECK(times(told) == ints{2 * ms, 40 * ms});
  CHECK(told.dropped.at("before_extent").spikes == 1);
  CHECK(inspect_phy(f.path()).extent == window<ns>{2ms, 300ms});
}

TEST_CASE("phy: the options' begin leaves out what comes before, and the counts of inspect_phy are those of read_phy") {
  test_folder const f;
  small(f, {1, 19, 20, 21, 40}, {0, 0, 0, 1, 1});
  f.text("recording_extent.tsv", "begin_s\tend_s\n0.002\t0.04\n");
  phy_options const part{.rate_hz = {}, .good_only = false, .begin = 20ms, .end = 21ms, .sort = false, .waveforms = true};
  auto const r = read_phy(f.path(), part);
  CHECK(r.when() == window<ns>{20ms, 21ms});
  CHECK(times(r) == ints{20 * ms});
  CHECK(r.dropped == std::map<std::string, dropped_count>{{"after_end", {.spikes = 1, .units = 0}}, {"after_extent", {.spikes = 1, .units = 0}},
                                                           {"before_begin", {.spikes = 1, .units = 0}}, {"before_extent", {.spikes = 1, .units = 0}}});
  auto const s = inspect_phy(f.path(), part);
  CHECK(s.dropped == r.dropped);
  CHECK(s.kept_spikes == 1);
  CHECK(s.extent == r.when());

  auto from = [&](ns begin, std::optional<ns> end = {}) { return phy_options{.rate_hz = {}, .good_only = false, .begin = begin, .end = end, .sort = false, .waveforms = true}; };
  auto const early = read_phy(f.path(), from(-1s));
  CHECK(early.when() == window<ns>{2ms, 40ms});  // no silence before the recording began
  CHECK(names(said(early, "begin_before_extent"), {"0.002"}));
  CHECK(names(why(f, from(40ms)), {"begin", "0.04"}));
  CHECK(names(why(f, from(20ms, 20ms)), {"end", "begin"}));
}

TEST_CASE("phy: unsorted and negative times are counted by inspect_phy, which does not refuse them") {
  test_folder const f;
  small(f, {5, 1, 9, -3}, {0, 1, 0, 2});
  auto const s = inspect_phy(f.path());
  CHECK(s.unsorted == 2);
  CHECK(s.negative == 1);
}

TEST_CASE("phy: the options' end cuts a recording short; spikes at or after it are counted") {
  test_folder const f;
  small(f, {1, 19, 20, 21, 40}, {0, 0, 0, 1, 1});
  phy_options const cut{.rate_hz = {}, .good_only = false, .begin = {}, .end = 20ms, .sort = false, .waveforms = true};
  for (auto const known : {false, true}) {
    CAPTURE(known);
    if (known) f.text("recording_extent.tsv", "begin_s\tend_s\n0\t0.1\n");
    auto const r = read_phy(f.path(), cut);
    CHECK(r.when() == window<ns>{0ns, 20ms});  // half-open
    CHECK(times(r) == ints{1 * ms, 19 * ms});
    CHECK(r.dropped == std::map<std::string, dropped_count>{{"after_end", {.spikes = 3, .units = 0}}});
    CHECK(said(r, "spikes_after_extent").empty());
    CHECK(names(said(r, "silent_units"), {"1 of 2"}));
    CHECK(read_phy(f.path(), {.rate_hz = {}, .good_only = false, .begin = {}, .end = 41ms, .sort = false, .waveforms = true}).table.spikes() == 5);
  }
  CHECK(read_phy(f.path(), {.rate_hz = {}, .good_only = false, .begin = {}, .end = 5s, .sort = false, .waveforms = true}).when().end == 100ms);  // it never lengthens one
  for (auto const end : {ns{0}, ns{-1s}}) CHECK(names(why(f, {.rate_hz = {}, .good_only = false, .begin = {}, .end = end, .sort = false, .waveforms = true}), {f.path(), "end"}));
}

TEST_CASE("phy: spikes beyond an extent that the folder states are dropped, counted and warned of") {
  test_folder const f;
  small(f, {1, 20, 21, 40}, {0, 0, 0, 0});
  f.text("recording_extent.tsv", "begin_s\tend_s\n0\t0.02\n");
  auto const r = read_phy(f.path());
  CHECK(times(r) == ints{1 * ms});
  CHECK(r.dropped == std::map<std::string, dropped_count>{{"after_extent", {.spikes = 3, .units = 0}}});
  CHECK(names(said(r, "spikes_after_extent"), {"3 spikes"}));
}

TEST_CASE("phy: unsorted times are refused, or sorted with their clusters and counted") {
  test_folder const f;
  small(f, {5, 1, 9, 3}, {0, 1, 0, 2});
  CHECK(names(why(f), {"spike_times.npy", "spike 1", "not ascending", "at least 5", "found 1"}));
  auto const r = read_phy(f.path(), {.rate_hz = {}, .good_only = false, .begin = {}, .end = 1s, .sort = true, .waveforms = true});
  CHECK(times(r) == ints{1 * ms, 3 * ms, 5 * ms, 9 * ms});
  CHECK(units(r) == seen{1, 2, 0, 0});
  CHECK(names(said(r, "unsorted_times"), {"2 spikes"}));
}

TEST_CASE("phy: equal times within a unit are counted as duplicates, those of two units are not") {
  test_folder const f;
  small(f, {5, 5, 7, 7, 7, 9}, {0, 1, 0, 0, 0, 1});
  auto const r = read_phy(f.path());
  CHECK(r.table.spikes() == 6);  // reported, not removed
  CHECK(names(said(r, "duplicate_spikes"), {"2 spikes"}));
  small(f, {7, 5, 7, 9}, {0, 1, 0, 1});
  CHECK(names(said(read_phy(f.path(), {.rate_hz = {}, .good_only = false, .begin = {}, .end = {}, .sort = true, .waveforms = true}), "duplicate_spikes"), {"1 spikes"}));
  small(f, {5, 5, 6}, {0, 1, 0});
  CHECK(said(read_phy(f.path()), "duplicate_spikes").empty());
}

TEST_CASE("phy: negative times, times beyond 292 years, different lengths are errors that name the file") {
  test_folder const f;
  small(f, {-1, 2}, {0, 0});
  CHECK(names(why(f), {"spike_times.npy", "spike 0", "negative", "-1"}));
  small(f, {1, 2, 3}, {0, 0});
  CHECK(names(why(f), {"spike_clusters.npy", "differ in length", "3", "2"}));
  CHECK(names(refusal([&] { (void)inspect_phy(f.path()); }), {"spike_clusters.npy", "differ in length"}));
  for (auto const late : {std::int64_t{1} << 60, (std::numeric_limits<std::int64_t>::max)()}) {
    small(f, {1, late}, {0, 0});
    CHECK(names(why(f), {"spike_times.npy", "damaged"}));
  }
  f.npy("spike_times.npy", std::vector<std::uint64_t>{1, std::uint64_t{1} << 63});
  CHECK(names(why(f), {"spike_times.npy", "element 1"}));
  f.npy("spike_times.npy", std::vector<double>{1, 2.5});  // seconds, by mistake
  CHECK(names(why(f), {"spike_times.npy", "element 1", "whole number"}));
  f.npy("spike_times.npy", ints{1, 2, 3, 4}, {2, 2});
  CHECK(names(why(f), {"spike_times.npy", "shape"}));
}

TEST_CASE("phy: every file of a real folder, cut short anywhere, is an error that names it") {
  for (auto const* name : {"spike_times.npy", "spike_clusters.npy", "spike_templates.npy", "templates.npy", "whitening_mat_inv.npy"}) {
    CAPTURE(name);
    test_folder const f;
    f.copy(ks2);
    auto const whole = read_bytes(f.path(name));
    for (std::size_t const n : {std::size_t{0}, std::size_t{5}, std::size_t{9}, std::size_t{60}, std::size_t{128}, whole.size() / 2, whole.size() - 1}) {
      CAPTURE(n);
      f.text(name, std::string_view(whole).substr(0, n));
      CHECK(names(why(f), {f.path(name)}));
    }
  }
}

TEST_CASE("phy: a path that is no such folder is an error that names it") {
  test_folder const f;
  CHECK(names(why(f), {f.path(), "times", "spike_times.npy"}));
  f.npy("spike_times.npy", ints{1});
  CHECK(names(why(f), {f.path(), "clusters", "spike_clusters.npy"}));
  CHECK(names(refusal([&] { (void)read_phy(f.path("gone")); }), {"gone", "no such folder"}));
  CHECK(names(refusal([&] { (void)read_phy(f.path("spike_times.npy")); }), {"spike_times.npy", "not a folder"}));
  auto const endless = std::string(5000, 'x');
  CHECK(names(refusal([&] { (void)read_phy(endless); }), {endless}));
  CHECK(names(refusal([&] { (void)inspect_phy(""); }), {"no such folder"}));
}

TEST_CASE("phy: a folder without a spike has its silent units and no time") {
  test_folder const f;
  small(f, {}, {});
  f.text("cluster_group.tsv", "cluster_id\tgroup\n4\tgood\n");
  auto const r = read_phy(f.path());
  CHECK(r.size() == 1);
  CHECK(r.table.spikes() == 0);
  CHECK(read_phy(f.path(), {.rate_hz = {}, .good_only = false, .begin = {}, .end = 3s, .sort = false, .waveforms = true}).when() == window<ns>{0ns, 3s});
}

TEST_CASE("phy: waveforms of the kept units only, in their order, though rows are counted over all clusters") {
  test_folder const f;
  small(f, {1, 2, 3}, {2, 5, 8});
  f.text("cluster_group.tsv", "cluster_id\tgroup\n2\tgood\n5\tnoise\n8\tgood\n");
  f.npy("mean_waveform_uV.npy", std::vector<float>{1, 2, 3, 4, 5, 6}, {3, 2});
  auto const r = read_phy(f.path());
  REQUIRE(r.waveforms.size() == 2);
  CHECK(r.waveforms[1][0] == 5);
  CHECK(r.waveforms.in_microvolts);
  CHECK(r.waveforms.rate_hz == 1000);
}

TEST_CASE("phy: a merged cluster's waveform is the mean of its spikes' templates though its number is no template's") {
  test_folder const f;
  small(f, {1, 2, 3, 4}, {10, 10, 10, 10});
  f.npy("spike_templates.npy", ints{0, 1, 1, 1});
  f.npy("templates.npy", std::vector<float>{0, -4, 4, 0, -8, 8}, {2, 3, 1});
  auto const r = read_phy(f.path());
  CHECK(std::vector<float>(r.waveforms.values) == std::vector<float>{0, -7, 7});
  CHECK_FALSE(r.waveforms.in_microvolts);
}

TEST_CASE("phy: ALF folders, in samples where there are samples, else in seconds, which need no rate") {
  test_folder const f;
  f.npy("spikes.times.npy", std::vector<double>{0.0100000004, 0.02, 0.03});
  f.npy("spikes.clusters.npy", std::vector<std::int32_t>{1, 0, 1});
  auto const seconds = read_phy(f.path());
  CHECK(times(seconds) == ints{10'000'000, 20'000'000, 30'000'000});  // to the nearest nanosecond
  CHECK(units(seconds) == seen{1, 0, 1});
  CHECK(seconds.when() == window<ns>{0ns, 30ms + 1ns});
  CHECK(seconds.format == "alf");
  CHECK(seconds.rate_hz == 0);

  f.npy("spikes.samples.npy", ints{300, 600, 901});
  f.text("params.py", "sample_rate = 30000.");
  auto const samples = read_phy(f.path());
  CHECK(times(samples) == ints{10'000'000, 20'000'000, 30'033'333});
  CHECK(samples.format == "alf");
  CHECK(samples.rate_hz == 30000);
  f.remove("params.py");
  CHECK(names(why(f), {"sampling rate is not known"}));
}

TEST_CASE("phy: seconds of ALF that are none are errors that name the file and the spike") {
  test_folder const f;
  f.npy("spikes.clusters.npy", ints{0, 0});
  for (auto const odd : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e300}) {
    f.npy("spikes.times.npy", std::vector<double>{0.5, odd});
    CHECK(names(why(f), {f.path("spikes.times.npy"), "spike 1"}));
  }
  f.npy("spikes.times.npy", std::vector<double>{-0.5, 1});
  CHECK(names(why(f), {"spikes.times.npy", "spike 0", "negative"}));
}
