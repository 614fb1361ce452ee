// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A study of one recording on several threads: a recording that can be read again → the result of a single pass, bit for bit, for any number
/// of threads.
///
/// How-to   docs/how-to/threads.md

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "../core/part.hpp"
#include "../pipeline/run.hpp"
#include "../spikes/blocks.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// How a run on threads is watched and stopped.
struct parallel_options {
  /// Called with the fraction of the observed time that is done, ascending, in the end once with 1; always by the thread that called
  /// `run_parallel`. What it throws ends the run.
  std::function<void(double)> progress{};
  /// Asked before each block. A run that is stopped ends in `cancelled`.
  std::stop_token stop{};
};

/// A run was stopped on request; there is no result.
class cancelled : public error {
 public:
  using error::error;
};

namespace detail {

/// Chunks of work 0, 1, … in time order, shared out among workers.
///
/// Each worker owns a contiguous share and takes it front to back; one that has nothing left takes over the later half of the largest share. So a
/// state absorbs a few long stretches in order, which is its fast path in place. A common counter would balance as well, but deal each worker
/// every n-th chunk, and each seam costs a state an open bin per scale, and lagged statistics a run, until it is merged.
/// A lock will do: a chunk is worth milliseconds.
class shared_chunks {
 public:
  shared_chunks(std::size_t chunks, std::size_t workers) {
    for (std::size_t k = 0; k < workers; ++k) left_.push_back({chunks * k / workers, chunks * (k + 1) / workers});
  }
  /// The next chunk of a worker; nothing if all have been taken.
  auto next(std::size_t worker) -> std::optional<std::size_t> {
    std::lock_guard const lock(mutex_);
    auto& mine = left_[worker];
    if (mine.size() == 0) {
      auto& most = *std::max_element(left_.begin(), left_.end(), [](range a, range b) { return a.size() < b.size(); });
      if (most.size() == 0) return std::nullopt;
      auto const middle = most.from + most.size() / 2;
      mine = {middle, std::exchange(most.to, middle)};
    }
    return mine.from++;
  }

 private:
  struct range {
    std::size_t from{}, to{};
    [[nodiscard]] auto size() const noexcept -> std::size_t { return to - from; }
  };
  std::mutex mutex_;
  std::vector<range> left_;
};

inline constexpr std::size_t most_threads = 1024;  // more are a slip of the pen

/// So many chunks that the last ones even out, none much shorter than two seconds, as seams are not free.
template <tick T>
auto chunks_for(T observed, std::size_t workers) -> std::size_t {
  auto const by_time = static_cast<std::size_t>(observed / std::chrono::ceil<T>(std::chrono::seconds{2}));
  return std::clamp(by_time, workers, 64 * workers);
}

/// One run: what the threads share. Each keeps one state; they are merged when all have stopped.
template <class Source, class A>
class parallel_run {
  using T = typename Source::tick_type;
  using state = state_of<A, T>;

 public:
  parallel_run(Source const& source, A const& study, std::size_t threads, parallel_options const& options)
      : source_(source), study_(study), options_(options), layout_(source.blocks().layout()), observed_(observed_time(source)), workers_(threads), chunks_(chunks_for(observed_.total(), threads)), left_(chunks_, threads), states_(threads) {}

  auto operator()() -> state {
    {
      std::vector<std::jthread> others;
      others.reserve(workers_ - 1);
      try {
        for (std::size_t k = 1; k < workers_; ++k) others.emplace_back([this, k] { work(k); });
      } catch (std::system_error const&) {  // no more threads to be had: those at hand take the work over
      }
      work(0);
    }
    if (problem_) std::rethrow_exception(problem_);
    if (done_ < observed_.total().count()) throw cancelled("run_parallel: stopped on request after " + std::to_string(static_cast<int>(100 * fraction())) + " % of the observed time");
    auto& whole = states_.front();
    if (!whole) whole.emplace(study_.start(layout_));
    for (std::size_t k = 1; k < workers_; ++k)
      if (auto& s = states_[k]) whole->merge(*s), s.reset();
    if (options_.progress && told_ < 1) options_.progress(1);
    return std::move(*whole);
  }

 private:
  void work(std::size_t worker) noexcept {
    try {
      std::optional<state> mine;  // of this thread's stack until the end, so that no two threads write to one cache line
      while (auto const chunk = over() ? std::nullopt : left_.next(worker)) {
        if (!mine) mine.emplace(study_.start(layout_));
        auto const when = share(observed_, {*chunk, chunks_});
        auto blocks = source_.blocks(when);
        while (auto const block = blocks.next()) {
          if (over()) return;
          mine->absorb(expect_sound(*block, layout_.units));
        }
        done_ += when.total().count();
        if (worker == 0) tell();
      }
      states_[worker] = std::move(mine);
    } catch (...) {
      std::lock_guard const lock(mutex_);
      if (!problem_) problem_ = std::current_exception();
      failed_ = true;
    }
  }
  [[nodiscard]] auto over() const noexcept -> bool { return failed_.load(std::memory_order_relaxed) || options_.stop.stop_requested(); }
  [[nodiscard]] auto fraction() const noexcept -> double {
    auto const all = observed_.total().count();
    return all == 0 ? 1 : static_cast<double>(done_.load()) / static_cast<double>(all);
  }
  void tell() {
    auto const now = fraction();
    if (!options_.progress || now <= told_) return;
    told_ = now;
    options_.progress(now);
  }

  Source const& source_;
  A const& study_;
  parallel_options const& options_;
  equipoise::layout<T> layout_;
  epochs<T> observed_;
  std::size_t workers_, chunks_;
  shared_chunks left_;
  std::vector<std::optional<state>> states_;  // each written by its worker, read when all have ended
  std::atomic<std::int64_t> done_{0};         // ticks
  double told_ = 0;                           // by the calling thread
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::exception_ptr problem_;
};

}  // namespace detail

/// The state of a study after all of a recording, absorbed by n threads and merged.
///
/// Input    anything `restrictable`: `spike_table`, `recording`, `within(…)`. Its `blocks(epochs)` is called from several threads at once; n = 0
///          stands for `std::thread::hardware_concurrency()`, n = 1 for the calling thread alone
/// Result   the state of a single pass, ==, whatever n
/// Errors   the first exception of any thread, when all have stopped; `cancelled` on request
/// Memory   n states, and the kernels' working memory of n threads, at most a few MB each. Nothing is copied of the recording
template <class Source, analysis A>
auto parallel_state(Source const& source, A const& study, std::size_t n = 0, parallel_options const& options = {}) {
  if constexpr (!restrictable<Source>) {
    static_assert(never<Source>, "equipoise: threads share a recording out by time, so it must be readable again and in parts: blocks() and blocks(epochs), as spike_table, recording and within(…) have; of a source that can be read once, make a spike_table first");
    return refused{};
  } else if constexpr (!detail::takes_events<A>) {
    static_assert(never<A>, "equipoise: this analysis does not take events; begin it with split(…): split(…) | pyramid(…) | measure(…)");
    return refused{};
  } else {
    if (n == 0) n = (std::max)(1u, std::thread::hardware_concurrency());
    return detail::parallel_run<Source, A>(source, study, (std::min)(n, detail::most_threads), options)();
  }
}

/// Runs a study over a recording on n threads: `run_parallel(recording, study, 8)`.
///
/// Result   what `recording | study` gives, bit for bit, whatever n
/// Errors   those of `parallel_state`
/// Cost     that of a single pass divided by n, and a merge per thread
template <class Source, analysis A>
auto run_parallel(Source const& source, A const& study, std::size_t n = 0, parallel_options const& options = {}) {
  if constexpr (restrictable<Source> && detail::takes_events<A>) return study.finish(parallel_state(source, study, n, options));
  else return parallel_state(source, study, n, options);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
