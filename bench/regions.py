"""How often the content of a bordered photo is found, how near its hashes are, and what is found in
photos without a border. Usage: regions.py PROGRAM [--split dev|test|all] [--folder FOLDER]

PROGRAM is what CMake makes of regions.cpp.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from robustness.photos import (
    DEFAULT_FOLDER,
    WORKING_SIDE,
    Pixels,
    choose_queries,
    read_collection,
    read_photo,
    reduce_to,
)
from robustness.transformations import TRANSFORMATIONS, transform
from robustness.transformations.colour import jpeg
from robustness.transformations.geometry import resize, thumbnail
from robustness.transformations.step import Context

TOLERANCE = 0.015  # of the side
BY_NAME = {transformation.name: transformation for transformation in TRANSFORMATIONS}
BORDERED = [
    "border_white_0.05", "border_black_0.15", "letterbox_0.12", "caption_bar_0.18", "screenshot",
    "meme_border_jpeg_40",
]  # fmt: skip
SHORT_SIDES = [64, 48, 32]
Rectangle = tuple[float, ...]


class Signed(NamedTuple):
    content: Rectangle | None
    hashes: dict[tuple[str, str], np.ndarray]  # by region and algorithm; only trusted ones


class Signer:
    def __init__(self, program: str) -> None:
        self._folder = tempfile.TemporaryDirectory(dir="/dev/shm")
        self._path = Path(self._folder.name) / "picture.ppm"
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def __call__(self, pixels: Pixels) -> Signed:
        cv2.imwrite(str(self._path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{self._path}\n")
        first, *lines = self._process.stdout.readline().rstrip("\n").split("\t")
        content = tuple(float(value) for value in first.split()[1:]) or None
        hashes = {}
        for region, algorithm, trusted, text in (line.split() for line in lines):
            if trusted == "1":
                hashes[region, algorithm] = np.frombuffer(bytes.fromhex(text), np.uint8)
        return Signed(content, hashes)


def distance(algorithm: str, a: np.ndarray, b: np.ndarray) -> int:
    if algorithm == "pdq":
        return int(np.unpackbits(a ^ b).sum())
    return int(((a.astype(np.int64) - b.astype(np.int64)) ** 2).sum())


def expected(name: str, height: int, width: int) -> Rectangle:
    """Where the photo lies in the modified one: left, top, right, bottom."""
    if name.endswith("screenshot"):
        scale = min(540 / width, 670 / height)
        w, h = round(width * scale), round(height * scale)
        left = (540 - w) // 2
        return left / 540, 130 / 960, (left + w) / 540, (130 + h) / 960
    x = top = bottom = 0
    if "border" in name:
        x = top = bottom = round(max(height, width) * (0.15 if "0.15" in name else 0.05))
    elif name.startswith("letterbox"):
        top = bottom = round(height * 0.12)
    else:
        top = round(height * 0.18)
    w, h = width + 2 * x, height + top + bottom
    return x / w, top / h, (x + width) / w, (top + height) / h


def near(a: Rectangle | None, b: Rectangle | None) -> bool:
    if a is None or b is None:
        return a is b
    return all(abs(u - v) < TOLERANCE for u, v in zip(a, b, strict=True))


def describe(distances: list[int]) -> str:
    if not distances:
        return "none"
    return f"median {np.median(distances):.0f}, 99 % {np.percentile(distances, 99):.0f}"


def measure_borders(sign: Signer, photos: list[tuple[str, Pixels]]) -> None:
    for name in BORDERED:
        right = missed = 0
        distances: dict[str, list[int]] = defaultdict(list)
        for photo, pixels in photos:
            whole = sign(pixels)
            modified = sign(transform(pixels, photo, BY_NAME[name]))
            missed += modified.content is None
            if not near(modified.content, expected(name, *pixels.shape[:2])):
                continue
            right += 1
            for algorithm in ("pdq", "gradient_grid"):
                a = whole.hashes.get(("whole", algorithm))
                b = modified.hashes.get(("content", algorithm))
                if a is not None and b is not None:
                    distances[algorithm].append(distance(algorithm, a, b))
        wrong = len(photos) - right - missed
        print(f"{name}: right {100 * right / len(photos):.1f} % of {len(photos)}, none {missed}, "
              f"wrong {wrong}; pdq {describe(distances['pdq'])}; "
              f"gradient_grid {describe(distances['gradient_grid'])}")  # fmt: skip


def measure_unmodified(sign: Signer, photos: list[tuple[str, Pixels]]) -> None:
    context = Context(np.random.default_rng(0), None)
    copies: dict[str, Callable[[Pixels, Context], Pixels]] = {
        "JPEG 50": jpeg(50), "resize 0.5": resize(0.5)
    }  # fmt: skip
    found = 0
    stable = dict.fromkeys(copies, 0)
    new = dict.fromkeys(copies, 0)
    for photo, pixels in photos:
        content = sign(pixels).content
        found += content is not None
        for name, copy in copies.items():
            other = sign(copy(pixels, context)).content
            stable[name] += content is not None and near(content, other)
            new[name] += content is None and other is not None
        if content is not None:
            print(f"  {photo}: {' '.join(f'{value:.3f}' for value in content)}")
    print(f"unmodified: {found} of {len(photos)} have a content region; "
          f"the same after {stable}; only after {new}")  # fmt: skip


def measure_small(
    sign: Signer, photos: list[tuple[str, Pixels]], unrelated: Callable[[int, int], bool]
) -> None:
    """GradientGrid of photos whose shorter side is so small, against the full size."""
    context = Context(np.random.default_rng(0), None)
    key = "whole", "gradient_grid"
    full = [sign(pixels).hashes.get(key) for _, pixels in photos]
    for side in SHORT_SIDES:
        same: list[int] = []
        small = []
        for (_, pixels), reference in zip(photos, full, strict=True):
            height, width = pixels.shape[:2]
            longer = round(max(height, width) * side / min(height, width))
            small.append(sign(thumbnail(longer)(pixels, context)).hashes.get(key))
            if reference is not None and small[-1] is not None:
                same.append(distance("gradient_grid", reference, small[-1]))
        others = np.array([
            distance("gradient_grid", a, b)
            for i, a in enumerate(small) for j, b in enumerate(full)
            if a is not None and b is not None and unrelated(i, j)
        ])  # fmt: skip
        print(f"shorter side {side}: {describe(same)}; other photos: 1 in 1,000 "
              f"{np.percentile(others, 0.1):.0f}, 1 in 10,000 {np.percentile(others, 0.01):.0f}; "
              f"untrusted {sum(hash is None for hash in small)}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--split", choices=("dev", "test", "all"), default="dev")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--count", type=int, help="so many photos at even steps")
    options = parser.parse_args()
    collection = read_collection(options.folder)
    chosen = choose_queries(collection.photos, options.split, options.count)
    photos = [(photo.name, reduce_to(read_photo(photo.path), WORKING_SIDE)) for photo in chosen]
    sign = Signer(options.program)
    measure_borders(sign, photos)
    measure_unmodified(sign, photos)
    measure_small(sign, photos, lambda i, j: not collection.are_related(chosen[i], chosen[j]))


if __name__ == "__main__":
    main()
