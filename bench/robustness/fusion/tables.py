"""Log-likelihood ratios of one kind of evidence: of a copy and its original, against pictures that
are no copies of each other."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

#: No kind of evidence says more, in nats: beyond, the fits have nothing to go by.
MOST = 25.0
#: Unrelated pairs in the nearest bins, from which the tail is extended.
_TAIL_PAIRS = 3000
#: One pair in a thousand lies anywhere, so that no bin is impossible.
_ANYWHERE = 0.001


class Counts(NamedTuple):
    """Pairs by bin, from the nearest on: of a copy and its original, of unrelated pictures, and of
    other pictures of the same scene."""

    related: npt.NDArray[np.int64]
    unrelated: npt.NDArray[np.int64]
    same_scene: npt.NDArray[np.int64]


class Smoothing(NamedTuple):
    """Standard deviations of Gaussians, in bins. There are few different pairs of the same scene,
    so that these are smoothed more."""

    related: float
    same_scene: float


def log_ratios(counts: Counts, smoothing: Smoothing, same_scene_share: float) -> Numbers:
    """For each bin, never rising. ``same_scene_share``: how often, among the pairs that are no
    copies, two show the same scene; what is common in these says little of a copy."""
    related = _spread(counts.related, smoothing.related)
    unrelated = _with_tail(counts.unrelated, smoothing.related)
    same_scene = _spread(counts.same_scene, smoothing.same_scene)
    no_copies = (1 - same_scene_share) * unrelated + same_scene_share * same_scene
    # A bin weighs as much as there is of both in it.
    ratios = never_rising(np.log(related / no_copies), related + no_copies)
    return np.asarray(np.minimum(ratios, MOST), np.float64)


def log_ratios_of_inliers(counts: Counts, same_scene_share: float, least: int) -> Numbers:
    """For each number of inliers, from 0, never falling. Under ``least`` inliers, there are none:
    the index does not report them. The counts of unrelated pairs end after a few inliers: the tail
    is geometric."""
    related = _inlier_density(counts.related, least)
    same_scene = _inlier_density(counts.same_scene, least)
    unrelated = counts.unrelated / counts.unrelated.sum()
    further = np.arange(len(unrelated) - least)
    of_tail = counts.unrelated[least:]
    # One more pair at one more inlier: with none seen, the ratio would be 0.
    mean = ((of_tail * further).sum() + 1) / (of_tail.sum() + 1)
    ratio = mean / (1 + mean)
    share = (of_tail.sum() + 1) / counts.unrelated.sum()
    unrelated = np.concatenate(
        (np.full(least, unrelated[:least].sum() / least), share * (1 - ratio) * ratio**further)
    )
    no_copies = (1 - same_scene_share) * unrelated + same_scene_share * same_scene
    ratios = np.log(related / no_copies)
    return np.asarray(np.minimum(np.maximum.accumulate(ratios), MOST), np.float64)


def _inlier_density(counts: npt.NDArray[np.int64], least: int) -> Numbers:
    shares = counts / max(counts.sum(), 1)
    spread = np.concatenate((
        np.full(least, shares[:least].sum() / least), smooth(shares[least:], 1)
    ))  # fmt: skip
    return (1 - _ANYWHERE) * spread + _ANYWHERE / len(counts)


def _spread(counts: npt.NDArray[np.int64], width: float) -> Numbers:
    shares = smooth(counts, width) / max(counts.sum(), 1)
    return np.asarray((1 - _ANYWHERE) * shares + _ANYWHERE / len(counts), np.float64)


def _with_tail(counts: npt.NDArray[np.int64], width: float) -> Numbers:
    """The density of unrelated pairs; nearer than where they are many, a geometric tail through
    their number there, by maximum likelihood."""
    density = smooth(counts, width) / counts.sum()
    few = min(_TAIL_PAIRS, 1 + counts.sum() // 100)
    stop = int(np.searchsorted(np.cumsum(counts), few))
    depth = stop - np.arange(stop + 1)
    nearest = counts[: stop + 1]
    mean = (depth * nearest).sum() / nearest.sum()
    ratio = mean / (1 + mean)
    density[: stop + 1] = nearest.sum() / counts.sum() * (1 - ratio) * ratio**depth
    return np.asarray(density, np.float64)


def smooth(values: npt.NDArray[Any], width: float) -> Numbers:
    """With a Gaussian; what would leave at an end is mirrored."""
    reach = min(max(1, round(4 * width)), len(values))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    padded = np.pad(values.astype(np.float64), reach, mode="symmetric")
    return np.convolve(padded, kernel / kernel.sum(), "valid")


def never_rising(values: Numbers, weights: Numbers) -> Numbers:
    """The nearest sequence that never rises, by weighted squares (pool adjacent violators)."""
    blocks: list[list[float]] = []  # value, weight, length
    for value, weight in zip(values, weights):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            last, before = blocks.pop(), blocks.pop()
            total = last[1] + before[1]
            mean = (last[0] * last[1] + before[0] * before[1]) / total
            blocks.append([mean, total, last[2] + before[2]])
    return np.concatenate([np.full(int(length), value) for value, _, length in blocks])
