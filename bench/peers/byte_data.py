"""Byte vectors to search: uniform, in clusters, and gradient grids of photos; and queries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import hash_data
import photos

Vectors = npt.NDArray[np.uint8]

SIZE = 144
GRID = 6
SMALL_SIDE = 96
#: Grids that are really computed; more rows than this are copies, moved a little.
COMPUTED_AT_MOST = 250_000
#: Queries are rows with each byte moved by up to so much: about 18,000 in squared L2.
MOVED = 19


@dataclass(frozen=True)
class Data:
    """`rows` (n, 144) and `queries` (m, 144), and what they are."""

    name: str
    rows: Vectors
    queries: Vectors


def moved(vectors: Vectors, most: int, random: np.random.Generator) -> Vectors:
    """Each byte by -most to most, clipped."""
    steps = random.integers(-most, most + 1, vectors.shape, dtype=np.int16)
    clipped: Vectors = np.clip(vectors + steps, 0, 255).astype(np.uint8)
    return clipped


def _uniform(count: int, random: np.random.Generator) -> Vectors:
    return random.integers(0, 256, (count, SIZE), dtype=np.uint8)


def _clustered(count: int, random: np.random.Generator) -> Vectors:
    """A hundred copies of each centre, moved by up to 30: 43,000 apart, so about at the radius."""
    return moved(np.repeat(_uniform(-(-count // 100), random), 100, axis=0)[:count], 30, random)


def gradient_grid(gray: photos.Pixels) -> Vectors:
    """The sums of the rising and the falling differences along x and y in 6 x 6 cells, four a cell,
    scaled so that their root mean square is 64. It is of the shape and kind of the values that
    licensed tools make, and made by none of them."""
    levels = gray.astype(np.float32)
    across = np.diff(levels, axis=1)[:-1]
    down = np.diff(levels, axis=0)[:, :-1]
    parts = np.stack([np.maximum(d, 0) for d in (across, -across, down, -down)])
    edges = [np.arange(GRID) * side // GRID for side in across.shape]
    cells = np.add.reduceat(np.add.reduceat(parts, edges[0], axis=1), edges[1], axis=2)
    sums = cells.transpose(1, 2, 0).reshape(-1)
    scale = 64 / max(1e-6, float(np.sqrt(np.mean(sums**2))))
    return np.clip(np.rint(scale * sums), 0, 255).astype(np.uint8)


def _of_photos(files: list[Path], count: int, random: np.random.Generator) -> Vectors:
    """Grids of photos, cropped by up to a third a side and with another contrast each time."""
    pictures = hash_data.augmented(hash_data.small_grays(files, SMALL_SIDE), random)
    computed = np.empty((min(count, COMPUTED_AT_MOST), SIZE), np.uint8)
    for at in range(len(computed)):
        computed[at] = gradient_grid(next(pictures))
    copies = computed[np.arange(count - len(computed)) % len(computed)]
    return np.concatenate([computed, moved(copies, 30, random)])


def make_data(count: int, query_count: int, folder: Path | None, seed: int = 1) -> list[Data]:
    """Rows of three kinds, each in random order; the queries are rows of them, moved."""
    random = np.random.default_rng(seed)
    files = photos.photo_files(folder)
    kinds = {"uniform": _uniform(count, random), "clusters of 100": _clustered(count, random)}
    if files:
        kinds[f"gradient grids of {len(files)} photos"] = _of_photos(files, count, random)
    data = []
    for name, vectors in kinds.items():
        rows = random.permutation(vectors)
        chosen = rows[random.choice(count, query_count)]
        data.append(Data(name, rows, moved(chosen, MOVED, random)))
    return data
