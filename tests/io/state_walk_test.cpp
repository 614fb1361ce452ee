// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <equipoise/concepts/balance.hpp>
#include <equipoise/core/epochs.hpp>
#include <equipoise/io/state_walk.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

using namespace equipoise;
namespace walk = equipoise::detail::walk;

namespace {
template <class X>
auto schema() -> std::string {
  std::string s;
  walk::schema<X>(s);
  return s;
}

enum class vigilance : std::uint8_t { wake, rem };
struct plain {
  std::int32_t a{};
  double b{};
  static auto fields(auto& s) { return std::tie(s.a, s.b); }
};
struct nothing {
  static auto fields(auto&) { return std::tie(); }
};
/// Configured with a width, which is not among its fields.
struct counter {
  std::int64_t width, n = 0;
  explicit counter(std::int64_t w) : width(w) {}
  static auto fields(auto& s) { return std::tie(s.n); }
  static auto setup(auto const& s) { return std::tie("width", s.width); }
};
/// A list of counters that grows.
struct panes {
  std::int64_t width;
  std::map<std::int64_t, counter> all{};
  static auto fields(auto& s) { return std::tie(s.all); }
  [[nodiscard]] auto blank() const -> counter { return counter(width); }
};
/// Equal by content only.
struct bag {
  std::unordered_map<std::int64_t, std::int64_t> n;
  [[nodiscard]] auto contents() const -> std::map<std::int64_t, std::int64_t> { return {n.begin(), n.end()}; }
  auto assign(std::map<std::int64_t, std::int64_t> const& all) -> bool { return n = {all.begin(), all.end()}, true; }
};

static_assert(walk::storable<plain> && walk::storable<bag> && walk::storable<std::vector<bool>> && walk::storable<std::deque<counter>> && walk::storable<int128>);
static_assert(!walk::storable<std::shared_ptr<int>> && !walk::storable<int*> && !walk::storable<std::unordered_map<int, int>> && !walk::storable<std::multimap<int, int>> && !walk::storable<long double>,
              "what is shared, points elsewhere or has no order cannot be stored");

template <class X>
using culprit = typename decltype(walk::culprit<X>())::type;
struct owner {
  plain a;
  std::map<int, std::vector<std::pair<int, std::optional<int*>>>> b;
  static auto fields(auto& s) { return std::tie(s.a, s.b); }
};
static_assert(std::same_as<culprit<owner>, int*> && std::same_as<culprit<std::array<std::set<std::string>, 2>>, void> && std::same_as<culprit<std::tuple<bag, panes, std::chrono::seconds>>, void>);
static_assert(std::same_as<culprit<lag_moments>, void> && std::same_as<culprit<std::map<std::shared_ptr<int>, int>>, std::shared_ptr<int>> && std::same_as<culprit<nothing>, void>);

static_assert(walk::least<plain>() == 12 && walk::least<bag>() == 8 && walk::least<nothing>() == 0 && walk::least<std::array<plain, 3>>() == 36 && walk::least<std::optional<plain>>() == 1);
static_assert(walk::least<std::tuple<bool, char, std::string, std::chrono::seconds, vigilance>>() == 1 + 1 + 8 + 8 + 1);

static_assert(!walk::needs_start<std::vector<plain>>() && walk::can_be_made<plain, walk::no_blank>);
static_assert(walk::needs_start<std::vector<counter>>() && !walk::can_be_made<counter, walk::no_blank>, "its width comes from start");
static_assert(!walk::needs_start<std::vector<counter>, counter>() && walk::can_be_made<counter, counter>, "a blank knows the width");
static_assert(!walk::needs_start<std::map<int, std::optional<counter>>, counter>());
static_assert(walk::needs_start<std::vector<std::pair<int, counter>>, counter>(), "a pair is not made of a blank");
static_assert(walk::needs_start<std::vector<std::tuple<lag_moments, joint_histogram>>>() && !walk::needs_start<std::vector<joint_histogram>>());
static_assert(walk::needs_start<panes>() && walk::needs_start<std::vector<nothing>>());
}  // namespace

TEST_CASE("state_walk: the schema tells the type of every field, down to the clock of a time") {
  CHECK(schema<std::tuple<std::int8_t, std::uint16_t, std::int32_t, std::uint64_t, int128, uint128>>() == "(i8,u16,i32,u64,i128,u128)");
  CHECK(schema<std::tuple<bool, float, double, std::string, vigilance, char>>() == "(bool,f32,f64,text,u8,u8)");
  CHECK(schema<std::chrono::nanoseconds>() == "i64x1/1000000000s");
  CHECK(schema<ticks<390'625, 16>>() == "i64x16/390625s");
  CHECK(schema<epochs<ticks<30'000>>>() == "([(i64x1/30000s,i64x1/30000s)])");
  CHECK(schema<std::pair<std::vector<plain>, std::array<std::optional<std::int32_t>, 2>>>() == "([(i32,f64)],2*?i32)");
  CHECK(schema<std::map<std::string, std::set<std::uint8_t>>>() == "{text:{u8}}");
  CHECK(schema<nothing>() == "()");
  CHECK(schema<bag>() == "{i64:i64}");
  CHECK(schema<panes>() == "({i64:(i64)})");
  CHECK(schema<std::int32_t[3]>() == "3*i32");
}
