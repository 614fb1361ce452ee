// SPDX-License-Identifier: BSL-1.0
// The same study on the whole recording, block by block as an amplifier delivers it, and in shuffled parts on two machines: equal, bit for bit.
#include <cstdio>
#include <equipoise/equipoise.hpp>

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;
using tick = eq::ticks<30'000>;

auto main() -> int {
  eq::random_stream random(3);
  std::vector<std::int64_t> at;
  std::vector<eq::unit_index> unit;
  for (std::int64_t t = 0; t < 30'000 * 60;) {
    at.push_back(t), unit.push_back(static_cast<eq::unit_index>(random.below(8)));
    t += static_cast<std::int64_t>(random.exponential() * 300);  // 100 Hz in all
  }
  eq::spike_table<tick> const spikes(at, unit, 8, eq::window<tick>{0s, 60s});
  eq::event_block<tick> const all{spikes.when(), spikes.at(), spikes.unit()};
  eq::layout<tick> const layout{spikes.when(), spikes.size()};

  using enum eq::cell;
  auto const study = eq::split({e, e, e, e, i, i, i, neither}) | eq::pyramid(eq::log_scales<20>())
                   | eq::measure("rho"_n = eq::zero_lag_correlation{}, "curve"_n = eq::correlation_by_lag{.within = 10}, "tail"_n = eq::tail_index{});

  auto whole = eq::start(study, layout);
  whole.absorb(all);

  // [region stream]
  auto live = eq::stream(study, layout);
  for (auto t = tick{0}; t < spikes.when().end; t += 777ms) {  // blocks of 777 ms, the last one shorter
    live.absorb(all.within({t, std::min<tick>(t + 777ms, spikes.when().end)}));
    if (t == 15'540ms) std::printf("after %4.1f s   r at 10 ms = %.4f\n", eq::in_seconds(t), live.result()["rho"_n][7]);
  }
  // [endregion stream]

  std::vector<eq::window<tick>> parts;
  for (auto t = tick{0}; t < spikes.when().end; t += 1234ms) parts.push_back({t, std::min<tick>(t + 1234ms, spikes.when().end)});
  for (auto k = parts.size(); k > 1; --k) std::swap(parts[k - 1], parts[random.below(k)]);
  auto here = eq::start(study, layout), there = eq::start(study, layout);
  for (std::size_t k = 0; k < parts.size(); ++k) (k % 2 == 0 ? here : there).absorb(all.within(parts[k]));
  here.merge(there);

  auto const result = live.result();
  std::printf("after %4.1f s   r at 10 ms = %.4f\n", eq::in_seconds(spikes.when().end), result["rho"_n][7]);
  auto const equal = live.state() == whole && here == whole;
  std::printf("streamed == whole: %s; shuffled and merged == whole: %s\n", live.state() == whole ? "yes" : "NO", here == whole ? "yes" : "NO");
  return equal ? 0 : 1;
}
