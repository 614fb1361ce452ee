// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Whole files and pipes as bytes, with errors that name them.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "../core/error.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// All bytes of a file, or of a pipe until its end.
///
/// Errors   `error` with the system's reason if it cannot be opened or read
inline auto read_bytes(std::string const& path) -> std::string {
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored))
    throw error({.where = path, .place = {}, .problem = "is a folder", .expected = "a file", .found = {}, .advice = {}});
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw error({.where = path, .place = {}, .problem = "cannot be opened", .expected = {}, .found = std::strerror(errno), .advice = "check the path and the permissions"});
  std::string bytes;
  char part[1 << 16];
  while (auto const n = std::fread(part, 1, sizeof part, file.get())) bytes.append(part, n);
  if (std::ferror(file.get()) != 0) throw error({.where = path, .place = "byte " + std::to_string(bytes.size()), .problem = "cannot be read", .expected = {}, .found = std::strerror(errno), .advice = {}});
  return bytes;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
