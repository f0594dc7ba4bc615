"""The evidence of all pairs of the protocol, and the tables and scores made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..cache import Cache
from ..evaluation import Pairs
from ..extraction import Plan
from ..methods import create
from ..progress import Progress
from .pairs import (
    LEAST_INLIERS,
    LEVELS,
    MOST_INLIERS,
    NO_DISTANCE,
    NO_POINTS,
    THOROUGH,
    PointSearch,
    grid_distances,
    pdq_distances,
)
from .pictures import Pictures, unpack_all
from .tables import Counts, Smoothing, log_ratios, log_ratios_of_inliers

PDQ_BINS = 129
GRID_STEP = 5000
GRID_BINS = 131


class Shares(NamedTuple):
    """What share of the pairs that are no copies is taken to show the same scene, by evidence: what
    tells a copy from another shot is worth more than what tells it from any picture."""

    pdq: float
    grid: float
    inliers: float


#: Chosen on the part dev: GradientGrid is near for other shots, PDQ seldom. Few inliers are all
#: that a picture within a picture has.
SAME_SCENE_SHARES = Shares(0.01, 0.3, 0.001)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """Arrays (transformations, queries, references)."""

    pdq: npt.NDArray[np.int32]
    grid: npt.NDArray[np.int32]
    #: By level.
    inliers: dict[str, npt.NDArray[np.int8]]
    own: npt.NDArray[np.intp]
    unrelated: Mask
    same_scene: Mask

    def of_own(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(transformations, queries): between each query and its original."""
        return values[:, np.arange(len(self.own)), self.own]

    def part(self, queries: npt.NDArray[np.intp]) -> Evidence:
        return Evidence(
            self.pdq[:, queries], self.grid[:, queries],
            {name: inliers[:, queries] for name, inliers in self.inliers.items()},
            self.own[queries], self.unrelated[:, queries], self.same_scene[:, queries],
        )  # fmt: skip


def gather(cache: Cache, plan: Plan, pairs: Pairs) -> Evidence:
    """The signatures of both levels must be in the cache; but for the keypoints of references they
    have the same."""

    def pictures(level: str, keys: list[bytes]) -> Pictures:
        signatures = [timed.signature for timed in cache.get(create(f"ectype.{level}"), keys)]
        return unpack_all(signatures)

    known = {name: pictures(name, plan.reference_keys()) for name in LEVELS}
    references = known[THOROUGH.name]
    searches = {name: PointSearch(known[name], level) for name, level in LEVELS.items()}
    pdq, grid = [], []
    inliers: dict[str, list[npt.NDArray[np.int8]]] = {name: [] for name in LEVELS}
    progress = Progress("evidence: transformations compared", len(plan.transformations))
    for transformation in plan.transformations:
        queries = pictures(THOROUGH.name, plan.query_keys(transformation))
        pdq.append(pdq_distances(queries, references))
        grid.append(grid_distances(queries, references))
        for name, search in searches.items():
            inliers[name].append(search.inliers(queries))
        progress.advance()
    # Two photos are in these queries, and both are references.
    counted = np.array([not each.needs_other for each in plan.transformations])[:, None, None]
    return Evidence(
        np.stack(pdq), np.stack(grid), {name: np.stack(each) for name, each in inliers.items()},
        pairs.own, pairs.unrelated & counted, pairs.same_group & counted,
    )  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """In hundredths of a nat, as the library has them."""

    pdq: npt.NDArray[np.int64]
    grid: npt.NDArray[np.int64]
    #: By level.
    inliers: dict[str, npt.NDArray[np.int64]]


def fit_tables(evidence: Evidence) -> Tables:
    def counts(bins: npt.NDArray[Any], size: int) -> Counts:
        # The last bin is of pairs without such evidence, and left out.
        return Counts(*(
            np.bincount(values.ravel(), minlength=size)[:size]
            for values in (
                evidence.of_own(bins), bins[evidence.unrelated], bins[evidence.same_scene]
            )
        ))  # fmt: skip

    # Places of interpolation lie at multiples of the step, so that bins are centred there.
    grid = np.minimum((evidence.grid // (GRID_STEP // 2) + 1) // 2, GRID_BINS - 1)
    grid[evidence.grid == NO_DISTANCE] = GRID_BINS
    pdq = np.where(evidence.pdq == NO_DISTANCE, PDQ_BINS, np.minimum(evidence.pdq, PDQ_BINS - 1))
    shares = SAME_SCENE_SHARES

    def of_inliers(found: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
        of_bins = counts(np.where(found == NO_POINTS, MOST_INLIERS + 1, found), MOST_INLIERS + 1)
        return _hundredths(log_ratios_of_inliers(of_bins, shares.inliers, LEAST_INLIERS))

    return Tables(
        _hundredths(log_ratios(counts(pdq, PDQ_BINS), Smoothing(2, 6), shares.pdq)),
        _hundredths(log_ratios(counts(grid, GRID_BINS), Smoothing(2, 6), shares.grid)),
        {name: of_inliers(found) for name, found in evidence.inliers.items()},
    )


def _hundredths(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.asarray(np.rint(values * 100), np.int64)


def scores(evidence: Evidence, tables: Tables, level: str) -> npt.NDArray[np.int32]:
    """As src/match/evidence.cpp computes them."""
    pdq = tables.pdq[np.minimum(evidence.pdq, PDQ_BINS - 1)]
    pdq[evidence.pdq == NO_DISTANCE] = 0
    before = np.minimum(evidence.grid // GRID_STEP, GRID_BINS - 1)
    after = np.minimum(before + 1, GRID_BINS - 1)
    fall = tables.grid[before] - tables.grid[after]
    grid = tables.grid[before] - fall * (evidence.grid % GRID_STEP) // GRID_STEP
    grid[evidence.grid == NO_DISTANCE] = 0
    found = evidence.inliers[level]
    inliers = np.where(found == NO_POINTS, 0, tables.inliers[level][found])
    return np.asarray(pdq + grid + inliers, np.int32)
