// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// An analysis that is decided on at run time: part of a fork that costs nothing where it is not asked for.

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../concepts/fold.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// `fork("whole"_n = study, "states"_n = optionally(asked ? std::optional(by_state(night) | study) : std::nullopt))`.
///
/// Result   of `finish`: a std::optional of the analysis' result, empty if there is no analysis
/// Errors   `error` from `merge` if only one of two states has an analysis
template <analysis A>
class optionally : public analysis_base {
 public:
  using takes = typename A::takes;

  explicit optionally(std::optional<A> study) : study_(std::move(study)) {}

  template <class S>
  class state : public state_base {
   public:
    explicit state(std::optional<S> inner) : inner_(std::move(inner)) {}
    static auto fields(auto& s) { return std::tie(s.inner_); }
    [[nodiscard]] auto inner() const noexcept -> std::optional<S> const& { return inner_; }

    template <class T>
    void expect(window<T> w) const {
      if (inner_) detail::expect(*inner_, w);
    }
    template <class T>
    void settle(T before) {
      if (inner_) detail::settle(*inner_, before);
    }
    template <class Item>
      requires absorbs<S, Item>
    void absorb(Item const& item) {
      if (inner_) inner_->absorb(item);
    }
    auto merge(state const& o) -> state& {
      if (inner_.has_value() != o.inner_.has_value()) throw error("optionally: a state with an analysis cannot be merged with one without");
      if (inner_) inner_->merge(*o.inner_);
      return *this;
    }

   private:
    std::optional<S> inner_;
  };

  template <class L>
  [[nodiscard]] auto start(L const& l) const {
    using inner = decltype(study_->start(l));
    return state<inner>(study_ ? std::optional<inner>(study_->start(l)) : std::nullopt);
  }
  template <class S>
  [[nodiscard]] auto finish(state<S> const& s) const {
    using result = decltype(study_->finish(*s.inner()));
    return s.inner() ? std::optional<result>(study_->finish(*s.inner())) : std::nullopt;
  }

 private:
  std::optional<A> study_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
