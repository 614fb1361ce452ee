// SPDX-License-Identifier: BSL-1.0
// The program ei_balance, run as a user runs it: the bundled recording, and every bad input that its documentation names.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <equipoise/io/npy.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct outcome {
  int code = -1;
  std::string out;  ///< standard output and standard error
};
/// In the quick form, without a null, unless the arguments ask for one: the last --surrogates holds.
auto run(std::string const& arguments, bool errors = true) -> outcome {
  outcome r;
  auto* const pipe = popen((std::string(EQUIPOISE_EI_BALANCE) + " --surrogates 0 " + arguments + (errors ? " 2>&1" : " 2>/dev/null")).c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> part{};
  for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;) r.out.append(part.data(), n);
  auto const status = pclose(pipe);
  r.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;  // a crash is no exit
  return r;
}
auto const rat = std::string(EQUIPOISE_EXAMPLE_DATA "/rat_prefrontal_T224_2019_12_18");

/// A folder that goes away with the test.
struct folder {
  fs::path path = fs::temp_directory_path() / ("equipoise_cli_" + std::to_string(static_cast<unsigned>(std::rand())));
  folder() { fs::create_directories(path); }
  folder(folder const&) = delete;
  auto operator=(folder const&) -> folder& = delete;
  ~folder() { fs::remove_all(path); }
  auto write(std::string const& name, std::string const& bytes) const -> std::string {
    std::ofstream(path / name, std::ios::binary) << bytes;
    return (path / name).string();
  }
  [[nodiscard]] auto text() const -> std::string { return path.string(); }
};

/// A one-dimensional npy file, version 1.
template <class T>
auto npy(char const* type, std::vector<T> const& values, std::size_t claimed = 0) -> std::string {
  auto header = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (" + std::to_string(claimed == 0 ? values.size() : claimed) + ",), }";
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() % 256);
  bytes += static_cast<char>(header.size() / 256);
  bytes += header;
  bytes.append(reinterpret_cast<char const*>(values.data()), values.size() * sizeof(T));
  return bytes;
}
/// A small sorted recording: units 0 and 1, 1 000 Hz, 2 s.
void small_recording(folder const& f, std::vector<std::uint64_t> times = {10, 20, 500, 900, 1500}, std::vector<std::int32_t> clusters = {0, 1, 0, 1, 0}) {
  f.write("spike_times.npy", npy("<u8", times));
  f.write("spike_clusters.npy", npy("<i4", clusters));
  f.write("params.py", "sample_rate = 1000.\n");
}
auto parsed(std::string const& arguments, int code = 0) -> json {
  auto const r = run(arguments + " --quiet --json -", false);
  CAPTURE(arguments);
  CHECK(r.code == code);
  return json::parse(r.out);
}
/// Every member that is null, or an array with a null in it, has its reason, and nothing else has one.
void null_beside_a_reason(json const& x) {
  if (x.is_array())
    for (auto const& one : x) null_beside_a_reason(one);
  if (!x.is_object()) return;
  for (auto const& [name, value] : x.items()) {
    if (name == "reason") continue;
    CAPTURE(name);
    auto const undefined = value.is_null() || (value.is_array() && std::find(value.begin(), value.end(), nullptr) != value.end());
    CHECK(undefined == (x.contains("reason") && x["reason"].is_object() && x["reason"].contains(name) && x["reason"][name].is_string()));
    null_beside_a_reason(value);
  }
}
auto keys(json const& x) -> std::set<std::string> {
  std::set<std::string> all;
  for (auto const& [name, value] : x.items())
    if (name != "reason") all.insert(name);
  return all;
}
/// Refused: an exit code, not a crash, and a sentence that has these words.
void refused(std::string const& arguments, std::vector<std::string> const& words) {
  auto const r = run(arguments);
  CAPTURE(arguments);
  CAPTURE(r.out);
  CHECK(r.code != 0);
  CHECK(r.code < 126);
  for (auto const& w : words) CHECK_MESSAGE(r.out.find(w) != std::string::npos, "no '" << w << "'");
}

}  // namespace

TEST_CASE("ei_balance: the bundled recording gives the figures that independent code found") {
  auto const r = run(rat + " --threshold-ms 0.428 --widths 1ms,5ms,10ms,100ms,1s,3s --json - --quiet", false);
  REQUIRE(r.code == 0);
  auto const j = json::parse(r.out);
  CHECK(j["cells"]["excitatory"] == 268);
  CHECK(j["cells"]["inhibitory"] == 23);
  CHECK(j["cells"]["unclassified"] == 6);
  CHECK(j["cells"]["labels"] == "putative");
  CHECK(j["recording"]["units"] == 297);
  CHECK(j["recording"]["spikes"] == 375119);
  CHECK(j["recording"]["end_s"] == 600);
  double const expected[] = {.029, NAN, .148, .359, .449, .569};
  REQUIRE(j["scales"].size() == 6);
  for (std::size_t k = 0; k < 6; ++k)
    if (!std::isnan(expected[k])) CHECK(std::abs(j["scales"][k]["rho"].get<double>() - expected[k]) <= .001);
  CHECK(j["scales"][1]["lag_ms"]["peak"] == 0);
  CHECK(j["scales"][1]["width_ms"] == 5);
  CHECK(j["null"]["computed"] == false);
}

TEST_CASE("ei_balance: a cut on the other side of one cell gives other numbers, and the program says so") {
  auto const r = run(rat + " --threshold-ms 0.428");
  CHECK(r.code == 0);
  CHECK(r.out.find("unit 286") != std::string::npos);
  CHECK(r.out.find("no null was asked for") != std::string::npos);
  CHECK(r.out.find("no control was computed") != std::string::npos);
}

TEST_CASE("ei_balance: all scales are listed, what is undefined is null beside a reason, states are given one by one") {
  folder const f;
  auto const states = f.write("states.csv", "begin_s,end_s,state\n0,100,quiet\n100,130,active\n130,200,quiet\n");
  auto const r = run(rat + " --states " + states + " --end 200 --quiet --json -", false);
  REQUIRE(r.code == 0);
  auto const j = json::parse(r.out);
  REQUIRE(j["scales"].size() == 32);
  auto const& last = j["scales"][31];  // 18 bins of 10.9 s
  CHECK(last["rho"].is_null());
  CHECK(last["reason"]["rho"] == "too few complete bins at this scale");
  CHECK(last["lag_ms"]["peak"].is_null());
  CHECK(last["lag_ms"]["reason"].contains("peak"));
  REQUIRE(j["states"].size() == 2);
  CHECK(j["states"][0]["state"] == "quiet");
  CHECK(j["states"][0]["seconds"] == 170);
  CHECK(j["states"][1]["scales"][0]["bins"] == 30000);
  CHECK(j["recording"]["dropped"]["after_end"]["spikes"].get<int>() + j["recording"]["spikes"].get<int>() == 375119);
}

TEST_CASE("ei_balance: the JSON has the members that its documentation names, null beside a reason, and is the same in every run") {
  auto const arguments = rat + " --end 120 --lags 12";
  auto const j = parsed(arguments);
  CHECK(keys(j) == std::set<std::string>{"format", "version", "recording", "cells", "null", "warnings", "scales"});
  CHECK(keys(j["recording"]) == std::set<std::string>{"source", "format", "begin_s", "end_s", "units", "spikes", "units_in_file", "spikes_in_file", "dropped"});
  CHECK(keys(j["cells"]) == std::set<std::string>{"excitatory", "inhibitory", "unclassified", "method", "labels", "classifier", "cut_ms", "dip", "modes", "mixture", "units", "warnings"});
  null_beside_a_reason(j["cells"]);
  REQUIRE(j["scales"].size() == 32);
  for (auto const& s : j["scales"]) {
    CHECK(keys(s) == std::set<std::string>{"width_ms", "bins", "incomplete_bins", "mean_e", "mean_i", "active_e", "active_i", "fano_e", "fano_i", "rho", "rho_ci", "lag_ms", "asymmetry", "deviation", "imbalance", "symmetry", "correlation_by_lag", "labels"});
    CHECK(keys(s["lag_ms"]) == std::set<std::string>{"peak", "interpolated", "centroid"});
    CHECK(keys(s["symmetry"]) == std::set<std::string>{"angle_deg", "axis_ratio", "slope", "orthogonal_residual"});
    for (auto const* name : {"zscored", "relative", "relative_floor_removed", "tail_index", "peak", "unit_sum", "per_cell", "active_fraction"}) CHECK(s["deviation"].contains(name));
    CHECK(s["correlation_by_lag"].size() == 25);
    auto const ns = s["width_ms"].get<double>() * 1e6;
    CHECK(std::abs(ns - std::round(ns)) < 1e-5);  // a whole number of nanoseconds
    CHECK(s["bins"].get<std::int64_t>() == static_cast<std::int64_t>(120e9 / ns));
  }
  null_beside_a_reason(j["scales"]);
  CHECK(j["scales"][31]["rho"].is_null());  // 10 bins
  CHECK(run(arguments + " --quiet --json -", false).out == run(arguments + " --quiet --json -", false).out);
}

TEST_CASE("ei_balance: the null, the controls and what more cells would give stand beside r, the same for any number of threads") {
  auto const arguments = rat + " --threshold-ms 0.428 --widths 1ms,10ms,100ms,1s --surrogates 200 --controls";
  auto const j = parsed(arguments + " --threads 1");
  CHECK(j["null"]["computed"] == true);
  CHECK(j["null"]["surrogate"] == "circular shift of inhibition by 10 s or more");
  CHECK(parsed(arguments + " --threads 2") == j);
  CHECK(parsed(arguments + " --seed 2")["scales"][0]["null"] != j["scales"][0]["null"]);
  for (auto const& s : j["scales"]) {
    CHECK(keys(s["null"]) == std::set<std::string>{"mean", "sd", "lo", "hi", "p", "q", "p_max", "draws"});
    CHECK(keys(s["lag_null"]) == std::set<std::string>{"mean_ms", "sd_ms", "lo_ms", "hi_ms", "p", "q", "p_max", "draws"});
    CHECK(keys(s["controls"]) == std::set<std::string>{"same_class", "rate_matched", "label_swap"});
    CHECK(keys(s["zero_lag"]) == std::set<std::string>{"lo", "hi", "equivalent", "margin_ms", "edge_share"});
    double const rho = s["rho"], mean = s["null"]["mean"], sd = s["null"]["sd"];
    CHECK(s["null"]["hi"].get<double>() < rho);
    CHECK(std::abs(s["null"]["p"].get<double>() - 1 / 201.0) < 1e-12);
    CHECK(std::abs(mean) < 0.2 * sd);  // a circle of shifts has the mean 0 but for the shifts near 0, which are left out
    for (auto const& c : s["controls"]) CHECK(c["lo"].get<double>() <= c["mean"].get<double>());
    CHECK(std::abs(s["controls"]["label_swap"]["reference"].get<double>() - rho) < 1e-12);
    CHECK(s["rho_infinity"].get<double>() > rho);
    CHECK(s["rho_infinity"].get<double>() < 1);
    CHECK(s["rho_high_pass"].get<double>() < rho);
  }
  // independent code: between a group of RS cells of the same size and the other RS cells r is about half at 10 to 100 ms, 50 to 80 % at 1 s
  auto share = [&](std::size_t k) { return j["scales"][k]["controls"]["same_class"]["mean"].get<double>() / j["scales"][k]["controls"]["same_class"]["reference"].get<double>(); };
  CHECK(std::abs(share(1) - 0.5) < 0.1);
  CHECK(std::abs(share(2) - 0.5) < 0.1);
  CHECK(share(3) > 0.5);
  CHECK(share(3) < 0.85);
  CHECK(std::any_of(j["warnings"].begin(), j["warnings"].end(), [](json const& w) { return w["code"] == "not_specific_to_inhibition"; }));
  CHECK(std::none_of(j["warnings"].begin(), j["warnings"].end(), [](json const& w) { return w["code"] == "no_null" || w["code"] == "no_controls"; }));
}

TEST_CASE("ei_balance: a thousand draws of the null are the default, and every surrogate can be one") {
  folder const f;
  auto const file = (f.path / "j.json").string();
  REQUIRE(std::system((std::string(EQUIPOISE_EI_BALANCE) + " " + rat + " --widths 1s --quiet --json " + file).c_str()) == 0);
  CHECK(json::parse(std::ifstream(file))["scales"][0]["null"]["draws"] == 1000);
  for (auto const& [null, words] : {std::pair{"shift --null-width 20s", "circular shift of inhibition by 20 s"}, {"shift-units", "circular shift of each unit"}, {"jitter --null-width 50ms", "windows of 50 ms"}, {"dither", "up to 20 ms either way"}, {"isi", "intervals in random order"},
                                    {"joint-isi", "joint-interval"}, {"poisson", "Poisson"}}) {
    CAPTURE(null);
    auto const j = parsed(rat + " --threshold-ms 0.428 --widths 10ms,1s --surrogates 9 --null " + null);
    CHECK(j["null"]["surrogate"].get<std::string>().find(words) != std::string::npos);
    CHECK(j["scales"][0]["null"]["draws"] == 9);
    CHECK(!j["scales"][0]["null"]["mean"].is_null());
  }
  refused(rat + " --null bootstrap", {"--null", "shift"});
  refused(rat + " --surrogates 1.5", {"--surrogates", "whole number"});
  refused(rat + " --null-width 0ms", {"--null-width", "longer than nothing"});
  refused(rat + " --end 15 --surrogates 5 --null shift-units", {"too short to be shifted", "20"});
  refused(rat + " --surrogates 1", {"--surrogates", "or 0 for none"});
  auto const short_one = parsed(rat + " --end 15 --widths 100ms --surrogates 5");  // a circle of 15 s has no shift of 10 s
  CHECK(short_one["null"]["computed"] == false);
  CHECK(short_one["null"]["reason"].get<std::string>().find("twice the least shift of 10 s") != std::string::npos);
  CHECK(!short_one["scales"][0].contains("null"));
  CHECK(std::any_of(short_one["warnings"].begin(), short_one["warnings"].end(), [](json const& w) { return w["code"] == "no_null"; }));
}

TEST_CASE("ei_balance: pairs of units are counted, tested and listed") {
  auto const p = parsed(rat + " --threshold-ms 0.428 --widths 1s --pairs")["pairs"];
  CHECK(p["tested"] == 297 * 296);
  CHECK(p["tiling_ms"] == 5);
  REQUIRE(p["tiling"].size() == 3);
  CHECK(p["tiling"][0]["pairs"].get<int>() == 268 * 267 / 2);
  CHECK(std::abs(p["expected_false"]["excitatory"].get<double>() - 297 * 296 * .001) < 1e-6);
  REQUIRE(p["connections"].size() > 10);  // 56: two ordered pairs in 3 000
  CHECK(p["connections"].size() < 200);
  for (auto const& t : p["tiling"]) CHECK(std::abs(t["mean"].get<double>()) < 0.05);
  CHECK(p["tiling"][2]["mean"].get<double>() > p["tiling"][0]["mean"].get<double>());  // FS cells fire together more than RS cells do
  for (auto const& c : p["connections"]) {
    CHECK(c["q"].get<double>() >= 0);
    CHECK(c["q"].get<double>() <= 1);
    CHECK(keys(c) == std::set<std::string>{"from", "to", "from_class", "to_class", "sign", "q", "transmission_probability"});
    CHECK((c["sign"] == "inhibitory") == (c["transmission_probability"].get<double>() < 0));
  }
}

TEST_CASE("ei_balance: the mixture is the default; each classifier says what it found, and the JSON lists the units") {
  auto const j = parsed(rat + " --widths 100ms")["cells"];
  CHECK(j["classifier"] == "mixture");
  CHECK(j["inhibitory"].get<int>() >= 23);
  CHECK(j["inhibitory"].get<int>() <= 30);
  CHECK(j["mixture"]["features"] == json::array({"trough_to_peak_ms"}));
  CHECK(j["mixture"]["refused"] == false);
  CHECK(j["mixture"]["bic"][1].get<double>() < j["mixture"]["bic"][0].get<double>() - 10);
  CHECK(j["mixture"]["components"][0]["class"] == "FS");
  CHECK(j["mixture"]["components"][0]["mean"][0].get<double>() < j["mixture"]["components"][1]["mean"][0].get<double>());
  REQUIRE(j["units"].size() == 297);
  int excitatory = 0, inhibitory = 0;
  for (auto const& u : j["units"]) {
    excitatory += u["class"] == "E" ? 1 : 0, inhibitory += u["class"] == "I" ? 1 : 0;
    if (!u["posterior_i"].is_null() && u["class"] != "none") CHECK((u["posterior_i"].get<double>() >= .95) == (u["class"] == "I"));
  }
  CHECK(j["excitatory"] == excitatory);
  CHECK(j["inhibitory"] == inhibitory);
  auto const permissive = parsed(rat + " --widths 100ms --confidence 0.9")["cells"];
  CHECK(permissive["unclassified"].get<int>() <= j["unclassified"].get<int>());
  auto const kmeans = parsed(rat + " --widths 100ms --classifier kmeans --features trough_to_peak_ms,log10_rate")["cells"];
  CHECK(kmeans["kmeans"]["features"] == json::array({"trough_to_peak_ms", "log10_rate"}));
  CHECK(kmeans["kmeans"]["silhouette"].get<double>() > 0);
  CHECK(parsed(rat + " --widths 100ms --classifier threshold")["cells"]["cut_ms"] == 0.425);
  CHECK(parsed(rat + " --widths 100ms --threshold-ms primate")["cells"]["cut_ms"] == 0.5);
}

TEST_CASE("ei_balance: what hangs on the labels stands beside r") {
  auto const j = parsed(rat + " --widths 100ms,1s --relabel 20 --threads 2");
  for (auto const& s : j["scales"]) {
    auto const& l = s["labels"];
    CHECK(keys(l) == std::set<std::string>{"mean", "sd", "lo", "hi", "draws", "undefined"});
    CHECK(l["lo"].get<double>() <= l["mean"].get<double>());
    CHECK(l["mean"].get<double>() <= l["hi"].get<double>());
    CHECK(l["draws"].get<int>() + l["undefined"].get<int>() == 20);
  }
  CHECK(parsed(rat + " --widths 100ms,1s --relabel 20 --threads 1")["scales"] == j["scales"]);
  CHECK_FALSE(parsed(rat + " --widths 100ms --relabel 0")["scales"][0].contains("labels"));
  CHECK_FALSE(parsed(rat + " --widths 100ms --threshold-ms 0.428")["scales"][0].contains("labels"));
}

TEST_CASE("ei_balance: connections count as evidence where that is asked for") {
  auto const plain = parsed(rat + " --widths 1s --relabel 0"), both = parsed(rat + " --widths 1s --relabel 0 --evidence --pairs");
  CHECK(both["cells"]["method"].get<std::string>().find("interactions") != std::string::npos);
  CHECK_FALSE(plain.contains("pairs"));
  auto const& c = both["pairs"]["consistency"];
  CHECK(c["false_discovery"] == 0.05);
  CHECK(c["from_e"][0].get<int>() > 0);
  std::int64_t sure = 0;
  for (auto const& one : both["pairs"]["connections"]) sure += one["q"].get<double>() <= .05 ? 1 : 0;
  CHECK(sure == c["from_e"][0].get<int>() + c["from_e"][1].get<int>() + c["from_i"][0].get<int>() + c["from_i"][1].get<int>() + c["from_unclassified"].get<int>());
  int moved = 0;
  for (std::size_t u = 0; u < 297; ++u) {
    auto const before = plain["cells"]["units"][u]["class"], after = both["cells"]["units"][u]["class"];
    moved += before != after ? 1 : 0;
    CHECK((before == after || before == "none" || after == "none"));  // never from one side to the other
  }
  CHECK(moved < 30);
}

TEST_CASE("ei_balance: cells writes a row per unit, of a recording or of waveforms, which can be given back as labels") {
  folder const f;
  auto const rows = [](std::string const& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); };
  auto const table = run("cells " + rat + " --threshold-ms 0.428 --quiet", false);
  CHECK(table.code == 0);
  CHECK(rows(table.out) == 298);
  CHECK(table.out.starts_with("unit,class,posterior_fs,trough_to_peak_ms,half_width_ms,half_peak_width_ms,"));
  auto const header = table.out.substr(0, table.out.find('\n'));
  CHECK(header.ends_with(",flags"));
  for (auto const* name : {",rate_hz,", ",burst_index,", ",acg_tau_rise_ms,"}) CHECK(header.find(name) != std::string::npos);
  auto const count = [&](std::string const& text, std::string const& what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
  };
  CHECK(count(table.out, ",RS,") == 268);
  CHECK(count(table.out, ",FS,") == 23);
  CHECK(count(table.out, ",none,") == 6);
  CHECK(count(table.out, "positive_going") == 6);
  auto const given = parsed(rat + " --widths 100ms --labels " + f.write("cells.csv", table.out))["cells"];
  CHECK(given["excitatory"] == 268);
  CHECK(given["inhibitory"] == 23);
  CHECK(given["labels"] == "given");

  // four rows: narrow, wide, nothing but padding, and upside down
  auto const spike = [](double peak_ms, double sign) {
    std::vector<float> w;
    for (int k = 0; k < 60; ++k) {
      auto const t = k / 20.0 - 1;
      w.push_back(static_cast<float>(sign * (-100 * std::exp(-t * t / (2 * .1 * .1)) + 30 * std::exp(-(t - peak_ms) * (t - peak_ms) / (2 * .15 * .15)))));
    }
    return w;
  };
  std::vector<float> all = spike(.4, 1), wide = spike(.8, 1), inverted = spike(.8, -1), padding(60, NAN);
  for (auto const* w : {&wide, &padding, &inverted}) all.insert(all.end(), w->begin(), w->end());
  auto const file = f.write("w.npy", equipoise::npy_bytes(std::span<float const>(all), {4, 60}));
  auto const out = (f.path / "w.csv").string(), found = (f.path / "w.json").string();
  auto const r = run("cells --waveforms " + file + " --rate-hz 20000 --threshold-ms rodent --csv " + out + " --json " + found);
  CHECK(r.code == 0);
  CHECK(r.out.find("4 units: 1 RS, 1 FS, 2 none") != std::string::npos);
  std::ifstream in(out);
  std::string line;
  std::getline(in, line);
  CHECK(line.find("rate_hz") == std::string::npos);
  for (auto const* start : {"0,FS,nan,0.4,", "1,RS,nan,0.8,", "2,none,nan,nan,", "3,none,nan,0.8,"}) {
    std::getline(in, line);
    CHECK(line.starts_with(start));
  }
  CHECK(line.find("positive_going") != std::string::npos);
  std::ifstream json_in(found);
  CHECK(json::parse(json_in)["cells"]["cut_ms"] == 0.425);
  CHECK(run("cells --waveforms " + file + " --rate-hz 20000").code == 0);  // too few for a mixture: refused in words, all none
  CHECK(run("cells --waveforms " + file + " --rate-hz 20000").out.find("only 2 units can be used") != std::string::npos);
  refused("cells --waveforms " + file, {"--rate-hz"});
  refused("cells --waveforms " + file + " --rate-hz 20000 --features rate_hz", {"no spikes"});
  refused("cells --waveforms " + file + " --rate-hz 20000 --evidence", {"needs spikes"});
  refused("cells --waveforms " + file + " --rate-hz 20000 --features widht_ms", {"widht_ms", "trough_to_peak_ms"});
  refused("cells --waveforms " + rat + "/spike_times.npy --rate-hz 20000 --classifier threshold", {"spike_times.npy"});
  refused("cells " + rat + " --waveforms " + file + " --rate-hz 20000", {"instead of a recording"});
}

TEST_CASE("ei_balance: classifiers and labels that contradict one another are refused or said to be idle") {
  folder const f;
  auto const labels = f.write("l.csv", "unit,class\n0,E\n1,I\n");
  refused(rat + " --classifier mixture --labels " + labels, {"exclude each other"});
  refused(rat + " --classifier labels", {"--labels"});
  refused(rat + " --classifier astrology", {"astrology"});
  refused(rat + " --confidence 0.3", {"0.3"});
  refused(rat + " --threshold-ms wide", {"wide"});
  refused(rat + " --features trough_to_peak_ms,trough_to_peak_ms", {"twice"});
  auto const r = run(rat + " --widths 1s --labels " + labels + " --threshold-ms 0.4 --confidence 0.9 --features cv2 --relabel 5");
  CHECK(r.code == 0);
  for (auto const* option : {"--threshold-ms", "--confidence", "--features", "--relabel"}) CHECK(r.out.find(std::string(option) + " was not used, as the classes come from --labels") != std::string::npos);
}

TEST_CASE("ei_balance: info counts what an analysis keeps and drops, by the same reasons") {
  for (auto const* options : {"", " --quality good", " --begin 100 --end 200.5", " --begin 90s", " --end 30000ms"}) {
    CAPTURE(options);
    auto const whole = parsed(rat + options + " --widths 1s"), counts = parsed("info " + rat + options);
    for (auto const* member : {"begin_s", "end_s", "units", "spikes", "units_in_file", "spikes_in_file", "dropped", "format"}) CHECK(whole["recording"][member] == counts["recording"][member]);
    CHECK(counts["recording"]["spikes_in_file"] == 375119);
  }
}

TEST_CASE("ei_balance: begin restricts and does not move the bins' origin") {
  // 700 ms bins end at 4.9, 5.6, … s; between 4.5 and 60 s lie [4.9, 5.6) to [58.8, 59.5)
  auto const s = parsed(rat + " --begin 4.5 --end 60 --widths 700ms")["scales"][0];
  CHECK(s["bins"] == 78);
  CHECK(s["incomplete_bins"] == 2);
  auto const early = parsed(rat + " --begin=-5 --widths 100ms");
  CHECK(early["recording"]["begin_s"] == 0);
  CHECK(early["scales"][0]["bins"] == 6000);
}

TEST_CASE("ei_balance: options stand before and after the recording and the subcommand, and the last one holds") {
  CHECK(parsed("--widths 1s,2s " + rat)["scales"].size() == 2);
  CHECK(parsed("--threshold-ms 0.3 " + rat + " --threshold-ms 0.428 --widths 1s")["cells"]["inhibitory"] == 23);
  auto const all = std::string(" --threshold-ms 0.4 --quality all --rate-hz 30000 --scales 3 --first 1ms --step 0.2 --widths 1ms,2ms --lags 3 --begin 0 --end 2 --seed 3 --quiet ");
  CHECK(run("info" + all + rat).code == 0);
  CHECK(run(all + "info " + rat).code == 0);
  CHECK(run(all + rat + " info").code == 0);
  auto const idle = parsed(rat + " --scales 3 --widths 1s");
  CHECK(idle["scales"].size() == 1);
  CHECK(std::any_of(idle["warnings"].begin(), idle["warnings"].end(), [](json const& w) { return w["code"] == "option_unused"; }));
}

TEST_CASE("ei_balance: durations take ns, us, ms, s, min, h, and blanks; bare numbers of --begin and --end are seconds") {
  auto const j = parsed(rat + " --begin 0.25min --end 15500ms --widths '250us, 1.5ms,0.02s'");
  CHECK(j["recording"]["begin_s"] == 15);
  CHECK(j["recording"]["end_s"] == 15.5);
  REQUIRE(j["scales"].size() == 3);
  CHECK(j["scales"][0]["width_ms"] == 0.25);
  CHECK(j["scales"][1]["width_ms"] == 1.5);
  CHECK(j["scales"][2]["width_ms"] == 20);
}

TEST_CASE("ei_balance: what goes to standard output stands there alone") {
  auto const page = run(rat + " --widths 1s --report -", false).out;
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(page.ends_with("</html>\n"));
  auto const table = run(rat + " --widths 1s --csv -", false).out;
  CHECK(std::count(table.begin(), table.end(), '\n') == 2);
}

TEST_CASE("ei_balance: a recording in which no scale can be measured is written with its reasons, and the exit code is 2") {
  folder const f;
  small_recording(f);
  auto const j = parsed(f.text() + " --end 2 --widths 10ms --labels " + f.write("l.csv", "unit,class\n0,E\n1,none\n"), 2);
  CHECK(j["scales"][0]["rho"].is_null());
  CHECK(j["scales"][0]["reason"]["rho"] == "a population has no units");
  null_beside_a_reason(j["scales"]);
  auto const r = run(f.text() + " --end 2 --widths 10ms --quiet --json /dev/null --labels " + (f.path / "l.csv").string());
  CHECK(r.out.find("no scale could be measured") != std::string::npos);
}

TEST_CASE("ei_balance: the report is one file that fetches nothing; CSV has a row per scale") {
  folder const f;
  auto const page = (f.path / "report.html").string(), table = (f.path / "table.csv").string();
  REQUIRE(run(rat + " --quiet --report " + page + " --csv " + table).code == 0);
  CHECK(fs::file_size(page) > 20'000);
  std::ifstream in(table);
  std::string line;
  int lines = 0;
  while (std::getline(in, line)) ++lines;
  CHECK(lines == 33);
}

TEST_CASE("ei_balance: info needs no rate and no waveforms, and takes the common options after it") {
  folder const f;
  small_recording(f);
  fs::remove(f.path / "params.py");
  auto const r = run("info " + f.text());
  CHECK(r.code == 0);
  CHECK(r.out.find('5') != std::string::npos);
  CHECK(run("info " + rat + " --quality good").out.find("375119") != std::string::npos);
}

TEST_CASE("ei_balance: correlogram writes what brute force by numpy counted, needs no waveforms, and says what the array is") {
  std::string const golden = EQUIPOISE_TEST_DATA "/golden/";
  folder const f;
  fs::copy_file(golden + "in_spike_times.npy", f.path / "spike_times.npy");
  fs::copy_file(golden + "in_spike_clusters.npy", f.path / "spike_clusters.npy");
  f.write("params.py", "sample_rate = 30000.\n");
  auto const out = f.text() + "/ccg.npy";
  auto equals = [&](std::string const& name) {
    auto const ours = equipoise::as_dense<std::int64_t>(equipoise::read_npy(out)), theirs = equipoise::as_dense<std::int64_t>(equipoise::read_npy(golden + name));
    return ours.shape == theirs.shape && ours.values == theirs.values;
  };
  auto const r = run("correlogram " + f.text() + " --end 60 --window 50ms --bin 1ms --convention half_open --out " + out);
  CHECK(r.code == 0);
  CHECK(r.out.find("20 units x 20 units x 100 bins of 1 ms (half open)") != std::string::npos);
  CHECK(equals("ccg_int_halfopen100.npy"));
  CHECK(run("correlogram --out " + out + " " + f.text() + " --end 60 --quiet").out.empty());
  CHECK(equals("ccg_int_centered101.npy"));
  CHECK(run("correlogram " + f.text() + " --end 60 --window 50ms --bin 3ms --out " + out).out.find("not a whole number of bins") != std::string::npos);
  CHECK(run("correlogram " + f.text()).code >= 100);
}

TEST_CASE("ei_balance: labels may come through a pipe, in any case of letters") {
  folder const f;
  small_recording(f);
  auto const r = run(f.text() + " --labels /dev/stdin --widths 1ms,10ms --end 2 --quiet --json - < " + f.write("l.csv", "unit,class\r\n0,fs\r\n1,Rs\r\n"), false);
  REQUIRE(r.code == 0);
  auto const j = json::parse(r.out);
  CHECK(j["cells"]["labels"] == "given");
  CHECK(j["cells"]["inhibitory"] == 1);
  CHECK(j["recording"]["end_s"] == 2);
  CHECK(std::system(("bash -c '" + std::string(EQUIPOISE_EI_BALANCE) + " " + f.text() + " --quiet --end 2 --labels <(cat " + (f.path / "l.csv").string() + ") --json /dev/null'").c_str()) == 0);
}

TEST_CASE("ei_balance: the same numbers for any number of threads, from merged parts, and after a run was cut off") {
  folder const f;
  auto const states = f.write("states.csv", "begin_s,end_s,state\n0,100.5,a\n100.5,300,b\n350,400,a\n");
  auto const common = rat + " --threshold-ms 0.428 --quiet --states " + states + " --window 20s --hop 5s";
  auto const numbers = [&](std::string const& arguments) {
    auto const r = run(arguments + " --json -", false);
    REQUIRE(r.code == 0);
    auto const all = json::parse(r.out);
    return json{all.at("scales"), all.at("states"), all.at("windows")};
  };
  auto const one = numbers(common + " --threads 1");
  CHECK(one[1].size() == 2);
  CHECK(one[2].size() == 117);  // (600 − 20) / 5 + 1
  CHECK(one[2][3]["begin_s"] == 15);
  CHECK(numbers(common + " --threads 4") == one);

  auto const part = [&](std::string const& name, std::string const& more) { return common + " --checkpoint " + f.text() + "/" + name + " " + more; };
  CHECK(run(part("c", "--begin 411.1")).code == 0);
  CHECK(run(part("a", "--end 123.4567")).code == 0);
  CHECK(run(part("b", "--begin 123.4567 --end 411.1")).code == 0);
  auto const three = f.text() + "/c " + f.text() + "/a " + f.text() + "/b";
  CHECK(numbers("merge " + three + " --quiet") == one);
  CHECK(run("merge " + three + " --report " + f.text() + "/r.html").code == 0);

  // Resumed from a checkpoint of the first part, asked for the whole.
  CHECK(numbers(part("a", "--resume")) == one);
  CHECK(numbers(part("a", "--resume")) == one);  // nothing is left to do
  for (auto const& [arguments, sentence] : std::vector<std::pair<std::string, std::string>>{
           {"merge " + f.text() + "/b " + f.text() + "/a", "shares time with a part before it"},
           {"merge " + f.text() + "/none", "none"},
           {"merge " + states, "not the bytes of a state"},
           {part("b", "--end 300 --resume"), "time that was not asked for"},
           {common + " --lags 7 --resume --checkpoint " + f.text() + "/c", "set up in another way"},
           {rat + " --window 5s --hop 300ms", "whole number of hops"},
           {rat + " --window 700s", "longer than what is analysed"},
           {rat + " --hop 1s", "goes with --window"},
           {rat + " --resume", "goes with --checkpoint"},
           {rat + " --threads many", "whole number"}}) {
    auto const r = run(arguments);
    CHECK_MESSAGE(r.code != 0, arguments);
    CHECK_MESSAGE(r.code != 128, arguments);
    CHECK_MESSAGE(r.out.find(sentence) != std::string::npos, arguments << ": " << r.out);
  }
  f.write("b", "cut");
  CHECK(run("merge " + f.text() + "/b").out.find("not the bytes of a state") != std::string::npos);
}

TEST_CASE("ei_balance: r comes with its interval, undefined where blocks are too few") {
  auto const all = json::parse(run(rat + " --threshold-ms 0.428 --quiet --json -", false).out);
  auto defined = 0;
  for (auto const& s : all.at("scales")) {
    auto const& ci = s.at("rho_ci");
    REQUIRE(ci.size() == 2);
    if (ci[0].is_null()) {
      CHECK(s.at("reason").contains("rho_ci"));
      continue;
    }
    ++defined;
    CHECK(ci[0].get<double>() < s.at("rho").get<double>());
    CHECK(s.at("rho").get<double>() < ci[1].get<double>());
  }
  CHECK(defined >= 30);  // 600 s: at 10.9 s there are 54 bins, so that all scales have 20 blocks
  auto const short_one = json::parse(run(rat + " --end 19 --quiet --json -", false).out);
  CHECK(short_one.at("scales")[0].at("rho_ci")[0].is_null());
  CHECK(short_one.at("scales")[0].at("reason").at("rho_ci") == "the recording is too short for an interval: fewer than 20 blocks");
}

TEST_CASE("ei_balance: bad input is refused with a sentence") {
  folder const f;
  SUBCASE("an empty folder") { refused(f.text(), {"spike_times.npy"}); }
  SUBCASE("no such folder") { refused(f.text() + "/nowhere", {"nowhere"}); }
  SUBCASE("a truncated file") {
    small_recording(f);
    f.write("spike_times.npy", npy<std::uint64_t>("<u8", {1, 2, 3}, 5));
    refused(f.text() + " --labels " + f.write("l.csv", "unit,class\n0,E\n1,I\n"), {"spike_times.npy", "expected", "found"});
  }
  SUBCASE("an absurd shape") {
    small_recording(f);
    f.write("spike_times.npy", npy<std::uint64_t>("<u8", {1, 2, 3}, 0x7FFFFFFFFFFFFFFF));
    refused("info " + f.text(), {"spike_times.npy"});
  }
  SUBCASE("unsorted times") {
    small_recording(f, {10, 900, 20, 30, 40});
    refused(f.text() + " --labels " + f.write("l.csv", "unit,class\n0,E\n1,I\n"), {"ascending"});
  }
  SUBCASE("clusters and times of different length") {
    small_recording(f, {10, 20, 30}, {0, 1});
    refused(f.text(), {"3", "2", "spike_clusters"});
  }
  SUBCASE("no rate") {
    small_recording(f);
    fs::remove(f.path / "params.py");
    refused(f.text(), {"rate"});
  }
  SUBCASE("no waveforms and no labels") {
    small_recording(f);
    refused(f.text(), {"--labels"});
  }
  SUBCASE("labels for a unit that is nowhere") {
    small_recording(f);
    refused(f.text() + " --labels " + f.write("l.csv", "unit,class\n0,E\n1,I\n77,I\n"), {"77"});
  }
  SUBCASE("an unknown class") {
    small_recording(f);
    refused(f.text() + " --labels " + f.write("l.csv", "unit,class\n0,E\n1,pyramidal\n"), {"pyramidal", "row"});
  }
  SUBCASE("a file of labels that is not there") {
    small_recording(f);
    refused(f.text() + " --labels " + f.text() + "/none.csv", {"none.csv"});
  }
  SUBCASE("zero scales") { refused(rat + " --scales 0", {"--scales", "at least one scale"}); }
  SUBCASE("scales that do not increase") { refused(rat + " --step 0", {"increase"}); }
  SUBCASE("an empty scale") { refused(rat + " --widths 0ms,1ms", {"longer than nothing"}); }
  SUBCASE("a width without unit") { refused(rat + " --widths 5", {"unit"}); }
  SUBCASE("end before begin") { refused(rat + " --begin 20 --end 10", {"--end", "--begin"}); }
  SUBCASE("a window outside the recording") { refused(rat + " --begin 700", {"600"}); }
  SUBCASE("two states that overlap") {
    refused(rat + " --states " + f.write("s.csv", "begin_s,end_s,state\n0,100,wake\n90,120,sleep\n"), {"overlap", "wake", "sleep"});
  }
  SUBCASE("a state that ends before it begins") {
    refused(rat + " --states " + f.write("s.csv", "begin_s,end_s,state\n0,100,wake\n120,110,sleep\n"), {"row 3", "sleep", "110"});
  }
  SUBCASE("a table without states") { refused(rat + " --states " + f.write("s.csv", "begin_s,end_s,state\n"), {"s.csv", "no state"}); }
  SUBCASE("a folder without spikes") {
    small_recording(f, {}, {});
    refused(f.text() + " --labels " + f.write("l.csv", "unit,class\n"), {"no spike", "--end"});
  }
  SUBCASE("times beyond what can be told") {
    for (auto const* absurd : {"--begin nan", "--end 1e300", "--first 1e300s", "--first nanms", "--widths 1ms,300000000000s", "--begin inf"}) refused(rat + " " + absurd, {"--", "'"});
    refused(rat + " --scales 1000", {"292 years", "fewer scales"});
  }
  SUBCASE("widths that do not increase") { refused(rat + " --widths 10ms,1ms", {"--widths", "increase"}); }
  SUBCASE("an empty width") { refused(rat + " --widths 1ms,,2ms", {"--widths", "duration"}); }
  SUBCASE("no lag") { refused(rat + " --lags 0", {"--lags", "at least one"}); }
  SUBCASE("numbers that are none") {
    refused(rat + " --rate-hz 0", {"--rate-hz", "above 0"});
    refused(rat + " --rate-hz inf", {"--rate-hz", "above 0"});
    refused(rat + " --threshold-ms -1", {"--threshold-ms", "above 0"});
    refused(rat + " --seed -1", {"--seed", "whole number"});
  }
  SUBCASE("two results into one file") {
    refused(rat + " --json - --csv -", {"--json", "--csv", "two files"});
    refused(rat + " --json a --report a", {"--json", "--report"});
  }
  SUBCASE("a quality that does not exist") { refused(rat + " --quality best", {"good"}); }
  SUBCASE("a report that cannot be written") { refused(rat + " --quiet --report /nowhere/at/all.html", {"/nowhere/at/all.html", "written"}); }
  SUBCASE("a full disk") {
    refused(rat + " --quiet --widths 1s --json /dev/full", {"/dev/full", "written", "room"});
    refused(rat + " --quiet --widths 1s --csv - >/dev/full", {});
  }
  SUBCASE("what is refused leaves no file behind") {
    refused(f.text() + " --json " + f.text() + "/new.json", {"spike_times.npy"});
    CHECK_FALSE(fs::exists(f.path / "new.json"));
  }
}

TEST_CASE("ei_balance: what can be done is done, and said") {
  folder const f;
  SUBCASE("a recording shorter than a scale: that scale is null, with a warning") {
    small_recording(f);
    auto const r = run(f.text() + " --end 2 --labels " + f.write("l.csv", "unit,class\n0,E\n1,I\n") + " --widths 10ms,5s --json -");
    CHECK(r.code == 0);
    CHECK(r.out.find("too few complete bins") != std::string::npos);
    CHECK(r.out.find("fewer than 20 complete bins") != std::string::npos);
  }
  SUBCASE("a cluster of the table without spikes may have a label") {
    small_recording(f);
    f.write("cluster_group.tsv", "cluster_id\tgroup\n0\tgood\n1\tgood\n5\tgood\n");
    CHECK(run(f.text() + " --end 2 --quiet --labels " + f.write("l.csv", "unit,class\n0,E\n1,I\n5,E\n") + " --json /dev/null").code == 0);
  }
  SUBCASE("no extent: the last spike ends the recording, with a warning") {
    small_recording(f);
    auto const r = run(f.text() + " --labels " + f.write("l.csv", "unit,class\n0,E\n1,I\n") + " --widths 10ms");
    CHECK(r.code == 0);
    CHECK(r.out.find("--end") != std::string::npos);
  }
  SUBCASE("states outside the recording are left out, with a warning") {
    small_recording(f);
    auto const r = run(f.text() + " --end 2 --widths 10ms --labels " + f.write("l.csv", "unit,class\n0,E\n1,I\n") + " --states " + f.write("s.csv", "begin_s,end_s,state\n0,1.5,wake\n50,60,sleep\n"));
    CHECK(r.code == 0);
    CHECK(r.out.find("state 'sleep': 0.0 of its 10.0 s") != std::string::npos);
  }
  SUBCASE("times that are not ascending are counted by info") {
    small_recording(f, {10, 900, 20, 30, 40});
    auto const r = run("info " + f.text());
    CHECK(r.code == 0);
    CHECK(r.out.find("earlier than the one above them: 1") != std::string::npos);
  }
  SUBCASE("noise is dropped and counted") {
    small_recording(f);
    f.write("cluster_group.tsv", "cluster_id\tgroup\n0\tgood\n1\tnoise\n");
    auto const r = run("info " + f.text());
    CHECK(r.code == 0);
    CHECK(r.out.find("noise") != std::string::npos);
  }
}
