"""MultiIndex against LinearIndex, which test_index.py holds against brute force."""

from __future__ import annotations

from pathlib import Path

import ectype
import numpy as np
import pytest
from conftest import Pixels
from hypothesis import given, settings
from hypothesis import strategies as st
from test_index import random_hashes, rows_of


@st.composite
def hash_lists(draw: st.DrawFn) -> tuple[Pixels, Pixels]:
    """Rows and queries: uniform, clustered with duplicates, or of few distinct bytes."""
    bits = draw(st.sampled_from((64, 128, 256)))
    count = draw(st.sampled_from((0, 1, 2, 50, 2000, 20_000)))
    seed = draw(st.integers(0, 2**32 - 1))
    kind = draw(st.sampled_from(("uniform", "clustered", "few")))
    rng = np.random.default_rng(seed)
    if kind == "clustered":
        rows = random_hashes(seed, count, bits) if count else np.empty((0, bits // 8), np.uint8)
    else:
        rows = rng.integers(0, 256 if kind == "uniform" else 2, (count, bits // 8), dtype=np.uint8)
    queries = rng.integers(0, 256, (3, bits // 8), dtype=np.uint8)
    return rows, np.concatenate([queries, rows[:3], ~rows[:1]])


@settings(max_examples=60, deadline=None)
@given(hash_lists(), st.integers(0, 256), st.sampled_from((0, 1, 3, 30_000)), st.integers(0, 64))
def test_it_returns_what_the_scan_returns(
    lists: tuple[Pixels, Pixels], radius: int, k: int, built: int
) -> None:
    rows, queries = lists
    bits = 8 * rows.shape[1]
    radius = min(radius, bits)
    linear = ectype.LinearIndex(rows)
    multi = ectype.MultiIndex(rows, radius=min(built, bits))
    assert len(multi) == len(rows)
    assert rows_of(multi.within(queries, radius)) == rows_of(linear.within(queries, radius))
    few = queries[:2]
    assert rows_of(multi.nearest(few, k)) == rows_of(linear.nearest(few, k))


def test_of_many_hashes_it_uses_its_buckets_and_says_so() -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 256, (200_000, 32), dtype=np.uint8)
    queries = np.concatenate([rows[:100], rng.integers(0, 256, (10, 32), dtype=np.uint8)])
    queries[:50, 3] ^= 0x5A
    index = ectype.MultiIndex(rows, threads=2)
    assert ": buckets;" in index.explain(len(queries), 31)
    assert ": every row;" in index.explain(len(queries), 128)
    linear = ectype.LinearIndex(rows)
    for radius in (0, 4, 31, 33, 100):
        assert rows_of(index.within(queries, radius)) == rows_of(linear.within(queries, radius))
    assert 0 < index.overhead_bytes


def test_a_slice_is_read_as_it_looks() -> None:
    rows = np.random.default_rng(2).integers(0, 256, (100, 64), dtype=np.uint8)
    index = ectype.MultiIndex(rows[::3, 8:40])
    assert rows_of(index.within(rows[3:4, 8:40], 0)) == [(0, 1, 0)]


@pytest.mark.parametrize("shape", [(32,), (3, 31), (2, 3, 32)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ectype.Error, match="give uint8 of shape") as caught:
        ectype.MultiIndex(np.zeros(shape, np.uint8))
    assert caught.value.code == "invalid_argument"


def test_a_saved_index_opens_as_it_was(tmp_path: Path) -> None:
    rows = random_hashes(3, 30_000, 256)
    index = ectype.MultiIndex(rows, radius=20)
    index.save(tmp_path / "index", uuid="u", generation=7)
    opened = ectype.MultiIndex.open(tmp_path / "index")
    assert (len(opened), opened.radius, opened.stamp) == (30_000, 20, ("u", 7))
    for radius in (0, 20, 70):
        assert rows_of(opened.within(rows[:5], radius)) == rows_of(index.within(rows[:5], radius))
    with pytest.raises(ectype.Error) as caught:
        ectype.MultiIndex.open(tmp_path / "index", bits=128)
    assert caught.value.code == "mismatch"
    content = bytearray((tmp_path / "index").read_bytes())
    content[len(content) // 2] ^= 4
    (tmp_path / "index").write_bytes(content)
    with pytest.raises(ectype.Error, match="damaged"):
        ectype.MultiIndex.open(tmp_path / "index").save(tmp_path / "copy")


def test_verify_tells_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "index"
    ectype.MultiIndex(random_hashes(3, 3000, 256)).save(path)
    ectype.MultiIndex.open(path).verify()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ectype.Error) as refused:
        ectype.MultiIndex.open(path).verify()
    assert refused.value.code == "damaged"
