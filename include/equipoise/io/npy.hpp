// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// NumPy's .npy files: every plain type, byte order and memory order in; what cannot be read is refused with a sentence.
///
/// Source   the format's definition, NEP 1 (versions 1, 2 and 3 of the header)

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/config.hpp"
#include "file.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// An array as it stands in the file: elements in the machine's byte order, memory order as stored.
struct npy_array {
  std::string source;                ///< the file, for messages
  char kind = 'f';                   ///< b bool, i signed, u unsigned, f floating, U text (UTF-32)
  std::size_t item = 8;              ///< bytes per element
  std::vector<std::size_t> shape;    ///< empty for a scalar
  bool fortran = false;              ///< the first index varies fastest
  std::string bytes;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return item == 0 ? 0 : bytes.size() / item; }
};

namespace detail {

/// The header's dictionary: {'descr': '<u8', 'fortran_order': False, 'shape': (3, 1), } with the keys in any order.
class npy_header {
 public:
  std::string descr;
  bool fortran = false;
  std::vector<std::size_t> shape;

  npy_header(std::string_view text, std::string const& file) : text_(text), file_(file) {
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (skip(), peek() != '}') {
      auto const key = string();
      expect(':');
      skip();
      if (key == "descr") {
        if (peek() == '[') fail("structured arrays are not read", "save one column at a time: np.save(file, a['name'])");
        descr = string(), has_descr = true;
      } else if (key == "fortran_order") {
        fortran = word() == "True", has_order = true;
      } else if (key == "shape") {
        tuple(), has_shape = true;
      } else {
        fail("unknown key '" + std::string(key) + "' in the header", "write the file again with np.save");
      }
      skip();
      if (peek() == ',') ++at_;
    }
    if (!has_descr || !has_order || !has_shape) fail("the header lacks descr, fortran_order or shape", "write the file again with np.save");
  }

 private:
  [[noreturn]] void fail(std::string problem, std::string advice) const {
    throw error({.where = "npy: " + file_, .place = "header, byte " + std::to_string(at_), .problem = std::move(problem), .expected = {}, .found = {}, .advice = std::move(advice)});
  }
  [[nodiscard]] auto peek() const -> char {
    if (at_ >= text_.size()) fail("the header ends too early", "the file is damaged: write it again");
    return text_[at_];
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  void expect(char c) {
    skip();
    if (peek() != c) fail(std::string("expected '") + c + "', found '" + text_[at_] + "'", "the file is damaged: write it again");
    ++at_;
  }
  auto string() -> std::string_view {
    skip();
    auto const quote = peek();
    if (quote != '\'' && quote != '"') fail("expected a quoted name", "the file is damaged: write it again");
    auto const end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("a quoted name does not end", "the file is damaged: write it again");
    auto const s = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return s;
  }
  auto word() -> std::string_view {
    auto const from = at_;
    while (at_ < text_.size() && ((text_[at_] >= 'A' && text_[at_] <= 'Z') || (text_[at_] >= 'a' && text_[at_] <= 'z'))) ++at_;
    auto const w = text_.substr(from, at_ - from);
    if (w != "True" && w != "False") fail("fortran_order must be True or False", "the file is damaged: write it again");
    return w;
  }
  void tuple() {
    expect('(');
    while (skip(), peek() != ')') {
      std::size_t n = 0;
      auto const [end, problem] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), n);
      if (problem != std::errc{}) fail("the shape is not a list of whole numbers that fit 64 bits", "the file is damaged: write it again");
      at_ = static_cast<std::size_t>(end - text_.data());
      if (peek() == 'L') ++at_;  // Python 2
      shape.push_back(n);
      skip();
      if (peek() == ',') ++at_;
    }
    ++at_;
  }
  std::string_view text_;
  std::string const& file_;
  std::size_t at_ = 0;
};

/// f(value) with each element as its own type, in stored order.
template <class F>
void visit_npy(npy_array const& a, F&& f) {
  auto as = [&]<class T>(T) {
    T x{};
    for (std::size_t k = 0; k < a.size(); ++k) {
      std::memcpy(&x, a.bytes.data() + k * sizeof(T), sizeof(T));
      f(x);
    }
  };
  auto half = [&] {  // IEEE 754 binary16
    for (std::size_t k = 0; k < a.size(); ++k) {
      std::uint16_t h = 0;
      std::memcpy(&h, a.bytes.data() + 2 * k, 2);
      auto const exponent = h >> 10 & 31, fraction = h & 1023;
      auto const size = exponent == 31 ? (fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN())
                        : exponent == 0 ? std::ldexp(fraction, -24)
                                        : std::ldexp(1024 + fraction, exponent - 25);
      f((h & 0x8000) != 0 ? -size : size);
    }
  };
  auto const type = a.kind == 'b' ? 'u' : a.kind;
  if (type == 'f' && a.item == 8) as(double{});
  else if (type == 'f' && a.item == 4) as(float{});
  else if (type == 'f' && a.item == 2) half();
  else if (type == 'i' && a.item == 8) as(std::int64_t{});
  else if (type == 'i' && a.item == 4) as(std::int32_t{});
  else if (type == 'i' && a.item == 2) as(std::int16_t{});
  else if (type == 'i' && a.item == 1) as(std::int8_t{});
  else if (type == 'u' && a.item == 8) as(std::uint64_t{});
  else if (type == 'u' && a.item == 4) as(std::uint32_t{});
  else if (type == 'u' && a.item == 2) as(std::uint16_t{});
  else if (type == 'u' && a.item == 1) as(std::uint8_t{});
  else throw error("npy: " + a.source + ": text is not numbers");
}

/// x as T, or an error: nothing is rounded, wrapped or cut.
template <class T, class X>
auto lossless(X x, npy_array const& a, std::size_t k) -> T {
  auto refuse = [&](char const* what) -> T {
    throw error({.where = "npy: " + a.source, .place = "element " + std::to_string(k), .problem = std::string("is not ") + what, .expected = {}, .found = std::to_string(x), .advice = "is this the right file?"});
  };
  if constexpr (std::is_floating_point_v<T>) return static_cast<T>(x);
  else if constexpr (std::is_floating_point_v<X>) {
    if (!(std::trunc(x) == x)) return refuse("a whole number");
    auto const low = static_cast<double>((std::numeric_limits<T>::min)()), high = std::ldexp(1.0, std::numeric_limits<T>::digits);
    return static_cast<double>(x) >= low && static_cast<double>(x) < high ? static_cast<T>(x) : refuse("in the range of the type asked for");
  } else return std::in_range<T>(x) ? static_cast<T>(x) : refuse("in the range of the type asked for");
}

}  // namespace detail

/// An array from the bytes of a .npy file; `name` stands in messages.
///
/// Errors   `error` for what is no .npy file, is cut short, has an absurd shape, or holds objects or structures
inline auto parse_npy(std::string const& all, std::string const& name) -> npy_array {
  auto fail = [&](std::string place, std::string problem, std::string expected, std::string found, std::string advice) {
    throw error({.where = "npy: " + name, .place = std::move(place), .problem = std::move(problem), .expected = std::move(expected), .found = std::move(found), .advice = std::move(advice)});
  };
  auto byte = [&](std::size_t k) { return static_cast<std::size_t>(static_cast<unsigned char>(all[k])); };
  if (all.size() < 10 || all.compare(0, 6, "\x93NUMPY") != 0) fail("byte 0", "not a .npy file", "\\x93NUMPY", std::to_string(all.size()) + " bytes of something else", "np.save writes such files");
  auto const version = byte(6);
  if (version < 1 || version > 3) fail("byte 6", "an unknown version of the format", "1, 2 or 3", std::to_string(version), "write the file again with np.save");
  auto const start = version == 1 ? std::size_t{10} : std::size_t{12};
  if (all.size() < start) fail("byte 8", "the file ends inside its header", {}, std::to_string(all.size()) + " bytes", "the file is cut short: copy it again");
  auto const length = version == 1 ? byte(8) + 256 * byte(9) : byte(8) + 256 * byte(9) + 65536 * byte(10) + 16777216 * byte(11);
  if (all.size() - start < length) fail("byte 8", "the file ends inside its header", std::to_string(start + length) + " bytes", std::to_string(all.size()), "the file is cut short: copy it again");
  detail::npy_header const header(std::string_view(all).substr(start, length), name);

  npy_array a;
  a.source = name, a.shape = header.shape, a.fortran = header.fortran;
  auto descr = std::string_view(header.descr);
  auto order = '=';
  if (!descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos) order = descr[0], descr.remove_prefix(1);
  if (!descr.empty() && descr[0] == 'O') fail("header", "Python objects (pickled) are not read", {}, "descr '" + header.descr + "'", "save numbers: np.save(file, np.asarray(a, dtype=float))");
  std::size_t width = 0;
  auto const digits = descr.empty() ? std::from_chars_result{nullptr, std::errc::invalid_argument} : std::from_chars(descr.data() + 1, descr.data() + descr.size(), width);
  auto const plain = digits.ec == std::errc{} && digits.ptr == descr.data() + descr.size();
  auto const power = width == 1 || width == 2 || width == 4 || width == 8;
  auto const known = plain && ((descr[0] == 'b' && width == 1) || ((descr[0] == 'i' || descr[0] == 'u') && power) || (descr[0] == 'f' && power && width > 1) || (descr[0] == 'U' && width > 0 && width < (1u << 20)));
  if (!known) fail("header", "a type that is not read", "bool, integers and floats of up to 64 bits, text", "descr '" + header.descr + "'", "convert it first: a.astype('<f8')");
  a.kind = descr[0], a.item = a.kind == 'U' ? 4 * width : width;

  std::size_t count = 1;
  for (auto const n : a.shape) {
    if (n != 0 && count > (std::numeric_limits<std::size_t>::max)() / a.item / n) fail("header", "the shape is absurd: its size does not fit 64 bits", {}, {}, "the file is damaged: write it again");
    count *= n;
  }
  auto const available = all.size() - start - length;
  if (available < count * a.item) fail("byte " + std::to_string(all.size()), "the file is shorter than its header says", std::to_string(start + length + count * a.item) + " bytes", std::to_string(all.size()), "the file is cut short: copy or write it again");
  a.bytes.assign(all, start + length, count * a.item);
  auto const machine = std::endian::native == std::endian::little ? '<' : '>';
  auto const scalar = a.kind == 'U' ? 4 : a.item;
  if ((order == '<' || order == '>') && order != machine && scalar > 1)
    for (std::size_t k = 0; k < a.bytes.size(); k += scalar) std::reverse(a.bytes.begin() + static_cast<std::ptrdiff_t>(k), a.bytes.begin() + static_cast<std::ptrdiff_t>(k + scalar));
  return a;
}

/// The array in a .npy file.
inline auto read_npy(std::string const& path) -> npy_array { return parse_npy(read_bytes(path), path); }

/// The elements as a vector of T. Any shape with at most one axis longer than 1 is a vector: (n,), (n, 1), (1, n), ().
///
/// Errors   `error` if it is a matrix, or an element is not exactly a T (a fraction, a negative number for an unsigned type)
template <class T>
auto as_vector(npy_array const& a) -> std::vector<T> {
  if (std::count_if(a.shape.begin(), a.shape.end(), [](std::size_t n) { return n != 1; }) > 1)
    throw error({.where = "npy: " + a.source, .place = "shape", .problem = "an array of " + std::to_string(a.shape.size()) + " axes", .expected = "a vector", .found = {}, .advice = "save one column"});
  std::vector<T> v;
  v.reserve(a.size());
  detail::visit_npy(a, [&](auto x) { v.push_back(detail::lossless<T>(x, a, v.size())); });
  return v;
}

/// A dense array in row-major order.
template <class T>
struct dense {
  std::vector<T> values;
  std::vector<std::size_t> shape;
};

/// The elements in row-major order, whatever the file's.
template <class T>
auto as_dense(npy_array const& a) -> dense<T> {
  dense<T> d{std::vector<T>(a.size()), a.shape};
  std::vector<std::size_t> index(a.shape.size());
  std::size_t k = 0;
  detail::visit_npy(a, [&](auto x) {
    auto at = k;
    if (a.fortran) {
      at = 0;
      for (std::size_t j = 0; j < index.size(); ++j) at = at * a.shape[j] + index[j];
      for (std::size_t j = 0; j < index.size() && ++index[j] == a.shape[j]; ++j) index[j] = 0;
    }
    d.values[at] = detail::lossless<T>(x, a, k++);
  });
  return d;
}

/// The bytes of a .npy file (version 1, little-endian, row-major) that holds `values` in that shape. Precondition: the shape's size is theirs.
template <class T>
auto npy_bytes(std::span<T const> values, std::vector<std::size_t> const& shape) -> std::string {
  static_assert(std::is_arithmetic_v<T> && std::endian::native == std::endian::little);
  auto const kind = std::is_floating_point_v<T> ? 'f' : std::is_same_v<T, bool> ? 'b' : std::is_signed_v<T> ? 'i' : 'u';
  std::string header = std::string("{'descr': '") + (sizeof(T) == 1 ? '|' : '<') + kind + std::to_string(sizeof(T)) + "', 'fortran_order': False, 'shape': (";
  for (auto const n : shape) header += std::to_string(n) + ",";
  header += "), }";
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() % 256);
  bytes += static_cast<char>(header.size() / 256);
  bytes += header;
  bytes.append(reinterpret_cast<char const*>(values.data()), values.size_bytes());
  return bytes;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
