# shellcheck shell=sh
# SPDX-License-Identifier: BSL-1.0
# Read by examples/run.sh, tests/run.sh and .ci/run: installs what is missing, configures, builds. POSIX sh.

say() { printf '%s\n' "equipoise: $*"; }
stop() { printf '%s\n' "equipoise: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# As root, or through sudo where that asks nothing.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif have sudo && sudo -n true 2>/dev/null; then sudo -n "$@"
  else return 1
  fi
}

# What apt says goes to build/install.log, and to the terminal when it fails.
apt_install() {
  mkdir -p build
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-remove --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install "$@" >build/install.log 2>&1 || {
    cat build/install.log >&2
    return 1
  }
}

print_other_ways() {
  say "install these, then run this again:"
  cat <<'TEXT'
  a C++20 compiler (g++ 12 or clang 16, or newer), CMake 3.25 or newer, and the packages
  vcpkg     vcpkg install boost-hana boost-math xsimd xtensor range-v3 nlohmann-json cli11 doctest benchmark
  Conan     boost xtl xsimd xtensor range-v3 nlohmann_json cli11 doctest benchmark, with xtensor/*:xsimd=False
  conda     conda install -c conda-forge cxx-compiler cmake ninja libboost-headers xsimd xtl xtensor range-v3 nlohmann_json cli11 doctest benchmark
  Homebrew  brew install gcc cmake ninja boost xsimd xtl xtensor range-v3 nlohmann-json cli11 doctest google-benchmark
  optional  esbuild and Vega (npm: vega; Debian: node-vega), for the pictures of the report
TEXT
}

# The list `package:what shows that it is there`: a program, or a path under an include folder or elsewhere in /usr.
missing_packages() {
  for item in "$@"; do
    package=${item%%:*}
    proof=${item#*:}
    case $proof in
      /*) [ -e "$proof" ] ;;
      */*) [ -e "/usr/include/$proof" ] || [ -e "/usr/local/include/$proof" ] ;;
      *) have "$proof" ;;
    esac || printf '%s ' "$package"
  done
}

required='g++:c++ make:make cmake:cmake libboost-dev:boost/hana/map.hpp xtl-dev:xtl/xtl_config.hpp libxsimd-dev:xsimd/xsimd.hpp libxtensor-dev:xtensor/xtensor_config.hpp librange-v3-dev:range/v3/version.hpp'

# install_missing <more required items> -- <optional items>: does nothing when nothing is missing or the packages come from elsewhere.
install_missing() {
  needed=$required
  while [ $# -gt 0 ] && [ "$1" != -- ]; do needed="$needed $1"; shift; done
  [ $# -gt 0 ] && shift
  if [ -n "${CMAKE_PREFIX_PATH:-}${CMAKE_TOOLCHAIN_FILE:-}${CONDA_PREFIX:-}${EQUIPOISE_NO_INSTALL:-}" ]; then return 0; fi
  if ! have apt-get; then
    # shellcheck disable=SC2086
    if ! have cmake || ! have c++; then print_other_ways; exit 1; fi
    return 0  # CMake looks for the packages, and names those it misses
  fi
  # shellcheck disable=SC2086
  missing=$(missing_packages $needed)
  optional=$(missing_packages "$@")
  [ -n "$missing$optional" ] || return 0
  if ! as_root true; then
    if [ -n "$missing" ]; then
      say "packages are missing, and this user may not install them without being asked for a password. As an administrator:" >&2
      printf '  apt-get install %s\n' "$missing$optional" >&2
      have sudo && printf '%s\n' "or say 'sudo -v' before you run this again." >&2
      stop "with packages from elsewhere (conda, vcpkg, Conan, Homebrew), set CMAKE_PREFIX_PATH or CMAKE_TOOLCHAIN_FILE"
    fi
    say "without $optional(missing, and this user may not install them): their parts stay off"
    return 0
  fi
  say "installing $missing$optional"
  as_root apt-get -qq -o DPkg::Lock::Timeout=300 update || say "the package lists could not be refreshed; going on with those at hand"
  # shellcheck disable=SC2086
  if [ -n "$missing" ] && ! apt_install $missing; then
    stop "could not install $missing; the lines above say why"
  fi
  for package in $optional; do
    apt_install "$package" || say "$package could not be installed; its part stays off"
  done
}

# The newest compiler at hand that is new enough, unless CXX names one.
choose_compiler() {
  [ -z "${CXX:-}" ] || return 0
  major=$(c++ -dumpversion 2>/dev/null | cut -d. -f1)
  if c++ --version 2>/dev/null | grep -qi clang || [ "${major:-0}" -ge 12 ]; then return 0; fi
  for candidate in g++-14 g++-13 g++-12 clang++-19 clang++-18 clang++-17 clang++-16; do
    if have "$candidate"; then CXX=$candidate; export CXX; return 0; fi
  done
  have apt-get && apt_install g++-12 && CXX=g++-12 && export CXX && return 0
  stop "the compiler is g++ ${major:-?}; g++ 12 or clang 16 is needed (set CXX)"
}

jobs() { nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2; }

# configure <preset> [options]: with Ninja where it is, and what an earlier run chose otherwise.
configure() {
  preset=$1
  shift
  choose_compiler
  if have ninja && [ -z "${CMAKE_GENERATOR:-}" ] && [ ! -e "build/$preset/CMakeCache.txt" ]; then set -- -G Ninja "$@"; fi
  log=build/$preset.configure.log
  mkdir -p build
  if cmake --preset "$preset" "$@" >"$log" 2>&1; then
    grep -e '-- equipoise:' "$log" | sed 's/^-- //' || true
  else
    cat "$log" >&2
    if ! have apt-get; then print_other_ways; fi
    stop "configuring failed; the lines above say why"
  fi
}
