// SPDX-License-Identifier: BSL-1.0
// equipoise_bench: Google Benchmark's options, and --export DIR, which writes the benchmark's recording for the peers.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <equipoise/io/npy.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "recording.hpp"

namespace {

void write(std::filesystem::path const& to, std::vector<std::int64_t> const& values) {
  std::ofstream out(to, std::ios::binary);
  out << equipoise::npy_bytes<std::int64_t>(values, {values.size()});
  if (!out) throw equipoise::error("cannot write " + to.string());
}

void export_to(std::filesystem::path const& folder) {
  auto const& r = bench::h1u100<bench::tick>();
  std::vector<std::int64_t> e, i, widths;
  for (std::size_t k = 0; k < r.table.spikes(); ++k) {
    auto const c = r.cells[r.table.unit()[k]];
    if (c != equipoise::cell::neither) (c == equipoise::cell::e ? e : i).push_back(r.table.at()[k]);
  }
  for (auto const w : equipoise::log_scales<32>()) widths.push_back(std::chrono::round<bench::tick>(w).count());
  std::filesystem::create_directories(folder);
  write(folder / "e.npy", e), write(folder / "i.npy", i), write(folder / "widths.npy", widths);
  std::printf("%zu and %zu spikes at 30 kHz, %zu widths, in %s\n", e.size(), i.size(), widths.size(), folder.c_str());
}

}  // namespace

auto main(int argc, char** argv) -> int {
  try {
    if (argc == 3 && std::string_view(argv[1]) == "--export") return export_to(argv[2]), 0;
  } catch (std::exception const& e) {
    std::fprintf(stderr, "equipoise_bench: %s\n", e.what());
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
