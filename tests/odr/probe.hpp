// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What one translation unit thinks of itself.
struct probe {
  std::string_view abi;   ///< the name of its inline namespace
  std::size_t width;      ///< its floats per register
  std::int64_t sum;       ///< of the first registerful of 0, 1, 2, …, by its kernels
};

auto old_probe() -> probe;     ///< from the unit compiled for an old processor
auto native_probe() -> probe;  ///< from the unit compiled for this one
