#!/usr/bin/env python3
"""From a JPEG file of 12 megapixels to its PDQ hash: ectype beside its peers, on one thread.

(a) ectype.pdq(path), (b) libjpeg-turbo's own gray decode of the same file, (c) Pillow's decode and
pdqhash, (d) OpenCV's decode and pdqhash. Exit status 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import ectype
import numpy as np
import numpy.typing as npt
import pdqhash
from PIL import Image

import native
import photos
import rounds

ECTYPE = "(a) ectype.pdq"
FAST = "(a') ectype.pdq, fast"
DECODE = "(b) libjpeg-turbo, gray"
PILLOW = "(c) Pillow + pdqhash"
OPENCV = "(d) OpenCV + pdqhash"
BARS = [
    rounds.Bar("(a) / (b)", ECTYPE, DECODE, at_most=1.15),
    rounds.Bar("(c) / (a)", PILLOW, ECTYPE, at_least=12),
    rounds.Bar("(d) / (a)", OPENCV, ECTYPE, at_least=12),
    rounds.Bar("(a') / (b)", FAST, DECODE),
]


def with_pillow(path: str) -> tuple[npt.NDArray[Any], int]:
    with Image.open(path) as picture:
        return pdqhash.compute(np.asarray(picture.convert("RGB")))


def with_opencv(path: str) -> tuple[npt.NDArray[Any], int]:
    picture = cv2.imread(path, cv2.IMREAD_COLOR)
    assert picture is not None, path
    return pdqhash.compute(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))


def print_agreement(path: str) -> None:
    """The peers hash the RGB picture, ectype the Y plane: rounding may move a bit or two."""
    ours = np.unpackbits(ectype.pdq(path).hash)
    for name, hash_file in (("Pillow", with_pillow), ("OpenCV", with_opencv)):
        bits = int((hash_file(path)[0] != ours).sum())
        print(f"- hash of {name} + pdqhash: {bits} bits from ectype's")
    fast = np.unpackbits(ectype.pdq(path, profile="fast").hash)
    print(f"- hash of ectype, fast: {int((fast != ours).sum())} bits from exact")


def print_setting(path: str, origin: str, decode: Callable[[str], int]) -> None:
    with Image.open(path) as picture:
        width, height = picture.size
    if decode(path) != height:
        raise SystemExit(f"{path}: the baseline could not decode it")
    print(f"- {native.cpu_model()}; ectype {ectype.version()}, CPU level {ectype.cpu_level()}")
    print(f"- file: {origin}, {width} x {height}, {Path(path).stat().st_size / 1e6:.1f} MB")
    print(f"- libjpeg at work: {', '.join(native.loaded_libraries('libjpeg'))}")
    print(f"- OpenCV {cv2.__version__}, Pillow {Image.__version__}", end="")
    print(f", pdqhash {getattr(pdqhash, '__version__', '?')}")


def measure(path: str, origin: str, round_count: int) -> bool:
    decode = native.gray_decoder()
    print_setting(path, origin, decode)
    print_agreement(path)
    print(f"- {round_count} alternating rounds, one thread\n")
    times = rounds.alternate(
        {
            ECTYPE: lambda: ectype.pdq(path),
            DECODE: lambda: decode(path),
            FAST: lambda: ectype.pdq(path, profile="fast"),
            PILLOW: lambda: with_pillow(path),
            OPENCV: lambda: with_opencv(path),
        },
        round_count,
    )
    rounds.print_times(times)
    return rounds.print_bars(times, BARS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="photos to make the file from")
    parser.add_argument("--rounds", type=int, default=rounds.ROUNDS)
    parser.add_argument("--file", type=Path, help="measure this JPEG file instead")
    parser.add_argument("--keep", type=Path, help="keep the file that was made under this name")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.file:
        return 0 if measure(str(arguments.file), "given", arguments.rounds) else 1
    with tempfile.TemporaryDirectory() as temporary:
        path = arguments.keep or Path(temporary) / "12mp.jpg"
        origin = photos.write_12_megapixels(path, arguments.folder)
        return 0 if measure(str(path), origin, arguments.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
