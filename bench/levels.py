"""How long a query takes at the levels `standard` and `thorough`, in sets of several sizes.

    python bench/levels.py FOLDER [--items 10000 100000] [--queries 64]

FOLDER: photos. The items of a set are made from theirs: PDQ and GradientGrid are those of a photo with
noise, far from all others; each keypoint is one of a photo's, drawn at random, with eight bits flipped, so that
descriptors lie as densely as those of real pictures do. Queries are photos with their content cut by a
quarter. CPU time of one thread.
"""

from __future__ import annotations

import argparse
import struct
import tempfile
import time
from pathlib import Path

import cv2
import ectype
import numpy as np

HEADER, POINT = 8, 20


def text(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def as_signature(pdq: bytes, grid: bytes, points: bytes) -> ectype.LevelSignature:
    """In the form of src/core/signature_bytes.cpp."""
    data = b"ECTS\x01" + text(b"") + struct.pack("<d", 1.0) + b"\0" + struct.pack("<I", 3)
    for recipe, metric, value in (
        (b"pdq/1:exact", b"hamming", pdq),
        (b"gradient_grid/1:exact", b"squared_l2", grid),
        (b"keypoints/1:dct128", b"keypoint_vote", points),
    ):
        data += text(recipe) + text(b"whole") + bytes([100, 0]) + text(metric)
        data += struct.pack("<I", 1) + text(value)
    return ectype.LevelSignature.from_bytes(data)


class Maker:
    """Items from the hashes of photos."""

    def __init__(self, photos: list[Path]) -> None:
        self._random = np.random.default_rng(1)
        pdq, grids, points = [], [], []
        for photo in photos:
            found = {
                recipe.split("/")[0]: variants[0]
                for recipe, region, _, _, variants in ectype.sign_level(
                    photo, level="thorough", purpose="store"
                ).hashes
                if region == "whole"
            }
            if len(found) < 3:
                continue
            pdq.append(np.frombuffer(found["pdq"], np.uint8))
            grids.append(np.frombuffer(found["gradient_grid"], np.uint8))
            points.append(np.frombuffer(found["keypoints"][HEADER:], np.uint8).reshape(-1, POINT))
        self._pdq, self._grids = np.array(pdq), np.array(grids)
        self._points = np.concatenate(points)

    def item(self, count: int) -> ectype.LevelSignature:
        random = self._random
        noise = np.packbits(random.random(256) < 0.35)
        pdq = self._pdq[random.integers(len(self._pdq))] ^ noise
        grid = self._grids[random.integers(len(self._grids))]
        grid = np.clip(grid + random.normal(0, 40, grid.size), 0, 255).astype(np.uint8)
        points = self._points[random.integers(len(self._points), size=count)].copy()
        bits = random.integers(0, 128, (count, 8))
        np.bitwise_xor.at(
            points, (np.arange(count)[:, None], bits // 8), (1 << (bits % 8)).astype(np.uint8)
        )
        head = struct.pack("<BBHHH", 1, 0, 1024, 768, count)
        return as_signature(pdq.tobytes(), grid.tobytes(), head + points.tobytes())


def cut(photo: Path) -> np.ndarray:
    pixels = cv2.cvtColor(cv2.imread(str(photo)), cv2.COLOR_BGR2RGB)
    height, width = pixels.shape[:2]
    return np.ascontiguousarray(pixels[height // 8 :, : 7 * width // 8])


def measure(photos: list[Path], level: str, items: int, queries: int) -> tuple[float, float, int]:
    """Milliseconds a query, seconds of the first match, matches of the photos that were cut."""
    maker = Maker(photos)
    count = 32 if level == "standard" else 128
    with tempfile.TemporaryDirectory() as folder:
        known = ectype.HashSet.create(Path(folder) / "set.ectype")
        known.add(
            [ectype.sign_level(p, level=level, purpose="store") for p in photos[:queries]],
            names=[str(p) for p in photos[:queries]],
            level=level,
        )
        for first in range(0, items, 10_000):
            names = [str(i) for i in range(first, min(items, first + 10_000))]
            known.add([maker.item(count) for _ in names], names=names, level=level)
        asked = [ectype.sign_level(cut(photo), level=level) for photo in photos[:queries]]
        started = time.process_time()
        known.match(asked[:1], level=level)
        first_match = time.process_time() - started
        times = []
        for _ in range(3):
            started = time.process_time()
            found = known.match(asked, level=level)
            times.append((time.process_time() - started) * 1000 / queries)
        own = sum(str(photos[q]) == name for q, name in zip(found.query, found.item))
        return float(np.median(times)), first_match, own


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=64)
    parser.add_argument("--levels", nargs="+", default=["standard", "thorough"])
    options = parser.parse_args()
    photos = sorted(p for p in options.folder.iterdir() if p.suffix in (".jpg", ".png"))
    print(f"CPU level {ectype.cpu_level()}; batches of {options.queries} queries, one thread\n")
    print("| level | items | a query, ms | first match, s | own photo found |")
    print("| --- | --- | --- | --- | --- |")
    for level in options.levels:
        for items in options.items:
            took, first, own = measure(photos, level, items, options.queries)
            print(f"| {level} | {items:,} | {took:.2f} | {first:.1f} | {own}/{options.queries} |")


if __name__ == "__main__":
    main()
