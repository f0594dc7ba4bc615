"""The rate at which unrelated pairs reach a score: as measured, and beyond by a fitted tail."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

#: Unrelated pairs that the tail is fitted to, and the fewest that are taken as measured.
TAIL_PAIRS = 300
MEASURED_PAIRS = 30
_BOOTSTRAPS = 400


class Tail(NamedTuple):
    """An exponential tail, which is the generalised Pareto distribution of shape 0 (Pickands 1975),
    of the scores above ``start``. ``slope``: of the log of the rate, by score. ``shape``: of the
    generalised Pareto distribution that fits best; under 0 it would end. Intervals: 95 % of
    bootstraps over the query photos, for the pairs of one photo depend on each other."""

    start: float
    slope: float
    slope_interval: tuple[float, float]
    shape: float
    shape_interval: tuple[float, float]
    photos: int


def fit_tail(scores: npt.NDArray[Any], photos: npt.NDArray[Any]) -> Tail:
    """``scores``: of unrelated pairs, the highest `TAIL_PAIRS` at least; ``photos``: the query
    photo of each."""
    order = np.argsort(-scores, kind="stable")[:TAIL_PAIRS]
    start = float(scores[order[-1]]) - 1
    excess, of_photo = scores[order] - start, photos[order]
    known = np.unique(of_photo)
    by_photo = [excess[of_photo == photo] for photo in known]
    random = np.random.default_rng(0)
    slopes, shapes = [], []
    for _ in range(_BOOTSTRAPS):
        drawn = np.concatenate([by_photo[i] for i in random.integers(0, len(known), len(known))])
        slopes.append(1 / drawn.mean())
        shapes.append(_shape(drawn))
    return Tail(
        start, float(1 / excess.mean()), _interval(slopes), _shape(excess), _interval(shapes),
        len(known),
    )  # fmt: skip


def rates_at(
    levels: npt.NDArray[Any], scores: npt.NDArray[Any], pairs: int, tail: Tail
) -> npt.NDArray[np.float64]:
    """The share of ``pairs`` that reach each of the scores ``levels`` (rising). Beyond the
    `MEASURED_PAIRS` highest it falls with the least slope of the interval: rather too high."""
    ordered = np.sort(scores)
    reached = len(ordered) - np.searchsorted(ordered, levels, side="left")
    last = float(ordered[-MEASURED_PAIRS])
    beyond = MEASURED_PAIRS * np.exp(-tail.slope_interval[0] * np.maximum(levels - last, 0))
    return np.asarray(np.where(levels <= last, reached, beyond) / pairs, np.float64)


def _shape(excess: npt.NDArray[Any]) -> float:
    """By probability-weighted moments (Hosking and Wallis 1987)."""
    ordered = np.sort(excess)
    size = len(ordered)
    weights = (size - np.arange(1, size + 1)) / (size - 1)
    mean, weighted = ordered.mean(), (weights * ordered).mean()
    return float(2 - mean / (mean - 2 * weighted))


def _interval(values: list[float]) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
