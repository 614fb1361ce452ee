// SPDX-License-Identifier: BSL-1.0
// Two units, two instruction sets, one program: each keeps its own kernels.
#include <cstdio>

#include "probe.hpp"

int main() {
  auto const show = [](char const* name, probe const& p) {
    std::printf("%-7s %.*s: %zu floats a register, first lanes sum to %lld\n", name, static_cast<int>(p.abi.size()), p.abi.data(), p.width, static_cast<long long>(p.sum));
    auto const n = static_cast<std::int64_t>(p.width);
    return p.sum == n * (n - 1) / 2;
  };
  auto const old = old_probe();
  auto const native = native_probe();
  bool const sums = show("old", old) && show("native", native);
  bool const apart = old.width == 4 && (old.abi == native.abi ? native.width == old.width : native.width > old.width);  // the same on an old processor
  if (!sums) std::puts("a unit ran the other unit's kernel");
  if (!apart) std::puts("the units were not kept apart");
  return sums && apart ? 0 : 1;
}
