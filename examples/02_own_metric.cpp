// SPDX-License-Identifier: BSL-1.0
// A metric of one's own, and a statistic of one's own: no base class to learn, no registration.
#include <cstdio>
#include <equipoise/equipoise.hpp>

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;
using tick = eq::ticks<1'000>;

// [region metric]
/// The share of bins in which inhibition per cell exceeds excitation per cell.
struct inhibitory_lead {
  using statistic = eq::joint_histogram;
  auto operator()(statistic const& bins, eq::row_info const& row) const -> double {
    return bins.fraction([&](auto e, auto i) { return i * row.sizes.e > e * row.sizes.i; });  // integers: no rounding
  }
};
// [endregion metric]

// [region statistic]
/// Bins in which one population is silent and the other is not: sums of integers, so that any two parts of a recording merge.
struct lone_bins : eq::state_base {
  std::int64_t only_e = 0, only_i = 0;
  static auto fields(auto& s) { return std::tie(s.only_e, s.only_i); }
  template <class C>
  void absorb(eq::count_row<C> const& r) {
    for (std::size_t k = 0; k < r.size(); ++k) only_e += r.e[k] > 0 && r.i[k] == 0, only_i += r.i[k] > 0 && r.e[k] == 0;
  }
  auto merge(lone_bins const& o) -> lone_bins& { return only_e += o.only_e, only_i += o.only_i, *this; }
};
struct lone_excitation {
  using statistic = lone_bins;
  auto operator()(statistic const& s, eq::row_info const& row) const -> double { return static_cast<double>(s.only_e) / static_cast<double>(row.bins); }
};
// [endregion statistic]

auto main() -> int {
  // One E cell fires every 4 ms, two I cells together every 8 ms: of eight bins of 1 ms, one has both, one has E only, six have none.
  std::vector<std::int64_t> at;
  std::vector<eq::unit_index> unit;
  for (std::int64_t t = 0; t < 8'000; t += 4) {
    at.push_back(t), unit.push_back(0);
    if (t % 8 == 0) at.insert(at.end(), {t, t}), unit.insert(unit.end(), {1, 2});
  }
  eq::spike_table<tick> const spikes(at, unit, 3, eq::window<tick>{0s, 8s});

  auto const study = eq::split({eq::cell::e, eq::cell::i, eq::cell::i}) | eq::pyramid(eq::scales{1ms, 4ms, 8ms})
                   | eq::measure("lead"_n = inhibitory_lead{}, "lone"_n = lone_excitation{}, "rho"_n = eq::zero_lag_correlation{});
  auto const r = spikes | study;

  std::printf("  width     I leads   E alone        r\n");
  for (auto [scale, lead, lone, rho] : eq::rows(r["scale"_n], r["lead"_n], r["lone"_n], r["rho"_n]))
    std::printf("%5.0f ms  %8.3f  %8.3f  %7.3f%s\n", eq::in_ms(scale), lead, lone, rho, std::string(rho != rho ? "   (" + std::string(eq::to_string(eq::reason_of(rho))) + ")" : "").c_str());

  // Per cell E and I are equal where both fire; in bins of 8 ms each E bin holds two spikes per cell and each I bin one.
  auto const right = r["lead"_n] == std::vector{0.0, 0.0, 0.0} && r["lone"_n] == std::vector{0.125, 0.5, 0.0};
  std::printf("%s\n", right ? "right" : "WRONG");
  return right ? 0 : 1;
}
