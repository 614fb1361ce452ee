// SPDX-License-Identifier: BSL-1.0
#include "identify.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <equipoise/classify/classify.hpp>
#include <equipoise/classify/interaction_combine.hpp>
#include <equipoise/classify/threshold.hpp>
#include <equipoise/classify/wide_interneurons.hpp>
#include <equipoise/io/csv.hpp>
#include <equipoise/io/npy.hpp>
#include <equipoise/io/phy.hpp>

#include "analysis.hpp"

using namespace equipoise;

namespace {

/// Rows of mean waveforms as units of a recording without spikes.
auto rows_of(std::string const& path, double rate_hz) -> recording {
  auto const all = as_dense<double>(read_npy(path));
  if (all.shape.size() != 2)
    throw error({.where = path, .place = "shape", .problem = "an array of " + std::to_string(all.shape.size()) + " axes", .expected = "units x samples", .found = {}, .advice = "save mean waveforms, a row per unit: np.save(file, w.reshape(units, samples))"});
  if (constexpr std::size_t least = 8; all.shape[1] < least)
    throw error({.where = path, .place = "shape", .problem = "rows of " + std::to_string(all.shape[1]) + " samples are no waveforms", .expected = "units x samples, at least " + std::to_string(least) + " samples", .found = {}, .advice = "is this the right file?"});
  recording out;
  out.source = path, out.format = "waveforms", out.rate_hz = rate_hz;
  out.waveforms = {.values = std::vector<float>(all.values.begin(), all.values.end()), .samples = all.shape[1], .rate_hz = rate_hz};
  for (std::size_t u = 0; u < all.shape[0]; ++u) out.units.push_back({.id = static_cast<std::int64_t>(u), .quality = unit_quality::unsorted, .channel = -1, .columns = {}});
  out.units_in_file = all.shape[0];
  out.table = spike_table<std::chrono::nanoseconds>({}, {}, all.shape[0], window<std::chrono::nanoseconds>{});
  return out;
}

auto append(std::string& line, double x) -> void {
  char text[32];
  std::snprintf(text, sizeof text, std::isfinite(x) ? ",%.9g" : ",nan", x);
  line += text;
}

}  // namespace

auto identify(options const& o, recording const& of, labelling& cells) -> identification {
  identification out;
  out.classifier = o.classifier;
  if (!of.waveforms.empty()) out.features = features_of(of);
  out.narrow = measured_times(out.features);
  out.modes = two_modes_of(out.narrow);
  auto const with_features = [&](auto rule) {
    if (!o.features.empty()) rule.features = o.features;
    rule.seed = o.seed;
    return rule;
  };
  if (out.features.empty() && o.classifier != "labels") out.features = features_of(of);  // says what is missing
  auto const keep = [&](auto const& result) {
    cells = with_warnings(result.cells, of, out.features);
    out.dip = result.dip;
  };
  auto const found = [&](auto& to, auto const& rule) {
    to = rule.explain(features_named(of, out.features, rule.features));
    keep(*to);
  };
  if (o.classifier == "labels") {
    cells = read_labels_csv(o.labels, of);
    out.dip = dip_test(out.narrow);
  } else if (o.classifier == "threshold") {
    threshold const rule = o.threshold_ms ? threshold{.trough_to_peak_ms = *o.threshold_ms} : threshold{};
    keep(rule.explain(out.features));
    out.cut_ms = rule.trough_to_peak_ms;
  } else if (o.classifier == "kmeans") {
    found(out.clusters, with_features(k_means{}));
    out.cut_ms = out.clusters->cut_ms;
  } else {
    gaussian_mixture rule = with_features(gaussian_mixture{});
    rule.confidence = o.confidence;
    found(out.mixture, rule);
    if (out.mixture->refused.empty()) out.cut_ms = out.mixture->cut_ms;
  }
  if (o.wide_interneurons && o.classifier != "labels") {
    out.trains = train_features_of(of);
    cells = with_warnings(with_wide_interneurons(std::move(cells), out.trains), of, out.features);
  }
  if (o.evidence || o.pairs) out.connections = interactions(of);
  if (o.evidence) cells = with_warnings(combine(cells, out.connections->units, {.confidence = (std::min)(o.confidence, 0.999'999)}), of, out.features);
  return out;
}

auto cells_csv(recording const& of, labelling const& cells, identification const& how) -> std::string {
  std::string text = "unit,class,posterior_fs";
  for (auto const& f : shape_features) text.append(",").append(f.name);
  if (!how.trains.empty())
    for (auto const& f : train_columns) text.append(",").append(f.name);
  text += ",flags\n";
  for (std::size_t u = 0; u < of.units.size(); ++u) {
    auto const c = cells.cells[u];
    text += std::to_string(of.units[u].id) + (c == cell::e ? ",RS" : c == cell::i ? ",FS" : ",none");
    auto constexpr none = undefined(reason::not_available);
    append(text, cells.posterior_i.empty() ? none : cells.posterior_i[u]);
    for (auto const& f : shape_features) append(text, how.features.empty() ? none : how.features[u].*f.value);
    if (!how.trains.empty())
      for (auto const& f : train_columns) append(text, f.value(how.trains[u]));
    text += ",";
    if (!how.features.empty()) {
      std::string flags;
      for (auto const name : flag_names(how.features[u])) flags.append(flags.empty() ? "" : ";").append(name);
      text += flags;
    }
    text += "\n";
  }
  return text;
}

auto write_cells(options const& o, cell_outputs const& write) -> int {
  auto const of = o.cells.waveforms.empty() ? read_phy(o.recording, reading(o)) : rows_of(o.cells.waveforms, *o.rate_hz);
  if (of.waveforms.empty() && o.classifier != "labels")
    throw error({.where = of.source, .place = {}, .problem = "no mean waveforms, so cells cannot be classified by their shape", .expected = "mean_waveform_uV.npy or templates.npy", .found = {}, .advice = "give the classes: --labels FILE with the columns unit,class"});
  labelling cells;
  auto how = identify(o, of, cells);
  if (of.table.spikes() > 0 && how.trains.empty()) how.trains = train_features_of(of);
  auto warnings = of.warnings;
  for (auto const& idle : o.unused) warnings.push_back({"option_unused", idle});
  warnings.insert(warnings.end(), cells.warnings.begin(), cells.warnings.end());
  if (!o.quiet)
    for (auto const& w : warnings) std::fprintf(stderr, "warning: %s\n", w.message.c_str());
  write.csv(cells_csv(of, cells, how));
  write.json(cells_json(of, cells, how, warnings));
  if (o.quiet || o.csv.empty() || o.csv == "-" || o.json == "-") return 0;
  auto const n = counts_of(cells);
  std::printf("%s: %zu units: %lld RS, %lld FS, %lld none (%s)\n", o.csv.c_str(), of.units.size(), static_cast<long long>(n.excitatory), static_cast<long long>(n.inhibitory), static_cast<long long>(n.unclassified), cells.method.c_str());
  return 0;
}
