// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A state to bytes and back: between the ranks of a cluster, into checkpoints. Equal states have equal bytes, on every machine.
///
/// The bytes say what they are: format version, schema of the fields, configuration, length and checksum are compared before anything is read.
/// Page     docs/reference/checkpoint.md: the format, byte by byte, and what a type offers to be stored

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "crc64.hpp"
#include "state_payload.hpp"
#include "state_setup.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
namespace walk {

inline constexpr std::string_view magic = "\x89" "EQS\r\n\x1A\n";  // shows what a transfer as text does to bytes
inline constexpr std::uint64_t version = 1;
inline constexpr std::size_t length_place = magic.size() + 4, head = length_place + 8;

inline auto hexadecimal(std::uint64_t x) -> std::string {
  char text[17];
  return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%016llX", static_cast<unsigned long long>(x)))};
}

/// A part of a long text around the first difference to another, for a message; UTF-8 characters stay whole.
inline auto excerpt(std::string_view text, std::string_view other) -> std::string {
  auto const differs = static_cast<std::size_t>(std::mismatch(text.begin(), text.end(), other.begin(), other.end()).first - text.begin());
  auto whole = [&](std::size_t k) {
    while (k > 0 && k < text.size() && (static_cast<unsigned char>(text[k]) & 0xC0) == 0x80) --k;
    return k;
  };
  auto const from = whole(differs < 40 ? 0 : differs - 40), to = whole((std::min)(text.size(), differs + 60));
  return (from > 0 ? "…" : "") + std::string(text.substr(from, to - from)) + (to < text.size() ? "…" : "");
}

/// The frame of the bytes, whole and undamaged, or `error`.
struct opened {
  std::string_view schema, setup, note;
  std::size_t schema_place{}, setup_place{}, payload{}, end{};

  opened(std::string_view all, std::string_view where) {
    reader in(all, 0, all.size(), where);
    if (auto const n = (std::min)(all.size(), magic.size()); all.substr(0, n) != magic.substr(0, n) || n == 0)
      in.fail(0, "these are not the bytes of a state", "the mark EQS", all.empty() ? "nothing" : "", "name a file that a checkpoint was written to");
    if (all.size() < head + 8) in.fail(all.size(), "the bytes end too early", "at least " + std::to_string(head + 8), std::to_string(all.size()), damaged);
    in = reader(all, magic.size(), all.size(), where);
    if (auto const v = in.number(4); v != version) in.fail(magic.size(), "another version of the format", std::to_string(version), std::to_string(v), "resume with the version of the library that wrote it, or begin anew");
    if (auto const n = in.number(8); n != all.size()) in.fail(length_place, n > all.size() ? "the bytes end too early" : "more bytes than were written", std::to_string(n), std::to_string(all.size()), damaged);
    end = all.size() - 8;
    auto const sum = crc64(all.substr(0, end)), written = reader(all, end, all.size(), where).number(8);
    if (sum != written) in.fail(end, "the checksum does not fit", hexadecimal(written), hexadecimal(sum), damaged);
    in = reader(all, head, end, where);
    schema_place = in.at(), schema = in.text();
    setup_place = in.at(), setup = in.text();
    note = in.text();
    payload = in.at();
  }

 private:
  static constexpr char const* damaged = "the bytes are damaged: resume from an older checkpoint, or begin anew";
};

template <class S>
auto schema_of() -> std::string {
  std::string text;
  schema<S>(text);
  return text;
}

/// Into a copy, which becomes the state when all has been read.
template <class S>
auto restore(S& started, std::string_view all, std::string_view where) -> std::string {
  explain<typename decltype(culprit<S>())::type>();
  static_assert(std::copy_constructible<S> && std::movable<S>, "equipoise: a state is restored into a copy of the started one; it must be copyable");
  opened const in(all, where);
  reader read(all, in.payload, in.end, where);
  if (auto const mine = schema_of<S>(); in.schema != mine)
    read.fail(in.schema_place, "the state of another study, with other fields", excerpt(mine, in.schema), excerpt(in.schema, mine), "resume with the study that wrote it: the same stages, statistics and tick");
  if (auto const mine = setup_text(started); in.setup != mine)
    read.fail(in.setup_place, "the state of a study that was set up in another way", excerpt(mine, in.setup), excerpt(in.setup, mine), "resume with the same scales, labels, lags and partition, or begin anew");
  auto copy = started;
  read(copy);
  if (read.at() != in.end) read.fail(read.at(), "bytes are left over", std::to_string(in.end - in.payload) + " bytes of fields", std::to_string(read.at() - in.payload), "resume from an older checkpoint, or begin anew");
  started = std::move(copy);
  return std::string(in.note);
}

}  // namespace walk
}  // namespace detail

/// The bytes of a state, and a text of the user's beside it (UTF-8; where a run stands, how it was called).
///
/// Result   the same bytes for states that are ==, on every machine and for every instruction set; about 1 KB more than the fields take
/// Errors   none but for lack of memory; at compile time, a sentence for a type that cannot be stored
/// Cost     one pass over the state, about 1 ns a byte
template <class S>
auto state_bytes(S const& state, std::string_view note = {}) -> std::string {
  namespace walk = detail::walk;
  walk::explain<typename decltype(walk::culprit<S>())::type>();
  std::string out(walk::magic);
  auto text = [&](std::string_view t) { walk::put_number(out, t.size(), 8), out += t; };
  walk::put_number(out, walk::version, 4);
  walk::put_number(out, 0, 8);  // the length, when it is known
  text(walk::schema_of<S>());
  text(walk::setup_text(state));
  text(note);
  walk::write(out, state);
  std::string length;
  walk::put_number(length, out.size() + 8, 8);
  out.replace(walk::length_place, 8, length);
  walk::put_number(out, crc64(out), 8);
  return out;
}

/// The state that was stored, into a state that the same study has just started: `auto s = start(study, layout); restore(s, bytes);`.
/// Configuration comes from `start`, never from the bytes.
///
/// Result   the note that was stored with it; the restored state == the stored one
/// Errors   `error`, and `started` unchanged, for bytes that are cut short, damaged, of another version, of another study, or of one that was
///          set up in another way
template <class S>
auto restore(S& started, std::string_view bytes) -> std::string {
  return detail::walk::restore(started, bytes, "state bytes");
}

/// The note that was stored with a state, for those who must read it before they can start the study.
///
/// Errors   `error` for bytes that are cut short, damaged, or of another version
inline auto note_of(std::string_view bytes) -> std::string {
  return std::string(detail::walk::opened(bytes, "state bytes").note);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
