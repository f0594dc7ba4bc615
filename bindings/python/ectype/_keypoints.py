"""Keypoints: the copy that was cropped, turned, framed, or put into another picture."""

from __future__ import annotations

import os
from typing import Any, Iterable, NamedTuple, Union

import numpy as np
import numpy.typing as npt

from . import _core
from ._core import KeypointSignature

_Picture = Union[str, "os.PathLike[Any]", bytes, bytearray, memoryview, npt.NDArray[np.uint8]]


class KeypointMatch(NamedTuple):
    """What two pictures have in common, and where.

    ``inliers``: keypoints that agree, apart from each other. ``transform``: (2, 3) from the
    reference to the query, where 1 is the longest side of each. ``reference_region`` and
    ``query_region``: (4, 2), corners (x, y) of the part that matches, as fractions of width and
    height.
    """

    inliers: int
    mirrored: bool
    inverted: bool
    transform: npt.NDArray[np.float64]
    reference_region: npt.NDArray[np.float64]
    query_region: npt.NDArray[np.float64]


class KeypointMatches(NamedTuple):
    """One row a match, ordered by (query, inliers from most, picture); see `KeypointMatch`.

    ``query`` and ``picture``: int64 (n,), ``inliers``: int32, ``mirrored`` and ``inverted``: bool,
    ``transform``: float64 (n, 2, 3), ``reference_region`` and ``query_region``: float64 (n, 4, 2).
    """

    query: npt.NDArray[np.int64]
    picture: npt.NDArray[np.int64]
    inliers: npt.NDArray[np.int32]
    mirrored: npt.NDArray[np.bool_]
    inverted: npt.NDArray[np.bool_]
    transform: npt.NDArray[np.float64]
    reference_region: npt.NDArray[np.float64]
    query_region: npt.NDArray[np.float64]


def keypoints(
    picture: _Picture,
    max_points: int | None = None,
    *,
    longest_side: int | None = None,
    query: bool = False,
) -> KeypointSignature:
    """Keypoints of a picture: a path, encoded bytes, or uint8 (H, W) or (H, W, 3) RGB.

    For a reference, 128 of them at a longest side of 512 pixels; with ``query``, 512 at one between
    512 and 1024. Raises `Error`.
    """
    return _core.keypoints(picture, max_points, longest_side, query)


def vote_keypoints(
    query: KeypointSignature,
    reference: KeypointSignature,
    *,
    radius: int = 33,
    tolerance: float = 0.008,
) -> KeypointMatch:
    """The transform on which most keypoints of two pictures agree; 5 inliers or more are a match."""
    return as_match(_core.vote_keypoints(query, reference, radius, tolerance))


def as_match(fields: _core._Match) -> KeypointMatch:
    """What the core gives as a tuple."""
    inliers, mirrored, inverted, transform, reference_region, query_region = fields
    return KeypointMatch(
        inliers,
        mirrored,
        inverted,
        np.reshape(transform, (2, 3)),
        np.array(reference_region),
        np.array(query_region),
    )


class KeypointIndex:
    """Exact search over signatures, verified by a geometric vote.

    Pictures are numbered from 0 in the order in which they were added.
    """

    def __init__(self, signatures: Iterable[KeypointSignature] = ()) -> None:
        self._index = _core.KeypointIndex()
        self._index.add(signatures)

    def __len__(self) -> int:
        return len(self._index)

    def add(self, signatures: Iterable[KeypointSignature]) -> int:
        """Append pictures; returns the number of the first."""
        return self._index.add(signatures)

    def match(
        self,
        queries: Iterable[KeypointSignature],
        *,
        min_inliers: int = 5,
        radius: int = 14,
        query_points: int = 128,
        min_calls: int = 1,
        max_candidates: int = 64,
        tolerance: float = 0.008,
        vote_radius: int = 33,
    ) -> KeypointMatches:
        """Pictures that match each query.

        The first ``query_points`` descriptors call up pictures with one within ``radius``; those
        called ``min_calls`` times are put to the vote, where descriptors within ``vote_radius`` have
        to agree on one transform to ``tolerance`` of the longest side.
        """
        rows = self._index.match(
            queries,
            min_inliers,
            radius,
            query_points,
            min_calls,
            max_candidates,
            tolerance,
            vote_radius,
        )
        matches = [row[2] for row in rows]
        return KeypointMatches(
            np.array([row[0] for row in rows], np.int64),
            np.array([row[1] for row in rows], np.int64),
            np.array([match[0] for match in matches], np.int32),
            np.array([match[1] for match in matches], np.bool_),
            np.array([match[2] for match in matches], np.bool_),
            np.array([match[3] for match in matches], np.float64).reshape(-1, 2, 3),
            np.array([match[4] for match in matches], np.float64).reshape(-1, 4, 2),
            np.array([match[5] for match in matches], np.float64).reshape(-1, 4, 2),
        )
