// SPDX-License-Identifier: BSL-1.0
// Against the results of numpy, scipy and elephant on one recording (tests/data/golden/PROVENANCE.md).
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/balance/coupling.hpp>
#include <equipoise/io/npy.hpp>
#include <equipoise/pipeline/compose.hpp>
#include <equipoise/pipeline/measure.hpp>
#include <equipoise/scales/pyramid.hpp>
#include <equipoise/spikes/spike_table.hpp>
#include <equipoise/spikes/split.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/unit_moments.hpp>
#include <string>
#include <vector>

#include "../classify/fixtures.hpp"
#include "../golden.hpp"

using namespace equipoise;
using testing::golden;
using testing::golden_recording;

namespace {
using tk = ticks<30'000>;

template <class S>
struct keep {
  using statistic = S;
  auto operator()(S const& s, row_info const&) const -> S { return s; }
};
struct raw_products {
  using statistic = lag_moments;
  [[nodiscard]] auto start(row_info const&) const -> lag_moments { return lag_moments(20); }
  auto operator()(lag_moments const& s, row_info const&) const -> std::vector<std::int64_t> {
    std::vector<std::int64_t> v;
    for (std::int64_t lag = -20; lag <= 20; ++lag) v.push_back(s.at(lag).xy);
    return v;
  }
};

auto labels() -> std::vector<cell> {
  std::vector<cell> cells;
  for (auto const c : golden<std::int64_t>("in_unit_class")) cells.push_back(c == 0 ? cell::e : cell::i);
  return cells;
}
auto widths() -> std::vector<tk> {
  std::vector<tk> w;
  for (auto const n : golden<std::int64_t>("scale_ticks")) w.push_back(tk{n});
  return w;
}
}  // namespace

TEST_CASE("golden: counts at 32 widths equal in every bin of both populations, with the partial bin and without") {
  auto const table = golden_recording();
  auto const rs = golden<std::int64_t>("counts_rs"), fs = golden<std::int64_t>("counts_fs"), with = golden<std::int64_t>("scale_nbins_ceil"), without = golden<std::int64_t>("scale_nbins_floor");
  for (bool const partial : {true, false}) {
    auto const p = partial ? pyramid(widths()).keep_partial() : pyramid(widths());
    auto const result = table | split(labels()) | p | measure("rows"_n = keep<count_rows>{});
    std::int64_t bins = 0, wrong = 0;
    std::size_t from = 0;
    for (std::size_t k = 0; k < 32; ++k) {
      auto const n = partial ? with[k] : without[k];
      REQUIRE(result["rows"_n][k].bins() == n);
      auto const& run = result["rows"_n][k].runs()[0];
      REQUIRE(run.first == 0);
      for (std::size_t b = 0; b < run.e.size(); ++b) wrong += (run.e[b] != rs[from + b]) + (run.i[b] != fs[from + b]);
      bins += 2 * n;
      from += static_cast<std::size_t>(with[k]);
    }
    CHECK(wrong == 0);
    CHECK(bins == (partial ? 468'358 : 468'302));
  }
}

TEST_CASE("golden: correlation, covariances, variances, Fano factors to 1e-12") {
  auto const result = golden_recording() | split(labels()) | pyramid(widths())
                    | measure("rho"_n = zero_lag_correlation{.at_least = 2}, "cov"_n = covariance{.at_least = 2}, "fano"_n = fano_factors{.at_least = 2}, "moments"_n = keep<co_moments>{});
  auto const rho = golden<double>("zero_lag_numpy_corrcoef");
  auto const cov = golden<double>("ens_cov_elephant_ddof1"), fano = golden<double>("ens_fano_numpy_ddof0");
  REQUIRE(rho.size() == 32);
  REQUIRE(cov.size() == 128);
  REQUIRE(fano.size() == 64);
  double worst_rho = 0, worst_cov = 0, worst_fano = 0;
  for (std::size_t k = 0; k < 32; ++k) {
    worst_rho = std::fmax(worst_rho, std::abs(result["rho"_n][k] - rho[k]));
    auto const& s = result["moments"_n][k];
    auto const n = static_cast<double>(s.n()), unit = std::sqrt(cov[4 * k] * cov[4 * k + 3]);  // errors relative to the geometric mean of the variances
    for (auto const at : {4 * k + 1, 4 * k + 2}) worst_cov = std::fmax(worst_cov, std::abs(result["cov"_n][k] - cov[at]) / unit);
    worst_cov = std::fmax(worst_cov, std::abs(static_cast<double>(s.spread_e()) / n / (n - 1) / cov[4 * k] - 1));
    worst_cov = std::fmax(worst_cov, std::abs(static_cast<double>(s.spread_i()) / n / (n - 1) / cov[4 * k + 3] - 1));
    worst_fano = std::fmax(worst_fano, std::abs(result["fano"_n][k].e / fano[2 * k] - 1) + std::abs(result["fano"_n][k].i / fano[2 * k + 1] - 1));
  }
  CAPTURE(worst_rho);
  CAPTURE(worst_cov);
  CAPTURE(worst_fano);
  CHECK(worst_rho < 1e-12);
  CHECK(worst_cov < 1e-12);
  CHECK(worst_fano < 1e-12);
}

TEST_CASE("golden: what single units do equals a count unit by unit, and their Fano factors are numpy's") {
  auto const table = golden_recording();
  auto const cells = labels();
  auto const counts = golden<double>("counts_units_w3000");
  REQUIRE(counts.size() == 20 * 600);
  unit_moments expected;
  for (std::size_t b = 0; b < 600; ++b) {
    std::int64_t active[2] = {0, 0}, squares[2] = {0, 0};
    for (std::size_t u = 0; u < 20; ++u) {
      auto const n = static_cast<std::int64_t>(counts[600 * u + b]);
      active[cells[u] == cell::i] += n > 0, squares[cells[u] == cell::i] += n * n;
    }
    expected.absorb(unit_row{0, static_cast<std::int64_t>(b), {&active[0], 1}, {&active[1], 1}, {&squares[0], 1}, {&squares[1], 1}});
  }
  std::vector<tk> const hundred_ms{tk{3'000}};
  CHECK((table | split(cells) | pyramid(hundred_ms).with_units() | measure("units"_n = keep<unit_moments>{}))["units"_n][0] == expected);

  auto const truth = fixtures::read_rows(EQUIPOISE_TEST_DATA "/golden/unit_stats.csv");
  REQUIRE(truth.size() == 20);
  std::vector<tk> const two{tk{3'000}, tk{30'000}};
  for (std::size_t u = 0; u < 20; ++u) {
    std::vector<cell> only(20, cell::neither);
    only[u] = cell::e;
    auto const r = table | split(only) | pyramid(two) | measure("fano"_n = fano_factors{}, "mean"_n = mean_activity{});
    auto const number = [&](std::size_t column) { return std::stod(truth[u][column]); };
    CHECK(static_cast<double>(table[static_cast<unit_index>(u)].size()) == number(1));
    CHECK(std::abs(r["fano"_n][1].e / number(10) - 1) < 1e-12);  // 60 × 1 s
    CHECK(std::abs(r["fano"_n][0].e / number(11) - 1) < 1e-12);  // 600 × 100 ms
    CHECK(std::abs(r["mean"_n][1].e / number(2) - 1) < 1e-12);   // Hz
    CHECK(reason_of(r["fano"_n][0].i) == reason::empty_population);
  }
}

TEST_CASE("golden: the cross-correlation of the ensembles, raw products exactly, the biased estimator to 1e-12") {
  auto const result = golden_recording() | split(labels()) | pyramid(widths()) | measure("raw"_n = raw_products{}, "ccf"_n = correlation_by_lag{.within = 20, .estimator = lag_estimator::biased, .at_least = 1});
  auto const raw = golden<double>("ensccf_numpy_raw"), ccf = golden<double>("ensccf_scipy_centered");
  double worst = 0;
  int compared = 0, wrong = 0;
  for (std::size_t k = 0; k < 32; ++k)
    for (std::size_t lag = 0; lag < 41; ++lag) {
      auto const theirs = ccf[41 * k + lag];
      if (std::isnan(theirs)) continue;  // more lags than bins
      ++compared;
      wrong += static_cast<double>(result["raw"_n][k][lag]) != raw[41 * k + lag];
      worst = std::fmax(worst, std::abs(result["ccf"_n][k][lag] - theirs));
    }
  CHECK(compared > 1200);
  CHECK(wrong == 0);
  CHECK(worst < 1e-12);
}
