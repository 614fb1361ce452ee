// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <equipoise/classify/threshold.hpp>
#include <equipoise/core/config.hpp>
#include <equipoise/core/time.hpp>
#include <utility>

namespace {

/// "250us", "1ms", "2.5 s"; a bare number is in seconds where that is allowed.
auto duration(std::string const& option, std::string text, bool bare_seconds) -> std::chrono::nanoseconds {
  auto refuse = [&](std::string const& why) { return CLI::ValidationError(option, "'" + text + "' " + why); };
  text.erase(0, text.find_first_not_of(' '));
  double number = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || !std::isfinite(number)) throw refuse("is not a duration; write 1ms, 250us or 2.5s");
  auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  unit.erase(0, unit.find_first_not_of(' '));
  unit.erase(unit.find_last_not_of(' ') + 1);
  std::pair<char const*, double> const units[] = {{"ns", 1e-9}, {"us", 1e-6}, {"µs", 1e-6}, {"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}};
  if (unit.empty() && bare_seconds) unit = "s";
  for (auto const& [name, seconds] : units)
    if (unit == name) {
      if (!(std::abs(number) * seconds < 9e9)) throw refuse("is more than 285 years; is the unit right?");
      return equipoise::nanoseconds_from_seconds(number * seconds);
    }
  throw refuse(std::string("needs a unit: us, ms or s") + (bare_seconds ? " (a bare number is seconds)" : ""));
}

/// The widths in "1ms,10ms,100ms".
auto durations(std::string const& option, std::string const& list) -> std::vector<std::chrono::nanoseconds> {
  std::vector<std::chrono::nanoseconds> all;
  for (std::size_t at = 0; at <= list.size();) {
    auto const comma = (std::min)(list.find(',', at), list.size());
    all.push_back(duration(option, list.substr(at, comma - at), false));
    if (all.back() <= std::chrono::nanoseconds{}) throw CLI::ValidationError(option, "'" + list.substr(at, comma - at) + "': a bin must be longer than nothing; give widths such as 1ms");
    if (all.size() > 1 && all.back() <= all[all.size() - 2]) throw CLI::ValidationError(option, "'" + list + "': widths must increase; sort them and leave out repetitions");
    at = comma + 1;
  }
  return all;
}

/// A check that reads as a sentence: f says what is right of a number.
template <class T, class F>
auto numbers(std::string const& rule, F f) -> CLI::Validator {
  return CLI::Validator(
    [rule, f](std::string& text) {
      T x{};
      auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), x);
      return problem == std::errc{} && end == text.data() + text.size() && f(x) ? std::string{} : "'" + text + "' is not " + rule;
    },
    "");
}
auto whole(std::int64_t high, std::string const& least) -> CLI::Validator {
  return numbers<std::int64_t>("a whole number from 1 to " + std::to_string(high) + ": " + least, [high](std::int64_t n) { return n >= 1 && n <= high; });
}
auto above_zero(std::string const& what) -> CLI::Validator {
  return numbers<double>(what, [](double x) { return x > 0 && std::isfinite(x); });
}

}  // namespace

auto parse(int argc, char** argv, options& into) -> std::optional<int> {
  CLI::App app{"Multiscale balance of excitation and inhibition in a spike-sorted recording"};
  app.set_version_flag("--version", std::to_string(EQUIPOISE_VERSION / 10000) + "." + std::to_string(EQUIPOISE_VERSION / 100 % 100) + "." + std::to_string(EQUIPOISE_VERSION % 100));
  app.footer("RECORDING is a phy/Kilosort folder. Durations take us, ms, s; bare numbers for --begin and --end are seconds.\n"
             "The table of balance across scales is printed unless --quiet, or another output goes to standard output (-).\n"
             "Exit code: 0 done; 1 refused, with a sentence; 2 written, but no scale could be measured; 100 and above: wrong use.");
  app.get_formatter()->column_width(30);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // said twice, the last one holds
  std::string quality = "all", first = "1ms", begin, end, widths, window, hop, every = "5s", null_width, cut, features;

  app.add_option("RECORDING", into.recording, "phy/Kilosort folder")->type_name("FOLDER");
  app.add_option("--labels", into.labels, "classes of units given by you: columns unit,class (E, I, RS, FS, none); file or pipe")->type_name("CSV");
  app.add_option("--states", into.states, "brain states: columns begin_s,end_s,state; the balance is also given for each")->type_name("CSV");
  app.add_option("--classifier", into.classifier, "who is E and who is I. mixture: two Gaussians, with posteriors, refused where the data show one kind; kmeans; threshold: a cut; labels: those of --labels. Default mixture; labels with --labels; threshold with --threshold-ms")->check(CLI::IsMember({"mixture", "kmeans", "threshold", "labels"}))->type_name("NAME");
  app.add_option("--threshold-ms", cut, "a unit is FS (putative inhibitory) if its trough-to-peak time is at most this; rodent: 0.425, primate: 0.5. With --classifier threshold alone, rodent")->type_name("MS|NAME");
  auto* const confidence = app.add_option("--confidence", into.confidence, "posterior below which the mixture leaves a unit out of both populations")->check(numbers<double>("a probability from 0.5 to 1, such as 0.95", [](double x) { return x >= 0.5 && x <= 1; }))->capture_default_str()->type_name("P");
  app.add_option("--features", features, "by which the mixture and k-means tell cells apart, as in trough_to_peak_ms,half_width_ms,log10_rate; default trough_to_peak_ms,half_peak_width_ms")->type_name("NAME,NAME");
  app.add_flag("--wide-interneurons", into.wide_interneurons, "after the classifier: RS units whose autocorrelogram surely rises in more than 6 ms are called I (CellExplorer's second stage)");
  app.add_flag("--evidence", into.evidence, "monosynaptic peaks and troughs of the units' correlograms count as evidence of their class, beside the waveform; contradictions are said and never decided in silence");
  auto* const relabel = app.add_option("--relabel", into.relabel, "draws of the classes from their posteriors, which give r an interval of its own; 0: none")->check(numbers<std::int64_t>("a whole number from 2 to 1000000, or 0", [](auto n) { return n == 0 || (n >= 2 && n <= 1'000'000); }))->capture_default_str()->type_name("N");
  app.add_option("--quality", quality, "good: curated good units only; all: good, mua and unsorted. Noise is always left out")->check(CLI::IsMember({"good", "all"}))->capture_default_str()->type_name("");
  app.add_option("--rate-hz", into.rate_hz, "sampling rate, if params.py does not say it")->check(above_zero("a rate above 0 Hz, such as 30000"))->type_name("HZ");
  auto* const scales = app.add_option("--scales", into.scales, "how many logarithmic scales")->check(whole(1000, "at least one scale is needed"))->capture_default_str()->type_name("N");
  auto* const finest = app.add_option("--first", first, "the finest scale")->capture_default_str()->type_name("TIME");
  auto* const step = app.add_option("--step", into.step, "natural logarithm of the ratio of neighbouring scales")->check(above_zero("a number above 0, such as 0.3: scales must increase"))->capture_default_str()->type_name("X");
  app.add_option("--widths", widths, "explicit widths instead, as in 1ms,10ms,100ms")->type_name("TIME,TIME");
  app.add_option("--lags", into.lags, "lags looked at, in bins either way, at every scale")->check(whole(10'000, "at least one bin either way is needed"))->capture_default_str()->type_name("N");
  app.add_option("--begin", begin, "leave out what comes before; the bins' origin does not move")->type_name("TIME");
  app.add_option("--end", end, "leave out what comes after; the extent of a recording whose folder does not tell it")->type_name("TIME");
  app.add_option("--window", window, "follow r in sliding windows of this length")->type_name("TIME");
  app.add_option("--hop", hop, "by which windows advance; default a tenth of the window")->type_name("TIME");
  app.add_option("--threads", into.threads, "how many threads share the work; the results are the same for any number. 0: one a processor")->check(numbers<std::size_t>("a whole number up to 1024", [](auto n) { return n <= 1024; }))->capture_default_str()->type_name("N");
  app.add_option("--checkpoint", into.checkpoint, "keep the state of the work in this file, so that it can be resumed, or merged with other parts of the recording")->type_name("FILE");
  app.add_option("--checkpoint-every", every, "how often it is written")->capture_default_str()->type_name("TIME");
  app.add_flag("--resume", into.resume, "go on from --checkpoint, if it is there");
  auto* const surrogates = app.add_option("--surrogates", into.surrogates, "draws of the null that r and the lag of its peak are held against; 0: none, the quick form")->check(numbers<std::int64_t>("a whole number from 2 to 1000000, or 0 for none", [](auto n) { return n >= 0 && n != 1 && n <= 1'000'000; }))->capture_default_str()->type_name("N");
  auto* const null = app.add_option("--null", into.null, "the surrogate. shift: inhibition in a circle; shift-units: each unit; jitter: within windows; dither: each spike; isi: order of intervals; joint-isi; poisson: rates only")->check(CLI::IsMember({"shift", "shift-units", "jitter", "dither", "isi", "joint-isi", "poisson"}))->capture_default_str()->type_name("");
  app.add_option("--null-width", null_width, "the least shift (default 10s), the window of jitter, the half-width of dither and joint-isi, the smoothing of poisson (20ms)")->type_name("TIME");
  app.add_flag("--controls", into.controls, "the same r between two groups of excitatory cells, of matched size and of matched rate, and with labels dealt at random");
  app.add_flag("--pairs", into.pairs, "pairs of units: tiling coefficients by class, and which pairs show a monosynaptic peak or trough");
  app.add_option("--seed", into.seed, "seed of whatever is drawn at random")->check(numbers<std::uint64_t>("a whole number of 64 bits", [](auto) { return true; }))->capture_default_str()->type_name("N");
  app.add_option("--json", into.json, "write the results as JSON (- for standard output)")->type_name("FILE");
  app.add_option("--report", into.report, "write the report: one HTML file with all pictures")->type_name("FILE");
  app.add_option("--csv", into.csv, "write the table of scales as CSV (- for standard output)")->type_name("FILE");
  app.add_flag("-q,--quiet", into.quiet, "no table, no progress, no warnings on the terminal");

  auto* const info = app.add_subcommand("info", "count spikes and units, and say what would be left out; needs no rate, labels or waveforms");
  info->fallthrough();
  std::string after_command;
  info->add_option("RECORDING", after_command, "phy/Kilosort folder")->type_name("FOLDER");
  info->footer("The options of ei_balance may stand here as well; --quality, --rate-hz, --begin, --end and --json change what is counted and where it goes.");

  auto* const correlogram = app.add_subcommand("correlogram", "count the differences of spike times of all pairs of units; needs no labels or waveforms");
  correlogram->fallthrough();
  std::string convention = "centred", bin = "1ms";
  correlogram->add_option("RECORDING", after_command, "phy/Kilosort folder")->type_name("FOLDER");
  correlogram->add_option("--bin", bin, "the width of a bin")->capture_default_str()->type_name("TIME");
  correlogram->add_option("--convention", convention, "centred: 2W/b + 1 bins around multiples of the width; half_open: 2W/b bins that begin at them")->check(CLI::IsMember({"centred", "half_open"}))->capture_default_str()->type_name("");
  correlogram->add_option("--out", into.correlogram.out, "the file to write: units x units x bins, int64; units with spikes by rising number (- for standard output)")->required()->type_name("FILE.npy");
  correlogram->footer("--window W, which stands among the options of ei_balance, means lags up to W either way; default 50ms. [i, j, b]: b rises with t_j - t_i; a spike is not paired with itself.");

  auto* const cells = app.add_subcommand("cells", "classify the units by their waveforms, one row each: class, posterior, features, flags");
  cells->fallthrough();
  cells->add_option("RECORDING", after_command, "phy/Kilosort folder")->type_name("FOLDER");
  cells->add_option("--waveforms", into.cells.waveforms, "mean waveforms instead of a recording: units x samples, in microvolts, short rows padded with NaN at their end; needs --rate-hz")->type_name("FILE.npy");
  cells->footer("--classifier, --threshold-ms, --confidence, --features, --labels, --rate-hz, --quality and --seed hold here as well. --csv FILE takes the table (default: standard output), --json FILE what the classifier found.");

  auto* const merge = app.add_subcommand("merge", "merge parts of one recording, each analysed with its own --begin and --end and a --checkpoint, into one result");
  merge->fallthrough();
  merge->add_option("PART", into.parts, "checkpoints")->type_name("FILE...")->required();

  try {
    app.parse(argc, argv);
    into.info = info->parsed();
    if (!after_command.empty()) {
      if (!into.recording.empty()) throw CLI::ValidationError("RECORDING", "two were given: " + into.recording + " and " + after_command);
      into.recording = after_command;
    }
    if (merge->parsed() && !into.recording.empty()) throw CLI::ValidationError("merge", "takes checkpoints only; '" + into.recording + "' stands before it");
    into.cells.wanted = cells->parsed();
    if (!into.cells.waveforms.empty()) {
      if (!into.recording.empty()) throw CLI::ValidationError("--waveforms", "stands instead of a recording; '" + into.recording + "' was given as well");
      if (!into.rate_hz) throw CLI::RequiredError("--rate-hz: the sampling rate of --waveforms, as in --rate-hz 30000");
      if (!into.labels.empty()) throw CLI::ValidationError("--labels", "goes with a recording, whose units it names; --waveforms has rows only");
    }
    if (into.recording.empty() && into.cells.waveforms.empty() && !merge->parsed()) throw CLI::RequiredError("RECORDING: a phy/Kilosort folder");
    into.good_only = quality == "good";
    into.first = duration("--first", first, false);
    if (into.first <= std::chrono::nanoseconds{}) throw CLI::ValidationError("--first", "'" + first + "': a bin must be longer than nothing; give a width such as 1ms");
    if (!widths.empty()) into.widths = durations("--widths", widths);
    if (into.correlogram.wanted = correlogram->parsed(); into.correlogram.wanted) {
      into.correlogram.half_open = convention == "half_open";
      into.correlogram.bin = duration("--bin", bin, false);
      if (!window.empty()) into.correlogram.within = duration("--window", window, false);
    } else if (!window.empty()) {
      into.window = duration("--window", window, false);
      into.hop = hop.empty() ? into.window / 10 : duration("--hop", hop, false);
      if (into.window <= std::chrono::nanoseconds{}) throw CLI::ValidationError("--window", "'" + window + "': a window must be longer than nothing; give a length such as 5s");
      if (into.hop <= std::chrono::nanoseconds{} || into.window % into.hop != std::chrono::nanoseconds{})
        throw CLI::ValidationError("--hop", hop.empty() ? "a tenth of '" + window + "' is no whole number of nanoseconds; give --hop" : "'" + hop + "': the window (" + window + ") must be a whole number of hops");
    } else if (!hop.empty()) {
      throw CLI::ValidationError("--hop", "goes with --window");
    }
    if (!null_width.empty()) {
      into.null_width = duration("--null-width", null_width, false);
      if (*into.null_width <= std::chrono::nanoseconds{}) throw CLI::ValidationError("--null-width", "'" + null_width + "': must be longer than nothing; give a width such as 20ms");
      if (into.null == "isi") into.unused.push_back("--null-width was not used, as --null isi has no width");
    }
    if (into.surrogates == 0 && null->count() + static_cast<std::size_t>(!null_width.empty()) > 0) into.unused.push_back("--null and --null-width were not used, as --surrogates 0 asks for no null");
    if (merge->parsed() && ((surrogates->count() > 0 && into.surrogates > 0) || null->count() > 0 || into.controls || into.pairs)) into.unused.push_back("--surrogates, --null, --controls and --pairs were not used: merged parts hold no spikes; give them where the parts are measured");
    into.checkpoint_every = duration("--checkpoint-every", every, false);
    if (into.resume && into.checkpoint.empty()) throw CLI::ValidationError("--resume", "goes with --checkpoint FILE, which it goes on from");
    if (!begin.empty()) into.begin = duration("--begin", begin, true);
    if (!end.empty()) into.end = duration("--end", end, true);
    if (into.begin && into.end && *into.end <= *into.begin) throw CLI::ValidationError("--end", "'" + end + "' must come after --begin (" + begin + ")");
    if (cut == "rodent") into.threshold_ms = equipoise::threshold::rodent().trough_to_peak_ms;
    else if (cut == "primate") into.threshold_ms = equipoise::threshold::primate().trough_to_peak_ms;
    else if (!cut.empty()) {
      if (auto const wrong = above_zero("a time above 0 ms, such as 0.425; or rodent, or primate")(cut); !wrong.empty()) throw CLI::ValidationError("--threshold-ms", wrong);
      into.threshold_ms = std::stod(cut);
    }
    if (into.classifier.empty()) into.classifier = !into.labels.empty() ? "labels" : into.threshold_ms ? "threshold" : "mixture";
    if (into.classifier == "labels" && into.labels.empty()) throw CLI::RequiredError("--labels CSV, which --classifier labels takes the classes from");
    if (into.classifier != "labels" && !into.labels.empty()) throw CLI::ValidationError("--classifier", "'" + into.classifier + "' and --labels exclude each other: labels that are given always hold");
    for (std::size_t at = 0; !features.empty() && at <= features.size();) {
      auto const comma = (std::min)(features.find(',', at), features.size());
      auto name = features.substr(at, comma - at);
      if (std::find(into.features.begin(), into.features.end(), name) != into.features.end()) throw CLI::ValidationError("--features", "'" + name + "' stands there twice");
      into.features.push_back(std::move(name)), at = comma + 1;
    }
    auto const idle = [&](bool given, std::string const& option) {
      if (given) into.unused.push_back(option + " was not used, as the classes come from " + (into.classifier == "labels" ? "--labels" : "--classifier " + into.classifier));
    };
    idle(into.threshold_ms && into.classifier != "threshold", "--threshold-ms");
    idle(confidence->count() > 0 && into.classifier != "mixture", "--confidence");
    idle(!features.empty() && into.classifier != "mixture" && into.classifier != "kmeans", "--features");
    idle(into.wide_interneurons && into.classifier == "labels", "--wide-interneurons");
    for (auto const& [wanted, option] : {std::pair{into.wide_interneurons, "--wide-interneurons"}, {into.evidence, "--evidence"}})
      if (wanted && !into.cells.waveforms.empty()) throw CLI::ValidationError(option, "needs spikes; --waveforms has none");
    idle(relabel->count() > 0 && into.relabel > 0 && into.classifier != "mixture", "--relabel");
    if (!widths.empty() && scales->count() + finest->count() + step->count() > 0) into.unused.push_back("--scales, --first and --step were not used, as --widths gives the scales");
    std::pair<std::string, std::string> const outputs[] = {{"--json", into.json}, {"--csv", into.csv}, {"--report", into.report}};
    for (std::size_t k = 0; k < 3; ++k)
      for (std::size_t j = 0; j < k; ++j)
        if (auto const& file = outputs[k].second; !file.empty() && file != "/dev/null" && file == outputs[j].second) throw CLI::ValidationError(outputs[j].first + " and " + outputs[k].first, "would both go to '" + file + "'; name two files");
  } catch (CLI::ParseError const& e) {
    return app.exit(e);
  }
  return std::nullopt;
}

auto scales_of(options const& o) -> equipoise::scales {
  if (!o.widths.empty()) return equipoise::scales(o.widths);
  try {
    return equipoise::log_scales(static_cast<std::size_t>(o.scales), o.first, o.step);
  } catch (equipoise::error const& e) {
    throw equipoise::error({.where = "--scales, --first, --step", .place = {}, .problem = e.what(), .expected = {}, .found = {}, .advice = "each scale must be longer than the one before and shorter than 292 years: ask for fewer scales or another step"});
  }
}
