// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <string_view>
#include <vector>

using namespace equipoise;

namespace {
/// Counts how often rows reach it, and how often rows reach any of its kind.
struct calls : state_base {
  static inline int absorbed = 0;
  std::int64_t rows = 0;
  static auto fields(auto& s) { return std::tie(s.rows); }
  template <class C>
  void absorb(count_row<C> const&) noexcept {
    ++rows, ++absorbed;
  }
  auto merge(calls const& o) -> calls& { return rows += o.rows, *this; }
};
template <int K>
struct seen {
  using statistic = calls;
  auto operator()(calls const& s, row_info const&) const -> std::int64_t { return s.rows * K; }
};
/// Lags with autocorrelations, as a metric of its own may ask for.
struct autos {
  using statistic = lag_moments;
  [[nodiscard]] auto start(row_info const&) const -> lag_moments { return lag_moments(2, true); }
  auto operator()(lag_moments const& s, row_info const&) const -> std::int64_t { return s.at_e(1).xy; }
};
/// Asks for lags, but does not say how many.
struct any_lags {
  using statistic = lag_moments;
  auto operator()(lag_moments const& s, row_info const&) const -> std::int64_t { return s.within(); }
};
auto const layout_of_two = row_layout{{{30, 1, 30'000}, {300, 1, 30'000}}, {3, 2}};
}  // namespace

using two = decltype(measure("a"_n = seen<1>{}, "b"_n = seen<10>{}));
static_assert(analysis<two> && !stage<two> && !partition<two>);
static_assert(std::same_as<two::takes, counts>);
static_assert(std::same_as<decltype(measure("a"_n = seen<1>{}, "u"_n = active_deviation{}))::takes, unit_counts>);
static_assert(metric<seen<1>> && metric<autos> && !metric<calls> && !metric<lag_moments> && !metric<int>);
static_assert(configures_statistic<autos> && !configures_statistic<any_lags> && !configures_statistic<seen<1>>);
static_assert(joinable<lag_moments> && !joinable<co_moments> && !joinable<calls>);

TEST_CASE("measure: a statistic is computed once, however many metrics ask for it") {
  auto const m = measure("a"_n = seen<1>{}, "rho"_n = zero_lag_correlation{}, "b"_n = seen<10>{}, "c"_n = seen<100>{});
  auto state = m.start(layout_of_two);
  std::vector<std::uint8_t> const row{1, 2, 3};
  calls::absorbed = 0;
  state.absorb(count_row<std::uint8_t>{1, 0, row, row});
  CHECK(calls::absorbed == 1);
  auto const r = m.finish(state);
  CHECK(calls::absorbed == 1);
  CHECK(r["a"_n] == std::vector<std::int64_t>{0, 1});
  CHECK(r["b"_n] == std::vector<std::int64_t>{0, 10});
  CHECK(r["c"_n] == std::vector<std::int64_t>{0, 100});
  CHECK(r["bins"_n] == std::vector<std::int64_t>{0, 3});
  CHECK(in_ms(r["scale"_n][1]) == 10);
}

TEST_CASE("measure: the result has scale, bins and the metrics in the order given; rows goes along them") {
  auto const m = measure("z"_n = seen<7>{}, "a"_n = seen<1>{});
  auto state = m.start(layout_of_two);
  std::vector<std::uint32_t> const row{4, 5};
  state.absorb(count_row<std::uint32_t>{0, 3, row, row});
  state.absorb(count_row<std::uint32_t>{0, 9, row, row});
  auto const r = m.finish(state);
  CHECK(r.names() == std::array<std::string_view, 4>{"scale", "bins", "z", "a"});
  std::vector<double> ms;
  std::vector<std::int64_t> bins, z;
  for (auto const [scale, n, seven] : rows(r["scale"_n], r["bins"_n], r["z"_n])) ms.push_back(in_ms(scale)), bins.push_back(n), z.push_back(seven);
  CHECK(ms == std::vector<double>{1, 10});
  CHECK(bins == std::vector<std::int64_t>{4, 0});
  CHECK(z == std::vector<std::int64_t>{14, 0});
}

TEST_CASE("measure: metrics with parameters share one statistic, joined to the larger, in whatever order they stand") {
  auto const m = measure("near"_n = correlation_by_lag{.within = 3}, "far"_n = correlation_by_lag{.within = 12}, "peak"_n = peak_lag{.within = 7}, "any"_n = any_lags{});
  auto const state = m.start(layout_of_two);
  CHECK(state.statistic<lag_moments>(0).within() == 12);
  CHECK_FALSE(state.statistic<lag_moments>(0).has_autocorrelations());
  CHECK(m.finish(state)["near"_n][0].size() == 7);
  CHECK(m.finish(state)["far"_n][0].size() == 25);
  CHECK(m.finish(state)["any"_n] == std::vector<std::int64_t>{12, 12});

  auto const reversed = measure("any"_n = any_lags{}, "far"_n = correlation_by_lag{.within = 12}, "autos"_n = autos{});
  auto own = reversed.start(layout_of_two);
  CHECK(own.statistic<lag_moments>(1).within() == 12);
  CHECK(own.statistic<lag_moments>(1).has_autocorrelations());
  std::vector<std::uint8_t> const e{1, 2, 3}, i{0, 0, 0};
  own.absorb(count_row<std::uint8_t>{1, 0, e, i});
  CHECK(reversed.finish(own)["autos"_n] == std::vector<std::int64_t>{0, 1 * 2 + 2 * 3});
}

TEST_CASE("measure: a metric sees a joined statistic as it would see its own") {
  std::vector<std::uint16_t> e, i;
  random_stream random(5);
  for (int k = 0; k < 200; ++k) e.push_back(static_cast<std::uint16_t>(random.below(9))), i.push_back(static_cast<std::uint16_t>(random.below(4)));
  auto values = [&](auto const& m) {
    auto state = m.start(layout_of_two);
    for (std::size_t scale : {0u, 1u}) state.absorb(count_row<std::uint16_t>{scale, 0, e, i});
    return m.finish(state)["near"_n];
  };
  auto const own = values(measure("near"_n = correlation_by_lag{.within = 3}));
  CHECK(own == values(measure("near"_n = correlation_by_lag{.within = 3}, "far"_n = correlation_by_lag{.within = 31})));
}

TEST_CASE("measure: finish is pure, and may be called in between") {
  auto const m = measure("rho"_n = zero_lag_correlation{.at_least = 2});
  auto state = m.start(layout_of_two);
  std::vector<std::uint16_t> const e{1, 2, 3, 4}, i{2, 1, 4, 3};
  state.absorb(count_row<std::uint16_t>{0, 0, e, i});
  auto const copy = state;
  auto const first = m.finish(state)["rho"_n][0];
  CHECK(state == copy);
  CHECK(m.finish(state)["rho"_n][0] == first);
  CHECK(first == doctest::Approx(0.6));  // Σ(e − 2.5)(i − 2.5) = 3, over 5
  std::vector<std::uint16_t> const e2{5}, i2{5};
  state.absorb(count_row<std::uint16_t>{0, 4, e2, i2});
  CHECK_FALSE(state == copy);
  CHECK(m.finish(state)["rho"_n][0] == doctest::Approx(0.8));  // 8 over 10
}

TEST_CASE("measure: states of other scales or populations are refused, and nothing has changed") {
  auto const m = measure("a"_n = seen<1>{});
  auto state = m.start(layout_of_two);
  auto const before = state;
  auto other = layout_of_two;
  other.sizes.i = 5;
  CHECK_THROWS_WITH_AS(state.merge(m.start(other)), doctest::Contains("cannot be merged"), error);
  other = layout_of_two;
  other.widths[1].count = 301;
  CHECK_THROWS_AS(state.merge(m.start(other)), error);
  other.widths.pop_back();
  CHECK_THROWS_AS(state.merge(m.start(other)), error);
  CHECK(state == before);
  CHECK_NOTHROW(state.merge(m.start(layout_of_two)));
}
