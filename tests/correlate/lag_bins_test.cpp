// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/correlate/lag_bins.hpp>
#include <vector>

using namespace equipoise;
using namespace std::chrono_literals;
using tk = ticks<10'000>;

static_assert(lag_bins<centred> && lag_bins<half_open> && lag_bins<symmetric> && !lag_bins<int>);

namespace {
/// Bins and halves of a pair that a difference counts in, from the definition alone.
template <lag_bins B>
auto by_definition(realised_bins<B> const& bins, std::int64_t d) -> std::vector<std::int64_t> {
  std::vector<std::int64_t> out(bins.bins());
  for (std::size_t b = 0; b < out.size(); ++b) {
    auto const lo = bins.twice_begin(b), hi = bins.twice_begin(b + 1);
    if constexpr (B::halves) out[b] = (2 * d > lo && 2 * d < hi ? 2 : 0) + (2 * d == lo ? 1 : 0) + (2 * d == hi ? 1 : 0);
    else out[b] = 2 * d >= lo && 2 * d < hi ? 1 : 0;
  }
  return out;
}
/// The same by slots.
template <lag_bins B>
auto by_slots(realised_bins<B> const& bins, std::int64_t d, bool later) -> std::vector<std::int64_t> {
  std::vector<std::int64_t> out(bins.bins());
  auto const s = bins.slots();
  auto const size = static_cast<std::uint32_t>(d < 0 ? -d : d);
  if (size < s.reach)
    for (auto const& share : bins.shares(s.of(size), later)) out[share.bin] += share.weight;
  return out;
}
template <lag_bins B>
void check_all(B const& b) {
  auto const bins = realised_bins<B>::template in<tk>(b);
  for (std::int64_t d = -40; d <= 40; ++d) {
    if (d >= 0) CHECK(by_slots(bins, d, true) == by_definition(bins, d));
    if (d <= 0) CHECK(by_slots(bins, d, false) == by_definition(bins, d));
  }
}
}  // namespace

TEST_CASE("lag_bins: every difference counts where its convention says, on edges and at both ends, for even and odd widths") {
  for (auto const width : {100us, 200us, 300us, 400us, 700us}) {  // 1, 2, 3, 4, 7 ticks
    check_all(centred{4 * width, width});
    check_all(half_open{4 * width, width});
    check_all(symmetric{4 * width, width});
  }
}

TEST_CASE("lag_bins: what each convention says of simultaneous spikes and of its edges") {
  auto const middle = realised_bins<centred>::in<tk>({2ms, 1ms});
  CHECK(middle.bins() == 5);
  CHECK(middle.twice_begin(2) == -10);  // −0.5 ms
  CHECK(by_definition(middle, 5) == std::vector<std::int64_t>{0, 0, 0, 1, 0});
  CHECK(by_definition(middle, -5) == std::vector<std::int64_t>{0, 0, 1, 0, 0});
  auto const half = realised_bins<half_open>::in<tk>({2ms, 1ms});
  CHECK(half.bins() == 4);
  CHECK(by_slots(half, 0, true) == std::vector<std::int64_t>{0, 0, 1, 0});
  CHECK(by_slots(half, 0, false) == std::vector<std::int64_t>{0, 0, 1, 0});
  auto const both = realised_bins<symmetric>::in<tk>({2ms, 1ms});
  CHECK(by_slots(both, 5, true) == std::vector<std::int64_t>{0, 0, 1, 1, 0});
  CHECK(by_slots(both, -5, false) == std::vector<std::int64_t>{0, 1, 1, 0, 0});
}

TEST_CASE("lag_bins: bins that do not fit are refused with a sentence") {
  CHECK_THROWS_WITH_AS(realised_bins<centred>::in<tk>({50ms, 10us}), doctest::Contains("bins are shorter than a tick"), error);
  CHECK_THROWS_WITH_AS(realised_bins<centred>::in<tk>({50ms, 0ms}), doctest::Contains("bins are shorter than a tick"), error);
  CHECK_THROWS_WITH_AS(realised_bins<half_open>::in<tk>({50ms, 3ms}), doctest::Contains("not a whole number of bins"), error);
  CHECK_THROWS_WITH_AS(realised_bins<half_open>::in<tk>({1ms, 3ms}), doctest::Contains("not a whole number of bins"), error);
  CHECK_THROWS_WITH_AS(realised_bins<half_open>::in<tk>({1h, 1ms}), doctest::Contains("too many or too long lags"), error);
}
