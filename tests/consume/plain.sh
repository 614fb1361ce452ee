#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# What the documentation says of use without CMake: plain.sh OUTPUT SOURCE... compiles with one short line, and runs an example.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
out=$1
shift
mkdir -p "$(dirname "$out")"
set -x
"${CXX:-g++}" -std=c++20 -O3 -march=native -I "$root/include" "$@" -o "$out"
set +x
cd "$root"  # where examples look for the recording that is shipped
case $1 in */ei_balance/*) "$out" --help >/dev/null ;; *) "$out" ;; esac
