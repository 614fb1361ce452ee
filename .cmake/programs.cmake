# SPDX-License-Identifier: BSL-1.0
# How the project's own programs are compiled. Nothing here reaches a user of the library.

if(CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  get_property(multi GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(NOT multi AND NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
  endif()
  find_program(EQUIPOISE_CCACHE ccache)
  mark_as_advanced(EQUIPOISE_CCACHE)
  if(EQUIPOISE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${EQUIPOISE_CCACHE})
  endif()
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  message(WARNING "equipoise: g++ ${CMAKE_CXX_COMPILER_VERSION}; the oldest tested is 12")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(WARNING "equipoise: clang ${CMAKE_CXX_COMPILER_VERSION}; the oldest tested is 16, and older ones reject the standard library's views")
endif()

# Warnings, and no contraction of a*b+c: results are the same with every compiler. -ffast-math is never used.
add_library(equipoise_flags INTERFACE)
target_compile_options(equipoise_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wpedantic -ffp-contract=off)
if(EQUIPOISE_NATIVE)
  target_compile_options(equipoise_flags INTERFACE -march=native)
endif()
target_link_libraries(equipoise_flags INTERFACE equipoise)

# Examples and ei_balance are quick to build in the presets dev and asan, and quick to run in every other.
set(equipoise_optimise $<IF:$<CONFIG:Debug>,-O1,-O3>)
