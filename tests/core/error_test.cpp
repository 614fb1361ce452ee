// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <equipoise/core/error.hpp>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

using namespace equipoise;

static_assert(std::is_base_of_v<std::runtime_error, error>);
static_assert(reason_of(undefined(reason::no_variance)) == reason::no_variance);
static_assert(reason_of(1.0) == reason::none);

namespace {
auto const what = [](complaint c) { return std::string(error(std::move(c)).what()); };
constexpr std::array all_reasons{reason::none,         reason::too_few_bins,     reason::no_variance, reason::no_spikes,     reason::empty_population, reason::below_noise_floor,
                                 reason::peak_at_edge, reason::no_positive_peak, reason::unresolved,  reason::not_available, reason::no_spread,
                                 reason::too_few_blocks, reason::no_influence, reason::unstable, reason::not_asked_for};
}  // namespace

TEST_CASE("error: the message is composed of the parts that are there") {
  CHECK(what({"phy: spike_times.npy", "byte 10", "the file is shorter than its header says", "80 bytes", "72", "copy it again"})
        == "phy: spike_times.npy, byte 10: the file is shorter than its header says (expected 80 bytes, found 72); copy it again");
  CHECK(what({.where = "csv", .place = {}, .problem = "no header", .expected = {}, .found = {}, .advice = {}}) == "csv: no header");
  CHECK(what({.where = {}, .place = "row 3", .problem = "no unit", .expected = {}, .found = {}, .advice = {}}) == "row 3: no unit");
  CHECK(what({.where = {}, .place = {}, .problem = "no unit", .expected = {}, .found = {}, .advice = "give one"}) == "no unit; give one");
  CHECK(what({.where = {}, .place = {}, .problem = "bad", .expected = "3", .found = {}, .advice = {}}) == "bad (expected 3)");
  CHECK(what({.where = {}, .place = {}, .problem = "bad", .expected = {}, .found = "4", .advice = {}}) == "bad (found 4)");
  CHECK(what({}).empty());
}

TEST_CASE("error: the parts stay readable, also in a copy and for a plain sentence") {
  error const full({.where = "a", .place = "b", .problem = "c", .expected = "d", .found = "e", .advice = "f"});
  auto const copy = full;
  CHECK(copy.about().where == "a");
  CHECK(copy.about().found == "e");
  CHECK(std::string(copy.what()) == full.what());
  error const plain("just so");
  CHECK(std::string(plain.what()) == "just so");
  CHECK(plain.about().problem == "just so");
  CHECK(plain.about().where.empty());
  CHECK_THROWS_AS(throw full, std::runtime_error);
}

TEST_CASE("error: warnings compare by code and message") {
  CHECK(warning{"a", "b"} == warning{"a", "b"});
  CHECK(warning{"a", "b"} != warning{"a", "c"});
}

TEST_CASE("error: an undefined value is NaN, and its reason survives copies, containers and memcpy") {
  for (auto const why : all_reasons) {
    auto const x = undefined(why);
    CHECK(std::isnan(x));
    CHECK(reason_of(x) == why);
    std::vector<double> values(3, 0.5);
    values[1] = x;
    auto const moved = std::move(values);
    CHECK(reason_of(moved[1]) == why);
    double bits = 0;
    std::memcpy(&bits, &moved[1], sizeof bits);
    CHECK(reason_of(bits) == why);
    CHECK(reason_of(-x) == why);  // negation flips the sign bit only
  }
}

TEST_CASE("error: arithmetic on an undefined value stays undefined") {
  CHECK(std::isnan(undefined(reason::no_spikes) + 1.0));
  CHECK(std::isnan(2.0 * undefined(reason::no_spikes)));
}

TEST_CASE("error: NaN of another origin and numbers have no reason") {
  CHECK(reason_of(std::numeric_limits<double>::quiet_NaN()) == reason::none);
  CHECK(reason_of(std::nan("")) == reason::none);
  CHECK(reason_of(0.0) == reason::none);
  CHECK(reason_of(-1e300) == reason::none);
  CHECK(reason_of(std::numeric_limits<double>::infinity()) == reason::none);
  CHECK(reason_of(std::bit_cast<double>(detail::nan_tag | 0xFFu)) == reason::none);                          // a code that is not there
  CHECK(reason_of(std::bit_cast<double>(std::bit_cast<std::uint64_t>(undefined(reason::no_spikes)) + 256)) == reason::none);  // another mark
}

TEST_CASE("error: every reason has a sentence of its own") {
  std::set<std::string_view> sentences;
  for (auto const why : all_reasons) sentences.insert(to_string(why));
  CHECK(sentences.size() == all_reasons.size());
  CHECK(sentences.count("unknown reason") == 0);
  CHECK(to_string(static_cast<reason>(200)) == "unknown reason");
  CHECK(static_cast<int>(reason::too_few_bins) == 1);  // the order is part of saved results
  CHECK(static_cast<int>(reason::no_spread) == 10);
  CHECK(static_cast<int>(reason::not_asked_for) == 14);
}
