// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <equipoise/inference/controls.hpp>
#include <equipoise/parallel/each.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/scales/scale_sets.hpp>
#include <vector>

#include "../over_seeds.hpp"
#include "driven_units.hpp"

using namespace equipoise;
using namespace equipoise::testing;
using namespace std::chrono_literals;

namespace {
struct spikes_of {
  using statistic = co_moments;
  bool e;
  auto operator()(statistic const& s, row_info const&) const -> double { return static_cast<double>(e ? s.e() : s.i()); }
};
auto rho_study(std::vector<cell> const& cells) { return split(cells) | pyramid(scales{500ms}) | measure("rho"_n = zero_lag_correlation{}); }
auto with_draws(std::int64_t n, std::uint64_t seed = 1) -> control_options {
  control_options o;
  o.draws = n, o.seed = seed;
  return o;
}
auto numbers(control_band const& b) -> std::vector<double> { return {b.mean, b.sd, b.lo, b.hi, b.reference, b.p, static_cast<double>(b.draws)}; }
}  // namespace

TEST_CASE("controls: among units that can be exchanged, no control stands apart from its reference") {
  driven_units const units{.hz_e = times(30, 5), .hz_i = times(10, 5), .seconds = 100};
  over_seeds same, matched;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    auto const c = controls(units.table(seed), rho_study(units.cells()), with_draws(20))[0][0];
    CHECK(c.label_swap.p > 0.04);  // the least is 1/21
    CHECK(c.label_swap.reference > 0.5);
    CHECK(std::abs(c.label_swap.mean - c.label_swap.reference) < 4 * c.label_swap.sd);
    same.add(c.same_class.mean - c.same_class.reference), matched.add(c.rate_matched.mean - c.rate_matched.reference);
  }
  CHECK(same.off(0) < 3.5);
  CHECK(matched.off(0) < 3.5);
  CHECK(same.standard_error() < 0.02);
}

TEST_CASE("controls: where inhibition follows a drive of its own, excitatory cells stand in for it better than it does itself") {
  driven_units const units{.hz_e = times(30, 5), .hz_i = times(10, 5), .seconds = 100, .own_drive = true};
  auto const c = controls(units.table(1), rho_study(units.cells()), with_draws(20))[0][0];
  CHECK(c.same_class.mean > 0.5);
  CHECK(std::abs(c.same_class.reference) < 0.3);
  CHECK(c.same_class.lo > c.same_class.reference + 0.2);
  CHECK(c.rate_matched.mean > c.rate_matched.reference + 0.3);
  CHECK(c.same_class.p == 1);
  CHECK(c.label_swap.mean > c.label_swap.reference + 0.2);
}

TEST_CASE("controls: rate-matched groups have as many spikes as inhibition, whichever has more, silent and loud cells among them") {
  auto uneven = times(24, 4);
  uneven[3] = uneven[7] = uneven[20] = 0, uneven[5] = 60;
  for (auto const hz_i : {1.0, 5.0, 60.0}) {
    driven_units const units{.hz_e = uneven, .hz_i = times(6, hz_i), .seconds = 40};
    auto const table = units.table(2);
    double of_e = 0, of_i = 0;
    for (auto const u : table.unit()) (u < 24 ? of_e : of_i) += 1;
    auto const study = split(units.cells()) | pyramid(scales{500ms}) | measure("e"_n = spikes_of{true}, "i"_n = spikes_of{false});
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      auto const c = controls(table, study, with_draws(2, seed));
      auto const &e = c[0][0].rate_matched, &i = c[1][0].rate_matched;
      REQUIRE(std::isfinite(i.mean));
      CHECK(e.mean == e.reference);                                // the same other E cells
      CHECK(std::abs(i.mean - i.reference) < 4 * std::sqrt(of_i));  // each at most once thinned
      CHECK(i.mean <= of_e - e.mean);                               // the group, or what thinning left of it
      CHECK(i.reference <= of_i);
      CHECK(of_e - e.mean > 0);
      auto const &all_e = c[0][0].same_class, &all_i = c[1][0].same_class;
      CHECK(all_i.mean == of_e - all_e.mean);  // six cells, not thinned
      CHECK(all_i.reference == of_i);
      CHECK(c[1][0].label_swap.reference == of_i);
    }
  }
}

TEST_CASE("controls: the group for a draw is told when it is complete, and stands in for I in the one labelling and is left out of the other") {
  std::vector<cell> const cells{cell::e, cell::i, cell::e, cell::neither, cell::e, cell::i, cell::e};
  std::vector<std::int64_t> const spikes{1, 2, 4, 8, 16, 32, 64};
  std::vector<std::int64_t> seen;
  auto const s = detail::stand_in_for_i(cells, spikes, random_stream(1), [&](std::size_t n, std::int64_t sum, std::int64_t) { return seen.push_back(sum), n == 2; });
  std::int64_t group = 0;
  for (std::size_t u = 0; u < cells.size(); ++u) {
    if (cells[u] == cell::i) CHECK((s.control[u] == cell::neither && s.reference[u] == cell::i));
    if (cells[u] == cell::neither) CHECK((s.control[u] == cell::neither && s.reference[u] == cell::neither));
    if (cells[u] != cell::e) continue;
    if (s.control[u] == cell::i) group += spikes[u];
    CHECK((s.control[u] == cell::i ? s.reference[u] == cell::neither : s.control[u] == cell::e && s.reference[u] == cell::e));
  }
  CHECK(std::ranges::count(s.control, cell::i) == 2);
  REQUIRE(seen.size() == 3);
  CHECK(seen[0] == 0);
  CHECK(seen[2] == group);
}

TEST_CASE("controls: bands are the mean, spread and share of draws, worked out from swapped labels") {
  driven_units const units{.hz_e = times(8, 5), .hz_i = times(5, 9), .seconds = 30};
  auto const table = units.table(3);
  auto const c = controls(table, rho_study(units.cells()), with_draws(3, 7));
  auto const truth = (table | rho_study(units.cells()))["rho"_n][0];
  std::vector<double> r;
  for (std::uint64_t k = 0; k < 3; ++k) r.push_back((table | rho_study(units.cells() | label_swap{}.draw(7, k)))["rho"_n][0]);
  auto const mean = (r[0] + r[1] + r[2]) / 3;
  auto const& b = c[0][0].label_swap;
  CHECK(b.mean == doctest::Approx(mean).epsilon(1e-12));
  CHECK(b.sd == doctest::Approx(std::sqrt(((r[0] - mean) * (r[0] - mean) + (r[1] - mean) * (r[1] - mean) + (r[2] - mean) * (r[2] - mean)) / 2)).epsilon(1e-9));
  CHECK(b.reference == doctest::Approx(truth).epsilon(1e-12));
  CHECK(b.p == doctest::Approx((1 + static_cast<double>((r[0] >= truth) + (r[1] >= truth) + (r[2] >= truth))) / 4));
  CHECK(b.draws == 3);
  // eight E cells are fewer than twice five
  for (auto const& none : {c[0][0].same_class, c[0][0].rate_matched}) {
    CHECK(reason_of(none.mean) == reason::not_available);
    CHECK(reason_of(none.p) == reason::not_available);
    CHECK(none.draws == 0);
  }
}

TEST_CASE("controls: threads change nothing, progress is told, and what cannot be is refused") {
  driven_units const units{.hz_e = times(12, 5), .hz_i = times(4, 9), .seconds = 30};
  auto const table = units.table(4);
  auto o = with_draws(6);
  std::atomic<int> told{0};
  o.progress = [&](double) { ++told; };
  auto const one = controls(table, rho_study(units.cells()), o)[0][0];
  o.each = on_threads(3);
  auto const three = controls(table, rho_study(units.cells()), o)[0][0];
  CHECK(told == 12);
  CHECK(numbers(one.same_class) == numbers(three.same_class));
  CHECK(numbers(one.rate_matched) == numbers(three.rate_matched));
  CHECK(numbers(one.label_swap) == numbers(three.label_swap));
  CHECK_THROWS_AS((void)controls(table, rho_study(units.cells()), with_draws(1)), error);
  CHECK_THROWS_AS((void)controls(table, rho_study(std::vector<cell>(5, cell::e)), with_draws(2)), error);
  // no inhibitory cells: nothing to control, and nothing fails
  auto const none = controls(table, rho_study(std::vector<cell>(16, cell::e)), with_draws(2))[0][0];
  CHECK(reason_of(none.same_class.mean) == reason::not_available);
  CHECK(reason_of(none.label_swap.mean) == reason::empty_population);
}
