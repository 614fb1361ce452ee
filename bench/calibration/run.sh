#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Prints the tables of docs/reference/surrogates.md, "Measured sizes": run.sh [RECORDINGS [DRAWS]], 1 000 and 99 if not given. Takes some minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${CXX:-c++}" -std=c++20 -O3 -march=native -ffp-contract=off -I "$here/../../include" "$here/calibration.cpp" -o "$work/calibration"
"$work/calibration" "$@"
