// SPDX-License-Identifier: BSL-1.0
// A stage of one's own: excitatory and inhibitory events go in, fewer go out; the laws of the fold are checked.
#include <cstdio>
#include <equipoise/equipoise.hpp>
#include <equipoise/testing/laws.hpp>

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;
using tick = eq::ticks<1'000>;

// [region stage]
/// Keeps each event with probability `keep`, decided by its time: the same events whatever the blocks, so that the fold's laws hold.
struct thinned : eq::stage_base {
  using takes = eq::ei_events;
  using gives = eq::ei_events;
  double keep = 1;
  std::uint64_t seed = 1;

  template <eq::tick T>
  auto layout_after(eq::ei_layout<T> const& l) const { return l; }

  template <eq::tick T, class Down>
  struct state : eq::state_base {
    Down down;
    double keep;
    std::uint64_t seed;
    state(Down d, thinned const& how) : down(std::move(d)), keep(how.keep), seed(how.seed) {}
    static auto fields(auto& s) { return std::tie(s.down); }
    auto merge(state const& o) -> state& { return down.merge(o.down), *this; }

    void absorb(eq::ei_block<T> const& b) {
      std::vector<std::uint32_t> e, i;
      std::copy_if(b.e.begin(), b.e.end(), std::back_inserter(e), [&](std::uint32_t t) { return stays(b.origin.count() + t, 0); });
      std::copy_if(b.i.begin(), b.i.end(), std::back_inserter(i), [&](std::uint32_t t) { return stays(b.origin.count() + t, 1); });
      down.absorb(eq::ei_block<T>{b.when, b.origin, e, i, {}, {}});
    }
    auto stays(std::int64_t t, std::uint64_t population) const -> bool { return eq::random_stream(seed + population, static_cast<std::uint64_t>(t)).uniform() < keep; }
  };
  template <eq::tick T, class Down>
  auto attach(eq::ei_layout<T> const&, Down d) const { return state<T, Down>(std::move(d), *this); }
};
// [endregion stage]

auto main() -> int {
  eq::random_stream random(5);
  std::vector<std::int64_t> at;
  std::vector<eq::unit_index> unit;
  for (std::int64_t t = 0; t < 200'000; ++t)
    if (random.uniform() < 0.05) at.insert(at.end(), {t, t}), unit.insert(unit.end(), {0, 1});  // E and I always together: r = 1
  eq::spike_table<tick> const spikes(at, unit, 2, eq::window<tick>{0s, 200s});

  auto half = thinned{};
  half.keep = 0.5;
  auto const study = eq::split({eq::cell::e, eq::cell::i}) | half | eq::pyramid(eq::scales{1ms, 100ms}) | eq::measure("rho"_n = eq::zero_lag_correlation{}, "n"_n = eq::mean_activity{});
  auto const r = spikes | study;
  auto const laws = eq::check_fold(study, spikes, 1, 20);
  for (auto [scale, rho, n] : eq::rows(r["scale"_n], r["rho"_n], r["n"_n])) std::printf("%4.0f ms   r = %.3f   %.3f spikes a bin\n", eq::in_ms(scale), rho, n.e);
  // Halves of the same spikes: covariance p²λ over variance pλ, about p (1 − λ)/(1 − pλ) at 1 ms
  auto const right = std::abs(r["rho"_n][0] - 0.5 * (1 - 0.05) / (1 - 0.5 * 0.05)) < 0.02 && laws.holds();
  std::printf("%s; the laws hold for %d partitions: %s\n", right ? "right" : "WRONG", laws.partitions, laws.holds() ? "yes" : "NO");
  return right ? 0 : 1;
}
