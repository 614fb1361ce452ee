// SPDX-License-Identifier: BSL-1.0
// ei_balance info: what a folder holds, and what would be kept.
#include <algorithm>
#include <cstdio>
#include <equipoise/io/phy.hpp>

#include "analysis.hpp"

using namespace equipoise;

auto print_info(options const& o, std::function<void(std::string const&)> const& write) -> int {
  auto s = inspect_phy(o.recording, reading(o));
  if (s.negative > 0) s.warnings.push_back({"negative_times", "spikes with negative times: " + std::to_string(s.negative) + "; an analysis refuses them: shift the times so that the recording begins at 0"});
  if (s.unsorted > 0) s.warnings.push_back({"unsorted_times", "spikes earlier than the one above them: " + std::to_string(s.unsorted) + "; an analysis refuses them: sort times and clusters together"});
  if (!o.json.empty()) write(to_json(s, o.recording));
  if (!o.quiet)
    for (auto const& w : s.warnings) std::fprintf(stderr, "warning: %s\n", w.message.c_str());
  if (o.json == "-" || (o.quiet && !o.json.empty())) return 0;
  std::printf("%s\n", o.recording.c_str());
  std::printf("  in the file  %10lld spikes  %6zu units  (%zu without spikes)\n", static_cast<long long>(s.spikes), s.units, s.silent_units);
  for (auto const& [why, n] : s.dropped) {
    auto name = why;
    std::replace(name.begin(), name.end(), '_', ' ');
    std::printf("  dropped      %10lld spikes  %6lld units  %s\n", static_cast<long long>(n.spikes), static_cast<long long>(n.units), name.c_str());
  }
  std::printf("  kept         %10lld spikes  %6zu units\n", static_cast<long long>(s.kept_spikes), s.kept_units);
  if (s.rate_hz) std::printf("  rate         %10g Hz\n", *s.rate_hz);
  else std::printf("  rate            unknown: an analysis needs --rate-hz\n");
  if (s.extent) std::printf("  extent       %10.3f to %.3f s\n", in_seconds(s.extent->begin), in_seconds(s.extent->end));
  else if (s.rate_hz) std::printf("  extent          unknown: the last spike stands at %.3f s; give --end\n", static_cast<double>(s.last) / *s.rate_hz);
  else std::printf("  extent          unknown: the last spike is at sample %lld\n", static_cast<long long>(s.last));
  return 0;
}
