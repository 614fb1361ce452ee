# SPDX-License-Identifier: BSL-1.0
# The library's targets: equipoise::equipoise, and one target for each leaf that needs a foreign package.

# equipoise_headers(<target> <verify> <header>...): the headers as a file set, so that they are installed and, where <verify> is true and this is not
# a part of another project, each can be compiled alone. CMake before 3.23, which only consumers have, does not read file sets: the folder is named as well.
function(equipoise_headers target verify)
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_include_directories(${target} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.24)
    target_sources(${target} INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${ARGN})
    if(top_level AND verify)
      set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    endif()
  endif()
endfunction()

include(.cmake/equipoise-leaves.cmake)
file(GLOB_RECURSE equipoise_core_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/*.hpp)

add_library(equipoise INTERFACE)
add_library(equipoise::equipoise ALIAS equipoise)
target_link_libraries(equipoise INTERFACE Boost::headers xsimd xtl xtensor range-v3::range-v3)

# A leaf's headers leave the core's set whether its package is here or not, and are installed either way, as the package is the user's affair.
# The target equipoise::<leaf> exists where the package does; where it does not, one line says so.
foreach(leaf IN LISTS equipoise_leaves)
  set(headers ${equipoise_core_headers})
  list(FILTER headers INCLUDE REGEX "/include/equipoise/${equipoise_${leaf}_HEADERS}$")
  if(NOT headers)
    list(REMOVE_ITEM equipoise_leaves ${leaf})
    continue()
  endif()
  list(REMOVE_ITEM equipoise_core_headers ${headers})
  add_library(equipoise_${leaf} INTERFACE)
  set_target_properties(equipoise_${leaf} PROPERTIES EXPORT_NAME ${leaf})
  target_link_libraries(equipoise_${leaf} INTERFACE equipoise ${equipoise_${leaf}_TARGET})
  target_compile_definitions(equipoise_${leaf} INTERFACE ${equipoise_${leaf}_DEFINE})
  equipoise_find_leaf(${leaf})
  if(equipoise_${leaf}_FOUND)
    add_library(equipoise::${leaf} ALIAS equipoise_${leaf})
    equipoise_headers(equipoise_${leaf} ON ${headers})
  else()
    equipoise_headers(equipoise_${leaf} OFF ${headers})
    message(STATUS "equipoise: ${equipoise_package} not found (Debian: ${equipoise_${leaf}_DEBIAN}): equipoise::${leaf} is off")
  endif()
endforeach()
equipoise_headers(equipoise ON ${equipoise_core_headers})
