"""HashSet: hubs, and the quarantine that keeps them from matching."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import ectype
import numpy as np
import pytest
from conftest import smooth_picture


def hash_with(*bits: int) -> str:
    """The hexadecimal text of a hash with these bits set."""
    return f"{sum(1 << bit for bit in bits):064x}"


def import_hashes(known: ectype.HashSet, folder: Path, hashes: list[str]) -> None:
    (folder / "list").write_text("".join(f"{text}\n" for text in hashes))
    assert known.import_list(folder / "list")["added"] == len(set(hashes))


@pytest.fixture
def known(tmp_path: Path) -> ectype.HashSet:
    made = ectype.HashSet.create(tmp_path / "set.ectype")
    pictures = [smooth_picture(seed, 120, 90) for seed in (1, 2)]
    made.add(pictures, names=["one", "two"], level="strict")
    return made


def error_code(call: Any, *args: Any, **kw: Any) -> str:
    with pytest.raises(ectype.Error) as error:
        call(*args, **kw)
    return error.value.code


def test_a_hash_in_quarantine_is_kept_and_matches_on_request(known: ectype.HashSet) -> None:
    picture = smooth_picture(1, 120, 90)
    (hash_id,) = known.match([picture]).hash_id
    assert known.quarantine(np.array([hash_id]), reason="benign") == 1
    assert known.quarantine([hash_id], reason="again") == 0
    assert len(known.match([picture])) == 0
    assert known.match([picture]).outcomes == ["hashed"]
    found = known.match([picture, smooth_picture(2, 120, 90)], include_quarantined=True)
    assert found.item == ["one", "two"]
    assert found.quarantined == [True, False]
    assert found.hash_id.tolist() == [1, 2]
    (listed,) = known.quarantined()
    assert (listed.hash_id, listed.item, listed.reason) == (1, "one", "benign")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", listed.since)
    assert known.info()["quarantined"] == 1
    assert known.verify() == []
    assert known.release([hash_id]) == 1
    assert known.match([picture]).item == ["one"]


def test_what_is_not_there_is_refused(known: ectype.HashSet) -> None:
    assert error_code(known.quarantine, [1, 3], reason="x") == "not_found"
    assert error_code(known.release, [0]) == "not_found"
    assert error_code(known.quarantine, [1], reason="") == "invalid_argument"
    assert known.quarantined() == []


def test_hubs_and_copies_are_told_apart(known: ectype.HashSet, tmp_path: Path) -> None:
    spokes = [hash_with(*range(20 * i, 20 * i + 20)) for i in range(12)]
    import_hashes(known, tmp_path, [hash_with(), *spokes])
    (hub,) = known.hubs(min_count=12)
    assert (hub.hash_ids, hub.count, hub.mutual_percent) == ([3], 12, 0)
    assert hub.is_bridge
    assert hub.quarantined == 0
    assert len(hub.matched) == 5
    assert known.hubs(min_count=13) == []
    with pytest.raises(ectype.Error, match="it has pdq"):
        known.hubs(min_count=12, algorithm="other")
    known.quarantine(hub.hash_ids, reason="bridge")
    (again,) = known.hubs(min_count=12, max_items=0)
    assert (again.quarantined, again.matched) == (1, [])

    copies = [hash_with(*range(250 - 2 * i, 252 - 2 * i), *range(100, 180)) for i in range(10)]
    import_hashes(known, tmp_path, copies)
    of_copies = [hub for hub in known.hubs(min_count=9) if not hub.is_bridge]
    assert [hub.hash_ids for hub in of_copies] == [[16 + i] for i in range(10)]
    assert {(hub.count, hub.mutual_percent) for hub in of_copies} == {(9, 100)}


@pytest.mark.parametrize("bad", [{"radius": 257}, {"min_count": 0}, {"min_quality": 101}])
def test_options_out_of_range(known: ectype.HashSet, bad: dict[str, int]) -> None:
    assert error_code(known.hubs, **bad) == "invalid_argument"


def test_a_merge_keeps_the_quarantine_of_both(known: ectype.HashSet, tmp_path: Path) -> None:
    other = ectype.HashSet.create(tmp_path / "other.ectype")
    other.add([smooth_picture(8, 120, 90)], names=["eight"], level="strict")
    other.quarantine([1], reason="theirs")
    known.quarantine([2], reason="ours")
    assert known.merge(other).quarantined == 1
    assert [(row.item, row.reason) for row in known.quarantined()] == [
        ("two", "ours"),
        ("eight", "theirs"),
    ]
