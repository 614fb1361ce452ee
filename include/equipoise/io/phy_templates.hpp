// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Mean waveforms of a phy/Kilosort folder: `mean_waveform_uV.npy` where there is one, else templates, unwhitened, on their peak channel.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../spikes/recording.hpp"
#include "npy.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace detail {

/// Waveforms of clusters, and the peak channel of each where it is known.
struct cluster_waveforms {
  waveform_table table;
  std::vector<std::int32_t> channel;
};

/// Waveforms of NaN for so many units.
inline auto blank_waveforms(std::size_t units, std::size_t samples, double rate_hz, bool in_microvolts) -> cluster_waveforms {
  cluster_waveforms w;
  w.table.values.assign(units * samples, std::numeric_limits<float>::quiet_NaN());
  w.table.samples = samples, w.table.rate_hz = rate_hz, w.table.in_microvolts = in_microvolts;
  w.channel.assign(units, -1);
  return w;
}

inline auto expect_axes(dense<float> const& a, std::size_t axes, std::string const& path) -> void {
  if (a.shape.size() != axes) throw error({.where = path, .place = "shape", .problem = "another number of axes than expected", .expected = std::to_string(axes), .found = std::to_string(a.shape.size()), .advice = "is this the right file?"});
}

/// Templates (templates × samples × channels, whitened) as Kilosort writes them.
class template_set {
 public:
  explicit template_set(std::filesystem::path const& folder) {
    auto const path = (folder / "templates.npy").string();
    auto all = as_dense<float>(read_npy(path));
    expect_axes(all, 3, path);
    if (all.values.empty()) throw error({.where = path, .place = "shape", .problem = "holds no template", .expected = {}, .found = {}, .advice = "the file is damaged; spikes can be read without waveforms"});
    count_ = all.shape[0], samples_ = all.shape[1], width_ = all.shape[2], values_ = std::move(all.values);
    channels_ = width_;
    if (auto const sparse = folder / "template_ind.npy"; std::filesystem::exists(sparse)) {  // columns are some channels only
      auto const ind = as_dense<std::int64_t>(read_npy(sparse.string()));
      if (ind.shape != std::vector{count_, width_}) throw error({.where = sparse.string(), .place = "shape", .problem = "does not fit templates.npy", .expected = std::to_string(count_) + " × " + std::to_string(width_), .found = {}, .advice = {}});
      index_ = ind.values;
      channels_ = ind.values.empty() ? 0 : static_cast<std::size_t>((std::max)(std::int64_t{0}, *std::max_element(ind.values.begin(), ind.values.end())) + 1);
    }
    if (auto const inverse = folder / "whitening_mat_inv.npy"; std::filesystem::exists(inverse)) {
      auto m = as_dense<float>(read_npy(inverse.string()));
      expect_axes(m, 2, inverse.string());
      auto const padded = index_.empty() ? channels_ : channels_ - 1;  // sparse templates pad with -1 or with the number of channels
      if (m.shape[0] != m.shape[1] || m.shape[0] == 0 || m.shape[0] < padded) throw error({.where = inverse.string(), .place = "shape", .problem = "does not fit templates.npy", .expected = std::to_string(padded) + " × " + std::to_string(padded), .found = std::to_string(m.shape[0]) + " × " + std::to_string(m.shape[1]), .advice = {}});
      channels_ = m.shape[0], unwhiten_ = std::move(m.values);
    }
  }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return count_; }
  [[nodiscard]] auto samples() const noexcept -> std::size_t { return samples_; }
  [[nodiscard]] auto channels() const noexcept -> std::size_t { return channels_; }

  /// Adds weight · template (unwhitened) to `sum`, samples × channels.
  void add(std::size_t which, float weight, std::vector<float>& sum) const {
    sum.resize(samples_ * channels_);
    auto const* const one = values_.data() + which * samples_ * width_;
    for (std::size_t c = 0; c < width_; ++c) {
      auto const channel = index_.empty() ? static_cast<std::int64_t>(c) : index_[which * width_ + c];
      if (channel < 0 || static_cast<std::size_t>(channel) >= channels_) continue;  // padding of sparse templates
      for (std::size_t s = 0; s < samples_; ++s) {
        auto const x = weight * one[s * width_ + c];
        if (x == 0) continue;
        if (unwhiten_.empty()) sum[s * channels_ + static_cast<std::size_t>(channel)] += x;
        else
          for (std::size_t to = 0; to < channels_; ++to) sum[s * channels_ + to] += x * unwhiten_[static_cast<std::size_t>(channel) * channels_ + to];
      }
    }
  }

 private:
  std::size_t count_ = 0, samples_ = 0, width_ = 0, channels_ = 0;
  std::vector<float> values_, unwhiten_;
  std::vector<std::int64_t> index_;
};

/// The waveform of each cluster from the templates of its spikes: their mean weighted by count, on the channel where it swings most.
inline auto waveforms_from_templates(std::filesystem::path const& folder, std::span<std::int64_t const> ids, std::span<std::int64_t const> cluster_of_spike, double rate_hz) -> cluster_waveforms {
  template_set const templates(folder);
  auto const path = folder / "spike_templates.npy";
  auto const curated = std::filesystem::exists(path);
  std::map<std::int64_t, std::map<std::int64_t, std::int64_t>> spikes;  // cluster → template → spikes
  if (curated) {
    auto const of_spike = as_vector<std::int64_t>(read_npy(path.string()));
    if (of_spike.size() != cluster_of_spike.size()) throw error({.where = path.string(), .place = {}, .problem = "another number of spikes than spike_times.npy", .expected = std::to_string(cluster_of_spike.size()), .found = std::to_string(of_spike.size()), .advice = "the files belong to different sortings"});
    for (std::size_t k = 0; k < of_spike.size(); ++k) ++spikes[cluster_of_spike[k]][of_spike[k]];
  } else {
    for (auto const id : ids) spikes[id][id] = 1;  // never curated: clusters are templates
  }
  auto out = blank_waveforms(ids.size(), templates.samples(), rate_hz, false);
  for (std::size_t u = 0; u < ids.size(); ++u) {
    auto const of = spikes.find(ids[u]);
    if (of == spikes.end()) continue;
    std::int64_t all = 0;
    for (auto const& [which, n] : of->second) all += n;
    std::vector<float> sum;
    for (auto const& [which, n] : of->second) {
      if (which < 0 || static_cast<std::size_t>(which) >= templates.size()) throw error({.where = (curated ? path : folder / "templates.npy").string(), .place = "cluster " + std::to_string(ids[u]), .problem = "a template that templates.npy does not have", .expected = "less than " + std::to_string(templates.size()),
                     .found = std::to_string(which), .advice = curated ? "the files belong to different sortings" : "merged clusters need spike_templates.npy; spikes can be read without waveforms"});
      templates.add(static_cast<std::size_t>(which), static_cast<float>(n) / static_cast<float>(all), sum);
    }
    float most = -1;
    std::size_t peak = 0;
    for (std::size_t c = 0; c < templates.channels(); ++c) {
      auto low = std::numeric_limits<float>::infinity(), high = -low;
      for (std::size_t s = 0; s < templates.samples(); ++s) low = (std::min)(low, sum[s * templates.channels() + c]), high = (std::max)(high, sum[s * templates.channels() + c]);
      if (high - low > most) most = high - low, peak = c;
    }
    out.channel[u] = static_cast<std::int32_t>(peak);
    for (std::size_t s = 0; s < templates.samples(); ++s) out.table.values[u * templates.samples() + s] = sum[s * templates.channels() + peak];
  }
  return out;
}

/// The waveforms of `mean_waveform_uV.npy` (clusters × samples, µV, NaN-padded; rows are the clusters of `mean_waveform_clusters.npy`, or all
/// clusters of the folder in ascending order), of the templates otherwise; empty if the folder has neither.
inline auto read_waveforms(std::filesystem::path const& folder, std::span<std::int64_t const> ids, std::span<std::int64_t const> all_ids, std::span<std::int64_t const> cluster_of_spike, double rate_hz) -> cluster_waveforms {
  auto const path = folder / "mean_waveform_uV.npy";
  if (!std::filesystem::exists(path)) {
    if (!std::filesystem::exists(folder / "templates.npy")) return {};
    return waveforms_from_templates(folder, ids, cluster_of_spike, rate_hz);
  }
  auto const all = as_dense<float>(read_npy(path.string()));
  expect_axes(all, 2, path.string());
  std::vector<std::int64_t> rows(all_ids.begin(), all_ids.end());
  if (auto const named = folder / "mean_waveform_clusters.npy"; std::filesystem::exists(named)) rows = as_vector<std::int64_t>(read_npy(named.string()));
  if (rows.size() != all.shape[0]) throw error({.where = path.string(), .place = "shape", .problem = "not one row per cluster", .expected = std::to_string(rows.size()), .found = std::to_string(all.shape[0]), .advice = "name the clusters of the rows in mean_waveform_clusters.npy"});
  if (all.values.empty() && !ids.empty()) throw error({.where = path.string(), .place = "shape", .problem = "holds no waveform", .expected = {}, .found = {}, .advice = "the file is damaged; spikes can be read without waveforms"});
  auto const samples = all.values.empty() ? 0 : all.shape[1];
  auto out = blank_waveforms(ids.size(), samples, rate_hz, true);
  for (std::size_t u = 0; u < ids.size(); ++u)
    if (auto const at = std::find(rows.begin(), rows.end(), ids[u]); at != rows.end())
      std::copy_n(all.values.begin() + (at - rows.begin()) * static_cast<std::ptrdiff_t>(samples), samples, out.table.values.begin() + static_cast<std::ptrdiff_t>(u * samples));
  return out;
}

}  // namespace detail
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
