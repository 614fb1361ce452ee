// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// Many tests at once: p-values → q-values by Benjamini and Hochberg.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "../core/config.hpp"

namespace equipoise {
inline namespace EQUIPOISE_ABI {

/// The false discovery rate at which each test would just be rejected.
///
///   q_(k) = min_{j ≥ k} min(1, m p_(j) / j), p_(1) ≤ … ≤ p_(m)
///
/// Input    p-values, one per test, in any order; a test that could not be made is NaN and does not count in m
/// Result   q-values in the same order, NaN where p is (with its reason)
/// Promise  rejecting all q ≤ α keeps the expected share of false rejections below α for independent tests, and for tests whose statistics depend
///          positively on one another, as neighbouring scales do
/// Errors   none
/// Source   Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57:289; Benjamini and Yekutieli 2001, Ann. Stat. 29:1165 (dependence)
inline auto false_discovery(std::span<double const> p) -> std::vector<double> {
  std::vector<double> q(p.begin(), p.end());
  std::vector<std::pair<double, std::size_t>> order;  // p beside its place: sorted without looking anything up
  order.reserve(p.size());
  for (std::size_t k = 0; k < p.size(); ++k)
    if (!std::isnan(p[k])) order.emplace_back(p[k], k);
  std::sort(order.begin(), order.end());
  auto least = 1.0;
  for (auto j = order.size(); j-- > 0;) {
    least = (std::min)(least, static_cast<double>(order.size()) * order[j].first / static_cast<double>(j + 1));
    q[order[j].second] = least;
  }
  return q;
}

}  // namespace EQUIPOISE_ABI
}  // namespace equipoise
