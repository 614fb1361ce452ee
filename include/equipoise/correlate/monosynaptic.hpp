// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Does one unit drive or suppress another within milliseconds? The correlogram of a pair against its hollowed prediction: counts → p-values, decisions.
///
/// `monosynaptic_test` judges one correlogram; all pairs of a table stand in monosynaptic_pairs.hpp. Needs Boost.Math: include it by name.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hollowed_predictor.hpp"
#include "lag_bins.hpp"
#include "poisson_tails.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// How a peak after the reference spike is compared with the largest count before it, max(n_pre).
enum class causal_rule : std::uint8_t {
  none,      ///< not at all
  quantile,  ///< max(n_post) above the 1 − causal_alpha quantile of Poisson(max(n_pre)), as CellExplorer
  mid_p,     ///< p_causal < causal_alpha, as English et al. 2017 with .0026
};
/// Which test finds inhibition.
enum class inhibition_rule : std::uint8_t {
  pooled,   ///< all counts of the window together, negative binomial
  per_bin,  ///< bins below the lower Poisson quantile, and the smallest below that of the counts before the reference spike
};
/// What the smallest count of a trough is compared with.
enum class trough_reference : std::uint8_t {
  mean_before,  ///< the mean count of the window before the reference spike
  max_before,   ///< the largest one, as CellExplorer: lenient, the larger of noisy counts exceeds their mean
};

/// Every number of the test. Windows are of bin middles and include both ends; lags are of the target after the reference.
///
/// Source   Stark and Abeles 2009, J. Neurosci. Methods 179:90; CellExplorer's ce_MonoSynConvClick; English et al. 2017, Neuron 96:505
struct monosynaptic_options {
  kernel_shape shape = kernel_shape::gaussian;
  double kernel_width_ms = 10;  ///< W; the SD of a Gaussian is half of it
  double hollow = default_hollow(shape);
  double post_from_ms = 0.8, post_to_ms = 4;  ///< where an effect is looked for
  double pre_from_ms = -3.2, pre_to_ms = 0;   ///< where there can be none
  double alpha = 0.001;
  double bonferroni_ms = 4;  ///< per-bin levels are alpha / nB, nB = 2 round(bonferroni_ms / bin width), at least 1
  std::int64_t consecutive_excitation = 1;  ///< so many bins in a row must be above; 2 for bins of .5 ms (Peyrache)
  std::int64_t consecutive_inhibition = 1;  ///< or below, for inhibition_rule::per_bin; 4 for bins of .5 ms
  causal_rule causal = causal_rule::quantile;
  double causal_alpha = 0.001;
  inhibition_rule inhibition = inhibition_rule::pooled;
  trough_reference trough = trough_reference::mean_before;
  bool without_both_sides = true;  ///< μ_W is predicted without all lags within ±post_to_ms: a peak of the other direction or at 0 would raise it; false: without the window only
  double shadow_ms = 0.8;  ///< two units of one electrode: lags within ± this cannot be sorted apart and are undefined

  /// Bins that the numbers above are meant for: .4 ms within ±60 ms, 301 of them.
  static constexpr auto lags() noexcept -> centred { return {std::chrono::milliseconds{60}, std::chrono::microseconds{400}}; }
};

/// What the correlogram of a pair tells.
struct monosynaptic_evidence {
  bool excitatory;    ///< the rule for excitation holds
  bool inhibitory;    ///< the rule for inhibition holds
  bool underpowered;  ///< so few counts are predicted that even none at all would not be inhibition: nothing can be said about it
  double p_excitation;  ///< nB · the smallest p_above of the window (of the largest in a run), not below p_causal where that is asked for
  double p_inhibition;  ///< pooled_p; or per bin, as p_excitation
  double p_causal;      ///< mid-p of max(n_post) as a large count of Poisson(max(n_pre))
  std::int64_t pooled_count;  ///< n_W, the counts of the window after the reference spike
  double pooled_predicted;    ///< μ_W, from bins beyond the window, see without_both_sides
  double pooled_z;            ///< (n_W − μ_W)/√(μ_W (1 + κ))
  double pooled_p;            ///< mid-p of n_W as a small count, negative binomial. Not to be used for excitation
  double detectable_loss;     ///< the smallest part of μ_W whose loss would make pooled_p < alpha; NaN where losing all would not
  double transmission_probability;  ///< (n_W − μ_W)/N_ref: spikes of the target gained or lost per spike of the reference; NaN without any
};

/// The correlogram bin by bin, for a figure.
///
/// Shape    one value a bin; NaN in bins of the shadow
struct monosynaptic_bins {
  std::vector<double> predicted;       ///< by the hollowed kernel
  std::vector<double> p_above, p_below;  ///< mid-p of the count as a large and as a small one; they add up to 1
  std::vector<double> upper, lower;    ///< n > upper, n < lower: rarer than alpha / nB
};

/// The test of Stark and Abeles, and one for inhibition that pools the window.
///
///   excitation   n_k > upper_k in `consecutive_excitation` bins of the window in a row, and max(n_post) passes `causal`
///   inhibition   pooled_p < alpha: Σ_W n against Σ_W pred, predicted from other lags, variance μ_W (1 + κ)
///
/// Input    centred bins, an odd number, of the width that was realised; counts of one ordered pair, reference first
/// Result   evidence for that direction; the other direction is the other order's correlogram
/// Promise  independent Poisson trains: at most alpha false decisions of each kind, excitation far fewer. A decision rule made of several tests has a
///          false-positive rate and no uniform p: p_excitation is an upper bound. The per-bin test is nearly blind to inhibition. A
///          trough that is not confined to the window passes the pooled test as well
/// Errors   `error` if windows hold no bin, levels are none, or the kernel is longer than the correlogram
/// Cost     1 to 2 µs a correlogram, 10 where more than 500 counts are expected in the window; `by_bin` about 0.2 ms
/// Source   Stark and Abeles 2009; English et al. 2017, Neuron 96:505
class monosynaptic_test {
 public:
  monosynaptic_test(std::size_t bins, double width_ms, monosynaptic_options const& options = {}, bool same_electrode = false)
      : options_(options), middle_(static_cast<std::int64_t>(bins / 2)), width_ms_(width_ms), shadow_(same_electrode ? shadow(bins) : std::vector<bool>(bins, false)), post_(window(options.post_from_ms, options.post_to_ms, "post")),
        pre_(window(options.pre_from_ms, options.pre_to_ms, "pre")), smooth_(kernel(), bins, shadow_) {
    hollowed_predictor const apart(kernel(), bins, left_out());
    inflation_ = apart.variance_inflation(post_);
    if (bins % 2 == 0) throw error("monosynaptic_test: centred bins are an odd number; count with centred{within, width}");
    for (auto const level : {options.alpha, options.causal_alpha})
      if (!(level > 0 && level < 1)) throw error("monosynaptic_test: alpha and causal_alpha must be between 0 and 1");
    if (options.consecutive_excitation < 1 || options.consecutive_inhibition < 1) throw error("monosynaptic_test: at least one bin in a row must be asked for");
    if (!std::isfinite(inflation_)) throw error("monosynaptic_test: the kernel does not reach beyond the window, which then cannot be predicted without its own counts; take a wider kernel");
    bonferroni_ = (std::max)(1.0, 2 * std::round(options.bonferroni_ms / width_ms));
    std::vector<std::vector<double>> each;
    std::vector<double> all(bins);
    for (auto const k : post_) {
      each.push_back(smooth_.weights(k));
      auto const a = apart.weights(k);
      std::transform(all.begin(), all.end(), a.begin(), all.begin(), std::plus{});
    }
    smooth_at_ = detail::weighted_sums(each), apart_in_all_ = detail::weighted_sums({all});
  }

  /// By how many bins the level is divided, nB.
  [[nodiscard]] auto bonferroni() const noexcept -> double { return bonferroni_; }
  /// By how much the error of the prediction raises the variance of the pooled count, κ.
  [[nodiscard]] auto inflation() const noexcept -> double { return inflation_; }
  /// The bins of the window after the reference spike.
  [[nodiscard]] auto post() const noexcept -> std::span<std::size_t const> { return post_; }

  [[nodiscard]] auto operator()(std::span<std::int64_t const> counts, std::int64_t reference_spikes) const -> monosynaptic_evidence {
    expect(counts);
    monosynaptic_evidence e{};
    std::vector<poisson_parts> parts;
    parts.reserve(post_.size());
    double most_predicted = 0;
    std::int64_t most = 0, least = counts[post_.front()], most_before = 0, all_before = 0;
    smooth_at_.each(counts, [&](std::size_t k, double pred) {
      auto const n = counts[post_[k]];
      parts.push_back(poisson_split(n, pred));
      most_predicted = (std::max)(most_predicted, pred), most = (std::max)(most, n), least = (std::min)(least, n);
      e.pooled_count += n;
    });
    apart_in_all_.each(counts, [&](std::size_t, double pred) { e.pooled_predicted = pred; });
    for (auto const k : pre_) most_before = (std::max)(most_before, counts[k]), all_before += counts[k];

    auto const before = static_cast<double>(most_before), mean_before = static_cast<double>(all_before) / static_cast<double>(pre_.size()), level = options_.alpha / bonferroni_;
    auto const by_cause = poisson_split(most, before);
    e.p_causal = by_cause.upper_mid_p();
    auto const causal = options_.causal == causal_rule::none || (options_.causal == causal_rule::mid_p ? e.p_causal < options_.causal_alpha : by_cause.at_least() <= options_.causal_alpha);
    // n > upper is P(N ≥ n) ≤ level, and n < lower is P(N ≤ n) < level
    e.excitatory = causal && in_a_row(parts, &poisson_parts::at_least, options_.consecutive_excitation) <= level;
    e.p_excitation = (std::min)(1.0, bonferroni_ * in_a_row(parts, &poisson_parts::upper_mid_p, options_.consecutive_excitation));
    if (options_.causal != causal_rule::none) e.p_excitation = (std::max)(e.p_excitation, e.p_causal);

    pool(e, reference_spikes);
    if (options_.inhibition == inhibition_rule::pooled) {
      e.p_inhibition = e.pooled_p;
      e.inhibitory = e.pooled_p < options_.alpha;
      e.underpowered = std::isnan(e.detectable_loss);
    } else {
      auto const reference = options_.trough == trough_reference::mean_before ? mean_before : before;
      e.inhibitory = in_a_row(parts, &poisson_parts::at_most, options_.consecutive_inhibition) < level && poisson_at_most(least, reference) < options_.alpha;
      e.p_inhibition = (std::max)((std::min)(1.0, bonferroni_ * in_a_row(parts, &poisson_parts::lower_mid_p, options_.consecutive_inhibition)), poisson_lower_mid_p(least, reference));
      e.underpowered = poisson_at_most(0, most_predicted) >= level;
    }
    return e;
  }

  [[nodiscard]] auto by_bin(std::span<std::int64_t const> counts) const -> monosynaptic_bins {
    expect(counts);
    monosynaptic_bins out{smooth_(counts), {}, {}, {}, {}};
    auto const level = options_.alpha / bonferroni_;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (shadow_[k]) out.predicted[k] = undefined(reason::not_available);
      auto const pred = out.predicted[k];
      out.p_above.push_back(poisson_upper_mid_p(counts[k], pred)), out.p_below.push_back(poisson_lower_mid_p(counts[k], pred));
      out.upper.push_back(poisson_upper_quantile(level, pred)), out.lower.push_back(poisson_lower_quantile(level, pred));
    }
    return out;
  }

 private:
  [[nodiscard]] auto kernel() const -> hollowed_kernel { return {.shape = options_.shape, .width_bins = std::llround(options_.kernel_width_ms / width_ms_), .hollow = options_.hollow}; }
  /// Bins that overlap the lags of less than the shadow.
  [[nodiscard]] auto shadow(std::size_t bins) const -> std::vector<bool> {
    std::vector<bool> out(bins);
    for (std::size_t k = 0; k < bins; ++k) out[k] = (std::abs(static_cast<double>(static_cast<std::int64_t>(k) - middle_)) - 0.5) * width_ms_ < options_.shadow_ms - 1e-9;
    return out;
  }
  [[nodiscard]] auto window(double from_ms, double to_ms, char const* which) const -> std::vector<std::size_t> {
    if (!(width_ms_ > 0)) throw error("monosynaptic_test: the width of a bin must be above 0 ms");
    std::vector<std::size_t> out;
    for (auto b = std::llround(from_ms / width_ms_); b <= std::llround(to_ms / width_ms_); ++b)
      if (auto const k = middle_ + b; k >= 0 && k < std::ssize(shadow_) && !shadow_[static_cast<std::size_t>(k)]) out.push_back(static_cast<std::size_t>(k));
    if (out.empty())
      throw error({.where = "monosynaptic_test", .place = which, .problem = "the window holds no bin that is defined", .expected = "bins from " + std::to_string(from_ms) + " to " + std::to_string(to_ms) + " ms", .found = "none", .advice = "count wider lags, or move the window out of the shadow"});
    return out;
  }
  /// What must not predict the pooled count.
  [[nodiscard]] auto left_out() const -> std::vector<bool> {
    auto out = shadow_;
    for (auto const k : post_) out[k] = true;
    if (options_.without_both_sides)
      for (auto const k : window(-options_.post_to_ms, options_.post_to_ms, "post")) out[k] = true;
    return out;
  }
  void expect(std::span<std::int64_t const> counts) const {
    if (counts.size() != shadow_.size()) throw error({.where = "monosynaptic_test", .place = {}, .problem = "the correlogram has another length", .expected = std::to_string(shadow_.size()) + " bins", .found = std::to_string(counts.size()), .advice = {}});
  }
  /// The level at which so many neighbours in a row are all rejected: the smallest over runs of the largest in the run. 1 if there is no such run.
  static auto in_a_row(std::vector<poisson_parts> const& bins, double (poisson_parts::*p)() const noexcept, std::int64_t run) -> double {
    auto least = 1.0;
    for (std::int64_t first = 0; first + run <= std::ssize(bins); ++first) {
      auto largest = 0.0;
      for (auto k = first; k < first + run; ++k) largest = (std::max)(largest, (bins[static_cast<std::size_t>(k)].*p)());
      least = (std::min)(least, largest);
    }
    return least;
  }
  void pool(monosynaptic_evidence& e, std::int64_t reference_spikes) const {
    auto const excess = static_cast<double>(e.pooled_count) - e.pooled_predicted;
    e.pooled_z = e.pooled_predicted > 0 ? excess / std::sqrt(e.pooled_predicted * (1 + inflation_)) : undefined(reason::no_spikes);
    e.transmission_probability = reference_spikes > 0 ? excess / static_cast<double>(reference_spikes) : undefined(reason::no_spikes);
    auto const tail = lower_tail(e.pooled_count, e.pooled_predicted);
    e.pooled_p = tail.p;
    e.detectable_loss = tail.first_common > 0 ? 1 - static_cast<double>(tail.first_common - 1) / e.pooled_predicted : undefined(reason::not_available);
  }
  [[nodiscard]] auto lower_tail(std::int64_t n, double mean) const -> detail::lower_tail {
    if (detail::is_summed_binomial(n, mean)) return detail::summed_lower_tail(n, mean, inflation_, options_.alpha);
    auto p = [&](std::int64_t k) { return negative_binomial_lower_mid_p(k, mean, inflation_); };
    auto const guess = detail::near_quantile(mean * (1 + inflation_), -detail::normal_deviate(options_.alpha));
    return {p(n), detail::first_that(guess, [&](std::int64_t k) { return p(k) >= options_.alpha; })};
  }

  monosynaptic_options options_;
  std::int64_t middle_;
  double width_ms_;
  std::vector<bool> shadow_;
  std::vector<std::size_t> post_, pre_;
  hollowed_predictor smooth_;                         // from all bins
  detail::weighted_sums smooth_at_, apart_in_all_;    // the predictions of the window's bins from all; their sum from bins apart from the tested lags
  double inflation_ = 0, bonferroni_ = 1;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
