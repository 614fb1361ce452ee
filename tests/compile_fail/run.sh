#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Each program must not compile, and the sentence of its first line, `// expect: …`, must stand in the first ten lines that the compiler says.
#   run.sh COMPILER [options] [-- FILE...]      without files: every program in this folder
set -u
here=$(cd "$(dirname "$0")" && pwd)
command=
while [ $# -gt 0 ] && [ "$1" != -- ]; do command="$command $1"; shift; done
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- "$here"/*.cpp
wrong=0
for source; do
  expected=$(sed -n '1s|^// expect: ||p' "$source")
  if [ -z "$expected" ]; then echo "$source: line 1 is not '// expect: sentence'"; wrong=$((wrong + 1)); continue; fi
  # shellcheck disable=SC2086
  if said=$($command -std=c++20 -fsyntax-only -fdiagnostics-color=never -I "$here/../../include" "$source" 2>&1); then
    echo "$source: compiles, and must not"; wrong=$((wrong + 1))
  elif ! printf '%s\n' "$said" | head -n 10 | grep -qF -- "$expected"; then
    echo "$source: '$expected' does not stand in the first ten lines of:"; printf '%s\n' "$said" | head -n 14 | cut -c1-300 | sed 's/^/    /'; wrong=$((wrong + 1))
  fi
done
if [ $wrong -gt 0 ]; then echo "$wrong of $# programs fail wrongly"; exit 1; fi
echo "$# programs are refused with their sentence by$command"
