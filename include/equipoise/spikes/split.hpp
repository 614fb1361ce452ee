// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Events of all units → excitatory and inhibitory events: which unit belongs to E, to I, to neither. 64-bit ticks become 32-bit offsets.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../concepts/balance.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The first stage of a study: `split(cells) | pyramid(scales) | measure(…)`.
///
/// Errors   `error` from `start` if the labelling has another number of units than the recording
/// Cost     one pass over the events, no branch per event
class split : public stage_base {
 public:
  using takes = events;
  using gives = ei_events;

  explicit split(std::vector<cell> cells) : cells_(std::make_shared<std::vector<cell> const>(std::move(cells))) {}
  explicit split(labelling const& labels) : split(labels.cells) {}
  [[nodiscard]] auto cells() const noexcept -> std::vector<cell> const& { return *cells_; }

  template <tick T>
  [[nodiscard]] auto layout_after(layout<T> const& l) const -> ei_layout<T> {
    ei_layout<T> out{l.when, {}, l.units, l.anchor};
    for (std::size_t u = 0; u < (std::min)(cells_->size(), l.units); ++u)  // `attach` refuses labels that do not fit
      if (l.has(u)) out.sizes.e += (*cells_)[u] == cell::e, out.sizes.i += (*cells_)[u] == cell::i;
    return out;
  }

  template <tick T, class Down>
  class state : public state_base {
   public:
    Down down;

    state(std::shared_ptr<std::vector<cell> const> cells, Down d) : down(std::move(d)), cells_(std::move(cells)) {}
    static auto fields(auto& s) { return std::tie(s.down); }
    auto merge(state const& o) -> state& {
      if (*cells_ != *o.cells_) throw error("split: states of different labellings cannot be merged");
      down.merge(o.down);
      return *this;
    }
    void expect(window<T> w) const { detail::expect(down, w); }
    void settle(T before) { detail::settle(down, before); }
    static auto setup(auto const& s) { return std::tie("labels", *s.cells_); }
    /// A block longer than an offset can say is cut.
    void absorb(event_block<T> const& b) {
      constexpr auto longest = T{std::int64_t{1} << 32};
      if (b.when.length() <= longest) return piece(b);
      expect(b.when);  // refuse the whole block, not its second half
      for (auto t = b.when.begin; t < b.when.end; t += longest) piece(b.within({t, (std::min)(t + longest, b.when.end)}));
    }

   private:
    static constexpr bool with_units = requires { requires Down::needs_units; };

    /// No branch per event: write to both, advance one.
    void piece(event_block<T> const& b) {
      auto const n = b.size();
      auto* const at_e = detail::working<split, std::uint32_t>(2 * n + 2);
      auto* const at_i = at_e + n + 1;
      auto* const unit_e = with_units ? detail::working<state, unit_index>(2 * n + 2) : nullptr;
      auto* const unit_i = with_units ? unit_e + n + 1 : nullptr;
      auto const* const kind = cells_->data();
      auto const* const at = b.at.data();
      auto const* const unit = b.unit.data();
      auto const begin = b.when.begin.count();
      std::size_t e = 0, i = 0;
      for (std::size_t k = 0; k < n; ++k) {
        auto const offset = static_cast<std::uint32_t>(at[k] - begin);
        auto const c = kind[unit[k]];
        at_e[e] = offset;
        at_i[i] = offset;
        if constexpr (with_units) unit_e[e] = unit[k], unit_i[i] = unit[k];
        e += static_cast<std::size_t>(c == cell::e);
        i += static_cast<std::size_t>(c == cell::i);
      }
      ei_block<T> out{b.when, b.when.begin, {at_e, e}, {at_i, i}, {}, {}};
      if constexpr (with_units) out.e_unit = {unit_e, e}, out.i_unit = {unit_i, i};
      down.absorb(out);
    }
    std::shared_ptr<std::vector<cell> const> cells_;
  };

  template <tick T, class Down>
  [[nodiscard]] auto attach(layout<T> const& l, Down down) const -> state<T, Down> {
    if (l.units != cells_->size())
      throw error({.where = "split", .place = {}, .problem = "the labelling does not fit the recording", .expected = std::to_string(l.units) + " units", .found = std::to_string(cells_->size()) + " labels",
                   .advice = "give one label per unit, silent units included"});
    return {cells_, std::move(down)};
  }

 private:
  std::shared_ptr<std::vector<cell> const> cells_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
