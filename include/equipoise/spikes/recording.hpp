// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A spike-sorted recording as it came from a file: spikes in nanoseconds, what is known of each unit, mean waveforms, and what was left out.
///
/// Every reader of the library returns it; every classifier starts from it. Models `population` and `replayable`.

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "spike_table.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The curator's judgement of a unit.
enum class unit_quality : std::uint8_t { good, mua, unsorted, noise };

/// What a file says of one unit.
struct unit_info {
  std::int64_t id{};                             ///< the file's own number
  unit_quality quality = unit_quality::unsorted;
  std::int32_t channel = -1;                     ///< electrode or peak channel; −1 if unknown
  std::map<std::string, std::string> columns{};  ///< all other columns of the file's tables, as text: "depth_mm", "is_single"
};

/// Mean waveforms, one row per unit, baseline to baseline in time order.
///
/// Shape    units × samples, row-major; rows shorter than `samples` are padded with NaN at their end
/// Units    microvolts where `in_microvolts`, else arbitrary (whitened templates); shape features do not depend on it
struct waveform_table {
  std::vector<float> values;
  std::size_t samples = 0;
  double rate_hz = 0;
  bool in_microvolts = true;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return samples == 0 ? 0 : values.size() / samples; }
  [[nodiscard]] auto empty() const noexcept -> bool { return values.empty(); }
  [[nodiscard]] auto operator[](std::size_t unit) const noexcept -> std::span<float const> { return std::span(values).subspan(unit * samples, samples); }
};

/// How much a reader left out, and why; nothing is dropped without standing here.
struct dropped_count {
  std::int64_t spikes{}, units{};
  auto operator==(dropped_count const&) const -> bool = default;
};

/// A recording in memory.
struct recording {
  using tick_type = std::chrono::nanoseconds;

  spike_table<std::chrono::nanoseconds> table;
  std::vector<unit_info> units;  ///< one per unit of the table
  waveform_table waveforms;      ///< one row per unit, or empty
  std::string source;            ///< path as given
  std::string format;            ///< "phy", "csv"
  double rate_hz = 0;            ///< of the file's clock; 0 if its times are seconds
  std::int64_t spikes_in_file{}; ///< before anything was dropped
  std::size_t units_in_file{};
  std::map<std::string, dropped_count> dropped{};  ///< by reason: "noise", "before_begin"
  std::vector<std::int64_t> dropped_ids{};         ///< the file's numbers of units that were left out
  std::vector<warning> warnings{};

  [[nodiscard]] auto size() const noexcept -> std::size_t { return table.size(); }
  [[nodiscard]] auto operator[](unit_index u) const noexcept { return table[u]; }
  [[nodiscard]] auto when() const noexcept { return table.when(); }
  [[nodiscard]] auto observed() const noexcept -> epochs<tick_type> const& { return table.observed(); }
  [[nodiscard]] auto layout() const noexcept { return table.layout(); }
  [[nodiscard]] auto blocks() const { return table.blocks(); }
  [[nodiscard]] auto blocks(epochs<tick_type> const& w) const { return table.blocks(w); }
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
