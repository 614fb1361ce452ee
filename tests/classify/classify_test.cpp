// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <equipoise/classify/classify.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "fixtures.hpp"

namespace eq = equipoise;
using eq::cell;
using fixtures::model;

namespace {

/// A user's own classifier: every measurable unit is excitatory if its trough is the wider half of all.
struct by_width {
  double cut_ms;
  auto operator()(std::vector<eq::waveform_features> const& all) const -> eq::labelling {
    eq::labelling out{.cells = {}, .confidence = {}, .method = "width", .putative = true, .warnings = {{"mine", "a warning of its own"}}};
    for (auto const& f : all) out.cells.push_back(f.unusable() ? cell::neither : f.trough_half_width_ms > cut_ms ? cell::e : cell::i);
    return out;
  }
};
static_assert(eq::classifier_of<by_width, std::vector<eq::waveform_features>>);
static_assert(!eq::classifier_of<model, std::vector<eq::waveform_features>>);

/// One unit per model, number 100 upwards, with k + 1 spikes in 1 s for the unit of index k.
auto recording_of(std::vector<model> const& models) -> eq::recording {
  eq::recording r;
  std::vector<std::int64_t> at;
  std::vector<eq::unit_index> unit;
  r.waveforms.samples = 87, r.waveforms.rate_hz = 30'000;
  for (std::size_t k = 0; k < models.size(); ++k) {
    auto w = models[k].sampled(30'000);
    w.resize(87);
    r.waveforms.values.insert(r.waveforms.values.end(), w.begin(), w.end());
    r.units.push_back({.id = 100 + static_cast<std::int64_t>(k)});
    for (std::size_t s = 0; s <= k; ++s) at.push_back(static_cast<std::int64_t>(s)), unit.push_back(static_cast<eq::unit_index>(k));
  }
  using ns = std::chrono::nanoseconds;
  r.table = eq::spike_table<ns>::sorted(at, unit, models.size(), eq::epochs<ns>(eq::window<ns>{ns{0}, ns{1'000'000'000}}));
  return r;
}

auto has(std::vector<eq::warning> const& all, std::string const& code) -> bool {
  return std::any_of(all.begin(), all.end(), [&](auto const& w) { return w.code == code; });
}

}  // namespace

TEST_CASE("classify: any classifier labels a recording; units keep the file's numbers, warnings are joined") {
  model const narrow{.sigma1 = 0.08}, wide{.sigma1 = 0.2};
  auto const r = recording_of({narrow, narrow, narrow, narrow, narrow, wide, wide, wide, wide, wide, wide});
  CHECK(eq::features_of(r)[3].id == 103);
  auto const l = eq::classify(r, by_width{0.3});
  CHECK(eq::counts_of(l) == eq::cell_counts{.excitatory = 6, .inhibitory = 5, .unclassified = 0});
  CHECK(l.cells[4] == cell::i);
  CHECK(l.cells[5] == cell::e);
  CHECK(has(l.warnings, "mine"));
  CHECK(has(l.warnings, "fs_slower_than_rs"));  // the narrow units have 1 to 5 spikes, the wide ones 6 to 11
  CHECK_FALSE(has(l.warnings, "few_inhibitory_units"));
}

TEST_CASE("classify: without waveforms, or with too few, it says what to do") {
  auto r = recording_of({model{}, model{}});
  auto none = r;
  none.waveforms = {};
  CHECK_THROWS_WITH_AS(eq::classify(none, by_width{0.3}), doctest::Contains("--labels"), eq::error);
  r.waveforms.values.resize(87);
  CHECK_THROWS_WITH_AS(eq::classify(r, by_width{0.3}), doctest::Contains("not one waveform per unit (expected 2, found 1)"), eq::error);
  CHECK(eq::classify(eq::recording{}, by_width{0.3}).cells.empty());
}

TEST_CASE("classify: what waveforms give cause to say is said with numbers and units") {
  std::vector<eq::waveform_features> all(10);
  for (std::size_t k = 0; k < all.size(); ++k) all[k].id = 50 + static_cast<std::int64_t>(k);
  CHECK(eq::waveform_warnings(all).empty());
  all[1].set(eq::waveform_flag::positive_going);
  all[2].set(eq::waveform_flag::positive_going);
  CHECK(eq::waveform_warnings(all).empty());  // a fifth is not yet more than a fifth
  all[3].set(eq::waveform_flag::positive_going);
  all[4].set(eq::waveform_flag::truncated);
  all[5].set(eq::waveform_flag::flat);
  all[6].set(eq::waveform_flag::has_nan);
  all[7].set(eq::waveform_flag::multi_trough);
  auto const w = eq::waveform_warnings(all);
  REQUIRE(w.size() == 4);
  CHECK(w[0].code == "positive_waveforms");
  CHECK(w[0].message.find("3 of 10 waveforms are positive-going (30 %)") == 0);
  CHECK(w[1].code == "truncated_waveforms");
  CHECK(w[1].message.find("(units 54)") != std::string::npos);
  CHECK(w[2].code == "unusable_waveforms");
  CHECK(w[2].message.find("(units 55, 56)") != std::string::npos);
  CHECK(w[3].code == "multi_trough_waveforms");
  for (auto& f : all) f.set(eq::waveform_flag::multi_trough);
  auto const many = std::vector<eq::waveform_features>(20, all[7]);
  CHECK(eq::waveform_warnings(many).back().message.find("57 and 8 more") != std::string::npos);
}
