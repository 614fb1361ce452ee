# SPDX-License-Identifier: BSL-1.0
# Finds what equipoise needs; read by the build and, installed beside it, by the package. Works from CMake 3.16. Whatever is missing is
# gathered in equipoise_problem, one sentence with what to install for all of it; empty when everything is there.
#
# Packages are asked for without a version and compared by hand: their version files use rules of their own (xsimd accepts its own major
# version only, range-v3 one exact version), and a refused newer package would silently be replaced by an older one elsewhere.

set(equipoise_problem)
set(equipoise_managers apt vcpkg conan conda brew)
foreach(manager IN LISTS equipoise_managers)
  set(equipoise_${manager})
endforeach()

# equipoise_need(<what> <target> <version found> <least version> <apt> <vcpkg> <conan> <conda> <brew>)
macro(equipoise_need what target version least)
  if(NOT TARGET ${target})
    list(APPEND equipoise_problem "${what} was not found")
  elseif(NOT "${version}" STREQUAL "" AND "${version}" VERSION_LESS ${least})
    list(APPEND equipoise_problem "${what} ${version} is too old (needs ${least})")
  endif()
  if(NOT TARGET ${target} OR (NOT "${version}" STREQUAL "" AND "${version}" VERSION_LESS ${least}))
    set(equipoise_packages ${ARGN})
    foreach(manager IN LISTS equipoise_managers)
      list(GET equipoise_packages 0 package)
      list(REMOVE_AT equipoise_packages 0)
      set(equipoise_${manager} "${equipoise_${manager}} ${package}")
    endforeach()
  endif()
endmacro()

# Boost's headers: newer releases and most package managers bring a configuration, older CMake a module of its own.
if(NOT TARGET Boost::headers)
  find_package(Boost QUIET CONFIG)
  if(NOT TARGET Boost::headers AND CMAKE_VERSION VERSION_LESS 3.30)
    find_package(Boost QUIET MODULE)
  endif()
endif()
equipoise_need("Boost (Hana, Math)" Boost::headers "${Boost_VERSION_STRING}" 1.74 libboost-dev "boost-hana boost-math" "boost/[>=1.74]" libboost-headers boost)

# xtl comes before xsimd: Debian's xsimd links a target xtl, which is otherwise taken for a library file.
if(NOT TARGET xtl)
  find_package(xtl QUIET CONFIG)
endif()
equipoise_need(xtl xtl "${xtl_VERSION}" 0.7 xtl-dev xtl "xtl/[>=0.7]" xtl xtl)

if(NOT TARGET xsimd)
  find_package(xsimd QUIET CONFIG)
endif()
equipoise_need(xsimd xsimd "${xsimd_VERSION}" 8.1 libxsimd-dev xsimd "xsimd/[>=8.1]" xsimd xsimd)

if(NOT TARGET xtensor)
  find_package(xtensor QUIET CONFIG)
endif()
equipoise_need(xtensor xtensor "${xtensor_VERSION}" 0.24 libxtensor-dev xtensor "xtensor/[>=0.24]" xtensor xtensor)

if(NOT TARGET range-v3::range-v3)
  find_package(range-v3 QUIET CONFIG)
endif()
equipoise_need(range-v3 range-v3::range-v3 "${range-v3_VERSION}" 0.12 librange-v3-dev range-v3 "range-v3/[>=0.12]" range-v3 range-v3)

if(equipoise_problem)
  list(JOIN equipoise_problem ", " equipoise_problem)
  string(CONCAT equipoise_problem "equipoise: ${equipoise_problem}. Install what is missing and configure again:\n"
    "  Debian, Ubuntu  apt-get install${equipoise_apt}\n"
    "  vcpkg           vcpkg install${equipoise_vcpkg}\n"
    "  Conan           in the requirements:${equipoise_conan}\n"
    "  conda           conda install -c conda-forge${equipoise_conda}\n"
    "  Homebrew        brew install${equipoise_brew}\n"
    "or name its place with -DCMAKE_PREFIX_PATH=<folder>.")
endif()
