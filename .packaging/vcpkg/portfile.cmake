# SPDX-License-Identifier: BSL-1.0
# An overlay port that installs the tree it lies in: vcpkg install equipoise --overlay-ports=<equipoise>/.packaging/vcpkg
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../.." ABSOLUTE)

set(VCPKG_BUILD_TYPE release) # header-only

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DEQUIPOISE_BUILD_TESTS=OFF
        -DEQUIPOISE_BUILD_EXAMPLES=OFF
        -DEQUIPOISE_BUILD_BENCHMARKS=OFF
        -DEQUIPOISE_INSTALL=ON
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/equipoise)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/lib" "${CURRENT_PACKAGES_DIR}/share/doc")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
