// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Results, pyramid levels and waveforms as xtensor arrays, and users' xtensors as spans. Arrays are always evaluated and of fixed rank.

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#if __has_include(<xtensor/containers/xtensor.hpp>)  // 0.26 and later
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif

#include "../core/record.hpp"
#include "../spikes/recording.hpp"
#include "../stats/count_rows.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

namespace detail {
template <class V>
auto as_number(V const& v) -> double {
  if constexpr (std::is_same_v<V, bin_width>) return in_ms(v);
  else if constexpr (std::is_arithmetic_v<V>) return static_cast<double>(v);
  else static_assert(never<V>, "equipoise: only columns of numbers become arrays; take the member that is meant into a column first");
}
}  // namespace detail

/// Columns of a record as an array: `to_tensor(result, "scale"_n, "rho"_n)`.
///
/// Shape    scales × names; widths in milliseconds, undefined values NaN with their reason
/// Errors   `error` if the columns differ in length
template <class Record, fixed_string... Name>
auto to_tensor(Record const& result, name<Name>... names) -> xt::xtensor<double, 2> {
  static_assert(sizeof...(Name) > 0, "equipoise: name the columns: to_tensor(result, \"scale\"_n, \"rho\"_n)");
  std::size_t const sizes[] = {result[names].size()...};
  auto array = xt::xtensor<double, 2>::from_shape({sizes[0], sizeof...(Name)});
  std::size_t column = 0;
  auto fill = [&](auto const& values) {
    if (values.size() != sizes[0]) throw error("tensor: columns of " + std::to_string(sizes[0]) + " and of " + std::to_string(values.size()) + " values do not make an array");
    for (std::size_t k = 0; k < values.size(); ++k) array(k, column) = detail::as_number(values[k]);
    ++column;
  };
  (fill(result[names]), ...);
  return array;
}

/// One level of the pyramid: the counts of a run of consecutive bins.
///
/// Shape    2 × bins; row 0 is E, row 1 is I
inline auto to_tensor(count_rows::run const& run) -> xt::xtensor<std::uint32_t, 2> {
  auto array = xt::xtensor<std::uint32_t, 2>::from_shape({2, run.e.size()});
  for (std::size_t k = 0; k < run.e.size(); ++k) array(0, k) = run.e[k], array(1, k) = run.i[k];
  return array;
}

/// Several scales over one another as scale × bin, each bin of a coarse scale repeated over the bins of the finest that begin in it; NaN in gaps and
/// where no complete bin stands.
///
/// Input    rows of one recording, finest first, with their widths in ticks; `counts` picks the population: &count_rows::run::e or ::i
/// Shape    scales × bins of the finest scale, from its first to its last
inline auto to_tensor(std::span<count_rows const> rows, std::span<bin_width const> widths, std::vector<std::uint32_t> count_rows::run::*counts) -> xt::xtensor<double, 2> {
  if (rows.size() != widths.size()) throw error("tensor: " + std::to_string(rows.size()) + " scales but " + std::to_string(widths.size()) + " widths");
  if (rows.empty() || rows[0].runs().empty()) return xt::xtensor<double, 2>::from_shape({rows.size(), 0});
  auto const first = rows[0].runs().front().first, last = rows[0].runs().back().end();
  auto array = xt::xtensor<double, 2>::from_shape({rows.size(), static_cast<std::size_t>(last - first)});
  array.fill(std::numeric_limits<double>::quiet_NaN());
  for (std::size_t s = 0; s < rows.size(); ++s)
    for (auto const& run : rows[s].runs())
      for (auto bin = (std::max)(first, ceil_div(run.first * widths[s].count, widths[0].count)); bin < last && bin * widths[0].count < run.end() * widths[s].count; ++bin)
        array(s, static_cast<std::size_t>(bin - first)) = (run.*counts)[static_cast<std::size_t>(floor_div(bin * widths[0].count, widths[s].count) - run.first)];
  return array;
}

/// Mean waveforms. Shape: units × samples; NaN behind the end of shorter ones.
inline auto to_tensor(waveform_table const& waveforms) -> xt::xtensor<float, 2> {
  auto array = xt::xtensor<float, 2>::from_shape({waveforms.size(), waveforms.samples});
  std::copy(waveforms.values.begin(), waveforms.values.end(), array.begin());
  return array;
}

/// A user's one-dimensional array as a span, without a copy; the array must outlive it. For `spike_span`, `spike_table`, `column_blocks`.
template <class T>
auto span_of(xt::xtensor<T, 1> const& array) noexcept -> std::span<T const> {
  return {array.data(), array.size()};
}
template <class T>
void span_of(xt::xtensor<T, 1> const&& temporary) = delete;

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
