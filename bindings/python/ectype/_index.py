"""Exact search over hashes."""

from __future__ import annotations

import os
from typing import Any, Callable, NamedTuple, Sequence, overload

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import Error

_SHAPES = "give uint8 of shape (n, 8), (n, 16) or (n, 32)"


class Hits(NamedTuple):
    """Rows near queries, ordered by (query, distance, row); three arrays of the same length."""

    query: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    distance: npt.NDArray[np.int32]


def _bytes_of(bits: int) -> int:
    if bits not in (64, 128, 256):
        raise Error(f"bits={bits} is no length of a hash: {_SHAPES}", "invalid_argument")
    return bits // 8


def _width(hashes: npt.NDArray[np.uint8]) -> int:
    """Bytes of a hash."""
    shape = np.shape(hashes)
    if len(shape) != 2 or shape[1] not in (8, 16, 32):
        raise Error(f"shape {shape} is not a list of hashes: {_SHAPES}", "invalid_argument")
    return int(shape[1])


class _Index:
    """What every index of hashes can do."""

    _index: _core._Index

    def __len__(self) -> int:
        return len(self._index)

    def within(self, queries: npt.NDArray[np.uint8], radius: int = 31) -> Hits:
        """Rows at distance <= radius (inclusive; faiss is strict) of each query."""
        return Hits(*self._index.within(queries, radius))

    def nearest(self, queries: npt.NDArray[np.uint8], k: int = 1) -> Hits:
        """The k nearest rows of each query; of equal distances the smaller rows."""
        return Hits(*self._index.nearest(queries, k))


class LinearIndex(_Index):
    """Exact search by Hamming distance over hashes of 64, 128 or 256 bits.

    ``hashes`` is uint8 of shape (n, 8), (n, 16) or (n, 32). Rows are numbered from 0 in the order
    in which they were added; a removed row's number is not used again. Threads may search and
    change it at the same time: a change waits for the searches under way.
    """

    _index: _core._LinearIndex
    _TYPES: dict[int, type[_core._LinearIndex]] = {
        8: _core.LinearIndex64,
        16: _core.LinearIndex128,
        32: _core.LinearIndex256,
    }

    def __init__(self, hashes: npt.NDArray[np.uint8] | None = None, *, bits: int = 256) -> None:
        width = _bytes_of(bits) if hashes is None else _width(hashes)
        self._index = self._TYPES[width]()
        if hashes is not None:
            self._index.add(hashes)

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


class MultiIndex(_Index):
    """Exact search in buckets by multi-index hashing: what `LinearIndex` returns, in less time.

    ``hashes`` is uint8 of shape (n, 8), (n, 16) or (n, 32). The buckets serve radii up to ``radius``
    best; a larger one, or a small set, is searched by looking at every row where that is expected
    to be faster. ``threads`` build it (0: one a core). Immutable.
    """

    _index: _core._MultiIndex
    _TYPES: dict[int, type[_core._MultiIndex]] = {
        8: _core.MultiIndex64,
        16: _core.MultiIndex128,
        32: _core.MultiIndex256,
    }

    def __init__(
        self, hashes: npt.NDArray[np.uint8], *, radius: int = 31, threads: int = 0
    ) -> None:
        self._index = self._TYPES[_width(hashes)](hashes, radius, threads)

    @classmethod
    def open(cls, path: str | os.PathLike[Any], *, bits: int = 256) -> MultiIndex:
        """Map an index that `save` wrote, in milliseconds whatever its size.

        Its blocks are checked when a search first touches them: a search may raise `Error`
        ("damaged").
        """
        self = cls.__new__(cls)
        self._index = cls._TYPES[_bytes_of(bits)].open(path)
        return self

    def save(
        self, path: str | os.PathLike[Any], *, uuid: str = "", generation: int = 0
    ) -> None:
        """Write to a file (mode 0600), whole or not at all; replaces an index that is there."""
        self._index.save(path, uuid, generation)

    def verify(self) -> None:
        """Check every block of the file it was opened from; raises `Error` (damaged).

        A search checks the blocks that it touches first, each once. Nothing to do for an index that
        was built in memory.
        """
        self._index.verify()

    @property
    def radius(self) -> int:
        """The largest radius that the buckets were built to serve."""
        return self._index.radius

    @property
    def stamp(self) -> tuple[str, int]:
        """UUID and generation as given to `save`."""
        return self._index.stamp

    @property
    def overhead_bytes(self) -> int:
        """Bytes beyond those of the hashes."""
        return self._index.overhead_bytes


    def explain(self, queries: int = 1, radius: int = 31) -> str:
        """How so many queries would be searched, and what each way is expected to take."""
        return self._index.explain(queries, radius)


class SearchIndex(_Index):
    """Exact search over rows that come and go: a `MultiIndex` and what has changed since.

    ``hashes`` is uint8 of shape (n, 8), (n, 16) or (n, 32); without it the index is empty and
    ``bits`` long. Rows are numbered from 0 in the order in which they were added; a removed row's
    number is not used again. Searches may go on in other threads while it changes.
    """

    _index: _core._SearchIndex
    _TYPES: dict[int, type[_core._SearchIndex]] = {
        8: _core.SearchIndex64,
        16: _core.SearchIndex128,
        32: _core.SearchIndex256,
    }

    def __init__(
        self,
        hashes: npt.NDArray[np.uint8] | None = None,
        *,
        radius: int = 31,
        threads: int = 0,
        bits: int = 256,
    ) -> None:
        if hashes is None:
            hashes = np.empty((0, _bytes_of(bits)), np.uint8)
        self._index = self._TYPES[_width(hashes)](hashes, radius, threads)

    @classmethod
    def open(cls, path: str | os.PathLike[Any], *, bits: int = 256) -> SearchIndex:
        """Start from an index that `MultiIndex.save` wrote, mapped."""
        self = cls.__new__(cls)
        self._index = cls._TYPES[_bytes_of(bits)].open(path)
        return self

    @property
    def row_count(self) -> int:
        """Rows ever added."""
        return self._index.row_count

    @property
    def delta_size(self) -> int:
        """Rows added and removed since the base was built."""
        return self._index.delta_size

    def add(self, hashes: npt.NDArray[np.uint8]) -> int:
        """Append rows; returns the number of the first."""
        return self._index.add(hashes)

    def remove(self, rows: Sequence[int] | npt.NDArray[np.integer[Any]]) -> None:
        """Remove rows by number; all of them or, where one is not there, none."""
        self._index.remove(rows)

    def compact(self, *, radius: int = 31, threads: int = 0) -> None:
        """Build the base anew from all rows that are there; searches go on meanwhile."""
        self._index.compact(radius, threads)


    def explain(self, queries: int = 1, radius: int = 31) -> str:
        """How so many queries would be searched, and what each way is expected to take."""
        return self._index.explain(queries, radius)


class Pairs(NamedTuple):
    """Pairs of rows near each other, a < b; three arrays of the same length."""

    a: npt.NDArray[np.int64]
    b: npt.NDArray[np.int64]
    distance: npt.NDArray[np.int32]


class Clusters(NamedTuple):
    """``cluster``: of each row, from 0 in the order of their first rows. ``medoid``: the row with
    most others of its cluster near it."""

    cluster: npt.NDArray[np.int64]
    medoid: npt.NDArray[np.int64]


_JOINS = {8: _core.self_join64, 16: _core.self_join128, 32: _core.self_join256}
_CLUSTERS = {8: _core.cluster64, 16: _core.cluster128, 32: _core.cluster256}


#: 20 MB of them.
_PAIRS_AT_ONCE = 1 << 20


@overload
def self_join(hashes: npt.NDArray[np.uint8], radius: int = ..., visit: None = ...) -> Pairs: ...
@overload
def self_join(
    hashes: npt.NDArray[np.uint8], radius: int = ..., *, visit: Callable[[Pairs], object]
) -> None: ...
def self_join(
    hashes: npt.NDArray[np.uint8],
    radius: int = 31,
    visit: Callable[[Pairs], object] | None = None,
) -> Pairs | None:
    """Every pair of rows at distance <= radius (inclusive), once.

    Rows of one hash are collapsed: each is paired with the first of them, at distance 0, and only
    that one with rows of other hashes. ``visit`` is called with about a million pairs at a time,
    in the same order, instead of holding them all; what it raises ends the search.
    """
    join = _JOINS[_width(hashes)]
    if visit is None:
        return Pairs(*join(hashes, radius, None, 0))
    join(hashes, radius, lambda *columns: visit(Pairs(*columns)), _PAIRS_AT_ONCE)
    return None


def cluster(hashes: npt.NDArray[np.uint8], radius: int = 31, *, rule: str = "medoid") -> Clusters:
    """Group rows by nearness: all within the radius of one of them (``"medoid"``), or each within
    the radius of some other (``"linked"``, where chains may be long)."""
    if rule not in ("medoid", "linked"):
        raise Error(f"rule={rule!r}: give 'medoid' or 'linked'", "invalid_argument")
    return Clusters(*_CLUSTERS[_width(hashes)](hashes, radius, rule == "linked"))
