#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Analyses a recording and writes report.html into the current folder.
#   examples/run.sh                          the recording that is shipped, rat prefrontal cortex
#   examples/run.sh RECORDING [options]      a recording of one's own; the options are those of ei_balance (see ei_balance --help)
#   examples/run.sh info RECORDING           what it holds, without a report
set -eu
here=$PWD
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. .cmake/setup.sh

install_missing nlohmann-json3-dev:nlohmann/json.hpp libcli11-dev:CLI/CLI.hpp -- ninja-build:ninja esbuild:esbuild node-vega:/usr/share/nodejs/vega/index.js
configure release
cmake --build --preset release --parallel "$(jobs)" --target ei_balance
cd "$here"

if [ "${1:-}" = info ]; then exec "$root/build/release/bin/ei_balance" "$@"; fi
case ${1:-} in
  '' | -*)
    said="analysing the one that is shipped"
    case " $* " in
      *' --threshold-ms'* | *' --labels'*) ;;
      *)  # The cut for which the documentation states its figures; one cell next to it carries much of the result.
        said="$said, with --threshold-ms 0.428"
        set -- --threshold-ms 0.428 "$@"
        ;;
    esac
    case " $* " in
      *' --controls'* | *' --surrogates'*) ;;
      *) said="$said and --controls" && set -- --controls "$@" ;;
    esac
    set -- "$root/examples/data/rat_prefrontal_T224_2019_12_18" "$@"
    say "no recording named: $said"
    ;;
esac

report=$here/report.html
wanted=
for argument; do
  case $argument in
    --report) wanted=next ;;
    --report=*) wanted=named report=${argument#--report=} ;;
    *) if [ "$wanted" = next ]; then wanted=named report=$argument; fi ;;
  esac
done
[ -n "$wanted" ] || set -- "$@" --report "$report"

"$root/build/release/bin/ei_balance" "$@"
say "the report is $report"
