// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Independent pieces of work on several threads: draws of a null, controls, scales.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "../core/work.hpp"
#include "threads.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A `work_sharing` over n threads, the calling one among them; each takes the next piece that nobody has begun. 0: one a processor.
///
/// Errors   the first exception of any piece, when all threads have stopped; pieces not begun by then are not done
class on_threads {
 public:
  explicit on_threads(std::size_t n = 0) : threads_(std::clamp<std::size_t>(n == 0 ? std::thread::hardware_concurrency() : n, 1, detail::most_threads)) {}

  void operator()(std::size_t n, std::function<void(std::size_t)> const& f) const {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr problem;
    auto work = [&]() noexcept {
      try {
        for (std::size_t k; (k = next.fetch_add(1)) < n;) f(k);
      } catch (...) {
        next = n;
        std::lock_guard const lock(mutex);
        if (!problem) problem = std::current_exception();
      }
    };
    {
      std::vector<std::jthread> others;
      try {
        for (std::size_t k = 1; k < (std::min)(threads_, n); ++k) others.emplace_back(work);
      } catch (std::system_error const&) {  // no more threads to be had: those at hand do the work
      }
      work();
    }
    if (problem) std::rethrow_exception(problem);
  }

 private:
  std::size_t threads_;
};

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
