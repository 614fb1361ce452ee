// SPDX-License-Identifier: BSL-1.0
// Any bytes are an array or an `error`, in every type that readers ask for.
#include <cstddef>
#include <cstdint>
#include <equipoise/io/npy.hpp>
#include <string>

namespace {
template <class F>
void quietly(F&& f) {
  try {
    f();
  } catch (equipoise::error const&) {
  }
}
}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  quietly([&] {
    auto const a = equipoise::parse_npy(std::string(reinterpret_cast<char const*>(data), size), "fuzz");
    quietly([&] { (void)equipoise::as_vector<std::int64_t>(a); });
    quietly([&] { (void)equipoise::as_vector<double>(a); });
    quietly([&] { (void)equipoise::as_dense<float>(a); });
    quietly([&] { (void)equipoise::as_dense<std::int64_t>(a); });
  });
  return 0;
}
