#!/usr/bin/env python3
"""From a JPEG file of 12 megapixels to all of its hashes: ectype beside imagehash, on one thread.

(a) ectype.sign(path, "all"), (b) imagehash's phash, dhash, average_hash and whash of one decode by
Pillow, (c) ectype's same four. Exit status 1 where a bar is missed. With --radii instead: how many
pairs of unrelated photos match, for every algorithm, by its default radius.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from pathlib import Path
from typing import Any

import ectype
import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

import native
import photos
import rounds

FOUR = ["phash", "dhash", "ahash", "whash"]
ALL = '(a) ectype.sign, "all"'
IMAGEHASH = "(b) imagehash, its four"
SAME = "(c) ectype.sign, the same four"
BARS = [
    rounds.Bar("(b) / (a)", IMAGEHASH, ALL, at_least=8),
    rounds.Bar("(b) / (c)", IMAGEHASH, SAME),
]


def with_imagehash(path: str) -> list[imagehash.ImageHash]:
    with Image.open(path) as picture:
        return [
            imagehash.phash(picture),
            imagehash.dhash(picture),
            imagehash.average_hash(picture),
            imagehash.whash(picture),
        ]


def measure(path: str, origin: str, round_count: int) -> bool:
    with Image.open(path) as picture:
        width, height = picture.size
    print(f"- {native.cpu_model()}; ectype {ectype.version()}")
    print(f"- file: {origin}, {width} x {height}, {Path(path).stat().st_size / 1e6:.1f} MB")
    print(f"- imagehash {imagehash.__version__}, Pillow {Image.__version__}")
    print(f"- all: {', '.join(algorithm.name for algorithm in ectype.algorithms())}")
    ours = ectype.sign(path, FOUR)
    for name, theirs in zip(FOUR, with_imagehash(path), strict=True):
        bits = int((np.unpackbits(ours[name].hash) != theirs.hash.ravel()).sum())
        print(f"- {name}: {bits} bits from imagehash's (Y plane against RGB)")
    print(f"- {round_count} alternating rounds, one thread\n")
    times = rounds.alternate(
        {
            ALL: lambda: ectype.sign(path, "all"),
            IMAGEHASH: lambda: with_imagehash(path),
            SAME: lambda: ectype.sign(path, FOUR),
        },
        round_count,
    )
    rounds.print_times(times)
    return rounds.print_bars(times, BARS)


def related(folder: Path, files: list[Path]) -> npt.NDArray[np.bool_]:
    """Pairs that do not count: of one group, or listed as duplicates, where there are such lists."""
    names = {path.name: i for i, path in enumerate(files)}
    pairs = np.eye(len(files), dtype=bool)
    if (folder / "manifest.csv").is_file():
        with open(folder / "manifest.csv", newline="", encoding="utf-8") as file:
            groups = {row["file"]: row["group"] for row in csv.DictReader(file)}
        group = np.array([groups.get(path.name, "") for path in files])
        pairs |= (group[:, None] == group) & (group != "")
    if (folder / "duplicates.csv").is_file():
        with open(folder / "duplicates.csv", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["file_a"] in names and row["file_b"] in names:
                    a, b = names[row["file_a"]], names[row["file_b"]]
                    pairs[a, b] = pairs[b, a] = True
    return pairs


def distances(algorithm: ectype.Algorithm, hashes: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
    if algorithm.metric == "hamming":
        values = np.unpackbits(hashes, axis=1).astype(np.float64)
    else:
        values = hashes.astype(np.float64)
    squares = (values**2).sum(1)
    return squares[:, None] + squares - 2 * values @ values.T


def report_radii(folder: Path) -> None:
    files = photos.photo_files(folder)
    if not files:
        raise SystemExit("--radii needs a folder of photos")
    signatures = [ectype.sign(path, "all") for path in files]
    unrelated = np.triu(~related(folder, files), 1)
    rows = []
    for algorithm in ectype.algorithms():
        results = [signature.get(algorithm.name) for signature in signatures]
        trusted = np.array([r is not None and r.quality >= 50 and not r.degenerate for r in results])
        blank = np.zeros(algorithm.bytes, np.uint8)
        apart = distances(algorithm, np.array([blank if r is None else r.hash for r in results]))
        pairs = np.sort(apart[unrelated & trusted[:, None] & trusted])
        # The largest radius at which no more than this share of the pairs match.
        largest = [int(np.ceil(pairs[int(len(pairs) * share)])) - 1 for share in (1e-5, 1e-4, 1e-3)]
        matched = int((pairs <= algorithm.default_radius).sum())
        rows.append(
            [
                algorithm.name,
                f"{100 * trusted.mean():.1f} %",
                f"{algorithm.default_radius}",
                f"{matched} of {len(pairs)}",
                *map(str, largest),
            ]
        )
    rounds.print_table(
        ["algorithm", "trusted", "radius", "unrelated pairs matched", "1e-5", "1e-4", "1e-3"], rows
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="photos to make the file from")
    parser.add_argument("--rounds", type=int, default=rounds.ROUNDS)
    parser.add_argument("--file", type=Path, help="measure this JPEG file instead")
    parser.add_argument("--radii", action="store_true", help="false matches by default radius")
    arguments = parser.parse_args()
    if arguments.radii:
        report_radii(arguments.folder or photos.DEFAULT_FOLDER)
        return 0
    if arguments.file:
        return 0 if measure(str(arguments.file), "given", arguments.rounds) else 1
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "12mp.jpg"
        origin = photos.write_12_megapixels(path, arguments.folder)
        return 0 if measure(str(path), origin, arguments.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
