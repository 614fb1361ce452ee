// SPDX-License-Identifier: BSL-1.0
// A folder of recordings on the ranks of a cluster: one table, whoever read what. A recording that cannot be analysed has a row that says why.
//   mpirun -n 8 08_cluster FOLDER --csv TABLE      without arguments: the recording shipped beside this file, and one that is not there
#include <algorithm>
#include <cstdio>
#include <equipoise/classify/threshold.hpp>
#include <equipoise/equipoise.hpp>
#include <equipoise/io/phy.hpp>
#include <equipoise/parallel/mpi_each.hpp>
#include <filesystem>

namespace eq = equipoise;
namespace fs = std::filesystem;
using namespace eq::literals;
using namespace std::chrono_literals;

auto study_of(eq::labelling const& cells) {
  return eq::split(cells) | eq::pyramid(eq::log_scales<32>(1ms, 0.3)) | eq::measure("rho"_n = eq::zero_lag_correlation{}, "lag"_n = eq::peak_lag{.within = 20}, "deviation"_n = eq::relative_deviation{});
}
auto in_quotes(std::string const& text) -> std::string {
  std::string out = "\"";
  for (auto const c : text) out += c == '"' ? "\"\"" : c == '\n' ? " " : std::string(1, c);
  return out + '"';
}
/// The rows of one recording, as they stand in the table.
auto rows_of(std::string const& folder) -> std::string {
  auto const recording = eq::read_phy(folder);
  auto const balance = recording | study_of(eq::classify(recording, eq::threshold{}));
  std::string rows;
  for (auto [scale, bins, rho, lag, deviation] : eq::rows(balance["scale"_n], balance["bins"_n], balance["rho"_n], balance["lag"_n], balance["deviation"_n])) {
    char numbers[160];
    std::snprintf(numbers, sizeof numbers, ",%.9g,%lld,%.17g,%.17g,%.17g,\n", eq::in_ms(scale), static_cast<long long>(bins), rho, lag.interpolated * eq::in_ms(scale), deviation);
    rows += in_quotes(folder) + numbers;
  }
  return rows;
}
auto recordings_below(fs::path const& folder) -> std::vector<std::string> {
  if (!fs::is_directory(folder)) throw eq::error(folder.string() + ": no such folder; name one that holds phy folders, at any depth");
  std::vector<std::string> found;
  for (auto const& file : fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied))
    if (file.path().filename() == "spike_times.npy") found.push_back(file.path().parent_path().string());
  std::sort(found.begin(), found.end());
  return found;
}

auto main(int argc, char** argv) -> int try {
  auto const given = argc == 4 && std::string(argv[2]) == "--csv";
  if (argc != 1 && !given) return std::fprintf(stderr, "usage: mpirun -n RANKS 08_cluster FOLDER --csv TABLE\n"), 2;
  auto const shipped = fs::path(__FILE__).parent_path() / "data";
  // [region each]
  eq::mpi::world const world;
  auto folders = eq::mpi::on_root(world, [&] { return recordings_below(given ? argv[1] : shipped); });  // listed once: the same list everywhere
  if (!given) folders.push_back((shipped / "not_there").string());

  auto size_of = [](std::string const& folder) { return fs::file_size(fs::path(folder) / "spike_times.npy"); };
  auto tell = [&, n = 0](std::size_t k, auto const& outcome) mutable {  // on rank 0, as results come in
    std::fprintf(stderr, "%d of %zu: %s: %s\n", ++n, folders.size(), folders[k].c_str(), outcome.value ? "done" : outcome.problem.c_str());
  };
  auto const outcomes = eq::mpi::each(folders, size_of, world, rows_of, tell);
  // [endregion each]
  if (given && world.rank() != 0) return 0;
  auto table = std::string("recording,width_ms,bins,rho,lag_ms,deviation,problem\n");
  for (std::size_t k = 0; k < outcomes.size(); ++k) table += outcomes[k].value ? *outcomes[k].value : in_quotes(folders[k]) + ",,,,,," + in_quotes(outcomes[k].problem) + '\n';
  auto const failed = std::count_if(outcomes.begin(), outcomes.end(), [](auto const& o) { return !o.value; });
  if (given) return eq::replace_file(argv[3], table), failed == 0 ? 0 : 1;

  // [region one]
  auto const recording = eq::read_phy(folders.front());  // the other way: all ranks share one recording
  auto const study = study_of(eq::classify(recording, eq::threshold{}));
  auto const shared = eq::mpi::run(study, recording, world);
  // [endregion one]

  if (world.rank() == 0) std::fputs(table.c_str(), stdout);
  auto const alone = recording | study;
  auto const right = shared["rho"_n] == alone["rho"_n] && alone["bins"_n].front() > 1'000 && (world.rank() != 0 || (failed == 1 && outcomes.front().value == rows_of(folders.front())));
  return right ? 0 : 1;
} catch (std::exception const& e) {
  return std::fprintf(stderr, "08_cluster: %s\n", e.what()), 1;
}
