// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <equipoise/core/random.hpp>
#include <equipoise/scales/open_bins.hpp>
#include <map>
#include <vector>

using namespace equipoise;

TEST_CASE("open_bins: a part is kept, taken out once, and then gone") {
  open_bins bins;
  CHECK(bins.take(4) == open_bin{4, 0, 0, 0});
  bins.keep({4, 1, 2, 30});
  CHECK(bins.take(3) == open_bin{3, 0, 0, 0});
  CHECK(bins.take(5) == open_bin{5, 0, 0, 0});
  CHECK(bins.take(4) == open_bin{4, 1, 2, 30});
  CHECK(bins.take(4) == open_bin{4, 0, 0, 0});
  CHECK(bins.begin() == bins.end());
}

TEST_CASE("open_bins: stand ascending whatever the order they come in, before the origin too") {
  open_bins bins;
  for (std::int64_t const b : {7, -3, 2, 9, 0}) bins.keep({b, b + 10, 1, 5});
  CHECK(std::is_sorted(bins.begin(), bins.end(), [](auto const& a, auto const& b) { return a.bin < b.bin; }));
  CHECK(bins.left_out() == incomplete_bins{5, 65, 5});
  CHECK(bins.take(2).e == 12);
  CHECK(bins.left_out() == incomplete_bins{4, 53, 4});
  CHECK(open_bins{}.left_out() == incomplete_bins{});
}

TEST_CASE("open_bins: behave as an ordered map, over 200 random sequences, and are equal by content") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_stream random(seed);
    open_bins bins;
    std::map<std::int64_t, open_bin> reference;
    for (int step = 0; step < 60; ++step) {
      auto const b = static_cast<std::int64_t>(random.below(12)) - 6;
      auto const have = bins.take(b);
      CHECK(have == (reference.count(b) != 0 ? reference[b] : open_bin{b, 0, 0, 0}));
      reference.erase(b);
      if (random.below(3) != 0) {
        open_bin const part{b, have.e + 1, have.i + 2, have.covered + 3};
        bins.keep(part);
        reference[b] = part;
      }
    }
    std::vector<open_bin> left(bins.begin(), bins.end()), expected;
    for (auto const& [bin, part] : reference) expected.push_back(part);
    CHECK(left == expected);
    open_bins again;  // the same parts, from the other end
    for (auto at = expected.rbegin(); at != expected.rend(); ++at) again.keep(*at);
    CHECK(again == bins);
  }
}

TEST_CASE("open_bins: bins that are settled are gone and still counted") {
  open_bins bins;
  bins.keep({3, 1, 2, 5}), bins.keep({4, 10, 20, 6}), bins.keep({9, 100, 200, 7});
  bins.settle(4);
  CHECK(bins.begin()->bin == 4);
  CHECK(bins.left_out() == incomplete_bins{3, 111, 222});
  open_bins more;
  more.keep({1, 7, 7, 1});
  more.settle(100);
  bins.merge_settled(more);
  CHECK(bins.left_out() == incomplete_bins{4, 118, 229});
}
