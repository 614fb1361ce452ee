// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The five sums of pairs of counts together with Σ over units of squared counts: what the subsampling correction needs. Needs
/// `pyramid(…).with_units()`.

#include <cstdint>
#include <tuple>

#include "../concepts/fold.hpp"
#include "co_moments.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A statistic: `co_moments`, and Σ_bins Σ_units n² of each population.
///
/// Bound    that of co_moments
class population_moments : public state_base {
 public:
  static auto fields(auto& s) { return std::tie(s.pooled_, s.squares_e_, s.squares_i_); }

  template <class C>
  void absorb(count_row<C> const& r) noexcept {
    pooled_.absorb(r);
  }
  void absorb(unit_row const& r) noexcept {
    for (auto const x : r.squares_e) squares_e_ += x;
    for (auto const x : r.squares_i) squares_i_ += x;
  }
  auto merge(population_moments const& o) noexcept -> population_moments& {
    pooled_.merge(o.pooled_);
    squares_e_ += o.squares_e_, squares_i_ += o.squares_i_;
    return *this;
  }

  [[nodiscard]] auto pooled() const noexcept -> co_moments const& { return pooled_; }
  [[nodiscard]] auto squares_e() const noexcept -> std::int64_t { return squares_e_; }
  [[nodiscard]] auto squares_i() const noexcept -> std::int64_t { return squares_i_; }

 private:
  co_moments pooled_;
  std::int64_t squares_e_ = 0, squares_i_ = 0;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
