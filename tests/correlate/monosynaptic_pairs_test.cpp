// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/correlate/monosynaptic_pairs.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/run.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <vector>

#include "../near.hpp"

using namespace equipoise;
using testing::near;
using tk = ticks<30'000>;

namespace {
/// Three trains of 20 Hz for 300 s; unit 1 also fires 2 ms after every thirtieth spike of unit 0 on average.
auto driven() -> spike_table<tk> {
  random_stream random(21);
  constexpr std::int64_t end = 30'000 * 300;
  std::vector<std::int64_t> at;
  std::vector<unit_index> unit;
  for (unit_index u = 0; u < 3; ++u)
    for (auto t = 0.0; (t += 1'500 * random.exponential()) < end - 100;) {
      at.push_back(static_cast<std::int64_t>(t)), unit.push_back(u);
      if (u == 0 && random.below(30) == 0) at.push_back(static_cast<std::int64_t>(t) + 60), unit.push_back(1);
    }
  return spike_table<tk>::sorted(std::move(at), std::move(unit), 3, window<tk>{tk{0}, tk{end}});
}
}  // namespace

TEST_CASE("monosynaptic_pairs: every ordered pair is tested as its own correlogram is, and only the driven one is found") {
  auto const table = driven() | correlograms(monosynaptic_options::lags());
  auto const survey = monosynaptic_pairs(table);
  REQUIRE(survey.pairs.size() == 6);
  CHECK(survey.expected_false_excitation == near(0.006, 1e-12));
  CHECK(survey.expected_false_inhibition == near(0.006, 1e-12));
  monosynaptic_test const test(301, table.width_s() * 1e3);
  std::vector<double> p;
  for (auto const& pair : survey.pairs) {
    CHECK(pair.reference != pair.target);
    auto const alone = test(table.counts(pair.reference, pair.target), table.spikes(pair.reference));
    CHECK(pair.evidence.p_excitation == alone.p_excitation);
    CHECK(pair.evidence.pooled_p == alone.pooled_p);
    CHECK(pair.evidence.excitatory == (pair.reference == 0 && pair.target == 1));
    CHECK_FALSE(pair.evidence.inhibitory);
    p.push_back(pair.evidence.p_excitation);
  }
  CHECK(survey.pairs[0].target == 1);
  CHECK(survey.pairs[0].q_excitation == near(6 * p[0], 1e-12));  // the smallest of six
  CHECK(survey.pairs[0].q_excitation < 1e-6);
  CHECK(survey.pairs[0].evidence.transmission_probability == near(1 / 30.0, 0.3));
}

TEST_CASE("monosynaptic_pairs: pairs of one electrode have a shadow, and silent units count as underpowered") {
  auto const table = driven() | correlograms(monosynaptic_options::lags());
  std::vector<std::int64_t> const electrodes{4, 4, 5};
  auto const survey = monosynaptic_pairs(table, {}, electrodes);
  monosynaptic_test const shadowed(301, table.width_s() * 1e3, {}, true), apart(301, table.width_s() * 1e3);
  for (auto const& pair : survey.pairs) {
    auto const& test = pair.reference + pair.target == 1 ? shadowed : apart;
    CHECK(pair.evidence.pooled_count == test(table.counts(pair.reference, pair.target), 1).pooled_count);
  }
  CHECK_THROWS_AS((void)monosynaptic_pairs(table, {}, std::vector<std::int64_t>{1, 2}), error);

  spike_table<tk> const quiet({10, 20'000, 50'000}, {0, 0, 0}, 2, window<tk>{tk{0}, tk{90'000}});
  auto const silent = monosynaptic_pairs(quiet | correlograms(monosynaptic_options::lags()));
  CHECK(silent.expected_false_inhibition == 0);
  for (auto const& pair : silent.pairs) {
    CHECK(pair.evidence.underpowered);
    CHECK(std::isnan(pair.q_inhibition));
    CHECK_FALSE(pair.evidence.excitatory);
  }
}
