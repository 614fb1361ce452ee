// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <equipoise/classify/wide_interneurons.hpp>
#include <limits>
#include <string>
#include <vector>

using namespace equipoise;

namespace {
auto train(double tau_rise_ms, double rise_z) -> train_features {
  static std::int64_t id = 10;
  train_features f;
  f.id = id++, f.acg.tau_rise_ms = tau_rise_ms, f.acg.rise_z = rise_z;
  return f;
}
}  // namespace

TEST_CASE("wide_interneurons: only RS units whose autocorrelogram surely rises slowly change side, and they are named") {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector const trains{train(9, 3), train(9, 1), train(3, -3), train(9, 3), train(9, 3), train(none, none)};
  labelling const before{.cells = {cell::e, cell::e, cell::e, cell::i, cell::neither, cell::e}, .confidence = {.9, .9, .9, .9, .6, .9}, .method = "a rule", .putative = true, .warnings = {}, .posterior_i = {.1, .1, .1, .9, .4, .1}};
  auto const after = with_wide_interneurons(before, trains);
  CHECK(after.cells == std::vector{cell::i, cell::e, cell::e, cell::i, cell::neither, cell::e});
  CHECK(std::isnan(after.posterior_i[0]));
  CHECK(std::isnan(after.confidence[0]));
  CHECK(after.posterior_i[1] == .1);
  REQUIRE(after.warnings.size() == 1);
  CHECK(after.warnings[0].message.find("unit " + std::to_string(trains[0].id) + " (9 ms)") != std::string::npos);
  CHECK(with_wide_interneurons(before, trains, {.least_z = 0}).cells == std::vector{cell::i, cell::i, cell::e, cell::i, cell::neither, cell::e});
  CHECK(with_wide_interneurons(before, trains, {.tau_rise_ms = 10, .least_z = 0}).cells == before.cells);
  auto given = before;
  given.putative = false;
  CHECK(with_wide_interneurons(given, trains).cells == before.cells);
  CHECK_THROWS_AS(with_wide_interneurons(before, std::vector{train(1, 1)}), error);
}
