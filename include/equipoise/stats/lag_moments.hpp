// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Sums of products of counts at lags: Σ e_t·i_{t+ℓ}, and on request Σ e_t·e_{t+ℓ} and Σ i_t·i_{t+ℓ}, over pairs inside runs of consecutive bins.
///
/// Only the products are accumulated per lag; the other sums follow from totals less the fringes of each run. Runs that become neighbours
/// are joined and the pairs across the seam added, so that rows may come in any order; pairs never span a gap.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

#include "../concepts/fold.hpp"
#include "../simd/moments.hpp"
#include "../simd/products.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A statistic: lagged second moments up to ± `within` bins.
///
/// Sign     lag ℓ pairs e_t with i_{t+ℓ}; ℓ > 0 means that inhibition follows excitation
/// Bound    exact while a population has fewer than 3.03·10⁹ spikes and no bin more than 2^32 − 1
/// Memory   4·within counts per run of consecutive bins; one run while blocks come in order and without gaps
class lag_moments : public state_base {
 public:
  /// The sums over the pairs of one lag: n pairs, Σx, Σy, Σx², Σy², Σxy, where x is the earlier population's count for autocorrelation,
  /// and x = e, y = i otherwise.
  struct sums {
    std::int64_t n{}, x{}, y{}, xx{}, yy{}, xy{};
    auto operator==(sums const&) const -> bool = default;
  };

  explicit lag_moments(std::int64_t within = 0, bool autocorrelations = false)
      : within_(within), autos_(autocorrelations), i_later_(slots()), e_later_(slots()), e_e_(autos_ ? slots() : 0), i_i_(autos_ ? slots() : 0) {
    if (within < 0) throw error("lag_moments: the number of lags must not be negative");
  }
  /// The larger of two configurations; both must be empty.
  [[nodiscard]] auto joined(lag_moments const& o) const -> lag_moments { return lag_moments((std::max)(within_, o.within_), autos_ || o.autos_); }
  static auto fields(auto& s) { return std::tie(s.n_, s.total_.e, s.total_.i, s.total_.ee, s.total_.ii, s.i_later_, s.e_later_, s.e_e_, s.i_i_, s.runs_, s.settled_); }
  static auto setup(auto const& s) { return std::tie("lags", s.within_, s.autos_); }
  /// Whether fields that were read back fit the lags.
  [[nodiscard]] auto restored() const -> bool {
    auto const n = slots(), own = autos_ ? n : 0;
    auto fits = [this](run const& r) {
      auto const ends = (std::min)(r.n, within_);
      return std::ssize(r.head_e) == ends && std::ssize(r.head_i) == ends && std::ssize(r.tail_e) == ends && std::ssize(r.tail_i) == ends;
    };
    return i_later_.size() == n && e_later_.size() == n && e_e_.size() == own && i_i_.size() == own && (settled_.empty() || settled_.size() == n) && std::all_of(runs_.begin(), runs_.end(), fits);
  }

  [[nodiscard]] auto within() const noexcept -> std::int64_t { return within_; }
  [[nodiscard]] auto has_autocorrelations() const noexcept -> bool { return autos_; }
  [[nodiscard]] auto n() const noexcept -> std::int64_t { return n_; }

  template <class C>
  void absorb(count_row<C> const& r) {
    auto at = place(r.first);
    if (at == runs_.end() || at->end() != r.first) at = runs_.insert(at, run{.first = r.first, .n = 0, .head_e = {}, .head_i = {}, .tail_e = {}, .tail_i = {}});
    append(*at, r);
    close(at);
  }
  auto merge(lag_moments const& o) -> lag_moments& {
    if (o.within_ != within_ || o.autos_ != autos_) throw error("lag_moments: states of different lags cannot be merged");
    n_ += o.n_;
    simd::detail::add_to(total_, o.total_);
    for (auto [mine, theirs] : {std::pair{&i_later_, &o.i_later_}, {&e_later_, &o.e_later_}, {&e_e_, &o.e_e_}, {&i_i_, &o.i_i_}})
      std::transform(mine->begin(), mine->end(), theirs->begin(), mine->begin(), std::plus{});
    if (!o.settled_.empty()) {
      settled_.resize(slots());
      std::transform(settled_.begin(), settled_.end(), o.settled_.begin(), settled_.begin(), [](cuts a, cuts const& b) { return a += b; });
    }
    for (auto const& x : o.runs_) {
      auto at = place(x.first);
      if (at != runs_.end() && at->end() == x.first) join(*at, x);
      else at = runs_.insert(at, x);
      close(at);
    }
    return *this;
  }

  /// The same counts, every bin that many bins later: so that resampling can place a stretch anew. A bin without counts between two parts keeps
  /// their pairs apart.
  [[nodiscard]] auto moved(std::int64_t bins) const -> lag_moments {
    auto copy = *this;
    for (auto& r : copy.runs_) r.first += bins;
    return copy;
  }

  /// All sums of pairs (e_t, i_{t+lag}). Precondition: |lag| ≤ within().
  [[nodiscard]] auto at(std::int64_t lag) const -> sums {
    auto const k = static_cast<std::size_t>(lag < 0 ? -lag : lag);
    sums s{n_, total_.e, total_.i, total_.ee, total_.ii, (lag < 0 ? e_later_ : i_later_)[slot(k)]};
    for (auto const& r : runs_) {  // e loses its last k bins of a run and i its first k, or the other way round
      s.n -= (std::min)(static_cast<std::int64_t>(k), r.n);
      drop(lag < 0 ? r.head_e : r.tail_e, lag < 0, k, s.x, s.xx);
      drop(lag < 0 ? r.tail_i : r.head_i, lag > 0, k, s.y, s.yy);
    }
    if (!settled_.empty()) settled_[k].take(s, lag < 0 ? head_e : tail_e, lag < 0 ? tail_i : head_i);
    return s;
  }
  /// All sums of pairs (e_t, e_{t+lag}) or (i_t, i_{t+lag}), 1 ≤ lag ≤ within(). Errors: `error` if autocorrelations were not asked for.
  [[nodiscard]] auto at_e(std::int64_t lag) const -> sums { return same(lag, e_e_, total_.e, total_.ee, &run::head_e, &run::tail_e, head_e); }
  [[nodiscard]] auto at_i(std::int64_t lag) const -> sums { return same(lag, i_i_, total_.i, total_.ii, &run::head_i, &run::tail_i, head_i); }

  /// Bins before `first` will not come any more: runs that end before it are folded into sums, so that memory does not grow with gaps.
  void settle(std::int64_t first) {
    auto const end = place(first);  // the first run that a bin may still join
    if (end == runs_.begin()) return;
    settled_.resize(slots());
    for (auto r = runs_.begin(); r != end; ++r)
      for (std::int64_t k = 0; k <= within_; ++k) {
        auto& cut = settled_[static_cast<std::size_t>(k)];
        cut.n += (std::min)(k, r->n);
        for (auto const& [which, f, front] : {std::tuple{head_e, &r->head_e, true}, {tail_e, &r->tail_e, false}, {head_i, &r->head_i, true}, {tail_i, &r->tail_i, false}})
          drop(*f, front, static_cast<std::size_t>(k), cut.one[which], cut.two[which]);
      }
    runs_.erase(runs_.begin(), end);
  }

 private:
  using fringe = std::vector<std::uint32_t>;
  struct run {  // consecutive bins first … first + n − 1, with their first and last `within` counts
    std::int64_t first{}, n{};
    fringe head_e, head_i, tail_e, tail_i;
    static auto fields(auto& s) { return std::tie(s.first, s.n, s.head_e, s.head_i, s.tail_e, s.tail_i); }
    [[nodiscard]] auto end() const noexcept -> std::int64_t { return first + n; }
    auto operator==(run const&) const -> bool = default;
  };

  enum fringes : std::size_t { head_e, tail_e, head_i, tail_i };
  struct cuts {  // what settled runs take from the totals at one lag: pairs, and (negative) sums over their ends
    std::int64_t n{};
    std::array<std::int64_t, 4> one{}, two{};
    static auto fields(auto& s) { return std::tie(s.n, s.one, s.two); }
    void take(sums& s, fringes x, fringes y) const noexcept { s.n -= n, s.x += one[x], s.xx += two[x], s.y += one[y], s.yy += two[y]; }
    auto operator+=(cuts const& o) noexcept -> cuts& {
      n += o.n;
      for (std::size_t f = 0; f < 4; ++f) one[f] += o.one[f], two[f] += o.two[f];
      return *this;
    }
    auto operator==(cuts const&) const -> bool = default;
  };

  [[nodiscard]] auto slots() const noexcept -> std::size_t { return static_cast<std::size_t>(within_ + 1); }
  [[nodiscard]] auto slot(std::size_t lag) const noexcept -> std::size_t { return static_cast<std::size_t>(within_) - lag; }  // as the kernel writes them
  auto place(std::int64_t first) -> std::vector<run>::iterator {
    return std::lower_bound(runs_.begin(), runs_.end(), first, [](run const& x, std::int64_t f) { return x.end() < f; });
  }
  void close(std::vector<run>::iterator at) {  // joins the run that follows, if nothing lies between
    if (auto const next = std::next(at); next != runs_.end() && next->first == at->end()) {
      join(*at, *next);
      runs_.erase(next);
    }
  }
  static void drop(fringe const& f, bool front, std::size_t k, std::int64_t& one, std::int64_t& two) noexcept {
    auto const cut = (std::min)(k, f.size());
    for (std::size_t j = 0; j < cut; ++j) {
      std::int64_t const x = f[front ? j : f.size() - 1 - j];
      one -= x, two -= x * x;
    }
  }
  [[nodiscard]] auto same(std::int64_t lag, std::vector<std::int64_t> const& products, std::int64_t one, std::int64_t two, fringe run::*head, fringe run::*tail, fringes which) const -> sums {
    if (!autos_) throw error("lag_moments: autocorrelations were not asked for; start the statistic with autocorrelations");
    auto const k = static_cast<std::size_t>(lag);
    sums s{n_, one, one, two, two, products[slot(k)]};
    for (auto const& r : runs_) {
      s.n -= (std::min)(lag, r.n);
      drop(r.*tail, false, k, s.x, s.xx);
      drop(r.*head, true, k, s.y, s.yy);
    }
    if (!settled_.empty()) settled_[k].take(s, which == head_e ? tail_e : tail_i, which);
    return s;
  }

  // Rows are widened here, so that the vectors' own functions exist once and not for every kind of count.
  template <class Count>
  static void extend_head(fringe& head, std::span<Count const> x, std::size_t limit) {
    auto const old = head.size(), more = (std::min)(x.size(), limit - old);
    head.resize(old + more);
    std::copy_n(x.begin(), more, head.begin() + static_cast<std::ptrdiff_t>(old));
  }
  template <class Count>
  static void extend_tail(fringe& tail, std::span<Count const> x, std::size_t limit) {
    auto const late = x.last((std::min)(x.size(), limit));
    if (auto const size = tail.size() + late.size(); size > limit) tail.erase(tail.begin(), tail.begin() + static_cast<std::ptrdiff_t>(size - limit));
    auto const old = tail.size();
    tail.resize(old + late.size());
    std::copy(late.begin(), late.end(), tail.begin() + static_cast<std::ptrdiff_t>(old));
  }

  template <class C>
  void append(run& to, count_row<C> const& r) {
    auto const lags = static_cast<std::size_t>(within_);
    if (to.tail_e.capacity() < lags)
      for (auto* f : {&to.head_e, &to.head_i, &to.tail_e, &to.tail_i}) f->reserve(lags);
    std::uint32_t most = simd::largest_count<simd::best_arch>(r.e.data(), r.i.data(), r.size());
    for (auto const* f : {&to.tail_e, &to.tail_i})
      for (auto const x : *f) most = (std::max)(most, x);
    n_ += static_cast<std::int64_t>(r.size());
    simd::detail::add_to(total_, simd::sums_of_pairs<simd::best_arch>(r.e.data(), r.i.data(), r.size()));
    if (most <= simd::most_in_bytes) products<std::uint8_t>(to, r, most);
    else if (most <= simd::most_in_shorts) products<std::int16_t>(to, r, most);
    else products<std::uint32_t>(to, r, most);
    extend_head(to.head_e, r.e, lags), extend_head(to.head_i, r.i, lags);
    extend_tail(to.tail_e, r.e, lags), extend_tail(to.tail_i, r.i, lags);
    to.n += static_cast<std::int64_t>(r.size());
  }
  /// Products of the row with itself and with the run's tail: both are laid out as [zeros | tail | row | zeros].
  template <class V, class C>
  void products(run const& to, count_row<C> const& r, std::uint32_t most) {
    auto const lags = static_cast<std::size_t>(within_), all = lags + r.size() + lags + 2 * simd::row_padding;
    auto* const e = equipoise::detail::working<lag_moments, V>(2 * all);
    auto* const i = e + all;
    lay_out(e, to.tail_e, r.e), lay_out(i, to.tail_i, r.i);
    products(e, i, r.size(), most);
  }
  template <class V, class C>
  void lay_out(V* out, fringe const& tail, std::span<C const> row) const {
    auto const lags = static_cast<std::size_t>(within_);
    auto cast = [](auto x) { return static_cast<V>(x); };
    out = std::fill_n(out, lags - tail.size(), V{});
    out = std::transform(tail.begin(), tail.end(), out, cast);
    if constexpr (std::is_same_v<V, C>) out = std::copy(row.begin(), row.end(), out);
    else out = std::transform(row.begin(), row.end(), out, cast);
    std::fill_n(out, lags + 2 * simd::row_padding, V{});
  }
  template <class V>
  void products(V const* e, V const* i, std::size_t n, std::uint32_t most) {
    auto const lags = static_cast<std::size_t>(within_);
    auto sum = [&](V const* x, V const* y, std::vector<std::int64_t>& out, std::size_t count) {
      if constexpr (sizeof(V) == 4) simd::lagged_products_scalar(x, y, n, out.data(), count);
      else simd::lagged_products<simd::best_arch>(x, y, n, most, out.data(), count);
    };
    sum(i + lags, e, i_later_, lags + 1);  // slot j pairs i_t with e_{t − (within − j)}
    sum(e + lags, i, e_later_, lags);      // lag 0 stands in i_later
    if (autos_) sum(e + lags, e, e_e_, lags), sum(i + lags, i, i_i_, lags);
  }
  void join(run& a, run const& b) {  // b follows a: pairs across the seam, then the fringes
    auto const lags = static_cast<std::size_t>(within_);
    auto across = [lags](fringe const& early, fringe const& late, std::vector<std::int64_t>& out) {
      for (std::size_t t = 0; t < early.size(); ++t) {
        auto const nearest = early.size() - t;  // the lag to late[0], ≤ lags
        auto* const slot = out.data() + (lags - nearest);
        auto const n = (std::min)(late.size(), lags - nearest + 1);
        for (std::size_t u = 0; u < n; ++u) *(slot - u) += static_cast<std::int64_t>(early[t]) * static_cast<std::int64_t>(late[u]);
      }
    };
    across(a.tail_e, b.head_i, i_later_), across(a.tail_i, b.head_e, e_later_);
    if (autos_) across(a.tail_e, b.head_e, e_e_), across(a.tail_i, b.head_i, i_i_);
    using counts32 = std::span<std::uint32_t const>;
    extend_head(a.head_e, counts32(b.head_e), lags), extend_head(a.head_i, counts32(b.head_i), lags);
    extend_tail(a.tail_e, counts32(b.tail_e), lags), extend_tail(a.tail_i, counts32(b.tail_i), lags);
    a.n += b.n;
  }

  std::int64_t within_;
  bool autos_;
  std::int64_t n_ = 0;
  simd::pair_sums total_;
  std::vector<std::int64_t> i_later_, e_later_, e_e_, i_i_;  // slot within − ℓ, ℓ ≥ 0
  std::vector<run> runs_;                                     // ascending; neighbours are joined
  std::vector<cuts> settled_;                                 // by lag; empty while nothing was settled
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
