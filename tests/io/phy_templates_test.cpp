// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <equipoise/io/phy_templates.hpp>
#include <equipoise/io/table.hpp>
#include <string>
#include <vector>

#include "folders.hpp"

using namespace equipoise;

namespace {
using ids = std::vector<std::int64_t>;
using floats = std::vector<float>;

auto row(detail::cluster_waveforms const& w, std::size_t u) -> floats { return {w.table[u].begin(), w.table[u].end()}; }
auto all_nan(detail::cluster_waveforms const& w, std::size_t u) -> bool {
  for (auto const x : w.table[u])
    if (!std::isnan(x)) return false;
  return true;
}
auto read(test_folder const& f, ids const& kept, ids const& of_spike = {}) { return detail::read_waveforms(f.path(), kept, kept, of_spike, 30000); }

/// Two templates of three samples on two channels.
void two_templates(test_folder const& f) { f.npy("templates.npy", floats{0, 0, -4, 1, 2, 0, /**/ 0, 1, 0, -8, 0, 3}, {2, 3, 2}); }
}  // namespace

TEST_CASE("templates: the waveform of a cluster is its template on the channel of the largest swing") {
  test_folder const f;
  two_templates(f);
  f.npy("spike_templates.npy", ids{0, 1, 1});
  auto const w = read(f, {0, 1}, {0, 1, 1});
  CHECK(w.channel == std::vector<std::int32_t>{0, 1});  // swings 6 and 1; 0 and 11
  CHECK(row(w, 0) == floats{0, -4, 2});
  CHECK(row(w, 1) == floats{1, -8, 3});
  CHECK(w.table.rate_hz == 30000);
  CHECK_FALSE(w.table.in_microvolts);
}

TEST_CASE("templates: a merged cluster has the mean of its spikes' templates, weighted by count") {
  test_folder const f;
  two_templates(f);
  f.npy("spike_templates.npy", ids{0, 1, 0, 0, 1});
  auto const w = read(f, {7, 9}, {7, 7, 7, 7, 9});  // 7 from three spikes of template 0 and one of 1; 7 is no row of templates.npy
  CHECK(w.channel == std::vector<std::int32_t>{0, 1});
  CHECK(row(w, 0) == floats{0, -3, 1.5});  // ¾ of (0, −4, 2); on channel 1 the swing is 1.25 + 0.75 < 4.5
  CHECK(row(w, 1) == floats{1, -8, 3});
}

TEST_CASE("templates: they are multiplied by the inverse of the whitening matrix from the right") {
  test_folder const f;
  two_templates(f);
  f.npy("spike_templates.npy", ids{0});
  f.npy("whitening_mat_inv.npy", std::vector<double>{1, 3, 0, 10}, {2, 2});
  auto const w = read(f, {0}, {0});
  CHECK(w.channel[0] == 1);
  CHECK(row(w, 0) == floats{0, 3 * -4 + 10 * 1, 3 * 2});  // not the transpose, which would give channel 1 the values 0, 10, 0
}

TEST_CASE("templates: sparse ones stand on the channels of template_ind.npy, templates_ind.npy is ignored") {
  for (std::int64_t const padding : {-1, 4}) {  // writers pad with −1 or with the number of channels
    CAPTURE(padding);
    test_folder const f;
    two_templates(f);
    f.npy("spike_templates.npy", ids{0, 1});
    f.npy("templates_ind.npy", ids{1, 0, 1, 0}, {2, 2});  // Kilosort's own, not what phy means
    f.npy("template_ind.npy", ids{3, 2, padding, 1}, {2, 2});
    auto const w = read(f, {0, 1}, {0, 1});
    CHECK(w.channel == std::vector<std::int32_t>{3, 1});
    CHECK(row(w, 0) == floats{0, -4, 2});
    CHECK(row(w, 1) == floats{1, -8, 3});
    std::vector<double> tens(16);
    for (std::size_t k = 0; k < 4; ++k) tens[5 * k] = 10;
    f.npy("whitening_mat_inv.npy", tens, {4, 4});
    auto const unwhitened = read(f, {0, 1}, {0, 1});
    CHECK(unwhitened.channel == std::vector<std::int32_t>{3, 1});
    CHECK(row(unwhitened, 1) == floats{10, -80, 30});
  }
}

TEST_CASE("templates: a silent cluster has no waveform; without spike_templates.npy clusters are templates") {
  test_folder const f;
  two_templates(f);
  auto const fresh = read(f, {0, 1});
  CHECK(row(fresh, 1) == floats{1, -8, 3});
  f.npy("spike_templates.npy", ids{1, 1});
  auto const w = read(f, {0, 1}, {1, 1});
  CHECK(w.channel == std::vector<std::int32_t>{-1, 1});
  CHECK(all_nan(w, 0));
  CHECK(row(w, 1) == floats{1, -8, 3});
}

TEST_CASE("templates: 177 clusters of a real session have numpy's peak channel, swing and lowest value") {
  auto const folder = std::string(EQUIPOISE_TEST_DATA "/phy/ks2");
  auto const truth = read_table(EQUIPOISE_TEST_DATA "/phy/peaks.csv");
  ids clusters;
  for (std::size_t r = 0; r < truth.rows.size(); ++r) clusters.push_back(truth.number<std::int64_t>(r, truth.need("cluster")));
  auto const w = detail::read_waveforms(folder, clusters, clusters, as_vector<std::int64_t>(read_npy(folder + "/spike_clusters.npy")), 30000);
  REQUIRE(clusters.size() == 177);
  REQUIRE(w.table.size() == 177);
  CHECK(w.table.samples == 61);
  for (std::size_t u = 0; u < clusters.size(); ++u) {
    CAPTURE(clusters[u]);
    auto const one = row(w, u);
    auto const [low, high] = std::minmax_element(one.begin(), one.end());
    CHECK(w.channel[u] == truth.number<std::int32_t>(u, truth.need("channel")));
    CHECK(*high - *low == doctest::Approx(truth.number<double>(u, truth.need("peak_to_peak"))).epsilon(1e-6));
    CHECK(*low == doctest::Approx(truth.number<double>(u, truth.need("lowest"))).epsilon(1e-6));
  }
}

TEST_CASE("waveforms: mean_waveform_uV.npy comes before templates; its rows are the clusters in ascending order") {
  test_folder const f;
  two_templates(f);
  auto const nan = std::numeric_limits<float>::quiet_NaN();
  f.npy("mean_waveform_uV.npy", floats{1, 2, 3, 4, 5, nan, 7, 8, 9}, {3, 3});
  auto const w = detail::read_waveforms(f.path(), ids{2, 8}, ids{2, 5, 8}, ids{}, 25000);  // 5 was dropped as noise
  CHECK(w.table.in_microvolts);
  CHECK(w.table.rate_hz == 25000);
  CHECK(row(w, 0) == floats{1, 2, 3});
  CHECK(row(w, 1) == floats{7, 8, 9});
  CHECK(w.channel == std::vector<std::int32_t>{-1, -1});
  auto const padded = detail::read_waveforms(f.path(), ids{5}, ids{2, 5, 8}, ids{}, 25000);
  CHECK(padded.table[0][1] == 5);
  CHECK(std::isnan(padded.table[0][2]));
}

TEST_CASE("waveforms: mean_waveform_clusters.npy names the rows, in any order; a cluster without a row has none") {
  test_folder const f;
  f.npy("mean_waveform_uV.npy", floats{1, 2, 3, 4}, {2, 2});
  f.npy("mean_waveform_clusters.npy", ids{8, 2});
  auto const w = detail::read_waveforms(f.path(), ids{2, 5, 8}, ids{2, 5, 8}, ids{}, 30000);
  CHECK(row(w, 0) == floats{3, 4});
  CHECK(all_nan(w, 1));
  CHECK(row(w, 2) == floats{1, 2});
}

TEST_CASE("waveforms: a folder without any has an empty table") {
  test_folder const f;
  CHECK(read(f, {0, 1}).table.empty());
  CHECK(read(f, {0, 1}).channel.empty());
}

TEST_CASE("waveforms: files that do not fit each other are errors that name one of them") {
  test_folder const f;
  two_templates(f);
  auto why = [&](ids const& kept, ids const& of_spike) { return refusal([&] { (void)read(f, kept, of_spike); }); };
  f.npy("spike_templates.npy", ids{0, 1});
  CHECK(names(why({0}, {0}), {"spike_templates.npy", "expected 1, found 2"}));
  f.npy("spike_templates.npy", ids{0, 2});
  CHECK(names(why({0, 1}, {0, 1}), {"spike_templates.npy", "less than 2", "found 2"}));
  f.npy("spike_templates.npy", ids{0, -1});
  CHECK(names(why({0, 1}, {0, 1}), {"spike_templates.npy", "found -1"}));
  f.remove("spike_templates.npy");
  CHECK(names(why({0, 5}, {0, 5}), {"templates.npy", "cluster 5", "spike_templates.npy"}));  // a merge's number, and nothing says of what
  f.npy("spike_templates.npy", ids{0, 1});
  f.npy("whitening_mat_inv.npy", floats(6), {2, 3});
  CHECK(names(why({0, 1}, {0, 1}), {"whitening_mat_inv.npy", "2 × 2", "2 × 3"}));
  f.npy("whitening_mat_inv.npy", floats(1), {1, 1});
  CHECK(names(why({0, 1}, {0, 1}), {"whitening_mat_inv.npy", "2 × 2"}));
  f.npy("whitening_mat_inv.npy", floats(4), {4});
  CHECK(names(why({0, 1}, {0, 1}), {"whitening_mat_inv.npy", "axes"}));
  f.remove("whitening_mat_inv.npy");
  f.npy("template_ind.npy", ids{0, 1}, {1, 2});
  CHECK(names(why({0, 1}, {0, 1}), {"template_ind.npy", "2 × 2"}));
  f.remove("template_ind.npy");
  f.npy("templates.npy", floats(6), {2, 3});
  CHECK(names(why({0, 1}, {0, 1}), {"templates.npy", "expected 3, found 2"}));
  for (auto const& shape : {std::vector<std::size_t>{0, std::size_t{1} << 60, 4}, {std::size_t{1} << 60, 0, 4}, {2, std::size_t{1} << 60, 0}}) {
    f.npy("templates.npy", floats{}, shape);
    CHECK(names(why({0, 1}, {0, 1}), {"templates.npy", "no template"}));
  }
  f.text("templates.npy", "damaged");
  CHECK(names(why({0, 1}, {0, 1}), {"templates.npy"}));
  f.npy("mean_waveform_uV.npy", floats(6), {3, 2});
  CHECK(names(why({0, 1}, {0, 1}), {"mean_waveform_uV.npy", "expected 2, found 3"}));
  f.npy("mean_waveform_uV.npy", floats(2));
  CHECK(names(why({0, 1}, {0, 1}), {"mean_waveform_uV.npy", "axes"}));
  f.npy("mean_waveform_clusters.npy", ids{});
  f.npy("mean_waveform_uV.npy", floats{}, {0, std::size_t{1} << 60});
  CHECK(names(why({0, 1}, {0, 1}), {"mean_waveform_uV.npy", "no waveform"}));
}
