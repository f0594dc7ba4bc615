#!/usr/bin/env bash
# Fuzzes for SECONDS_EACH (default 600) a target, seeded from the shared test data where it is.
# tests/fuzz/run.sh [TARGET...]. Targets: bytes_to_hash, which takes any format; hash_list; archive;
# scan_state, also what workers answer; and one for the decoder of each format, by its name: jpeg png
# webp tiff bmp pnm gif heif avif jpeg2000.
# Without arguments all of them, one after the other: with SECONDS_EACH=900, three and a half hours.
# BUILD_JOBS is for the build. Seeds (copies of data, and small pictures that are made here), corpora
# and findings stay in build/fuzz; the exit status is 1 where there is a finding.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${SECONDS_EACH:-600}
data=$(realpath -m "${ECTYPE_DATA:-../shared/data}")
formats=(jpeg png webp tiff bmp pnm gif heif avif jpeg2000)
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(bytes_to_hash hash_list archive scan_state "${formats[@]}")

tools/setup.sh build fuzz
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz ${BUILD_JOBS:+-j"$BUILD_JOBS"} --target "${targets[@]/#/fuzz_}"

# By names alone: what a name misleads about, its target refuses.
names_of() {
  case $1 in
    jpeg) echo '*.jpg' ;;
    tiff) echo '*.tif' '*.dng' ;;
    heif) echo '*.heic' ;;
    jpeg2000) echo '*.jp2' '*.j2k' ;;
    *) echo "*.$1" ;;
  esac
}

# From the shared data, if a run of the fuzzer can hold it.
copy_seeds() {
  local folder=$1 name
  shift
  for name in "$@"; do
    find "$data/awkward" -type f -iname "$name" -size -64k -exec cp -n {} "$folder" \;
    tar -xf "$data/repro.tar" -C "$folder" --wildcards --no-anchored "$name" 2>/dev/null || true
  done
}

make_seeds() {
  local target=$1 folder=$2 png=build/fuzz/seeds/png
  case $target in
    heif | avif)
      mkdir -p "$png"
      /usr/bin/python3 tests/fuzz/make_seeds.py png "$png"
      local picture to suffix=heic
      [ "$target" = heif ] || suffix=avif
      for picture in "$png"/made_*; do
        to=$folder/${picture##*/}
        [ -e "$to.$suffix" ] ||
          heif-enc "$picture" -q 40 -o "$to.$suffix" >/dev/null || true
        [ -e "$to.444.$suffix" ] ||
          heif-enc "$picture" -L -p chroma=444 -t 16 -o "$to.444.$suffix" >/dev/null || true
      done ;;
    *) /usr/bin/python3 tests/fuzz/make_seeds.py "$target" "$folder" ;;
  esac
}

status=0
for target in "${targets[@]}"; do
  corpus=build/fuzz/corpus/$target
  findings=build/fuzz/findings/$target
  seeds=build/fuzz/seeds/$target
  mkdir -p "$corpus" "$findings" "$seeds"
  [ ! -d "tests/fuzz/seeds/$target" ] || cp "tests/fuzz/seeds/$target"/* "$seeds"
  if [ -d "$data" ]; then
    case $target in
      bytes_to_hash)
        find "$data/awkward" -type f -size -100k -exec cp -n {} "$seeds" \;
        tar -xf "$data/repro.tar" -C "$seeds" --wildcards '*.png' '*.jpg' '*.gif' ;;
      archive) cp -n "$data/repro.tar" "$seeds" ;;
      scan_state) ;;
      hash_list) tar -xf "$data/repro.tar" -C "$seeds" --wildcards '*.txt' ;;
      *)
        read -ra names <<<"$(set -f; names_of "$target")"
        copy_seeds "$seeds" "${names[@]}" ;;
    esac
  else
    echo "$data is not here: fuzzing without its seeds"
  fi
  # Some forms of a picture its encoder refuses, with many words or an abort.
  case $target in bytes_to_hash | hash_list) ;; *) make_seeds "$target" "$seeds" 2>/dev/null ;; esac
  echo "== $target for $seconds s"
  # Memory that is filled, as the worker's is: libde265 reads what it did not write.
  options=${ASAN_OPTIONS:-}:max_malloc_fill_size=1073741824
  # And limited, as the worker's is: a header may ask for 4 GB, which the sanitizer takes a second for.
  [ "$target" != archive ] || options+=:allocator_may_return_null=1:max_allocation_size_mb=1024
  # The codecs of the system are not instrumented, and some of their allocations are large.
  ASAN_OPTIONS=$options "build/fuzz/bin/fuzz_$target" "$corpus" "$seeds" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 -artifact_prefix="$findings/" ||
    { echo "== $target: a finding in $findings"; status=1; }
done
exit $status
