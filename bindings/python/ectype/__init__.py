"""Robust perceptual hashes of images, and exact search for the known original.

A match is a lead that a person must review, not proof.
"""

from __future__ import annotations

import os
from typing import Any, Iterable, NamedTuple, Sequence, Union

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import Error
from ._hash_set import HashSet, Matches

__all__ = [
    "Batch",
    "Comparison",
    "Error",
    "HashSet",
    "Hits",
    "LinearIndex",
    "Matches",
    "PdqResult",
    "TRANSFORMS",
    "compare",
    "cpu_level",
    "hash_files",
    "pdq",
    "pdq_dihedral",
    "version",
]

__version__: str = _core.version()

Picture = Union[str, "os.PathLike[Any]", bytes, bytearray, memoryview, npt.NDArray[np.uint8]]

#: Names of the eight dihedral transforms, in the order of `pdq_dihedral`.
TRANSFORMS: tuple[str, ...] = _core.TRANSFORMS


class PdqResult(tuple[npt.NDArray[np.uint8], int]):
    """``(hash, quality)`` with two flags beside it.

    ``hash`` is uint8 of shape (32,), or (8, 32) from `pdq_dihedral`, in the order of the
    hexadecimal text: ``hash.tobytes().hex()``. ``quality`` is an int from 0 to 100. ``degenerate``
    is true where so many coefficients are zero that the bits carry no content. ``damage`` says what
    is wrong with a file that could be decoded in part only; it is empty for a whole one.
    """

    degenerate: bool
    damage: str

    def __new__(
        cls, hash: npt.NDArray[np.uint8], quality: int, degenerate: bool = False, damage: str = ""
    ) -> PdqResult:
        self = super().__new__(cls, (hash, quality))
        self.degenerate = degenerate
        self.damage = damage
        return self

    @property
    def hash(self) -> npt.NDArray[np.uint8]:
        return self[0]

    @property
    def quality(self) -> int:
        return self[1]

    def __getnewargs__(self) -> tuple[Any, int, bool, str]:
        return (self[0], self[1], self.degenerate, self.damage)


class Comparison(NamedTuple):
    """What `compare` found. ``verdict`` is "match", "no match" or "low quality"."""

    verdict: str
    distance: int
    transform: str
    recipe: str
    quality_a: int
    quality_b: int
    damage_a: str
    damage_b: str
    explanation: str


class Batch(NamedTuple):
    """One row a file, in the order given.

    ``hashes``: uint8 (n, 32), zeros where a file has none. ``qualities``: int16 (n,), -1 where a
    file has no hash. ``outcomes`` and ``reasons``: str.
    """

    hashes: npt.NDArray[np.uint8]
    qualities: npt.NDArray[np.int16]
    outcomes: list[str]
    reasons: list[str]


class Hits(NamedTuple):
    """Rows near queries, ordered by (query, distance, row); three arrays of the same length."""

    query: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    distance: npt.NDArray[np.int32]


def version() -> str:
    """Version of the library."""
    return _core.version()


def cpu_level() -> str:
    """The distance kernels in use: "scalar", "avx2" or "avx512"; see ECTYPE_CPU."""
    return _core.cpu_level()


def pdq(picture: Picture, *, profile: str = "exact") -> PdqResult:
    """PDQ hash and quality of a picture.

    ``picture`` is a path, encoded bytes, or an array of uint8, (H, W) gray or (H, W, 3) RGB, of any
    stride. ``profile="fast"`` may decode a JPEG at a reduced size, within 2 bits. A picture with a
    side under 5 pixels has the zero hash and quality 0. Raises `Error`.
    """
    return PdqResult(*_core.pdq(picture, str(profile)))


def pdq_dihedral(picture: Picture, *, profile: str = "exact") -> PdqResult:
    """As `pdq`, for the eight dihedral transforms from one decode; see `TRANSFORMS`."""
    return PdqResult(*_core.pdq_dihedral(picture, str(profile)))


def compare(a: Picture, b: Picture, *, radius: int = 31) -> Comparison:
    """Whether two pictures are copies of each other; the radius is inclusive."""
    return Comparison(**_core.compare(a, b, radius))


def hash_files(
    paths: Iterable[Union[str, "os.PathLike[Any]"]], threads: int = 0, *, profile: str = "exact"
) -> Batch:
    """Hash files on ``threads`` threads (0: one a core). Never raises for what is wrong with one."""
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise Error("give a list of paths, not one path", "invalid_argument")
    return Batch(*_core.hash_files(paths, threads, str(profile)))


class LinearIndex:
    """Exact search by Hamming distance over hashes of 64, 128 or 256 bits.

    ``hashes`` is uint8 of shape (n, 8), (n, 16) or (n, 32). Rows are numbered from 0 in the order
    in which they were added; a removed row's number is not used again.
    """

    _TYPES = {8: _core.LinearIndex64, 16: _core.LinearIndex128, 32: _core.LinearIndex256}

    def __init__(self, hashes: npt.NDArray[np.uint8] | None = None, *, bits: int = 256) -> None:
        width = bits // 8
        if hashes is not None:
            width = np.shape(hashes)[-1] if np.ndim(hashes) == 2 else 0
        if width not in self._TYPES or (hashes is None and bits % 64 != 0):
            given = f"bits={bits}" if hashes is None else f"shape {np.shape(hashes)}"
            raise Error(
                f"{given} is not a list of hashes: give uint8 of shape (n, 8), (n, 16) or (n, 32)",
                "invalid_argument",
            )
        self._index = self._TYPES[width]()
        if hashes is not None:
            self._index.add(hashes)

    def __len__(self) -> int:
        return len(self._index)

    @property
    def row_count(self) -> int:
        """Rows ever added."""
        return self._index.row_count

    def add(self, hashes: npt.NDArray[np.uint8]) -> int:
        """Append rows; returns the number of the first."""
        return self._index.add(hashes)

    def remove(self, rows: Sequence[int] | npt.NDArray[np.integer[Any]]) -> None:
        """Remove rows by number; all of them or, where one is not there, none."""
        self._index.remove(rows)

    def within(self, queries: npt.NDArray[np.uint8], radius: int = 31) -> Hits:
        """Rows at distance <= radius (inclusive; faiss is strict) of each query."""
        return Hits(*self._index.within(queries, radius))

    def nearest(self, queries: npt.NDArray[np.uint8], k: int = 1) -> Hits:
        """The k nearest rows of each query; of equal distances the smaller rows."""
        return Hits(*self._index.nearest(queries, k))
