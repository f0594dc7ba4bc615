"""Decoding in worker processes from Python."""

from __future__ import annotations

from pathlib import Path

import ectype
import numpy as np
import pytest
from conftest import CLI, save, smooth_picture

HOSTILE = CLI.parent / "hostile_worker"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for seed in range(5):
        save(smooth_picture(seed, 90, 80), tmp_path / f"{seed}.png")
    (tmp_path / "text.txt").write_text("no picture")
    return sorted(tmp_path.iterdir())


def test_isolated_files_have_the_same_hashes(files: list[Path]) -> None:
    here = ectype.hash_files([*files, "/absent"], 2)
    isolated = ectype.hash_files([*files, "/absent"], 2, isolate=True)
    assert np.array_equal(here.hashes, isolated.hashes)
    assert here.outcomes == isolated.outcomes and here.reasons == isolated.reasons
    assert isolated.outcomes == ["hashed"] * 5 + ["unsupported", "unreadable"]


def test_a_crash_is_an_outcome(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    files[2].write_text("exit")
    monkeypatch.setenv("ECTYPE_WORKER", str(HOSTILE))
    batch = ectype.hash_files(files, 1, isolate=True)
    assert batch.outcomes[2] == "crashed" and batch.outcomes.count("hashed") == 4


def test_matching_in_isolation(files: list[Path], tmp_path: Path) -> None:
    known = ectype.HashSet.create(tmp_path / "known.ectype")
    known.add(files[:2], names=["zero", "one"])
    for level in ("strict", "standard"):
        here = known.match(files, level=level)
        isolated = known.match(files, level=level, isolate=True)
        assert isolated.item == here.item == ["zero", "one"]
        assert isolated.outcomes == here.outcomes
        assert isolated.false_matches.tolist() == here.false_matches.tolist()


def test_a_worker_that_is_missing(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECTYPE_WORKER", "/absent/worker")
    with pytest.raises(ectype.Error, match="/absent/worker") as refused:
        ectype.hash_files(files, isolate=True)
    assert refused.value.code == "not_found"
