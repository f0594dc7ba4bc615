#!/usr/bin/env bash
# Hashes 50 photos and flat, gradient and checkerboard pictures with builds by gcc -O0, -O3 and
# -O3 -march=native and by clang, and compares them to the bit. Takes minutes: not part of run.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$(realpath -m "${ECTYPE_DATA:-../shared/data}")
work=$PWD/build/determinism
tools/setup.sh build fuzz
mkdir -p "$work/pictures"

python3 - "$work/pictures" <<'PY'
import sys
from pathlib import Path

def pgm(name, width, height, value):
    pixels = bytes(value(x, y) for y in range(height) for x in range(width))
    (Path(sys.argv[1]) / name).write_bytes(b"P5 %d %d 255\n" % (width, height) + pixels)

pgm("flat.pgm", 200, 100, lambda x, y: 77)
pgm("gradient.pgm", 256, 128, lambda x, y: x)
for side, square in ((64, 8), (256, 32), (1000, 100), (130, 16)):
    pgm(f"checkerboard-{side}-{square}.pgm", side, side, lambda x, y: 255 * ((x // square + y // square) % 2))
PY

inputs=("$work/pictures")
if [ -d "$data/photos" ]; then
  mapfile -t photos < <(find "$data/photos" -name '*.jpg' | sort | awk 'NR % 15 == 1' | head -n 50)
  inputs+=("${photos[@]}")
else
  echo "$data is not here: comparing without photos"
fi

build() {  # NAME COMPILER FLAGS
  cmake -S . -B "$work/$1" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER="$2" \
    -DCMAKE_CXX_FLAGS="$3" -DECTYPE_BUILD_TESTS=OFF >/dev/null
  cmake --build "$work/$1" --target ectype_cli >/dev/null
  # The recipe column stays; paths are the same for all.
  "$work/$1/bin/ectype" hash -a all --dihedral "${inputs[@]}" >"$work/$1.jsonl" 2>/dev/null
  echo "$1: $(wc -l <"$work/$1.jsonl") pictures, sha256 $(sha256sum <"$work/$1.jsonl" | cut -c1-16)"
}
build gcc-O0 g++ -O0
build gcc-O3 g++ -O3
build gcc-native g++ "-O3 -march=native"
build clang-O2 clang++ -O2

for name in gcc-O3 gcc-native clang-O2; do
  cmp "$work/gcc-O0.jsonl" "$work/$name.jsonl"
done
echo "all the same"
