// SPDX-License-Identifier: BSL-1.0
// The minimal models of the reference pages (docs/reference): they compile, give what the page says, and hold the laws.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/classify/classify.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/fork.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/testing/laws.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "../random_recording.hpp"

namespace eq = equipoise;
using namespace eq::literals;
using namespace std::chrono_literals;
using tk = eq::ticks<1'000>;

// [region statistic]
struct coincidences : eq::state_base {  // bins, and those in which both populations fire
  std::int64_t bins = 0, both = 0;
  static auto fields(auto& s) { return std::tie(s.bins, s.both); }

  template <class C>
  void absorb(eq::count_row<C> const& row) {
    for (std::size_t k = 0; k < row.size(); ++k) ++bins, both += row.e[k] > 0 && row.i[k] > 0;
  }
  auto merge(coincidences const& o) -> coincidences& { return bins += o.bins, both += o.both, *this; }
};
static_assert(eq::accumulates<coincidences, eq::counts>);
// [endregion statistic]

// [region metric]
struct coincident_share {
  using statistic = coincidences;
  auto operator()(statistic const& s, eq::row_info const&) const -> double {
    return s.bins == 0 ? eq::undefined(eq::reason::too_few_bins) : static_cast<double>(s.both) / static_cast<double>(s.bins);
  }
};
static_assert(eq::metric<coincident_share>);
// [endregion metric]

// [region metric_with_parameter]
struct mean_product {  // of e_t and i_{t + lag}
  using statistic = eq::lag_moments;
  std::int64_t lag = 0;
  auto start(eq::row_info const&) const -> statistic { return statistic(lag < 0 ? -lag : lag); }
  auto operator()(statistic const& s, eq::row_info const&) const -> double {
    auto const pairs = s.at(lag);
    return pairs.n == 0 ? eq::undefined(eq::reason::too_few_bins) : static_cast<double>(pairs.xy) / static_cast<double>(pairs.n);
  }
};
static_assert(eq::metric<mean_product> && eq::configures_statistic<mean_product>);
// [endregion metric_with_parameter]

// [region analysis]
struct spikes_by_unit : eq::analysis_base {
  using takes = eq::events;

  struct state : eq::state_base {
    std::vector<std::int64_t> spikes;
    static auto fields(auto& s) { return std::tie(s.spikes); }
    template <eq::tick T>
    void absorb(eq::event_block<T> const& block) {
      for (auto const u : block.unit) ++spikes[u];
    }
    auto merge(state const& o) -> state& {
      for (std::size_t u = 0; u < spikes.size(); ++u) spikes[u] += o.spikes[u];
      return *this;
    }
  };
  template <eq::tick T>
  auto start(eq::layout<T> const& l) const -> state {
    state s;
    s.spikes.assign(l.units, 0);
    return s;
  }
  auto finish(state const& s) const -> std::vector<std::int64_t> { return s.spikes; }
};
static_assert(eq::analysis<spikes_by_unit>);
// [endregion analysis]

// [region stage]
struct swapped : eq::stage_base {  // E becomes I, and I becomes E
  using takes = eq::ei_events;
  using gives = eq::ei_events;

  template <eq::tick T>
  auto layout_after(eq::ei_layout<T> const& l) const -> eq::ei_layout<T> {
    return {l.when, {l.sizes.i, l.sizes.e}, l.units};
  }
  template <eq::tick T, class Down>
  struct state : eq::state_base {
    Down down;
    explicit state(Down d) : down(std::move(d)) {}
    static auto fields(auto& s) { return std::tie(s.down); }
    void absorb(eq::ei_block<T> const& b) { down.absorb(eq::ei_block<T>{b.when, b.origin, b.i, b.e, b.i_unit, b.e_unit}); }
    auto merge(state const& o) -> state& { return down.merge(o.down), *this; }
  };
  template <eq::tick T, class Down>
  auto attach(eq::ei_layout<T> const&, Down down) const -> state<T, Down> {
    return state<T, Down>(std::move(down));
  }
};
static_assert(eq::stage<swapped>);
// [endregion stage]

// [region partition]
template <eq::analysis A>
struct of_halves : eq::analysis_base {
  using takes = eq::events;
  A study;
  std::chrono::nanoseconds at;
  of_halves(A a, std::chrono::nanoseconds t) : study(std::move(a)), at(t) {}

  template <eq::tick T, class S>
  struct state : eq::state_base {
    S before, after;
    T at;  // configuration: not in `fields`
    state(S b, S a, T t) : before(std::move(b)), after(std::move(a)), at(t) {}
    static auto fields(auto& s) { return std::tie(s.before, s.after); }
    void absorb(eq::event_block<T> const& b) {
      if (b.when.begin < at) before.absorb(b.within({b.when.begin, (std::min)(b.when.end, at)}));
      if (b.when.end > at) after.absorb(b.within({(std::max)(b.when.begin, at), b.when.end}));
    }
    auto merge(state const& o) -> state& { return before.merge(o.before), after.merge(o.after), *this; }
  };
  template <eq::tick T>
  auto start(eq::layout<T> const& l) const {
    return state<T, eq::state_of<A, T>>(study.start(l), study.start(l), std::chrono::round<T>(at));
  }
  template <eq::tick T, class S>
  auto finish(state<T, S> const& s) const {
    return std::array{study.finish(s.before), study.finish(s.after)};
  }
};
struct halves : eq::partition_base {  // one state before `at`, one from `at` on
  std::chrono::nanoseconds at;
  explicit halves(std::chrono::nanoseconds t) : at(t) {}
  template <eq::analysis A>
  auto over(A a) const -> of_halves<A> {
    return {std::move(a), at};
  }
};
static_assert(eq::partition<halves>);
// [endregion partition]

// [region classifier]
struct narrow_trough {
  double half_width_ms = 0.2;
  auto operator()(std::vector<eq::waveform_features> const& units) const -> eq::labelling {
    eq::labelling out{.cells = {}, .confidence = {}, .method = "trough half-width", .putative = true, .warnings = {}};
    for (auto const& u : units) {
      auto const width = u.trough_half_width_ms;  // NaN where it could not be measured
      out.cells.push_back(width <= half_width_ms ? eq::cell::i : width > half_width_ms ? eq::cell::e : eq::cell::neither);
    }
    out.confidence.assign(units.size(), eq::undefined(eq::reason::not_available));
    return out;
  }
};
static_assert(eq::classifier_of<narrow_trough, std::vector<eq::waveform_features>>);
// [endregion classifier]

namespace {
auto const made = eq::testing::random_recording<tk>(11, {.units = 6, .length = 20'000, .spikes = 6'000, .gaps = true, .begin = 0});
auto const& table = made.first;
auto const& cells = made.second;
eq::scales const widths{2ms, 10ms, 50ms};
}  // namespace

TEST_CASE("pages: the statistics and metrics of the pages give what was counted by hand") {
  // E fires in bins 0, 1, 3, I in bins 1, 2, 3 of 1 ms
  eq::spike_table<tk> const spikes({0, 1, 1, 2, 3, 3}, {0, 0, 1, 1, 0, 1}, 2, eq::window<tk>{0s, 5ms});
  auto const r = spikes | eq::split({eq::cell::e, eq::cell::i}) | eq::pyramid(eq::scales{1ms}) | eq::measure("share"_n = coincident_share{}, "now"_n = mean_product{}, "next"_n = mean_product{.lag = 1});
  CHECK(r["share"_n][0] == 0.4);
  CHECK(r["now"_n][0] == 0.4);
  CHECK(r["next"_n][0] == 0.5);  // 0 → 1 and 1 → 2, of four pairs
  CHECK(eq::reason_of(coincident_share{}({}, {})) == eq::reason::too_few_bins);
}

TEST_CASE("pages: the analysis, the stage and the partition of the pages compose") {
  auto const whole = table | spikes_by_unit{};
  for (eq::unit_index u = 0; u < table.size(); ++u) CHECK(whole[u] == static_cast<std::int64_t>(table[u].raw().size()));

  auto const study = eq::pyramid(widths) | eq::measure("lags"_n = eq::correlation_by_lag{.within = 3});
  auto const straight = table | eq::split(cells) | study, turned = table | eq::split(cells) | swapped{} | study;
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t j = 0; j < 7; ++j) CHECK(turned["lags"_n][k][j] == doctest::Approx(straight["lags"_n][k][6 - j]).epsilon(1e-12));  // C(ℓ; E, I) = C(−ℓ; I, E)

  auto const parts = table | halves(7s) | spikes_by_unit{};
  for (std::size_t u = 0; u < whole.size(); ++u) CHECK(parts[0][u] + parts[1][u] == whole[u]);
  auto const early = table.blocks(eq::epochs<tk>(eq::window<tk>{tk{0}, tk{7'000}})) | spikes_by_unit{};
  CHECK(parts[0] == early);
}

TEST_CASE("pages: the laws hold for them over 200 partitions each") {
  auto holds = [](auto const& study) {
    auto const report = eq::check_fold(study, table, 1, 200);
    for (auto const& what : report.broken) MESSAGE(what);
    CHECK(report.holds());
  };
  auto const rows = eq::pyramid(widths) | eq::measure("share"_n = coincident_share{}, "next"_n = mean_product{.lag = 1});
  holds(eq::split(cells) | swapped{} | rows);
  holds(halves(7001ms) | eq::split(cells) | rows);
}

TEST_CASE("pages: a record is read by name") {
  // [region record]
  auto const r = eq::make_record("n"_n = 3, "mean"_n = 0.5);
  int const n = r["n"_n];
  static_assert(decltype(r)::contains("mean"_n) && !decltype(r)::contains("maen"_n));
  auto const more = r.with("unit"_n = std::string("Hz"));  // r itself does not change
  std::vector<std::string_view> names;
  more.each([&](std::string_view name, auto const& /* value */) { names.push_back(name); });
  // [endregion record]
  CHECK(n == 3);
  CHECK(names == std::vector<std::string_view>{"n", "mean", "unit"});
  CHECK(more["unit"_n] == "Hz");
}

TEST_CASE("pages: the classifier of the page labels what it can measure") {
  std::vector<eq::waveform_features> units(3);
  units[0].trough_half_width_ms = 0.15, units[1].trough_half_width_ms = 0.3, units[2].trough_half_width_ms = eq::undefined(eq::reason::not_available);
  CHECK(narrow_trough{}(units).cells == std::vector{eq::cell::i, eq::cell::e, eq::cell::neither});
  CHECK(narrow_trough{}(units).putative);
}
