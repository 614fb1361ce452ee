// expect: two fields of a record have the same name
// SPDX-License-Identifier: BSL-1.0
#include "common.hpp"
auto const values = make_record("a"_n = 1, "b"_n = 2.5, "a"_n = 3);
