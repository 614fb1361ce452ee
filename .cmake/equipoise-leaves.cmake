# SPDX-License-Identifier: BSL-1.0
# The leaves that need a foreign package, each a target equipoise::<leaf> with headers of its own. Read by the build and, installed beside it,
# by the package. Works from CMake 3.16.
#
# equipoise_leaf(<leaf> HEADERS <regex> PACKAGE <name and components> TARGET <target> DEBIAN <package> [DEFINE <definition>...]) describes one;
# everything else (installation, the package's components, tests, examples and benchmarks that include its headers) follows from it.

set(equipoise_leaves)
macro(equipoise_leaf leaf)
  cmake_parse_arguments(equipoise_${leaf} "" "HEADERS;TARGET;DEBIAN" "PACKAGE;DEFINE" ${ARGN})
  list(APPEND equipoise_leaves ${leaf})
endmacro()

equipoise_leaf(report HEADERS "report/[a-z_]+\\.hpp" PACKAGE nlohmann_json TARGET nlohmann_json::nlohmann_json DEBIAN nlohmann-json3-dev)
equipoise_leaf(threads HEADERS "parallel/(threads|each)[a-z_]*\\.hpp" PACKAGE Threads TARGET Threads::Threads DEBIAN libc6-dev)
# Without its C++ bindings, which left the standard and drag a library of their own in.
equipoise_leaf(mpi HEADERS "parallel/mpi[a-z_]*\\.hpp" PACKAGE MPI COMPONENTS CXX TARGET MPI::MPI_CXX DEBIAN libopenmpi-dev
  DEFINE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
# kissfft is used by its header alone; its own package would link a library that is not needed.
find_path(EQUIPOISE_KISSFFT kissfft/kissfft.hh)
mark_as_advanced(EQUIPOISE_KISSFFT)
if(EQUIPOISE_KISSFFT AND NOT TARGET kissfft::headers)
  add_library(kissfft::headers INTERFACE IMPORTED)
  set_target_properties(kissfft::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${EQUIPOISE_KISSFFT}")
endif()
equipoise_leaf(phases HEADERS "inference/phase_[a-z_]+\\.hpp" PACKAGE kissfft TARGET kissfft::headers DEBIAN libkissfft-dev)

# equipoise_find_leaf(<leaf>): looks for the leaf's package, quietly, and sets equipoise_<leaf>_FOUND. A macro, as find modules set variables
# that later calls read. FindMPI makes its target even where it finds nothing, so that both are asked.
macro(equipoise_find_leaf leaf)
  if(NOT TARGET ${equipoise_${leaf}_TARGET})
    find_package(${equipoise_${leaf}_PACKAGE} QUIET)
  endif()
  list(GET equipoise_${leaf}_PACKAGE 0 equipoise_package)
  if(TARGET ${equipoise_${leaf}_TARGET} AND (NOT DEFINED ${equipoise_package}_FOUND OR ${equipoise_package}_FOUND))
    set(equipoise_${leaf}_FOUND TRUE)
  else()
    set(equipoise_${leaf}_FOUND FALSE)
  endif()
endmacro()
