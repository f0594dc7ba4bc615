#!/usr/bin/env bash
# Sets up, builds and runs all tests; ends with the totals. Safe to run again.
# PRESET=release (default), debug, asan-ubsan or tsan. The Python package is tested with release.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${PRESET:-release}
build=build/$preset
results=$PWD/build/test-results
export CXX=${CXX:-g++}

tools/setup.sh build tests
mkdir -p "$results"
rm -f "$results"/*.xml

echo "== build ($preset)"
cmake --preset "$preset" -DECTYPE_WERROR=ON -DECTYPE_BUILD_TESTS=ON >build/configure.log || { cat build/configure.log; exit 1; }
cmake --build --preset "$preset"

status=0
echo "== ctest"
ctest --preset "$preset" --output-junit "$results/ctest.xml" || status=1

# On ARM itself the tests above ran at this level.
if [ "$preset" = release ] && [ "$(uname -m)" = x86_64 ]; then
  echo "== NEON, in an emulator"
  tests/neon.sh || status=1
fi

if [ "$preset" = release ]; then
  echo "== Python package"
  venv=build/venv
  [ -x $venv/bin/python ] || python3 -m venv $venv
  $venv/bin/pip install -q --disable-pip-version-check -r tests/requirements.txt
  CMAKE_ARGS=-DECTYPE_WERROR=ON $venv/bin/pip install -q --disable-pip-version-check \
    --no-build-isolation --no-deps --force-reinstall .
  echo "== pytest"
  ECTYPE_CLI=$PWD/$build/bin/ectype $venv/bin/python -m pytest -q \
    --junitxml="$results/pytest.xml" || status=1
fi

python3 tests/totals.py "$results"/*.xml || status=1
exit $status
