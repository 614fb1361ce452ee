// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A large table of counts that is fast to increment and never full.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "../core/config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace detail {

/// Memory that comes as zeros: from the system, which does not write them twice, or in large pages where there is much of it.
template <class X>
struct zeroed_memory {
  using value_type = X;
  zeroed_memory() = default;
  template <class Y>
  zeroed_memory(zeroed_memory<Y> const&) noexcept {}
  auto allocate(std::size_t n) -> X* {
    auto* const p = static_cast<X*>(n < large_page / sizeof(X) * 2 ? std::calloc(n, sizeof(X)) : in_large_pages(n));
    if (p == nullptr) throw std::bad_alloc();
    return p;
  }
  void deallocate(X* p, std::size_t) noexcept { std::free(p); }
  template <class Y, class... Args>
  void construct(Y* p, Args&&... args) noexcept {
    if constexpr (sizeof...(Args) > 0) ::new (static_cast<void*>(p)) Y(std::forward<Args>(args)...);
  }
  auto operator==(zeroed_memory const&) const -> bool = default;

 private:
  static constexpr std::size_t large_page = std::size_t{1} << 21;
  /// Increments hit a large table at random: with small pages half of the time goes into finding them.
  static auto in_large_pages(std::size_t n) -> void* {
    if (n > (static_cast<std::size_t>(-1) - large_page) / sizeof(X)) return nullptr;
#if defined(__linux__)
    auto const bytes = (n * sizeof(X) + large_page - 1) / large_page * large_page;
    auto* const p = std::aligned_alloc(large_page, bytes);
    if (p == nullptr) return nullptr;
    madvise(p, bytes, MADV_HUGEPAGE);  // a wish: refused, nothing is lost but time
    return std::memset(p, 0, bytes);
#else
    return std::calloc(n, sizeof(X));
#endif
  }
};

/// Counts of 32 bits with what they carried over: fast to increment, never full. Equal by content.
class carrying_table {
 public:
  explicit carrying_table(std::size_t n = 0) : low_(n) {}
  [[nodiscard]] auto size() const noexcept -> std::size_t { return low_.size(); }
  [[nodiscard]] auto data() noexcept -> std::uint32_t* { return low_.data(); }
  [[nodiscard]] auto operator[](std::size_t k) const noexcept -> std::int64_t { return std::int64_t{low_[k]} + (high_.empty() ? 0 : std::int64_t{high_[k]} << 31); }
  /// Must be called before `n` increments of whichever counts: none outgrows 32 bits.
  void expect(std::size_t n) {
    if (most_ + n > 0xFFFFFFFF) carry(), most_ = 0x7FFFFFFF;
    most_ += n;
  }
  void add(carrying_table const& o) {
    if (high_.empty() && o.high_.empty() && most_ + o.most_ <= 0xFFFFFFFF) {
      std::transform(low_.begin(), low_.end(), o.low_.begin(), low_.begin(), std::plus{});
      most_ += o.most_;
      return;
    }
    high_.resize(low_.size());
    for (std::size_t k = 0; k < low_.size(); ++k) set(k, (*this)[k] + o[k]);
    most_ = 0x7FFFFFFF;
  }
  /// The counts: what a checkpoint keeps.
  [[nodiscard]] auto contents() const -> std::vector<std::int64_t> {
    std::vector<std::int64_t> all(size());
    for (std::size_t k = 0; k < all.size(); ++k) all[k] = (*this)[k];
    return all;
  }
  [[nodiscard]] auto assign(std::vector<std::int64_t> const& all) -> bool {
    *this = carrying_table(all.size());
    if (std::any_of(all.begin(), all.end(), [](auto n) { return n < 0; })) return false;
    high_.resize(all.size());
    for (std::size_t k = 0; k < all.size(); ++k) set(k, all[k]);
    most_ = 0x7FFFFFFF;
    return true;
  }
  friend auto operator==(carrying_table const& a, carrying_table const& b) -> bool {
    if (a.size() != b.size()) return false;
    if (a.high_.empty() && b.high_.empty()) return a.low_ == b.low_;
    for (std::size_t k = 0; k < a.size(); ++k)
      if (a[k] != b[k]) return false;
    return true;
  }

 private:
  void set(std::size_t k, std::int64_t n) noexcept { low_[k] = static_cast<std::uint32_t>(n & 0x7FFFFFFF), high_[k] = static_cast<std::uint32_t>(n >> 31); }
  void carry() {
    high_.resize(low_.size());
    for (std::size_t k = 0; k < low_.size(); ++k) high_[k] += low_[k] >> 31, low_[k] &= 0x7FFFFFFF;
  }
  using counts = std::vector<std::uint32_t, zeroed_memory<std::uint32_t>>;  // made in one size and never shrunk
  counts low_, high_;     // low + 2^31·high; no high before the first carry
  std::size_t most_ = 0;  // no low count is larger
};

}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
