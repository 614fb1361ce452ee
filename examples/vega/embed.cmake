# SPDX-License-Identifier: BSL-1.0
# cmake -DFROM=<file> -DTO=<source> -P embed.cmake: a C++ source that holds the file's bytes.
file(READ "${FROM}" bytes HEX)
string(REGEX REPLACE "(................................................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${TO}" "#include <string_view>\nnamespace {\nunsigned char const bytes[] = {\n${bytes}0};\n}\nauto vega_bundle() -> std::string_view { return {reinterpret_cast<char const*>(bytes), sizeof bytes - 1}; }\n")
