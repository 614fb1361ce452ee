// SPDX-License-Identifier: BSL-1.0
// Any text is a rectangular table or an `error`; any field is a number, a time, or an `error`.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <equipoise/io/table.hpp>
#include <string_view>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  try {
    auto const t = equipoise::parse_table(std::string_view(reinterpret_cast<char const*>(data), size), "fuzz");
    for (std::size_t r = 0; r < t.rows.size(); ++r) {
      if (t.rows[r].size() != t.names.size()) std::abort();
      for (std::size_t c = 0; c < t.names.size(); ++c) {
        try {
          (void)t.number<std::int64_t>(r, c);
        } catch (equipoise::error const&) {
        }
        try {
          (void)t.time(r, c);
        } catch (equipoise::error const&) {
        }
      }
    }
  } catch (equipoise::error const&) {
  }
  return 0;
}
