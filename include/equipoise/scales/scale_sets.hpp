// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Sets of temporal scales: logarithmic, geometric, dyadic, explicit. Widths are whole nanoseconds; a recording realises them in its ticks.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "../concepts/balance.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Strictly increasing positive widths. Models `scale_set`.
///
/// Errors   the constructor throws `error` if there is none, one is not positive, or they do not increase
class scales {
 public:
  using value_type = std::chrono::nanoseconds;

  scales(std::initializer_list<value_type> widths) : scales(std::vector<value_type>(widths)) {}
  explicit scales(std::vector<value_type> widths) : widths_(std::move(widths)) {
    if (widths_.empty()) throw error("scales: at least one scale is needed");
    for (std::size_t k = 0; k < widths_.size(); ++k) {
      if (widths_[k] <= value_type{}) throw error({.where = "scales", .place = "scale " + std::to_string(k), .problem = "a bin must be longer than nothing", .expected = {}, .found = text(widths_[k]), .advice = "give widths such as 1ms"});
      if (k > 0 && widths_[k] <= widths_[k - 1])
        throw error({.where = "scales", .place = "scale " + std::to_string(k), .problem = "widths must increase", .expected = "more than " + text(widths_[k - 1]), .found = text(widths_[k]), .advice = "sort them and leave out repetitions"});
    }
  }

  [[nodiscard]] auto begin() const noexcept { return widths_.begin(); }
  [[nodiscard]] auto end() const noexcept { return widths_.end(); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return widths_.size(); }
  [[nodiscard]] auto operator[](std::size_t k) const noexcept -> value_type { return widths_[k]; }
  auto operator==(scales const&) const -> bool = default;

  /// Each width rounded to the nearest whole multiple of `base` (at least one), repetitions left out: coarse bins are then exact sums of
  /// fine ones. Off by default; widths need no common measure.
  [[nodiscard]] auto snapped_to(value_type base) const -> scales {
    if (base <= value_type{}) throw error("scales: the base to snap to must be longer than nothing");
    std::vector<value_type> widths;
    for (auto const w : widths_) {
      auto const multiple = (std::max)(std::int64_t{1}, (w.count() + base.count() / 2) / base.count()) * base;
      if (widths.empty() || widths.back() < multiple) widths.push_back(multiple);
    }
    return scales(std::move(widths));
  }

 private:
  static auto text(value_type w) -> std::string { return std::to_string(w.count()) + " ns"; }
  std::vector<value_type> widths_;
};

namespace detail {
inline auto rounded_ns(double ns) -> std::chrono::nanoseconds {
  if (!(ns >= 0.5 && ns < 9.2e18)) throw error("scales: a width of " + std::to_string(ns) + " ns is not usable");
  return std::chrono::nanoseconds{std::llround(ns)};
}
}  // namespace detail

/// Δ_k = first · e^{step·k}, k = 0 … n − 1, with a number of scales known at run time.
inline auto log_scales(std::size_t n, std::chrono::nanoseconds first, double step) -> scales {
  std::vector<std::chrono::nanoseconds> widths;
  for (std::size_t k = 0; k < n; ++k) widths.push_back(detail::rounded_ns(static_cast<double>(first.count()) * std::exp(step * static_cast<double>(k))));
  return scales(std::move(widths));
}

/// Δ_k = first · e^{step·k}, k = 0 … n − 1.
///
/// The default is the set of the study: 32 scales from 1 ms to 10.938 s, ratio e^0.3.
/// Source   Dehghani 2023 (arXiv 2306.11965), figure 1C: scales 15, 20, 25, 30 are labelled 66.69, 298.9, 1339, 6003 ms; that the 2016 paper
///          used the same set is inferred from its text (32 scales, milliseconds to seconds)
template <std::size_t N = 32>
auto log_scales(std::chrono::nanoseconds first = std::chrono::milliseconds{1}, double step = 0.3) -> scales {
  static_assert(N > 0, "equipoise: at least one scale is needed");
  return log_scales(N, first, step);
}

/// n widths from lo to hi, both included, with a constant ratio.
inline auto geometric(std::chrono::nanoseconds lo, std::chrono::nanoseconds hi, std::size_t n) -> scales {
  if (n < 2 || hi <= lo || lo <= std::chrono::nanoseconds{}) throw error("scales: geometric(lo, hi, n) needs 0 < lo < hi and n of 2 or more");
  std::vector<std::chrono::nanoseconds> widths;
  auto const ratio = std::log(static_cast<double>(hi.count()) / static_cast<double>(lo.count())) / static_cast<double>(n - 1);
  for (std::size_t k = 0; k + 1 < n; ++k) widths.push_back(detail::rounded_ns(static_cast<double>(lo.count()) * std::exp(ratio * static_cast<double>(k))));
  widths.push_back(hi);
  return scales(std::move(widths));
}

/// n widths lo, 2 lo, 4 lo, …: every coarse bin is the sum of two finer ones.
inline auto dyadic(std::chrono::nanoseconds lo, std::size_t n) -> scales {
  std::vector<std::chrono::nanoseconds> widths;
  for (std::size_t k = 0; k < n; ++k) {
    if (k >= 62 || lo.count() > (std::int64_t{1} << (62 - k))) throw error("scales: dyadic widths leave 64-bit nanoseconds");
    widths.push_back(lo * (std::int64_t{1} << k));
  }
  return scales(std::move(widths));
}

static_assert(scale_set<scales>);

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
