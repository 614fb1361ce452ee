#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# User seconds to compile what a user includes, at -O2, the best of three: run.sh [COMPILER]. With STRICT=1 it fails above a limit; a shared
# machine can be slower by half, so that it does not by default.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
cxx=${1:-${CXX:-c++}}
work=$(mktemp -d)
over=0
trap 'rm -rf "$work"' EXIT

# The user seconds of one command and its children.
user_seconds() {
  sh -c '"$@" || exit 1; times' sh "$@" >"$work/times" || return 1
  sed -n 2p "$work/times" | sed -e 's/ .*//' -e 's/m/ /' -e 's/s//' | awk '{ printf "%.2f", $1 * 60 + $2 }'
}

# measure NAME LIMIT SOURCE
measure() {
  best=
  for _ in 1 2 3; do
    t=$(user_seconds "$cxx" -std=c++20 -O2 -I "$root/include" -c "$3" -o "$work/object.o")
    best=$(printf '%s\n' "${best:-$t}" "$t" | sort -n | head -n 1)
  done
  printf '%-24s %6s s   limit %s s%s\n' "$1" "$best" "$2" "$(awk -v t="$best" -v l="$2" 'BEGIN { if (t > l) print "   OVER" }')"
  if awk -v t="$best" -v l="$2" 'BEGIN { exit !(t > l) }'; then over=1; fi
}

echo "$("$cxx" --version | head -n 1), -O2, user seconds, best of 3"
printf '#include <equipoise/equipoise.hpp>\n' >"$work/umbrella.cpp"
for folder in core concepts; do
  for header in "$root/include/equipoise/$folder"/*.hpp; do printf '#include <equipoise/%s/%s>\n' "$folder" "$(basename "$header")"; done
done >"$work/core.cpp"
measure 'core and concepts' 1.3 "$work/core.cpp"
measure 'the umbrella' 4 "$work/umbrella.cpp"
if [ -e "$here/study_16.cpp" ]; then measure 'a study of 16 metrics' 6 "$here/study_16.cpp"; fi
[ "${STRICT:-0}" = 0 ] || exit $over
