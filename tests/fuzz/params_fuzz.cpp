// SPDX-License-Identifier: BSL-1.0
// Any text is a params.py: keys, strings, numbers, the size of the raw file that it names, or an `error`.
#include <cstddef>
#include <cstdint>
#include <equipoise/io/phy_folder.hpp>
#include <string_view>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  auto params = equipoise::detail::parse_params(std::string_view(reinterpret_cast<char const*>(data), size));
  for (auto const& [key, value] : params) (void)equipoise::detail::python_strings(value);
  params["dat_path"] = "'/dev/null'";
  for (auto const* key : {"sample_rate", "n_channels_dat"}) {
    try {
      (void)equipoise::detail::python_number(params, key, "fuzz");
      (void)equipoise::detail::raw_samples("/", params, "fuzz");
    } catch (equipoise::error const&) {
    }
  }
  return 0;
}
