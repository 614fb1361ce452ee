// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <equipoise/balance/deviation.hpp>
#include <equipoise/balance/distribution.hpp>
#include <equipoise/core/random.hpp>
#include <equipoise/inference/interval.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/split.hpp>
#include <vector>

#include "../random_recording.hpp"

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
/// A metric as a user may write it: no number, configured, of a statistic with lags.
struct own {
  using statistic = lag_moments;
  struct value {
    double product;
    bool many;
  };
  [[nodiscard]] auto start(row_info const&) const -> lag_moments { return lag_moments(3); }
  auto operator()(lag_moments const& s, row_info const& row) const -> value { return {static_cast<double>(s.at(2).xy) / static_cast<double>(s.at(2).n), row.bins > 100}; }
};
struct own_correlation {
  using statistic = co_moments;
  static constexpr bool is_correlation = true;
  auto operator()(co_moments const& s, row_info const& row) const -> double { return zero_lag_correlation{}(s, row); }
};
/// Defined only while there are so many bins.
struct fragile {
  using statistic = co_moments;
  std::int64_t least;
  auto operator()(co_moments const& s, row_info const&) const -> double { return s.n() < least ? undefined(reason::no_positive_peak) : static_cast<double>(s.e()) / static_cast<double>(s.n()); }
};

struct jumpy {
  using statistic = co_moments;
  static constexpr bool value_jumps = true;
  auto operator()(co_moments const& s, row_info const&) const -> double { return static_cast<double>(s.ee() % 1'000); }
};

struct series {
  std::vector<std::uint16_t> e, i;
};
/// Counts that follow one another, inhibition one bin later, or one and two.
auto random_series(std::uint64_t seed, std::size_t n, bool wide = false) -> series {
  random_stream random(seed);
  series s;
  std::uint64_t last = 0, before = 0;
  for (std::size_t k = 0; k < n; ++k) {
    auto const common = random.below(6);
    s.e.push_back(static_cast<std::uint16_t>(common + random.below(5)));
    s.i.push_back(static_cast<std::uint16_t>(last + (wide ? before : 0) + random.below(5)));
    before = last, last = common;
  }
  return s;
}
row_info const tenth{.scale = 0, .width = {100, 1, 1'000}, .sizes = {4, 2}, .bins = 0};

template <class S>
void add(S& s, series const& x, std::size_t from, std::size_t to, std::int64_t first = 0) {
  s.absorb(count_row<std::uint16_t>{0, first + static_cast<std::int64_t>(from), std::span(x.e).subspan(from, to - from), std::span(x.i).subspan(from, to - from)});
}
template <class M>
auto of(M const& m, series const& x, row_info row = tenth) -> interval {
  typename M::statistic s = [&] {
    if constexpr (configures_statistic<M>) return m.start(row);
    else return typename M::statistic{};
  }();
  if (!x.e.empty()) add(s, x, 0, x.e.size());
  row.bins = s.bins();
  return m(s, row);
}
/// SE² = (G − 1)/G Σ (θ_(−j) − mean)² over G blocks of ten bins, each left out of a statistic made anew.
template <class M, class Number>
auto slowly(M const& m, Number number, series const& x) -> double {
  auto const n = x.e.size(), blocks = n / 10;
  auto row = tenth;
  row.bins = static_cast<std::int64_t>(n) - 10;
  std::vector<double> left;
  double mean = 0, squares = 0;
  for (std::size_t j = 0; j < blocks; ++j) {
    typename M::statistic s = [&] {
      if constexpr (configures_statistic<M>) return m.start(row);
      else return typename M::statistic{};
    }();
    if (j > 0) add(s, x, 0, 10 * j);
    if (j + 1 < blocks) add(s, x, 10 * (j + 1), n);
    left.push_back(number(m(s, row)));
    mean += left.back() / static_cast<double>(blocks);
  }
  for (auto const v : left) squares += (v - mean) * (v - mean);
  return std::sqrt(squares * static_cast<double>(blocks - 1) / static_cast<double>(blocks));
}
constexpr double t59 = 2.0009953780882688, t16 = 2.1199052992210112;  // 97.5 % of Student's t, printed tables to 4 digits
}  // namespace

using of_rho = decltype(with_interval(zero_lag_correlation{}));
using of_lag = decltype(with_interval(peak_lag{}, &peak_lag::value::interpolated));
static_assert(metric<of_rho> && metric<of_lag>);
static_assert(std::same_as<of_rho::statistic, blocked<co_moments>> && std::same_as<of_lag::statistic, blocked<lag_moments>>);
static_assert(configures_statistic<of_lag> && !configures_statistic<of_rho>);
static_assert(value_is_correlation<zero_lag_correlation> && value_is_correlation<own_correlation> && !value_is_correlation<peak_lag> && !value_is_correlation<own>);
static_assert(value_jumps<peak_lag> && value_jumps<lag_centroid> && value_jumps<jumpy> && !value_jumps<zero_lag_correlation> && !value_jumps<own>);

TEST_CASE("with_interval: the plain jackknife on Fisher's z equals leaving blocks out of the data") {
  auto const x = random_series(1, 600);
  auto const i = of(with_interval(zero_lag_correlation{}, {.components = 0}), x);
  co_moments whole;
  add(whole, x, 0, 600);
  auto const r = zero_lag_correlation{}(whole, tenth), se = slowly(zero_lag_correlation{}, [](double v) { return std::atanh(v); }, x);
  CHECK(i.estimate == r);
  CHECK(i.blocks == 60);
  CHECK(i.block_bins == 10);
  CHECK(i.block_seconds == doctest::Approx(1));
  CHECK(i.degrees_of_freedom == 59);
  CHECK(i.lo == doctest::Approx(std::tanh(std::atanh(r) - t59 * se)).epsilon(1e-10));
  CHECK(i.hi == doctest::Approx(std::tanh(std::atanh(r) + t59 * se)).epsilon(1e-10));
  CHECK(i.standard_error == doctest::Approx((1 - r * r) * se).epsilon(1e-10));
  CHECK(i.effective_bins == doctest::Approx(1 / se / se).epsilon(1e-10));
  CHECK(i.contains(r));
  CHECK_FALSE(i.contains(i.hi + 1e-6));
  auto const mine = of(with_interval(own_correlation{}, {.components = 0}), x);
  CHECK(mine.lo == i.lo);
  auto const as_it_is = of(with_interval(zero_lag_correlation{}, {.scale = interval_scale::as_it_is, .components = 0}), x);
  CHECK(as_it_is.hi - as_it_is.estimate == doctest::Approx(t59 * slowly(zero_lag_correlation{}, [](double v) { return v; }, x)).epsilon(1e-10));
}

TEST_CASE("with_interval: lags, which mind the gaps that leaving out makes, and deviations, and metrics of the user's own") {
  auto x = random_series(2, 600);
  auto check = [&]<class M, class N>(M const& m, N number) {
    auto const i = of(with_interval(m, number, {.method = interval_method::jackknife, .components = 0}), x);
    auto const se = slowly(m, [&](auto const& v) { return static_cast<double>(std::invoke(number, v)); }, x);
    CHECK(i.standard_error == doctest::Approx(se).epsilon(1e-9));
    CHECK(i.hi - i.estimate == doctest::Approx(t59 * se).epsilon(1e-9));
    CHECK(i.estimate - i.lo == doctest::Approx(t59 * se).epsilon(1e-9));
    CHECK(reason_of(i.effective_bins) == reason::not_available);
  };
  check(peak_lag{.within = 6}, &peak_lag::value::interpolated);
  check(peak_lag{.within = 6}, &peak_lag::value::correlation);
  check(asymmetry_index{.over = 800ms}, std::identity{});
  check(own{}, &own::value::product);
  check(own{}, [](own::value const& v) { return 3 * v.product; });
  for (auto const number : {&deviations::zscored, &deviations::zscored_floor_removed, &deviations::symmetric, &deviations::across_to_along, &deviations::per_cell, &deviations::per_cell_mean, &deviations::per_cell_rate_hz,
                            &deviations::unit_sum, &deviations::relative, &deviations::relative_floor, &deviations::relative_floor_removed, &deviations::amplitude_mismatch, &deviations::lost_coordination}) {
    deviation const m{};
    co_moments s;
    add(s, x, 0, 600);
    if (!std::isnan(m(s, tenth).*number)) check(m, number);
    else CHECK(reason_of(of(with_interval(m, number), x).lo) == reason_of(m(s, tenth).*number));
  }
  check(tail_index{}, std::identity{});
  auto const lag = of(with_interval(peak_lag{.within = 6}, &peak_lag::value::interpolated), x);
  CHECK(lag.contains(1));  // as made
  CHECK(lag.hi - lag.lo < 0.5);
  CHECK(reason_of(of(with_interval(lag_centroid{.within = 6}), x).lo) == reason::no_influence);  // one bin alone is above half the maximum
  x = random_series(2, 600, true);
  check(lag_centroid{.within = 6}, std::identity{});
  CHECK(of(with_interval(lag_centroid{.within = 6}), x).contains(1.5));  // as made
}

TEST_CASE("with_interval: the default takes the 16 slowest components, and t of 16 degrees of freedom") {
  auto const x = random_series(3, 600);
  auto const i = of(with_interval(zero_lag_correlation{}), x);
  CHECK(i.degrees_of_freedom == 16);
  CHECK(std::atanh(i.hi) - std::atanh(i.estimate) == doctest::Approx(t16 * i.standard_error / (1 - i.estimate * i.estimate)).epsilon(1e-10));
  CHECK(of(with_interval(zero_lag_correlation{}, {.components = 59}), x).lo == doctest::Approx(of(with_interval(zero_lag_correlation{}, {.components = 0}), x).lo).epsilon(1e-10));
  auto const narrow = of(with_interval(zero_lag_correlation{}, {.level = 0.5}), x);
  CHECK(narrow.lo > i.lo);
  CHECK(narrow.hi < i.hi);
}

TEST_CASE("with_interval: blocks last a second, a bin, a 128th of the recording, or what is asked for, and there are at least 20") {
  auto blocks = [](std::size_t bins, std::int64_t ms, interval_options o = {}) {
    auto row = tenth;
    row.width.count = ms;
    return of(with_interval(zero_lag_correlation{}, o), random_series(4, bins), row);
  };
  CHECK(blocks(30'000, 1).blocks == 30);
  CHECK(blocks(30'000, 1).block_seconds == doctest::Approx(1));
  CHECK(blocks(100, 2'000).blocks == 100);  // of one bin
  CHECK(blocks(100, 2'000).block_seconds == doctest::Approx(2));
  CHECK(blocks(60'000, 10).blocks == 128);
  CHECK(blocks(60'000, 10).block_seconds == doctest::Approx(600.0 / 128));
  CHECK(blocks(30'000, 1, {.block = 1500ms}).blocks == 20);
  CHECK(blocks(20'000, 1).blocks == 20);
  CHECK_FALSE(std::isnan(blocks(20'000, 1).lo));
  for (auto const method : {interval_method::jackknife, interval_method::bootstrap_se, interval_method::percentile}) {
    auto const few = blocks(19'999, 1, {.method = method});
    CHECK(few.blocks == 19);
    CHECK_FALSE(std::isnan(few.estimate));
    for (auto const x : {few.lo, few.hi, few.standard_error, few.degrees_of_freedom, few.effective_bins, few.neighbours}) CHECK(reason_of(x) == reason::too_few_blocks);
    CHECK_FALSE(few.contains(few.estimate));
  }
}

TEST_CASE("with_interval: an interval needs every value it is made from, and says what is missing") {
  auto const x = random_series(5, 600);
  auto why = [&](auto const& m) { return reason_of(of(m, x).lo); };
  CHECK(why(with_interval(fragile{.least = 601})) == reason::no_positive_peak);  // no estimate
  CHECK(std::isnan(of(with_interval(fragile{.least = 601}), x).estimate));
  CHECK(why(with_interval(fragile{.least = 600})) == reason::no_positive_peak);  // none with a block left out
  CHECK(of(with_interval(fragile{.least = 600}), x).estimate > 0);
  CHECK(why(with_interval(fragile{.least = 590})) == reason::none);
  CHECK(why(with_interval(peak_lag{.within = 1}, &peak_lag::value::interpolated)) == reason::peak_at_edge);
  CHECK(why(with_interval(peak_lag{.within = 6}, &peak_lag::value::bins)) == reason::no_influence);  // 1 bin, whatever is left out
  series same = x;
  same.i = same.e;
  CHECK(of(with_interval(zero_lag_correlation{}), same).estimate == 1);
  CHECK(reason_of(of(with_interval(zero_lag_correlation{}), same).hi) == reason::no_influence);
  CHECK(reason_of(of(with_interval(zero_lag_correlation{}), {}).lo) == reason::too_few_bins);
  CHECK(reason_of(of(with_interval(zero_lag_correlation{}), {}).estimate) == reason::too_few_bins);
  auto nobody = tenth;
  nobody.sizes.i = 0;
  CHECK(reason_of(of(with_interval(zero_lag_correlation{}), x, nobody).lo) == reason::empty_population);
}

TEST_CASE("with_interval: the bootstrap agrees with the jackknife, is the same for the same seed, and differs between scales") {
  auto const x = random_series(6, 1'200);
  auto with = [&](interval_options o, std::size_t scale = 0) {
    auto row = tenth;
    row.scale = scale;
    return of(with_interval(peak_lag{.within = 4}, &peak_lag::value::correlation, o), x, row);
  };
  auto const jackknife = with({.method = interval_method::jackknife, .components = 0}), se = with({.method = interval_method::bootstrap_se, .draws = 400}), percentile = with({.method = interval_method::percentile, .draws = 400});
  CHECK(se.standard_error == doctest::Approx(jackknife.standard_error).epsilon(0.2));
  CHECK(se.degrees_of_freedom == 119);
  CHECK(with({.draws = 400}).lo == se.lo);  // the default for lags
  CHECK(with({}).method == interval_method::bootstrap_se);
  CHECK(of(with_interval(jumpy{}), x).method == interval_method::bootstrap_se);
  CHECK(of(with_interval(own_correlation{}), x).method == interval_method::jackknife);
  CHECK(se.estimate == jackknife.estimate);
  CHECK(se.hi - se.estimate == doctest::Approx(1.98010 * se.standard_error).epsilon(1e-4));  // t of 119
  CHECK(percentile.standard_error == se.standard_error);
  CHECK(std::isnan(percentile.degrees_of_freedom));
  CHECK(percentile.hi - percentile.lo == doctest::Approx(2 * 1.96 * se.standard_error).epsilon(0.15));
  CHECK(percentile.lo != se.lo);
  CHECK(with({.method = interval_method::percentile, .draws = 400}).lo == percentile.lo);
  CHECK(with({.method = interval_method::percentile, .draws = 400, .seed = 2}).lo != percentile.lo);
  CHECK(with({.method = interval_method::percentile, .draws = 400}, 1).lo != percentile.lo);
}

TEST_CASE("with_interval: in a study, beside plain metrics, with gaps; the same for any partition") {
  using tk = ticks<1'000>;
  std::vector<tk> const widths{tk{1}, tk{10}, tk{300}};
  auto const [table, cells] = testing::random_recording<tk>(3, {.units = 6, .length = 90'000, .spikes = 20'000, .gaps = true, .begin = -4'000});
  auto const study = split(cells) | pyramid(widths)
                   | measure("rho"_n = zero_lag_correlation{}, "sure"_n = with_interval(zero_lag_correlation{}), "lag"_n = with_interval(peak_lag{.within = 5}, &peak_lag::value::correlation),
                             "dev"_n = with_interval(deviation{}, &deviations::relative), "boot"_n = with_interval(lag_centroid{.within = 20}, {.method = interval_method::percentile, .draws = 20}));
  auto const b = table | study;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    CAPTURE(k);
    CHECK(b["sure"_n][k].estimate == b["rho"_n][k]);
    CHECK(b["sure"_n][k].contains(b["rho"_n][k]));
    CHECK(b["sure"_n][k].lo > -1);
    CHECK(b["dev"_n][k].lo < b["dev"_n][k].hi);
    CHECK(b["sure"_n][k].blocks > 50);
  }
  equipoise::layout<tk> const l{table.when(), table.size()};
  event_block<tk> const all{table.when(), table.at(), table.unit()};
  auto early = study.start(l), late = study.start(l);
  for (auto const& w : table.observed()) {
    auto const cut = w.begin + (w.end - w.begin) / 3;
    late.absorb(all.within({cut, w.end})), early.absorb(all.within({w.begin, cut}));
  }
  late.merge(early);
  auto const again = study.finish(late);
  auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  for (std::size_t k = 0; k < widths.size(); ++k) {
    CHECK(same(again["sure"_n][k].lo, b["sure"_n][k].lo));
    CHECK(same(again["lag"_n][k].hi, b["lag"_n][k].hi));
    CHECK(same(again["boot"_n][k].lo, b["boot"_n][k].lo));
  }
}

TEST_CASE("with_interval: options that cannot be are refused") {
  auto refused = [](interval_options o) { CHECK_THROWS_AS(with_interval(zero_lag_correlation{}, o), error); };
  refused({.level = 0}), refused({.level = 1}), refused({.level = std::nan("")}), refused({.block = 0s}), refused({.components = -1}), refused({.draws = 1}), refused({.method = interval_method::bartlett});
}
