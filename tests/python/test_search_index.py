"""SearchIndex against LinearIndex, through any sequence of changes."""

from __future__ import annotations

from pathlib import Path

import ectype
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from test_index import random_hashes, rows_of


class Changes(RuleBasedStateMachine):
    @initialize(count=st.sampled_from((0, 1, 400)), bits=st.sampled_from((64, 128, 256)))
    def start(self, count: int, bits: int) -> None:
        self.bits = bits
        rows = random_hashes(count, count, bits) if count else np.empty((0, bits // 8), np.uint8)
        self.linear = ectype.LinearIndex(rows)
        self.index = ectype.SearchIndex(rows, radius=12)
        self.live = list(range(count))

    @rule(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 60))
    def add(self, seed: int, count: int) -> None:
        rows = random_hashes(seed, count, self.bits)
        first = self.index.add(rows)
        assert first == self.linear.add(rows)
        self.live += range(first, first + count)

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if not self.live:
            return
        rows = data.draw(st.lists(st.sampled_from(self.live), min_size=1, max_size=20, unique=True))
        self.index.remove(rows)
        self.linear.remove(rows)
        self.live = [row for row in self.live if row not in rows]

    @rule(radius=st.sampled_from((0, 9, 31)))
    def compact(self, radius: int) -> None:
        self.index.compact(radius=radius)
        assert self.index.delta_size == 0

    @rule(seed=st.integers(0, 2**32 - 1), radius=st.integers(0, 64), k=st.integers(0, 700))
    def search(self, seed: int, radius: int, k: int) -> None:
        queries = random_hashes(seed, 3, self.bits)
        for kind, limit in (("within", radius), ("nearest", k)):
            found = rows_of(getattr(self.index, kind)(queries, limit))
            assert found == rows_of(getattr(self.linear, kind)(queries, limit))

    @invariant()
    def sizes_agree(self) -> None:
        if hasattr(self, "live"):
            assert len(self.index) == len(self.linear) == len(self.live)
            assert self.index.row_count == self.linear.row_count


Changes.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestChanges = Changes.TestCase


def test_a_mapped_base_takes_changes(tmp_path: Path) -> None:
    rows = random_hashes(4, 5000, 256)
    ectype.MultiIndex(rows).save(tmp_path / "index")
    index = ectype.SearchIndex.open(tmp_path / "index")
    more = random_hashes(5, 10, 256)
    assert index.add(more) == 5000
    index.remove([3, 5002])
    linear = ectype.LinearIndex(np.concatenate([rows, more]))
    linear.remove([3, 5002])
    queries = np.concatenate([rows[:9], more])
    assert rows_of(index.within(queries)) == rows_of(linear.within(queries))
    with pytest.raises(ectype.Error, match="row 3 is not in the index"):
        index.remove([3])
