// SPDX-License-Identifier: BSL-1.0
// ei_balance info: what a folder holds, and what would be kept.
#include <cstdio>
#include <equipoise/io/phy.hpp>

#include "analysis.hpp"

using namespace equipoise;

auto print_info(options const& o) -> int {
  phy_options p;
  p.good_only = o.good_only;
  p.rate_hz = o.rate_hz;
  auto const s = inspect_phy(o.recording, p);
  std::printf("%s\n", o.recording.c_str());
  std::printf("  in the file  %10lld spikes  %6zu units  (%zu without spikes)\n", static_cast<long long>(s.spikes), s.units, s.silent_units);
  for (auto const& [why, n] : s.dropped) std::printf("  dropped      %10lld spikes  %6lld units  %s\n", static_cast<long long>(n.spikes), static_cast<long long>(n.units), why.c_str());
  std::printf("  kept         %10lld spikes  %6zu units\n", static_cast<long long>(s.kept_spikes), s.kept_units);
  if (s.rate_hz) std::printf("  rate         %10g Hz\n", *s.rate_hz);
  else std::printf("  rate            unknown: an analysis needs --rate-hz\n");
  if (s.extent_s) std::printf("  extent       %10.3f to %.3f s\n", s.extent_s->first, s.extent_s->second);
  else if (s.rate_hz) std::printf("  extent          unknown: the last spike stands at %.3f s; give --end\n", static_cast<double>(s.last) / *s.rate_hz);
  else std::printf("  extent          unknown: the last spike is at sample %lld\n", static_cast<long long>(s.last));
  return 0;
}
