// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cstdint>
#include <equipoise/simd/moved_counts.hpp>
#include <numeric>
#include <utility>
#include <vector>

using namespace equipoise;

namespace {
/// An instruction set that no kernel knows: the portable one.
struct no_arch {};

/// What the header says, event by event, with divisions.
template <class C>
auto arrivals(std::uint64_t seed, simd::moved_events const& x, std::uint32_t width, std::size_t from, std::size_t until, std::size_t bins) -> std::vector<C> {
  std::vector<C> n(bins);
  for (auto g = from; g < until; ++g) {
    random_stream random(seed, x.group[g].stream);
    for (std::uint32_t skip = 0; skip < 2 * x.group[g].counter; ++skip) random();
    for (std::size_t w = 0; w < 32; w += 2) {
      auto const both = random();
      for (auto const& [word, at] : {std::pair(both & 0xFFFFFFFFu, w), std::pair(both >> 32, w + 1)}) {
        auto const place = x.places[32 * g + simd::lane_of_word(at)];
        ++n[static_cast<std::size_t>((place >> 32) + (place % (1ull << 32) + (word * x.count >> 32)) / width)];
      }
    }
  }
  return n;
}
template <class C>
void check_events() {
  random_stream random(sizeof(C));
  for (int trial = 0; trial < 40; ++trial) {
    auto const width = static_cast<std::uint32_t>(1 + random.below(trial % 2 == 0 ? 400 : 1u << 29)), count = static_cast<std::uint32_t>(1 + random.below(trial % 2 == 0 ? 3000 : 1u << 30));
    std::size_t const groups = 4 * (1 + random.below(5)), bins = 50 + count / width + 2;
    std::vector<simd::moved_group> group;
    std::vector<std::uint64_t> places;
    for (std::size_t g = 0; g < groups; ++g) group.push_back({static_cast<std::uint32_t>(random.below(9)), static_cast<std::uint32_t>(random.below(300))});
    for (std::size_t k = 0; k < 32 * groups; ++k) places.push_back(random.below(50) << 32 | random.below(width));
    simd::moved_events const x{group.data(), places.data(), count, simd::quotient(width)};
    auto const seed = random();
    auto const from = 4 * random.below(groups / 4);
    auto const truth = arrivals<C>(seed, x, width, from, groups, bins);
    std::vector<C> scalar(bins), best(bins), portable(bins);
    simd::count_moved_scalar(seed, x, from, groups, scalar.data());
    simd::count_moved<simd::best_arch>(seed, x, from, groups, best.data());
    simd::count_moved<no_arch>(seed, x, from, groups, portable.data());
    CHECK(scalar == truth);
    CHECK(best == truth);
    CHECK(portable == truth);
  }
}
}  // namespace

TEST_CASE("moved_counts: the words of a group stand in lanes of their own") {
  std::vector<int> seen(32);
  for (std::size_t w = 0; w < 32; ++w) ++seen[simd::lane_of_word(w)];
  CHECK(seen == std::vector<int>(32, 1));
}

TEST_CASE("moved_counts: events arrive where their own word sends them, in counts of any size, on any instruction set") {
  check_events<std::uint8_t>();
  check_events<std::uint16_t>();
  check_events<std::uint32_t>();
}

TEST_CASE("moved_counts: distances of pairs are counted where the moved event's word puts them, with ties and out of reach, on any instruction set") {
  random_stream random(6);
  for (int trial = 0; trial < 60; ++trial) {
    auto const small = trial % 3 != 0;
    simd::distance_bins const b{.width = static_cast<std::uint32_t>(2 + random.below(small ? 40 : 1u << 25)), .bins = static_cast<std::uint32_t>(1 + random.below(60)), .ties = trial % 2 == 0};
    std::size_t const counters = random.below(20);
    std::vector<std::uint32_t> counter, farthest;
    std::vector<std::size_t> first{0};
    auto const count = static_cast<std::uint32_t>(1 + random.below(small ? 500 : 1u << 29));
    for (std::size_t k = 0; k < counters; ++k) {
      counter.push_back(static_cast<std::uint32_t>(random.below(1000)));
      for (int w = 0; w < 4; ++w) {
        for (auto n = random.below(5); n > 0; --n) farthest.push_back(static_cast<std::uint32_t>(random.below(std::uint64_t{b.width} * b.bins + count)));
        first.push_back(farthest.size());
      }
    }
    simd::moved_pairs const x{.stream = static_cast<std::uint32_t>(random.below(100)), .count = count, .counters = counters, .counter = counter.data(), .first = first.data(), .farthest = farthest.data()};
    std::vector<std::uint64_t> seeds(simd::draws_at_once);
    for (auto& s : seeds) s = random();

    std::vector<std::uint32_t> truth(seeds.size() * b.row()), scalar(truth), best(truth), portable(truth);
    for (std::size_t k = 0; k < seeds.size(); ++k) {
      auto* const row = truth.data() + k * b.row();
      for (std::size_t c = 0; c < counters; ++c)
        for (std::size_t w = 0; w < 4; ++w) {
          random_stream words(seeds[k], x.stream);
          for (std::uint32_t skip = 0; skip < 2 * counter[c] + w / 2; ++skip) words();
          auto const word = words() >> (w % 2 * 32) & 0xFFFFFFFFu;
          for (auto n = first[4 * c + w]; n < first[4 * c + w + 1]; ++n) {
            auto const y = std::int64_t{farthest[n]} - static_cast<std::int64_t>(word * count >> 32), w_ = std::int64_t{b.width}, end = w_ * b.bins;
            if (b.ties && y >= 0 && y <= end && y % w_ == 0) ++row[b.bins + 1 + static_cast<std::size_t>(y / w_)];
            else ++row[y < 0 || y >= end ? b.bins : static_cast<std::size_t>(y / w_)];
          }
        }
      simd::count_moved_pairs_scalar(seeds[k], x, b, scalar.data() + k * b.row());
    }
    simd::count_moved_pairs<simd::best_arch>(seeds.data(), x, b, best.data());
    simd::count_moved_pairs<no_arch>(seeds.data(), x, b, portable.data());
    CHECK(scalar == truth);
    CHECK(best == truth);
    CHECK(portable == truth);
    CHECK(std::accumulate(truth.begin(), truth.end(), std::size_t{0}) == farthest.size() * seeds.size());
  }
}
