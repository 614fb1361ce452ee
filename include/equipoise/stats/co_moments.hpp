// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The five sums of pairs of counts: all that zero-lag correlation, covariance, Fano factors, axes of symmetry and deviations need.

#include <cstdint>
#include <tuple>

#include "../concepts/fold.hpp"
#include "../simd/moments.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// n, Σe, Σi, Σe², Σi², Σei over complete bins. A statistic: mergeable, integers only.
///
/// Bound    exact while a population has fewer than 3.03·10⁹ spikes (Σe² ≤ (Σe)² < 2^63); products of two sums are taken in 128 bits
/// Cost     one pass, five multiply-adds per bin, 32 bins at a time with AVX-512
class co_moments : public state_base {
 public:
  static auto fields(auto& s) { return std::tie(s.n_, s.sums_.e, s.sums_.i, s.sums_.ee, s.sums_.ii, s.sums_.ei); }

  template <class C>
  void absorb(count_row<C> const& r) noexcept {
    auto const s = simd::sums_of_pairs<simd::best_arch>(r.e.data(), r.i.data(), r.size());
    n_ += static_cast<std::int64_t>(r.size());
    simd::detail::add_to(sums_, s);
  }
  auto merge(co_moments const& o) noexcept -> co_moments& {
    n_ += o.n_;
    simd::detail::add_to(sums_, o.sums_);
    return *this;
  }

  [[nodiscard]] auto n() const noexcept -> std::int64_t { return n_; }
  [[nodiscard]] auto e() const noexcept -> std::int64_t { return sums_.e; }
  [[nodiscard]] auto i() const noexcept -> std::int64_t { return sums_.i; }
  [[nodiscard]] auto ee() const noexcept -> std::int64_t { return sums_.ee; }
  [[nodiscard]] auto ii() const noexcept -> std::int64_t { return sums_.ii; }
  [[nodiscard]] auto ei() const noexcept -> std::int64_t { return sums_.ei; }

  /// n² times the population (co)variances, exact: n Σe² − (Σe)², n Σi² − (Σi)², n Σei − Σe Σi.
  [[nodiscard]] auto spread_e() const noexcept -> int128 { return int128{n_} * sums_.ee - int128{sums_.e} * sums_.e; }
  [[nodiscard]] auto spread_i() const noexcept -> int128 { return int128{n_} * sums_.ii - int128{sums_.i} * sums_.i; }
  [[nodiscard]] auto spread_ei() const noexcept -> int128 { return int128{n_} * sums_.ei - int128{sums_.e} * sums_.i; }

 private:
  std::int64_t n_ = 0;
  simd::pair_sums sums_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
