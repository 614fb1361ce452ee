// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <equipoise/core/config.hpp>
#include <equipoise/core/time.hpp>
#include <utility>

namespace {

/// "250us", "1ms", "2.5 s"; a bare number is in seconds where that is allowed.
auto duration(std::string const& text, bool bare_seconds) -> std::chrono::nanoseconds {
  double number = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{}) throw CLI::ValidationError("'" + text + "' is not a duration; write 1ms, 250us or 2.5s");
  auto unit = std::string(end, text.data() + text.size());
  unit.erase(0, unit.find_first_not_of(' '));
  std::pair<char const*, double> const units[] = {{"ns", 1e-9}, {"us", 1e-6}, {"µs", 1e-6}, {"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}};
  if (unit.empty() && bare_seconds) return equipoise::nanoseconds_from_seconds(number);
  for (auto const& [name, seconds] : units)
    if (unit == name) return equipoise::nanoseconds_from_seconds(number * seconds);
  throw CLI::ValidationError("'" + text + "' needs a unit: " + (bare_seconds ? "us, ms or s (a bare number is seconds)" : "us, ms or s"));
}

}  // namespace

auto parse(int argc, char** argv, options& into) -> std::optional<int> {
  CLI::App app{"Multiscale balance of excitation and inhibition in a spike-sorted recording"};
  app.set_version_flag("--version", std::to_string(EQUIPOISE_VERSION / 10000) + "." + std::to_string(EQUIPOISE_VERSION / 100 % 100) + "." + std::to_string(EQUIPOISE_VERSION % 100));
  app.footer("RECORDING is a phy/Kilosort folder. Widths take us, ms, s; bare numbers for --begin and --end are seconds.\n"
             "The table of balance across scales is printed unless --quiet, or another output goes to standard output.");
  app.get_formatter()->column_width(34);
  std::string quality = "all", first = "1ms", begin, end;
  std::vector<std::string> widths;

  app.add_option("RECORDING", into.recording, "phy/Kilosort folder")->type_name("FOLDER");
  app.add_option("--labels", into.labels, "classes of units given by you: CSV with columns unit,class (E, I, RS, FS, none)")->type_name("CSV");
  app.add_option("--states", into.states, "brain states: CSV with columns begin_s,end_s,state; the balance is also given for each")->type_name("CSV");
  app.add_option("--threshold-ms", into.threshold_ms, "a unit is FS (putative inhibitory) if its trough-to-peak time is at most this; default 0.425")->check(CLI::PositiveNumber)->type_name("MS");
  app.add_option("--quality", quality, "good: curated good units only; all: good, mua and unsorted. Noise is always left out")->check(CLI::IsMember({"good", "all"}))->capture_default_str();
  app.add_option("--rate-hz", into.rate_hz, "sampling rate, if params.py does not say it")->check(CLI::PositiveNumber)->type_name("HZ");
  app.add_option("--scales", into.scales, "how many logarithmic scales")->capture_default_str()->type_name("N");
  app.add_option("--first", first, "the finest scale")->capture_default_str()->type_name("TIME");
  app.add_option("--step", into.step, "natural logarithm of the ratio of neighbouring scales")->capture_default_str();
  app.add_option("--widths", widths, "explicit widths instead, as in 1ms,10ms,100ms")->delimiter(',')->type_name("TIME,…");
  app.add_option("--lags", into.lags, "lags looked at, in bins either way, at every scale")->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000}))->capture_default_str()->type_name("N");
  app.add_option("--begin", begin, "leave out what comes before; the bins' origin does not move")->type_name("TIME");
  app.add_option("--end", end, "leave out what comes after; the extent of a recording whose folder does not tell it")->type_name("TIME");
  app.add_option("--seed", into.seed, "seed of whatever is drawn at random")->capture_default_str();
  app.add_option("--json", into.json, "write the results as JSON (- for standard output)")->type_name("FILE");
  app.add_option("--report", into.report, "write the report: one HTML file with all pictures")->type_name("FILE");
  app.add_option("--csv", into.csv, "write the table of scales as CSV (- for standard output)")->type_name("FILE");
  app.add_flag("-q,--quiet", into.quiet, "no table, no progress, no warnings on the terminal");

  auto* const info = app.add_subcommand("info", "count spikes and units, and say what would be left out; needs no rate, labels or waveforms");
  info->fallthrough();
  std::string recording_of_info;
  info->add_option("RECORDING", recording_of_info, "phy/Kilosort folder")->type_name("FOLDER");

  try {
    app.parse(argc, argv);
    into.info = info->parsed();
    if (into.info && !recording_of_info.empty()) into.recording = recording_of_info;
    if (into.recording.empty()) throw CLI::RequiredError("RECORDING: a phy/Kilosort folder");
    into.good_only = quality == "good";
    into.first = duration(first, false);
    for (auto const& w : widths) into.widths.push_back(duration(w, false));
    if (!begin.empty()) into.begin = duration(begin, true);
    if (!end.empty()) into.end = duration(end, true);
    if (into.begin && into.end && *into.end <= *into.begin) throw CLI::ValidationError("--end (" + end + ") must come after --begin (" + begin + ")");
    if (!into.labels.empty() && into.threshold_ms) throw CLI::ValidationError("--labels and --threshold-ms exclude one another: classes are either given or found");
  } catch (CLI::ParseError const& e) {
    return app.exit(e);
  }
  return std::nullopt;
}

auto scales_of(options const& o) -> equipoise::scales {
  if (!o.widths.empty()) return equipoise::scales(o.widths);
  if (o.scales < 1) throw equipoise::error("--scales: at least one scale is needed, not " + std::to_string(o.scales));
  if (!(o.step > 0)) throw equipoise::error("--step: scales must increase, so the step must be above 0");
  return equipoise::log_scales(static_cast<std::size_t>(o.scales), o.first, o.step);
}
