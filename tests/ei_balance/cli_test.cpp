// SPDX-License-Identifier: BSL-1.0
// The program ei_balance, run as a user runs it: the bundled recording, and every bad input that its documentation names.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct outcome {
  int code = -1;
  std::string out;  ///< standard output and standard error
};
auto run(std::string const& arguments, bool errors = true) -> outcome {
  outcome r;
  auto* const pipe = popen((std::string(EQUIPOISE_EI_BALANCE) + " " + arguments + (errors ? " 2>&1" : " 2>/dev/null")).c_str(), "r");
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
  CHECK(r.out.find("no null was computed") != std::string::npos);
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

TEST_CASE("ei_balance: labels may come through a pipe, in any case of letters") {
  folder const f;
  small_recording(f);
  auto const r = run(f.text() + " --labels /dev/stdin --widths 1ms,10ms --end 2 --quiet --json - < " + f.write("l.csv", "unit,class\r\n0,fs\r\n1,Rs\r\n"), false);
  REQUIRE(r.code == 0);
  auto const j = json::parse(r.out);
  CHECK(j["cells"]["labels"] == "given");
  CHECK(j["cells"]["inhibitory"] == 1);
  CHECK(j["recording"]["end_s"] == 2);
  CHECK(run("cat " + (f.path / "l.csv").string() + " >/dev/null; true").code != 127);
  CHECK(std::system(("bash -c '" + std::string(EQUIPOISE_EI_BALANCE) + " " + f.text() + " --quiet --end 2 --labels <(cat " + (f.path / "l.csv").string() + ") --json /dev/null'").c_str()) == 0);
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
  SUBCASE("zero scales") { refused(rat + " --scales 0", {"at least one scale"}); }
  SUBCASE("scales that do not increase") { refused(rat + " --step 0", {"increase"}); }
  SUBCASE("an empty scale") { refused(rat + " --widths 0ms,1ms", {"longer than nothing"}); }
  SUBCASE("a width without unit") { refused(rat + " --widths 5", {"unit"}); }
  SUBCASE("end before begin") { refused(rat + " --begin 20 --end 10", {"--end", "--begin"}); }
  SUBCASE("a window outside the recording") { refused(rat + " --begin 700", {"600"}); }
  SUBCASE("two states that overlap") {
    refused(rat + " --states " + f.write("s.csv", "begin_s,end_s,state\n0,100,wake\n90,120,sleep\n"), {"overlap", "wake", "sleep"});
  }
  SUBCASE("a quality that does not exist") { refused(rat + " --quality best", {"good"}); }
  SUBCASE("a report that cannot be written") { refused(rat + " --quiet --report /nowhere/at/all.html", {"/nowhere/at/all.html", "written"}); }
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
  SUBCASE("noise is dropped and counted") {
    small_recording(f);
    f.write("cluster_group.tsv", "cluster_id\tgroup\n0\tgood\n1\tnoise\n");
    auto const r = run("info " + f.text());
    CHECK(r.code == 0);
    CHECK(r.out.find("noise") != std::string::npos);
  }
}
