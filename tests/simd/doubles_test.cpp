// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <equipoise/simd/doubles.hpp>
#include <vector>

using namespace equipoise;

namespace {
/// The same of a register as of each of its numbers.
template <class V>
void same_as_numbers() {
  using many = simd::detail::doubles<V>;
  using one = simd::detail::doubles<double>;
  static_assert(one::size == 1);
  std::vector<double> const x{0.0, 1.0, 2.25, 1e-3, 3.0, 1e10, 7.0, 0.1}, y{1.0, -1.0, 5.0, 0.5, -0.0, 2.0, 6.5, 0.1};
  for (std::size_t k = 0; k + many::size <= x.size(); k += many::size) {
    auto const a = many::load(x.data() + k), b = many::load(y.data() + k);
    std::array<double, 8> root{}, chosen{}, scaled{}, kept{};
    many::store(many::root(a), root.data()), many::store(many::select(a < b, a, b), chosen.data()), many::store(a, kept.data());
    many::store(many::scaled(b, V(0x1.8p52 + 3)), scaled.data());  // the last bits hold 3
    for (std::size_t l = 0; l < many::size; ++l) {
      CHECK(kept[l] == x[k + l]);
      CHECK(root[l] == std::sqrt(x[k + l]));
      CHECK(chosen[l] == (x[k + l] < y[k + l] ? x[k + l] : y[k + l]));
      if (y[k + l] != 0) CHECK(scaled[l] == 8 * y[k + l]);
      CHECK(std::bit_cast<std::uint64_t>(root[l]) == std::bit_cast<std::uint64_t>(one::root(x[k + l])));
    }
  }
}
}  // namespace

TEST_CASE("doubles: a register does to each number what a number does") {
  same_as_numbers<double>();
  same_as_numbers<simd::batch<simd::best_arch, double>>();
#if defined(__x86_64__)
  same_as_numbers<simd::batch<xsimd::sse2, double>>();
#endif
}
