// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <deque>
#include <equipoise/concepts/balance.hpp>
#include <list>
#include <vector>

using namespace equipoise;

namespace {
struct tally : state_base {
  std::int64_t n = 0;
  static auto fields(auto& s) { return std::tie(s.n); }
  template <class C>
  void absorb(count_row<C> const& r) {
    n += static_cast<std::int64_t>(r.size());
  }
  auto merge(tally const& o) -> tally& { return n += o.n, *this; }
};

struct least_metric {
  using statistic = tally;
  auto operator()(tally const& s, row_info const&) const { return s.n; }
};
struct with_start : least_metric {
  auto start(row_info const&) const { return tally{}; }
};
static_assert(metric<least_metric> && metric<with_start>);

struct no_statistic {
  auto operator()(tally const& s, row_info const&) const { return s.n; }
};
struct statistic_is_no_state {
  using statistic = int;
  auto operator()(int s, row_info const&) const { return s; }
};
struct forgets_the_row {
  using statistic = tally;
  auto operator()(tally const& s) const { return s.n; }
};
struct gives_nothing {
  using statistic = tally;
  void operator()(tally const&, row_info const&) const {}
};
struct changes_itself {
  using statistic = tally;
  int calls = 0;
  auto operator()(tally const&, row_info const&) { return ++calls; }
};
static_assert(!metric<no_statistic> && !metric<statistic_is_no_state> && !metric<forgets_the_row> && !metric<gives_nothing>);
static_assert(!metric<changes_itself> && !metric<tally>);

static_assert(scale_set<std::vector<std::chrono::nanoseconds>> && scale_set<std::array<ticks<30'000>, 3>> && scale_set<std::deque<std::chrono::milliseconds>>);
static_assert(!scale_set<std::list<std::chrono::nanoseconds>> && !scale_set<std::vector<double>>);
static_assert(!scale_set<std::vector<std::chrono::duration<double>>> && !scale_set<std::chrono::nanoseconds>);

struct rates_above_ten {
  auto operator()(std::vector<double> const& rate) const -> labelling {
    labelling l;
    for (auto const r : rate) l.cells.push_back(r > 10 ? cell::i : cell::e);
    return l;
  }
};
struct gives_cells {
  auto operator()(std::vector<double> const&) const -> std::vector<cell> { return {}; }
};
static_assert(classifier_of<rates_above_ten, std::vector<double>> && !classifier_of<gives_cells, std::vector<double>> && !classifier_of<rates_above_ten, int>);
}  // namespace

TEST_CASE("balance: a labelling counts its classes, and is putative unless said otherwise") {
  auto const l = rates_above_ten{}({3.0, 12.0, 4.0, 9.0});
  CHECK(l.count(cell::e) == 3);
  CHECK(l.count(cell::i) == 1);
  CHECK(l.count(cell::neither) == 0);
  CHECK(l.putative);
  CHECK(labelling{}.count(cell::e) == 0);
}

TEST_CASE("balance: a unit without a label belongs to neither side") { CHECK(cell{} == cell::neither); }
