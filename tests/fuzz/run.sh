#!/usr/bin/env bash
# Fuzzes for SECONDS_EACH (default 600) a target, seeded from the shared test data where it is.
# tests/fuzz/run.sh [TARGET...]: bytes_to_hash hash_list. Findings stay in build/fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${SECONDS_EACH:-600}
data=$(realpath -m "${ECTYPE_DATA:-../shared/data}")
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(bytes_to_hash hash_list)

tools/setup.sh build fuzz
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz

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
      hash_list) tar -xf "$data/repro.tar" -C "$seeds" --wildcards '*.txt' ;;
    esac
  else
    echo "$data is not here: fuzzing without its seeds"
  fi
  echo "== $target for $seconds s"
  # The codecs of the system are not instrumented, and some of their allocations are large.
  "build/fuzz/bin/fuzz_$target" "$corpus" "$seeds" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 -artifact_prefix="$findings/"
done
