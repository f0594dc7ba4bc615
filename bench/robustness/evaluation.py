"""Scores of all queries against all references, and what follows from them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .cache import Cache
from .extraction import Plan
from .methods import MIN_QUALITY, Candidates, Method, Signature, query_maker
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
    judge: Method
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


def evaluate(cache: Cache, plan: Plan, pairs: Pairs, method: Method, judge: Method) -> Result:
    """All pairs of one method; ``judge`` is the method whose quality decides what is usable. The
    signatures of both must be in the cache."""
    references = cache.get(method, plan.reference_keys())
    result = Result(method, judge)
    usable = _usable(cache, judge, plan.reference_keys())
    evaluator = _Evaluator([timed.signature for timed in references], usable, pairs, result)
    query_times: list[float] = []
    progress = Progress(f"{method.name}: transformations compared", len(plan.transformations))
    for transformation in plan.transformations:
        keys = plan.query_keys(transformation)
        queries = cache.get(query_maker(method), keys)
        query_times += [timed.microseconds for timed in queries]
        signatures = [timed.signature for timed in queries]
        evaluator.add(transformation, signatures, _usable(cache, query_maker(judge), keys))
        progress.advance()
    result.cost = Cost(
        float(np.mean([method.stored_bytes(timed.signature) for timed in references])),
        float(np.median([timed.microseconds for timed in references])),
        float(np.median(query_times)),
        evaluator.seconds * 1e6 / len(query_times),
    )
    return result


def _usable(cache: Cache, judge: Method, keys: Sequence[bytes]) -> npt.NDArray[np.bool_]:
    return cache.qualities(judge, keys) >= MIN_QUALITY


class _Evaluator:
    def __init__(
        self,
        references: Sequence[Signature],
        usable: npt.NDArray[np.bool_],
        pairs: Pairs,
        result: Result,
    ) -> None:
        self._compare = result.method.compare_with(references)
        self._reference_usable = usable
        self._pairs = pairs
        self._result = result
        self.seconds = 0.0

    def add(
        self,
        transformation: Transformation,
        queries: Sequence[Signature],
        usable: npt.NDArray[np.bool_],
    ) -> None:
        own_usable = usable & self._reference_usable[self._pairs.own]
        row = RowResult(np.empty(len(queries)), own_usable)
        self._result.rows[transformation.name] = row
        for start in range(0, len(queries), BLOCK):
            part = slice(start, start + BLOCK)
            scores = self._scores(queries[part])
            row.scores[part] = scores[np.arange(len(scores)), self._pairs.own[part]]
            if not transformation.needs_other:
                self._count(row, scores, part, usable[part])

    def _scores(self, queries: Sequence[Signature]) -> npt.NDArray[Any]:
        started = time.process_time()
        scores = self._compare(queries)
        self.seconds += time.process_time() - started
        if isinstance(scores, Candidates):
            return scores.dense(len(queries), len(self._reference_usable))
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
