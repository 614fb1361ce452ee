// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Checkpoints: the state of a study under way in a file, so that a run that was killed at any moment goes on from there, to the same bits.
///
/// Pages    docs/how-to/resume.md, docs/reference/checkpoint.md

#include <string>
#include <string_view>

#include "atomic_file.hpp"
#include "file.hpp"
#include "state_bytes.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// Writes a state and a text of the user's (where the run stands, how it was called) to a file.
///
/// Result   the file holds the old checkpoint or the new one, at any moment; `path.part` is used on the way; one program writes to a path
/// Errors   `error` with the system's reason (no room, no permission); the old checkpoint is unchanged then
/// Cost     two synchronisations with the disk: checkpoint every few seconds, not every block
template <class S>
void write_checkpoint(std::string const& path, S const& state, std::string_view note = {}) {
  replace_file(path, state_bytes(state, note));
}

/// The state of a file, into a state that the same study has just started: configuration comes from `start`, never from the file.
///
/// Result   the note that was stored with it; the restored state == the stored one
/// Errors   `error`, and `started` unchanged, for a file that cannot be read, is cut short, damaged, of another version, of another study, or
///          of one that was set up in another way
template <class S>
auto read_checkpoint(std::string const& path, S& started) -> std::string {
  return detail::walk::restore(started, read_bytes(path), "checkpoint: " + path);
}

/// The note in a file, for those who must read it before they can start the study.
///
/// Errors   `error` for a file that cannot be read, is cut short, damaged, or of another version
inline auto read_checkpoint_note(std::string const& path) -> std::string {
  auto const bytes = read_bytes(path);
  return std::string(detail::walk::opened(bytes, "checkpoint: " + path).note);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
