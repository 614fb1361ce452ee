// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The bins of one scale end to end, for nulls and resampling that act on whole bins: rows kept → narrow columns, and products at lags of one
/// against the other shifted in a circle.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "../balance/coupling.hpp"
#include "../simd/products.hpp"
#include "../stats/count_rows.hpp"
#include "../stats/lag_moments.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace detail {

/// Counts of complete bins in time order; gaps are closed, but remembered: no pair of bins spans one.
class bin_series {
 public:
  explicit bin_series(count_rows const& rows) {
    for (auto const& r : rows.runs()) {
      e_.insert(e_.end(), r.e.begin(), r.e.end());
      i_.insert(i_.end(), r.i.begin(), r.i.end());
      ends_.push_back(e_.size());
    }
    for (std::size_t t = 0; t < e_.size(); ++t) {
      std::int64_t const x = e_[t], y = i_[t];
      all_.x += x, all_.y += y, all_.xx += x * x, all_.yy += y * y, all_.xy += x * y;
      most_ = (std::max)({most_, e_[t], i_[t]});
    }
    all_.n = static_cast<std::int64_t>(e_.size());
    spread_ = geometric_mean(int128{all_.n} * all_.xx - int128{all_.x} * all_.x, int128{all_.n} * all_.yy - int128{all_.y} * all_.y);
  }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return e_.size(); }
  [[nodiscard]] auto e() const noexcept -> std::span<std::uint32_t const> { return e_; }
  [[nodiscard]] auto i() const noexcept -> std::span<std::uint32_t const> { return i_; }
  /// Where runs of consecutive bins end, ascending, the last at size().
  [[nodiscard]] auto ends() const noexcept -> std::span<std::size_t const> { return ends_; }
  /// n, Σe, Σi, Σe², Σi², Σei.
  [[nodiscard]] auto all() const noexcept -> lag_moments::sums const& { return all_; }
  [[nodiscard]] auto most() const noexcept -> std::uint32_t { return most_; }
  [[nodiscard]] auto varies() const noexcept -> bool { return spread_ > 0; }
  /// Pearson's r with another Σei: the formula of `zero_lag_correlation`. Precondition: varies().
  [[nodiscard]] auto rho(std::int64_t xy) const noexcept -> double { return std::clamp(static_cast<double>(int128{all_.n} * xy - int128{all_.x} * all_.y) / spread_, -1.0, 1.0); }

 private:
  std::vector<std::uint32_t> e_, i_;
  std::vector<std::size_t> ends_;
  lag_moments::sums all_;
  double spread_ = 0;  // n² times the product of the standard deviations
  std::uint32_t most_ = 0;
};

/// Products of e with i moved on in a circle, at lags −within … within: in the narrowest integers that hold the counts.
template <class V>
class circular_products {
 public:
  circular_products(bin_series const& s, std::size_t within) : n_(s.size()), within_(within), most_(s.most()), e_(n_ + simd::row_padding), i_(2 * n_ + 2 * within + 1 + 2 * simd::row_padding) {
    std::transform(s.e().begin(), s.e().end(), e_.begin(), [](std::uint32_t x) { return static_cast<V>(x); });
    for (std::size_t k = 0, t = 0; k < 2 * n_ + 2 * within + 1; ++k, t = t + 1 == n_ ? 0 : t + 1) i_[k] = static_cast<V>(s.i()[t]);
  }
  /// out[within + ℓ] = Σ_t e_t · i_{(t + shift + ℓ) mod n}. Precondition: shift < n.
  void operator()(std::size_t shift, std::span<std::int64_t> out) const {
    std::fill(out.begin(), out.end(), std::int64_t{0});
    auto const from = (shift + n_ - within_ % n_) % n_;
    if constexpr (sizeof(V) == 4) simd::lagged_products_scalar(e_.data(), i_.data() + from, n_, out.data(), 2 * within_ + 1);
    else simd::lagged_products<simd::best_arch>(e_.data(), i_.data() + from, n_, most_, out.data(), 2 * within_ + 1);
  }

 private:
  std::size_t n_, within_;
  std::uint32_t most_;
  std::vector<V> e_, i_;
};

/// Calls f with the products of the series, in the type that its counts allow.
template <class F>
void with_products(bin_series const& s, std::size_t within, F const& f) {
  if (s.most() <= simd::most_in_bytes) f(circular_products<std::uint8_t>(s, within));
  else if (s.most() <= simd::most_in_shorts) f(circular_products<std::int16_t>(s, within));
  else f(circular_products<std::uint32_t>(s, within));
}

}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
