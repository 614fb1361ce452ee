// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/inference/bin_series.hpp>
#include <type_traits>
#include <vector>

using namespace equipoise;

namespace {
/// Runs of those lengths, three bins apart, counts up to `most`.
auto rows_of(std::vector<std::size_t> const& lengths, std::uint32_t most, std::uint64_t seed) -> count_rows {
  random_stream random(seed);
  count_rows rows;
  std::int64_t first = -5;
  for (auto const n : lengths) {
    std::vector<std::uint32_t> e(n), i(n);
    for (auto* x : {&e, &i})
      for (auto& c : *x) c = static_cast<std::uint32_t>(random.below(std::uint64_t{most} + 1));
    e[0] = most;
    rows.absorb(count_row<std::uint32_t>{0, first, e, i});
    first += static_cast<std::int64_t>(n) + 3;
  }
  return rows;
}
/// Products by the definition, and the type that was taken for them.
template <class V>
void check_products(std::vector<std::size_t> const& lengths, std::uint32_t most) {
  detail::bin_series const s(rows_of(lengths, most, most));
  auto const n = s.size();
  for (std::size_t const within : {std::size_t{0}, std::size_t{3}, n / 2 + 1, n, 2 * n + 3}) {
    auto called = false;
    detail::with_products(s, within, [&](auto const& products) {
      called = true;
      CHECK((std::is_same_v<std::remove_cvref_t<decltype(products)>, detail::circular_products<V>>));
      for (std::size_t const shift : {std::size_t{0}, std::size_t{1}, n / 3, n - 1}) {
        std::vector<std::int64_t> found(2 * within + 1, 77), expected;
        products(shift, found);
        for (std::size_t lag = 0; lag < found.size(); ++lag) {  // lag − within
          std::int64_t sum = 0;
          for (std::size_t t = 0; t < n; ++t) sum += std::int64_t{s.e()[t]} * s.i()[(t + shift + lag + 4 * n - within) % n];
          expected.push_back(sum);
        }
        CHECK(found == expected);
      }
    });
    CHECK(called);
  }
}
}  // namespace

TEST_CASE("bin_series: bins end to end, with the ends of runs, their sums and their largest count") {
  count_rows rows;
  std::vector<std::uint8_t> const e{1, 2}, i{0, 3};
  std::vector<std::uint32_t> const later_e{5, 0, 1}, later_i{2, 2, 900};
  rows.absorb(count_row<std::uint32_t>{0, 10, later_e, later_i});
  rows.absorb(count_row<std::uint8_t>{0, 2, e, i});
  detail::bin_series const s(rows);
  CHECK(std::ranges::equal(s.e(), std::vector<std::uint32_t>{1, 2, 5, 0, 1}));
  CHECK(std::ranges::equal(s.i(), std::vector<std::uint32_t>{0, 3, 2, 2, 900}));
  CHECK(std::ranges::equal(s.ends(), std::vector<std::size_t>{2, 5}));
  CHECK(s.all() == lag_moments::sums{5, 9, 907, 31, 810'017, 916});
  CHECK(s.most() == 900);
  CHECK(s.varies());
  detail::bin_series const none(count_rows{});
  CHECK(none.size() == 0);
  CHECK_FALSE(none.varies());
}

TEST_CASE("bin_series: r is that of zero_lag_correlation, bit for bit") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto const rows = rows_of({30, 1, 17}, 9, seed);
    co_moments m;
    for (auto const& r : rows.runs()) m.absorb(count_row<std::uint32_t>{0, r.first, r.e, r.i});
    detail::bin_series const s(rows);
    CHECK(s.rho(s.all().xy) == zero_lag_correlation{}(m, {0, {1, 1, 1000}, {1, 1}, 48}));
  }
}

TEST_CASE("bin_series: circular products of counts of one byte, of two and of four equal a double loop, lags longer than the circle included") {
  for (auto const& lengths : std::vector<std::vector<std::size_t>>{{40}, {7, 1, 60, 3}, {64, 64}, {2}, {1}}) {
    check_products<std::uint8_t>(lengths, 127);
    check_products<std::int16_t>(lengths, 128);
    check_products<std::int16_t>(lengths, 32'767);
    check_products<std::uint32_t>(lengths, 32'768);
    check_products<std::uint32_t>(lengths, 100'000);
  }
}
