// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// NumPy's .npz archives: the arrays of members that are stored as they are. Compressed members are refused with a sentence.
///
/// Sizes and places are taken from the archive's central directory, as numpy's local headers may leave them blank (zip64, streamed).
/// Source   PKWARE's APPNOTE 6.3, sections 4.3 to 4.5

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "npy.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The arrays of an archive by name, without ".npy".
///
/// Errors   `error` for what is no zip archive, is cut short, or has a compressed or encrypted member
inline auto parse_npz(std::string const& all, std::string const& name) -> std::map<std::string, npy_array> {
  auto fail = [&](std::uint64_t at, std::string problem, std::string advice) {
    throw error({.where = "npz: " + name, .place = "byte " + std::to_string(at), .problem = std::move(problem), .expected = {}, .found = {}, .advice = std::move(advice)});
  };
  auto le = [&](std::uint64_t at, unsigned n) {
    if (at > all.size() || all.size() - at < n) fail(at, "the archive ends too early", "it is cut short: copy or write it again");
    std::uint64_t x = 0;
    for (unsigned k = n; k-- > 0;) x = x << 8 | static_cast<unsigned char>(all[at + k]);
    return x;
  };
  auto const end = all.size() < 22 ? std::string::npos : all.rfind("PK\x05\x06");
  if (all.compare(0, 2, "PK") != 0 || end == std::string::npos) fail(0, "not an .npz archive", "np.savez writes such files");
  auto count = le(end + 10, 2), directory = le(end + 16, 4);
  (void)le(end + 22 + le(end + 20, 2), 0);  // the comment fits
  if (end >= 20 && le(end - 20, 4) == 0x07064B50 && (count == 0xFFFF || directory == 0xFFFFFFFF)) {  // zip64
    auto const end64 = le(end - 12, 8);
    if (le(end64, 4) != 0x06064B50) fail(end64, "the zip64 directory is damaged", "write the file again");
    count = le(end64 + 32, 8), directory = le(end64 + 48, 8);
  }
  std::map<std::string, npy_array> arrays;
  std::uint64_t taken = 0;  // members share no bytes: a small file cannot ask for much memory
  for (auto at = directory; count > 0; --count) {
    if (le(at, 4) != 0x02014B50) fail(at, "the directory is damaged", "write the file again");
    auto const flags = le(at + 8, 2), method = le(at + 10, 2);
    auto packed = le(at + 20, 4), size = le(at + 24, 4), place = le(at + 42, 4);
    auto const name_length = le(at + 28, 2), extra_length = le(at + 30, 2), comment_length = le(at + 32, 2);
    (void)le(at + 46, 0), (void)le(at + 46 + name_length + extra_length, 0);
    auto member = all.substr(at + 46, name_length);
    for (auto x = at + 46 + name_length, stop = x + extra_length; x + 4 <= stop;) {
      auto const id = le(x, 2), length = le(x + 2, 2);
      if (id == 1) {  // zip64: only the fields that are blank, in this order
        auto field = x + 4;
        for (auto* value : {&size, &packed, &place})
          if (*value == 0xFFFFFFFF) *value = le(field, 8), field += 8;
      }
      x += 4 + length;
    }
    at += 46 + name_length + extra_length + comment_length;
    if ((flags & 1) != 0) fail(place, "member '" + member + "' is encrypted", "save it without a password");
    if (method != 0) fail(place, "member '" + member + "' is compressed, which is not read", "save it with np.savez instead of np.savez_compressed");
    if (le(place, 4) != 0x04034B50) fail(place, "member '" + member + "' is not where the directory says", "write the file again");
    auto const data = place + 30 + le(place + 26, 2) + le(place + 28, 2);
    if (packed != size || data > all.size() || all.size() - data < size) fail(data, "member '" + member + "' is cut short", "copy or write the file again");
    if (size > all.size() - taken) fail(data, "the members are larger together than the archive", "write the file again");
    taken += size;
    if (member.ends_with(".npy")) member.resize(member.size() - 4);
    arrays.insert_or_assign(member, parse_npy(all.substr(data, size), name + ":" + member));
  }
  return arrays;
}

/// The arrays in an .npz file, by name.
inline auto read_npz(std::string const& path) -> std::map<std::string, npy_array> { return parse_npz(read_bytes(path), path); }

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
