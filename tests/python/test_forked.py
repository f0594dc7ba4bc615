"""Processes forked by a program that uses ectype."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import ectype
from conftest import save, smooth_picture

FORKING = """
import multiprocessing, sys, ectype

known = ectype.HashSet.open(sys.argv[1])

def inherited(_):
    return result(lambda: len(known))

def opened(_):
    return result(lambda: len(ectype.HashSet.open(sys.argv[1])))

def result(deed):
    try:
        return deed()
    except ectype.Error as error:
        return error.code, "fork first" in str(error)

def forked(deed):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(deed, range(2))

print(forked(inherited), forked(opened), len(known))
del known
print(forked(opened))
"""


def test_a_forked_process_uses_no_set_that_was_open(tmp_path: Path) -> None:
    save(smooth_picture(0, 200, 150), tmp_path / "a.png")
    ectype.HashSet.create(tmp_path / "set.ectype").add([tmp_path / "a.png"])
    done = subprocess.run(
        [sys.executable, "-c", FORKING, tmp_path / "set.ectype"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    refused = [("invalid_argument", True)] * 2
    assert done.stdout == f"{refused} {refused} 1\n[1, 1]\n", done.stderr
