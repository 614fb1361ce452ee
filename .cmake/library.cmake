# SPDX-License-Identifier: BSL-1.0
# The library's targets: equipoise::equipoise, and one target for each leaf that needs a foreign package.

# equipoise_headers(<target> <header>...): the headers as a file set, so that they are installed and each can be compiled alone.
# CMake before 3.23, which only consumers have, does not read file sets: the folder is named as well.
function(equipoise_headers target)
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_include_directories(${target} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.24)
    target_sources(${target} INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${ARGN})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()
endfunction()

file(GLOB_RECURSE equipoise_all_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/*.hpp)
set(equipoise_leaves)

# equipoise_leaf(<leaf> PACKAGE <name> TARGET <target> HEADERS <regex>): a leaf whose package is missing is switched off, with one line.
# Its headers leave the core's set either way.
function(equipoise_leaf leaf)
  cmake_parse_arguments(leaf "" "PACKAGE;TARGET;HEADERS" "" ${ARGN})
  set(headers ${equipoise_all_headers})
  list(FILTER headers INCLUDE REGEX "${leaf_HEADERS}")
  list(FILTER equipoise_all_headers EXCLUDE REGEX "${leaf_HEADERS}")
  set(equipoise_all_headers "${equipoise_all_headers}" PARENT_SCOPE)
  if(NOT TARGET ${leaf_TARGET})
    find_package(${leaf_PACKAGE} QUIET)
  endif()
  if(NOT TARGET ${leaf_TARGET})
    message(STATUS "equipoise: ${leaf_PACKAGE} not found: equipoise::${leaf} is off")
    return()
  endif()
  add_library(equipoise_${leaf} INTERFACE)
  set_target_properties(equipoise_${leaf} PROPERTIES EXPORT_NAME ${leaf})
  equipoise_headers(equipoise_${leaf} ${headers})
  add_library(equipoise::${leaf} ALIAS equipoise_${leaf})
  target_link_libraries(equipoise_${leaf} INTERFACE equipoise ${leaf_TARGET})
  set(equipoise_leaves ${equipoise_leaves} ${leaf} PARENT_SCOPE)
endfunction()

equipoise_leaf(report PACKAGE nlohmann_json TARGET nlohmann_json::nlohmann_json HEADERS "/equipoise/report/")

add_library(equipoise INTERFACE)
add_library(equipoise::equipoise ALIAS equipoise)
equipoise_headers(equipoise ${equipoise_all_headers})
target_link_libraries(equipoise INTERFACE Boost::headers xsimd xtl xtensor range-v3::range-v3)
