# SPDX-License-Identifier: BSL-1.0
"""Conan 2: conan create .packaging/conan --build=missing; consumers then find_package(equipoise) as after any install."""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"
ROOT = os.path.join("..", "..")


class Equipoise(ConanFile):
    name = "equipoise"
    description = "Excitation/inhibition balance of spike recordings: a header-only C++20 library"
    license = "BSL-1.0"
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"report": [True, False]}
    # xtensor's own use of xsimd changes the alignment of its containers; equipoise does not need it.
    default_options = {"report": True, "boost/*:header_only": True, "xtensor/*:xsimd": False}
    no_copy_source = True

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder, ROOT, "include", "equipoise", "core", "config.hpp"))
        number = int(re.search(r"#define EQUIPOISE_VERSION (\d+)", text).group(1))
        self.version = f"{number // 10000}.{number // 100 % 100}.{number % 100}"

    def export_sources(self):
        root = os.path.join(self.recipe_folder, ROOT)
        for pattern in ("CMakeLists.txt", "LICENSE", ".cmake/*", "include/*"):
            copy(self, pattern, src=root, dst=self.export_sources_folder)

    def requirements(self):
        for package in ("boost/[>=1.74]", "range-v3/[>=0.12]", "xsimd/[>=8.1]", "xtensor/[>=0.24]", "xtl/[>=0.7]"):
            self.requires(package, transitive_headers=True)
        if self.options.report:
            self.requires("nlohmann_json/[>=3.11]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "EXAMPLES", "BENCHMARKS"):
            toolchain.variables[f"EQUIPOISE_BUILD_{part}"] = False
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "share", "doc"))

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        # The package's own configuration is used: it holds both targets and finds the dependencies.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("share", "cmake", "equipoise")]
