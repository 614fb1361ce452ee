// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// The mean of a number over seeds, how sure it is, and how far it lies from what theory says.

#include <cmath>

namespace equipoise::testing {

class over_seeds {
 public:
  void add(double x) {
    ++n_;
    auto const apart = x - mean_;
    mean_ += apart / n_, squares_ += apart * (x - mean_);
  }
  [[nodiscard]] auto n() const -> double { return n_; }
  [[nodiscard]] auto mean() const -> double { return mean_; }
  [[nodiscard]] auto variance() const -> double { return squares_ / (n_ - 1); }
  /// Of the mean.
  [[nodiscard]] auto standard_error() const -> double { return std::sqrt(variance() / n_); }
  /// |mean − theory| in standard errors.
  [[nodiscard]] auto off(double theory) const -> double { return std::abs(mean_ - theory) / standard_error(); }

 private:
  double n_ = 0, mean_ = 0, squares_ = 0;
};

}  // namespace equipoise::testing
