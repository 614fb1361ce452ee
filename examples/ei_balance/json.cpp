// SPDX-License-Identifier: BSL-1.0
// The JSON of ei_balance: docs/reference/json.md. Undefined values are null beside a "reason".
#include <cmath>
#include <equipoise/classify/labels.hpp>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "analysis.hpp"

using namespace equipoise;
using json = nlohmann::ordered_json;

namespace {

/// An object whose undefined members are null, with a member "reason" that says why, by name.
class object {
 public:
  auto number(char const* name, double x) -> object& {
    if (std::isfinite(x)) {
      to_[name] = x;
    } else {
      to_[name] = nullptr;
      why_[name] = why(x);
    }
    return *this;
  }
  auto numbers(char const* name, std::vector<double> const& all) -> object& {
    to_[name] = json::array();
    for (auto const x : all) {
      to_[name].push_back(std::isfinite(x) ? json(x) : json(nullptr));
      if (!std::isfinite(x)) why_[name] = why(x);
    }
    return *this;
  }
  template <class X>
  auto add(char const* name, X&& x) -> object& {
    to_[name] = std::forward<X>(x);
    return *this;
  }
  [[nodiscard]] auto done() -> json {
    if (!why_.is_null()) to_["reason"] = std::move(why_);
    return std::move(to_);
  }

 private:
  static auto why(double x) -> std::string_view { return reason_of(x) == reason::none ? "not a finite number" : to_string(reason_of(x)); }
  json to_ = json::object(), why_;
};

auto warnings_of(std::vector<warning> const& all) -> json {
  auto list = json::array();
  for (auto const& w : all) list.push_back({{"code", w.code}, {"message", w.message}});
  return list;
}

auto dropped_of(std::map<std::string, dropped_count> const& all) -> json {
  auto dropped = json::object();
  for (auto const& [why, n] : all) dropped[why] = {{"spikes", n.spikes}, {"units", n.units}};
  return dropped;
}

/// A whole number of nanoseconds, in milliseconds.
auto width_ms(bin_width w) -> double { return in_ms(w); }

auto lag_ms(double bins, bin_width w) -> double { return std::isnan(bins) ? bins : bins * width_ms(w); }

auto band_of(null_band const& b, char const* unit) -> object {
  auto named = [unit](char const* name) { return std::string(name) + unit; };
  object o;
  o.number(named("mean").c_str(), b.mean).number(named("sd").c_str(), b.sd).number(named("lo").c_str(), b.lo).number(named("hi").c_str(), b.hi).number("p", b.p).number("q", b.q).number("p_max", b.p_max).add("draws", b.draws);
  return o;
}
auto control_of(control_band const& c) -> json {
  return object{}.number("mean", c.mean).number("sd", c.sd).number("lo", c.lo).number("hi", c.hi).number("reference", c.reference).number("p", c.p).add("draws", c.draws).done();
}

/// What stands beside r: of the whole recording only.
void add_controls(object& to, scale_controls const& c, nulls const& all) {
  if (all.computed) to.add("null", band_of(c.null, "").done()).add("lag_null", band_of(c.lag_null, "_ms").done());
  if (all.with_controls) to.add("controls", json{{"same_class", control_of(c.controls.same_class)}, {"rate_matched", control_of(c.controls.rate_matched)}, {"label_swap", control_of(c.controls.label_swap)}});
  to.number("rho_infinity", c.rho_infinity.estimate).numbers("rho_infinity_ci", {c.rho_infinity.lo, c.rho_infinity.hi}).number("rho_high_pass", c.high_pass);
  auto const& z = c.zero_lag;
  to.add("zero_lag", object{}.number("lo", z.lag.lo).number("hi", z.lag.hi).add("equivalent", z.equivalent).number("margin_ms", z.margin_ms).number("edge_share", z.edge_share).done());
}

auto scale_of(scale_result const& s, analysis_result const* whole = nullptr, std::size_t at = 0) -> json {
  auto const& d = s.deviation;
  auto deviation = object{}
                     .number("zscored", d.zscored)
                     .number("zscored_floor_removed", d.zscored_floor_removed)
                     .number("symmetric", d.symmetric)
                     .number("across_to_along", d.across_to_along)
                     .number("per_cell", d.per_cell)
                     .number("per_cell_mean", d.per_cell_mean)
                     .number("per_cell_floor_removed", d.per_cell_floor_removed)
                     .number("per_cell_rate_hz", d.per_cell_rate_hz)
                     .number("unit_sum", d.unit_sum)
                     .number("peak", s.peak_normalised)
                     .number("active_fraction", s.active.deviation)
                     .number("relative", d.relative)
                     .number("relative_floor", d.relative_floor)
                     .number("relative_floor_removed", d.relative_floor_removed)
                     .number("amplitude_mismatch", d.amplitude_mismatch)
                     .number("lost_coordination", d.lost_coordination)
                     .number("tail_index", s.tail_index)
                     .number("skewness", s.shape.skewness)
                     .number("excess_kurtosis", s.shape.excess_kurtosis)
                     .number("beyond_2", s.shape.beyond_2)
                     .number("beyond_3", s.shape.beyond_3)
                     .number("gaussian_beyond_2", s.shape.gaussian_beyond_2)
                     .done();
  object all;
  all.add("width_ms", width_ms(s.width))
    .add("bins", s.bins)
    .add("incomplete_bins", s.incomplete.bins)
    .number("mean_e", s.mean.e)
    .number("mean_i", s.mean.i)
    .number("active_e", s.active.e)
    .number("active_i", s.active.i)
    .number("fano_e", s.fano.e)
    .number("fano_i", s.fano.i)
    .number("rho", s.rho)
    .numbers("rho_ci", {s.rho_interval.lo, s.rho_interval.hi})
    .add("lag_ms", object{}.number("peak", lag_ms(std::isnan(s.peak.interpolated) ? s.peak.interpolated : static_cast<double>(s.peak.bins), s.width)).number("interpolated", lag_ms(s.peak.interpolated, s.width)).number("centroid", lag_ms(s.centroid, s.width)).done())
    .number("asymmetry", s.asymmetry)
    .add("deviation", std::move(deviation))
    .add("imbalance", object{}.number("mean", s.imbalance.mean).number("mean_absolute", s.imbalance.mean_absolute).number("undefined_fraction", s.imbalance.undefined_fraction).done())
    .add("symmetry", object{}.number("angle_deg", s.symmetry.angle_deg).number("axis_ratio", s.symmetry.axis_ratio).number("slope", s.symmetry.slope).number("orthogonal_residual", s.symmetry.orthogonal_residual).done())
    .numbers("correlation_by_lag", s.curve);
  if (whole != nullptr && at < whole->controls.scales.size()) add_controls(all, whole->controls.scales[at], whole->controls);
  if (whole != nullptr && at < whole->by_labels.size()) {
    auto const& l = whole->by_labels[at];
    all.add("labels", object{}.number("mean", l.mean).number("sd", l.sd).number("lo", l.lo).number("hi", l.hi).add("draws", l.draws).add("undefined", l.undefined).done());
  }
  return all.done();
}

auto scales_of(std::vector<scale_result> const& all, analysis_result const* whole = nullptr) -> json {
  auto list = json::array();
  for (std::size_t k = 0; k < all.size(); ++k) list.push_back(scale_of(all[k], whole, k));
  return list;
}

auto null_of(nulls const& n) -> json {
  if (!n.computed) return {{"computed", false}, {"reason", n.reason}};
  return {{"computed", true}, {"surrogate", n.name}, {"promise", n.promise}};
}

auto pairs_of(pair_results const& p) -> json {
  auto word = [](cell c) { return c == cell::e ? "E" : c == cell::i ? "I" : "none"; };
  auto tiling = json::array(), connections = json::array();
  for (auto const& t : p.tiling) tiling.push_back(object{}.add("classes", t.classes).add("pairs", t.pairs).number("mean", t.mean).number("sd", t.sd).done());
  for (auto const& c : p.connections)
    connections.push_back(object{}.add("from", c.from).add("to", c.to).add("from_class", word(c.from_class)).add("to_class", word(c.to_class)).add("sign", c.excitatory ? "excitatory" : "inhibitory").number("q", c.q).number("transmission_probability", c.transmission).done());
  auto const& c = p.consistency;
  auto const consistency = object{}.add("false_discovery", p.false_discovery).add("from_e", c.from_e).add("from_i", c.from_i).add("from_unclassified", c.unclassified).add("sources", c.sources).number("score", c.score).number("by_chance", c.by_chance).number("fisher_p", c.fisher_p).number("binomial_p", c.binomial_p).done();
  return {{"tiling_ms", p.tiling_ms}, {"tiling", std::move(tiling)}, {"tested", p.tested}, {"underpowered_for_inhibition", p.underpowered}, {"expected_false", {{"excitatory", p.expected_false_excitatory}, {"inhibitory", p.expected_false_inhibitory}}}, {"consistency", consistency}, {"connections", std::move(connections)}};
}

auto matrix_of(std::span<double const> values, std::size_t columns) -> json {
  auto all = json::array();
  for (std::size_t k = 0; k < values.size(); k += columns) all.push_back(std::vector<double>(values.begin() + static_cast<std::ptrdiff_t>(k), values.begin() + static_cast<std::ptrdiff_t>(k + columns)));
  return all;
}

/// Who is E and who is I, and how that came about.
auto cells_of(recording const& of, labelling const& cells, identification const& how) -> json {
  auto constexpr unknown = undefined(reason::not_available);
  auto const n = counts_of(cells);
  object all;
  all.add("excitatory", n.excitatory).add("inhibitory", n.inhibitory).add("unclassified", n.unclassified).add("method", cells.method).add("labels", cells.putative ? "putative" : "given");
  if (!how.classifier.empty()) {
    all.add("classifier", how.classifier);
    if (!how.features.empty()) {
      all.number("cut_ms", how.cut_ms.value_or(unknown));
      all.add("dip", object{}.number("dip", how.dip.dip).number("p", how.dip.p).add("units", how.narrow.size()).done());
      if (how.modes) all.add("modes", json{{"lower_ms", how.modes->lower}, {"trough_ms", how.modes->trough}, {"upper_ms", how.modes->upper}, {"bandwidth_ms", how.modes->bandwidth}});
    }
    if (how.mixture) {
      auto const& m = *how.mixture;
      auto components = json::array();
      for (std::size_t k = 0, d = m.fit.features; k < m.fit.weights.size(); ++k)
        components.push_back({{"class", k == 0 ? "FS" : "RS"}, {"weight", m.fit.weights[k]}, {"mean", std::vector<double>(m.fit.means.begin() + static_cast<std::ptrdiff_t>(k * d), m.fit.means.begin() + static_cast<std::ptrdiff_t>((k + 1) * d))}, {"covariance", matrix_of(std::span(m.fit.covariances).subspan(k * d * d, d * d), d)}});
      object o;
      o.add("features", m.features).add("units", m.units.size()).numbers("bic", {m.bic.begin(), m.bic.end()}).number("separation", m.separation).add("components", std::move(components)).add("refused", m.refused.empty() ? json(false) : json(m.refused));
      all.add("mixture", o.done());
    }
    if (how.clusters) all.add("kmeans", object{}.add("features", how.clusters->features).add("units", how.clusters->units.size()).number("silhouette", how.clusters->silhouette).done());
  }
  auto units = json::array();
  for (std::size_t u = 0; u < of.units.size(); ++u) {
    object one;
    one.add("unit", of.units[u].id).add("class", to_string(cells.cells[u]));
    if (!cells.posterior_i.empty()) one.number("posterior_i", cells.posterior_i[u]);
    units.push_back(one.done());
  }
  all.add("units", std::move(units)).add("warnings", warnings_of(cells.warnings));
  return all.done();
}

}  // namespace

auto cells_json(recording const& of, labelling const& cells, identification const& how, std::vector<warning> const& warnings) -> std::string {
  return json{{"format", "equipoise.ei_balance.cells"}, {"version", 1}, {"recording", {{"source", of.source}, {"format", of.format}, {"rate_hz", of.waveforms.rate_hz}, {"units", of.units.size()}}}, {"cells", cells_of(of, cells, how)}, {"warnings", warnings_of(warnings)}}.dump(1) + "\n";
}

auto to_json(phy_summary const& s, std::string const& source) -> std::string {
  object recording;
  recording.add("source", source).add("format", s.format);
  auto const unknown = undefined(reason::not_available);
  recording.number("begin_s", s.extent ? in_seconds(s.extent->begin) : unknown).number("end_s", s.extent ? in_seconds(s.extent->end) : unknown).number("rate_hz", s.rate_hz.value_or(unknown));
  recording.add("units", s.kept_units).add("spikes", s.kept_spikes).add("spikes_in_file", s.spikes).add("units_in_file", s.units).add("units_without_spikes", s.silent_units).add("dropped", dropped_of(s.dropped));
  return json{{"format", "equipoise.ei_balance.info"}, {"version", 1}, {"recording", recording.done()}, {"warnings", warnings_of(s.warnings)}}.dump(1) + "\n";
}

auto to_json(analysis_result const& r) -> std::string {
  json all{{"format", "equipoise.ei_balance"},
           {"version", 1},
           {"recording",
            {{"source", r.recording.source},
             {"format", r.recording.format},
             {"begin_s", in_seconds(r.when.begin)},
             {"end_s", in_seconds(r.when.end)},
             {"units", r.recording.size()},
             {"spikes", r.spikes},
             {"spikes_in_file", r.recording.spikes_in_file},
             {"units_in_file", r.recording.units_in_file},
             {"dropped", dropped_of(r.recording.dropped)}}},
           {"cells", cells_of(r.recording, r.cells, r.identified)},
           {"null", null_of(r.controls)},
           {"warnings", warnings_of(r.warnings)},
           {"scales", scales_of(r.found.scales, &r)}};
  if (r.pairs.wanted) all["pairs"] = pairs_of(r.pairs);
  if (!r.states.empty()) {
    auto states = json::array();
    for (auto const& s : r.found.states) states.push_back({{"state", s.name}, {"seconds", s.seconds}, {"scales", scales_of(s.scales)}});
    all["states"] = std::move(states);
  }
  if (!r.found.windows.empty()) {
    auto windows = json::array();
    for (auto const& w : r.found.windows) {
      auto scales = json::array();
      for (auto const& s : w.scales) scales.push_back(object{}.add("width_ms", width_ms(s.width)).add("bins", s.bins).number("rho", s.rho).number("deviation_relative", s.deviation_relative).done());
      windows.push_back({{"begin_s", w.begin_s}, {"end_s", w.end_s}, {"seconds", w.seconds}, {"scales", std::move(scales)}});
    }
    all["windows"] = std::move(windows);
  }
  return all.dump(1) + "\n";
}
