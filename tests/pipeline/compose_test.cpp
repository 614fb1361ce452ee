// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<1'000>;

namespace {
auto const made = testing::random_recording<tk>(4, {.units = 6, .length = 20'000, .spikes = 6'000, .gaps = true, .begin = 0});
auto const& table = made.first;
auto widths() -> scales { return {2ms, 10ms, 50ms}; }
auto rho() { return measure("rho"_n = zero_lag_correlation{}); }

/// A partition that does nothing, to see where it may stand.
struct as_it_is : partition_base {
  template <analysis A>
  auto over(A a) const -> A {
    return a;
  }
};
/// An analysis of events as a user might write it: spikes and blocks' ticks.
struct tally : analysis_base {
  using takes = events;
  struct state : state_base {
    std::int64_t spikes = 0, ticks = 0;
    static auto fields(auto& s) { return std::tie(s.spikes, s.ticks); }
    template <tick T>
    void absorb(event_block<T> const& b) {
      spikes += static_cast<std::int64_t>(b.size()), ticks += b.when.length().count();
    }
    auto merge(state const& o) -> state& { return spikes += o.spikes, ticks += o.ticks, *this; }
  };
  template <tick T>
  [[nodiscard]] auto start(layout<T> const&) const -> state {
    return {};
  }
  [[nodiscard]] auto finish(state const& s) const { return make_record("spikes"_n = s.spikes, "ticks"_n = s.ticks); }
};
/// A stage as a user might write it: only the spikes of one unit go on.
struct only : stage_base {
  using takes = events;
  using gives = events;
  unit_index kept = 0;
  explicit only(unit_index u) : kept(u) {}

  template <class L>
  [[nodiscard]] auto layout_after(L const& l) const -> L {
    return l;
  }
  template <class Down>
  struct state : state_base {
    unit_index kept;
    Down down;
    state(unit_index u, Down d) : kept(u), down(std::move(d)) {}
    static auto fields(auto& s) { return std::tie(s.down); }
    template <tick T>
    void absorb(event_block<T> const& b) {
      std::vector<std::int64_t> at;
      for (std::size_t k = 0; k < b.size(); ++k)
        if (b.unit[k] == kept) at.push_back(b.at[k]);
      std::vector<unit_index> const unit(at.size(), kept);
      down.absorb(event_block<T>{b.when, at, unit});
    }
    auto merge(state const& o) -> state& { return down.merge(o.down), *this; }
  };
  template <class L, class Down>
  [[nodiscard]] auto attach(L const&, Down down) const -> state<Down> {
    return {kept, std::move(down)};
  }
};

using two_stages = decltype(split(std::vector<cell>{}) | pyramid(widths()));
using study = decltype(split(std::vector<cell>{}) | pyramid(widths()) | rho());

static_assert(stage<split> && stage<pyramid<std::chrono::nanoseconds>> && stage<only> && stage<two_stages>);
static_assert(!stage<study> && !stage<tally> && !stage<as_it_is> && !stage<int> && !stage<stage_base>);
static_assert(analysis<study> && analysis<tally> && analysis<decltype(pyramid(widths()) | rho())>);
static_assert(analysis<decltype(as_it_is{} | split(std::vector<cell>{}) | pyramid(widths()) | rho())>);
static_assert(!analysis<split> && !analysis<two_stages> && !analysis<as_it_is> && !analysis<int> && !analysis<analysis_base>);
static_assert(analysis<study, ticks<30'000>> && analysis<study, std::chrono::milliseconds>);  // of any tick
static_assert(partition<as_it_is> && !partition<split> && !partition<study> && !partition<int>);
static_assert(std::same_as<two_stages::takes, events> && std::same_as<two_stages::gives, counts>);
static_assert(std::same_as<study::takes, events>);
static_assert(std::same_as<decltype(split(std::vector<cell>{}) | pyramid(widths()).with_units())::gives, unit_counts>);
}  // namespace

TEST_CASE("compose: however it is bracketed, a study is the same") {
  auto const s = split(made.second);
  auto const a = table | (s | pyramid(widths()) | rho());
  auto const b = table | (s | (pyramid(widths()) | rho()));
  auto const c = table | s | pyramid(widths()) | rho();  // read from the left
  auto const d = table | (s | pyramid(widths())) | rho();
  auto const e = table | compose(s, pyramid(widths()), rho());
  auto const f = compose(table.blocks(), s, pyramid(widths()), rho());
  auto const g = table | as_it_is{} | s | pyramid(widths()) | rho();
  auto const h = table | (as_it_is{} | as_it_is{} | s | pyramid(widths()) | rho());
  REQUIRE(std::none_of(a["rho"_n].begin(), a["rho"_n].end(), [](double r) { return r != r; }));
  for (auto const* r : {&b, &c, &d, &e, &f, &g, &h}) {
    CHECK((*r)["rho"_n] == a["rho"_n]);
    CHECK((*r)["bins"_n] == a["bins"_n]);
    CHECK((*r)["incomplete"_n] == a["incomplete"_n]);
  }
  static_assert(std::same_as<decltype(s | pyramid(widths()) | rho()), decltype(s | (pyramid(widths()) | rho()))>);
}

TEST_CASE("compose: sources may be temporaries, references, and things that can be read again") {
  auto const whole = table | split(made.second) | pyramid(widths()) | rho();
  auto const again = split(made.second) | pyramid(widths()) | rho();
  CHECK((table.blocks() | again)["rho"_n] == whole["rho"_n]);
  auto blocks = table.blocks(tk{333});
  CHECK((blocks | again)["rho"_n] == whole["rho"_n]);
  CHECK_FALSE(blocks.next());  // read to the end, by reference
  CHECK((table.blocks(tk{77}) | split(made.second) | pyramid(widths()) | rho())["rho"_n] == whole["rho"_n]);
  auto const waiting = spike_table<tk>(table) | split(made.second);  // holds its temporary
  CHECK((waiting | pyramid(widths()) | rho())["rho"_n] == whole["rho"_n]);
}

TEST_CASE("compose: analyses and stages that a user writes need nothing but their members") {
  auto const all = table | tally{};
  CHECK(all["spikes"_n] == static_cast<std::int64_t>(table.spikes()));
  std::int64_t observed = 0;
  for (auto const& w : table.observed()) observed += w.length().count();
  CHECK(all["ticks"_n] == observed);
  CHECK((table | only{2} | tally{})["spikes"_n] == static_cast<std::int64_t>(table[2].raw().size()));
  CHECK((table | only{2} | only{3} | tally{})["spikes"_n] == 0);
}

TEST_CASE("compose: a labelling of another size is refused before the first event") {
  CHECK_THROWS_WITH_AS((table | split({cell::e, cell::i}) | pyramid(widths()) | rho()), doctest::Contains("2 labels"), error);
}
