// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// What a correlogram would be without its fast structure: counts → counts predicted from their neighbours by a kernel with a hollow centre.
///
/// Bins may be left out altogether, as those of a tested window or of a spike-sorting shadow must be: they then predict nothing.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The form of a kernel before its centre is hollowed.
enum class kernel_shape : std::uint8_t { gaussian, rectangular, triangular };

/// The part of the centre that is taken away where nothing else is asked: .6, .42, .63. The remaining centre is small enough not to follow a
/// peak, and large enough for the prediction not to be too smooth.
constexpr auto default_hollow(kernel_shape shape) noexcept -> double { return shape == kernel_shape::gaussian ? 0.6 : shape == kernel_shape::rectangular ? 0.42 : 0.63; }

/// A symmetric kernel whose centre is lowered: w_0 ← (1 − hollow) w_0, then Σ w = 1.
///
///   gaussian      w_j = exp(−j² / 2 SD²), SD = W/2, |j| ≤ ⌈3 SD⌉
///   rectangular   w_j = 1, |j| ≤ ⌊W/2⌋
///   triangular    w_j = 1 − |j|/(h + 1), |j| ≤ h, h = W, or W − 1 for odd W
///
/// Source   Stark and Abeles 2009, J. Neurosci. Methods 179:90; numbers of taps as in their cch_conv and CellExplorer's ce_cch_conv
struct hollowed_kernel {
  kernel_shape shape = kernel_shape::gaussian;
  std::int64_t width_bins = 25;  ///< W
  double hollow = default_hollow(shape);

  /// On how many bins of each side the prediction of a bin rests.
  [[nodiscard]] auto reach() const noexcept -> std::int64_t {
    switch (shape) {
      case kernel_shape::gaussian: return (3 * width_bins + 1) / 2;
      case kernel_shape::rectangular: return width_bins / 2;
      case kernel_shape::triangular: break;
    }
    return width_bins - width_bins % 2;
  }
  /// 2 reach + 1 weights of sum 1.
  ///
  /// Errors   `error` unless the width is 1 to a million bins, the hollow part is in [0, 1], and a bin has neighbours
  [[nodiscard]] auto taps() const -> std::vector<double> {
    if (width_bins < 1 || width_bins > 1'000'000 || reach() < 1)
      throw error({.where = "hollowed_kernel", .place = "width_bins", .problem = "the kernel does not reach beyond its centre, or is too long", .expected = "2 to 1000000 bins", .found = std::to_string(width_bins), .advice = "take narrower bins or a wider kernel"});
    if (!(hollow >= 0 && hollow <= 1)) throw error({.where = "hollowed_kernel", .place = "hollow", .problem = "no part of the centre", .expected = "0 to 1", .found = std::to_string(hollow), .advice = {}});
    auto const h = reach();
    std::vector<double> w;
    for (auto j = -h; j <= h; ++j) {
      auto const x = static_cast<double>(j), sd = static_cast<double>(width_bins) / 2;
      w.push_back(shape == kernel_shape::gaussian ? std::exp(-x * x / (2 * sd * sd)) : shape == kernel_shape::rectangular ? 1 : 1 - std::abs(x) / static_cast<double>(h + 1));
    }
    w[static_cast<std::size_t>(h)] *= 1 - hollow;
    double sum = 0;
    for (auto const x : w) sum += x;
    for (auto& x : w) x /= sum;
    return w;
  }
};

/// Predicts correlograms of one number of bins.
///
///   pred_k = Σ_j w_{j−k} n_j / Σ_j w_{j−k}, over bins j that are not left out
///
/// The correlogram is continued by its mirror image at both ends: bin −1 is bin 0, bin −2 is bin 1. What is left out is left out there, too.
///
/// Result   a constant correlogram is its own prediction, edges included; so is a straight line, away from the edges and from what is left out
/// Errors   `error` if the kernel reaches further than the correlogram is long, as it would have to be mirrored twice
/// Cost     bins × taps
/// Source   Stark and Abeles 2009, J. Neurosci. Methods 179:90
class hollowed_predictor {
 public:
  /// `left_out`: one flag per bin, or none.
  hollowed_predictor(hollowed_kernel const& kernel, std::size_t bins, std::vector<bool> left_out = {}) : taps_(kernel.taps()), reach_(kernel.reach()), left_out_(std::move(left_out)), bins_(bins) {
    if (reach_ > static_cast<std::int64_t>(bins))
      throw error({.where = "hollowed_predictor", .place = {}, .problem = "the kernel is longer than the correlogram", .expected = "at least " + std::to_string(reach_) + " bins", .found = std::to_string(bins), .advice = "count wider lags, or take a narrower kernel"});
    if (left_out_.empty()) left_out_.resize(bins, false);
    if (left_out_.size() != bins) throw error({.where = "hollowed_predictor", .place = "left_out", .problem = "the flags do not fit the correlogram", .expected = std::to_string(bins), .found = std::to_string(left_out_.size()), .advice = {}});
    weight_.resize(bins);
    for (std::size_t k = 0; k < bins; ++k) each_weight(k, [&](std::size_t, double w) { weight_[k] += w; });
  }
  [[nodiscard]] auto bins() const noexcept -> std::size_t { return bins_; }

  /// The prediction of bin k. NaN if all that it could rest on is left out. Precondition: as many counts as bins.
  template <class N>
    requires std::is_arithmetic_v<N>
  [[nodiscard]] auto at(std::span<N const> counts, std::size_t k) const -> double {
    double sum = 0;
    each_weight(k, [&](std::size_t j, double w) { sum += w * static_cast<double>(counts[j]); });
    return weight_[k] > 0 ? sum / weight_[k] : undefined(reason::not_available);
  }
  /// What each bin weighs in the prediction of bin k, a_kj: the prediction is Σ_j a_kj n_j. NaN everywhere if all that it could rest on is left out.
  ///
  /// Shape    one weight per bin; they add up to 1
  [[nodiscard]] auto weights(std::size_t k) const -> std::vector<double> {
    if (!(weight_[k] > 0)) return std::vector<double>(bins_, undefined(reason::not_available));
    std::vector<double> a(bins_);
    each_weight(k, [&](std::size_t j, double w) { a[j] += w; });
    for (auto& x : a) x /= weight_[k];
    return a;
  }
  /// The prediction of each bin, those left out included.
  [[nodiscard]] auto operator()(std::span<std::int64_t const> counts) const -> std::vector<double> { return all(counts); }
  [[nodiscard]] auto operator()(std::span<double const> counts) const -> std::vector<double> { return all(counts); }

  /// By how much the variance of Σ_{k∈W} (n_k − pred_k) exceeds the mean μ_W, for Poisson counts of equal means and a window W that is left out:
  ///
  ///   Var = μ_W (1 + κ), κ = Σ_j A_j² / |W|, A_j = Σ_{k∈W} a_kj, a_kj the weight of bin j in the prediction of bin k
  ///
  /// Input    the bins of the window, at least one; κ is .236 for 9 bins of .4 ms and a Gaussian of SD 5 ms
  /// Result   NaN if a bin of the window has no prediction
  [[nodiscard]] auto variance_inflation(std::span<std::size_t const> window) const -> double {
    std::vector<double> a(bins_);
    for (auto const k : window) {
      if (!(weight_[k] > 0)) return undefined(reason::not_available);
      each_weight(k, [&](std::size_t j, double w) { a[j] += w / weight_[k]; });
    }
    double sum = 0;
    for (auto const x : a) sum += x * x;
    return sum / static_cast<double>(window.size());
  }

 private:
  template <class F>
  void each_weight(std::size_t k, F&& f) const {
    auto const n = static_cast<std::int64_t>(bins_);
    for (auto d = -reach_; d <= reach_; ++d) {
      auto const j = static_cast<std::int64_t>(k) + d, mirrored = j < 0 ? -1 - j : j >= n ? 2 * n - 1 - j : j;
      if (auto const b = static_cast<std::size_t>(mirrored); !left_out_[b]) f(b, taps_[static_cast<std::size_t>(d + reach_)]);
    }
  }
  template <class N>
  [[nodiscard]] auto all(std::span<N const> counts) const -> std::vector<double> {
    if (counts.size() != bins_) throw error({.where = "hollowed_predictor", .place = {}, .problem = "the correlogram has another length", .expected = std::to_string(bins_) + " bins", .found = std::to_string(counts.size()), .advice = {}});
    std::vector<double> out(bins_);
    for (std::size_t k = 0; k < bins_; ++k) out[k] = at(counts, k);
    return out;
  }

  std::vector<double> taps_;
  std::int64_t reach_;
  std::vector<bool> left_out_;
  std::size_t bins_;
  std::vector<double> weight_;  // Σ of the taps that a prediction rests on
};

namespace detail {
/// Sums of one correlogram by several sets of weights, Σ_j a_kj n_j: eight sets at a time, each in order of j, over the bins that any set needs.
class weighted_sums {
 public:
  weighted_sums() = default;
  explicit weighted_sums(std::vector<std::vector<double>> const& a) : sets_(a.size()) {
    auto const bins = a.front().size();
    auto const idle = [&](std::size_t j) { return std::all_of(a.begin(), a.end(), [&](auto const& w) { return w[j] == 0; }); };
    auto end = bins;
    while (first_ < end && idle(first_)) ++first_;
    while (end > first_ && idle(end - 1)) --end;
    bins_ = end - first_;
    weights_.resize((sets_ + 7) / 8 * bins_);
    for (std::size_t k = 0; k < sets_; ++k)
      for (std::size_t j = 0; j < bins_; ++j) weights_[k / 8 * bins_ + j][k % 8] = a[k][first_ + j];
  }
  template <class F>
  void each(std::span<std::int64_t const> counts, F&& f) const {
    auto const* const n = counts.data() + first_;
    for (std::size_t k = 0; k < sets_; k += 8) {
      auto const* const w = weights_.data() + k / 8 * bins_;
      std::array<double, 8> sums{};
      for (std::size_t j = 0; j < bins_; ++j) {
        auto const x = static_cast<double>(n[j]);
        for (std::size_t l = 0; l < 8; ++l) sums[l] += w[j][l] * x;
      }
      for (std::size_t l = 0; l < 8 && k + l < sets_; ++l) f(k + l, sums[l]);
    }
  }

 private:
  std::size_t sets_ = 0, first_ = 0, bins_ = 0;
  std::vector<std::array<double, 8>> weights_;  // by block of eight sets, then by bin
};
}  // namespace detail

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
