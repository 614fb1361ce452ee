// SPDX-License-Identifier: BSL-1.0
// How often default intervals hold a truth known in closed form: 2 000 recordings of each kind. The tables of docs/explanation/uncertainty.md are
// made by bench/coverage/run.sh from the same kinds.
#include "coverage.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/balance/deviation.hpp>

using namespace equipoise;
using testing::coverage;

namespace {
constexpr std::uint64_t recordings = 2'000;
auto of_rho(testing::simulated const& what) -> coverage {
  coverage c;
  testing::simulate(what, recordings, measure("rho"_n = with_interval(zero_lag_correlation{})), [&](auto const& b) { c.add(b["rho"_n][0], what.rho()); });
  return c;
}
}  // namespace

TEST_CASE("coverage: with 50 blocks and more the default interval of r holds the truth in 93 to 97 % of recordings") {
  for (auto const& what : testing::many_blocks()) {
    CAPTURE(what.seconds);
    CAPTURE(what.width_ms);
    auto const c = of_rho(what);
    CHECK(c.undefined == 0);
    CHECK(c.mean_blocks() >= 50);
    CHECK(c.share() >= 0.93);
    CHECK(c.share() <= 0.97);
  }
}

TEST_CASE("coverage: with 20 to 49 blocks it does in at least 91 %") {
  for (auto const& what : testing::some_blocks()) {
    CAPTURE(what.seconds);
    CAPTURE(what.width_ms);
    auto const c = of_rho(what);
    CHECK(c.undefined == 0);
    CHECK(c.mean_blocks() >= 20);
    CHECK(c.mean_blocks() < 50);
    CHECK(c.share() >= 0.91);
    CHECK(c.share() < 0.98);
  }
}

TEST_CASE("coverage: with fewer than 20 blocks there is none, and it says why") {
  for (auto const& what : testing::few_blocks())
    testing::simulate(what, 20, measure("rho"_n = with_interval(zero_lag_correlation{})), [](auto const& b) { CHECK(reason_of(b["rho"_n][0].lo) == reason::too_few_blocks); });
}

TEST_CASE("coverage: of the relative deviation and of the z-scored one as of r") {
  testing::simulated const what{.seconds = 60, .width_ms = 100, .hz = 100, .sigma = 0.3};
  coverage relative, zscored;
  testing::simulate(what, recordings, measure("relative"_n = with_interval(deviation{}, &deviations::relative), "zscored"_n = with_interval(deviation{}, &deviations::zscored)), [&](auto const& b) {
    relative.add(b["relative"_n][0], what.relative_deviation()), zscored.add(b["zscored"_n][0], std::sqrt(2 * (1 - what.rho())));
  });
  for (auto const* c : {&relative, &zscored}) {
    CHECK(c->undefined == 0);
    CHECK(c->share() >= 0.93);
    CHECK(c->share() <= 0.97);
  }
}
