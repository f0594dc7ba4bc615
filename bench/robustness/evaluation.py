"""Scores of all queries against all references, and what follows from them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .cache import Cache, Timed, reference_key
from .extraction import query_of
from .methods import MIN_QUALITY, Candidates, Method
from .photos import Collection, Photo
from .progress import Progress
from .scores import ScoreCounts
from .transformations import Transformation

#: Queries compared in one call, so that a matrix stays small.
BLOCK = 1024


@dataclass(frozen=True)
class Cost:
    """``stored_bytes``: mean of the references. CPU times in microseconds: medians of the
    extraction of a reference and a query, the mean of the comparison of a query with all."""

    stored_bytes: float
    reference_time: float
    query_time: float
    compare_time: float


@dataclass
class RowResult:
    """Of one transformation. ``scores``: of each query and its own original, infinite where they
    are no match. ``usable``: both of sufficient quality; what is not is a miss."""

    scores: npt.NDArray[np.float64]
    usable: npt.NDArray[np.bool_]
    negatives: int = 0
    default_false: int = 0

    def recall(self, threshold: float) -> float:
        return self.hits(threshold) / len(self.scores)

    def hits(self, threshold: float) -> int:
        return int(((self.scores <= threshold) & self.usable).sum())


@dataclass
class Result:
    method: Method
    rows: dict[str, RowResult] = field(default_factory=dict)
    negatives: ScoreCounts = field(default_factory=ScoreCounts)
    same_group: ScoreCounts = field(default_factory=ScoreCounts)
    cost: Cost | None = None

    def default_false(self) -> int:
        return sum(row.default_false for row in self.rows.values())

    def mean_recall(self, threshold: float) -> float:
        return float(np.mean([row.recall(threshold) for row in self.rows.values()]))


@dataclass(frozen=True)
class Pairs:
    """Which of (query, reference) are negatives and which show the same scene; ``own``: the
    reference of each query."""

    own: npt.NDArray[np.intp]
    unrelated: npt.NDArray[np.bool_]
    same_group: npt.NDArray[np.bool_]


def pairs_of(collection: Collection, queries: Sequence[Photo]) -> Pairs:
    rows = {photo.name: row for row, photo in enumerate(collection.photos)}
    shape = len(queries), len(collection.photos)
    unrelated, same_group = np.ones(shape, bool), np.zeros(shape, bool)
    for number, query in enumerate(queries):
        for row, photo in enumerate(collection.photos):
            if collection.are_related(query, photo):
                unrelated[number, row] = False
                same = query.name == photo.name or collection.are_duplicates(query, photo)
                same_group[number, row] = not same
    own = np.array([rows[photo.name] for photo in queries])
    return Pairs(own, unrelated, same_group)


def evaluate(
    cache: Cache,
    collection: Collection,
    queries: Sequence[Photo],
    transformations: Sequence[Transformation],
    method: Method,
    pairs: Pairs,
) -> Result:
    """All pairs of one method; its signatures must be in the cache."""
    references = cache.get(method, [reference_key(photo) for photo in collection.photos])
    result = Result(method)
    evaluator = _Evaluator(method, references, pairs, result)
    query_times: list[float] = []
    progress = Progress(f"{method.name}: transformations compared", len(transformations))
    for transformation in transformations:
        keys = [query_of(collection, photo, transformation)[0] for photo in queries]
        asked = cache.get(method, keys)
        query_times += [timed.microseconds for timed in asked]
        evaluator.add(transformation, asked)
        progress.advance()
    result.cost = Cost(
        float(np.mean([method.stored_bytes(timed.signature) for timed in references])),
        float(np.median([timed.microseconds for timed in references])),
        float(np.median(query_times)),
        evaluator.seconds * 1e6 / len(query_times),
    )
    return result


class _Evaluator:
    def __init__(
        self, method: Method, references: Sequence[Timed], pairs: Pairs, result: Result
    ) -> None:
        signatures = [timed.signature for timed in references]
        self._compare = method.compare_with(signatures)
        self._reference_usable = _usable(references)
        self._pairs = pairs
        self._result = result
        self.seconds = 0.0

    def add(self, transformation: Transformation, queries: Sequence[Timed]) -> None:
        own_usable = _usable(queries) & self._reference_usable[self._pairs.own]
        row = RowResult(np.empty(len(queries)), own_usable)
        self._result.rows[transformation.name] = row
        for start in range(0, len(queries), BLOCK):
            part = slice(start, start + BLOCK)
            block = queries[part]
            scores = self._scores(block)
            row.scores[part] = scores[np.arange(len(block)), self._pairs.own[part]]
            if not transformation.needs_other:
                self._count(row, scores, part, _usable(block))

    def _scores(self, block: Sequence[Timed]) -> npt.NDArray[Any]:
        started = time.process_time()
        scores = self._compare([timed.signature for timed in block])
        self.seconds += time.process_time() - started
        if isinstance(scores, Candidates):
            return scores.dense(len(block), len(self._reference_usable))
        return scores

    def _count(
        self, row: RowResult, scores: npt.NDArray[Any], part: slice, usable: npt.NDArray[np.bool_]
    ) -> None:
        counted = usable[:, None] & self._reference_usable
        negatives = scores[self._pairs.unrelated[part] & counted]
        self._result.negatives.add(negatives)
        self._result.same_group.add(scores[self._pairs.same_group[part] & counted])
        row.negatives += negatives.size
        if self._result.method.default_threshold is not None:
            row.default_false += int((negatives <= self._result.method.default_threshold).sum())


def _usable(signatures: Sequence[Timed]) -> npt.NDArray[np.bool_]:
    return np.array([timed.signature.quality >= MIN_QUALITY for timed in signatures])
