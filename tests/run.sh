#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Installs what is missing, builds the tests and runs them. Arguments go to ctest, as in: tests/run.sh -R pyramid
set -eu
cd "$(dirname "$0")/.."
. .cmake/setup.sh

# shellcheck disable=SC2119
install_missing doctest-dev:doctest/doctest.h nlohmann-json3-dev:nlohmann/json.hpp libcli11-dev:CLI/CLI.hpp \
  -- ninja-build:ninja esbuild:esbuild node-vega:/usr/share/nodejs/vega/index.js libopenmpi-dev:mpicxx libkissfft-dev:kissfft/kissfft.hh
preset=${EQUIPOISE_PRESET:-dev}
configure "$preset"
cmake --build --preset "$preset" --parallel "$(jobs)"

if ctest --preset "$preset" --no-tests=error --parallel "$(jobs)" "$@"; then
  say "all tests passed"
else
  stop "some tests failed; see above"
fi
