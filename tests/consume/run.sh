#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Installs the library, moves what was installed, and uses it in every way the documentation names. run.sh FOLDER [CMAKE]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tests/consume
mkdir -p "$1"
work=$(cd "$1" && pwd)
cmake=${2:-cmake}
cxx=${CXX:-c++}
rm -rf "${work:?}"/*
cd "$work"

step() { echo "consume: $*"; }
quietly() { "$@" >log 2>&1 || { cat log; echo "consume: failed: $*"; exit 1; }; }
# says LOG SENTENCE
says() { tr -s ' \n' ' ' <"$1" | grep -qF -- "$2" || { cat "$1"; echo "consume: this does not say '$2'"; exit 1; }; }
all_off='-DEQUIPOISE_BUILD_TESTS=OFF -DEQUIPOISE_BUILD_EXAMPLES=OFF -DEQUIPOISE_BUILD_BENCHMARKS=OFF'

step "install, and move the installed tree"
# shellcheck disable=SC2086
quietly "$cmake" -S "$root" -B library $all_off -DCMAKE_INSTALL_PREFIX="$work/first"
quietly "$cmake" --build library --target install
mv first moved
version=$(sed -n 's/^#define EQUIPOISE_VERSION \([0-9]*\).*/\1/p' "$root/include/equipoise/core/config.hpp")
version=$((version / 10000)).$((version / 100 % 100)).$((version % 100))
for header in $(cd "$root/include" && find . -name '*.hpp'); do
  [ -e "moved/include/$header" ] || { echo "consume: $header was not installed"; exit 1; }
done

for pretend in '' 3.16.3; do
  step "find_package($version), from CMake ${pretend:-of this machine}"
  quietly "$cmake" -S "$here/find_package" -B "by_package$pretend" -DCMAKE_PREFIX_PATH="$work/moved" -DWANTED="$version" -DPRETEND="$pretend"
  quietly "$cmake" --build "by_package$pretend"
  "./by_package$pretend/consumer"
done
if "$cmake" -S "$here/find_package" -B by_package_99 -DCMAKE_PREFIX_PATH="$work/moved" -DWANTED=99.0 >log 2>&1; then echo "consume: version 99 was accepted"; exit 1; fi

for pretend in '' 3.16.3; do
  step "add_subdirectory, from CMake ${pretend:-of this machine}"
  quietly "$cmake" -S "$here/add_subdirectory" -B "by_subdirectory$pretend" -DEQUIPOISE="$root" -DPRETEND="$pretend"
  quietly "$cmake" --build "by_subdirectory$pretend"
  "./by_subdirectory$pretend/consumer"
done

if command -v pkg-config >/dev/null; then
  step "pkg-config"
  flags=$(PKG_CONFIG_PATH="$work/moved/share/pkgconfig" pkg-config --cflags equipoise)
  case $flags in *"$work/moved"*) ;; *) echo "consume: '$flags' does not point into the moved tree"; exit 1 ;; esac
  [ "$(PKG_CONFIG_PATH="$work/moved/share/pkgconfig" pkg-config --modversion equipoise)" = "$version" ]
  # shellcheck disable=SC2086
  "$cxx" -std=c++20 $flags "$here/consumer.cpp" -o by_pkg_config && ./by_pkg_config
fi

step "plain -I"
"$cxx" -std=c++20 -I "$root/include" "$here/consumer.cpp" -o by_include && ./by_include

step "a missing package is named, with what to install"
without() {  # without PACKAGES... : the options under which CMake finds none of them
  options=
  for package; do options="$options -DCMAKE_DISABLE_FIND_PACKAGE_$package=ON"; done
}
without xsimd range-v3
# shellcheck disable=SC2086
if "$cmake" -S "$here/add_subdirectory" -B without_two -DEQUIPOISE="$root" $options >log 2>&1; then echo "consume: configured without xsimd"; exit 1; fi
for sentence in 'xsimd was not found, range-v3 was not found' 'apt-get install libxsimd-dev librange-v3-dev' 'vcpkg install xsimd range-v3' \
  'requirements: xsimd/[>=8.1] range-v3/[>=0.12]' 'conda install -c conda-forge xsimd range-v3' 'brew install xsimd range-v3'; do says log "$sentence"; done
# An installed package is then not found, which a project that can do without it may take.
# shellcheck disable=SC2086
if "$cmake" -S "$here/find_package" -B package_without_two -DCMAKE_PREFIX_PATH="$work/moved" -DWANTED="$version" $options >log 2>&1; then echo "consume: configured without xsimd"; exit 1; fi
for sentence in 'Reason given by package: equipoise: xsimd was not found, range-v3 was not found' 'apt-get install libxsimd-dev librange-v3-dev'; do says log "$sentence"; done

step "so is the package of a component, and a component that there is not"
without nlohmann_json
# shellcheck disable=SC2086
if "$cmake" -S "$here/find_package" -B package_without_json -DCMAKE_PREFIX_PATH="$work/moved" -DWANTED="$version" $options >log 2>&1; then echo "consume: report without nlohmann_json"; exit 1; fi
says log 'equipoise::report needs nlohmann_json, which was not found (Debian: nlohmann-json3-dev)'
if "$cmake" -S "$here/find_package" -B package_of_wishes -DCMAKE_PREFIX_PATH="$work/moved" -DWANTED="$version" -DCOMPONENT=wishes >log 2>&1; then echo "consume: a component 'wishes'"; exit 1; fi
says log "equipoise has no component 'wishes'; it has: report"

step "a missing opt-in package switches its part off, with one line each"
without nlohmann_json CLI11 benchmark doctest Threads PkgConfig
# MPI is looked for in earnest, as CMake's module makes its target even where it finds nothing.
# shellcheck disable=SC2086
quietly "$cmake" -S "$root" -B without_all $options -DMPI_SKIP_COMPILER_WRAPPER=ON -DMPI_SKIP_GUESSING=ON
for sentence in 'nlohmann_json not found' 'the program ei_balance is off' 'Google Benchmark not found' 'doctest not found'; do
  says log "$sentence"
  [ "$(grep -c -- "$sentence" log)" = 1 ] || { echo "consume: '$sentence' is said more than once"; exit 1; }
done
for leaf in threads mpi; do
  if [ -e "$root/include/equipoise/parallel/$leaf.hpp" ]; then says log "equipoise::$leaf is off"; fi
done
echo "consume: every way works"
