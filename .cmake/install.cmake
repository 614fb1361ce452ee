# SPDX-License-Identifier: BSL-1.0
# Headers, CMake package (below share, as nothing in it depends on the architecture) and a relocatable pkg-config file.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/equipoise)
set(pc_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)

if(CMAKE_VERSION VERSION_LESS 3.24)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/equipoise DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  set(headers)
else()
  set(headers FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()

install(TARGETS equipoise EXPORT equipoise ${headers})
install(EXPORT equipoise NAMESPACE equipoise:: DESTINATION ${package_dir} FILE equipoise-targets.cmake)
foreach(leaf IN LISTS equipoise_leaves)
  install(TARGETS equipoise_${leaf} EXPORT equipoise-${leaf} ${headers})
  install(EXPORT equipoise-${leaf} NAMESPACE equipoise:: DESTINATION ${package_dir} FILE equipoise-${leaf}-targets.cmake)
endforeach()

list(JOIN equipoise_leaves " " components)
configure_package_config_file(.cmake/equipoise-config.cmake.in equipoise-config.cmake INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(equipoise-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  ${PROJECT_BINARY_DIR}/equipoise-config.cmake
  ${PROJECT_BINARY_DIR}/equipoise-config-version.cmake
  .cmake/equipoise-dependencies.cmake
  .cmake/equipoise-leaves.cmake
  DESTINATION ${package_dir})

# The prefix is found from the place of the .pc file, so that the installed tree may be moved.
file(RELATIVE_PATH pc_to_include /prefix/${pc_dir} /prefix/${CMAKE_INSTALL_INCLUDEDIR})
configure_file(.cmake/equipoise.pc.in equipoise.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/equipoise.pc DESTINATION ${pc_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/equipoise)
