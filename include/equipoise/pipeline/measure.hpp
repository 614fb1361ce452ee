// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Metrics at the end of a study: rows of counts → statistics → named values per scale. Each distinct statistic is computed once.

#include <boost/hana/set.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>
#include <boost/hana/unpack.hpp>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"
#include "../core/record.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A metric with parameters configures its statistic: `start(row_info) → statistic`.
template <class M>
concept configures_statistic = requires(M const& m, row_info const& row) {
  { m.start(row) } -> std::same_as<typename M::statistic>;
};
/// Configurations of one statistic that several metrics ask for are joined to the larger: `joined(other) → statistic`.
template <class S>
concept joinable = requires(S const& s) {
  { s.joined(s) } -> std::same_as<S>;
};

namespace detail {
/// The distinct statistics of the metrics, as a std::tuple.
template <class... Ms>
using statistics_of = typename decltype(boost::hana::unpack(boost::hana::to_set(boost::hana::make_tuple(boost::hana::type_c<typename Ms::statistic>...)), boost::hana::template_<std::tuple>))::type;

/// An empty statistic, joined over the metrics that configure it.
template <class S, class Metrics>
auto empty_statistic(Metrics const& metrics, row_info const& row) -> S {
  std::optional<S> s;
  auto configure = [&]<class M>(M const& m) {
    if constexpr (std::same_as<typename M::statistic, S> && configures_statistic<M>) {
      if (!s) s = m.start(row);
      else if constexpr (joinable<S>) s = s->joined(m.start(row));
    }
  };
  std::apply([&](auto const&... m) { (configure(m), ...); }, metrics);
  if (s) return std::move(*s);
  if constexpr (std::default_initializable<S>) return S{};
  else static_assert(never<S>, "equipoise: a statistic without default constructor needs a metric with `start(row_info)`");
}

/// One tuple of statistics per scale, and how many complete bins each scale has had.
template <class Statistics, class Takes>
class rows_state : public state_base {
 public:
  rows_state(row_layout l, std::vector<Statistics> rows) : layout_(std::move(l)), rows_(std::move(rows)), bins_(rows_.size()) {}
  static auto fields(auto& s) { return std::tie(s.rows_, s.bins_); }
  static auto setup(auto const& s) { return std::tie("widths", s.layout_.widths, "cells", s.layout_.sizes); }
  [[nodiscard]] auto restored() const noexcept -> bool { return rows_.size() == layout_.widths.size() && bins_.size() == rows_.size(); }

  template <class C>
  void absorb(count_row<C> const& r) {
    std::apply([&](auto&... s) { (s.absorb(r), ...); }, rows_[r.scale]);
    bins_[r.scale] += static_cast<std::int64_t>(r.size());
  }
  void absorb(unit_row const& r)
    requires std::same_as<Takes, unit_counts>
  {
    auto one = [&]<class S>(S& s) {
      if constexpr (absorbs<S, unit_row>) s.absorb(r);
    };
    std::apply([&](auto&... s) { (one(s), ...); }, rows_[r.scale]);
  }
  /// Bins before `first` of scale k will not come any more.
  void settle(std::size_t k, std::int64_t first) {
    auto one = [&]<class S>(S& s) {
      if constexpr (requires { s.settle(first); }) s.settle(first);
    };
    std::apply([&](auto&... s) { (one(s), ...); }, rows_[k]);
  }
  auto merge(rows_state const& o) -> rows_state& {
    if (!(layout_ == o.layout_)) throw error("measure: states of different scales or populations cannot be merged");
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      [&]<std::size_t... J>(std::index_sequence<J...>) { (std::get<J>(rows_[k]).merge(std::get<J>(o.rows_[k])), ...); }(std::make_index_sequence<std::tuple_size_v<Statistics>>{});
      bins_[k] += o.bins_[k];
    }
    return *this;
  }
  [[nodiscard]] auto scales() const noexcept -> std::size_t { return rows_.size(); }
  [[nodiscard]] auto info(std::size_t k) const -> row_info { return {k, layout_.widths[k], layout_.sizes, bins_[k]}; }
  /// The statistic S of scale k.
  template <class S>
  [[nodiscard]] auto statistic(std::size_t k) const noexcept -> S const& {
    return std::get<S>(rows_[k]);
  }
  [[nodiscard]] auto widths() const noexcept -> std::vector<bin_width> const& { return layout_.widths; }
  [[nodiscard]] auto bins() const noexcept -> std::vector<std::int64_t> const& { return bins_; }

 private:
  row_layout layout_;
  std::vector<Statistics> rows_;
  std::vector<std::int64_t> bins_;
};

/// The values of one metric, one per scale.
template <class M, class State>
auto column_of(M const& m, State const& s) {
  std::vector<std::remove_cvref_t<decltype(m(s.template statistic<typename M::statistic>(0), s.info(0)))>> column;
  column.reserve(s.scales());
  for (std::size_t k = 0; k < s.scales(); ++k) column.push_back(m(s.template statistic<typename M::statistic>(k), s.info(k)));
  return column;
}
/// The same over parts with means of their own, where the metric can say it; else that of the whole.
template <class M, class State>
auto column_apart(M const& m, State const& whole, std::span<State const* const> parts) {
  using statistic = typename M::statistic;
  if constexpr (requires(std::span<statistic const* const> s, row_info const& row) { m.apart(s, row); }) {
    std::vector<std::remove_cvref_t<decltype(m(whole.template statistic<statistic>(0), whole.info(0)))>> column;
    for (std::size_t k = 0; k < whole.scales(); ++k) {
      std::vector<statistic const*> of_scale;
      for (auto const* s : parts) of_scale.push_back(&s->template statistic<statistic>(k));
      column.push_back(m.apart(std::span<statistic const* const>(of_scale), whole.info(k)));
    }
    return column;
  } else {
    return column_of(m, whole);
  }
}

template <class M>
consteval void explain_metric() {
  if constexpr (!requires { typename M::statistic; })
    static_assert(never<M>, "equipoise: a metric must name its statistic: `using statistic = co_moments;` (or joint_histogram, lag_moments, count_rows, your own)");
  else if constexpr (!mergeable<typename M::statistic>)
    static_assert(never<M>, "equipoise: the metric's statistic must have `merge(other) -> statistic&` and `==`, so that parts of a recording can be joined");
  else if constexpr (!accumulates<typename M::statistic, counts>)
    static_assert(never<M>, "equipoise: the metric's statistic must have `absorb(count_row<C> const&)` for C of 8, 16 and 32 bits: make it a template");
  else
    static_assert(metric<M>, "equipoise: a metric must be callable as `m(statistic const&, row_info const&)` and return a value that can be copied");
}
}  // namespace detail

/// An analysis of counts: the metrics and their names. Made by `measure(…)`.
template <class... Named>
class measurement;

// Not constrained: g++ 12 forgets constrained partial specialisations now and then in long translation units.
template <class... Name, class... M>
class measurement<named<Name, M>...> : public analysis_base {
  static_assert((metric<M> && ...), "equipoise: measure takes metrics");
  using statistics = detail::statistics_of<M...>;
  template <class S>
  static constexpr int configured = (0 + ... + static_cast<int>(std::same_as<typename M::statistic, S> && configures_statistic<M>));
  static_assert(((configured<typename M::statistic> < 2 || joinable<typename M::statistic>) && ...),
                "equipoise: two metrics configure one statistic, which therefore needs `auto joined(statistic const&) const -> statistic`");

 public:
  /// Metrics of single units need `pyramid(…).with_units()`; the others take plain counts.
  using takes = std::conditional_t<(absorbs<typename M::statistic, unit_row> || ...), unit_counts, counts>;

  explicit measurement(M... metrics) : metrics_(std::move(metrics)...) {}
  /// The metrics, in order.
  [[nodiscard]] auto metrics() const noexcept -> std::tuple<M...> const& { return metrics_; }

  /// One tuple of statistics per scale: the same type for all measurements of the same statistics, whatever their metrics and names.
  using state = detail::rows_state<statistics, takes>;

  [[nodiscard]] auto start(row_layout const& l) const -> state {
    std::vector<statistics> rows;
    for (std::size_t k = 0; k < l.widths.size(); ++k)
      rows.push_back([&]<class... S>(std::type_identity<std::tuple<S...>>) {
        return statistics{detail::empty_statistic<S>(metrics_, row_info{k, l.widths[k], l.sizes, 0})...};
      }(std::type_identity<statistics>{}));
    return state(l, std::move(rows));
  }

  /// Result   a record: "scale" (bin_width per scale), "bins" (complete bins per scale), and each metric's value per scale
  [[nodiscard]] auto finish(state const& s) const {
    return std::apply(
        [&](auto const&... m) {
          return record<named<name<"scale">, std::vector<bin_width>>, named<name<"bins">, std::vector<std::int64_t>>, named<Name, decltype(detail::column_of(m, s))>...>(s.widths(), s.bins(), detail::column_of(m, s)...);
        },
        metrics_);
  }
  /// The same over several states, each with means of its own: metrics with `apart(span of statistics, row_info)` use it, the others pool.
  [[nodiscard]] auto finish_apart(std::span<state const* const> parts) const {
    auto whole = *parts[0];
    for (auto const* s : parts.subspan(1)) whole.merge(*s);
    return std::apply(
        [&](auto const&... m) {
          return record<named<name<"scale">, std::vector<bin_width>>, named<name<"bins">, std::vector<std::int64_t>>, named<Name, decltype(detail::column_of(m, whole))>...>(whole.widths(), whole.bins(), detail::column_apart(m, whole, parts)...);
        },
        metrics_);
  }

 private:
  std::tuple<M...> metrics_;
};

/// The end of a study: `measure("rho"_n = zero_lag_correlation{}, "lag"_n = peak_lag{.within = 20})`.
///
/// Result   an analysis of counts whose result is a record with "scale", "bins" and one column per name
/// Errors   at compile time, a sentence per thing that is not a metric
template <class... Name, metric... M>
  requires(sizeof...(M) > 0)
auto measure(named<Name, M>... metrics) {
  static_assert(detail::distinct<name<"scale">, name<"bins">, name<"incomplete">, Name...>,
                "equipoise: two metrics have the same name, or one has a name of the result's own columns (scale, bins, incomplete)");
  return measurement<named<Name, M>...>(std::move(metrics.value)...);
}
template <class... Name, class... M>
  requires(!(metric<M> && ...))
auto measure(named<Name, M>...) {
  (detail::explain_metric<M>(), ...);
  return refused{};
}
template <class... X>
  requires(sizeof...(X) == 0 || (!requires { typename X::name_type; } || ...))
auto measure(X...) {
  static_assert(never<X...>, "equipoise: measure takes named metrics: measure(\"rho\"_n = zero_lag_correlation{}, …)");
  return refused{};
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
