// SPDX-License-Identifier: BSL-1.0
// Any bytes are an archive of arrays or an `error`.
#include <cstddef>
#include <cstdint>
#include <equipoise/io/npz.hpp>
#include <string>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  try {
    for (auto const& [name, a] : equipoise::parse_npz(std::string(reinterpret_cast<char const*>(data), size), "fuzz")) (void)equipoise::as_dense<double>(a);
  } catch (equipoise::error const&) {
  }
  return 0;
}
