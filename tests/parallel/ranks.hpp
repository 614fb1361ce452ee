// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The ranks that a test program runs on: MPI begins with the first test and ends with the program.

#include <equipoise/parallel/mpi.hpp>

namespace equipoise::testing {
inline auto ranks() -> mpi::communicator const& {
  static mpi::world const world;
  return world;
}
}  // namespace equipoise::testing
