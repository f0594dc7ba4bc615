"""Hashes to search: half from real photos, half uniform random; and queries, some of them near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ectype
import numpy as np
import numpy.typing as npt
from PIL import Image

import photos

Hashes = npt.NDArray[np.uint8]

#: Photo hashes that are really computed; more rows than this are copies with bits flipped.
COMPUTED_AT_MOST = 500_000
SMALL_SIDE = 192


@dataclass(frozen=True)
class Data:
    """`rows` (n, 32) and `queries` (m, 32) as bytes, and where they come from."""

    rows: Hashes
    queries: Hashes
    origin: str


def _uniform(count: int, random: np.random.Generator) -> Hashes:
    return np.frombuffer(random.bytes(32 * count), np.uint8).reshape(count, 32).copy()


def flip_bits(hashes: Hashes, most: int, random: np.random.Generator) -> Hashes:
    """Flips 0 to `most` bits of each hash (a few fewer where it draws a bit twice)."""
    flipped = hashes.copy()
    left = random.integers(0, most + 1, len(hashes))
    for step in range(most):
        chosen = np.flatnonzero(left > step)
        bits = random.integers(0, 256, len(chosen))
        flipped[chosen, bits // 8] ^= (1 << bits % 8).astype(np.uint8)
    return flipped


def small_grays(files: list[Path], side: int = SMALL_SIDE) -> list[photos.Pixels]:
    """Of at most `side` pixels a side, and at least a third of it."""
    grays = []
    for path in files:
        with Image.open(path) as picture:
            picture.thumbnail((side, side))
            grays.append(np.asarray(picture.convert("L")))
    return [gray for gray in grays if 3 * min(gray.shape) >= side]


def augmented(grays: list[photos.Pixels], random: np.random.Generator) -> Iterator[photos.Pixels]:
    """Round after round of all photos: cropped by up to a third a side, with another contrast."""
    levels = np.arange(256) / 255
    while True:
        for gray in grays:
            top, left, bottom, right = random.uniform(0, 1 / 3, 4)
            height, width = gray.shape
            crop = gray[
                int(top * height) : height - int(bottom * height / 2),
                int(left * width) : width - int(right * width / 2),
            ]
            curve = 255 * levels ** random.uniform(0.6, 1.6)
            yield curve.astype(np.uint8)[crop]


def _photo_hashes(files: list[Path], count: int, random: np.random.Generator) -> Hashes:
    """Hashes of augmented photos in their eight dihedral forms, in random order."""
    hashes = np.empty((-(-count // 8) * 8, 32), np.uint8)
    pictures = augmented(small_grays(files), random)
    for at in range(0, len(hashes), 8):
        hashes[at : at + 8] = ectype.pdq_dihedral(next(pictures)).hash
    return random.permutation(hashes)[:count]


def _extended(hashes: Hashes, count: int, random: np.random.Generator) -> Hashes:
    """`hashes` and, up to `count`, copies of them with up to 60 bits flipped."""
    more = count - len(hashes)
    if more <= 0:
        return hashes[:count]
    copies = hashes[np.arange(more) % len(hashes)]
    return np.concatenate([hashes, flip_bits(copies, 60, random)])


def make_data(count: int, query_count: int, folder: Path | None, seed: int = 1) -> Data:
    """Rows in random order. Of the queries half are rows with up to 40 bits flipped, a quarter
    hashes of the same photos augmented anew, and a quarter random."""
    random = np.random.default_rng(seed)
    files = photos.photo_files(folder)
    half = count // 2
    fresh = query_count // 4
    if files:
        computed = _photo_hashes(files, min(half, COMPUTED_AT_MOST) + fresh, random)
        near, known = computed[:fresh], _extended(computed[fresh:], half, random)
        origin = f"half from {len(files)} photos ({len(computed) - fresh} computed), half random"
    else:
        near, known = _uniform(fresh, random), _uniform(half, random)
        origin = "all random: no photos here"
    rows = random.permutation(np.concatenate([known, _uniform(count - half, random)]))
    copied = flip_bits(rows[random.choice(count, query_count // 2)], 40, random)
    others = _uniform(query_count - len(copied) - len(near), random)
    return Data(rows, random.permutation(np.concatenate([copied, near, others])), origin)
