// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <equipoise/core/random.hpp>
#include <equipoise/io/state_bytes.hpp>
#include <equipoise/pipeline/by_key.hpp>
#include <equipoise/pipeline/by_state.hpp>
#include <equipoise/pipeline/fork.hpp>
#include <equipoise/pipeline/sliding.hpp>
#include <equipoise/pipeline/stream.hpp>
#include <map>
#include <string>
#include <vector>

#include "../random_recording.hpp"
#include "folders.hpp"
#include "whole_study.hpp"

using namespace equipoise;
using namespace std::chrono_literals;

namespace {
using tk = ticks<1'000>;

struct total : state_base {
  std::int64_t n = 0;
  static auto fields(auto& s) { return std::tie(s.n); }
};
/// A small state with a list, a map and a configuration.
struct small : state_base {
  std::int64_t width;
  std::vector<std::int64_t> list;
  std::map<std::int16_t, std::string> names;
  bool flag = false;
  explicit small(std::int64_t w) : width(w) {}
  static auto fields(auto& s) { return std::tie(s.list, s.names, s.flag); }
  static auto setup(auto const& s) { return std::tie("width", s.width); }
};
auto filled(std::int64_t width) {
  small s(width);
  s.list = {1, -1, 1'000'000'007}, s.names = {{-3, "REM"}, {4, "µ"}}, s.flag = true;
  return s;
}
/// The checksum set right again, as a forger would.
auto sealed(std::string bytes) -> std::string {
  bytes.resize(bytes.size() - 8);
  auto const sum = crc64(bytes);
  for (int k = 0; k < 8; ++k) bytes += static_cast<char>(sum >> (8 * k) & 0xFF);
  return bytes;
}
/// What restore says of the bytes; the started state must not have changed.
template <class S>
auto answer_to(std::string const& bytes, S const& started) -> std::string {
  auto s = started;
  auto const message = refusal([&] { restore(s, bytes); });
  CHECK(s == started);
  return message;
}
}  // namespace

TEST_CASE("state_bytes: the bytes are those of the documented format") {
  total t;
  t.n = 0x0102;
  std::string expected("\x89" "EQS\r\n\x1A\n" "\x01\0\0\0" "\x43\0\0\0\0\0\0\0"  // mark, version 1, 67 bytes
                       "\x05\0\0\0\0\0\0\0(i64)" "\0\0\0\0\0\0\0\0" "\x02\0\0\0\0\0\0\0hi"  // schema, no setup, note
                       "\x02\x01\0\0\0\0\0\0", 59);
  REQUIRE(expected.size() == 59);
  CHECK(state_bytes(t, "hi") == sealed(expected + "12345678"));
  total again;
  CHECK(restore(again, state_bytes(t, "hi")) == "hi");
  CHECK(again == t);
  CHECK(note_of(state_bytes(t, "Größe")) == "Größe");
  CHECK(note_of(state_bytes(t)).empty());
}

TEST_CASE("state_bytes: bytes cut anywhere are refused, and the state stays as it was started") {
  auto const bytes = state_bytes(filled(30), "note");
  small restored(30);
  restore(restored, bytes);
  REQUIRE(restored == filled(30));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    auto const said = answer_to(bytes.substr(0, n), small(30));
    CHECK(names(said, {"state bytes, byte "}));
    CHECK(names(said, {n == 0 ? "not the bytes of a state" : "end too early"}));
  }
  CHECK(names(answer_to(bytes + '\0', small(30)), {"byte 12", "more bytes than were written"}));
}

TEST_CASE("state_bytes: any flipped bit is found") {
  auto const bytes = state_bytes(filled(30), "note");
  for (std::size_t k = 0; k < 8 * bytes.size(); ++k) {
    auto flipped = bytes;
    flipped[k / 8] = static_cast<char>(flipped[k / 8] ^ (1 << k % 8));
    auto const said = answer_to(flipped, small(30));
    CHECK(names(said, {k < 64 ? "byte 0: these are not the bytes of a state" : k < 96 ? "byte 8: another version of the format (expected 1, found " : k < 160 ? "byte 12: " : "the checksum does not fit"}));
    CHECK(names(refusal([&] { (void)note_of(flipped); }), {"state bytes, byte "}));
  }
}

TEST_CASE("state_bytes: a forged checksum does not help: every byte is looked at again when it is read") {
  auto const bytes = state_bytes(filled(30), "note");
  random_stream random(5);
  int accepted = 0;
  for (int k = 0; k < 20'000; ++k) {
    auto forged = bytes;
    for (auto n = 1 + random.below(3); n > 0; --n) forged[20 + random.below(forged.size() - 28)] = static_cast<char>(random.below(256));
    small s(30);
    try {
      restore(s, sealed(forged));
      ++accepted;  // another number, another letter
      CHECK(state_bytes(s, note_of(sealed(forged))) == sealed(forged));
    } catch (error const&) {
      CHECK(s == small(30));
    }
  }
  CHECK(accepted > 100);

  auto longer = bytes;
  longer.insert(longer.size() - 8, 1, 'x');
  longer[12] = static_cast<char>(longer[12] + 1);  // their length, less than 255
  REQUIRE(bytes.size() < 255);
  CHECK(names(answer_to(sealed(longer), small(30)), {"bytes are left over", "byte " + std::to_string(bytes.size() - 8)}));
}

TEST_CASE("state_bytes: the state of another study is refused, and the sentence tells what it holds and what was expected") {
  auto const said = answer_to(state_bytes(total{}), small(30));
  CHECK(names(said, {"state bytes, byte 20", "another study", "expected ([i64],{i16:text},bool)", "found (i64)", "resume with the study that wrote it"}));

  auto const study = testing::whole_study({cell::e, cell::i}, {2ms, 10ms}, 3);
  auto const in_ms = start(study, layout<tk>{{tk{0}, tk{100}}, 2});
  auto const in_samples = start(study, layout<ticks<30'000>>{{ticks<30'000>{0}, ticks<30'000>{100}}, 2});
  CHECK(names(answer_to(state_bytes(in_samples), in_ms), {"another study", "x1/1000s", "x1/30000s", "tick"}));
}

TEST_CASE("state_bytes: the state of a study that was set up in another way is refused, and the sentence tells the difference") {
  CHECK(names(answer_to(state_bytes(filled(30)), small(31)), {"set up in another way", "expected width 31", "found width 30", "resume with the same scales"}));

  layout<tk> const two{{tk{0}, tk{1000}}, 2};
  auto bytes = [&](auto const& study) { return state_bytes(start(study, two)); };
  auto const mine = start(testing::whole_study({cell::e, cell::i}, {2ms, 10ms}, 3), two);
  CHECK(answer_to(bytes(testing::whole_study({cell::e, cell::i}, {2ms, 10ms}, 3)), mine).empty());
  for (auto const& others : {bytes(testing::whole_study({cell::e, cell::i}, {2ms, 11ms}, 3)),    // a width
                             bytes(testing::whole_study({cell::e, cell::i}, {2ms, 10ms}, 4)),    // the lags
                             bytes(testing::whole_study({cell::e, cell::e}, {2ms, 10ms}, 3)),    // a label
                             bytes(testing::whole_study({cell::i, cell::e}, {2ms, 10ms}, 3)),    // labels exchanged, in populations of the same size
                             bytes(testing::whole_study({cell::e, cell::i}, {2ms}, 3)),          // the number of scales
                             bytes(testing::whole_study({cell::e, cell::i}, {2ms, 10ms, 20ms}, 3))})
    CHECK(names(answer_to(others, mine), {"set up in another way"}));
}

TEST_CASE("state_bytes: long differences are told from where they begin, and characters stay whole") {
  using detail::walk::excerpt;
  auto const a = std::string(300, 'x') + "abc" + std::string(300, 'y'), b = std::string(300, 'x') + "abd" + std::string(300, 'y');
  CHECK(excerpt(a, b) == "…" + std::string(38, 'x') + "abc" + std::string(59, 'y') + "…");
  CHECK(excerpt("ab", "ac") == "ab");
  CHECK(excerpt("", "ac").empty());
  std::string greek;
  for (int k = 0; k < 100; ++k) greek += "µ";
  for (std::size_t shift = 0; shift < 2; ++shift) {
    auto const part = excerpt(std::string(shift, 'a') + greek + "b", std::string(shift, 'a') + greek + "c");
    CHECK(part.starts_with("…µ"));
    CHECK(part.ends_with("µb"));
  }
}

TEST_CASE("state_bytes: a study stopped half-way, stored and started again ends as if it had never stopped") {
  auto const [table, cells] = testing::random_recording<tk>(11, {.units = 9, .length = 20'000, .spikes = 6'000, .gaps = true, .begin = -3'000});
  auto const study = testing::whole_study(cells, {2ms, 7ms, 50ms, 300ms}, 5);
  layout<tk> const shape{table.when(), table.size()};
  event_block<tk> const all{table.when(), table.at(), table.unit()};
  auto absorb = [&](auto& state, window<tk> w) {
    for (auto const& o : restricted(table.observed(), w)) state.absorb(all.within(o));
  };
  auto whole = start(study, shape);
  absorb(whole, table.when());
  auto const end = state_bytes(whole);

  random_stream random(12);
  for (int round = 0; round < 20; ++round) {
    auto const cut = table.when().begin + tk{static_cast<std::int64_t>(random.below(20'000))};
    auto half = start(study, shape);
    absorb(half, {table.when().begin, cut});
    auto const bytes = state_bytes(half, "half-way");
    auto again = start(study, shape);
    CHECK(restore(again, bytes) == "half-way");
    CHECK(again == half);
    CHECK(state_bytes(again, "half-way") == bytes);
    absorb(again, {cut, table.when().end});
    CHECK(again == whole);
    CHECK(state_bytes(again) == end);

    auto other = start(study, shape);  // what came over a wire merges
    absorb(other, {cut, table.when().end});
    auto received = start(study, shape);
    restore(received, state_bytes(other));
    CHECK(received.merge(half) == whole);
    CHECK(state_bytes(received) == end);  // whichever way a state was come by
  }
  CHECK(finish(study, whole)["units"_n][0] > 0);
}

TEST_CASE("state_bytes: partitions, forks and streams stop half-way and go on: lists of panes grow, epochs and keys stay") {
  auto const [table, cells] = testing::random_recording<tk>(21, {.units = 6, .length = 6'000, .spikes = 3'000, .gaps = true, .begin = 0});
  layout<tk> const shape{table.when(), table.size()};
  event_block<tk> const all{table.when(), table.at(), table.unit()};
  auto const study = split(cells) | pyramid(scales{2ms, 9ms, 40ms}) | measure("rho"_n = zero_lag_correlation{}, "lag"_n = correlation_by_lag{.within = 4});
  auto between = [&](auto& state, std::int64_t from, std::int64_t to) {
    for (auto t = from; t < to; t += 250)
      for (auto const& w : restricted(table.observed(), {tk{t}, tk{(std::min)(t + 250, to)}})) (void)state.absorb(all.within(w));
  };
  auto goes_on = [&](auto const& started, std::vector<std::int64_t> const& cuts = {0, 777, 3'000, 5'999}) {
    auto whole = started;
    between(whole, 0, 6'000);
    for (auto const cut : cuts) {
      auto half = started, again = started;
      between(half, 0, cut);
      restore(again, state_bytes(half));
      CHECK(again == half);
      between(again, cut, 6'000);
      CHECK(again == whole);
      CHECK(state_bytes(again) == state_bytes(whole));
    }
  };
  epoch_table<tk> const night({{{tk{0}, tk{1'003}}, "wake"}, {{tk{1'500}, tk{2'500}}, "sleep"}, {{tk{3'000}, tk{4'000}}, "wake"}});
  goes_on(start(by_state(night) | study, shape));
  goes_on(start(by_key(std::vector<int>{3, 1, 3, 1, 3, 3}) | study, shape));
  goes_on(start(fork("a"_n = study, "b"_n = sliding(1s, 250ms) | study), shape));
  goes_on(start(by_state(night) | sliding(500ms, 100ms) | study, shape));
  goes_on(stream(sliding(1s, 250ms) | study, shape, {.horizon = 1s}), {0, 750, 3'000, 5'750});  // streams count their blocks

  auto const windows = start(sliding(1s, 250ms) | study, shape);
  CHECK(names(answer_to(state_bytes(start(sliding(2s, 250ms) | study, shape)), windows), {"set up in another way"}));
  CHECK(names(answer_to(state_bytes(start(sliding(1s, 500ms) | study, shape)), windows), {"set up in another way"}));
  auto const later = epoch_table<tk>({{{tk{0}, tk{1'003}}, "wake"}, {{tk{1'500}, tk{2'501}}, "sleep"}, {{tk{3'000}, tk{4'000}}, "wake"}});
  CHECK(names(answer_to(state_bytes(start(by_state(night) | study, shape)), start(by_state(later) | study, shape)), {"set up in another way", "2501", "2500"}));
}
