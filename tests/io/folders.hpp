// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Folders of the readers' tests: made empty, filled file by file, removed at the end.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <equipoise/io/npy.hpp>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A folder of its own in the system's temporary one.
class test_folder {
 public:
  test_folder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() / ("equipoise_test_" + std::to_string(std::random_device{}()) + "_" + std::to_string(count++));
    std::filesystem::create_directory(path_);
  }
  test_folder(test_folder const&) = delete;
  auto operator=(test_folder const&) -> test_folder& = delete;
  ~test_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] auto path() const -> std::string { return path_.string(); }
  [[nodiscard]] auto path(std::string const& file) const -> std::string { return (path_ / file).string(); }
  /// Writes a file; returns its path.
  auto text(std::string const& file, std::string_view bytes) const -> std::string {
    std::ofstream(path_ / file, std::ios::binary) << bytes;
    return path(file);
  }
  template <class T>
  auto npy(std::string const& file, std::vector<T> const& values, std::vector<std::size_t> const& shape) const -> std::string {
    return text(file, equipoise::npy_bytes(std::span<T const>(values), shape));
  }
  template <class T>
  auto npy(std::string const& file, std::vector<T> const& values) const -> std::string {
    return npy(file, values, {values.size()});
  }
  void remove(std::string const& file) const { std::filesystem::remove(path_ / file); }
  /// Copies the files of another folder here.
  void copy(std::string const& from) const { std::filesystem::copy(from, path_, std::filesystem::copy_options::recursive); }

 private:
  std::filesystem::path path_;
};

/// The message of the error that f throws; empty if it throws none.
template <class F>
auto refusal(F&& f) -> std::string {
  try {
    f();
  } catch (equipoise::error const& e) {
    return e.what();
  }
  return {};
}

/// Whether a text names all of the words.
inline auto names(std::string const& text, std::initializer_list<std::string_view> words) -> bool {
  for (auto const w : words)
    if (text.find(w) == std::string::npos) return false;
  return true;
}
