#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Builds the kernels' tests for one instruction set and runs them; then holds the bytes of whole states against those of this machine's plainest
# instruction set: run.sh ARCH FOLDER [folders of tests, default: simd network]
# ARCH is a value of -march, or neon, which runs emulated. What this machine cannot run is skipped (exit 77).
set -eu
arch=$1
out=$2
shift 2
[ $# -gt 0 ] || set -- simd network
root=$(cd "$(dirname "$0")/../.." && pwd)
cxx=${CXX:-c++}
plain="$cxx"
[ "$(uname -m)" != x86_64 ] || plain="$cxx -march=x86-64"
options="-march=$arch"
launch=
skip() { echo "skipped: $*"; exit 77; }

sources=
for folder; do
  for source in "$root/tests/$folder"/*_test.cpp; do [ -e "$source" ] && sources="$sources $source"; done
done
[ -n "$sources" ] || skip "no tests in $*"

flag_of() { grep -qw "$1" /proc/cpuinfo 2>/dev/null || skip "this processor has no $1, which $arch needs"; }
mkdir -p "$out"
case $arch in
  neon)
    if [ "$(uname -m)" = aarch64 ]; then options=
    else
      cxx=${CXX_AARCH64:-aarch64-linux-gnu-g++}
      command -v "$cxx" >/dev/null || skip "$cxx is not there (Debian: g++-aarch64-linux-gnu)"
      launch=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || skip "qemu-aarch64 is not there (Debian: qemu-user)"
      options='-static -Wno-psabi'
    fi
    ;;
  x86-64-v2) [ "$(uname -m)" = x86_64 ] || skip "not an x86-64"; flag_of sse4_2 ;;
  x86-64-v3) [ "$(uname -m)" = x86_64 ] || skip "not an x86-64"; flag_of avx2; flag_of fma ;;
  x86-64-v4) [ "$(uname -m)" = x86_64 ] || skip "not an x86-64"; flag_of avx512bw; flag_of avx512dq; flag_of avx512vl ;;
esac

objects=
for source in "$root/tests/main.cpp" $sources; do
  object=$out/$(basename "${source%.cpp}").o
  # Objects are kept between runs: they are made again when any header or test is newer.
  if [ ! -e "$object" ] || [ -n "$(find "$root/include" "$source" -newer "$object" -print | head -n 1)" ]; then
    # shellcheck disable=SC2086
    "$cxx" -std=c++20 -O1 -ffp-contract=off -Wall -Wextra -Wconversion -Wshadow -Wpedantic $options ${EQUIPOISE_INCLUDE:-} -DDOCTEST_CONFIG_SUPER_FAST_ASSERTS \
      -I "$root/include" -DEQUIPOISE_TEST_DATA="\"$root/tests/data\"" -DEQUIPOISE_EXAMPLE_DATA="\"$root/examples/data\"" -c "$source" -o "$object"
  fi
  objects="$objects $object"
done
# shellcheck disable=SC2086
"$cxx" $options $objects -o "$out/tests"
echo "$arch:"
$launch "$out/tests"

state_of() {  # state_of NAME COMPILER AND OPTIONS...
  name=$1
  shift
  # shellcheck disable=SC2086
  "$@" -std=c++20 -O1 -ffp-contract=off ${EQUIPOISE_INCLUDE:-} -I "$root/include" "$root/tests/arch/whole_state.cpp" -o "$out/$name"
}
# shellcheck disable=SC2086
state_of state_plain $plain
# shellcheck disable=SC2086
state_of state_here "$cxx" $options
"$out/state_plain" >"$out/plain.bytes"
$launch "$out/state_here" >"$out/here.bytes"
cmp "$out/plain.bytes" "$out/here.bytes"
echo "$arch: $(wc -c <"$out/here.bytes") bytes of states, the same as of the plainest instruction set"
