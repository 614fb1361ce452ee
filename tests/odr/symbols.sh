#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# symbols.sh NM OBJECT OBJECT: no function or variable of the library may have the same name in both, or the linker keeps only one of the two.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for k in 1 2; do
  shift_to=$((k + 1))
  eval "object=\${$shift_to}"
  # shellcheck disable=SC2154
  "$1" --defined-only "$object" | awk '$3 ~ /9equipoise/ { print $3 }' | sort -u >"$work/$k"
done
if [ ! -s "$work/1" ] || [ ! -s "$work/2" ]; then echo "no symbol of equipoise in the objects: nothing was compared"; exit 1; fi
comm -12 "$work/1" "$work/2" >"$work/both"
if [ -s "$work/both" ]; then
  echo "$(wc -l <"$work/both") names stand in both objects, so that one would run the other's code; the first of them:"
  head -n 20 "$work/both" | c++filt
  exit 1
fi
echo "$(wc -l <"$work/1") and $(wc -l <"$work/2") names of the library, none of them shared"
