#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Prints the tables of docs/explanation/uncertainty.md: run.sh [RECORDINGS [DRAWS]], 2 000 and 200 if not given. Takes some minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${CXX:-c++}" -std=c++20 -O3 -march=native -ffp-contract=off -I "$here/../../include" "$here/coverage.cpp" -o "$work/coverage"
"$work/coverage" "$@"
