// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Moments of what single units do in a bin: how many are active, and the sum of squared counts. Needs `pyramid(…).with_units()`.

#include <cstdint>
#include <tuple>

#include "../concepts/fold.hpp"
#include "../simd/moments.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A statistic: over bins, the five sums of the numbers of active units (a_e, a_i), and Σ_bins Σ_units n².
///
/// Bound    exact while Σ_units n² stays below 2^63 over the recording
class unit_moments : public state_base {
 public:
  static auto fields(auto& s) { return std::tie(s.n_, s.active_.e, s.active_.i, s.active_.ee, s.active_.ii, s.active_.ei, s.squares_e_, s.squares_i_); }

  template <class C>
  void absorb(count_row<C> const&) noexcept {}
  void absorb(unit_row const& r) noexcept {
    n_ += static_cast<std::int64_t>(r.size());
    simd::detail::add_to(active_, simd::pair_sums_scalar(r.active_e.data(), r.active_i.data(), r.size()));
    for (auto const x : r.squares_e) squares_e_ += x;
    for (auto const x : r.squares_i) squares_i_ += x;
  }
  auto merge(unit_moments const& o) noexcept -> unit_moments& {
    n_ += o.n_, squares_e_ += o.squares_e_, squares_i_ += o.squares_i_;
    simd::detail::add_to(active_, o.active_);
    return *this;
  }

  [[nodiscard]] auto n() const noexcept -> std::int64_t { return n_; }
  /// Σ a_e, Σ a_i, Σ a_e², Σ a_i², Σ a_e a_i.
  [[nodiscard]] auto active() const noexcept -> simd::pair_sums const& { return active_; }
  /// Σ over bins and units of squared counts: with co_moments, the mean private variance of a unit.
  [[nodiscard]] auto squares_e() const noexcept -> std::int64_t { return squares_e_; }
  [[nodiscard]] auto squares_i() const noexcept -> std::int64_t { return squares_i_; }

 private:
  std::int64_t n_ = 0;
  simd::pair_sums active_;
  std::int64_t squares_e_ = 0, squares_i_ = 0;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
