"""The arithmetic of thresholds: counts of the scores of unrelated pairs, rates and intervals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

#: A threshold that accepts every score that is listed at all.
ALL_LISTED = float(np.finfo(np.float64).max)


class ScoreCounts:
    """How often each score occurred. The smallest ``EXACT`` different scores are counted exactly;
    further ones, where there are too many, in groups that count as their smallest. So memory is
    bounded, and the tail, where thresholds lie, is exact.
    """

    EXACT = 1 << 16
    GROUPS = 1 << 10

    def __init__(self) -> None:
        self.values: npt.NDArray[Any] = np.empty(0, np.int64)
        self.counts = np.empty(0, np.int64)
        #: All pairs, those without a score included.
        self.total = 0

    def add(self, scores: npt.NDArray[Any]) -> None:
        """Scores of pairs, infinite where they are no match."""
        self.total += scores.size
        listed = scores[np.isfinite(scores)]
        if listed.size == 0:
            return
        values, counts = np.unique(listed, return_counts=True)
        if self.values.size:
            values, where = np.unique(np.concatenate((self.values, values)), return_inverse=True)
            merged = np.zeros(values.size, np.int64)
            np.add.at(merged, where, np.concatenate((self.counts, counts)))
            counts = merged
        self.values, self.counts = values, counts
        if values.size > 2 * self.EXACT:
            self._group()

    def _group(self) -> None:
        rest = self.values.size - self.EXACT
        starts = self.EXACT + np.unique(np.arange(self.GROUPS) * rest // self.GROUPS)
        self.counts = np.concatenate(
            (self.counts[: self.EXACT], np.add.reduceat(self.counts, starts))
        )
        self.values = np.concatenate((self.values[: self.EXACT], self.values[starts]))

    def accepted(self, threshold: float) -> int:
        """Pairs with a score of at most the threshold."""
        return int(self.counts[: np.searchsorted(self.values, threshold, side="right")].sum())

    def threshold_at(self, rate: float) -> float:
        """The largest (inclusive) threshold that accepts at most ``rate`` of all pairs."""
        allowed = math.floor(rate * self.total + 1e-9)
        first_over = int(np.searchsorted(np.cumsum(self.counts), allowed, side="right"))
        if first_over == self.values.size:
            return ALL_LISTED
        value = self.values[first_over]
        if np.issubdtype(self.values.dtype, np.integer):
            return float(value - 1)
        return float(np.nextafter(value, -np.inf))


def wilson(successes: float, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion (Wilson 1927); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    scale = 1 + z * z / trials
    centre = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)
