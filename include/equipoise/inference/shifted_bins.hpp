// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Whole-bin nulls of r and of the lag of its peak: one population's bins are shifted in a circle, or shuffled in blocks, against the other's.
/// Metrics of `count_rows`, so that a null stands in a study beside the value; only the cross term is computed anew for a draw.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "../correlate/surrogate.hpp"
#include "bin_series.hpp"
#include "null_band.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The draws of r, and of the lag of the peak in bins, at one scale.
struct bin_null {
  null_draws rho;
  null_draws lag;  ///< interpolated; NaN with `reason::peak_at_edge` where a draw has no peak within the lags; empty if no lags were asked for
};

namespace detail {
/// Sums over pairs at each lag, of e with i shifted in a circle: what `lag_moments` would hold of the shifted bins, pairs that span a gap or the
/// seam of the circle left out.
class shifted_moments {
 public:
  shifted_moments(bin_series const& s, std::int64_t within) : series_(s), within_(within) {}

  /// C(−within … within) of the shifted bins, from their circular products.
  [[nodiscard]] auto curve(std::size_t shift, std::span<std::int64_t const> products, std::int64_t at_least) const -> std::vector<double> {
    std::vector<double> c;
    for (auto lag = -within_; lag <= within_; ++lag) {
      auto const some = pairs(shift, lag, products[static_cast<std::size_t>(lag + within_)]);
      correlation_sums sum;
      sum.add(series_.all(), some, lag_estimator::unbiased);
      c.push_back(some.n < at_least ? undefined(reason::too_few_bins) : sum.value(lag_estimator::unbiased));
    }
    return c;
  }

 private:
  [[nodiscard]] auto pairs(std::size_t shift, std::int64_t lag, std::int64_t product) const -> lag_moments::sums {
    auto const n = series_.size(), reach = static_cast<std::size_t>(std::abs(lag));
    auto const e = series_.e(), i = series_.i();
    auto s = series_.all();
    s.xy = product;
    std::size_t begin = 0;
    for (auto const end : series_.ends()) {
      // the earlier bin of a pair stands in the last `reach` of a run: its partner lies beyond the run
      for (auto t = end - (std::min)(reach, end - begin); t < end; ++t) {
        auto const early = t, late = (t + reach) % n;
        auto const at_e = lag >= 0 ? early : late, at_i = lag >= 0 ? late : early;
        s.xy -= std::int64_t{e[at_e]} * std::int64_t{i[(at_i + shift) % n]};
        --s.n;
      }
      auto const cut = (std::min)(reach, end - begin);
      for (std::size_t k = 0; k < cut; ++k) {  // bins without a partner inside the run, on either side
        std::int64_t const x = e[lag >= 0 ? end - 1 - k : begin + k], y = i[((lag >= 0 ? begin + k : end - 1 - k) + shift) % n];
        s.x -= x, s.xx -= x * x, s.y -= y, s.yy -= y * y;
      }
      begin = end;
    }
    return s;
  }

  bin_series const& series_;
  std::int64_t within_;
};
}  // namespace detail

/// Draws of r and of the lag of its peak with inhibition shifted in a circle by whole bins: the default null, at one scale.
///
///   i'_t = i_{(t + s) mod n}, s uniform in m … n − m, m = ⌈at_least / width⌉, at least 1; bins counted end to end, gaps left out
///
/// Draw k is one and the same shift in time at all scales, to within a bin if there are no gaps, so that the draws serve for corrections over scales.
/// Preserves, destroys and promises what `circular_shift` does; r of a draw rests on all n bins, its lag on the pairs that no gap and no seam part.
///
/// Result   `draws` values each; none where n < 2 m, a population never varies, or there are fewer than `at_least_bins`. n − 2 m + 1 shifts differ
/// Errors   `error` for a negative number of lags
/// Memory   that of `count_rows`, and 11 to 20 bytes a bin while it works
/// Cost     a multiply-add per bin, draw and lag, 64 at a time with AVX-512: 1 000 draws of r over an hour at 10 ms take 6 ms
/// Source   as `circular_shift`
struct shifted_bins {
  using statistic = count_rows;
  std::chrono::nanoseconds at_least = std::chrono::seconds{10};
  std::int64_t draws = 1000;
  std::uint64_t seed = 1;
  std::int64_t within = 0;  ///< lags in bins either way; 0: r only
  std::int64_t at_least_bins = bins_to_report;

  /// The shift of draw k among n bins of which `least` are the least: the same share of the circle for any n.
  [[nodiscard]] auto shift(std::uint64_t k, std::size_t n, std::size_t least) const -> std::size_t {
    return least + static_cast<std::size_t>(uint128{draw_key(seed, k, "shifted_bins").stream(draw_key::shared)()} * (n - 2 * least + 1) >> 64);
  }
  [[nodiscard]] auto least_shift(row_info const& row) const -> std::size_t {
    return static_cast<std::size_t>((std::max)(1.0, std::ceil(static_cast<double>(at_least.count()) * 1e-9 / row.width.seconds() - 1e-9)));
  }

  auto operator()(statistic const& rows, row_info const& row) const -> bin_null {
    if (within < 0) throw error("shifted_bins: the number of lags must not be negative");
    detail::bin_series const s(rows);
    auto const n = s.size(), least = least_shift(row);
    if (n < 2 * least || std::ssize(s.e()) < at_least_bins || !s.varies()) return {};
    auto const distinct = static_cast<std::int64_t>(n - 2 * least + 1);
    bin_null out;
    out.rho.distinct = out.lag.distinct = distinct;
    detail::with_products(s, static_cast<std::size_t>(within), [&](auto const& products) {
      detail::shifted_moments const moments(s, within);
      std::vector<std::int64_t> sums(2 * static_cast<std::size_t>(within) + 1);
      for (std::int64_t k = 0; k < draws; ++k) {
        auto const by = shift(static_cast<std::uint64_t>(k), n, least);
        products(by, sums);
        out.rho.values.push_back(s.rho(sums[static_cast<std::size_t>(within)]));
        if (within > 0) out.lag.values.push_back(peak_lag::of(moments.curve(by, sums, at_least_bins)).interpolated);
      }
    });
    return out;
  }
};

/// Draws of r with the blocks of inhibition's bins in random order: `block` bins each, the last one shorter, within each run of consecutive bins.
///
/// Preserves  the counts' distribution, and correlation in time shorter than a block
/// Destroys   the alignment with excitation, and slower structure of inhibition, autocorrelation across blocks included
/// Promise    uniform p-values for exchangeable blocks only: bins that are independent, or blocks much longer than the longest correlation time. Single
///            bins of real recordings are neither, and r is then rejected too often; `shifted_bins` keeps all autocorrelation
/// Result     `draws` values of r; none where a population never varies, or there are fewer than `at_least_bins`
/// Errors     `error` for a block of no bins
struct shuffled_bins {
  using statistic = count_rows;
  std::int64_t block = 1;
  std::int64_t draws = 1000;
  std::uint64_t seed = 1;
  std::int64_t at_least_bins = bins_to_report;

  auto operator()(statistic const& rows, row_info const&) const -> bin_null {
    if (block < 1) throw error("shuffled_bins: a block needs at least one bin");
    detail::bin_series const s(rows);
    if (std::ssize(s.e()) < at_least_bins || !s.varies()) return {};
    std::vector<std::uint32_t> moved(s.size());
    std::vector<std::size_t> blocks;
    bin_null out;
    for (std::int64_t k = 0; k < draws; ++k) {
      auto random = draw_key(seed, static_cast<std::uint64_t>(k), "shuffled_bins").stream(draw_key::shared);
      auto const length = static_cast<std::size_t>(block);
      std::size_t begin = 0;
      for (auto const end : s.ends()) {
        blocks.resize((end - begin + length - 1) / length);
        std::iota(blocks.begin(), blocks.end(), std::size_t{0});
        shuffle(blocks, random);
        auto to = begin;
        for (auto const b : blocks)
          for (auto t = begin + b * length; t < (std::min)(end, begin + (b + 1) * length); ++t) moved[to++] = s.i()[t];
        begin = end;
      }
      std::int64_t xy = 0;
      for (std::size_t t = 0; t < moved.size(); ++t) xy += std::int64_t{s.e()[t]} * std::int64_t{moved[t]};
      out.rho.values.push_back(s.rho(xy));
    }
    return out;
  }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
