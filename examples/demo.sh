#!/usr/bin/env bash
# The main job on real photos: examples/demo.sh [FOLDER]
# Builds ectype, makes modified copies of some photos, builds a hash set from the originals, and
# scans the copies and some strangers. Without FOLDER the photos are those of the Debian package
# mate-backgrounds, which is unpacked into the build folder and not installed. Safe to run again.
set -euo pipefail
folder=
if [ $# -gt 0 ]; then
  folder=$(realpath -e "$1") || exit 2
fi
cd "$(dirname "$0")/.."
export CXX=${CXX:-g++}

tools/setup.sh build demo
demo=$PWD/build/demo
mkdir -p "$demo"

echo "== build"
cmake --preset release -DECTYPE_BUILD_TESTS=OFF >build/configure.log ||
  { cat build/configure.log; exit 1; }
cmake --build --preset release
ectype=$PWD/build/release/bin/ectype

if [ -z "$folder" ]; then
  folder=$demo/photos
  if [ ! -d "$folder" ]; then
    echo "== photos: unpacking the Debian package mate-backgrounds (not installed)"
    # Downloaded by the unprivileged user that apt runs as, so in a folder that it may write.
    download=$(mktemp -d)
    chmod 777 "$download"
    # Package lists may be missing or old.
    (cd "$download" && { apt-get download -qq mate-backgrounds 2>/dev/null ||
      { sudo=(); [ "$(id -u)" -eq 0 ] || sudo=(sudo)
        "${sudo[@]}" apt-get update -qq && apt-get download -qq mate-backgrounds; }; })
    dpkg-deb -x "$download"/mate-backgrounds_*.deb "$demo/package"
    rm -rf "$download"
    mv "$demo/package/usr/share/backgrounds/mate" "$folder"
  fi
fi

echo "== modified copies"
rm -rf "$demo/known" "$demo/seized" "$demo/known.ectype"
# The system's own interpreter: that is where python3-pil is.
/usr/bin/python3 examples/python/make_copies.py "$folder" "$demo/known" "$demo/seized"

cd "$demo"
echo "== hash set of the originals"
"$ectype" set create known.ectype
"$ectype" set add known.ectype known --label demo --source "demo photos"

echo "== scan of the copies and of strangers"
status=0
"$ectype" scan seized --against known.ectype --format table || status=$?
case $status in
  0) echo "Exit status 0: known pictures were found. A match is a lead to be reviewed, not proof." ;;
  3) echo "Exit status 3: finished, but some files could not be examined (see their rows)." ;;
  *) echo "The scan ended with status $status."; exit "$status" ;;
esac
