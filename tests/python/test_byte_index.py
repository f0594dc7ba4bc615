"""ByteIndex against brute force in NumPy."""

from __future__ import annotations

import threading
from typing import Any

import ectype
import numpy as np
import numpy.typing as npt
import pytest
from conftest import Pixels

LENGTHS = (1, 7, 64, 144, 200, 1024)
METRICS = ("squared_l2", "l1")

Rows = list[tuple[int, int, int]]  # (query, row, distance)


def vectors_of(seed: int, count: int, size: int) -> Pixels:
    """Near copies, equal ones, flat ones, random ones and the extremes."""
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 256, (max(1, count // 8), size))
    near = centres[rng.integers(0, len(centres), count)]
    moved = near + rng.integers(-40, 41, near.shape) * rng.choice([0, 0.1, 0.5, 1], (count, 1))
    vectors = np.clip(moved, 0, 255).astype(np.uint8)
    vectors[::7] = rng.integers(0, 256, (len(vectors[::7]), 1))
    vectors[3::11] = 255 * rng.integers(0, 2, (len(vectors[3::11]), size))
    return vectors


def distances(queries: Pixels, vectors: Pixels, metric: str) -> npt.NDArray[np.int64]:
    apart = queries[:, None, :].astype(np.int64) - vectors[None, :, :]
    return (np.abs(apart) if metric == "l1" else apart**2).sum(axis=2)


def brute_force(
    queries: Pixels,
    vectors: Pixels,
    radius: int,
    metric: str = "squared_l2",
    gone: frozenset[int] = frozenset(),
) -> Rows:
    found = []
    for query, row_distances in enumerate(distances(queries, vectors, metric)):
        near = [(int(d), row) for row, d in enumerate(row_distances)]
        found += [(query, row, d) for d, row in sorted(near) if d <= radius and row not in gone]
    return found


def rows_of(hits: ectype.Hits) -> Rows:
    assert [a.dtype for a in hits] == [np.int64, np.int64, np.int32]
    return list(zip(*(array.tolist() for array in hits), strict=True))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("size", LENGTHS)
def test_within_finds_what_brute_force_finds(size: int, metric: str) -> None:
    vectors = vectors_of(size, 300, size)
    queries = np.concatenate([vectors[:5], vectors_of(99, 6, size)])
    index = ectype.ByteIndex(vectors, metric)
    every = distances(queries, vectors, metric)
    for radius in (0, 1, *np.quantile(every, [0.01, 0.1, 0.5]).astype(int), every.max(), 2**32 - 1):
        expected = brute_force(queries, vectors, radius, metric)
        assert rows_of(index.within(queries, int(radius))) == expected


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("k", [0, 1, 2, 40, 10_000])
def test_nearest_takes_the_smaller_rows_of_ties(k: int, metric: str) -> None:
    vectors = vectors_of(5, 300, 144)
    queries = vectors_of(6, 7, 144)
    expected = []
    for query in range(len(queries)):
        every = brute_force(queries[query : query + 1], vectors, 2**32, metric)
        expected += [(query, row, distance) for _, row, distance in every[:k]]
    assert rows_of(ectype.ByteIndex(vectors, metric).nearest(queries, k)) == expected


def test_added_and_removed_rows() -> None:
    vectors = vectors_of(7, 400, 144)
    index = ectype.ByteIndex()
    assert (len(index), index.row_count) == (0, 0)
    assert [index.add(part) for part in (vectors[:1], vectors[1:130], vectors[130])] == [0, 1, 130]
    assert index.add(vectors[131:]) == 131
    gone = frozenset({0, 1, 63, 64, 130, 399})
    index.remove(np.array(sorted(gone)))
    assert (len(index), index.row_count) == (394, 400)
    assert rows_of(index.within(vectors[:3], 90_000)) == brute_force(
        vectors[:3], vectors, 90_000, gone=gone
    )
    for wrong in ([400], [5, 5], [63], [-1]):
        with pytest.raises(ectype.Error, match=str(wrong[-1])):
            index.remove(wrong)
    assert len(index) == 394
    assert index.add(vectors[:1]) == 400  # a number is never used again


def test_nothing_in_nothing_out() -> None:
    none = np.zeros((0, 9), np.uint8)
    some = vectors_of(9, 3, 9)
    for index, queries in (
        (ectype.ByteIndex(size=9), some),
        (ectype.ByteIndex(none), some),
        (ectype.ByteIndex(some), none),
    ):
        assert rows_of(index.within(queries, 2**32 - 1)) == []
        assert rows_of(index.nearest(queries, 3)) == []


def test_strides_are_honoured() -> None:
    vectors = vectors_of(10, 50, 144)
    index = ectype.ByteIndex(np.asfortranarray(vectors))
    queries = np.repeat(vectors, 2, axis=0)[::-2]
    assert rows_of(index.within(queries, 50_000)) == brute_force(queries, vectors, 50_000)


def test_flat_vectors_are_left_out() -> None:
    vectors = vectors_of(11, 200, 144)
    entropy = ectype.byte_entropy(vectors)
    shares = [np.unique(v, return_counts=True)[1] / 144 for v in vectors]
    np.testing.assert_allclose(entropy, [abs(-(s * np.log2(s)).sum()) for s in shares], atol=1e-12)
    low = frozenset(np.flatnonzero(entropy < 3).tolist())
    assert 0 < len(low) < 200
    hits = ectype.ByteIndex(vectors).within(vectors, 200_000, min_entropy=3)
    expected = brute_force(vectors, vectors, 200_000, gone=low)
    assert rows_of(hits) == [hit for hit in expected if hit[0] not in low]


def test_variants_are_queries() -> None:
    grid = np.arange(36)[:, None] * 4 + np.arange(4)  # 6 x 6 cells of four values
    turns = [np.rot90(np.arange(36).reshape(6, 6), n).reshape(-1) for n in range(4)]
    permutations = np.stack([grid[cells].reshape(-1) for cells in turns])
    vector = vectors_of(12, 3, 144)[1]
    index = ectype.ByteIndex(vector[permutations[1]][None])
    assert rows_of(index.within(vector[permutations], 0)) == [(1, 0, 0)]


def test_searches_run_side_by_side() -> None:
    vectors = vectors_of(13, 3000, 144)
    index = ectype.ByteIndex(vectors)
    expected = rows_of(index.within(vectors[:50], 40_000))
    found: list[Rows] = []
    threads = [
        threading.Thread(target=lambda: found.append(rows_of(index.within(vectors[:50], 40_000))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((3, 143), np.uint8),
        np.zeros((3, 144), np.int8),
        np.zeros((3, 144), np.float32),
        np.zeros((2, 3, 144), np.uint8),
        np.zeros((), np.uint8),
        "f8" * 144,
        None,
    ],
)
def test_what_is_not_a_vector_is_refused(wrong: Any) -> None:
    index = ectype.ByteIndex(vectors_of(14, 4, 144))
    for call in (index.add, lambda w: index.within(w, 5), index.nearest):
        with pytest.raises(ectype.Error, match=r"\(n, 144\)") as error:
            call(wrong)
        assert error.value.code == "invalid_argument"
    assert len(index) == 4


def test_what_cannot_be_is_refused() -> None:
    one = np.zeros(144, np.uint8)
    index = ectype.ByteIndex(one[None])
    calls: list[Any] = [
        lambda: ectype.ByteIndex(one),
        lambda: ectype.ByteIndex(np.zeros((2, 1025), np.uint8)),
        lambda: ectype.ByteIndex(np.zeros((2, 0), np.uint8)),
        lambda: ectype.ByteIndex(size=0),
        lambda: ectype.ByteIndex(size=1025),
        lambda: ectype.ByteIndex(one[None], "cosine"),
        lambda: ectype.byte_entropy(np.zeros((2, 0), np.uint8)),
        lambda: index.within(one, -1),
        lambda: index.within(one, 2**32),
        lambda: index.within(one, 1, min_entropy=8.5),
        lambda: index.within(one, 1, min_entropy=float("nan")),
    ]
    for call in calls:
        with pytest.raises(ectype.Error) as error:
            call()
        assert error.value.code == "invalid_argument"
