// SPDX-License-Identifier: BSL-1.0
// A user's program: it includes the library as a user does, and runs something of each heavy dependency's header.
#include <equipoise/classify/threshold.hpp>
#include <equipoise/equipoise.hpp>

#ifdef CONSUME_REPORT
#include <equipoise/report/figure.hpp>
#endif
#include <cstdio>

int main() {
  using namespace equipoise::literals;
  auto const record = equipoise::make_record("width"_n = equipoise::simd::width<equipoise::simd::best_arch, float>);
  std::printf("equipoise %d, %zu floats a register\n", EQUIPOISE_VERSION, record["width"_n]);
  return record["width"_n] >= 4 ? 0 : 1;
}
