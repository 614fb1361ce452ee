// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A study of data that arrive block by block, from an amplifier or a network: results at any time, and an account of what came late.

#include <chrono>
#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>

#include "../core/epochs.hpp"
#include "run.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// What became of a block.
enum class arrival : std::uint8_t {
  in_order,  ///< absorbed; it begins where the latest ended, or later
  late,      ///< absorbed out of order, within the horizon
  too_late,  ///< left out: it begins before the horizon
  repeated,  ///< left out: part of its time was absorbed already
  unsound,   ///< left out: its events are not ascending, not inside its time or of units that are not there
  failed,    ///< left out: there was no memory; the study is not usable any more
};

/// Blocks by what became of them, and the spikes of those that were left out.
struct arrivals {
  std::int64_t in_order{}, late{}, too_late{}, repeated{}, unsound{}, failed{}, spikes_left_out{};
  static auto fields(auto& s) { return std::tie(s.in_order, s.late, s.too_late, s.repeated, s.unsound, s.failed, s.spikes_left_out); }
  auto operator==(arrivals const&) const -> bool = default;
};

struct stream_options {
  /// How far behind the latest time a block may begin; beyond it blocks are left out and counted. The default takes any, however late.
  std::chrono::nanoseconds horizon = (std::chrono::nanoseconds::max)();
};

namespace detail {
/// The form of a study for data that arrive without end: `a.live()` where it has one.
template <class A>
auto live_form(A a) {
  if constexpr (requires { a.live(); }) return a.live();
  else return a;
}
}  // namespace detail

/// A study under way. Made by `stream(study, layout)`; one thread at a time may use it.
///
/// Blocks in order are absorbed in place: no lock, and after warm-up no allocation. Memory does not grow with time but for gaps: each that stays
/// within the horizon keeps its open bins; behind the horizon they are settled.
template <analysis A, tick T>
class live : public state_base {
 public:
  live(A study, layout<T> const& l, stream_options const& o = {}) : study_(std::move(study)), state_(study_.start(l)), units_(l.units), horizon_(in_ticks(o.horizon)) {}

  /// All that a checkpoint needs to go on where it stopped.
  static auto fields(auto& s) { return std::tie(s.state_, s.seen_, s.arrivals_); }
  static auto setup(auto const& s) { return std::tie("horizon", s.horizon_); }

  /// Takes a block, or says why not. Time between blocks is a gap: it was not observed.
  auto absorb(event_block<T> const& block) noexcept -> arrival {
    auto const what = take(block);
    ++count(what);
    if (what > arrival::late) arrivals_.spikes_left_out += static_cast<std::int64_t>(block.size());
    return what;
  }
  /// What the study's `finish` gives now; of a `sliding` study, for the latest window.
  ///
  /// Errors   `error` after an absorb that `failed`
  [[nodiscard]] auto result() const {
    if (arrivals_.failed > 0) throw error("stream: memory ran out while a block was absorbed; what it left is not a result");
    return study_.finish(state_);
  }
  [[nodiscard]] auto state() const noexcept -> state_of<A, T> const& { return state_; }
  [[nodiscard]] auto counts() const noexcept -> arrivals const& { return arrivals_; }

 private:
  static auto in_ticks(std::chrono::nanoseconds horizon) -> std::int64_t {
    return horizon == (std::chrono::nanoseconds::max)() ? (std::numeric_limits<std::int64_t>::max)() : std::chrono::ceil<T>(horizon).count();
  }
  auto count(arrival what) noexcept -> std::int64_t& {
    switch (what) {
      case arrival::in_order: return arrivals_.in_order;
      case arrival::late: return arrivals_.late;
      case arrival::too_late: return arrivals_.too_late;
      case arrival::repeated: return arrivals_.repeated;
      case arrival::unsound: return arrivals_.unsound;
      case arrival::failed: break;
    }
    return arrivals_.failed;
  }
  auto take(event_block<T> const& block) noexcept -> arrival {
    try {
      if (arrivals_.failed > 0) return arrival::failed;
      if (!block.sound(units_)) return arrival::unsound;
      if (block.when.empty()) return arrival::in_order;
      auto const latest = seen_.hull().end;
      auto const behind = !seen_.empty() && block.when.begin < latest;
      if (behind && (latest - block.when.begin).count() > horizon_) return arrival::too_late;
      if (seen_.overlaps(block.when)) return arrival::repeated;
      seen_.add(block.when);
      state_.absorb(block);
      if (horizon_ != (std::numeric_limits<std::int64_t>::max)() && seen_.size() > 1) {  // gaps behind the horizon stay gaps
        auto const before = seen_.hull().end - T{horizon_};
        if (seen_.windows().front().end < before) {
          seen_ = restricted(seen_, {before, seen_.hull().end});
          detail::settle(state_, before);
        }
      }
      return behind ? arrival::late : arrival::in_order;
    } catch (...) {
      return arrival::failed;
    }
  }

  A study_;
  state_of<A, T> state_;
  std::size_t units_;
  std::int64_t horizon_;
  epochs<T> seen_;
  arrivals arrivals_;
};

/// The live form of a study. Disjoint blocks may come in any order within the horizon; the result is the same.
///
/// Result   a `live` study; `sliding` keeps its latest window only
template <analysis A, tick T>
auto stream(A study, layout<T> const& l, stream_options const& o = {}) {
  auto form = detail::live_form(std::move(study));
  return live<decltype(form), T>(std::move(form), l, o);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
