"""LinearIndex against brute force in NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ectype
import numpy as np
import numpy.typing as npt
import pytest
from conftest import Pixels

BITS = (64, 128, 256)

Rows = list[tuple[int, int, int]]  # (query, row, distance)


def random_hashes(seed: int, count: int, bits: int) -> Pixels:
    """Hashes in clusters, so that all distances occur, with duplicates among them."""
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 256, (max(1, count // 8), bits // 8), dtype=np.uint8)
    hashes = centres[rng.integers(0, len(centres), count)]
    flips = rng.random((count, bits)) < rng.choice([0, 0.02, 0.1, 0.3], (count, 1))
    return hashes ^ np.packbits(flips, axis=1)


def distances(queries: Pixels, hashes: Pixels) -> npt.NDArray[np.int64]:
    apart = queries[:, None, :] ^ hashes[None, :, :]
    return np.unpackbits(apart, axis=2).sum(axis=2, dtype=np.int64)


def brute_force(queries: Pixels, hashes: Pixels, radius: int, gone: frozenset[int]) -> Rows:
    found = []
    for query, row_distances in enumerate(distances(queries, hashes)):
        near = [(int(d), row) for row, d in enumerate(row_distances)]
        found += [(query, row, d) for d, row in sorted(near) if d <= radius and row not in gone]
    return found


def rows_of(hits: ectype.Hits) -> Rows:
    assert [a.dtype for a in hits] == [np.int64, np.int64, np.int32]
    return list(zip(*(array.tolist() for array in hits), strict=True))


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 63, 64, 65, 500, 1500])
def test_within_finds_what_brute_force_finds(count: int, bits: int) -> None:
    hashes = random_hashes(count, count, bits)
    queries = np.concatenate([hashes[:5], random_hashes(99, 4, bits), ~hashes[:2]])
    index = ectype.LinearIndex(hashes)
    for radius in (0, 1, bits // 16, 31, bits // 2, bits):
        assert rows_of(index.within(queries, radius)) == brute_force(
            queries, hashes, radius, frozenset()
        )


@pytest.mark.parametrize("bits", BITS)
def test_the_radius_is_inclusive(bits: int) -> None:
    chain = np.packbits(np.tri(bits + 1, bits, -1, dtype=np.uint8), axis=1)  # row i has i bits set
    index = ectype.LinearIndex(chain)
    for radius in range(bits + 1):
        hits = index.within(np.zeros(bits // 8, np.uint8), radius)
        assert hits.row.tolist() == hits.distance.tolist() == list(range(radius + 1))


def test_the_default_radius_is_31() -> None:
    chain = np.packbits(np.tri(257, 256, -1, dtype=np.uint8), axis=1)
    assert ectype.LinearIndex(chain).within(np.zeros(32, np.uint8)).row.tolist() == [*range(32)]


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("k", [0, 1, 2, 5, 64, 10_000])
def test_nearest_takes_the_smaller_rows_of_ties(k: int, bits: int) -> None:
    hashes = random_hashes(5, 300, bits)
    hashes[100:110] = hashes[3]
    queries = np.concatenate([hashes[3:4], random_hashes(6, 6, bits)])
    expected = []
    for query in range(len(queries)):
        every = brute_force(queries[query : query + 1], hashes, bits, frozenset())
        expected += [(query, row, distance) for _, row, distance in every[:k]]
    assert rows_of(ectype.LinearIndex(hashes).nearest(queries, k)) == expected


@pytest.mark.parametrize("bits", BITS)
def test_every_byte_against_every_byte(bits: int) -> None:
    every = np.repeat(np.arange(256, dtype=np.uint8)[:, None], bits // 8, axis=1)
    hits = ectype.LinearIndex(every).within(every, bits)
    assert rows_of(hits) == brute_force(every, every, bits, frozenset())


@pytest.mark.parametrize("bits", BITS)
def test_added_and_removed_rows(bits: int) -> None:
    hashes = random_hashes(7, 400, bits)
    index = ectype.LinearIndex(bits=bits)
    assert (len(index), index.row_count) == (0, 0)
    assert [index.add(part) for part in (hashes[:1], hashes[1:130], hashes[130])] == [0, 1, 130]
    assert index.add(hashes[131:]) == 131
    gone = frozenset({0, 1, 63, 64, 130, 131, 399})
    index.remove(np.array(sorted(gone)))
    assert (len(index), index.row_count) == (400 - len(gone), 400)
    for radius in (0, 20, bits):
        assert rows_of(index.within(hashes[:3], radius)) == brute_force(
            hashes[:3], hashes, radius, gone
        )
    assert index.add(hashes[:1]) == 400  # a number is never used again
    assert index.within(hashes[0], 0).row.tolist()[-1] == 400
    assert not gone & set(index.nearest(hashes, 400).row.tolist())


@pytest.mark.parametrize("rows", [[5], [400], [0, 400], [3, 5], [-1], [2, 2]])
def test_removing_what_is_not_there_removes_nothing(rows: list[int]) -> None:
    hashes = random_hashes(8, 10, 256)
    index = ectype.LinearIndex(hashes)
    index.remove([5])
    with pytest.raises(ectype.Error, match=str(rows[-1])) as error:
        index.remove(rows)
    assert error.value.code in ("not_found", "invalid_argument")
    assert len(index) == 9
    found = index.within(hashes, 0).row.tolist()
    assert set(found) == set(range(10)) - {5}


@pytest.mark.parametrize("bits", BITS)
def test_nothing_in_nothing_out(bits: int) -> None:
    none = np.zeros((0, bits // 8), np.uint8)
    some = random_hashes(9, 3, bits)
    for index, queries in (
        (ectype.LinearIndex(bits=bits), some),
        (ectype.LinearIndex(none), some),
        (ectype.LinearIndex(some), none),
    ):
        assert rows_of(index.within(queries, bits)) == []
        assert rows_of(index.nearest(queries, 3)) == []
    emptied = ectype.LinearIndex(some)
    emptied.remove([2, 0, 1])
    assert len(emptied) == 0
    assert rows_of(emptied.within(some, bits)) == []


def test_strides_are_honoured() -> None:
    hashes = random_hashes(10, 50, 256)
    index = ectype.LinearIndex(np.asfortranarray(hashes))
    queries = np.repeat(hashes, 2, axis=0)[::-2]
    assert rows_of(index.within(queries, 40)) == brute_force(queries, hashes, 40, frozenset())


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((3, 31), np.uint8),
        np.zeros((3, 16), np.uint8),
        np.zeros((3, 32), np.int64),
        np.zeros((3, 32), np.int8),
        np.zeros((3, 32), bool),
        np.zeros((3, 32), np.float64),
        np.zeros((2, 3, 32), np.uint8),
        np.zeros((), np.uint8),
        "f8" * 32,
        None,
        [["a"] * 32],
    ],
)
def test_what_is_not_a_hash_is_refused(wrong: Any) -> None:
    index = ectype.LinearIndex(random_hashes(11, 4, 256))
    for call in (index.add, index.within, index.nearest):
        with pytest.raises(ectype.Error, match=r"\(n, 32\)") as error:
            call(wrong)
        assert error.value.code == "invalid_argument"
    assert len(index) == 4


@pytest.mark.parametrize("bits", [0, -64, 32, 63, 65, 250, 512])
def test_other_widths_are_refused(bits: int) -> None:
    with pytest.raises(ectype.Error) as error:
        ectype.LinearIndex(bits=bits)
    assert error.value.code == "invalid_argument"


@pytest.mark.parametrize("hashes", [np.zeros((3, 30), "u1"), np.zeros(32, "u1"), "aa", [1]])
def test_an_index_of_anything_else_is_refused(hashes: Any) -> None:
    with pytest.raises(ectype.Error) as error:
        ectype.LinearIndex(hashes)
    assert error.value.code == "invalid_argument"


@pytest.mark.parametrize("radius", [-1, 257, 2**31 - 1])
def test_an_impossible_radius_is_refused(radius: int) -> None:
    with pytest.raises(ectype.Error, match=str(radius)) as error:
        ectype.LinearIndex(random_hashes(12, 4, 256)).within(np.zeros(32, np.uint8), radius)
    assert error.value.code == "invalid_argument"


def hashes_in(path: Path) -> Pixels:
    return np.array([list(bytes.fromhex(line)) for line in path.read_text().split()], np.uint8)


@pytest.mark.parametrize("radius", [0, 20, 31, 80, 120])
def test_needles_in_the_haystack(data: Path, radius: int) -> None:
    needles, haystack = (hashes_in(data / f"pdq/search/{n}.txt") for n in ("needles", "haystack"))
    assert (len(needles), len(haystack)) == (100, 1350)
    hits = ectype.LinearIndex(haystack).within(needles, radius)
    assert rows_of(hits) == brute_force(needles, haystack, radius, frozenset())
