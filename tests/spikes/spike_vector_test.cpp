// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <equipoise/spikes/spike_vector.hpp>
#include <type_traits>
#include <vector>

using namespace equipoise;

namespace {
using tk = ticks<1000>;
constexpr window<tk> second{tk{0}, tk{1000}};

static_assert(spike_train<spike_vector<tk>> && spike_train<spike_span<tk>> && spike_train<spike_vector<std::chrono::nanoseconds>>);
static_assert(!population<spike_vector<tk>> && !event_source<spike_vector<tk>>);
static_assert(std::convertible_to<spike_vector<tk>, spike_span<tk>> && !std::convertible_to<spike_span<tk>, spike_vector<tk>>);
static_assert(std::is_trivially_copyable_v<spike_span<tk>>);

constexpr std::array<std::int64_t, 3> stored{1, 2, 9};
static_assert(spike_span<tk>(stored, second).size() == 3 && spike_span<tk>(stored, second)[2] == tk{9} && spike_span<tk>{}.empty());
}  // namespace

TEST_CASE("spike_span: looks at foreign memory without a copy") {
  std::vector<std::int64_t> theirs{5, 7, 7, 20};
  spike_span<tk> const train(theirs, second);
  CHECK(train.raw().data() == theirs.data());
  CHECK(raw(train).data() == theirs.data());
  CHECK(when(train) == second);
  CHECK(train[3] == tk{20});
  theirs[3] = 21;
  CHECK(train[3] == tk{21});
  auto const copy = train;
  CHECK(copy.raw().data() == theirs.data());
}

TEST_CASE("spike_span: the rate is spikes by seconds of the window") {
  std::vector<std::int64_t> const at{1, 2, 3};
  CHECK(spike_span<tk>(at, {tk{0}, tk{1500}}).rate_hz() == 2.0);
  CHECK(spike_span<tk>({}, second).rate_hz() == 0.0);
  CHECK(reason_of(spike_span<tk>({}, {}).rate_hz()) == reason::not_available);
  CHECK(spike_vector<tk>({1, 2, 3}, {tk{0}, tk{1500}}).rate_hz() == 2.0);
}

TEST_CASE("spike_vector: owns its ticks, also those at both ends of the window") {
  std::vector<std::int64_t> ticks{0, 5, 5, 999};
  auto const* const memory = ticks.data();
  spike_vector<tk> const train(std::move(ticks), second);
  CHECK(train.raw().data() == memory);  // moved in
  CHECK(train.size() == 4);
  CHECK_FALSE(train.empty());
  CHECK(train[3] == tk{999});
  spike_span<tk> const view = train;
  CHECK(view.raw().data() == memory);
  CHECK(view.when() == second);
  CHECK(train == spike_vector<tk>({0, 5, 5, 999}, second));
  CHECK_FALSE(train == spike_vector<tk>({0, 5, 5, 999}, {tk{0}, tk{1001}}));
  CHECK(spike_vector<tk>({-3, -1}, {tk{-3}, tk{0}}).size() == 2);
  CHECK(spike_vector<tk>{}.empty());
}

TEST_CASE("spike_vector: unsorted spikes and spikes outside the window are refused with a sentence") {
  CHECK_THROWS_WITH_AS((spike_vector<tk>({1, 4, 3}, second)),
                       "spike_vector, spike 2: times are not ascending (expected at least 4, found 3); validate(…) counts such places; sort before building the train", error);
  CHECK_THROWS_WITH_AS((spike_vector<tk>({1, 1000}, second)), doctest::Contains("a spike lies outside the window [0, 1000) (found 1000)"), error);
  CHECK_THROWS_WITH_AS((spike_vector<tk>({-1, 1}, second)), doctest::Contains("(found -1)"), error);
}
