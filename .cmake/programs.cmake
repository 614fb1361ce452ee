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

# equipoise_leaves_of(<result> <file>...): the leaves whose headers the files include.
function(equipoise_leaves_of result)
  set(found)
  foreach(file IN LISTS ARGN)
    file(STRINGS ${file} includes REGEX "^ *# *include *[<\"]equipoise/")
    foreach(leaf IN LISTS equipoise_leaves)
      if("${includes}" MATCHES "[<\"]equipoise/${equipoise_${leaf}_HEADERS}[>\"]")
        list(APPEND found ${leaf})
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES found)
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# equipoise_leave_out(<variable> <what>): takes out of a list of sources those that include a header of a leaf that is off, and says so in one
# line a leaf. What remains is read again when a source changes, as it may include another leaf then.
function(equipoise_leave_out variable what)
  set(kept)
  foreach(source IN LISTS ${variable})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    equipoise_leaves_of(leaves ${source})
    foreach(leaf IN LISTS leaves)
      if(NOT TARGET equipoise::${leaf})
        file(RELATIVE_PATH name ${CMAKE_CURRENT_SOURCE_DIR} ${source})
        string(APPEND out_${leaf} " ${name}")
        set(source)
        break()
      endif()
    endforeach()
    list(APPEND kept ${source})
  endforeach()
  foreach(leaf IN LISTS equipoise_leaves)
    if(out_${leaf})
      message(STATUS "equipoise: ${what} off, as equipoise::${leaf} is:${out_${leaf}}")
    endif()
  endforeach()
  set(${variable} ${kept} PARENT_SCOPE)
endfunction()

# equipoise_link_leaves(<target> <file>...): links the leaves whose headers the files include.
function(equipoise_link_leaves target)
  equipoise_leaves_of(leaves ${ARGN})
  list(TRANSFORM leaves PREPEND equipoise::)
  target_link_libraries(${target} PRIVATE ${leaves})
endfunction()

# equipoise_mpi_test(<name> <ranks> <command>...): more ranks than processors, and root in a container, are Open MPI's to refuse otherwise; and
# it leaks, so that the leak sanitizer is off.
function(equipoise_mpi_test name ranks)
  add_test(NAME ${name} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${MPIEXEC_PREFLAGS} ${ARGN})
  set_tests_properties(${name} PROPERTIES PROCESSORS ${ranks} TIMEOUT 300 ENVIRONMENT
    "ASAN_OPTIONS=detect_leaks=0;OMPI_MCA_mpi_yield_when_idle=1;OMPI_MCA_rmaps_base_oversubscribe=1;OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_btl_vader_single_copy_mechanism=none")
endfunction()
