// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/io/checkpoint.hpp>
#include <filesystem>
#include <string>

#include "../random_recording.hpp"
#include "folders.hpp"
#include "whole_study.hpp"

#if __has_include(<sys/wait.h>)
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace eq = equipoise;
using namespace equipoise;
using namespace std::chrono_literals;

namespace {
using tk = ticks<1'000>;
auto const made = eq::testing::random_recording<tk>(31, {.units = 8, .length = 30'000, .spikes = 9'000, .gaps = true, .begin = 0});
auto const& recording = made.first;
auto const study = eq::testing::whole_study(made.second, {2ms, 7ms, 50ms, 400ms}, 4);

auto layout_of_recording() -> eq::layout<tk> { return {recording.when(), recording.size()}; }
/// The events of a stretch, block by block; gaps have none.
template <class State>
void absorb(State& state, tk from, tk to) {
  event_block<tk> const all{recording.when(), recording.at(), recording.unit()};
  for (auto const& w : restricted(recording.observed(), {from, to})) state.absorb(all.within(w));
}

/// Analyses the recording, and stands wherever it is killed.
void analyse(std::string const& path) {
  // [region resume]
  auto state = eq::start(study, layout_of_recording());
  auto at = recording.when().begin;
  if (std::filesystem::exists(path)) at = tk{std::stoll(eq::read_checkpoint(path, state))};  // the note tells how far it came

  for (int blocks = 1; at < recording.when().end; ++blocks) {
    auto const to = (std::min)(at + tk{100}, recording.when().end);
    absorb(state, at, to);
    at = to;
    if (blocks % 4 == 0 || at == recording.when().end) eq::write_checkpoint(path, state, std::to_string(at.count()));
  }
  // [endregion resume]
}
auto uninterrupted() {
  auto state = start(study, layout_of_recording());
  absorb(state, recording.when().begin, recording.when().end);
  return state;
}
}  // namespace

TEST_CASE("checkpoint: a state goes to a file and comes back with its note, which can be read before the study starts") {
  test_folder const folder;
  auto const path = folder.path("night.state");
  auto state = start(study, layout_of_recording());
  absorb(state, tk{0}, tk{12'345});
  write_checkpoint(path, state, R"({"done_s": 12.345, "cells": "µ"})");
  CHECK(read_checkpoint_note(path) == R"({"done_s": 12.345, "cells": "µ"})");
  auto again = start(study, layout_of_recording());
  CHECK(read_checkpoint(path, again) == R"({"done_s": 12.345, "cells": "µ"})");
  CHECK(again == state);
  CHECK(read_bytes(path) == state_bytes(state, read_checkpoint_note(path)));
  write_checkpoint(path, start(study, layout_of_recording()));
  CHECK(read_checkpoint(path, again).empty());
  CHECK(again == start(study, layout_of_recording()));
}

TEST_CASE("checkpoint: sentences name the file, and the state stays as it was started") {
  test_folder const folder;
  auto const path = folder.path("night.state");
  auto const empty = start(study, layout_of_recording());
  auto state = empty;
  CHECK(names(refusal([&] { read_checkpoint(path, state); }), {path, "cannot be opened"}));
  CHECK(names(refusal([&] { write_checkpoint(folder.path("none/night.state"), state); }), {"none/night.state", "cannot be created", "check the folder"}));

  absorb(state, tk{0}, tk{5'000});
  write_checkpoint(path, state);
  auto const bytes = read_bytes(path);
  auto refused_as = [&](std::string const& damaged, std::initializer_list<std::string_view> words) {
    folder.text("night.state", damaged);
    auto fresh = empty;
    auto const said = refusal([&] { read_checkpoint(path, fresh); });
    CHECK(names(said, words));
    CHECK(said.starts_with("checkpoint: " + path + ", byte "));
    CHECK(fresh == empty);
  };
  refused_as(bytes.substr(0, bytes.size() / 2), {"byte 12", "end too early", "expected " + std::to_string(bytes.size()), "found " + std::to_string(bytes.size() / 2), "older checkpoint"});
  auto flipped = bytes;
  flipped[bytes.size() / 2] ^= 1;
  refused_as(flipped, {"the checksum does not fit", "older checkpoint"});
  refused_as("unit,class\n0,E\n", {"not the bytes of a state", "name a file that a checkpoint was written to"});
  refused_as(state_bytes(start(eq::testing::whole_study(made.second, {2ms, 7ms, 50ms, 401ms}, 4), layout_of_recording())), {"set up in another way", "401", "400", "resume with the same scales"});
}

#if __has_include(<sys/wait.h>)
TEST_CASE("checkpoint: a run that is killed again and again ends with the bits of one that never was") {
  test_folder const folder;
  auto const expected = state_bytes(uninterrupted(), "30000");
  random_stream random(7);
  int kills = 0, finished = 0;
  for (int run = 0; kills < 60; ++run) {
    auto const path = folder.path("run_" + std::to_string(run));
    std::uint64_t patience = 8'000;  // µs
    std::int64_t reached = 0;
    for (;;) {
      auto const child = fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        try {
          analyse(path);
          _exit(0);
        } catch (...) {
          _exit(1);
        }
      }
      if (kills < 60) {
        usleep(static_cast<useconds_t>(random.below(patience)));
        kill(child, SIGKILL);
      }
      int status = 0;
      REQUIRE(waitpid(child, &status, 0) == child);
      if (WIFEXITED(status)) {
        REQUIRE(WEXITSTATUS(status) == 0);
        break;
      }
      ++kills;
      std::int64_t now = reached;
      if (std::filesystem::exists(path)) {  // at any moment a whole checkpoint, never one from before
        auto state = start(study, layout_of_recording());
        now = std::stoll(read_checkpoint(path, state));
        CHECK(now >= reached);
      }
      patience = now > reached ? 8'000 : 2 * patience;  // a slow disk must not keep it from ever getting on
      reached = now;
    }
    CHECK(read_bytes(path) == expected);
    ++finished;
  }
  CHECK(kills >= 50);
  CHECK(finished > 0);
}
#endif
