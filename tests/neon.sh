#!/usr/bin/env bash
# Cross-builds distances and indexes for 64-bit ARM and runs their unit tests in QEMU, on any x86-64
# machine. Prints the level that they ran at; fails where it is not neon.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/neon
results=$PWD/build/test-results
tests=(qemu-aarch64 -L /usr/aarch64-linux-gnu "$build/neon_tests")
unset ECTYPE_CPU ECTYPE_EXPECTED_CPU  # the level has to be found without being asked for

tools/setup.sh neon
mkdir -p "$results"
cmake -S tests/neon -B $build -G Ninja --toolchain "$PWD/tests/neon/aarch64.cmake" \
  -DECTYPE_WERROR=ON >build/neon.log || { cat build/neon.log; exit 1; }
cmake --build $build

"${tests[@]}" --gtest_brief=1 --gtest_output="xml:$results/neon.xml"

refusal=$(ECTYPE_CPU=avx2 "${tests[@]}" 2>&1 || true)
[[ $refusal == *"ECTYPE_CPU is 'avx2'"*"choose from: scalar neon" ]] || {
  echo "tests/neon.sh: ECTYPE_CPU=avx2 is not refused as it should be: ${refusal:0:200}" >&2
  exit 1
}
