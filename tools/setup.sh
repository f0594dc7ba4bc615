#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that a part of the project needs: tools/setup.sh PART...
# Parts: build, python, tests, neon, demo, fuzz, bench. Says what it installs; does nothing where all
# is there.
set -euo pipefail

packages_of() {
  case "$1" in
    build) echo build-essential cmake ninja-build pkg-config ccache \
        libjpeg-dev libpng-dev libwebp-dev libtiff-dev libgif-dev libheif-dev libde265-dev libopenjp2-7-dev \
        libsqlite3-dev libxxhash-dev libseccomp-dev libssl-dev libarchive-dev libeigen3-dev nlohmann-json3-dev libcli11-dev ;;
    python) echo python3 python3-dev python3-venv ;;
    tests) echo libheif-examples libgtest-dev libopencv-core-dev 7zip zstd python3 python3-dev python3-venv \
        chromium fonts-dejavu-core poppler-utils ;;
    neon) echo cmake ninja-build ccache g++-aarch64-linux-gnu qemu-user googletest ;;
    demo) echo python3 python3-pil ;;
    fuzz) echo clang libclang-rt-dev python3 python3-pil libheif-examples ;;
    bench) echo libbenchmark-dev python3-dev python3-venv ;;
    *) echo "tools/setup.sh: unknown part '$1'" >&2; exit 2 ;;
  esac
}

[ $# -gt 0 ] || { echo "usage: tools/setup.sh PART..." >&2; exit 2; }
wanted=()
for part in "$@"; do
  names=$(packages_of "$part") || exit 2
  read -ra list <<<"$names"
  wanted+=("${list[@]}")
done

is_installed() { dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }

missing=()
for package in "${wanted[@]}"; do
  is_installed "$package" || missing+=("$package")
done
# Newer releases ship the HEIC and AVIF decoders of libheif apart.
for package in libheif-plugin-libde265 libheif-plugin-aomdec libheif-plugin-dav1d; do
  if ! is_installed "$package" && apt-cache show "$package" >/dev/null 2>&1; then
    missing+=("$package")
  fi
done

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi
command -v apt-get >/dev/null || {
  echo "This script knows apt-get only. Please install: ${missing[*]}" >&2
  exit 2
}
sudo=()
if [ "$(id -u)" -ne 0 ]; then sudo=(sudo); fi

echo "Installing with apt-get: ${missing[*]}"
"${sudo[@]}" apt-get update -qq
# Of a fresh machine the list of packages is known only now.
for package in libheif-plugin-libde265 libheif-plugin-aomdec libheif-plugin-dav1d; do
  if ! is_installed "$package" && [[ " ${missing[*]} " != *" $package "* ]] &&
    apt-cache show "$package" >/dev/null 2>&1; then
    echo "and: $package"
    missing+=("$package")
  fi
done
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
