// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// How drivers that do many independent pieces of work are told to share them out: in order by default, on threads where the user says so.

#include <cstddef>
#include <functional>

#include "config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// A way of doing n pieces of work: `how(n, f)` calls f(0) … f(n − 1), once each, in any order and on any threads, and returns when all are done.
///
/// Results must not depend on it: each piece writes to a place of its own. `on_threads(n)` of parallel/each.hpp is one; a pool of your own is another.
using work_sharing = std::function<void(std::size_t, std::function<void(std::size_t)> const&)>;

/// All pieces in order, on the calling thread: the default.
inline void one_by_one(std::size_t n, std::function<void(std::size_t)> const& f) {
  for (std::size_t k = 0; k < n; ++k) f(k);
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
