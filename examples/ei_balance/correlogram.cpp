// SPDX-License-Identifier: BSL-1.0
// ei_balance correlogram: cross- and autocorrelograms of all units with spikes, as one array of numpy.
#include <algorithm>
#include <cstdio>
#include <equipoise/correlate/correlogram.hpp>
#include <equipoise/io/npy.hpp>
#include <equipoise/io/phy.hpp>
#include <equipoise/parallel/threads.hpp>

#include "analysis.hpp"

using namespace equipoise;

namespace {
/// The spikes of the units that have any, units by rising number.
auto by_rising_id(recording const& r, std::vector<std::int64_t>& ids) -> spike_table<std::chrono::nanoseconds> {
  std::vector<unit_index> order;
  for (unit_index u = 0; u < r.size(); ++u)
    if (r[u].size() > 0) order.push_back(u);
  std::sort(order.begin(), order.end(), [&](unit_index a, unit_index b) { return r.units[a].id < r.units[b].id; });
  std::vector<unit_index> row(r.size());
  for (std::size_t k = 0; k < order.size(); ++k) row[order[k]] = static_cast<unit_index>(k), ids.push_back(r.units[order[k]].id);
  std::vector<unit_index> unit(r.table.unit().begin(), r.table.unit().end());
  for (auto& u : unit) u = row[u];
  return {std::vector<std::int64_t>(r.table.at().begin(), r.table.at().end()), std::move(unit), order.size(), r.table.observed()};
}
template <lag_bins B>
auto bytes_of(spike_table<std::chrono::nanoseconds> const& spikes, B bins, std::size_t threads, std::size_t& count) -> std::string {
  auto const table = run_parallel(spikes, correlograms(bins), threads);
  count = table.bins();
  auto const all = table.all_counts();
  return npy_bytes(std::span(all), {table.size(), table.size(), table.bins()});
}
}  // namespace

auto write_correlogram(options const& o, std::function<void(std::string const&)> const& write) -> int {
  auto const recording = read_phy(o.recording, reading(o));
  std::vector<std::int64_t> ids;
  auto const spikes = by_rising_id(recording, ids);
  if (ids.empty()) throw error({.where = o.recording, .place = {}, .problem = "no unit has a spike, so that there is nothing to correlate", .expected = {}, .found = {}, .advice = "is this the right folder, and do --begin and --end leave anything?"});
  std::size_t bins = 0;
  write(o.correlogram.half_open ? bytes_of(spikes, half_open{o.correlogram.within, o.correlogram.bin}, o.threads, bins) : bytes_of(spikes, centred{o.correlogram.within, o.correlogram.bin}, o.threads, bins));
  if (o.quiet || o.correlogram.out == "-") return 0;
  std::printf("%s: %zu units x %zu units x %zu bins of %g ms (%s), [i, j, b] counts spikes of j after (b above the middle) or before a spike of i\n", o.correlogram.out.c_str(), ids.size(), ids.size(), bins, in_ms(o.correlogram.bin),
              o.correlogram.half_open ? "half open" : "centred");
  std::string list;
  for (auto const id : ids) list += (list.empty() ? "" : " ") + std::to_string(id);
  std::printf("  units %s\n", list.c_str());
  return 0;
}
