#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Prints the tables of docs/reference/surrogates.md, "Measured sizes": run.sh [RECORDINGS [DRAWS]], 1 000 and 99 if not given. Takes some minutes.
# Or those of docs/reference/significance.md, "Measured": run.sh monosynaptic [RECORDINGS], 40 if not given, which takes one; the page has 180.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=calibration
if [ "${1:-}" = monosynaptic ]; then
  program=monosynaptic
  shift
fi
"${CXX:-c++}" -std=c++20 -O3 -march=native -ffp-contract=off -I "$here/../../include" "$here/$program.cpp" -o "$work/$program"
"$work/$program" "$@"
