// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/inference/bootstrap.hpp>
#include <equipoise/stats/co_moments.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <limits>
#include <vector>

#include "../over_seeds.hpp"

using namespace equipoise;
using testing::over_seeds;

namespace {
/// Bin k holds e = k, so that a draw says where each of its bins came from; i is random.
template <class S>
auto numbered(S const& blank, std::size_t n) -> blocked<S> {
  random_stream random(1);
  std::vector<std::uint32_t> e(n), i(n);
  for (std::size_t k = 0; k < n; ++k) e[k] = static_cast<std::uint32_t>(k), i[k] = static_cast<std::uint32_t>(random.below(20));
  blocked<S> s(blank);
  s.absorb(count_row<std::uint32_t>{0, 0, e, i});
  return s;
}
}  // namespace

TEST_CASE("stationary_bootstrap: a draw is made of whole parts, as many as there are, blocks apart from one another, the first following the last never") {
  auto const s = numbered(count_rows{}, 100);
  stationary_bootstrap const bootstrap(stretches(s, 25), count_rows{}, 5, 7);
  over_seeds length, starts;
  int wrong = 0;
  for (std::uint64_t k = 0; k < 400; ++k) {
    auto const drawn = bootstrap.draw(k);
    wrong += drawn.bins != 100 || drawn.state.bins() != 100 || drawn.state.runs().back().end() > drawn.end || drawn.state.runs().front().first < 0;
    length.add(static_cast<double>(drawn.state.runs().size()));
    for (auto const& r : drawn.state.runs()) {
      starts.add(r.e.front());
      wrong += r.e.front() % 4 != 0 || r.e.size() % 4 != 0;
      for (std::size_t j = 1; j < r.e.size(); ++j) wrong += r.e[j] != r.e[j - 1] + 1;
    }
  }
  CHECK(wrong == 0);
  // a part ends a block with chance 1/5, or else by standing last of 25: 1 + 24·(1/5 + 4/5/25) blocks
  CHECK(length.off(1 + 24 * (0.2 + 0.8 / 25)) < 4);
  // blocks start anywhere, and oftener at 0, where the recording goes on after its end
  auto const wraps = 24 * 0.8 / 25, free = 1 + 24 * 0.2;
  CHECK(starts.mean() == doctest::Approx(48 * free / (free + wraps)).epsilon(0.05));
}

TEST_CASE("stationary_bootstrap: lagged sums of a draw are those of its rows with the blocks apart") {
  auto const rows = numbered(count_rows{}, 3'000);
  auto const lags = numbered(lag_moments(9, true), 3'000);
  stationary_bootstrap const a(stretches(rows, 60), count_rows{}, 6, 3, 2);
  stationary_bootstrap const b(stretches(lags, 60), lag_moments(9, true), 6, 3, 2);
  for (std::uint64_t k = 0; k < 20; ++k) {
    lag_moments direct(9, true);
    auto const drawn = a.draw(k);
    for (auto const& r : drawn.state.runs()) direct.absorb(count_row<std::uint32_t>{0, r.first, r.e, r.i});
    CHECK(b.draw(k).state == direct);
  }
}

TEST_CASE("stationary_bootstrap: draw k depends on nothing but seed, stream and k") {
  auto const s = numbered(co_moments{}, 500);
  auto with = [&](std::uint64_t seed, std::uint64_t stream) { return stationary_bootstrap(stretches(s, 50), co_moments{}, 4, seed, stream); };
  auto const one = with(1, 0);
  auto const third = one.draw(3).state;
  (void)one.draw(0), (void)one.draw(9);
  CHECK(one.draw(3).state == third);
  CHECK(with(1, 0).draw(3).state == third);
  CHECK_FALSE(with(2, 0).draw(3).state == third);
  CHECK_FALSE(with(1, 1).draw(3).state == third);
  CHECK_FALSE(one.draw(4).state == third);
}

TEST_CASE("stationary_bootstrap: the variance of a mean over draws is that of Politis and Romano's lemma") {
  random_stream random(5);
  std::vector<std::uint8_t> e(1'000), i(1'000);
  for (std::size_t k = 0; k < e.size(); ++k) e[k] = static_cast<std::uint8_t>(k % 25 < 12 ? random.below(9) : random.below(3));  // slow against a part
  blocked<co_moments> s;
  s.absorb(count_row<std::uint8_t>{0, 0, e, i});
  constexpr std::size_t n = 200;
  constexpr double length = 6;
  auto const parts = stretches(s, n);
  stationary_bootstrap const bootstrap(parts, co_moments{}, length, 1);
  over_seeds mean;
  for (std::uint64_t k = 0; k < 4'000; ++k) mean.add(static_cast<double>(bootstrap.draw(k).state.e()) / n);

  // n Var(mean*) = c₀ + 2 Σ_k (1 − k/n)(1 − p)^k c_k, with the circular autocovariances c and p = 1/length
  double centre = 0, theory = 0;
  for (auto const& p : parts) centre += static_cast<double>(p.state.e()) / n;
  for (std::size_t lag = 0; lag < n; ++lag) {
    double c = 0;
    for (std::size_t j = 0; j < n; ++j) c += (static_cast<double>(parts[j].state.e()) - centre) * (static_cast<double>(parts[(j + lag) % n].state.e()) - centre) / n;
    theory += (lag == 0 ? 1 : 2) * (1 - static_cast<double>(lag) / n) * std::pow(1 - 1 / length, static_cast<double>(lag)) * c;
  }
  CHECK(mean.off(centre) < 4);
  CHECK(std::abs(mean.variance() * n / theory - 1) < 4 * std::sqrt(2.0 / 4'000));
}

TEST_CASE("stationary_bootstrap: what cannot be is refused") {
  auto const s = numbered(co_moments{}, 50);
  CHECK_THROWS_AS(stationary_bootstrap<co_moments>({}, co_moments{}, 2, 1), error);
  CHECK_THROWS_AS(stationary_bootstrap(stretches(s, 10), co_moments{}, 0.5, 1), error);
  CHECK_THROWS_AS(stationary_bootstrap(stretches(s, 10), co_moments{}, std::numeric_limits<double>::infinity(), 1), error);
}
