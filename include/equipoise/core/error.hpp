// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The one family of run-time errors, warnings as data, and NaN that says why.
///
/// Readers and constructors throw `error`; what a number cannot tell is a `warning`; what cannot be computed is a NaN whose payload names
/// the reason. Nothing is repaired silently.

#include <bit>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What went wrong, where, and what to do. Parts that are empty are left out of the message.
struct complaint {
  std::string where;     ///< a file, an option, a function: "phy: session/spike_times.npy"
  std::string place;     ///< byte offset, row or index within it: "byte 10", "row 3"
  std::string problem;   ///< one clause: "the file is shorter than its header says"
  std::string expected;  ///< what was expected
  std::string found;     ///< what was found
  std::string advice;    ///< what to do next
};

/// The exception of the library.
///
/// Result   what() is "where, place: problem (expected …, found …); advice"; the parts stay readable in `about()`
class error : public std::runtime_error {
 public:
  explicit error(std::string const& message) : std::runtime_error(message), about_{.where = {}, .place = {}, .problem = message, .expected = {}, .found = {}, .advice = {}} {}
  explicit error(complaint c) : std::runtime_error(sentence(c)), about_(std::move(c)) {}

  [[nodiscard]] auto about() const noexcept -> complaint const& { return about_; }

 private:
  static auto sentence(complaint const& c) -> std::string {
    std::string s = c.where;
    if (!c.place.empty()) s += (s.empty() ? "" : ", ") + c.place;
    s += (s.empty() ? "" : ": ") + c.problem;
    if (!c.expected.empty()) s += " (expected " + c.expected + (c.found.empty() ? "" : ", found " + c.found) + ")";
    else if (!c.found.empty()) s += " (found " + c.found + ")";
    if (!c.advice.empty()) s += "; " + c.advice;
    return s;
  }
  complaint about_;
};

/// A caution that belongs to a result: a stable code for programs, a sentence with numbers for readers.
struct warning {
  std::string code;     ///< stable, snake_case: "few_inhibitory_units"
  std::string message;  ///< one sentence with its numbers and what to do
  auto operator==(warning const&) const -> bool = default;
};

/// Why a value is undefined. The enumerators' order is part of the ABI of saved results: append only.
enum class reason : std::uint8_t {
  none,               ///< the value is defined, or a NaN of unknown origin
  too_few_bins,       ///< fewer complete bins than the metric's minimum
  no_variance,        ///< a population never varies at this scale, so that a correlation has no meaning
  no_spikes,          ///< a population is silent
  empty_population,   ///< no unit carries that label
  below_noise_floor,  ///< the variance is not larger than that of Poisson spikes of the same rate
  peak_at_edge,       ///< the largest correlation stands at the edge of the lags looked at
  no_positive_peak,   ///< no correlation above zero, so that a half maximum does not exist
  unresolved,         ///< bins are too wide for the question
  not_available,      ///< the recording does not hold what is needed
  no_spread,          ///< more than half of the bins share one value, so that a robust width vanishes
  too_few_blocks,     ///< the recording is too short for the blocks that an interval is made from
  no_influence,       ///< the value is the same whichever block is left out, so that an interval would have no width
  unstable,           ///< a shared variance that is divided by is not safely above zero
  not_asked_for,      ///< a part of the analysis that was switched off
};

/// The sentence for readers.
constexpr auto to_string(reason r) noexcept -> std::string_view {
  switch (r) {
    case reason::none: return "defined";
    case reason::too_few_bins: return "too few complete bins at this scale";
    case reason::no_variance: return "a population never varies at this scale";
    case reason::no_spikes: return "a population is silent";
    case reason::empty_population: return "a population has no units";
    case reason::below_noise_floor: return "not above the Poisson noise floor";
    case reason::peak_at_edge: return "the peak stands at the edge of the lags";
    case reason::no_positive_peak: return "no positive correlation at any lag";
    case reason::unresolved: return "bins are too wide for this question";
    case reason::not_available: return "the recording does not hold what is needed";
    case reason::no_spread: return "more than half of the bins share one value";
    case reason::too_few_blocks: return "the recording is too short for an interval: fewer than 20 blocks";
    case reason::no_influence: return "no block of the recording changes the value";
    case reason::unstable: return "the variance that the units of a population share is not safely above zero";
    case reason::not_asked_for: return "it was not asked for";
  }
  return "unknown reason";
}

namespace detail {
inline constexpr std::uint64_t nan_tag = 0x7FF8'E900'0000'0000u;  // a quiet NaN, marked as ours
}

/// A quiet NaN that carries its reason in the payload, so that a metric returns a plain `double` and nothing is lost.
constexpr auto undefined(reason why) noexcept -> double { return std::bit_cast<double>(detail::nan_tag | static_cast<std::uint64_t>(why)); }

/// Why `x` is NaN; `reason::none` for numbers and for NaN that are not ours.
constexpr auto reason_of(double x) noexcept -> reason {
  auto const bits = std::bit_cast<std::uint64_t>(x) & ~(std::uint64_t{1} << 63);
  auto const code = bits & 0xFFu;
  return (bits & ~std::uint64_t{0xFF}) == detail::nan_tag && code <= static_cast<std::uint64_t>(reason::not_asked_for) ? static_cast<reason>(code) : reason::none;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
