#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# The rules must be able to fail: each planted breach is found.
# shellcheck disable=SC2016,SC2059
set -eu
here=$(cd "$(dirname "$0")" && pwd)
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
mkdir -p "$house/tests/structure" "$house/examples" "$house/bench" "$house/docs" "$house/tests/core" "$house/include/equipoise/core" "$house/include/equipoise/simd" "$house/include/equipoise/io" \
  "$house/include/equipoise/parallel"
cp "$here/structure.sh" "$house/tests/structure/"
cd "$house"
top='// SPDX-License-Identifier: BSL-1.0\n#pragma once\n/// \\file\n/// What it is for.\n'
abi='namespace equipoise {\ninline namespace EQUIPOISE_ABI {\n}\n}\n'

plant() {  # the sound house
  rm -rf include/equipoise/*/* tests/core/* examples/* docs/*
  printf "$top#include <xsimd/xsimd.hpp>\n#include \"../core/a.hpp\"\n$abi" >include/equipoise/simd/b.hpp
  printf "$top#include <vector>\n$abi" >include/equipoise/core/a.hpp
  printf "$top#include \"core/a.hpp\"\n#include \"simd/b.hpp\"\n" >include/equipoise/equipoise.hpp
  mkdir -p tests/simd
  for t in core/a simd/b; do printf '// SPDX-License-Identifier: BSL-1.0\nTEST_CASE("x") {}\n' >"tests/${t}_test.cpp"; done
  printf '%s\n' "$PWD/tests/core/a_test.cpp" "$PWD/tests/simd/b_test.cpp" >built
  printf '// SPDX-License-Identifier: BSL-1.0\nint main() {\n  // [region r]\n  f();\n  // [endregion r]\n}\n' >examples/01_x.cpp
  printf '<!-- from examples/01_x.cpp region r -->\n```cpp\nf();\n```\n' >docs/page.md
}
count=0
finds() {  # finds RULE SENTENCE
  count=$((count + 1))
  if said=$(sh tests/structure/structure.sh "$1" built); then echo "the rule $1 missed: $2"; exit 1; fi
  case $said in *"$2"*) ;; *) echo "the rule $1 said '$said' instead of '$2'"; exit 1 ;; esac
  plant
}

plant
for rule in layers umbrella lengths form mirrors units docs examples; do sh tests/structure/structure.sh $rule built >/dev/null || { echo "the rule $rule finds fault with a sound house"; exit 1; }; done

printf "$top#include \"../simd/b.hpp\"\n$abi" >include/equipoise/core/a.hpp; finds layers 'the layer core may not include simd'
printf "$top#include \"../simd/b.hpp\"\n$abi" >include/equipoise/core/a.hpp; finds layers 'a cycle of includes'
printf "$top#include <xsimd/xsimd.hpp>\n$abi" >include/equipoise/core/a.hpp; finds layers 'core/a.hpp includes <xsimd/xsimd.hpp>'
printf "$top#include <equipoise/simd/b.hpp>\n$abi" >include/equipoise/core/a.hpp; finds layers 'the layer core may not include simd'
printf "$top#include <immintrin.h>\n$abi" >include/equipoise/core/a.hpp; finds layers 'immintrin.h'
printf "$top#include <curl/curl.h>\n$abi" >include/equipoise/core/a.hpp; finds layers 'not a dependency'
printf "$top#include \"none.hpp\"\n$abi" >include/equipoise/core/a.hpp; finds layers 'does not exist'
printf "$top$abi" >include/equipoise/io/c.hpp; printf "$top#include \"../io/c.hpp\"\n$abi" >include/equipoise/simd/b.hpp; finds layers 'may not include io'
printf "$top#include <mpi.h>\n$abi" >include/equipoise/parallel/threads.hpp; finds layers 'parallel/threads.hpp includes <mpi.h>'
printf "$top$abi" >include/equipoise/io/checkpoint.hpp; printf "$top#include \"../io/checkpoint.hpp\"\n$abi" >include/equipoise/parallel/threads.hpp; finds layers 'may not include io'
printf "$top#include \"core/a.hpp\"\n" >include/equipoise/equipoise.hpp; finds umbrella 'lacks simd/b.hpp'
printf "$top#include <mpi.h>\n$abi" >include/equipoise/parallel/mpi.hpp; printf '#include "parallel/mpi.hpp"\n' >>include/equipoise/equipoise.hpp; finds umbrella 'includes parallel/mpi.hpp'
printf "$top$abi" >include/equipoise/io/c.hpp; printf '#include "io/c.hpp"\n' >>include/equipoise/equipoise.hpp; finds umbrella 'includes io/c.hpp'
printf "$top#include <boost/math/special_functions/gamma.hpp>\n$abi" >include/equipoise/core/a.hpp; finds umbrella 'includes simd/b.hpp'
printf "$top#include <kissfft/kissfft.hh>\n$abi" >include/equipoise/core/a.hpp; finds umbrella 'includes simd/b.hpp'
printf "$top#include <kissfft/kissfft.hh>\n$abi" >include/equipoise/core/a.hpp; finds layers 'core/a.hpp includes <kissfft/kissfft.hh>'
yes '//' | head -n 301 >>include/equipoise/core/a.hpp; finds lengths 'has 310 lines'
printf "$top#include <vector>\nnamespace equipoise {\nstruct s {};\n}\n" >include/equipoise/core/a.hpp; finds form 'without inline namespace'
printf "$top#include <vector>\nstruct s {};\n" >include/equipoise/core/a.hpp; finds form 'outside the namespace'
printf "#pragma once\n$abi" >include/equipoise/core/a.hpp; finds form 'SPDX'
rm tests/core/a_test.cpp; finds mirrors 'has no tests/core/a_test.cpp'
echo '// SPDX-License-Identifier: BSL-1.0' >tests/core/a_test.cpp; finds mirrors 'holds no test case'
printf '%s\n' "$PWD/tests/core/a_test.cpp" >built; finds mirrors 'tests/simd/b_test.cpp is not built'
printf '<!-- from examples/01_x.cpp region r -->\n```cpp\ng();\n```\n' >docs/page.md; finds docs 'the quoted text is not the region r'
printf '<!-- from examples/01_x.cpp region s -->\n```cpp\nf();\n```\n' >docs/page.md; finds docs 'no region s'
sed -i '/endregion/d' examples/01_x.cpp; finds docs 'opened or closed'
mkdir -p docs/reference; printf '| bins | k \\| w | `core/a.hpp` | `pyramid` |\n' >docs/reference/formulas.md; finds docs 'core/a.hpp has no pyramid'
printf "$top#include <vector>\n$abi"'auto f(double rate) -> int;\n' >include/equipoise/core/a.hpp; finds units 'which unit?'
printf "$top#include <vector>\n$abi"'struct s {\n  double trough_width = 1;\n};\n' >include/equipoise/core/a.hpp; finds units 'which unit?'
yes 'f();' | head -n 80 >examples/02_y.cpp; finds examples 'has 80 lines'
{ echo '// [region metric]'; yes 'f();' | head -n 11; echo '// [endregion metric]'; } >examples/02_y.cpp; finds examples 'the metric has 11 lines'
printf 'int main() {}\n' >bench/x.cpp; finds form 'bench/x.cpp: no SPDX line'
rm bench/x.cpp
echo "self test: $count planted breaches found"
