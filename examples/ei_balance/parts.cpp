// SPDX-License-Identifier: BSL-1.0
#include "parts.hpp"

#include <algorithm>
#include <equipoise/io/checkpoint.hpp>
#include <nlohmann/json.hpp>
#include <utility>

using namespace equipoise;
using json = nlohmann::ordered_json;
using ns = std::chrono::nanoseconds;

namespace {

constexpr auto format = "equipoise.ei_balance.part";

auto ticks_of(window<ns> w) -> json { return json::array({w.begin.count(), w.end.count()}); }
auto window_of(json const& j) -> window<ns> { return {ns{j.at(0).get<std::int64_t>()}, ns{j.at(1).get<std::int64_t>()}}; }

/// What must be the same in all parts: all of a note but what a part says of itself.
auto common(json note) -> json {
  for (auto const* own : {"spikes", "when", "warnings", "source"}) note.erase(own);
  return note;
}

auto read_note(std::string const& path) -> json {
  auto note = json::parse(read_checkpoint_note(path), nullptr, false);
  if (note.is_discarded() || note.value("format", "") != format)
    throw error({.where = path, .place = {}, .problem = "a checkpoint, but not one of ei_balance", .expected = format, .found = note.is_discarded() ? "another note" : note.value("format", "no format"), .advice = "name files that ei_balance --checkpoint wrote"});
  return note;
}

auto setup_of(json const& note) -> setup {
  setup how;
  for (auto const c : note.at("cells").get<std::string>()) how.cells.push_back(c == 'E' ? cell::e : c == 'I' ? cell::i : cell::neither);
  for (auto const& w : note.at("widths_ns")) how.widths.emplace_back(w.get<std::int64_t>());
  how.lags = note.at("lags").get<std::int64_t>();
  how.pixel = ns{note.at("pixel_ns").get<std::int64_t>()};
  std::vector<epoch<ns>> states;
  for (auto const& s : note.at("states")) states.push_back({window_of(s), s.at(2).get<std::string>()});
  how.states = epoch_table<ns>(std::move(states));
  how.window = ns{note.at("window_ns").get<std::int64_t>()}, how.hop = ns{note.at("hop_ns").get<std::int64_t>()};
  return how;
}

}  // namespace

auto note_of(analysis_result const& r, setup const& how, window<ns> extent) -> std::string {
  std::string cells;
  for (auto const c : how.cells) cells += c == cell::e ? 'E' : c == cell::i ? 'I' : '-';
  auto widths = json::array(), states = json::array(), units = json::array(), warnings = json::array();
  for (auto const w : how.widths) widths.push_back(w.count());
  for (auto const& s : how.states) states.push_back(json::array({s.when.begin.count(), s.when.end.count(), s.label}));
  for (auto const& u : r.recording.units) units.push_back(u.id);
  for (auto const& w : r.warnings) warnings.push_back(json::array({w.code, w.message}));
  auto dropped = json::object();  // whole units; what lies outside a part's window is in another part
  for (auto const& [why, n] : r.recording.dropped)
    if (n.units > 0) dropped[why] = json::array({n.spikes, n.units});
  json note;
  note["format"] = format, note["source"] = r.recording.source, note["recording_format"] = r.recording.format;
  note["extent_ns"] = ticks_of(extent), note["when"] = ticks_of(r.when), note["spikes"] = r.spikes;
  note["units"] = units, note["spikes_in_file"] = r.recording.spikes_in_file, note["units_in_file"] = r.recording.units_in_file, note["dropped"] = dropped;
  note["cells"] = cells, note["method"] = r.cells.method, note["putative"] = r.cells.putative;
  note["widths_ns"] = widths, note["lags"] = how.lags, note["pixel_ns"] = how.pixel.count(), note["states"] = states, note["window_ns"] = how.window.count(), note["hop_ns"] = how.hop.count();
  note["warnings"] = warnings;
  return note.dump();
}

auto merged(options const& o) -> analysis_result {
  auto const note = read_note(o.parts.front());
  auto const how = setup_of(note);
  auto const extent = window_of(note.at("extent_ns"));
  analysis_result r{};
  r.recording.source = note.at("source"), r.recording.format = note.at("recording_format");
  r.recording.spikes_in_file = note.at("spikes_in_file"), r.recording.units_in_file = note.at("units_in_file");
  for (auto const& u : note.at("units")) r.recording.units.push_back({.id = u.get<std::int64_t>(), .quality = unit_quality::unsorted, .channel = -1, .columns = {}});
  auto const& dropped = note.at("dropped");
  for (auto const& [why, n] : dropped.items()) r.recording.dropped[why] = {n.at(0).get<std::int64_t>(), n.at(1).get<std::int64_t>()};
  r.cells = {.cells = how.cells, .confidence = {}, .method = note.at("method"), .putative = note.at("putative"), .warnings = {}};
  r.states = how.states;
  auto const first = common(note);
  for (auto const& path : o.parts) {
    auto const own = read_note(path);
    auto const mine = common(own);
    for (auto const& [key, value] : mine.items())
      if (first.at(key) != value)
        throw error({.where = path, .place = {}, .problem = "not a part of the same analysis as " + o.parts.front() + ": they differ in " + key, .expected = {}, .found = {}, .advice = "measure all parts of one recording with the same options, but for --begin and --end"});
    r.spikes += own.at("spikes").get<std::int64_t>();
    for (auto const& w : own.at("warnings"))
      if (warning const one{w.at(0), w.at(1)}; std::find(r.warnings.begin(), r.warnings.end(), one) == r.warnings.end()) r.warnings.push_back(one);
  }
  r.found = merge_parts(o.parts, extent, r.recording.units.size(), how);
  r.when = r.found.done.hull();
  r.recording.table = spike_table<ns>({}, {}, r.recording.units.size(), r.when);
  warn_of_states(r, r.found.done);
  if (auto const missing = epochs<ns>(extent) - r.found.done; !missing.empty())
    r.warnings.push_back({"parts_missing", "the parts leave " + std::to_string(in_seconds(missing.total())) + " s of the recording's " + std::to_string(in_seconds(extent.length())) + " s out, from " + std::to_string(in_seconds(missing.hull().begin)) + " s on"});
  return r;
}
