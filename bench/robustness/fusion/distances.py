"""How near unrelated pictures are by each hash: the tails of their distances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..cache import Cache
from ..evaluation import Pairs
from ..extraction import Plan
from ..methods import MIN_QUALITY, Hamming, Signature, create
from ..methods.family import HASHES, NAMES
from ..progress import Progress
from .pairs import NO_DISTANCE, grid_distances, pdq_distances
from .pictures import Pictures, unpack_all
from .tail import MEASURED_PAIRS, TAIL_PAIRS

GRID_STEP = 5000
_GRID_BINS = 131
#: Rates above say nothing to a user, and tables end there.
_HIGHEST_RATE = 0.1
_BOOTSTRAPS = 200


class Kind(NamedTuple):
    """A hash, and how many hashes of a pair of pictures are compared, of which the nearest counts:
    for pictures without a content region, and with regions on both sides four times as many."""

    algorithm: str
    probes: int
    regions: int
    step: int

    @property
    def title(self) -> str:
        return f"{self.algorithm}, {self.probes} x {self.regions}"


class DistanceTail(NamedTuple):
    """``rates[i]``: the share of unrelated pairs at a distance of at most ``i * kind.step``."""

    kind: Kind
    rates: npt.NDArray[np.float64]
    pairs: int
    #: Nearer than this distance, the rates are extrapolated.
    measured_from: int


def measure(cache: Cache, plan: Plan, pairs: Pairs) -> list[DistanceTail]:
    """The signatures of `ectype.thorough` and `family` must be in the cache."""
    counts: dict[Kind, npt.NDArray[np.int64]] = {}
    transformations = [each for each in plan.transformations if not each.needs_other]
    references = _pictures(cache, plan.reference_keys()), _hashes(cache, plan.reference_keys())
    progress = Progress("distances: transformations compared", len(transformations))
    for transformation in transformations:
        keys = plan.query_keys(transformation)
        queries = _pictures(cache, keys), _hashes(cache, keys)
        for kind, bins, size in _all_bins(queries, references):
            of_photo = counts.setdefault(kind, np.zeros((len(plan.queries), size), np.int64))
            for photo, row in enumerate(bins):
                of_photo[photo] += np.bincount(row[pairs.unrelated[photo]], minlength=size)
        progress.advance()
    # The last bin is of pairs without a distance.
    return [_tail(kind, of_photo[:, :-1]) for kind, of_photo in counts.items()]


def _pictures(cache: Cache, keys: list[bytes]) -> Pictures:
    return unpack_all([timed.signature for timed in cache.get(create("ectype.thorough"), keys)])


def _hashes(cache: Cache, keys: list[bytes]) -> npt.NDArray[Any]:
    signatures = [timed.signature for timed in cache.get(create("family"), keys)]
    return np.concatenate([np.frombuffer(each.data.tobytes(), HASHES) for each in signatures])


_Side = tuple[Pictures, npt.NDArray[Any]]


def _all_bins(
    queries: _Side, references: _Side
) -> Iterator[tuple[Kind, npt.NDArray[np.int64], int]]:
    """Kind, bins (queries, references), number of bins."""
    measures: list[tuple[str, Callable[..., npt.NDArray[np.int32]], int, int]] = [
        ("pdq", pdq_distances, 1, 257), ("gradient_grid", grid_distances, GRID_STEP, _GRID_BINS),
    ]  # fmt: skip
    for name, distances, step, size in measures:
        for probes, regions in ((1, 1), (8, 1), (16, 1), (16, 2)):
            found = distances(queries[0], references[0], probes, regions, MIN_QUALITY)
            bins = np.minimum(-(-found.astype(np.int64) // step), size - 1)
            bins[found == NO_DISTANCE] = size
            yield Kind(name, probes, regions, step), bins, size + 1
    usable = [side[0].heads["pdq_quality"][:, 0] >= MIN_QUALITY for side in (queries, references)]
    pairs = usable[0][:, None] & usable[1]
    for name in NAMES:
        compare = _Bits().compare_with([Signature(row) for row in references[1][name]])
        bits = 8 * HASHES[name].itemsize
        found = np.asarray(compare([Signature(row) for row in queries[1][name]]))
        yield Kind(name, 1, 1, 1), np.where(pairs, found, bits + 1), bits + 2


class _Bits(Hamming):
    def reference(self, pixels: Any) -> Signature:
        raise NotImplementedError


def _tail(kind: Kind, counts: npt.NDArray[np.int64]) -> DistanceTail:
    """``counts``: by photo and distance. Nearer than the `MEASURED_PAIRS` nearest, the rates fall
    exponentially, as the `TAIL_PAIRS` nearest do by maximum likelihood; with the least slope of
    95 % of bootstraps over the photos, so rather too high."""
    total = counts.sum()
    reached = np.cumsum(counts.sum(axis=0))
    stop = int(np.searchsorted(reached, min(TAIL_PAIRS, 1 + total // 100)))
    first = int(np.searchsorted(reached, min(MEASURED_PAIRS, 1 + total // 1000)))
    depth = stop - np.arange(stop + 1)
    pairs, depths = counts[:, : stop + 1].sum(axis=1), counts[:, : stop + 1] @ depth
    random = np.random.default_rng(0)
    drawn = random.integers(0, len(counts), (_BOOTSTRAPS, len(counts)))
    means = depths[drawn].sum(axis=1) / np.maximum(pairs[drawn].sum(axis=1), 1)
    slope = np.log1p(1 / max(np.percentile(means, 97.5), 1e-9))
    rates = reached / max(total, 1)
    rates[:first] = rates[first] * np.exp(-slope * (first - np.arange(first)))
    kept = int(np.searchsorted(rates, _HIGHEST_RATE)) + 1
    return DistanceTail(kind, rates[:kept], int(total), first * kind.step)
