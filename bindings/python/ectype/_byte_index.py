"""Exact search over byte vectors."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import Error
from ._index import Hits


class ByteIndex:
    """Exact search by squared L2 or L1 distance over vectors of 1 to 1024 unsigned bytes.

    ``vectors`` is uint8 of shape (n, size); without it, ``size`` tells how long they are. Arrays
    that are C-contiguous are read in place. Rows are numbered from 0 in the order in which they
    were added; a removed row's number is not used again. Threads may search and change it at
    the same time: a change waits for the searches under way.

    Variants of a vector, such as those of turned pictures, are queries of their own: NumPy's
    ``vector[permutations]``, with ``permutations`` of shape (8, size) in the order of `TRANSFORMS`,
    makes the eight of them. Which permutations are right only the algorithm behind the vectors
    tells; none is assumed.
    """

    def __init__(
        self,
        vectors: npt.NDArray[np.uint8] | None = None,
        metric: str = "squared_l2",
        *,
        size: int = 144,
    ) -> None:
        if vectors is not None:
            size = _vector_size(vectors, dimensions=(2,))
        self._index = _core.ByteIndex(size, str(metric))
        if vectors is not None:
            self._index.add(vectors)

    def __len__(self) -> int:
        return len(self._index)

    @property
    def row_count(self) -> int:
        """Rows ever added."""
        return self._index.row_count

    def add(self, vectors: npt.NDArray[np.uint8]) -> int:
        """Append rows; returns the number of the first."""
        return self._index.add(vectors)

    def remove(self, rows: Sequence[int] | npt.NDArray[np.integer[Any]]) -> None:
        """Remove rows by number; all of them or, where one is not there, none."""
        self._index.remove(rows)

    def within(
        self, queries: npt.NDArray[np.uint8], radius: int, *, min_entropy: float = 0
    ) -> Hits:
        """Rows at distance <= radius (inclusive; faiss is strict) of each query.

        The radius is squared where the metric is. Queries and rows whose `byte_entropy` is below
        ``min_entropy`` (bits, 0 to 8; 0: off) are left out.
        """
        return Hits(*self._index.within(queries, radius, min_entropy))

    def nearest(self, queries: npt.NDArray[np.uint8], k: int = 1) -> Hits:
        """The k nearest rows of each query; of equal distances the smaller rows."""
        return Hits(*self._index.nearest(queries, k))


def byte_entropy(vectors: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Shannon entropy, in bits (0 to 8), of the histogram of the bytes of each vector.

    ``vectors`` is uint8 of shape (n, size) or (size,); the result has shape (n,) or (1,).
    """
    return _core.byte_entropy(vectors, _vector_size(vectors, dimensions=(1, 2)))


def _vector_size(vectors: Any, dimensions: tuple[int, ...]) -> int:
    shape = np.shape(vectors)
    if len(shape) not in dimensions or not 1 <= shape[-1] <= 1024:
        raise Error(
            f"shape {shape} is not a list of vectors: give uint8 of shape (n, 1 to 1024)",
            "invalid_argument",
        )
    return int(shape[-1])
