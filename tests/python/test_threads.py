"""Indexes that change while other threads search them without the GIL."""

from __future__ import annotations

import threading
from typing import Any, Callable

import ectype
import numpy as np
import pytest


def keypoint_signatures(count: int) -> list[ectype.KeypointSignature]:
    rng = np.random.default_rng(7)
    return [
        ectype.keypoints(rng.integers(0, 256, (96, 96), dtype=np.uint8)) for _ in range(count)
    ]


def search_while(search: Callable[[], Any], change: Callable[[], None]) -> None:
    """Two threads search until the change is done."""
    done = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            while not done.is_set():
                search()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        change()
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures


@pytest.mark.parametrize("make", [ectype.LinearIndex, ectype.SearchIndex, ectype.ByteIndex])
def test_rows_come_and_go_while_others_search(make: Callable[[Any], Any]) -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 256, (20_000, 32), dtype=np.uint8)
    queries = rows[:64]
    index = make(rows[:1000])

    def search() -> None:
        assert len(index.within(queries, 0).query) >= 64 - 10
        assert len(index.nearest(queries, 2).query) == 128
        assert 0 < len(index) <= index.row_count

    def change() -> None:
        for i in range(120):
            first = index.add(rows)
            index.remove(range(first, first + len(rows), 3))
            if i < 10:
                index.remove([i])

    search_while(search, change)
    assert index.row_count == 1000 + 120 * len(rows)
    assert len(index) == index.row_count - 10 - 120 * len(range(0, len(rows), 3))


def test_pictures_are_added_while_others_match() -> None:
    pictures = keypoint_signatures(8)
    index = ectype.KeypointIndex()
    index.add(pictures)

    def search() -> None:
        index.match(pictures[:1])
        assert len(index) >= 8

    def change() -> None:
        for _ in range(50):
            index.add(pictures)

    search_while(search, change)
    assert len(index) == 51 * 8
