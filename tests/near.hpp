// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// A relative tolerance that is one: doctest's own adds 1 to the scale, so that 1 % of a number of 0.02 would allow 0.0102.

#include <doctest/doctest.h>

namespace equipoise::testing {

/// |x − truth| < relative · max(|x|, |truth|). The truth must not be 0.
inline auto near(double truth, double relative) -> doctest::Approx { return doctest::Approx(truth).epsilon(relative).scale(0); }

}  // namespace equipoise::testing
