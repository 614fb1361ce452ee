// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A study run many times: on draws of a surrogate, or with other labels. Studies whose metrics are numbers → a column of numbers per metric.

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/work.hpp"
#include "../correlate/surrogate.hpp"
#include "../pipeline/compose.hpp"
#include "../pipeline/measure.hpp"
#include "../spikes/split.hpp"
#include "interval.hpp"
#include "null_band.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// One number of a metric's value: `"lag"_n = number(peak_lag{.within = 20}, &peak_lag::value::interpolated)`.
///
/// Result   a metric of the same statistic whose value is a double; over parts with means of their own where the metric can say it
template <metric M, class Number>
class number_metric {
 public:
  using statistic = typename M::statistic;
  static constexpr bool value_jumps = equipoise::value_jumps<M>;

  number_metric(M m, Number n) : metric_(std::move(m)), number_(std::move(n)) {}
  [[nodiscard]] auto start(row_info const& row) const -> statistic
    requires configures_statistic<M>
  {
    return metric_.start(row);
  }
  auto operator()(statistic const& s, row_info const& row) const -> double { return static_cast<double>(std::invoke(number_, metric_(s, row))); }
  [[nodiscard]] auto apart(std::span<statistic const* const> parts, row_info const& row) const -> double
    requires requires(M const& m) { m.apart(parts, row); }
  {
    return static_cast<double>(std::invoke(number_, metric_.apart(parts, row)));
  }

 private:
  M metric_;
  Number number_;
};
template <metric M, class Number>
auto number(M m, Number which) -> number_metric<M, Number> {
  return {std::move(m), std::move(which)};
}

/// Values of one metric, per scale.
using values_by_scale = std::vector<double>;

namespace detail {
template <class>
inline constexpr bool is_study_of_cells = false;
template <class Rest>
inline constexpr bool is_study_of_cells<chain<split, Rest>> = true;

/// The analysis at the end of a study.
template <class A>
auto const& last_of(A const& a) {
  if constexpr (requires { a.rest; }) return last_of(a.rest);
  else return a;
}
/// The same study with another analysis at its end.
template <class A, class Last>
auto with_last(A const& a, Last last) {
  if constexpr (requires { a.rest; }) {
    auto rest = with_last(a.rest, std::move(last));
    return chain<std::remove_cvref_t<decltype(a.first)>, decltype(rest)>(a.first, std::move(rest));
  } else {
    return last;
  }
}
template <class M>
inline constexpr bool gives_number = std::is_same_v<std::remove_cvref_t<decltype(std::declval<M const&>()(std::declval<typename M::statistic const&>(), std::declval<row_info const&>()))>, double>;

template <class>
struct measured_numbers {
  static constexpr bool all = false;
};
template <class... Name, class... M>
struct measured_numbers<measurement<named<Name, M>...>> {
  static constexpr bool all = (gives_number<M> && ...);
  static constexpr std::size_t count = sizeof...(M);
  /// The columns of a record of this measurement, by metric.
  template <class Record>
  static auto columns(Record const& r) -> std::vector<values_by_scale> {
    return {r[Name{}]...};
  }
  template <class Record>
  static auto interval_columns(Record const& r) -> std::vector<std::vector<interval>> {
    return {r[Name{}]...};
  }
  /// The same metrics, each with an interval.
  static auto with_intervals(measurement<named<Name, M>...> const& m, interval_options const& o) {
    return std::apply([&](auto const&... one) { return measure(Name{} = with_interval(one, o)...); }, m.metrics());
  }
  /// A record of one value per name.
  template <class Make>
  static auto record_of(Make const& make) {
    return [&]<std::size_t... K>(std::index_sequence<K...>) { return make_record(Name{} = make(K)...); }(std::index_sequence_for<M...>{});
  }
};

/// What can be run many times: `split(…) | … | measure(…)` of numbers.
template <class A>
consteval void explain_numbers() {
  if constexpr (!is_study_of_cells<A>)
    static_assert(never<A>, "equipoise: a study with nulls and controls begins with split(cells), as labels are dealt anew: split(…) | pyramid(…) | measure(…); for brain states give within(recording, epochs) in place of the recording");
  else
    static_assert(measured_numbers<std::remove_cvref_t<decltype(last_of(std::declval<A const&>()))>>::all,
                  "equipoise: a null needs numbers: name the number of a metric with several, as in number(peak_lag{}, &peak_lag::value::interpolated)");
}
template <class A>
using numbers_of_study = measured_numbers<std::remove_cvref_t<decltype(last_of(std::declval<A const&>()))>>;

/// The values of a study's metrics on a source.
template <class Source, class A>
auto numbers_on(Source const& source, A const& study) -> std::vector<values_by_scale> {
  return numbers_of_study<A>::columns(run(source, study));
}
}  // namespace detail

/// A study of cells.
template <class A>
concept study_of_cells = detail::is_study_of_cells<A>;

/// The same study with other labels.
template <class Rest>
auto relabelled(chain<split, Rest> const& study, std::vector<cell> cells) -> chain<split, Rest> {
  return {split(std::move(cells)), study.rest};
}

/// How drivers that draw many times are run.
struct draw_options {
  std::int64_t draws = 1000;
  std::uint64_t seed = 1;
  work_sharing each = one_by_one;                 ///< `on_threads(n)` of parallel/each.hpp
  std::function<void(double)> progress = nullptr; ///< told the share that is done, from whatever thread did it
};

/// Values of every metric of a study on draws 0 … draws − 1 of a surrogate.
///
/// Result   [metric][scale].values[draw]; the same for any way of sharing the work
/// Errors   `error` for no draws; those of the surrogate and of the study
/// Cost     per draw that of the surrogate and of the study
template <class X, class S, class A>
  requires detail::readable_again<X>
auto surrogate_values(X const& x, S const& null, A const& study, draw_options const& o) -> std::vector<std::vector<null_draws>> {
  detail::explain_numbers<A>();
  if (o.draws < 1) throw error("surrogate_values: at least one draw is needed");
  return detail::with_table(x, [&](auto const& table) {
    auto const n = static_cast<std::size_t>(o.draws);
    std::vector<std::vector<values_by_scale>> all(n);
    std::atomic<std::size_t> done{0};
    o.each(n, [&](std::size_t k) {
      all[k] = detail::numbers_on(table | null.draw(o.seed, k), study);
      if (auto const now = ++done; o.progress) o.progress(static_cast<double>(now) / static_cast<double>(n));
    });
    std::vector<std::vector<null_draws>> out(detail::numbers_of_study<A>::count);
    for (std::size_t m = 0; m < out.size(); ++m) {
      out[m].resize(all[0][m].size());
      for (std::size_t s = 0; s < out[m].size(); ++s)
        for (auto const& draw : all) out[m][s].values.push_back(draw[m][s]);
    }
    return out;
  });
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
