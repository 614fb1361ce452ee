// SPDX-License-Identifier: BSL-1.0
// A live monitor: a generator delivers blocks of 20 ms in real time, some late and some lost, and the last two seconds are watched as they pass.
//   07_live_monitor [SECONDS]    default 3
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <equipoise/equipoise.hpp>
#include <thread>

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;
using tick = eq::ticks<30'000>;

auto main(int argc, char** argv) -> int {
  auto const seconds = argc > 1 ? std::atoi(argv[1]) : 3;
  auto const end = std::chrono::round<tick>(std::chrono::seconds(seconds));
  eq::random_stream random(1);
  eq::common_source<tick> const pair{.shared_hz = 120, .e_hz = 80, .i_hz = 80, .delay = 90 * tick{1}};  // inhibition follows by 3 ms
  auto const amplifier = eq::table_of(pair.trains({tick{0}, end}, random));
  eq::event_block<tick> const all{amplifier.when(), amplifier.at(), amplifier.unit()};

  // [region monitor]
  auto watch = eq::stream(eq::sliding(2s, 500ms) | eq::split({eq::cell::e, eq::cell::i}) | eq::pyramid(eq::scales{1ms, 5ms, 20ms})
                            | eq::measure("rho"_n = eq::zero_lag_correlation{}, "lag"_n = eq::peak_lag{.within = 15}),
                          eq::layout<tick>{{tick{0}, (tick::max)()}, 2}, {.horizon = 1s});
  // [endregion monitor]

  auto const begun = std::chrono::steady_clock::now();
  std::printf("   time    r at 20 ms    I follows E by   late blocks\n");
  auto next_line = tick{0} + 2s;
  std::vector<eq::window<tick>> held_back;
  for (auto t = tick{0}; t < end; t += 20ms) {
    std::this_thread::sleep_until(begun + std::chrono::ceil<std::chrono::nanoseconds>(t));  // in real time
    eq::window<tick> const block{t, t + 20ms};
    auto const fate = random.below(100);
    if (fate < 2) continue;                                     // a packet is lost
    if (fate < 6) held_back.push_back(block);                   // a packet is overtaken
    else watch.absorb(all.within(block));
    if (held_back.size() == 2) {
      for (auto const& w : held_back) watch.absorb(all.within(w));
      held_back.clear();
    }
    if (t + 20ms >= next_line) {
      auto const now = watch.result();
      std::printf("%5.1f s         %5.2f         %6.2f ms   %12lld\n", eq::in_seconds(next_line), now["rho"_n][2], now["lag"_n][0].interpolated, static_cast<long long>(watch.counts().late));
      next_line += 500ms;
    }
  }

  auto const last = watch.result();
  auto const overlap = 1 - 3.0 / 20;  // r at 20 ms = 120/200 · (1 − 3/20); the peak at 1 ms lies at 3 ms
  auto const right = std::abs(last["rho"_n][2] - 0.6 * overlap) < 0.25 && last["lag"_n][0].bins >= 2 && last["lag"_n][0].bins <= 3 && watch.counts().late > 0;
  std::printf("as expected: %s\n", right ? "yes" : "NO");
  return right ? 0 : 1;
}
