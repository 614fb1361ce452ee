// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/co_moments.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <optional>
#include <utility>
#include <vector>

using namespace equipoise;

static_assert(mergeable<co_moments>);
static_assert(accumulates<co_moments, counts>);

namespace {
template <class C>
auto of(std::vector<C> const& e, std::vector<C> const& i) -> co_moments {
  co_moments s;
  s.absorb(count_row<C>{0, 0, e, i});
  return s;
}

using tk = ticks<1'000>;
/// 400 units in bins of 11 s: bin k has 88 000 + 7 k excitatory spikes and 44 000 + 3 (k mod 5) inhibitory ones, evenly spread; one bin a block.
constexpr std::int64_t eleven_seconds = 11'000, bins_in_all = 40;
auto spikes_e(std::int64_t k) -> std::int64_t { return 88'000 + 7 * k; }
auto spikes_i(std::int64_t k) -> std::int64_t { return 44'000 + 3 * (k % 5); }

struct crowd {
  using tick_type = tk;
  std::int64_t bin = 0;
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;

  auto layout() const -> equipoise::layout<tk> { return {{tk{0}, tk{bins_in_all * eleven_seconds}}, 400}; }
  auto next() -> std::optional<event_block<tk>> {
    if (bin == bins_in_all) return std::nullopt;
    auto const begin = bin * eleven_seconds, e = spikes_e(bin), i = spikes_i(bin);
    at.clear(), unit.clear();
    std::int64_t done_e = 0, done_i = 0;
    for (std::int64_t t = 0; t < eleven_seconds; ++t) {
      for (; done_e * eleven_seconds < e * (t + 1); ++done_e) at.push_back(begin + t), unit.push_back(static_cast<unit_index>(done_e % 320));
      for (; done_i * eleven_seconds < i * (t + 1); ++done_i) at.push_back(begin + t), unit.push_back(static_cast<unit_index>(320 + done_i % 80));
    }
    ++bin;
    return event_block<tk>{{tk{begin}, tk{begin + eleven_seconds}}, at, unit};
  }
};
template <class S>
struct keep {
  using statistic = S;
  auto operator()(S const& s, row_info const&) const -> S { return s; }
};
struct keep_lags : keep<lag_moments> {
  [[nodiscard]] auto start(row_info const&) const -> lag_moments { return lag_moments(5, true); }
};
}  // namespace

TEST_CASE("co_moments: five sums worked by hand") {
  auto const s = of<std::uint16_t>({1, 0, 300, 2}, {4, 5, 0, 7});
  CHECK(s.n() == 4);
  CHECK(s.e() == 303);
  CHECK(s.i() == 16);
  CHECK(s.ee() == 1 + 90'000 + 4);
  CHECK(s.ii() == 16 + 25 + 49);
  CHECK(s.ei() == 4 + 14);
  CHECK(s.spread_ei() == 4 * 18 - 303 * 16);
}

TEST_CASE("co_moments: merging two halves equals one pass, in either order, for every type of count") {
  auto const run = []<class C>(C) {
    std::vector<C> e, i;
    for (std::uint32_t k = 0; k < 1000; ++k) e.push_back(static_cast<C>(k * 7 % 251)), i.push_back(static_cast<C>(k * k % 241));
    auto const whole = of(e, i);
    for (std::size_t cut = 0; cut <= e.size(); cut += 37) {
      auto const at = static_cast<std::ptrdiff_t>(cut);
      auto a = of<C>({e.begin(), e.begin() + at}, {i.begin(), i.begin() + at});
      auto b = of<C>({e.begin() + at, e.end()}, {i.begin() + at, i.end()});
      auto c = b;
      CHECK(a.merge(b) == whole);
      CHECK(c.merge(of<C>({e.begin(), e.begin() + at}, {i.begin(), i.begin() + at})) == whole);
    }
  };
  run(std::uint8_t{}), run(std::uint16_t{}), run(std::uint32_t{});
}

TEST_CASE("co_moments: 8-bit rows longer than the 32-bit accumulators hold stay exact") {
  std::vector<std::uint8_t> const e(3'000'000, 255), i(3'000'000, 254);  // Σe² ≈ 1.95e11, 45 times 2^32
  auto const s = of(e, i);
  CHECK(s.ee() == std::int64_t{3'000'000} * 255 * 255);
  CHECK(s.ei() == std::int64_t{3'000'000} * 255 * 254);
  CHECK(s.ii() == std::int64_t{3'000'000} * 254 * 254);
}

TEST_CASE("co_moments: eight hours of 400 units in bins of 11 s, which overflow 32-bit sums, are exact") {
  // 400 units at 20 Hz: 88 000 spikes in a bin of 11 s, 2 618 bins; a square alone exceeds 2^32
  std::vector<std::uint32_t> e, i;
  int128 n = 2618, sum_e = 0, sum_i = 0, ee = 0, ii = 0, ei = 0;
  for (std::uint32_t k = 0; k < 2618; ++k) {
    e.push_back(88'000 + k * 7919 % 5'000), i.push_back(44'000 + k * 104'729 % 3'000);
    int128 const x = e.back(), y = i.back();
    sum_e += x, sum_i += y, ee += x * x, ii += y * y, ei += x * y;
  }
  auto const s = of(e, i);
  CHECK(s.ee() == static_cast<std::int64_t>(ee));
  CHECK(s.ii() == static_cast<std::int64_t>(ii));
  CHECK(s.ei() == static_cast<std::int64_t>(ei));
  CHECK(s.spread_e() == n * ee - sum_e * sum_e);
  CHECK(s.spread_i() == n * ii - sum_i * sum_i);
  CHECK(s.spread_ei() == n * ei - sum_e * sum_i);
  CHECK(n * ee > int128{1} << 55);  // n Σe² and (Σe)² leave the 53 bits of a double: their difference must be taken in integers
  std::vector<std::uint32_t> const even(2618, 88'000);
  CHECK(of(even, even).spread_e() == 0);
  CHECK(of(even, even).spread_ei() == 0);
}

TEST_CASE("co_moments, lag_moments, joint_histogram: crowded bins of 11 s are exact through the pyramid, beside bins of 1 ms") {
  std::vector<cell> cells(400, cell::e);
  std::fill(cells.begin() + 320, cells.end(), cell::i);
  std::vector<tk> const widths{tk{1}, tk{eleven_seconds}};
  auto const r = crowd{.at = {}, .unit = {}} | (split(cells) | pyramid(widths) | measure("co"_n = keep<co_moments>{}, "lag"_n = keep_lags{}, "joint"_n = keep<joint_histogram>{}));
  std::int64_t e = 0, i = 0, ee = 0, ii = 0, ei = 0;
  for (std::int64_t k = 0; k < bins_in_all; ++k) e += spikes_e(k), i += spikes_i(k), ee += spikes_e(k) * spikes_e(k), ii += spikes_i(k) * spikes_i(k), ei += spikes_e(k) * spikes_i(k);
  CHECK(ee > std::int64_t{1} << 38);
  auto const& s = r["co"_n][1];
  CHECK(s.n() == bins_in_all);
  CHECK(s.e() == e);
  CHECK(s.i() == i);
  CHECK(s.ee() == ee);
  CHECK(s.ii() == ii);
  CHECK(s.ei() == ei);
  CHECK(r["co"_n][0].n() == bins_in_all * eleven_seconds);
  CHECK(r["co"_n][0].e() == e);
  CHECK(r["co"_n][0].i() == i);
  for (std::int64_t lag = -5; lag <= 5; ++lag) {
    std::int64_t xy = 0;
    for (std::int64_t k = 0; k < bins_in_all; ++k)
      if (k + lag >= 0 && k + lag < bins_in_all) xy += spikes_e(k) * spikes_i(k + lag);
    CHECK(r["lag"_n][1].at(lag).xy == xy);
  }
  std::int64_t ee1 = 0;
  for (std::int64_t k = 0; k + 1 < bins_in_all; ++k) ee1 += spikes_e(k) * spikes_e(k + 1);
  CHECK(r["lag"_n][1].at_e(1).xy == ee1);
  CHECK(r["joint"_n][1].n() == bins_in_all);
  for (std::int64_t k = 0; k < bins_in_all; ++k) CHECK(r["joint"_n][1].count(static_cast<std::uint32_t>(spikes_e(k)), static_cast<std::uint32_t>(spikes_i(k))) == 1);
}

TEST_CASE("co_moments: near the stated bound of 3.03e9 spikes nothing overflows") {
  co_moments s;  // one bin holds nearly all spikes: Σe² = (Σe)²
  std::uint32_t const most = 3'030'000'000u;
  std::vector<std::uint32_t> const e{most, 0}, i{0, most};
  s.absorb(count_row<std::uint32_t>{0, 0, e, i});
  CHECK(s.ee() == std::int64_t{3'030'000'000} * 3'030'000'000);
  CHECK(s.spread_e() == int128{s.ee()});            // 2 Σe² − (Σe)² = Σe²
  CHECK(s.spread_ei() == -int128{s.ee()});
}
