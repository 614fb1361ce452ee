// SPDX-License-Identifier: BSL-1.0
// Any bytes are a state or an `error`, also behind a right frame and a right checksum; what is taken is written as it was read.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <equipoise/core/epochs.hpp>
#include <equipoise/io/state_bytes.hpp>
#include <equipoise/scales/open_bins.hpp>
#include <equipoise/scales/unit_bins.hpp>
#include <equipoise/stats/co_moments.hpp>
#include <equipoise/stats/count_rows.hpp>
#include <equipoise/stats/grouped_rows.hpp>
#include <equipoise/stats/joint_histogram.hpp>
#include <equipoise/stats/lag_moments.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace eq = equipoise;

namespace {
/// A list of configured states that grows, and every kind of value.
struct everything {
  eq::lag_moments pattern{3, true};
  std::vector<eq::lag_moments> panes{};
  std::map<std::string, std::optional<eq::lag_moments>> by_name{};
  std::vector<std::tuple<eq::co_moments, eq::lag_moments, eq::joint_histogram, eq::grouped_rows, eq::count_rows>> rows{2, {eq::co_moments(), eq::lag_moments(2), eq::joint_histogram(), eq::grouped_rows(4), eq::count_rows()}};
  eq::epochs<std::chrono::nanoseconds> seen{};
  eq::open_bins open{};
  eq::unit_bins units{};
  std::set<std::int16_t> set{};
  std::array<std::optional<double>, 2> pair{};
  std::vector<bool> flags{};
  bool flag = false;

  static auto fields(auto& s) { return std::tie(s.panes, s.by_name, s.rows, s.seen, s.open, s.units, s.set, s.pair, s.flags, s.flag); }
  [[nodiscard]] auto blank() const -> eq::lag_moments const& { return pattern; }
};
void put(std::string& out, std::size_t at, std::uint64_t x) {
  for (std::size_t k = 0; k < 8; ++k) out[at + k] = static_cast<char>(x >> (8 * k) & 0xFF);
}
void check(std::string const& bytes) {
  everything state;
  try {
    auto const note = eq::restore(state, bytes);
    if (eq::state_bytes(state, note) != bytes) std::abort();
  } catch (eq::error const&) {
  }
}
}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string const input(reinterpret_cast<char const*>(data), size);
  check(input);
  static auto const frame = [] {
    auto const bytes = eq::state_bytes(everything());
    return bytes.substr(0, eq::detail::walk::opened(bytes, "frame").payload);
  }();
  auto forged = frame + input + std::string(8, '\0');
  put(forged, eq::detail::walk::length_place, forged.size());
  put(forged, forged.size() - 8, eq::crc64(std::string_view(forged).substr(0, forged.size() - 8)));
  check(forged);
  return 0;
}
