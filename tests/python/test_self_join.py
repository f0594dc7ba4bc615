"""self_join and cluster against brute force in NumPy."""

from __future__ import annotations

import ectype
import numpy as np
import pytest
from conftest import Pixels
from hypothesis import given, settings
from hypothesis import strategies as st
from test_index import distances, random_hashes


def brute_force(hashes: Pixels, radius: int) -> set[tuple[int, int, int]]:
    first = np.array([int(np.flatnonzero((hashes == row).all(1))[0]) for row in hashes])
    pairs = {(int(a), b, 0) for b, a in enumerate(first) if a != b}
    apart = distances(hashes, hashes)
    for a, b in np.argwhere(np.triu(apart <= radius, 1)):
        if first[a] == a and first[b] == b:
            pairs.add((int(a), int(b), int(apart[a, b])))
    return pairs


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from((1, 2, 40, 300)),
    st.sampled_from((64, 128, 256)),
    st.integers(0, 256),
)
def test_every_pair_comes_once(seed: int, count: int, bits: int, radius: int) -> None:
    hashes = random_hashes(seed, count, bits)
    radius = min(radius, bits)
    pairs = ectype.self_join(hashes, radius)
    found = list(zip(*(array.tolist() for array in pairs), strict=True))
    assert len(set(found)) == len(found)
    assert set(found) == brute_force(hashes, radius)


def test_pairs_come_in_parts_when_asked() -> None:
    hashes = random_hashes(6, 2000, 256)
    parts: list[ectype.Pairs] = []
    assert ectype.self_join(hashes, 256, visit=parts.append) is None
    whole = ectype.self_join(hashes, 256)
    assert [len(part.a) for part in parts] == [1 << 20, len(whole.a) - (1 << 20)]
    for got, expected in zip(zip(*parts, strict=True), whole, strict=True):
        assert np.array_equal(np.concatenate(got), expected)
    few: list[ectype.Pairs] = []
    ectype.self_join(hashes[:1], 0, visit=few.append)
    assert few == []


def test_what_a_visitor_raises_ends_the_join() -> None:
    def refuse(pairs: ectype.Pairs) -> None:
        raise KeyError(len(pairs.a))

    with pytest.raises(KeyError, match="1048576"):
        ectype.self_join(random_hashes(6, 2000, 256), 256, visit=refuse)


@pytest.mark.parametrize("radius", [0, 20, 60])
def test_members_of_a_medoid_cluster_are_near_the_medoid(radius: int) -> None:
    hashes = random_hashes(5, 1000, 256)
    numbers, medoids = ectype.cluster(hashes, radius)
    apart = distances(hashes, hashes)
    assert (apart[np.arange(1000), medoids[numbers]] <= radius).all()
    linked = ectype.cluster(hashes, radius, rule="linked").cluster
    for a, b in np.argwhere(apart <= radius):
        assert linked[a] == linked[b]
    _, first = np.unique(linked, return_index=True)
    assert (np.diff(first) > 0).all()


def test_impossible_arguments_are_refused() -> None:
    hashes = np.zeros((2, 32), np.uint8)
    with pytest.raises(ectype.Error, match="medoid"):
        ectype.cluster(hashes, rule="nearest")
    with pytest.raises(ectype.Error, match="radius"):
        ectype.self_join(hashes, -1)
    assert len(ectype.self_join(hashes[:0]).a) == 0
    assert ectype.cluster(hashes).cluster.tolist() == [0, 0]
