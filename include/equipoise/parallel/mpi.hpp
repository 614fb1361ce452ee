// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A study on the ranks of a cluster: one recording cut among them, or many recordings handed out; the same bits for any number of ranks.
///
/// States and results travel as the bytes of checkpoints. What fails on one rank becomes the same `error` on all, or stands beside the
/// recording that failed: no rank waits for one that has given up.
/// How-to   docs/how-to/run_on_a_cluster.md

#include <mpi.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../core/part.hpp"
#include "../io/checkpoint.hpp"
#include "../pipeline/run.hpp"
#include "../spikes/blocks.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {
namespace mpi {

namespace detail {
inline void check(int code, char const* what) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING + 1] = {};
  int n = 0;
  MPI_Error_string(code, text, &n);
  throw error({.where = "mpi", .place = what, .problem = text, .expected = {}, .found = {}, .advice = {}});
}

/// Begins MPI unless somebody has, and ends only what it began. When an exception flies past, MPI is not ended: that would wait for ranks
/// which wait for this one; the launcher ends them when this process is over.
class session {
 public:
  session() {
    int ended = 0, begun = 0;
    check(MPI_Finalized(&ended), "MPI_Finalized");
    if (ended != 0) throw error("mpi: MPI was ended already, and cannot begin again in this program; keep one world until the end of main");
    check(MPI_Initialized(&begun), "MPI_Initialized");
    if (begun != 0) return;
    int level = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level), "MPI_Init_thread");
    mine_ = true;
  }
  session(session const&) = delete;
  auto operator=(session const&) -> session& = delete;
  ~session() {
    if (mine_ && std::uncaught_exceptions() == exceptions_) MPI_Finalize();
  }

 private:
  bool mine_ = false;
  int exceptions_ = std::uncaught_exceptions();
};
}  // namespace detail

/// A group of ranks with a channel of its own: a duplicate of the MPI communicator it is made from. All ranks make it together.
///
/// Errors   what MPI reports is thrown as `error`
class communicator {
 public:
  /// Longer messages go in pieces of `largest_message` bytes: MPI counts in int.
  explicit communicator(MPI_Comm from, std::size_t largest_message = std::size_t{1} << 30) : largest_(largest_message) {
    if (largest_ == 0 || largest_ > std::size_t{1} << 30) throw error("mpi: a message may have 1 to 2^30 bytes, not " + std::to_string(largest_));
    detail::check(MPI_Comm_dup(from, &comm_), "MPI_Comm_dup");
    detail::check(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    int rank = 0, size = 0;
    detail::check(MPI_Comm_rank(comm_, &rank), "MPI_Comm_rank");
    detail::check(MPI_Comm_size(comm_, &size), "MPI_Comm_size");
    me_ = {static_cast<std::size_t>(rank), static_cast<std::size_t>(size)};
  }
  communicator(communicator const&) = delete;
  auto operator=(communicator const&) -> communicator& = delete;
  ~communicator() {
    if (std::uncaught_exceptions() == exceptions_) MPI_Comm_free(&comm_);
  }

  /// This rank of how many: `blocks_of(recording, world.part())`.
  [[nodiscard]] auto part() const noexcept -> equipoise::part { return me_; }
  [[nodiscard]] auto rank() const noexcept -> std::size_t { return me_.index; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return me_.of; }
  [[nodiscard]] auto raw() const noexcept -> MPI_Comm { return comm_; }

  /// Bytes to one rank, of any length; `receive` waits for them.
  void send(std::string_view bytes, std::size_t to, int tag = 0) const {
    std::uint64_t n = bytes.size();
    detail::check(MPI_Send(&n, sizeof n, MPI_BYTE, static_cast<int>(to), tag, comm_), "MPI_Send");
    for (std::size_t at = 0; at < bytes.size(); at += largest_) detail::check(MPI_Send(bytes.data() + at, piece(bytes.size() - at), MPI_BYTE, static_cast<int>(to), tag, comm_), "MPI_Send");
  }
  [[nodiscard]] auto receive(std::size_t from, int tag = 0) const -> std::string {
    std::uint64_t n = 0;
    detail::check(MPI_Recv(&n, sizeof n, MPI_BYTE, static_cast<int>(from), tag, comm_, MPI_STATUS_IGNORE), "MPI_Recv");
    std::string bytes(n, '\0');
    for (std::size_t at = 0; at < n; at += largest_) detail::check(MPI_Recv(bytes.data() + at, piece(n - at), MPI_BYTE, static_cast<int>(from), tag, comm_, MPI_STATUS_IGNORE), "MPI_Recv");
    return bytes;
  }
  /// The rank of which a message with that tag waits, if there is one.
  [[nodiscard]] auto waiting(int tag) const -> std::optional<std::size_t> {
    int yes = 0;
    MPI_Status status;
    detail::check(MPI_Iprobe(MPI_ANY_SOURCE, tag, comm_, &yes, &status), "MPI_Iprobe");
    return yes != 0 ? std::optional(static_cast<std::size_t>(status.MPI_SOURCE)) : std::nullopt;
  }
  /// Whether all ranks give the same number.
  [[nodiscard]] auto agree(std::uint64_t n) const -> bool {
    std::uint64_t const mine[2] = {n, ~n};
    std::uint64_t most[2] = {};
    detail::check(MPI_Allreduce(mine, most, 2, MPI_UINT64_T, MPI_MAX, comm_), "MPI_Allreduce");
    return most[0] == ~most[1];
  }
  /// The bytes of rank 0, on every rank.
  [[nodiscard]] auto broadcast(std::string bytes) const -> std::string {
    std::uint64_t n = bytes.size();
    detail::check(MPI_Bcast(&n, sizeof n, MPI_BYTE, 0, comm_), "MPI_Bcast");
    bytes.resize(n);
    for (std::size_t at = 0; at < n; at += largest_) detail::check(MPI_Bcast(bytes.data() + at, piece(n - at), MPI_BYTE, 0, comm_), "MPI_Bcast");
    return bytes;
  }

 private:
  [[nodiscard]] auto piece(std::size_t rest) const noexcept -> int { return static_cast<int>((std::min)(rest, largest_)); }
  MPI_Comm comm_{};
  equipoise::part me_;
  std::size_t largest_;
  int exceptions_ = std::uncaught_exceptions();
};

/// All ranks of the program: `eq::mpi::world const world;` at the begin of main. Begins and ends MPI, unless somebody else does.
///
/// Errors   `error` if MPI was ended before. A program without launcher is a world of one rank
class world : private detail::session, public communicator {
 public:
  world() : communicator(MPI_COMM_WORLD) {}
};

/// What became of a piece of work: its value, or the sentence that says why there is none.
template <class X>
struct outcome {
  std::optional<X> value{};
  std::string problem{};  ///< never empty where there is no value
};

namespace detail {
/// Runs f, which makes the value or works on it. After a problem nothing is run any more.
template <class X, class F>
void attempt(outcome<X>& o, F&& f) {
  if (!o.problem.empty()) return;
  try {
    f();
  } catch (std::exception const& e) {
    o.problem = e.what();
    if (o.problem.empty()) o.problem = "failed, and does not say why";
  } catch (...) {
    o.problem = "threw something that is no std::exception";
  }
  if (!o.problem.empty()) o.value.reset();
}

/// For the way to another rank: the bytes of a checkpoint and '+', or the problem and '-'.
template <class X>
auto packed(outcome<X> const& o) -> std::string {
  outcome<std::string> bytes{.value = {}, .problem = o.problem};
  attempt(bytes, [&] { bytes.value.emplace(state_bytes(*o.value) + '+'); });
  return bytes.value ? std::move(*bytes.value) : bytes.problem + '-';
}

/// States up a tree to rank 0, and the whole down again. `make` works out that of this rank; whatever fails on a rank fails on all.
template <class S, class Make>
auto reduced(communicator const& c, Make&& make) -> S {
  outcome<S> mine;
  auto here = [&](auto&& f) {
    if (!mine.problem.empty()) return;
    attempt(mine, f);
    if (!mine.problem.empty()) mine.problem = "mpi, rank " + std::to_string(c.rank()) + " of " + std::to_string(c.size()) + ": " + mine.problem;
  };
  here([&] { mine.value.emplace(make()); });
  for (std::size_t step = 1; step < c.size(); step *= 2) {
    if ((c.rank() & step) != 0) {
      c.send(packed(mine), c.rank() - step);
      break;
    }
    if (c.rank() + step >= c.size()) continue;
    auto const sent = c.receive(c.rank() + step);
    if (sent.back() == '-' && mine.problem.empty()) mine.problem = sent.substr(0, sent.size() - 1);
    here([&] {
      auto theirs = *mine.value;  // its configuration; all fields are replaced
      restore(theirs, std::string_view(sent).substr(0, sent.size() - 1));
      mine.value->merge(theirs);
    });
  }
  if (c.size() > 1) {
    auto const whole = c.broadcast(c.rank() == 0 ? packed(mine) : std::string{});
    if (whole.back() == '-') mine.problem = whole.substr(0, whole.size() - 1);
    else if (c.rank() != 0) restore(*mine.value, std::string_view(whole).substr(0, whole.size() - 1));
  }
  if (!mine.problem.empty()) throw error(mine.problem);
  return std::move(*mine.value);
}
}  // namespace detail

/// The states of all ranks, merged: `mpi::reduce(part, world)`. All ranks call it together, with states that one study started for one layout.
///
/// Result   the whole, on every rank; the same bits for any number of ranks
/// Errors   `error` on every rank, with that rank's number and its sentence, if the states of two share time or belong to unlike studies
/// Cost     the bytes of a state, log2(ranks) times up and down
template <mergeable S>
auto reduce(S state, communicator const& c) -> S {
  return detail::reduced<S>(c, [&] { return std::move(state); });
}

/// Runs a study over one recording, each rank over its share of the observed time. All ranks call it together, with the same recording.
///
/// Result   what `recording | study` gives, on every rank, bit for bit, for any number of ranks
/// Errors   `error` on every rank, with the number and the sentence of the rank that failed; at compile time, a sentence for a source that cannot
///          be shared out
template <analysis A, class Source>
auto run(A const& study, Source const& recording, communicator const& c) {
  if constexpr (!restrictable<Source>) {
    static_assert(never<Source>, "equipoise: ranks share a recording out by time, so it must be readable again and in parts: blocks() and blocks(epochs), as spike_table, recording and within(…) have; of a source that can be read once, make a spike_table first");
    return refused{};
  } else if constexpr (!equipoise::detail::takes_events<A>) {
    static_assert(never<A>, "equipoise: this analysis does not take events; begin it with split(…): split(…) | pyramid(…) | measure(…)");
    return refused{};
  } else {
    return study.finish(detail::reduced<state_of<A, typename Source::tick_type>>(c, [&] {
      auto state = study.start(recording.blocks().layout());
      absorb(state, blocks_of(recording, c.part()));
      return state;
    }));
  }
}

}  // namespace mpi
}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
