// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Files that are replaced whole: at any moment, also after a crash or a loss of power, a path holds its old bytes or its new ones.

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "../core/error.hpp"

#if __has_include(<unistd.h>)
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
[[noreturn]] inline void cannot_write(std::string const& path, std::string problem, int code) {
  throw error({.where = path, .place = {}, .problem = std::move(problem), .expected = {}, .found = std::generic_category().message(code),
               .advice = code == ENOSPC || code == EFBIG ? "make room, or write to another disk" : "check the folder, its permissions and the disk"});
}

/// With the standard library alone: the file is replaced whole, but a loss of power may take the new bytes with it.
inline void replace_portably(std::string const& path, std::string_view bytes) {
  auto const part = path + ".part";
  auto give_up = [&](char const* problem, int code) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    cannot_write(path, problem, code);
  };
  errno = 0;
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  if (!out) cannot_write(path, "cannot be created", errno);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) give_up("cannot be written", errno);
  std::error_code code;
  std::filesystem::rename(part, path, code);
  if (code) give_up("cannot be put in place", code.value());
}

#if __has_include(<unistd.h>)
/// The new bytes on their way: a file beside the path, locked, so that two writers do not mix; removed unless it was put in place.
/// Its name is always the same: what a killed program left is used again.
class part_file {
 public:
  explicit part_file(std::string path) : path_(std::move(path)), part_(path_ + ".part") {
    for (;;) {
      file_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (file_ < 0) cannot_write(path_, "cannot be created", errno);
      if (::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {  // other failures: a file system without locks
        ::close(file_);
        throw error({.where = path_, .place = {}, .problem = "is being written by another program", .expected = {}, .found = {}, .advice = "give each run a file of its own"});
      }
      struct stat mine {};
      struct stat named {};
      if (::fstat(file_, &mine) == 0 && ::lstat(part_.c_str(), &named) == 0 && mine.st_ino == named.st_ino && mine.st_dev == named.st_dev) return;
      ::close(file_);  // between open and lock, another writer put it in place
    }
  }
  part_file(part_file const&) = delete;
  auto operator=(part_file const&) -> part_file& = delete;
  ~part_file() {
    if (!placed_) ::unlink(part_.c_str());
    ::close(file_);  // the lock ends last
  }

  void write(std::string_view bytes) const {
    if (::ftruncate(file_, 0) != 0) cannot_write(path_, "cannot be written", errno);
    while (!bytes.empty()) {
      auto const n = ::write(file_, bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) cannot_write(path_, "cannot be written", errno);
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    sync(file_);
  }
  /// In the place of what the path named, and the folder's entry to the disk.
  void place() {
    if (::rename(part_.c_str(), path_.c_str()) != 0) cannot_write(path_, "cannot be put in place", errno);
    placed_ = true;
    auto const folder = std::filesystem::path(path_).parent_path();
    if (auto const f = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); f >= 0) {
      auto const failed = ::fsync(f) != 0 && errno == EIO;  // some file systems have no such thing for folders
      ::close(f);
      if (failed) cannot_write(path_, "may not survive a loss of power", EIO);
    }
  }

 private:
  void sync(int file) const {
#ifdef F_FULLFSYNC
    if (::fcntl(file, F_FULLFSYNC) == 0) return;  // macOS: fsync alone leaves the bytes to the disk's cache
#endif
    while (::fsync(file) != 0)
      if (errno != EINTR) cannot_write(path_, "cannot be written", errno);
  }
  std::string path_, part_;
  int file_ = -1;
  bool placed_ = false;
};
#endif
}  // namespace detail

/// Writes a file beside the path, `path.part`, brings it to the disk, and puts it in the place of what the path named.
///
/// Errors   `error` with the system's reason; what the path named before is unchanged then, and nothing is left beside it
/// Cost     two synchronisations with the disk: milliseconds
inline void replace_file(std::string const& path, std::string_view bytes) {
#if __has_include(<unistd.h>)
  detail::part_file part(path);
  part.write(bytes);
  part.place();
#else
  detail::replace_portably(path, bytes);
#endif
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
