// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// One unit's spikes: `spike_vector` owns them, `spike_span` looks at memory of somebody else. Both model `spike_train`.

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "../concepts/spikes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A train over foreign memory, without a copy. The memory must outlive it and be ascending; `validate` tells whether it is.
template <tick T>
class spike_span {
 public:
  using tick_type = T;
  spike_span() = default;
  constexpr spike_span(std::span<std::int64_t const> raw, window<T> when) noexcept : raw_(raw), when_(when) {}

  [[nodiscard]] constexpr auto raw() const noexcept -> std::span<std::int64_t const> { return raw_; }
  [[nodiscard]] constexpr auto when() const noexcept -> window<T> { return when_; }
  [[nodiscard]] constexpr auto size() const noexcept -> std::size_t { return raw_.size(); }
  [[nodiscard]] constexpr auto empty() const noexcept -> bool { return raw_.empty(); }
  [[nodiscard]] constexpr auto operator[](std::size_t k) const noexcept -> T { return T{raw_[k]}; }
  /// Spikes per second of the window; NaN for an empty window.
  [[nodiscard]] auto rate_hz() const noexcept -> double {
    return when_.empty() ? undefined(reason::not_available) : static_cast<double>(raw_.size()) / in_seconds(when_.length());
  }

 private:
  std::span<std::int64_t const> raw_;
  window<T> when_;
};

/// A train that owns its ticks.
///
/// Errors   the constructor throws `error` if the ticks are not ascending or leave the window: nothing is sorted or dropped in silence
template <tick T>
class spike_vector {
 public:
  using tick_type = T;
  spike_vector() = default;
  spike_vector(std::vector<std::int64_t> ticks, window<T> when) : raw_(std::move(ticks)), when_(when) {
    if (auto const at = std::is_sorted_until(raw_.begin(), raw_.end()); at != raw_.end())
      throw error({.where = "spike_vector", .place = "spike " + std::to_string(at - raw_.begin()), .problem = "times are not ascending",
                   .expected = "at least " + std::to_string(*std::prev(at)), .found = std::to_string(*at), .advice = "validate(…) counts such places; sort before building the train"});
    if (!raw_.empty() && (raw_.front() < when.begin.count() || raw_.back() >= when.end.count()))
      throw error({.where = "spike_vector", .place = {}, .problem = "a spike lies outside the window [" + std::to_string(when.begin.count()) + ", " + std::to_string(when.end.count()) + ")",
                   .expected = {}, .found = std::to_string(raw_.front() < when.begin.count() ? raw_.front() : raw_.back()), .advice = "give the window in which the unit was observed"});
  }

  [[nodiscard]] auto raw() const noexcept -> std::span<std::int64_t const> { return raw_; }
  [[nodiscard]] auto when() const noexcept -> window<T> { return when_; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return raw_.size(); }
  [[nodiscard]] auto empty() const noexcept -> bool { return raw_.empty(); }
  [[nodiscard]] auto operator[](std::size_t k) const noexcept -> T { return T{raw_[k]}; }
  [[nodiscard]] auto rate_hz() const noexcept -> double { return spike_span<T>(*this).rate_hz(); }
  operator spike_span<T>() const noexcept { return {raw_, when_}; }
  auto operator==(spike_vector const&) const -> bool = default;

 private:
  std::vector<std::int64_t> raw_;
  window<T> when_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
