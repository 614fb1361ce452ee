#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Reads the sources and holds them against the rules of the house. sh structure.sh RULE [file with the list of built tests]
#   layers      a folder includes only what its layer may; heavy headers stay in their places; no cycles
#   umbrella    equipoise.hpp includes every header but the leaves', those that need Boost.Math, which takes a second to read, and those that need kissfft,
#               which need not be there
#   lengths     no header above 300 lines, median at most 160
#   form        SPDX line, #pragma once and a \file block in this order; the ABI namespace around every declaration
#   mirrors     every header has its test, no test is empty, and the build knows every test
#   units       no floating number in a public signature is a time, rate or voltage without its unit in its name
#   docs        code quoted in the documentation is the code of the example it names; each formula's header holds the name that computes it
#   examples    an example has less than 80 lines, and what users write themselves is short
set -eu
cd "$(dirname "$0")/../.."
LC_ALL=C
export LC_ALL
headers=$(find include/equipoise -name '*.hpp' | sort)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
breaches=$work/breaches
: >"$breaches"
leaves='io parallel report testing'

# The folders that a folder may include beside itself.
allowed() {
  low='core concepts'
  mid='core concepts simd spikes'
  stats='core concepts stats scales'
  all="$mid pipeline stats scales correlate network synthetic classify balance states inference"
  case $1 in
    core) echo ;;
    concepts) echo core ;;
    simd | spikes | pipeline) echo "$low" ;;
    stats | scales | correlate | network | synthetic) echo "$mid" ;;
    classify) echo "$mid correlate stats" ;;
    balance) echo "$stats" ;;
    states) echo "$stats spikes balance" ;;
    inference | io | parallel | report | testing) echo "$all" ;;
    *) echo "?" ;;
  esac
}

# Where a third-party header may be included (a pattern over paths below include/equipoise), by its first folder or its name.
place_of() {
  case $1 in
    xsimd/*) echo 'simd/*|network/*' ;;
    xtensor/* | xtl/*) echo 'io/*' ;;
    range/v3/*) echo 'spikes/views.hpp' ;;
    boost/hana.hpp) echo 'nowhere: include the parts that are needed' ;;
    boost/hana/*) echo 'core/record.hpp|pipeline/*' ;;
    boost/math/*) echo 'stats/*|correlate/*|classify/*|balance/*|states/*|inference/*|synthetic/*' ;;
    kissfft/kissfft.hh) echo 'inference/phase_randomised_bins.hpp' ;;
    nlohmann/*) echo 'report/*' ;;
    *intrin.h | arm_neon.h | arm_sve.h) echo 'simd/*|network/*' ;;
    hdf5*.h | H5*.h) echo 'io/nwb.hpp|io/simulators.hpp' ;;
    mpi.h) echo 'parallel/mpi*.hpp' ;;
    zlib.h) echo 'io/*' ;;
    sys/mman.h) echo 'io/*|correlate/carrying_table.hpp' ;;  # large pages
    sys/* | fcntl.h | unistd.h) echo 'io/*' ;;
    *[/.]*) echo 'nowhere: it is not a dependency of the project' ;;
    *) echo '*' ;;
  esac
}

# is_in PATH 'pattern|pattern'
is_in() {
  set -f
  old=$IFS
  IFS='|'
  for pattern in $2; do
    IFS=$old
    # shellcheck disable=SC2254
    case $1 in $pattern) set +f; return 0 ;; esac
  done
  IFS=$old
  set +f
  return 1
}

# The own header that an include names, as a path below include/equipoise; both spellings are understood.
own_target() {
  case $2 in
    equipoise/*) echo "${2#equipoise/}" ;;
    *) echo "$(dirname "$1")/$2" | sed -e 's|^\./||' -e ':a' -e 's|[^/]*/\.\./||' -e 'ta' ;;
  esac
}

# Lines `header kind name` for all includes, kind being < or ".
includes() {
  # shellcheck disable=SC2086
  awk '/^[ \t]*#[ \t]*include[ \t]*["<]/ {
    line = $0; sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
    kind = substr(line, 1, 1); name = substr(line, 2); sub(/[">].*/, "", name)
    path = FILENAME; sub(/^include\/equipoise\//, "", path)
    print path, kind, name }' $headers
}

rule_layers() {
  : >"$work/edges"
  includes >"$work/includes"
  while read -r path kind name; do
    folder=${path%%/*}
    case $kind$name in
      '"'* | '<equipoise/'*)
        target=$(own_target "$path" "$name")
        [ -e "include/equipoise/$target" ] || echo "$path includes $name, which does not exist" >>"$breaches"
        echo "$path $target" >>"$work/edges"
        [ "$path" != equipoise.hpp ] || continue
        to=${target%%/*}
        if [ "$to" = "$folder" ]; then continue; fi
        case "$path $target" in parallel/mpi*.hpp\ io/checkpoint.hpp) continue ;; esac
        case " $(allowed "$folder") " in
          *' ? '*) echo "$path: the folder $folder has no place in the table of layers" >>"$breaches" ;;
          *" $to "*) ;;
          *) echo "$path includes $target: the layer $folder may not include $to" >>"$breaches" ;;
        esac
        ;;
      *)
        place=$(place_of "$name")
        is_in "$path" "$place" || echo "$path includes <$name>, whose place is $place" >>"$breaches"
        ;;
    esac
  done <"$work/includes"
  tsort "$work/edges" >/dev/null 2>"$work/cycle" || sed 's/^tsort: /a cycle of includes: /' "$work/cycle" >>"$breaches"
  summary="$(wc -l <"$work/includes") includes of $(echo "$headers" | wc -l) headers"
}

# The headers that reach Boost.Math or kissfft, as paths below include/equipoise.
kept_apart() {
  includes >"$work/includes"
  awk '$3 ~ /^(boost\/math|kissfft)\// { print $1 }' "$work/includes" | sort -u >"$work/needs"
  while read -r path kind name; do
    case $kind$name in '"'* | '<equipoise/'*) echo "$path $(own_target "$path" "$name")" ;; esac
  done <"$work/includes" >"$work/edges"
  while awk 'NR == FNR { needs[$1]; next } $2 in needs && !($1 in needs) { print $1 }' "$work/needs" "$work/edges" | sort -u >"$work/more" && [ -s "$work/more" ]; do cat "$work/more" >>"$work/needs"; done
  cat "$work/needs"
}

rule_umbrella() {
  umbrella=include/equipoise/equipoise.hpp
  kept_apart >"$work/apart"
  if [ ! -e $umbrella ]; then
    echo "$umbrella is missing" >>"$breaches"
  else
    for header in $headers; do
      path=${header#include/equipoise/}
      [ "$path" != equipoise.hpp ] || continue
      case " $leaves " in *" ${path%%/*} "*) leaf=yes ;; *) leaf=no ;; esac
      if grep -qx "$path" "$work/apart"; then leaf=yes; fi
      if grep -q "^#include [\"<]\(equipoise/\)\{0,1\}${path}[\">]" $umbrella; then listed=yes; else listed=no; fi
      if [ $leaf = yes ] && [ $listed = yes ]; then echo "the umbrella includes $path, which is a leaf or needs Boost.Math or kissfft" >>"$breaches"; fi
      if [ $leaf = no ] && [ $listed = no ]; then echo "the umbrella lacks $path" >>"$breaches"; fi
    done
  fi
  summary=$umbrella
}

rule_lengths() {
  # shellcheck disable=SC2086
  wc -l $headers | awk '$2 != "total"' | sort -n >"$work/lengths"
  awk '$1 > 300 { print $2 " has " $1 " lines; 300 is the limit" }' "$work/lengths" >>"$breaches"
  summary=$(awk '{ n[NR] = $1 } END { m = NR % 2 ? n[(NR + 1) / 2] : (n[NR / 2] + n[NR / 2 + 1]) / 2; print NR " headers, median " m ", longest " n[NR] " lines" }' "$work/lengths")
  median=$(echo "$summary" | sed 's/.*median \([0-9]*\).*/\1/')
  [ "$median" -le 160 ] || echo "the median header has $median lines; 160 is the limit" >>"$breaches"
}

rule_form() {
  for header in $headers; do
    [ "$(sed -n 1p "$header")" = '// SPDX-License-Identifier: BSL-1.0' ] || echo "$header: line 1 is not the SPDX line" >>"$breaches"
    [ "$(sed -n 2p "$header")" = '#pragma once' ] || echo "$header: line 2 is not #pragma once" >>"$breaches"
    [ "$(sed -n 3p "$header")" = '/// \file' ] || echo "$header: line 3 does not open the /// \\file block" >>"$breaches"
    awk -v header="$header" '
      /^namespace equipoise( |::|\{)/ { opened = 1; if ($0 ~ /EQUIPOISE_ABI/) ok = 1; else waiting = 1; next }
      waiting && NF { if ($0 ~ /^inline namespace EQUIPOISE_ABI/) ok = 1; else print header ": the namespace equipoise is opened without inline namespace EQUIPOISE_ABI"; waiting = 0 }
      /^(template|struct|class|enum|inline|constexpr|auto|concept|using)/ && !opened { print header ":" FNR ": declared outside the namespace equipoise" }' "$header" >>"$breaches"
  done
  # In compile_fail, line 1 is the sentence that is expected. The licence of examples/data stands in its own files.
  find . \( -name .git -o -name build -o -path ./include -o -path ./examples/data -o -path ./tests/data \) -prune -o -type f \( -name '*.[ch]pp' -o -name '*.js' -o -name '*.py' -o -name '*.sh' \
    -o -name '*.cmake' -o -name '*.in' -o -name CMakeLists.txt -o -path ./.ci/run -o -name '.clang-*' \) -print | sed 's|^\./||' | while read -r source; do
    head -n 3 "$source" | grep -q 'SPDX-License-Identifier: BSL-1\.0' || echo "$source: no SPDX line in its first three" >>"$breaches"
  done
  summary='headers and sources'
}

rule_mirrors() {
  for header in $headers; do
    path=${header#include/equipoise/}
    case $path in */*) [ -e "tests/${path%.hpp}_test.cpp" ] || echo "$header has no tests/${path%.hpp}_test.cpp" >>"$breaches" ;; esac
  done
  find tests -name '*_test.cpp' | sort >"$work/tests"
  while read -r test; do
    grep -q TEST_CASE "$test" || echo "$test holds no test case" >>"$breaches"
    grep -qx "$(pwd -P)/$test\|$PWD/$test" "$1" || echo "$test is not built" >>"$breaches"
  done <"$work/tests"
  summary="$(wc -l <"$work/tests") tests"
}

# Declarations of members and functions stand at most two columns in; what is indented further is a function's own affair.
rule_units() {
  physical='\(time\|begin\|end\|duration\|width\|rate\|rates\|period\|delay\|latency\|interval\|lag\|voltage\|current\|amplitude\|conductance\|capacitance\)'
  # shellcheck disable=SC2086
  grep -n "^ \{0,2\}\([^ /].*[ <(,]\)\{0,1\}\(double\|float\)\( const\)\{0,1\}>\{0,1\}[ &]\{1,2\}\([a-z_]*_\)\{0,1\}$physical *[,;)={]" $headers |
    sed 's/$/   <- which unit?/' >>"$breaches" || true
  # shellcheck disable=SC2086
  grep -n 'duration<\(double\|float\)' $headers | sed 's/$/   <- time is counted in whole ticks/' >>"$breaches" || true
  summary=headers
}

rule_examples() {
  for source in examples/[0-9][0-9]_*.cpp; do
    n=$(wc -l <"$source")
    [ "$n" -lt 80 ] || echo "$source has $n lines; an example has less than 80" >>"$breaches"
    for most in metric:10 statistic:25 stage:60 neuron_model:40; do
      n=$(awk -v r="${most%:*}]" '$1 == "//" && $2 == "[endregion" { on = 0 } on && $1 !~ "^//" && NF { ++n } $1 == "//" && $2 == "[region" && $3 == r { on = 1 } END { print n + 0 }' "$source")
      [ "$n" -le "${most#*:}" ] || echo "$source: the ${most%:*} has $n lines; ${most#*:} are promised" >>"$breaches"
    done
  done
  summary="$(find examples -maxdepth 1 -name '[0-9]*.cpp' | wc -l) examples"
}

# Quoted code stands between `// [region NAME]` and `// [endregion NAME]` in the source, and in a page in the fenced block after
# `<!-- from examples/01_topic.cpp region NAME -->`; indentation common to the whole region may be taken off.
rule_docs() {
  unindent='{ line[NR] = $0; if ($0 ~ /[^ ]/) { match($0, /^ */); if (least == "" || RLENGTH < least) least = RLENGTH } }
    END { for (k = 1; k <= NR; ++k) print substr(line[k], least + 1) }'
  find README.md docs -name '*.md' 2>/dev/null | sort >"$work/pages" || true
  quotes=0
  while read -r page; do
    awk '/^<!-- from .* -->$/ { print FNR ": " $0 }' "$page" >"$work/markers"
    while read -r line marker; do
      line=${line%:}
      quotes=$((quotes + 1))
      # shellcheck disable=SC2086
      set -- $marker
      source=${3:-}
      region=${5:-}
      if [ "${4:-}" != region ] || [ "${6:-}" != '-->' ]; then
        echo "$page:$line: write <!-- from FILE region NAME -->" >>"$breaches"
        continue
      fi
      if [ ! -e "$source" ] || ! grep -q "^ *// \[region $region\]\$" "$source" || ! grep -q "^ *// \[endregion $region\]\$" "$source"; then
        echo "$page:$line: $source has no region $region" >>"$breaches"
        continue
      fi
      awk -v from="// [region $region]" -v to="// [endregion $region]" \
        '{ t = $0; sub(/^ */, "", t) } t == to { on = 0 } on && t !~ /^\/\/ \[(end)?region / { print } t == from { on = 1 }' "$source" | awk "$unindent" >"$work/code"
      awk -v after="$line" 'FNR > after && /^```/ { if (on) exit; on = 1; next } FNR > after && !on && /[^ ]/ { exit } on { print }' "$page" | awk "$unindent" >"$work/quoted"
      if ! diff "$work/code" "$work/quoted" >"$work/diff"; then
        { echo "$page:$line: the quoted text is not the region $region of $source (< source, > page):"; sed 's/^/    /' "$work/diff"; } >>"$breaches"
      fi
    done <"$work/markers"
  done <"$work/pages"
  # Rows `| quantity | formula | header | names |`; a bar within a formula is escaped.
  formulas=docs/reference/formulas.md
  if [ -e $formulas ]; then
    sed -n 's/\\|//g; s/^|[^|]*|[^|]*| *`\([^`|]*\.hpp\)` *|\([^|]*\)|.*$/\1 \2/p' $formulas | tr -d '`,()' | while read -r header names; do
      for name in $names; do
        grep -qw -- "$name" "include/equipoise/$header" 2>/dev/null || echo "$formulas: include/equipoise/$header has no $name" >>"$breaches"
      done
    done
  fi
  # A region that is opened is also closed.
  find examples -name '*.cpp' | while read -r source; do
    for word in region endregion; do sed -n "s|^ *// \[$word \(.*\)\]\$|\1|p" "$source" | sort >"$work/$word"; done
    cmp -s "$work/region" "$work/endregion" || echo "$source: a region is opened or closed only once" >>"$breaches"
  done
  summary="$quotes quotations"
}

rule=${1:?name a rule: layers, umbrella, lengths, form, mirrors, units, docs, examples}
shift
"rule_$rule" "$@"
if [ -s "$breaches" ]; then
  cat "$breaches"
  echo "$rule: $(wc -l <"$breaches") breaches in $summary"
  exit 1
fi
echo "$rule: no breach in $summary"
