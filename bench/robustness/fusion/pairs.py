"""The evidence between queries and references: three numbers a pair."""

from __future__ import annotations

from typing import Any, NamedTuple

import ectype
import numpy as np
import numpy.typing as npt

from .pictures import Pictures

#: Of hashes that speak in a sum of evidence: half of what one that decides alone needs. What flat
#: pictures have in common by chance is among the unrelated pairs.
LEAST_QUALITY = 25
#: Distances where one of the two has no hash of sufficient quality.
NO_DISTANCE = np.iinfo(np.int32).max


class Level(NamedTuple):
    """``query_points``: keypoints that call up references in the index; ``calls``: of one that put
    it to the vote."""

    name: str
    query_points: int
    calls: int


STANDARD = Level("standard", 128, 2)
THOROUGH = Level("thorough", 256, 2)
LEVELS = {level.name: level for level in (STANDARD, THOROUGH)}


def pdq_distances(
    queries: Pictures,
    references: Pictures,
    variants: int = 16,
    regions: int = 2,
    least_quality: int = LEAST_QUALITY,
) -> npt.NDArray[np.int32]:
    """(queries, references): the least Hamming distance over ``variants`` of a query: 1, its 8
    transforms, or 16, each as it is and inverted; and over its ``regions`` and all of the
    reference's, or 1 of each."""
    known = [_signs(references.heads["pdq"][:, region, 0]) for region in range(regions)]
    transforms = min(variants, 8)

    def compare(asked: int, stored: int) -> npt.NDArray[np.int32]:
        bits = _signs(queries.heads["pdq"][:, asked, :transforms].reshape(-1, 32))
        # Bits - 2 * distance; an inverted query has all bits, and so the sign, turned.
        product = bits @ known[stored].T
        if variants == 16:
            product = np.abs(product)
        nearest = product.reshape(len(queries.heads), transforms, -1).max(axis=1)
        return np.asarray((256 - nearest) / 2, np.int32)

    qualities = queries.heads["pdq_quality"], references.heads["pdq_quality"]
    return _least(qualities, least_quality, regions, compare)


def grid_distances(
    queries: Pictures,
    references: Pictures,
    variants: int = 16,
    regions: int = 2,
    least_quality: int = LEAST_QUALITY,
) -> npt.NDArray[np.int32]:
    """(queries, references): the least squared L2, as `pdq_distances`."""
    known = [_centred(references.heads["grid"][:, region]) for region in range(regions)]
    permutations = ectype.GRADIENT_GRID_PERMUTATIONS[:variants]

    def compare(asked: int, stored: int) -> npt.NDArray[np.int32]:
        vectors = _centred(queries.heads["grid"][:, asked])
        # Whole numbers under 2^24: exact in float.
        product = vectors[:, permutations].reshape(-1, vectors.shape[1]) @ known[stored].T
        nearest = product.reshape(len(vectors), len(permutations), -1).max(axis=1)
        norms = (vectors**2).sum(axis=1)[:, None] + (known[stored] ** 2).sum(axis=1)
        return np.asarray(norms - 2 * nearest, np.int32)

    qualities = queries.heads["grid_quality"], references.heads["grid_quality"]
    return _least(qualities, least_quality, regions, compare)


def _least(
    qualities: tuple[npt.NDArray[Any], npt.NDArray[Any]],
    least_quality: int,
    regions: int,
    compare: Any,
) -> npt.NDArray[np.int32]:
    asked, stored = qualities
    least = np.full((len(asked), len(stored)), NO_DISTANCE, np.int32)
    for a in range(regions):
        for b in range(regions):
            usable = (asked[:, a] >= least_quality)[:, None] & (stored[:, b] >= least_quality)
            if usable.any():
                least = np.where(usable, np.minimum(least, compare(a, b)), least)
    return least


def _signs(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return np.unpackbits(packed, axis=1).astype(np.float32) * 2 - 1


def _centred(vectors: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return vectors.astype(np.float32) - 128


#: A picture whose copy is larger or smaller than this, by the longest sides, is no true hit: four
#: places agree by chance where a small part is blown up.
_SCALES = (0.2, 5.0)
LEAST_INLIERS = 3
MOST_INLIERS = 40
#: Of pairs of which one picture has no keypoints.
NO_POINTS = -1


class PointSearch:
    """The keypoints of the references, as the level stores them."""

    def __init__(self, references: Pictures, level: Level) -> None:
        self._index = ectype.KeypointIndex(references.points)
        self._have_points = references.have_points()
        self._level = level

    def inliers(self, queries: Pictures) -> npt.NDArray[np.int8]:
        """(queries, references): the inliers of the vote, up to `MOST_INLIERS`; 0 where the index
        does not call the reference up, or the vote finds fewer than `LEAST_INLIERS`; `NO_POINTS`
        where there are no keypoints to vote."""
        found = self._index.match(
            queries.points,
            min_inliers=LEAST_INLIERS,
            query_points=self._level.query_points,
            min_calls=self._level.calls,
        )
        turn = found.transform
        area = turn[:, 0, 0] * turn[:, 1, 1] - turn[:, 0, 1] * turn[:, 1, 0]
        scale = np.sqrt(np.abs(area))
        kept = (scale >= _SCALES[0]) & (scale <= _SCALES[1])
        voting = queries.have_points()[:, None] & self._have_points
        matrix = np.where(voting, 0, NO_POINTS).astype(np.int8)
        query, picture = found.query[kept], found.picture[kept]
        matrix[query, picture] = np.minimum(found.inliers[kept], MOST_INLIERS)
        return matrix
