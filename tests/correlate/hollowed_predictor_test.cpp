// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/correlate/hollowed_predictor.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "../near.hpp"
#include "convolution_golden.hpp"

using namespace equipoise;
using testing::convolution_golden;
using testing::near;

namespace {
auto spikes_at(std::size_t bins, double base, std::size_t where, double height) -> std::vector<double> {
  std::vector<double> x(bins, base);
  x[where] += height;
  return x;
}
}  // namespace

TEST_CASE("hollowed_predictor: equals CellExplorer's prediction to 1e-12, for kernels of even and of odd width") {
  auto const counts = convolution_golden("input_101x6");
  for (std::int64_t const w : {10, 11}) {
    auto const truth = convolution_golden("pred_W" + std::to_string(w));
    hollowed_predictor const predict(hollowed_kernel{.width_bins = w}, 101);
    for (std::size_t c = 0; c < 6; ++c) {
      auto const& x = counts[c];
      auto const predicted = predict(x);
      for (std::size_t k = 0; k < 101; ++k) CHECK(predicted[k] == near(truth[c][k], 1e-12));
      std::vector<std::int64_t> whole;
      for (auto const n : x) whole.push_back(std::llround(n));
      CHECK(predict(whole) == predicted);
    }
  }
}

TEST_CASE("hollowed_predictor: kernels have the taps and the centre that their formulas say") {
  auto const gaussian = hollowed_kernel{.width_bins = 25}.taps();  // SD 12.5: ⌈37.5⌉ on each side
  CHECK(gaussian.size() == 77);
  CHECK(gaussian[38] == near(0.0130, 0.005));
  CHECK(gaussian[0] / gaussian[37] == near(std::exp(-(38.0 * 38 - 1) / (2 * 12.5 * 12.5)), 1e-12));
  CHECK(gaussian[38] / gaussian[37] == near(0.4 * std::exp(1 / (2 * 12.5 * 12.5)), 1e-12));
  auto const flat = hollowed_kernel{.shape = kernel_shape::rectangular, .width_bins = 4}.taps();  // 1 1 .58 1 1
  CHECK(flat.size() == 5);
  CHECK(flat[2] == near(0.58 / 4.58, 1e-12));
  CHECK(flat[0] == near(1 / 4.58, 1e-12));
  CHECK(hollowed_kernel{.shape = kernel_shape::rectangular, .width_bins = 5}.taps().size() == 5);
  auto const even = hollowed_kernel{.shape = kernel_shape::triangular, .width_bins = 2}.taps();  // 1/3 2/3 .37 2/3 1/3
  CHECK(even.size() == 5);
  CHECK(even[2] == near(0.37 / 2.37, 1e-12));
  CHECK(even[4] == near(1 / 3.0 / 2.37, 1e-12));
  auto const odd = hollowed_kernel{.shape = kernel_shape::triangular, .width_bins = 3}.taps();  // the same, for 2·3 − 1 taps
  CHECK(odd == even);
  for (auto const shape : {kernel_shape::gaussian, kernel_shape::rectangular, kernel_shape::triangular})
    for (std::int64_t w = 2; w < 40; ++w) {
      auto const taps = hollowed_kernel{.shape = shape, .width_bins = w}.taps();
      CHECK(std::accumulate(taps.begin(), taps.end(), 0.0) == near(1, 1e-14));
      CHECK(std::ssize(taps) == 2 * hollowed_kernel{.shape = shape, .width_bins = w}.reach() + 1);
      CHECK(std::equal(taps.begin(), taps.end(), taps.rbegin()));
    }
}

TEST_CASE("hollowed_predictor: a constant predicts itself, a line away from the edges, a lone count as much as the centre weighs") {
  hollowed_kernel const kernel{.width_bins = 25};
  hollowed_predictor const predict(kernel, 301);
  for (auto const x : predict(std::vector<double>(301, 7.25))) CHECK(x == near(7.25, 1e-13));
  std::vector<double> line(301);
  for (std::size_t k = 0; k < 301; ++k) line[k] = 10 + 3 * static_cast<double>(k);
  auto const straight = predict(line);
  for (std::size_t k = 38; k < 301 - 38; ++k) CHECK(straight[k] == near(line[k], 1e-12));
  CHECK(straight[0] > line[0] + 1);  // the mirror image rises
  auto const lone = predict(spikes_at(301, 50, 150, 1000));
  CHECK(lone[150] == near(50 + 1000 * kernel.taps()[38], 1e-12));
  CHECK(lone[150] == near(50 + 13.0, 0.005));
  CHECK(lone[150 + 38] > 50);
  CHECK(lone[150 + 39] == near(50, 1e-13));
}

TEST_CASE("hollowed_predictor: edges continue by their mirror image, the first bin twice") {
  hollowed_predictor const predict(hollowed_kernel{.shape = kernel_shape::rectangular, .width_bins = 4, .hollow = 1}, 6);  // 1 1 0 1 1
  std::vector<double> const x{1, 2, 4, 8, 16, 32};
  auto const predicted = predict(x);
  CHECK(predicted[0] == near((2 + 1 + 2 + 4) / 4.0, 1e-14));  // bins −2, −1 are 1, 0
  CHECK(predicted[1] == near((1 + 1 + 4 + 8) / 4.0, 1e-14));
  CHECK(predicted[2] == near((1 + 2 + 8 + 16) / 4.0, 1e-14));
  CHECK(predicted[5] == near((8 + 16 + 32 + 16) / 4.0, 1e-14));
}

TEST_CASE("hollowed_predictor: bins left out predict nothing, are predicted from the others, and are left out in the mirror") {
  std::vector<bool> out(6);
  out[1] = out[2] = true;
  hollowed_predictor const predict(hollowed_kernel{.shape = kernel_shape::rectangular, .width_bins = 4, .hollow = 1}, 6, out);
  std::vector<double> x{1, 1e9, -1e9, 8, 16, 32};
  auto const predicted = predict(x);
  CHECK(predicted[0] == near(1, 1e-14));  // of −2, −1, 1, 2 only −1 is there
  CHECK(predicted[1] == near((1 + 1 + 8) / 3.0, 1e-14));
  CHECK(predicted[2] == near((1 + 8 + 16) / 3.0, 1e-14));
  CHECK(predicted[3] == near((16 + 32) / 2.0, 1e-14));
  x[1] = 0, x[2] = 5;
  CHECK(predict(x) == predicted);
  hollowed_predictor const alone(hollowed_kernel{.shape = kernel_shape::rectangular, .width_bins = 2, .hollow = 1}, 3, {true, false, true});
  CHECK(reason_of(alone(std::vector<double>{1, 2, 3})[1]) == reason::not_available);
  CHECK(reason_of(alone.variance_inflation(std::vector<std::size_t>{1})) == reason::not_available);
}

TEST_CASE("hollowed_predictor: a prediction is the sum of the counts by its weights, mirror image and left-out bins included") {
  std::vector<bool> out(60);
  for (auto const k : {20u, 21u, 22u, 57u}) out[k] = true;
  hollowed_predictor const predict(hollowed_kernel{.width_bins = 9}, 60, out);
  random_stream random(5);
  std::vector<std::int64_t> x(60);
  for (auto& n : x) n = static_cast<std::int64_t>(random.below(1'000));
  std::vector<std::vector<double>> sets;
  for (std::size_t k = 0; k < 60; ++k) {
    auto const a = predict.weights(k);
    CHECK(std::accumulate(a.begin(), a.end(), 0.0) == near(1, 1e-14));
    for (std::size_t j = 0; j < 60; ++j) {
      if (out[j]) CHECK(a[j] == 0);
    }
    CHECK(std::inner_product(a.begin(), a.end(), x.begin(), 0.0) == near(predict.at(std::span<std::int64_t const>(x), k), 1e-13));
    sets.push_back(a);
  }
  hollowed_predictor const alone(hollowed_kernel{.shape = kernel_shape::rectangular, .width_bins = 2, .hollow = 1}, 3, {true, false, true});
  for (auto const a : alone.weights(1)) CHECK(reason_of(a) == reason::not_available);
  // many sets at once: the bits of one sum after another, for numbers of sets that fill eights and that do not
  for (auto const many : {std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{9}, std::size_t{16}, sets.size() - 4}) {
    std::vector<std::vector<double>> const some(sets.begin() + 4, sets.begin() + 4 + static_cast<std::ptrdiff_t>(many));
    std::size_t seen = 0;
    detail::weighted_sums(some).each(x, [&](std::size_t k, double sum) {
      CHECK(k == seen++);
      CHECK(sum == std::inner_product(some[k].begin(), some[k].end(), x.begin(), 0.0));
    });
    CHECK(seen == some.size());
  }
}

TEST_CASE("hollowed_predictor: the variance of a pooled difference is what the inflation says, .236 for the default window") {
  std::vector<std::size_t> window(9);
  std::iota(window.begin(), window.end(), std::size_t{152});  // .8 … 4 ms of bins of .4 ms
  std::vector<bool> out(301);
  for (auto const k : window) out[k] = true;
  hollowed_predictor const predict(hollowed_kernel{}, 301, out);
  auto const kappa = predict.variance_inflation(window);
  CHECK(kappa == near(0.236, 0.003));
  // Uniform counts of variance (m² − 1)/12 instead of Poisson ones: the same formula with that variance for the mean.
  random_stream random(3);
  constexpr int draws = 20'000;
  constexpr double variance = (64.0 * 64 - 1) / 12;
  double squares = 0, sum = 0;
  for (int d = 0; d < draws; ++d) {
    std::vector<std::int64_t> x(301);
    for (auto& n : x) n = static_cast<std::int64_t>(random.below(64));
    double apart = 0;
    for (auto const k : window) apart += static_cast<double>(x[k]) - predict.at(std::span<std::int64_t const>(x), k);
    sum += apart, squares += apart * apart;
  }
  CHECK(squares / draws / (9 * variance) == near(1 + kappa, 4 * std::sqrt(2.0 / draws)));
  CHECK(std::abs(sum / draws) < 4 * std::sqrt(squares / draws / draws));
}

TEST_CASE("hollowed_predictor: what does not fit is refused") {
  CHECK_THROWS_AS(hollowed_predictor(hollowed_kernel{.width_bins = 25}, 37), error);  // reaches 38
  CHECK_NOTHROW(hollowed_predictor(hollowed_kernel{.width_bins = 25}, 38));
  CHECK_THROWS_AS(hollowed_predictor(hollowed_kernel{}, 301, std::vector<bool>(300)), error);
  CHECK_THROWS_AS((void)hollowed_kernel{.width_bins = 0}.taps(), error);
  CHECK_THROWS_AS((void)(hollowed_kernel{.shape = kernel_shape::rectangular, .width_bins = 1}.taps()), error);
  CHECK_THROWS_AS((void)hollowed_kernel{.hollow = 1.5}.taps(), error);
  hollowed_predictor const predict(hollowed_kernel{.width_bins = 4}, 20);
  CHECK_THROWS_AS((void)predict(std::vector<double>(19)), error);
}
